"""An issuer of tokens, and gateways that ask callers who they are."""

import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from gateway.auth.api_keys import ApiKey, new_key, permissions
from tests.support.clock import Clock
from tests.support.gateway import GatewayUnderTest, running

ISSUER = "https://issuer.example"
AUDIENCE = "loyalty"
ALGORITHMS = {"RS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey}
HOUR = 3600


def key(algorithm: str = "ES256", number: int = 1) -> Key:
    """A private key of the issuer."""
    return _key(algorithm, number)


@cache
def _key(algorithm: str, number: int) -> Key:
    """Made once, for RSA takes its time."""
    made = {
        "RS256": lambda: RSAKey.generate_key(2048),
        "ES256": lambda: ECKey.generate_key("P-256"),
        "EdDSA": lambda: OKPKey.generate_key("Ed25519"),
    }[algorithm]()
    return type(made).import_key({**made.as_dict(private=True), "kid": f"{algorithm}-{number}"})


def key_set(*keys: Key, **others: Any) -> str:
    """The public halves as a JWK set."""
    return json.dumps({"keys": [{**one.as_dict(private=False), **others} for one in keys or (key(),)]})


def encoded(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def claims(now: float, **others: Any) -> dict[str, Any]:
    """Claims that are in order; a claim of None is left out."""
    told = {"iss": ISSUER, "aud": AUDIENCE, "exp": int(now) + HOUR, "sub": "subject-1", **others}
    return {name: value for name, value in told.items() if value is not None}


def signed(content: Mapping[str, Any], by: Key | None = None, algorithm: str = "ES256", **header: Any) -> str:
    """A token signed with a key. A header parameter of None is left out."""
    signing = by or key(algorithm)
    told = {"alg": algorithm, "typ": "JWT", "kid": signing.kid, **header}
    told = {name: value for name, value in told.items() if value is not None}
    registry = jws.JWSRegistry(algorithms=list(jws.JWSRegistry.algorithms), strict_check_header=False)
    registry.max_header_length = 100_000
    signature = registry.algorithms[algorithm].sign(f"{encoded(told)}.{encoded(content)}".encode(), signing)
    return f"{encoded(told)}.{encoded(content)}.{encoded(signature)}"


JWT: dict[str, Any] = {
    "issuer": ISSUER,
    "audience": AUDIENCE,
    "staff": "scope=staff",
    "identifiers": "id=customer,mobile=phone_number,email=email,externalId=brand_id,cardNumber=cards,wechat=wechat",
    "source_claim": "source",
    "account_claim": "account",
}
"""Settings of tokens, but for the keys."""


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


class Guarded:
    """A gateway that asks for tokens and keys, and whom it lets in."""

    def __init__(self, gateway: GatewayUnderTest, clock: Clock, keys: Mapping[str, str]) -> None:
        self.gateway = gateway
        self.clock = clock
        self._keys = keys

    def staff(self, name: str = "all") -> dict[str, str]:
        """The headers of a client: `all` holds every permission, `plain` none."""
        return bearer(self._keys[name])

    def member(self, **others: Any) -> dict[str, str]:
        """The headers of a customer whose token carries these claims."""
        return bearer(signed(claims(self.clock.now, **others)))

    async def ask(
        self, headers: Mapping[str, str], query: str, variables: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The answer, and what upstream was asked for it."""
        self.gateway.sandbox.requests.clear()
        answer = await self.gateway.ask(query, variables, **headers)
        return answer, self.gateway.calls()


def made_keys(**granted: str) -> tuple[dict[str, str], Sequence[ApiKey]]:
    """New keys by name, and their entries, with these permissions."""
    made = {name: new_key(name, permissions(told)) for name, told in granted.items()}
    return {name: text for name, (text, _) in made.items()}, [entry for _, entry in made.values()]


@asynccontextmanager
async def guarded(
    *, jwt: Mapping[str, Any] | None = None, granted: Mapping[str, str] | None = None, **settings: Any
) -> AsyncIterator[Guarded]:
    """A gateway in the mode `jwt` that takes API keys too; `granted` are the permissions of each."""
    clock = Clock()
    keys, entries = made_keys(**(granted or {"all": "*", "plain": ""}))
    auth = {
        "mode": "jwt",
        "api_keys": ",".join(map(str, entries)),
        "jwt": {**JWT, "jwks": key_set(), **(jwt or {})},
    }
    async with running(auth=auth, clock=clock, **settings) as gateway:
        yield Guarded(gateway, clock, keys)


def refusals(answer: Mapping[str, Any]) -> dict[str, str]:
    """The codes of an answer's errors by their paths."""
    return {
        ".".join(map(str, error.get("path", ()))): error["extensions"]["code"] for error in answer.get("errors", ())
    }

"""JSON Web Tokens: verified with the issuer's keys, then read as a caller."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, Final, cast

import orjson
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, MissingClaimError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from gateway.auth.callers import Caller
from gateway.auth.claims import ClaimNames, Claims, caller
from gateway.auth.jwks import Keys, KeySource, PublicKey
from gateway.errors import Unauthenticated

LONGEST: Final = 8192
"""Characters of a token; the longest of common issuers have some 3,000."""
MOST_REMEMBERED: Final = 4096
_TYPES: Final = (None, "jwt", "at+jwt", "application/jwt", "application/at+jwt")
"""What `typ` may be (RFC 8725, section 3.11): a token made for something else is none of ours."""
_SAID: Final = {
    "iss": "The token is of another issuer.",
    "aud": "The token is for another audience.",
    "nbf": "The token is not valid yet.",
    "iat": "The token was issued in the future.",
}


class Pinned(JWSRegistry):
    """The algorithms that the operator chose and no other, whatever a token or the library thinks of them.

    Extra header parameters are passed over, as RFC 7515 asks.
    """

    max_header_length = LONGEST

    def __init__(self, algorithms: Collection[str]) -> None:
        super().__init__(algorithms=frozenset(algorithms), strict_check_header=False)

    def get_alg(self, name: str) -> Any:
        """The algorithm of that name. Raises joserfc's `UnsupportedAlgorithmError`."""
        if not self.allowed or name not in self.allowed:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


class Tokens:
    """Reads tokens of one issuer.

    A verified token is remembered by its hash for `remember_s` seconds, never beyond its own end, so that the same
    token costs one signature check. `clock` is Unix time in seconds.
    """

    def __init__(
        self,
        source: KeySource,
        names: ClaimNames,
        *,
        issuer: str,
        audiences: Collection[str],
        algorithms: Collection[str],
        leeway_s: int,
        remember_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._source = source
        self._names = names
        self._registry = Pinned(algorithms)
        self._remember_s = remember_s
        self._clock = clock
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock()),
            leeway=leeway_s,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "values": list(audiences)},
            exp={"essential": True},
        )
        self._remembered: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()

    async def caller(self, token: str) -> Caller:
        """Whom the token names. Raises `Unauthenticated`, `Forbidden`, and `AuthUnavailable` without keys."""
        if len(token) > LONGEST:
            raise Unauthenticated(f"The token is longer than {LONGEST} characters.")
        digest = hashlib.sha256(token.encode()).digest()
        found, until = self._remembered.get(digest, (None, 0.0))
        if found is not None and self._clock() < until:
            self._remembered.move_to_end(digest)
            return found
        claims = await self._verified(token)
        who = caller(claims, self._names)
        self._remember(digest, who, claims)
        return who

    async def close(self) -> None:
        """Lets go of the connections to the issuer."""
        await self._source.close()

    def _remember(self, digest: bytes, who: Caller, claims: Claims) -> None:
        now = self._clock()
        until = min(claims["exp"], now + self._remember_s)
        if until <= now:
            return
        self._remembered[digest] = (who, float(until))
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    async def _verified(self, token: str) -> Claims:
        key_id, algorithm = self._header(token)
        keys = await self._source.keys(partial(_fitting, key_id=key_id, algorithm=algorithm))
        if not keys:
            raise Unauthenticated("The token is signed with an unknown key.")
        if len(keys) > 1:
            raise Unauthenticated("The token does not say with which of its issuer's keys it is signed.")
        claims = self._decoded(token, keys[0])
        try:
            self._claims.validate(claims)
        except ExpiredTokenError:
            raise Unauthenticated("The token has expired.") from None
        except MissingClaimError as missing:
            raise Unauthenticated(f"The token has no {missing.claim.replace(',', ', ')}.") from None
        except ClaimError as wrong:
            raise Unauthenticated(_SAID.get(wrong.claim, f"The token's {wrong.claim} cannot be.")) from None
        return claims

    def _header(self, token: str) -> tuple[str | None, str]:
        """The key's id and the algorithm, checked before a key is looked for. Nothing else of a header is heeded."""
        try:
            found: Any = orjson.loads(urlsafe_b64decode(token.partition(".")[0].encode()))
        except ValueError:
            raise Unauthenticated("The token is not a JSON Web Token.") from None
        header: Mapping[str, Any] = cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}
        key_id, algorithm, kind = header.get("kid"), header.get("alg"), header.get("typ")
        if not isinstance(algorithm, str) or algorithm not in (self._registry.allowed or ()):
            raise Unauthenticated("The token is signed in a way that is not accepted.")
        if "crit" in header or "b64" in header:
            raise Unauthenticated("The token asks for an extension that is not known.")
        if (kind.lower() if isinstance(kind, str) else kind) not in _TYPES:
            raise Unauthenticated("The token is of another type.")
        if not isinstance(key_id, str | None):
            raise Unauthenticated("The token is not a JSON Web Token.")
        return key_id, algorithm

    def _decoded(self, token: str, key: PublicKey) -> dict[str, Any]:
        try:
            return jwt.decode(token, key.key, registry=self._registry).claims
        except Exception:  # noqa: BLE001 - whatever a parser trips over, the token is not verified
            raise Unauthenticated("The signature of the token is wrong.") from None


def _fitting(keys: Keys, *, key_id: str | None, algorithm: str) -> Keys:
    return [key for key in keys if key.fits(key_id, algorithm)]

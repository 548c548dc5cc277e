"""What an operator can set of callers: how they prove who they are, and what a token's claims mean."""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Final, Literal
from urllib.parse import urlsplit

from gateway.auth.api_keys import ApiKey, parsed, permissions
from gateway.auth.claims import ClaimNames
from gateway.facets.facet import IdentifierKind
from gateway.settings.base import Group, setting, split
from gateway.settings.values import Url

MODE: Final = "GATEWAY_AUTH__MODE"
KEYS: Final = "GATEWAY_AUTH__API_KEYS"
JWT: Final = "GATEWAY_AUTH__JWT__"

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Those with a public key. HS256 is not among them: who can check such a token can also make one."""

_WEEK_S: Final = 7 * 86_400


def _not_in_the_clear(url: Url) -> None:
    found = urlsplit(url)
    if found.scheme != "https" and not _loopback(found.hostname or ""):
        raise ValueError("must be https: who can change the keys on their way can let anybody in")


def _readable(keys: str) -> None:
    if keys:
        # Imported only here: who checks no tokens need not load what checks them.
        from gateway.auth.jwks import read

        read(keys.encode())


def _safe(algorithms: str) -> None:
    if unknown := [name for name in split(algorithms) if name not in ALGORITHMS]:
        raise ValueError(f"has {', '.join(unknown)}; choose from {', '.join(ALGORITHMS)}")
    if not split(algorithms):
        raise ValueError("names no algorithm")


def _claim_and_value(text: str) -> None:
    if text and not all(text.partition("=")):
        raise ValueError("is not CLAIM=VALUE")


def _kinds(text: str) -> list[tuple[IdentifierKind, str]]:
    """From `id=customer_id,mobile=phone_number`. Raises `ValueError`."""
    found: list[tuple[IdentifierKind, str]] = []
    for part in split(text):
        kind, _, claim = (one.strip() for one in part.partition("="))
        if kind not in set(IdentifierKind) or not claim:
            raise ValueError(f"is not a list of KIND=CLAIM with KIND one of {', '.join(IdentifierKind)}")
        found.append((IdentifierKind(kind), claim))
    return found


def _keys(text: str) -> list[ApiKey]:
    keys = [parsed(entry) for entry in split(text)]
    if len({key.digest for key in keys}) < len(keys):
        raise ValueError("has one key twice")
    return keys


class JwtSettings(Group):
    """Tokens of one issuer."""

    issuer: str = setting("What `iss` of a token must be, to the letter.", default="")
    audience: str = setting("What `aud` of a token must have in it; one of several with commas between.", default="")
    jwks_url: Url | None = setting(
        "Where the issuer's public keys are: `https://…/jwks.json`. Plain http on this machine only.",
        default=None,
        check=_not_in_the_clear,
    )
    jwks: str = setting(
        "The issuer's public keys themselves, as a JWK set, in place of a URL.", default="", check=_readable
    )
    algorithms: str = setting(
        f"How tokens may be signed: {', '.join(ALGORITHMS)}.", default="RS256,ES256,EdDSA", check=_safe
    )
    leeway_s: int = setting("Seconds by which the issuer's clock may differ.", default=30, at_least=0, at_most=300)
    staff: str = setting(
        "By what claim staff are known, as `CLAIM=VALUE`: `scope=staff`, `realm_access.roles=agent`.",
        default="",
        check=_claim_and_value,
    )
    identifiers: str = setting(
        "Which claims carry a customer's own identifiers, as `id=customer_id,mobile=phone_number`. With an "
        "`id`, whoever the others lead to must be that customer.",
        default="",
        check=_kinds,
    )
    permissions_claim: str = setting("The claim that names permissions, as a text or a list.", default="scope")
    permission_prefix: str = setting("What stands before a permission in that claim, such as `loyalty:`.", default="")
    member_permissions: str = setting(
        "Permissions of every customer, whatever their token says, as `image+transactions`.",
        default="",
        check=permissions,
    )
    source_claim: str = setting("The claim with the source of the identifiers. Not set: `INSTORE`.", default="")
    account_claim: str = setting("The claim with the account of that source.", default="")
    tenant_claim: str = setting(
        "The claim that names the only tenant that the caller may ask. Every token must have it then.", default=""
    )
    jwks_fresh_for_s: float = setting(
        "Seconds after which fetched keys are fetched anew.", default=600.0, at_least=1, at_most=_WEEK_S
    )
    jwks_keep_for_s: float = setting(
        "Seconds beyond that for which they are used while the issuer gives no new ones.",
        default=86_400.0,
        at_least=1,
        at_most=_WEEK_S,
    )
    jwks_cooldown_s: float = setting(
        "Least seconds between two fetches, however many tokens of unknown keys come.",
        default=30.0,
        at_least=1,
        at_most=_WEEK_S,
    )
    jwks_timeout_s: float = setting("Seconds after which a fetch is given up.", default=5.0, above=0, at_most=60)
    remember_s: float = setting(
        "Seconds for which a verified token is not verified again; 0: it always is.",
        default=60.0,
        at_least=0,
        at_most=3600,
    )

    @property
    def names(self) -> ClaimNames:
        """What each claim means."""
        claim, _, value = self.staff.partition("=")
        return ClaimNames(
            staff=(claim, value) if claim else None,
            identifiers=tuple(_kinds(self.identifiers)),
            permissions=self.permissions_claim,
            permission_prefix=self.permission_prefix,
            member_permissions=permissions(self.member_permissions),
            source=self.source_claim,
            account=self.account_claim,
            tenant=self.tenant_claim,
        )

    @property
    def missing(self) -> Iterator[str]:
        """What must be set before a token can be checked and understood."""
        yield from (name for name, value in (("ISSUER", self.issuer), ("AUDIENCE", split(self.audience))) if not value)
        if not (self.jwks_url or self.jwks):
            yield "JWKS_URL"
        if not (self.staff or self.identifiers):
            yield "STAFF or IDENTIFIERS"


class AuthSettings(Group):
    """Who may ask the gateway."""

    mode: Literal["none", "api_key", "jwt"] | None = setting(
        "How callers prove who they are: `api_key`, `jwt`, or `none`, which, set by hand, lets `serve` "
        "listen beyond this machine without asking them.",
        default=None,
    )
    api_keys: str = setting(
        "Keys of clients, which are staff, as `NAME=HASH:PERMISSION+PERMISSION` with commas between: "
        "`gateway key NAME` makes one. With `jwt`, they are taken beside tokens.",
        default="",
        check=_keys,
    )
    jwt: JwtSettings = JwtSettings()

    def check(self) -> None:
        """What is set must be of the mode, and all that the mode needs must be set."""
        if self.mode != "jwt" and (said := sorted(self.jwt.given)):
            raise ValueError(f"{JWT}{said[0].upper()}: means nothing unless {MODE} is jwt")
        if self.mode not in ("jwt", "api_key") and self.api_keys:
            raise ValueError(f"{KEYS}: means nothing unless {MODE} is api_key or jwt")
        if self.mode == "api_key" and not self.keys:
            raise ValueError(f"{MODE} is api_key: set {KEYS} too; `gateway key NAME` makes a key")
        if self.mode == "jwt" and (missing := list(self.jwt.missing)):
            raise ValueError(f"{MODE} is jwt: set {' and '.join(JWT + name for name in missing)} too")
        if self.jwt.jwks_url and self.jwt.jwks:
            raise ValueError(f"{JWT}JWKS_URL, {JWT}JWKS: set one of them")

    @property
    def keys(self) -> Sequence[ApiKey]:
        """The API keys."""
        return _keys(self.api_keys)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"

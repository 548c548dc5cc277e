"""What an operator can set of callers: how they prove who they are, and what a token's claims mean."""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal

from pydantic import AnyHttpUrl, Field, field_validator, model_validator

from gateway.auth.api_keys import ApiKey, parsed, permissions
from gateway.auth.claims import ClaimNames
from gateway.facets.facet import IdentifierKind
from gateway.settings.base import Frozen, split

MODE: Final = "GATEWAY_AUTH__MODE"
KEYS: Final = "GATEWAY_AUTH__API_KEYS"
JWT: Final = "GATEWAY_AUTH__JWT__"

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Those with a public key. HS256 is not among them: who can check such a token can also make one."""

Seconds = Annotated[float, Field(ge=1, le=7 * 86_400)]


class JwtSettings(Frozen):
    """Tokens of one issuer."""

    issuer: str = Field("", description="What `iss` of a token must be, to the letter.")
    audience: str = Field("", description="What `aud` of a token must have in it; one of several with commas between.")
    jwks_url: AnyHttpUrl | None = Field(
        None, description="Where the issuer's public keys are: `https://…/jwks.json`. Plain http on this machine only."
    )
    jwks: str = Field("", description="The issuer's public keys themselves, as a JWK set, in place of a URL.")
    algorithms: str = Field("RS256,ES256,EdDSA", description=f"How tokens may be signed: {', '.join(ALGORITHMS)}.")
    leeway_s: int = Field(30, ge=0, le=300, description="Seconds by which the issuer's clock may differ.")
    staff: str = Field(
        "", description="By what claim staff are known, as `CLAIM=VALUE`: `scope=staff`, `realm_access.roles=agent`."
    )
    identifiers: str = Field(
        "",
        description="Which claims carry a customer's own identifiers, as `id=customer_id,mobile=phone_number`. With an "
        "`id`, whoever the others lead to must be that customer.",
    )
    permissions_claim: str = Field("scope", description="The claim that names permissions, as a text or a list.")
    permission_prefix: str = Field("", description="What stands before a permission in that claim, such as `loyalty:`.")
    member_permissions: str = Field(
        "", description="Permissions of every customer, whatever their token says, as `image+transactions`."
    )
    source_claim: str = Field("", description="The claim with the source of the identifiers. Not set: `INSTORE`.")
    account_claim: str = Field("", description="The claim with the account of that source.")
    tenant_claim: str = Field(
        "", description="The claim that names the only tenant that the caller may ask. Every token must have it then."
    )
    jwks_fresh_for_s: Seconds = Field(600.0, description="Seconds after which fetched keys are fetched anew.")
    jwks_keep_for_s: Seconds = Field(
        86_400.0, description="Seconds beyond that for which they are used while the issuer gives no new ones."
    )
    jwks_cooldown_s: Seconds = Field(
        30.0, description="Least seconds between two fetches, however many tokens of unknown keys come."
    )
    jwks_timeout_s: float = Field(5.0, gt=0, le=60, description="Seconds after which a fetch is given up.")
    remember_s: float = Field(
        60.0, ge=0, le=3600, description="Seconds for which a verified token is not verified again; 0: it always is."
    )

    @field_validator("jwks_url")
    @classmethod
    def _not_in_the_clear(cls, value: AnyHttpUrl | None) -> AnyHttpUrl | None:
        if value is not None and value.scheme != "https" and not _loopback(value.host or ""):
            raise ValueError("must be https: who can change the keys on their way can let anybody in")
        return value

    @field_validator("jwks")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value:
            # Imported only here: who checks no tokens need not load what checks them.
            from gateway.auth.jwks import read

            read(value.encode())
        return value

    @field_validator("algorithms")
    @classmethod
    def _safe(cls, value: str) -> str:
        if unknown := [name for name in split(value) if name not in ALGORITHMS]:
            raise ValueError(f"has {', '.join(unknown)}; choose from {', '.join(ALGORITHMS)}")
        if not split(value):
            raise ValueError("names no algorithm")
        return value

    @field_validator("staff")
    @classmethod
    def _claim_and_value(cls, value: str) -> str:
        if value and not all(value.partition("=")):
            raise ValueError("is not CLAIM=VALUE")
        return value

    @field_validator("identifiers")
    @classmethod
    def _kinds_and_claims(cls, value: str) -> str:
        list(_kinds(value))
        return value

    @field_validator("member_permissions")
    @classmethod
    def _known_permissions(cls, value: str) -> str:
        permissions(value)
        return value

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


class AuthSettings(Frozen):
    """Who may ask the gateway."""

    mode: Literal["none", "api_key", "jwt"] | None = Field(
        None,
        description="How callers prove who they are: `api_key`, `jwt`, or `none`, which, set by hand, lets `serve` "
        "listen beyond this machine without asking them.",
    )
    api_keys: str = Field(
        "",
        description="Keys of clients, which are staff, as `NAME=HASH:PERMISSION+PERMISSION` with commas between: "
        "`gateway key NAME` makes one. With `jwt`, they are taken beside tokens.",
    )
    jwt: JwtSettings = Field(default=JwtSettings.model_construct(), description="Tokens.")

    @field_validator("api_keys")
    @classmethod
    def _readable(cls, value: str) -> str:
        keys = [parsed(entry) for entry in split(value)]
        if len({key.digest for key in keys}) < len(keys):
            raise ValueError("has one key twice")
        return value

    @model_validator(mode="after")
    def _of_one_mind(self) -> "AuthSettings":
        if self.mode != "jwt" and (said := sorted(self.jwt.model_fields_set)):
            raise ValueError(f"{JWT}{said[0].upper()}: means nothing unless {MODE} is jwt")
        if self.mode not in ("jwt", "api_key") and self.api_keys:
            raise ValueError(f"{KEYS}: means nothing unless {MODE} is api_key or jwt")
        if self.mode == "api_key" and not self.keys:
            raise ValueError(f"{MODE} is api_key: set {KEYS} too; `gateway key NAME` makes a key")
        if self.mode == "jwt" and (missing := list(self.jwt.missing)):
            raise ValueError(f"{MODE} is jwt: set {' and '.join(JWT + name for name in missing)} too")
        if self.jwt.jwks_url and self.jwt.jwks:
            raise ValueError(f"{JWT}JWKS_URL, {JWT}JWKS: set one of them")
        return self

    @property
    def keys(self) -> Sequence[ApiKey]:
        """The API keys."""
        return [parsed(entry) for entry in split(self.api_keys)]


def _kinds(text: str) -> Iterator[tuple[IdentifierKind, str]]:
    """From `id=customer_id,mobile=phone_number`. Raises `ValueError`."""
    for part in split(text):
        kind, _, claim = (one.strip() for one in part.partition("="))
        if kind not in set(IdentifierKind) or not claim:
            raise ValueError(f"is not a list of KIND=CLAIM with KIND one of {', '.join(IdentifierKind)}")
        yield IdentifierKind(kind), claim


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"

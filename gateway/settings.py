"""Everything an operator can set, read once from the environment: prefix `GATEWAY_`, nesting `__`."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AnyHttpUrl,
    BaseModel,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.cache_settings import CacheSettings, Frozen, split
from gateway.errors import Code, GatewayError
from gateway.facets.capabilities import V1_KINDS, V1_POSSIBLE, V2_KINDS, ById, Capabilities, Gaps
from gateway.facets.facet import IdentifierKind
from gateway.telemetry_settings import MetricsSettings, TracesSettings

PREFIX: Final = "GATEWAY_"
NESTED: Final = "__"
UPSTREAM: Final = f"{PREFIX}UPSTREAM{NESTED}"


class UpstreamAuth(StrEnum):
    """How the gateway proves itself upstream."""

    BASIC = "basic"
    OAUTH = "oauth"
    PASSTHROUGH = "passthrough"
    NONE = "none"


def _incomplete(auth: str, *names: str) -> str:
    return f"{UPSTREAM}AUTH is {auth}: set {' and '.join(UPSTREAM + name for name in names)} too"


def _listed(kinds: Iterable[IdentifierKind]) -> str:
    return ",".join(kind for kind in IdentifierKind if kind in set(kinds))


class UpstreamSettings(Frozen):
    """The Capillary organisation that is asked."""

    base_url: AnyHttpUrl | None = Field(
        None, description="Scheme and host of the upstream API, such as `https://eu.api.example.com`."
    )
    auth: UpstreamAuth = Field(
        UpstreamAuth.BASIC, description="How the gateway proves itself: `basic`, `oauth` or `none`."
    )
    username: str = Field("", description="Till user name, for `basic`.")
    password: SecretStr = Field(
        SecretStr(""), description="Till password in clear, for `basic`; upstream gets its MD5."
    )
    oauth_key: str = Field("", description="Client key, for `oauth`.")
    oauth_secret: SecretStr = Field(SecretStr(""), description="Client secret, for `oauth`.")
    timezone: str = Field(
        "UTC",
        description="The organisation's time zone, such as `Asia/Kolkata`: V1.1's times are in it, all are told in it.",
    )
    timeout_s: float = Field(10.0, gt=0, le=120, description="Seconds after which an upstream call is given up.")
    max_connections: int = Field(64, ge=1, le=10_000, description="Connections to upstream at the same time.")
    batch_size: int = Field(10, ge=1, le=100, description="Customers in one V1.1 call.")
    country_code: str = Field(
        "",
        pattern=r"^\d{0,4}$",
        description="Sent as `X-CAP-CLIENT-COUNTRYCODE` with every upstream call; upstream shows it without a meaning.",
    )
    v2_by_id: ById = Field(ById.PATH, description="How V2 takes a customer id: `path`, `lookup` or `none`.")
    gaps: Gaps = Field(
        Gaps.V1,
        description="Who tells gaps beside V1.1: `flags` for V2's gapToRenew= and gapToUpgrade=, `details` for its "
        "embed=gapDetails, `v1` for nobody.",
    )
    ignore_card_details: bool = Field(True, description="Whether V2 honours `embed=ignoreCardDetails`.")
    only_current_profile: bool = Field(False, description="Whether V2 honours `includedOnlyCurrentProfile`.")
    v1_identifiers: str = Field(
        _listed(V1_KINDS), description="Identifiers that V1.1 takes; `cardNumber` can be added."
    )
    v2_identifiers: str = Field(_listed(V2_KINDS), description="Identifiers that V2's lookup takes.")

    @field_validator("v1_identifiers", "v2_identifiers")
    @classmethod
    def _known_kinds(cls, value: str, info: ValidationInfo) -> str:
        possible = V1_POSSIBLE if info.field_name == "v1_identifiers" else V2_KINDS
        unknown = [name for name in split(value) if name not in set(possible)]
        if unknown:
            raise ValueError(f"names what there is not: {', '.join(unknown)}; choose from {_listed(possible)}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("is not a time zone; give a name such as Asia/Kolkata") from None
        return value

    @model_validator(mode="after")
    def _complete(self) -> "UpstreamSettings":
        match self.auth:
            case UpstreamAuth.BASIC if self.base_url and not self.username:
                raise ValueError(_incomplete("basic", "USERNAME", "PASSWORD"))
            case UpstreamAuth.OAUTH if not (self.oauth_key and self.oauth_secret.get_secret_value()):
                raise ValueError(_incomplete("oauth", "OAUTH_KEY", "OAUTH_SECRET"))
            case UpstreamAuth.PASSTHROUGH:
                raise ValueError(f"{UPSTREAM}AUTH: passthrough is not available yet; choose basic, oauth or none")
            case _:
                return self

    @property
    def capabilities(self) -> Capabilities:
        """What the planner may count on."""
        return Capabilities(
            v2_by_id=self.v2_by_id,
            batch_size=self.batch_size,
            gaps=self.gaps,
            ignore_card_details=self.ignore_card_details,
            only_current_profile=self.only_current_profile,
            v1_kinds=frozenset(map(IdentifierKind, split(self.v1_identifiers))),
            v2_kinds=frozenset(map(IdentifierKind, split(self.v2_identifiers))),
        )


class LimitSettings(Frozen):
    """What one request may ask."""

    customers: int = Field(100, ge=1, le=10_000, description="Customers in one request, over all root fields.")
    body_bytes: int = Field(1024 * 1024, ge=1024, description="Bytes of a request body.")
    document_characters: int = Field(64 * 1024, ge=100, description="Characters of a GraphQL document.")
    document_tokens: int = Field(2_000, ge=100, description="Tokens of a GraphQL document.")
    documents: int = Field(200, ge=1, description="Parsed documents kept; the largest takes about 0.8 MB.")


class WebhookSettings(Frozen):
    """Upstream's events, which say that customers changed."""

    header: str = Field("x-webhook-key", description="The static header that upstream is configured to send.")
    secret: SecretStr = Field(SecretStr(""), description="Its value. Empty: `/events/capillary` is not there at all.")
    organisation: str = Field(
        "", pattern=r"^\d*$", description="The organisation's id; events of others are passed over. Empty: of any."
    )


class AdminSettings(Frozen):
    """What operators may do over HTTP."""

    secret: SecretStr = Field(
        SecretStr(""), description="Bearer token of `/admin/cache/purge`. Empty: it is not there at all."
    )


class AuthSettings(Frozen):
    """Who may ask the gateway."""

    mode: Literal["none"] | None = Field(
        None,
        description="How callers prove who they are. `none`, set by hand, lets `serve` listen beyond this machine "
        "without asking them.",
    )


class Settings(BaseSettings):
    """All settings. What the environment says wins over what the constructor is given."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=NESTED, frozen=True, extra="forbid", env_ignore_empty=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    graphiql: bool = Field(False, description="Whether a browser gets the explorer at `/graphql`. On in `gateway dev`.")
    explain: bool = Field(False, description="Whether `x-gateway-explain` is answered. On in `gateway dev`.")
    introspection: bool = Field(False, description="Whether the schema may be asked for. On in `gateway dev`.")
    auth: AuthSettings = Field(default=AuthSettings.model_construct(), description="Callers.")
    upstream: UpstreamSettings = Field(default=UpstreamSettings.model_construct(), description="The organisation.")
    cache: CacheSettings = Field(default=CacheSettings.model_construct(), description="The cache.")
    webhooks: WebhookSettings = Field(default=WebhookSettings.model_construct(), description="Upstream's events.")
    admin: AdminSettings = Field(default=AdminSettings.model_construct(), description="Operators.")
    metrics: MetricsSettings = Field(default=MetricsSettings.model_construct(), description="Prometheus.")
    traces: TracesSettings = Field(default=TracesSettings.model_construct(), description="OpenTelemetry.")
    limits: LimitSettings = Field(default=LimitSettings.model_construct(), description="Limits of a request.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first: a command's own defaults are only defaults."""
        return env_settings, init_settings


class BadSettings(GatewayError):
    """Settings that cannot be. The message names each variable and what is wrong with it, never its value."""

    code = Code.INTERNAL


def load(environment: Mapping[str, str], defaults: Mapping[str, Any]) -> Settings:
    """Settings from the process environment over `defaults`. Raises `BadSettings`.

    `environment` is what is searched for misspelt variables, which pydantic-settings would pass over in silence.
    """
    if unknown := sorted(_unknown(environment)):
        raise BadSettings("\n".join(map(_suggestion, unknown)))
    try:
        return Settings(**defaults)
    except ValidationError as error:
        raise BadSettings("\n".join(_problem(one) for one in error.errors())) from None


def variables(model: type[BaseModel] = Settings, prefix: str = PREFIX) -> Iterator[tuple[str, str, object]]:
    """Every variable with its description and default, in the order of declaration."""
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from variables(field.annotation, variable + NESTED)
        else:
            yield variable, field.description or "", field.default


def _unknown(environment: Mapping[str, str]) -> Iterator[str]:
    known = {variable for variable, _, _ in variables()}
    for name in environment:
        ours = name.upper().startswith(PREFIX) and not name.upper().startswith(f"{PREFIX}TESTS_")
        if ours and name.upper() not in known:
            yield name


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name.upper(), [variable for variable, _, _ in variables()], n=1)
    return f"{name}: there is no such setting" + (f"; did you mean {close[0]}?" if close else "")


def _problem(error: Any) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    variable = PREFIX + NESTED.join(str(part).upper() for part in error["loc"])
    return message if message.startswith(PREFIX) else f"{variable}: {message}"

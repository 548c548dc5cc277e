"""Everything an operator can set, read once from the environment: prefix `GATEWAY_`, nesting `__`."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.auth_settings import AuthSettings
from gateway.cache_settings import CacheSettings, Frozen
from gateway.edge_settings import CorsSettings, DocumentSettings, HttpSettings, ServerSettings
from gateway.errors import Code, GatewayError
from gateway.limit_settings import LimitSettings
from gateway.upstream_settings import UpstreamSettings

PREFIX: Final = "GATEWAY_"
NESTED: Final = "__"


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
    limits: LimitSettings = Field(default=LimitSettings.model_construct(), description="Limits of a request.")
    http: HttpSettings = Field(default=HttpSettings.model_construct(), description="HTTP.")
    cors: CorsSettings = Field(default=CorsSettings.model_construct(), description="Pages of other origins.")
    documents: DocumentSettings = Field(default=DocumentSettings.model_construct(), description="Trusted documents.")
    server: ServerSettings = Field(default=ServerSettings.model_construct(), description="The server.")

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

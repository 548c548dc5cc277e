"""Everything an operator can set, read once from the environment: prefix `GATEWAY_`, nesting `__`."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, cast, get_args

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator

from gateway.auth_settings import AuthSettings
from gateway.cache_settings import CacheSettings, Frozen, split
from gateway.edge_settings import CorsSettings, DocumentSettings, HttpSettings, ServerSettings
from gateway.errors import Code, GatewayError
from gateway.limit_settings import LimitSettings
from gateway.telemetry_settings import MetricsSettings, TracesSettings
from gateway.tenant_settings import TenancySettings, TenantBy, TenantSettings
from gateway.upstream_settings import UPSTREAM, UpstreamAuth, UpstreamSettings

PREFIX: Final = "GATEWAY_"
NESTED: Final = "__"
TENANT: Final = f"{PREFIX}TENANTS{NESTED}{{}}{NESTED}"
"""What begins the variables of a tenant, by its name in capitals."""


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


class Settings(Frozen):
    """All settings. `load` reads them from the environment."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    graphiql: bool = Field(False, description="Whether a browser gets the explorer at `/graphql`. On in `gateway dev`.")
    explain: bool = Field(False, description="Whether `x-gateway-explain` is answered. On in `gateway dev`.")
    introspection: bool = Field(False, description="Whether the schema may be asked for. On in `gateway dev`.")
    fast_path: bool = Field(
        True,
        description="Whether operations that come again are answered by code made for them. Off, graphql-core answers "
        "all: slower, and the same.",
    )
    auth: AuthSettings = Field(default=AuthSettings.model_construct(), description="Callers.")
    upstream: UpstreamSettings = Field(default=UpstreamSettings.model_construct(), description="The organisation.")
    tenancy: TenancySettings = Field(default=TenancySettings.model_construct(), description="Several organisations.")
    tenants: dict[str, TenantSettings] = Field(default_factory=dict, description="Each of them, by its name.")
    cache: CacheSettings = Field(default=CacheSettings.model_construct(), description="The cache.")
    webhooks: WebhookSettings = Field(default=WebhookSettings.model_construct(), description="Upstream's events.")
    admin: AdminSettings = Field(default=AdminSettings.model_construct(), description="Operators.")
    metrics: MetricsSettings = Field(default=MetricsSettings.model_construct(), description="Prometheus.")
    traces: TracesSettings = Field(default=TracesSettings.model_construct(), description="OpenTelemetry.")
    limits: LimitSettings = Field(default=LimitSettings.model_construct(), description="Limits of a request.")
    http: HttpSettings = Field(default=HttpSettings.model_construct(), description="HTTP.")
    cors: CorsSettings = Field(default=CorsSettings.model_construct(), description="Pages of other origins.")
    documents: DocumentSettings = Field(default=DocumentSettings.model_construct(), description="Trusted documents.")
    server: ServerSettings = Field(default=ServerSettings.model_construct(), description="The server.")

    @model_validator(mode="after")
    def _several_or_one(self) -> "Settings":
        if self.tenants and (alone := sorted(self.upstream.model_fields_set)):
            raise ValueError(
                f"{UPSTREAM}{alone[0].upper()}: is of a gateway with one organisation; this one has tenants"
            )
        if self.tenants and self.webhooks.organisation:
            raise ValueError(f"GATEWAY_WEBHOOKS__ORGANISATION: set {TENANT.format('…')}ORGANISATION of each tenant")
        for name, tenant in self.tenants.items():
            variable = TENANT.format(name.upper())
            if tenant.upstream.base_url is None:
                raise ValueError(f"{variable}UPSTREAM__BASE_URL: is not set")
            if self.tenancy.by is TenantBy.HOST and not tenant.hosts:
                raise ValueError(f"{variable}HOSTS: is not set, and tenants are known by their hosts")
        if self.tenants and self.tenancy.by is TenantBy.CLAIM and not self.auth.jwt.tenant_claim:
            raise ValueError("GATEWAY_AUTH__JWT__TENANT_CLAIM: is not set, and tenants are known by that claim")
        hosts = [host for tenant in self.tenants.values() for host in split(tenant.hosts)]
        if twice := sorted({host for host in hosts if hosts.count(host) > 1}):
            raise ValueError(f"{TENANT.format('…')}HOSTS: two tenants have {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _one_bearer(self) -> "Settings":
        """Upstream's credential and the gateway's own would come in the same header."""
        organisations = {UPSTREAM: self.upstream} | {
            f"{TENANT.format(name.upper())}UPSTREAM__": tenant.upstream for name, tenant in self.tenants.items()
        }
        for variable, upstream in organisations.items():
            if upstream.auth is UpstreamAuth.PASSTHROUGH and self.auth.mode not in (None, "none"):
                raise ValueError(f"{variable}AUTH: is passthrough, which leaves it to upstream who a caller is")
        return self


class BadSettings(GatewayError):
    """Settings that cannot be. The message names each variable and what is wrong with it, never its value."""

    code = Code.INTERNAL


def load(environment: Mapping[str, str], defaults: Mapping[str, Any]) -> Settings:
    """Settings from an environment over `defaults`. Raises `BadSettings`, also for a variable that is misspelt."""
    if unknown := sorted(_unknown(environment)):
        raise BadSettings("\n".join(map(_suggestion, unknown)))
    try:
        return Settings(**_over(defaults, _read(environment)))
    except ValidationError as error:
        raise BadSettings("\n".join(_problem(one) for one in error.errors())) from None


def variables(model: type[BaseModel] = Settings, prefix: str = PREFIX) -> Iterator[tuple[str, str, object]]:
    """Every variable with its description and default, in the order of declaration."""
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        below = next(iter(get_args(field.annotation)[1:]), field.annotation)
        if isinstance(below, type) and issubclass(below, BaseModel):
            named = TENANT.format("<NAME>") if below is TenantSettings else variable + NESTED
            yield from variables(below, named)
        else:
            yield variable, field.description or "", field.default


def _read(environment: Mapping[str, str]) -> dict[str, Any]:
    """What our variables say, group by group. An empty one says nothing.

    All are single values, so that nothing of pydantic-settings was used but these lines; it takes 3 MB.
    """
    found: dict[str, Any] = {}
    for name, value in environment.items():
        if value and _ours(name):
            *groups, last = name.lower().removeprefix(PREFIX.lower()).split(NESTED)
            group = found
            for one in groups:
                group = group.setdefault(one, {})
            group[last] = value
    return found


def _over(defaults: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, and the defaults of what is not, value by value."""
    found = dict(defaults)
    for name, value in said.items():
        both = isinstance(value, dict) and isinstance(found.get(name), Mapping)
        found[name] = _over(found[name], cast("dict[str, Any]", value)) if both else value
    return found


def _ours(name: str) -> bool:
    return name.upper().startswith(PREFIX) and not name.upper().startswith(f"{PREFIX}TESTS_")


def _unknown(environment: Mapping[str, str]) -> Iterator[str]:
    known = {variable for variable, _, _ in variables()}
    for name in environment:
        if _ours(name) and _OF_TENANT.sub(TENANT.format("<NAME>"), name.upper(), count=1) not in known:
            yield name


_OF_TENANT: Final = re.compile(TENANT.format("[A-Z0-9]+(?:_[A-Z0-9]+)*?"))


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name.upper(), [variable for variable, _, _ in variables()], n=1)
    return f"{name}: there is no such setting" + (f"; did you mean {close[0]}?" if close else "")


def _problem(error: Any) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    variable = PREFIX + NESTED.join(str(part).upper() for part in error["loc"])
    if error["loc"][:1] == ("tenants",):  # a tenant's upstream speaks of itself as of the only one
        message = message.replace(UPSTREAM, f"{TENANT.format(str(error['loc'][1]).upper())}UPSTREAM{NESTED}")
    return message if message.startswith(PREFIX) else f"{variable}: {message}"

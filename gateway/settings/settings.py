"""All settings, and what must fit together across their groups."""

from typing import Literal

from pydantic import Field, SecretStr, model_validator

from gateway.settings.auth import AuthSettings
from gateway.settings.base import Frozen, split
from gateway.settings.cache import CacheSettings
from gateway.settings.edge import CorsSettings, DocumentSettings, HttpSettings, ServerSettings
from gateway.settings.limits import LimitSettings
from gateway.settings.telemetry import MetricsSettings, TracesSettings
from gateway.settings.tenants import TENANT, TenancySettings, TenantBy, TenantSettings
from gateway.settings.upstream import UPSTREAM, UpstreamAuth, UpstreamSettings


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

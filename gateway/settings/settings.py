"""All settings, and what must fit together across their groups."""

from dataclasses import field
from typing import Literal

from gateway.settings.auth import AuthSettings
from gateway.settings.base import Group, setting, written
from gateway.settings.cache import CacheSettings
from gateway.settings.edge import CorsSettings, DocumentSettings, HttpSettings, ServerSettings
from gateway.settings.limits import LimitSettings
from gateway.settings.telemetry import MetricsSettings, TracesSettings
from gateway.settings.tenants import TENANT, TenancySettings, TenantBy, TenantSettings
from gateway.settings.upstream import UPSTREAM, UpstreamAuth, UpstreamSettings
from gateway.settings.values import Secret


class WebhookSettings(Group):
    """Upstream's events, which say that customers changed."""

    header: str = setting("The static header that upstream is configured to send.", default="x-webhook-key")
    secret: Secret = setting("Its value. Empty: `/events/capillary` is not there at all.", default=Secret(""))
    organisation: str = setting(
        "The organisation's id; events of others are passed over. Empty: of any.",
        default="",
        check=written(r"\d*", "must be digits"),
    )


class AdminSettings(Group):
    """What operators may do over HTTP."""

    secret: Secret = setting("Bearer token of `/admin/cache/purge`. Empty: it is not there at all.", default=Secret(""))


class Settings(Group):
    """All settings. `load` reads them from the environment."""

    host: str = setting("Address to listen on.", default="127.0.0.1")
    port: int = setting("Port to listen on.", default=8000, at_least=1, at_most=65535)
    log_level: Literal["debug", "info", "warning", "error"] = setting("Least level that is logged.", default="info")
    graphiql: bool = setting("Whether a browser gets the explorer at `/graphql`. On in `gateway dev`.", default=False)
    explain: bool = setting("Whether `x-gateway-explain` is answered. On in `gateway dev`.", default=False)
    introspection: bool = setting("Whether the schema may be asked for. On in `gateway dev`.", default=False)
    federation: bool = setting(
        "Whether the graph can be a subgraph of a larger one: `_service` and `_entities` (docs/federation.md).",
        default=False,
    )
    fast_path: bool = setting(
        "Whether operations that come again are answered by code made for them. Off, graphql-core answers "
        "all: slower, and the same.",
        default=True,
    )
    auth: AuthSettings = AuthSettings()
    upstream: UpstreamSettings = UpstreamSettings()
    tenancy: TenancySettings = TenancySettings()
    tenants: dict[str, TenantSettings] = field(default_factory=dict[str, TenantSettings])
    cache: CacheSettings = CacheSettings()
    webhooks: WebhookSettings = WebhookSettings()
    admin: AdminSettings = AdminSettings()
    metrics: MetricsSettings = MetricsSettings()
    traces: TracesSettings = TracesSettings()
    limits: LimitSettings = LimitSettings()
    http: HttpSettings = HttpSettings()
    cors: CorsSettings = CorsSettings()
    documents: DocumentSettings = DocumentSettings()
    server: ServerSettings = ServerSettings()

    def check(self) -> None:
        """Several organisations exclude what is of a single one; and an organisation may exclude a way of asking."""
        self._several_or_one()
        self._one_bearer()

    def _several_or_one(self) -> None:
        if self.tenants and (alone := sorted(self.upstream.given)):
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
        hosts = [host for tenant in self.tenants.values() for host in tenant.host_names]
        if twice := sorted({host for host in hosts if hosts.count(host) > 1}):
            raise ValueError(f"{TENANT.format('…')}HOSTS: two tenants have {', '.join(twice)}")

    def _one_bearer(self) -> None:
        """Upstream's credential and the gateway's own would come in the same header."""
        organisations = {UPSTREAM: self.upstream} | {
            f"{TENANT.format(name.upper())}UPSTREAM__": tenant.upstream for name, tenant in self.tenants.items()
        }
        for variable, upstream in organisations.items():
            if upstream.auth is UpstreamAuth.PASSTHROUGH and self.auth.mode not in (None, "none"):
                raise ValueError(f"{variable}AUTH: is passthrough, which leaves it to upstream who a caller is")

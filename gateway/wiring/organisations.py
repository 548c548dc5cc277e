"""The organisations in front of which the gateway stands, made from settings."""

from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

import httpx

from gateway.cache.facet_cache import FacetCache
from gateway.context import Credential
from gateway.driver import Driver
from gateway.settings import BadSettings, Settings
from gateway.settings.tenants import TenantSettings
from gateway.settings.upstream import UpstreamAuth, UpstreamSettings
from gateway.telemetry.events import Emit
from gateway.tenants import Tenant, Tenants
from gateway.upstream.auth import BasicCredential, NoCredential, OAuthCredential
from gateway.upstream.client import UpstreamClient
from gateway.upstream.resilient import ResilientClient
from gateway.upstream.transport import InProcessTransport, PooledTransport
from gateway.upstream.wire import Wired

if TYPE_CHECKING:
    from gateway.sandbox import Sandbox

Sandboxes: TypeAlias = "Sandbox | Mapping[str, Sandbox] | None"
"""The upstream of the only organisation, or of each by its name, reached in this process. None: it is a real one."""


def tenants(
    settings: Settings, cache: FacetCache, sandboxes: Sandboxes, emit: Emit, clock: Callable[[], float]
) -> Tenants:
    """All organisations, each with a client, breakers, limits and flights of its own. Raises `BadSettings`."""
    only = TenantSettings(upstream=settings.upstream, organisation=settings.webhooks.organisation)
    several = settings.tenants or {"": only}
    behind = sandboxes if isinstance(sandboxes, Mapping) else dict.fromkeys(several, sandboxes)
    return Tenants(
        [_tenant(name, one, settings, cache, behind.get(name), emit, clock) for name, one in several.items()],
        by=settings.tenancy.by,
        header=settings.tenancy.header,
        hosts={host: name for name, one in several.items() for host in one.host_names},
    )


def _tenant(
    name: str,
    given: TenantSettings,
    settings: Settings,
    cache: FacetCache,
    sandbox: "Sandbox | None",
    emit: Emit,
    clock: Callable[[], float],
) -> Tenant:
    upstream = given.upstream
    transport, http = _http(upstream, sandbox)
    credential = _credential(upstream, http)
    client = UpstreamClient(
        http,
        credential or NoCredential(),
        capabilities=upstream.capabilities,
        timeout_s=upstream.timeout_s,
        country_code=upstream.country_code,
        wire=transport.wire(http.base_url) if isinstance(transport, Wired) else None,
    )
    calls = ResilientClient(client, upstream.capabilities, upstream.policy, emit)
    driver = Driver(
        calls,
        cache,
        upstream.capabilities,
        ZoneInfo(upstream.timezone),
        lease_s=settings.cache.lease_s if settings.cache.shared else 0.0,
        window_s=settings.cache.union_window_ms / 1000,
        deadline_s=upstream.deadline_s,
        clock=clock,
    )
    return Tenant(
        name,
        f"{name}@{http.base_url}" if name else str(http.base_url),
        driver,
        client,
        calls,
        http,
        credential,
        upstream.country_code,
        given.organisation,
    )


def _http(upstream: UpstreamSettings, sandbox: "Sandbox | None") -> tuple[httpx.AsyncBaseTransport, httpx.AsyncClient]:
    """The one HTTP client, and what it sends through. Proxies of the environment are not used, and cookies are not
    kept: a proxy would see every credential, and a cookie of one caller would go out with the next one's request."""
    if sandbox is not None:
        transport, address = InProcessTransport(sandbox), "http://sandbox"
    elif upstream.base_url is None:
        raise BadSettings("GATEWAY_UPSTREAM__BASE_URL: is not set; `gateway dev` runs without one")
    else:
        transport, address = PooledTransport(max_connections=upstream.max_connections), str(upstream.base_url)
    return transport, httpx.AsyncClient(
        transport=transport,
        base_url=address,
        timeout=httpx.Timeout(upstream.timeout_s),
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


def _credential(upstream: UpstreamSettings, http: httpx.AsyncClient) -> Credential | None:
    """The gateway's own; null where it asks with the caller's."""
    match upstream.auth:
        case UpstreamAuth.BASIC:
            return BasicCredential(upstream.username, upstream.password.get_secret_value())
        case UpstreamAuth.OAUTH:
            secret = upstream.oauth_secret.get_secret_value()
            return OAuthCredential(http, upstream.oauth_key, secret, timeout_s=upstream.timeout_s)
        case UpstreamAuth.NONE:
            return NoCredential()
        case UpstreamAuth.PASSTHROUGH:
            return None

"""The only wiring: from settings to an ASGI application."""

import os
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from gateway.admin.endpoint import PurgeEndpoint
from gateway.cache.facet_cache import FacetCache
from gateway.cache.invalidation import Invalidation
from gateway.cache.memory import MemoryStore
from gateway.cache.stores import Store
from gateway.cache_settings import CacheSettings
from gateway.context import Scope
from gateway.driver import Driver
from gateway.facets.facet import Address, CustomerId
from gateway.graphiql.examples import EXAMPLES
from gateway.graphiql.page import Explorer
from gateway.graphql.documents import Documents
from gateway.graphql.endpoint import GraphQLEndpoint
from gateway.graphql.execution import Execution
from gateway.record import CustomerRecord
from gateway.sandbox import Sandbox
from gateway.settings import BadSettings, Settings, UpstreamAuth, UpstreamSettings
from gateway.telemetry.events import Emit
from gateway.telemetry.log import Log
from gateway.telemetry.telemetry import Telemetry
from gateway.upstream.auth import BasicCredential, Credential, NoCredential, OAuthCredential
from gateway.upstream.client import UpstreamClient
from gateway.upstream.transport import PooledTransport
from gateway.webhooks.endpoint import WebhookEndpoint
from resolvers.schema import build_schema

if TYPE_CHECKING:
    from gateway.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Gateway:
    """The wired pieces that commands and tests use beside HTTP."""

    execution: Execution
    client: UpstreamClient
    driver: Driver
    documents: Documents
    cache: FacetCache
    store: Store
    http: httpx.AsyncClient
    upstream: str
    credential: Credential
    attribution: str

    def scope(self, language: str | None = None) -> Scope:
        """The scope of a request in a language."""
        return Scope(self.upstream, self.credential.principal, self.attribution, language or "")

    async def find(self, address: Address) -> CustomerId | None:
        """Asks upstream who an address is."""
        record = CustomerRecord(address, {})
        await self.driver.run([record], self.scope(), most_age=0.0)
        return record.id


def build(
    settings: Settings,
    *,
    sandbox: Sandbox | None = None,
    emit: Emit | None = None,
    clock: Callable[[], float] = time.time,
) -> Gateway:
    """Wires everything below HTTP. With a sandbox, that is the upstream, reached in this process.

    `emit` is told what happens, the log unless said otherwise. `clock` is Unix time in seconds.
    """
    emit = emit or Log(settings.log_level)
    upstream = settings.upstream
    http = _http(upstream, sandbox)
    credential = _credential(upstream, http)
    client = UpstreamClient(
        http,
        credential,
        capabilities=upstream.capabilities,
        timeout_s=upstream.timeout_s,
        country_code=upstream.country_code,
    )
    store = _store(settings.cache, emit, clock)
    cache = FacetCache(
        store,
        secret=settings.cache.secret.get_secret_value().encode() or os.urandom(32),
        lifetimes=settings.cache.lifetimes,
        skew_s=settings.cache.clock_skew_s if settings.cache.shared else 0.0,
        clock=clock,
    )
    driver = Driver(
        client,
        cache,
        upstream.capabilities,
        ZoneInfo(upstream.timezone),
        emit,
        lease_s=settings.cache.lease_s if settings.cache.shared else 0.0,
        window_s=settings.cache.union_window_ms / 1000,
        clock=clock,
    )
    graph = build_schema()
    documents = Documents(
        graph.schema,
        emit,
        most=settings.limits.documents,
        size=settings.limits.document_characters,
        tokens=settings.limits.document_tokens,
        introspection=settings.introspection,
    )
    execution = Execution(documents, graph.homes, driver, emit, customers=settings.limits.customers)
    return Gateway(
        execution, client, driver, documents, cache, store, http, str(http.base_url), credential, upstream.country_code
    )


def create_app(
    settings: Settings,
    *,
    sandbox: Sandbox | None = None,
    emit: Emit | None = None,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """The gateway as an ASGI application. With a sandbox, its REST calls answer beside the graph.

    `emit` stands in for the log; metrics and traces hear of everything too, where they are switched on.
    """
    telemetry = _telemetry(settings, emit)
    emit = telemetry.emit
    gateway = build(settings, sandbox=sandbox, emit=emit, clock=clock)
    telemetry.watch(gateway.http)
    if telemetry.metrics is not None:
        _gauge(telemetry.metrics, gateway)
    explorer = Explorer(EXAMPLES) if settings.graphiql else None
    endpoint = GraphQLEndpoint(
        gateway.execution,
        gateway.scope,
        emit,
        body_bytes=settings.limits.body_bytes,
        explain=settings.explain,
        page=explorer.page if explorer else None,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with gateway.http, telemetry.running():
            yield
            await gateway.driver.finish()
        await gateway.store.close()

    routes: list[BaseRoute] = [Route("/graphql", endpoint), Route("/healthz", _alive), Route("/readyz", _alive)]
    routes += telemetry.routes()
    routes += _invalidation(gateway, settings, emit)
    routes += explorer.routes() if explorer else []
    routes += [Mount("/", sandbox)] if sandbox else []
    return Starlette(routes=routes, lifespan=lifespan)


def _telemetry(settings: Settings, emit: Emit | None) -> Telemetry:
    try:
        return Telemetry(emit or Log(settings.log_level), settings.metrics, settings.traces)
    except ImportError:
        needed = "needs OpenTelemetry: pip install 'loyalty-graph-gateway[otel]'"
        raise BadSettings(f"GATEWAY_TRACES__ENABLED: {needed}") from None


def _gauge(metrics: "Metrics", gateway: Gateway) -> None:
    """Says where Prometheus finds what nobody tells of."""
    documents, store = gateway.documents, gateway.store
    metrics.gauge("gateway_documents", lambda: documents.kept)
    if isinstance(store, MemoryStore):
        metrics.gauge("gateway_cache_bytes", lambda: store.bytes_held)
        metrics.gauge("gateway_cache_entries", lambda: store.entries)


def _invalidation(gateway: Gateway, settings: Settings, emit: Emit) -> list[BaseRoute]:
    """Where upstream and operators say that customers changed; each only where it is told apart from strangers."""
    found: list[BaseRoute] = []
    invalidation = Invalidation(
        gateway.cache, gateway.upstream, gateway.find, organisation=settings.webhooks.organisation
    )
    if secret := settings.webhooks.secret.get_secret_value():
        events = WebhookEndpoint(
            header=settings.webhooks.header,
            secret=secret,
            invalidate=invalidation.event,
            fresh=invalidation.first_time,
            forget=invalidation.not_yet,
            emit=emit,
            body_bytes=settings.limits.body_bytes,
        )
        found.append(Route("/events/capillary", events))
    if secret := settings.admin.secret.get_secret_value():
        found.append(Route("/admin/cache/purge", PurgeEndpoint(secret, invalidation.purge)))
    return found


def _store(cache: CacheSettings, emit: Emit, clock: Callable[[], float]) -> Store:
    """Where entries lie: in this process, or on a server that may fail at any time."""
    if not cache.shared:
        return MemoryStore(max_bytes=cache.max_bytes, clock=clock)
    # Imported only here: a cache in this process need not pay for redis, which is 27 MB (see `gateway.cache.base`).
    from gateway.cache.guarded import GuardedStore
    from gateway.cache.sealed import SealedStore
    from gateway.cache.valkey import ValkeyStore

    store: Store = GuardedStore(
        ValkeyStore(cache.url.get_secret_value(), deadline_s=cache.deadline_s), deadline_s=cache.deadline_s, emit=emit
    )
    return SealedStore(store, cache.keys) if cache.keys else store


def schema_text() -> str:
    """The schema in SDL, as `schema.graphql` holds it."""
    return build_schema().sdl


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _http(upstream: UpstreamSettings, sandbox: Sandbox | None) -> httpx.AsyncClient:
    """The one HTTP client. Proxies of the environment are not used: they would see every credential."""
    timeout = httpx.Timeout(upstream.timeout_s)
    if sandbox is not None:
        transport = httpx.ASGITransport(sandbox)
        return httpx.AsyncClient(transport=transport, base_url="http://sandbox", timeout=timeout, trust_env=False)
    if upstream.base_url is None:
        raise BadSettings("GATEWAY_UPSTREAM__BASE_URL: is not set; `gateway dev` runs without one")
    return httpx.AsyncClient(
        transport=PooledTransport(max_connections=upstream.max_connections),
        base_url=str(upstream.base_url),
        timeout=timeout,
        trust_env=False,
    )


def _credential(upstream: UpstreamSettings, http: httpx.AsyncClient) -> Credential:
    match upstream.auth:
        case UpstreamAuth.BASIC:
            return BasicCredential(upstream.username, upstream.password.get_secret_value())
        case UpstreamAuth.OAUTH:
            secret = upstream.oauth_secret.get_secret_value()
            return OAuthCredential(http, upstream.oauth_key, secret, timeout_s=upstream.timeout_s)
        case UpstreamAuth.NONE:
            return NoCredential()
        case UpstreamAuth.PASSTHROUGH:
            raise BadSettings("GATEWAY_UPSTREAM__AUTH: passthrough is not available yet")

"""The only wiring: from settings to an ASGI application."""

import os
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Lifespan, Receive, Scope, Send

from gateway.admin.endpoint import PurgeEndpoint
from gateway.cache.facet_cache import FacetCache
from gateway.cache.invalidation import Invalidation
from gateway.cache.local import LocalRecords
from gateway.cache.stores import Store
from gateway.graphql.documents import Documents
from gateway.graphql.endpoint import GraphQLEndpoint
from gateway.graphql.execution import Execution
from gateway.graphql.origins import CrossOrigin
from gateway.graphql.repeats import Repeats
from gateway.graphql.tags import Tags
from gateway.graphql.trusted import persisted_documents
from gateway.readiness import Readiness, ReadinessEndpoint
from gateway.settings import BadSettings, Settings
from gateway.telemetry.events import Emit
from gateway.telemetry.log import Log
from gateway.tenants import Tenants
from gateway.webhooks.endpoint import WebhookEndpoint
from gateway.wiring.authenticators import authenticator
from gateway.wiring.organisations import Sandboxes, tenants
from gateway.wiring.stores import local, store
from gateway.wiring.telemetry import Telemetry
from resolvers.schema import build_schema

if TYPE_CHECKING:
    from gateway.graphiql.page import Explorer
    from gateway.telemetry.metrics import Metrics


LINES_WAIT_S: Final = 0.02
"""For how long lines of the log may wait for others: a process that is killed loses as much of it."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The wired pieces that commands and tests use beside HTTP."""

    execution: Execution
    documents: Documents
    tenants: Tenants
    cache: FacetCache
    store: Store
    local: LocalRecords | None


class Application(Starlette):
    """The routes, and ahead of them `/graphql`, which pays for no router and no middleware."""

    def __init__(self, graphql: GraphQLEndpoint, routes: list[BaseRoute], lifespan: Lifespan[Starlette]) -> None:
        super().__init__(routes=[Route("/graphql", graphql), *routes], lifespan=lifespan)
        self._graphql = graphql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or lives as long as the server does."""
        if scope["type"] == "http" and scope["path"] == "/graphql":
            await self._graphql(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def at_once(self, scope: Scope, body: bytes) -> bytes | None:
        """The answer to a whole request, for `gateway.server`, if it was given before and still is the answer."""
        return self._graphql.at_once(scope, body) if scope["path"] == "/graphql" else None


def build(
    settings: Settings,
    *,
    sandbox: Sandboxes = None,
    emit: Emit | None = None,
    clock: Callable[[], float] = time.time,
) -> Gateway:
    """Wires everything below HTTP. With a sandbox, that is the upstream, reached in this process.

    `emit` is told what happens, the log unless said otherwise. `clock` is Unix time in seconds.
    """
    emit = emit or Log(settings.log_level)
    entries = store(settings.cache, emit, clock)
    here = local(settings.cache, entries, clock)
    cache = FacetCache(
        entries,
        local=here,
        names=_invalidates(settings),
        trust_s=settings.cache.local_for_s,
        emit=emit,
        secret=_secret(settings),
        lifetimes=settings.cache.lifetimes,
        skew_s=settings.cache.clock_skew_s if settings.cache.shared else 0.0,
        clock=clock,
    )
    graph = build_schema(federation=settings.federation)
    documents = Documents(
        graph.schema,
        emit,
        settings.limits,
        introspection=settings.introspection,
        fast=(graph.homes, graph.shapes) if settings.fast_path else None,
    )
    limits = settings.limits
    execution = Execution(
        documents, graph.homes, emit, customers=limits.customers, cost=limits.cost, deferred=limits.deferred
    )
    return Gateway(execution, documents, tenants(settings, cache, sandbox, emit, clock), cache, entries, here)


def create_app(
    settings: Settings,
    *,
    sandbox: Sandboxes = None,
    emit: Emit | None = None,
    clock: Callable[[], float] = time.time,
    readiness: Readiness | None = None,
) -> Starlette:
    """The gateway as an ASGI application. With a sandbox, its REST calls answer beside the graph.

    `readiness` is what `/readyz` tells. `emit` stands in for the log; metrics and traces hear of everything too, where
    they are switched on.
    """
    telemetry = _telemetry(settings, emit)
    emit = telemetry.emit
    gateway = build(settings, sandbox=sandbox, emit=emit, clock=clock)
    for tenant in gateway.tenants:
        telemetry.watch(tenant.http)
    if telemetry.metrics is not None:
        _gauge(telemetry.metrics, gateway)
    callers = authenticator(settings.auth, emit, clock)
    explorer = _explorer(explain=settings.explain) if settings.graphiql else None
    endpoint = GraphQLEndpoint(
        gateway.execution,
        gateway.tenants,
        emit,
        authenticator=callers,
        limits=settings.limits,
        explain=settings.explain,
        page=explorer.page if explorer else None,
        documents=persisted_documents(settings.documents, gateway.execution.document),
        origins=CrossOrigin.of(settings.cors, settings.http),
        codes=settings.http.status_codes,
        compress_from=settings.http.compress_from_bytes,
        tags=Tags(_secret(settings)),
        repeats=Repeats(most_bytes=settings.cache.answer_bytes, relevant=[settings.tenancy.header], clock=clock),
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        await gateway.store.open()
        async with AsyncExitStack() as upstreams, telemetry.running():
            for tenant in gateway.tenants:
                await upstreams.enter_async_context(tenant.http)
            yield
            for tenant in gateway.tenants:
                await tenant.finish()
        await callers.close()
        await gateway.store.close()

    routes: list[BaseRoute] = [
        Route("/healthz", _alive),
        Route("/readyz", ReadinessEndpoint(readiness or Readiness())),
    ]
    routes += telemetry.routes()
    routes += _invalidation(gateway, settings, emit)
    routes += explorer.routes() if explorer else []
    routes += [Mount("/", sandbox)] if sandbox and not isinstance(sandbox, Mapping) else []
    return Application(endpoint, routes=routes, lifespan=lifespan)


def _telemetry(settings: Settings, emit: Emit | None) -> Telemetry:
    try:
        return Telemetry(emit or Log(settings.log_level, wait_s=LINES_WAIT_S), settings.metrics, settings.traces)
    except ImportError:
        needed = "needs OpenTelemetry: pip install 'loyalty-graph-gateway[otel]'"
        raise BadSettings(f"GATEWAY_TRACES__ENABLED: {needed}") from None


def _secret(settings: Settings) -> bytes:
    """What hashes are keyed with: replicas have the same, and who is alone has another at every start."""
    return settings.cache.secret.get_secret_value().encode() or os.urandom(32)


def _explorer(*, explain: bool) -> "Explorer":
    # Imported only here: few gateways show it.
    from gateway.graphiql.examples import EXAMPLES
    from gateway.graphiql.page import Explorer

    return Explorer(EXAMPLES, explain=explain)


def _gauge(metrics: "Metrics", gateway: Gateway) -> None:
    """Says where Prometheus finds what nobody tells of."""
    documents, local = gateway.documents, gateway.local
    metrics.gauge("gateway_documents", lambda: documents.kept)
    outlooks = [tenant.calls.outlook for tenant in gateway.tenants]
    metrics.gauge("gateway_breakers_open", lambda: sum(len(outlook().avoid) for outlook in outlooks))
    metrics.gauge("gateway_facets_left_out", lambda: sum(len(outlook().broken) for outlook in outlooks))
    if local is not None:
        metrics.gauge("gateway_cache_bytes", lambda: local.store.bytes_held)
        metrics.gauge("gateway_cache_entries", lambda: local.store.entries)


def _invalidates(settings: Settings) -> bool:
    """Whether anybody can say that a customer changed: upstream, an operator, or those who share the cache."""
    secrets = settings.webhooks.secret, settings.admin.secret
    return settings.cache.shared or any(secret.get_secret_value() for secret in secrets)


def _invalidation(gateway: Gateway, settings: Settings, emit: Emit) -> list[BaseRoute]:
    """Where upstream and operators say that customers changed; each only where it is told apart from strangers."""
    found: list[BaseRoute] = []
    invalidation = Invalidation(gateway.cache, gateway.tenants)
    if secret := settings.webhooks.secret.get_secret_value():
        events = WebhookEndpoint(
            header=settings.webhooks.header,
            secret=secret,
            invalidate=invalidation.event,
            fresh=invalidation.first_time,
            forget=invalidation.not_yet,
            emit=emit,
            body_bytes=settings.limits.event_bytes,
        )
        found.append(Route("/events/capillary", events))
    if secret := settings.admin.secret.get_secret_value():
        found.append(Route("/admin/cache/purge", PurgeEndpoint(secret, invalidation.purge)))
    return found


def schema_text() -> str:
    """The schema in SDL, as `schema.graphql` holds it."""
    return build_schema().sdl


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok\n")

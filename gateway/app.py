"""The only wiring: from settings to an ASGI application."""

import os
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from gateway.admin.endpoint import PurgeEndpoint
from gateway.auth.api_keys import ApiKeys
from gateway.auth.authenticator import Asking, Authenticator, TokenReader, Trusting
from gateway.auth_settings import AuthSettings, JwtSettings
from gateway.cache.facet_cache import FacetCache
from gateway.cache.invalidation import Invalidation
from gateway.cache.memory import MemoryStore
from gateway.cache.stores import Store
from gateway.cache_settings import CacheSettings, split
from gateway.context import Scope
from gateway.driver import Driver
from gateway.facets.facet import Address, CustomerId
from gateway.graphiql.examples import EXAMPLES
from gateway.graphiql.page import Explorer
from gateway.graphql.documents import Documents
from gateway.graphql.endpoint import GraphQLEndpoint
from gateway.graphql.execution import Execution
from gateway.graphql.origins import CrossOrigin
from gateway.graphql.trusted import persisted_documents
from gateway.readiness import Readiness, ReadinessEndpoint
from gateway.record import CustomerRecord
from gateway.sandbox import Sandbox
from gateway.settings import BadSettings, Settings
from gateway.telemetry.events import Emit, to_log
from gateway.upstream.auth import BasicCredential, Credential, NoCredential, OAuthCredential
from gateway.upstream.client import UpstreamClient
from gateway.upstream.resilient import ResilientClient
from gateway.upstream.transport import InProcessTransport, PooledTransport
from gateway.upstream_settings import UpstreamAuth, UpstreamSettings
from gateway.webhooks.endpoint import WebhookEndpoint
from resolvers.schema import build_schema


@dataclass(frozen=True, slots=True)
class Gateway:
    """The wired pieces that commands and tests use beside HTTP."""

    execution: Execution
    client: UpstreamClient
    calls: ResilientClient
    driver: Driver
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
        record = CustomerRecord(address, {}, allowance=self.driver.allowance())
        await self.driver.run([record], self.scope(), most_age=0.0)
        return record.id


def build(
    settings: Settings, *, sandbox: Sandbox | None = None, emit: Emit = to_log, clock: Callable[[], float] = time.time
) -> Gateway:
    """Wires everything below HTTP. With a sandbox, that is the upstream, reached in this process.

    `clock` is Unix time in seconds.
    """
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
    calls = ResilientClient(client, upstream.capabilities, upstream.policy, emit)
    driver = Driver(
        calls,
        cache,
        upstream.capabilities,
        ZoneInfo(upstream.timezone),
        emit,
        lease_s=settings.cache.lease_s if settings.cache.shared else 0.0,
        window_s=settings.cache.union_window_ms / 1000,
        deadline_s=upstream.deadline_s,
        clock=clock,
    )
    graph = build_schema()
    documents = Documents(graph.schema, settings.limits, introspection=settings.introspection)
    execution = Execution(
        documents, graph.homes, driver, emit, customers=settings.limits.customers, cost=settings.limits.cost
    )
    return Gateway(
        execution, client, calls, driver, cache, store, http, str(http.base_url), credential, upstream.country_code
    )


def create_app(
    settings: Settings,
    *,
    sandbox: Sandbox | None = None,
    emit: Emit = to_log,
    clock: Callable[[], float] = time.time,
    readiness: Readiness | None = None,
) -> Starlette:
    """The gateway as an ASGI application. With a sandbox, its REST calls answer beside the graph.

    `readiness` is what `/readyz` tells.
    """
    gateway = build(settings, sandbox=sandbox, emit=emit, clock=clock)
    authenticator = _authenticator(settings.auth, emit, clock)
    explorer = Explorer(EXAMPLES) if settings.graphiql else None
    endpoint = GraphQLEndpoint(
        gateway.execution,
        gateway.scope,
        emit,
        authenticator=authenticator,
        limits=settings.limits,
        explain=settings.explain,
        page=explorer.page if explorer else None,
        documents=persisted_documents(settings.documents, gateway.execution.document),
        origins=CrossOrigin.of(settings.cors, settings.http),
        codes=settings.http.status_codes,
        compress_from=settings.http.compress_from_bytes,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        await gateway.store.open()
        async with gateway.http:
            yield
            await gateway.driver.finish()
            await gateway.calls.close()
        await authenticator.close()
        await gateway.store.close()

    routes: list[BaseRoute] = [
        Route("/graphql", endpoint),
        Route("/healthz", _alive),
        Route("/readyz", ReadinessEndpoint(readiness or Readiness())),
    ]
    routes += _invalidation(gateway, settings, emit)
    routes += explorer.routes() if explorer else []
    routes += [Mount("/", sandbox)] if sandbox else []
    return Starlette(routes=routes, lifespan=lifespan)


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
            body_bytes=settings.limits.event_bytes,
        )
        found.append(Route("/events/capillary", events))
    if secret := settings.admin.secret.get_secret_value():
        found.append(Route("/admin/cache/purge", PurgeEndpoint(secret, invalidation.purge)))
    return found


def _authenticator(auth: AuthSettings, emit: Emit, clock: Callable[[], float]) -> Authenticator:
    """Who tells callers apart, as far as anybody does."""
    match auth.mode:
        case None | "none":
            return Trusting()
        case "api_key":
            return Asking(ApiKeys(auth.keys))
        case "jwt":
            return Asking(ApiKeys(auth.keys), _tokens(auth.jwt, emit, clock))


def _tokens(settings: JwtSettings, emit: Emit, clock: Callable[[], float]) -> TokenReader:
    # Imported only here: who checks no tokens need not load what checks them.
    from gateway.auth import jwks
    from gateway.auth.tokens import Tokens

    if settings.jwks_url is None:
        source: jwks.KeySource = jwks.GivenKeys(jwks.read(settings.jwks.encode()))
    else:
        http = httpx.AsyncClient(transport=PooledTransport(max_connections=1), trust_env=False)
        source = jwks.FetchedKeys(
            jwks.fetcher(http, str(settings.jwks_url), settings.jwks_timeout_s),
            emit,
            fresh_for_s=settings.jwks_fresh_for_s,
            keep_for_s=settings.jwks_keep_for_s,
            cooldown_s=settings.jwks_cooldown_s,
            close=http.aclose,
        )
    return Tokens(
        source,
        settings.names,
        issuer=settings.issuer,
        audiences=split(settings.audience),
        algorithms=split(settings.algorithms),
        leeway_s=settings.leeway_s,
        remember_s=settings.remember_s,
        clock=clock,
    )


def _store(cache: CacheSettings, emit: Emit, clock: Callable[[], float]) -> Store:
    """Where entries lie: in this process, or on a server that may fail at any time."""
    if not cache.shared:
        return MemoryStore(max_bytes=cache.max_bytes, clock=clock)
    # Imported only here: a cache in this process need not pay for redis, which is 27 MB (see `gateway.cache.base`).
    from gateway.cache.guarded import GuardedStore
    from gateway.cache.sealed import SealedStore
    from gateway.cache.valkey import ValkeyStore

    store: Store = GuardedStore(ValkeyStore(cache.url.get_secret_value()), deadline_s=cache.deadline_s, emit=emit)
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
        transport = InProcessTransport(sandbox)
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

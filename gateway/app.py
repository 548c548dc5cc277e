"""The only wiring: from settings to an ASGI application."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from gateway.cache.facet_cache import FacetCache
from gateway.cache.stores import MemoryStore
from gateway.context import Scope
from gateway.driver import Driver
from gateway.graphiql.examples import EXAMPLES
from gateway.graphiql.page import Explorer
from gateway.graphql.documents import Documents
from gateway.graphql.endpoint import GraphQLEndpoint
from gateway.graphql.execution import Execution
from gateway.sandbox import Sandbox
from gateway.settings import BadSettings, Settings, UpstreamAuth, UpstreamSettings
from gateway.telemetry.events import Emit, to_log
from gateway.upstream.auth import BasicCredential, Credential, NoCredential, OAuthCredential
from gateway.upstream.client import UpstreamClient
from gateway.upstream.transport import PooledTransport
from resolvers.schema import build_schema


@dataclass(frozen=True, slots=True)
class Gateway:
    """The wired pieces that commands and tests use beside HTTP."""

    execution: Execution
    client: UpstreamClient
    http: httpx.AsyncClient
    upstream: str
    credential: Credential
    attribution: str

    def scope(self, language: str | None = None) -> Scope:
        """The scope of a request in a language."""
        return Scope(self.upstream, self.credential.principal, self.attribution, language or "")


def build(settings: Settings, *, sandbox: Sandbox | None = None, emit: Emit = to_log) -> Gateway:
    """Wires everything below HTTP. With a sandbox, that is the upstream, reached in this process."""
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
    secret = settings.cache.secret.get_secret_value().encode() or os.urandom(32)
    cache = FacetCache(MemoryStore(max_bytes=settings.cache.max_bytes), secret=secret)
    driver = Driver(client, cache, upstream.capabilities, ZoneInfo(upstream.timezone), emit)
    graph = build_schema()
    documents = Documents(
        graph.schema,
        most=settings.limits.documents,
        size=settings.limits.document_characters,
        tokens=settings.limits.document_tokens,
        introspection=settings.introspection,
    )
    execution = Execution(documents, graph.homes, driver, emit, customers=settings.limits.customers)
    return Gateway(execution, client, http, str(http.base_url), credential, upstream.country_code)


def create_app(settings: Settings, *, sandbox: Sandbox | None = None, emit: Emit = to_log) -> Starlette:
    """The gateway as an ASGI application. With a sandbox, its REST calls answer beside the graph."""
    gateway = build(settings, sandbox=sandbox, emit=emit)
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
        async with gateway.http:
            yield

    routes: list[BaseRoute] = [Route("/graphql", endpoint), Route("/healthz", _alive), Route("/readyz", _alive)]
    routes += explorer.routes() if explorer else []
    routes += [Mount("/", sandbox)] if sandbox else []
    return Starlette(routes=routes, lifespan=lifespan)


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

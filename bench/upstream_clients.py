"""What one upstream GET costs a client: microseconds of CPU of this process, alone and fifty at once.

`python bench/upstream_clients.py http://127.0.0.1:9911` against anything that answers the path below with keep-alive,
best something that costs this process nothing. Each client runs in a process of its own, on uvloop, with the headers
that the gateway sends, and reads the whole body. What is not installed is left out with a word: aiohttp and pyreqwest
are no dependencies of the gateway.
"""

import argparse
import asyncio
import importlib.util
import multiprocessing
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvloop

from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTENCE
from gateway.facets.facet import Address, Endpoint, Facet, Identifier, IdentifierKind, Source
from gateway.facets.plan import Call
from gateway.upstream.answers import Target
from gateway.upstream.auth import BasicCredential
from gateway.upstream.client import UpstreamClient
from gateway.upstream.transport import PooledTransport
from gateway.upstream.wire import MOST_BYTES

PATH = (
    "/v2/customers/lookup/customerDetails?source=INSTORE&identifierName=id&identifierValue=1000000001"
    "&embed=mlp%2Cpoints%2CgapDetails%2CignoreCardDetails"
)
HEADERS = {"accept": "application/json", "accept-encoding": "gzip", "authorization": "Basic dGlsbDpzZWNyZXQ="}
CONNECTIONS = 50

Get = Callable[[], Awaitable[int]]
"""One GET; how many bytes came."""


@asynccontextmanager
async def stock_httpx(url: str) -> AsyncIterator[Get]:
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    async with httpx.AsyncClient(base_url=url, limits=limits, trust_env=False) as http:

        async def get() -> int:
            return len((await http.get(PATH, headers=HEADERS)).content)

        yield get


@asynccontextmanager
async def httpx_over_our_pool(url: str) -> AsyncIterator[Get]:
    transport = PooledTransport(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(transport=transport, base_url=url, trust_env=False) as http:

        async def get() -> int:
            return len((await http.get(PATH, headers=HEADERS)).content)

        yield get


@asynccontextmanager
async def our_transport_with_requests(url: str) -> AsyncIterator[Get]:
    async with PooledTransport(max_connections=CONNECTIONS) as transport:

        async def get() -> int:
            answer = await transport.handle_async_request(httpx.Request("GET", url + PATH, headers=HEADERS))
            return len(await answer.aread())

        yield get


@asynccontextmanager
async def our_wire(url: str) -> AsyncIterator[Get]:
    async with PooledTransport(max_connections=CONNECTIONS) as transport:
        wire = transport.wire(httpx.URL(url))
        headers = "".join(f"{name}: {value}\r\n" for name, value in {"host": "upstream", **HEADERS}.items()).encode()
        target, loop = PATH.encode(), asyncio.get_running_loop()

        async def get() -> int:
            return len((await wire.get(target, headers, until=loop.time() + 10, most=MOST_BYTES)).body)

        yield get


@asynccontextmanager
async def whole_call(url: str) -> AsyncIterator[Get]:
    """What the gateway does: a planned call written, sent, read, decoded and attributed."""
    transport = PooledTransport(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(transport=transport, base_url=url, trust_env=False) as http:
        found = (Identifier(IdentifierKind.ID, "1000000001"),)
        target = Target(Address(found, Source.INSTORE, None), found)
        call = Call(Endpoint.V2, 1, (IdentifierKind.ID,), (0,), frozenset({EXISTENCE(), Facet("PROGRAMS")}))
        credential = BasicCredential("till", "secret")
        client = UpstreamClient(
            http, credential, capabilities=Capabilities(), timeout_s=10.0, wire=transport.wire(http.base_url)
        )

        async def get() -> int:
            performed = await client.perform(call, {0: target})
            return performed.size

        yield get


@asynccontextmanager
async def httpcore2_direct(url: str) -> AsyncIterator[Get]:
    import httpcore2

    headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    async with httpcore2.AsyncConnectionPool(
        max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=30
    ) as pool:

        async def get() -> int:
            return len((await pool.request("GET", url + PATH, headers=headers)).content)

        yield get


@asynccontextmanager
async def aiohttp_direct(url: str) -> AsyncIterator[Get]:
    import aiohttp
    from yarl import URL

    target = URL(url + PATH, encoded=True)
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, headers=HEADERS, cookie_jar=aiohttp.DummyCookieJar()) as http:

        async def get() -> int:
            async with http.get(target) as answer:
                return len(await answer.read())

        yield get


@asynccontextmanager
async def pyreqwest_direct(url: str) -> AsyncIterator[Get]:
    from pyreqwest.client import ClientBuilder

    made: Any = ClientBuilder().max_connections(CONNECTIONS).default_headers(HEADERS)
    async with made.build() as http:

        async def get() -> int:
            answer = await http.get(url + PATH).build().send()
            return len(await answer.bytes())

        yield get


CLIENTS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "httpx, as it comes": ("httpx", stock_httpx),
    "httpcore2's pool": ("httpcore2", httpcore2_direct),
    "aiohttp": ("aiohttp", aiohttp_direct),
    "pyreqwest": ("pyreqwest", pyreqwest_direct),
    "httpx over our pool": ("httpx", httpx_over_our_pool),
    "our transport, given httpx.Request": ("httpx", our_transport_with_requests),
    "our wire": ("httptools", our_wire),
    "UpstreamClient.perform over our wire": ("httptools", whole_call),
}


async def measured(url: str, made: Callable[[str], Any], at_once: int, seconds: float) -> tuple[float, int]:
    """Microseconds of CPU per GET, the least of three rounds, and the bytes of one body."""
    async with made(url) as get:
        size = 0

        async def worker(until: float) -> int:
            nonlocal size
            done = 0
            while time.perf_counter() < until:
                size = await get()
                done += 1
            return done

        await asyncio.gather(*(worker(time.perf_counter() + 0.3) for _ in range(at_once)))
        found: list[float] = []
        for _ in range(3):
            began, until = time.process_time(), time.perf_counter() + seconds
            done = sum(await asyncio.gather(*(worker(until) for _ in range(at_once))))
            found.append((time.process_time() - began) / done * 1e6)
        return min(found), size


def told(url: str, name: str, seconds: float) -> None:
    """Measures one client, in a process of its own."""
    cells: list[str] = []
    size = 0
    for at_once in (1, CONNECTIONS):
        cost, size = uvloop.run(measured(url, CLIENTS[name][1], at_once, seconds))
        cells.append(f"{cost:8.1f}")
    print(f"{name:40} {cells[0]} {cells[1]} {size:8}", flush=True)  # noqa: T201 - this is its answer


def main() -> None:
    """Measures them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each of three rounds")
    parser.add_argument("--only", default="", help="part of a client's name")
    given = parser.parse_args()
    print(f"{'µs of CPU per GET':40} {'alone':>8} {CONNECTIONS:>5} at once {'bytes':>5}")  # noqa: T201
    for name, (package, _) in CLIENTS.items():
        if given.only not in name:
            continue
        if importlib.util.find_spec(package) is None:
            print(f"{name:40} not installed")  # noqa: T201
            continue
        process = multiprocessing.get_context("spawn").Process(target=told, args=(given.url, name, given.seconds))
        process.start()
        process.join()


if __name__ == "__main__":
    main()

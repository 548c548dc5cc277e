"""The two ways over the same connections: through httpx, and over the wire beside it."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx
import pytest

from gateway.upstream.transport import PooledTransport
from gateway.upstream.wire import MOST_BYTES
from tests.upstream.wire import Say, Wire, listening

PATIENCE_S = 10.0
"""Longer than any answer takes; a test that needs it has failed."""

both_ways = pytest.mark.parametrize("way", ["httpx", "wire"])


class Reply(NamedTuple):
    """What is told of an answer on either way."""

    status: int
    body: bytes


class Asker:
    """Asks one upstream."""

    def __init__(self, way: str, transport: PooledTransport, url: str, limits: httpx.Timeout, most: int) -> None:
        self.transport = transport
        self._http = httpx.AsyncClient(transport=transport, base_url=url, timeout=limits, trust_env=False)
        self._wire = transport.wire(httpx.URL(url))
        self._way = way
        self._limits = limits
        self._most = most

    async def get(self, path: str = "/") -> Reply:
        """One GET."""
        if self._way == "httpx":
            answer = await self._http.get(path)
            return Reply(answer.status_code, answer.content)
        until = asyncio.get_running_loop().time() + (self._limits.read or PATIENCE_S)
        host = self._http.base_url.netloc
        reply = await self._wire.get(path.encode(), b"host: %b\r\n" % host, until=until, most=self._most)
        return Reply(reply.status, reply.body)


@asynccontextmanager
async def asker(
    way: str, url: str, *, limits: httpx.Timeout | float = PATIENCE_S, most: int = MOST_BYTES, **pool: Any
) -> AsyncIterator[Asker]:
    """Asks a server that is there already."""
    async with PooledTransport(**{"max_connections": 2, "most_bytes": most, **pool}) as transport:
        yield Asker(way, transport, url, httpx.Timeout(limits), most)


@asynccontextmanager
async def asking(way: str, say: Say, **more: Any) -> AsyncIterator[tuple[Asker, Wire]]:
    """One who asks, and the server that is asked."""
    async with listening(say) as wire, asker(way, wire.url, **more) as found:
        yield found, wire


def chunked(*parts: bytes, extension: bytes = b"", trailers: bytes = b"") -> bytes:
    """A body in chunks."""
    lines = (b"%x%b\r\n%b\r\n" % (len(part), extension, part) for part in parts)
    return b"".join(lines) + b"0\r\n" + trailers + b"\r\n"


WHOLE: dict[str, tuple[bytes, Reply]] = {
    "with a length": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX: y\r\n\r\n" + b'{"id":71}', Reply(200, b'{"id":71}')),
    "empty": (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", Reply(500, b"")),
    "without a reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", Reply(200, b"hi")),
    "in chunks": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n" + chunked(b'{"id"', b":", b"71}"),
        Reply(200, b'{"id":71}'),
    ),
    "in chunks with everything": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Expires\r\n\r\n"
        + chunked(b"hello ", b"world", extension=b';a=b;c="d"', trailers=b"Expires: never\r\nContent-Encoding: br\r\n"),
        Reply(200, b"hello world"),
    ),
    "packed": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: GZip\r\nContent-Length: %d\r\n\r\n%b"
        % (len(gzip.compress(b"hello" * 50, mtime=0)), gzip.compress(b"hello" * 50, mtime=0)),
        Reply(200, b"hello" * 50),
    ),
    "packed and in chunks": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        + chunked(*(bytes([one]) for one in gzip.compress(b"hello", mtime=0))),
        Reply(200, b"hello"),
    ),
    "after interim answers": (
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
        ),
        Reply(200, b"hi"),
    ),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", Reply(204, b"")),
    "304 that tells a length": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", Reply(304, b"")),
    "kept by HTTP/1.0": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi",
        Reply(200, b"hi"),
    ),
    "with an upgrade offered": (
        b"HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi",
        Reply(200, b"hi"),
    ),
}
"""Answers that leave the connection usable, and what they are."""

CLOSING: dict[str, tuple[bytes, Reply]] = {
    "until the end": (b"HTTP/1.1 200 OK\r\n\r\nhello", Reply(200, b"hello")),
    "until the end, packed": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello", mtime=0),
        Reply(200, b"hello"),
    ),
    "HTTP/1.0 until the end": (b"HTTP/1.0 200 OK\r\n\r\nhello", Reply(200, b"hello")),
    "HTTP/1.0 with a length": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", Reply(200, b"hi")),
    "told to close": (b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nhi", Reply(200, b"hi")),
}
"""Answers with which the connection ends."""

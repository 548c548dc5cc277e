"""httpx over connections of our own, and the way beside it that takes a GET without httpx (decision record 0017)."""

import asyncio
import math
import re
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, cast

import certifi
import httpx

from gateway.errors import UpstreamUnavailable
from gateway.upstream.deadlines import Watch
from gateway.upstream.pool import Patience, Pool
from gateway.upstream.wire import MOST_BYTES, Wire, WireReply

_PORTS: Final = {b"http": 80, b"https": 443}
_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_TARGET: Final = re.compile(rb"[\x21-\x7e]+")
_UNSPOKEN: Final = ("CONNECT", "HEAD")
_Origin = tuple[bytes, str, int]


class PooledTransport(httpx.AsyncBaseTransport):
    """An httpx transport with at most `max_connections` connections to each host, all of which may be kept alive.

    It reads an answer whole, up to `most_bytes` before it is unpacked, and speaks HTTP/1.1 without proxies. `secure` is
    what it proves servers by, the system's authorities if nothing is given.
    """

    def __init__(
        self,
        *,
        max_connections: int,
        keepalive_expiry_s: float = 30.0,
        most_bytes: int = MOST_BYTES,
        secure: ssl.SSLContext | None = None,
    ) -> None:
        self._max_connections = max_connections
        self._keepalive_expiry_s = keepalive_expiry_s
        self._most_bytes = most_bytes
        self._secure = secure
        self._pools: dict[_Origin, Pool] = {}
        self._watch: Watch | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends one request. Raises httpx's transport errors, and `httpx.DecodingError` for what is too large."""
        if not isinstance(request.stream, httpx.AsyncByteStream):
            raise TypeError("an asynchronous transport takes requests with an asynchronous body")
        if request.method in _UNSPOKEN:
            raise httpx.UnsupportedProtocol(f"{request.method} is not spoken here")
        pool = self._pool(_origin(request.url))
        body = b"".join([part async for part in request.stream])
        try:
            reply = await pool.exchange(
                _written(request, body),
                most=self._most_bytes,
                unpack=False,
                repeatable=request.method == "GET",
                patience=_patience(request),
            )
        except UpstreamUnavailable as error:
            raise httpx.DecodingError(error.message) from error
        return httpx.Response(reply.status, headers=reply.headers, stream=httpx.ByteStream(reply.body))

    def wire(self, url: httpx.URL) -> Wire:
        """The way to the upstream at a URL, over the same connections."""
        return _Direct(partial(self._pool, _origin(url)))

    async def aclose(self) -> None:
        """Closes every connection."""
        for pool in self._pools.values():
            await pool.close()
        self._pools.clear()
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def _pool(self, origin: _Origin) -> Pool:
        pool = self._pools.get(origin)
        if pool is None:
            scheme, host, port = origin
            self._watch = self._watch or Watch(asyncio.get_running_loop())
            pool = self._pools[origin] = Pool(
                host,
                port,
                secure=self._proof() if scheme == b"https" else None,
                max_connections=self._max_connections,
                keepalive_expiry_s=self._keepalive_expiry_s,
                watch=self._watch,
            )
        return pool

    def _proof(self) -> ssl.SSLContext:
        if self._secure is None:
            self._secure = ssl.create_default_context()
            found = ssl.get_default_verify_paths()
            if not found.cafile and not found.capath:
                self._secure.load_verify_locations(certifi.where())
            self._secure.set_alpn_protocols(["http/1.1"])
        return self._secure


class _Direct:
    """The port, without httpx."""

    def __init__(self, pool: Callable[[], Pool]) -> None:
        self._pool = pool

    def get(self, target: bytes, headers: bytes, *, until: float, most: int) -> Awaitable[WireReply]:
        """See `Wire`."""
        return self._pool().exchange(
            b"GET %b HTTP/1.1\r\n%b\r\n" % (target, headers), most=most, unpack=True, repeatable=True, until=until
        )


class InProcessTransport(httpx.ASGITransport):
    """An httpx transport to an application in this process, with the errors that a socket would have had."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends one request. Raises httpx's transport errors."""
        try:
            response = await super().handle_async_request(request)
        except ConnectionError as error:
            raise httpx.ReadError("the connection was cut") from error
        body = b"".join([part async for part in response.aiter_raw()])
        length = response.headers.get("content-length")
        if length is not None and int(length) != len(body):
            raise httpx.RemoteProtocolError("the body is not as long as was said")
        return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(body))


def _origin(url: httpx.URL) -> _Origin:
    scheme = url.raw_scheme
    if scheme not in _PORTS or not url.host:
        raise httpx.UnsupportedProtocol("an address must begin with http:// or https:// and name a host")
    return scheme, url.raw_host.decode("ascii"), url.port or _PORTS[scheme]


def _written(request: httpx.Request, body: bytes) -> bytes:
    """A request as it goes over the wire. Raises `httpx.LocalProtocolError` for what would say something else there."""
    method, target, headers = request.method.encode("ascii", "replace"), request.url.raw_path, request.headers.raw
    if not (
        _TOKEN.fullmatch(method)
        and _TARGET.fullmatch(target)
        and all(_TOKEN.fullmatch(name) and _VALUE.fullmatch(value) for name, value in headers)
    ):
        raise httpx.LocalProtocolError("the request cannot be written as HTTP")
    if "transfer-encoding" in request.headers:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    lines = b"".join(b"%b: %b\r\n" % one for one in headers)
    return b"%b %b HTTP/1.1\r\n%b\r\n%b" % (method, target, lines, body)


def _patience(request: httpx.Request) -> Patience:
    limits = cast("dict[str, float | None]", request.extensions.get("timeout", {}))
    pool, connect, read = (limits.get(name) for name in ("pool", "connect", "read"))
    return Patience(
        math.inf if pool is None else pool,
        math.inf if connect is None else connect,
        math.inf if read is None else read,
    )

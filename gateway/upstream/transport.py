"""httpx over a connection pool that survives cancellation.

httpx's own pool keeps a connection that was cancelled while connecting and, after enough of them, answers every
request with a pool timeout until restart (decision record 0003). The successor's pool does not.
"""

from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager

import httpcore2
import httpx

_ERRORS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore2.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore2.ReadTimeout, httpx.ReadTimeout),
    (httpcore2.WriteTimeout, httpx.WriteTimeout),
    (httpcore2.PoolTimeout, httpx.PoolTimeout),
    (httpcore2.TimeoutException, httpx.TimeoutException),
    (httpcore2.ConnectError, httpx.ConnectError),
    (httpcore2.ReadError, httpx.ReadError),
    (httpcore2.WriteError, httpx.WriteError),
    (httpcore2.NetworkError, httpx.NetworkError),
    (httpcore2.ProxyError, httpx.ProxyError),
    (httpcore2.UnsupportedProtocol, httpx.UnsupportedProtocol),
    (httpcore2.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore2.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore2.ProtocolError, httpx.ProtocolError),
)
"""The pool's errors and httpx's of the same meaning; the first that fits counts."""


class PooledTransport(httpx.AsyncBaseTransport):
    """An httpx transport with at most `max_connections` open connections, all of which may be kept alive."""

    def __init__(self, *, max_connections: int, keepalive_expiry_s: float = 30.0) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=keepalive_expiry_s,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends one request. Raises httpx's transport errors."""
        if not isinstance(request.stream, httpx.AsyncByteStream):
            raise TypeError("an asynchronous transport takes requests with an asynchronous body")
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        with _translated():
            response = await self._pool.handle_async_request(
                httpcore2.Request(
                    request.method,
                    url,
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response),
        )

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._pool.aclose()


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


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for part in self._response.aiter_stream():
                yield part

    async def aclose(self) -> None:
        with _translated():
            await self._response.aclose()


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except Exception as error:
        for theirs, ours in _ERRORS:
            if isinstance(error, theirs):
                raise ours(str(error)) from error
        raise

"""One HTTP/1.1 connection to upstream, as llhttp reads it: one exchange at a time, and nothing kept beyond its end."""

import asyncio
import math
from collections.abc import Callable
from typing import Final, cast

import httpx
from httptools import HttpParserError, HttpResponseParser

from gateway.errors import UpstreamUnavailable
from gateway.upstream.bodies import Body
from gateway.upstream.deadlines import Watch
from gateway.upstream.wire import Headers, WireReply

MOST_OVERHEAD: Final = 64 * 1024
"""Bytes of headers, of interim answers, or of chunk sizes and trailers in a row, beyond which nobody reads on."""

_ENCODING: Final = b"content-encoding"
_TRANSFER: Final = b"transfer-encoding"
_LENGTH: Final = b"content-length"


class Connection(asyncio.Protocol):
    """Asks and reads. The parser calls the `on_…` methods.

    Whoever awaits an answer closes the connection when that ends with an error, a cancellation included: what is still
    to come belongs to nobody.
    """

    __slots__ = (
        "_answer",
        "_body",
        "_closed",
        "_expects",
        "_head",
        "_headers",
        "_heard_at",
        "_loop",
        "_lost",
        "_most",
        "_overhead",
        "_parser",
        "_patience_s",
        "_status",
        "_transport",
        "_unpacks",
        "_until",
        "_watch",
        "exchanges",
        "heard",
        "idle_since",
        "kept",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, watch: Watch, lost: Callable[["Connection"], None]) -> None:
        self._loop = loop
        self._watch = watch
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._closed: asyncio.Future[None] = loop.create_future()
        self._answer: asyncio.Future[WireReply] | None = None
        self._body: Body | None = None
        self._expects = False
        self._headers: Headers = []
        self._head = self._overhead = self._most = self._status = 0
        self._unpacks = False
        self._until = self._patience_s = math.inf
        self._heard_at = 0.0
        self.exchanges = 0
        """Requests that were sent."""
        self.heard = False
        """Whether any byte of the present answer came."""
        self.kept = False
        """Whether the last answer came whole and the connection can carry another exchange."""
        self.idle_since = 0.0

    # What the pool does with it.

    def ask(
        self, request: bytes, *, most: int, unpack: bool, until: float = math.inf, patience_s: float = math.inf
    ) -> asyncio.Future[WireReply]:
        """Sends a request. The answer fails with one of httpx's transport errors, or `UpstreamUnavailable`.

        It has until a moment of the loop's clock, and `patience_s` seconds for each part of it.
        """
        self._answer = answer = self._loop.create_future()
        self._most, self._unpacks = most, unpack
        self._until, self._patience_s = until, patience_s
        self._overhead = 0
        self.kept = self.heard = False
        self.exchanges += 1
        if patience_s < math.inf:
            self._heard_at = self._loop.time()
            self._watch.add(self, min(until, self._heard_at + patience_s))
        elif until < math.inf:
            self._watch.add(self, until)
        if self._closed.done():
            self._fail(httpx.RemoteProtocolError("upstream closed the connection before it was asked"))
        else:
            cast("asyncio.Transport", self._transport).write(request)
        return answer

    @property
    def usable(self) -> bool:
        """Whether it is still there for another exchange."""
        return self.kept and not cast("asyncio.Transport", self._transport).is_closing()

    @property
    def stale(self) -> bool:
        """Whether upstream had let go of a connection that was kept, before it could see the present request."""
        return self.exchanges > 1 and not self.heard

    def close(self) -> None:
        """Ends it at once, without waiting for a farewell."""
        self.kept = False
        if self._transport is not None:
            self._transport.abort()

    @property
    def closed(self) -> asyncio.Future[None]:
        """Done when nothing of it is left."""
        return self._closed

    def overdue(self, now: float) -> float | None:
        """Ends an answer that takes too long; else the moment when to look again."""
        due = min(self._until, self._heard_at + self._patience_s)
        if due > now:
            return due
        self._fail(httpx.ReadTimeout("no answer in time"))
        return None

    # What the transport says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """More of an answer; where nobody asked, the end."""
        if self._answer is None:
            self.close()
            return
        self.heard = True
        if self._patience_s < math.inf:
            self._heard_at = self._loop.time()
        self._overhead += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            cause = error.__context__
            if isinstance(cause, httpx.TransportError | UpstreamUnavailable):
                self._fail(cause)
            else:
                self._fail(httpx.RemoteProtocolError("the answer is not HTTP/1.1"))
        else:
            if self._overhead > MOST_OVERHEAD:
                self._fail(httpx.RemoteProtocolError("the answer has more headers than can be read"))

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed, by whomever. Where nothing says how long the body is, that is its end."""
        self.kept = False
        if self._answer is not None:
            if exc is None and self._expects and self._ends_with_the_connection():
                self.on_message_complete()
                self.kept = False
            elif exc is None:
                self._fail(httpx.RemoteProtocolError("upstream closed the connection before its answer was whole"))
            else:
                self._fail(httpx.ReadError(str(exc)))
        if not self._closed.done():
            self._closed.set_result(None)
        self._lost(self)

    # What the parser says. An error raised here is what `data_received` finds as the context of the parser's own.

    def on_message_begin(self) -> None:
        """An answer begins; a second one is one that nobody asked for."""
        if self._answer is None:
            raise httpx.RemoteProtocolError("more came than was asked for")
        self._headers = []
        self._head = 0
        self._expects = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or behind the body a trailer, which nobody reads."""
        if self._expects:
            return
        self._head += len(name) + len(value)
        if self._head > MOST_OVERHEAD:
            raise httpx.RemoteProtocolError("the answer has more headers than can be read")
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The body comes next. It is unpacked as it comes, so that what is too large is never there."""
        self._status = status = self._parser.get_status_code()
        if status < 100:
            raise httpx.RemoteProtocolError("the answer has a status that is none")
        if status < 200:
            return
        encoding = ""
        for name, value in self._headers:
            size = len(name)
            if size == 16 and self._unpacks and name.lower() == _ENCODING:
                encoding = value.decode("latin-1")
            elif size == 17 and name.lower() == _TRANSFER and value.strip().lower() != b"chunked":
                raise httpx.RemoteProtocolError("the answer is transferred in an encoding that was not asked for")
        self.kept = self._parser.should_keep_alive()
        self._body = Body(encoding, most=self._most)
        self._expects = True

    def on_body(self, part: bytes) -> None:
        """A part of the body."""
        self._overhead = 0
        cast("Body", self._body).take(part)

    def on_message_complete(self) -> None:
        """The answer is whole, if it was more than an interim one."""
        if not self._expects:
            if self._status == 101:
                raise httpx.RemoteProtocolError("upstream changes to a protocol that was not asked for")
            return
        answer, body = self._answer, self._body
        self._answer = self._body = None
        self._expects = False
        self._watch.remove(self)
        if answer is not None and body is not None and not answer.done():
            answer.set_result(WireReply(self._status, self._headers, body.whole()))

    def _ends_with_the_connection(self) -> bool:
        return not any(name.lower() in (_LENGTH, _TRANSFER) for name, _ in self._headers)

    def _fail(self, error: Exception) -> None:
        answer, self._answer = self._answer, None
        self._watch.remove(self)
        self.close()
        if answer is not None and not answer.done():
            answer.set_exception(error)

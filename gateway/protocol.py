"""One connection of a client: uvicorn's, with what it lacks to stand before strangers, and with less to do.

uvicorn limits how long a connection may be idle after an answer, and nothing else: not how long a request may take to
come, not how long an answer may wait to be read, not how large the headers are. The limits here cost a request that
comes in one piece nothing: a timer is set only where something is missing at the end of what came.

And a request that came whole may be answered before uvicorn makes a task of it, if the application has the answer.
"""

import asyncio
import math
from asyncio.events import TimerHandle
from enum import Enum, auto
from typing import Any, Final, Protocol, cast, runtime_checkable

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from gateway.asgi import LEFT, WRITE, AtOnce
from gateway.readiness import Readiness
from gateway.settings.edge import ServerSettings

MOST_HEADERS: Final = 100
"""Header lines of one request. Browsers and proxies together send some forty."""

_SLACK_S: Final = 0.001
"""The event loop counts in milliseconds."""


@runtime_checkable
class Limited(Protocol):
    """What a connection reads in uvicorn's configuration beside what is there already."""

    limits: ServerSettings
    readiness: Readiness
    at_once: AtOnce | None


class _Phase(Enum):
    HEAD = auto()
    """The request line and the headers are not all there."""
    BODY = auto()
    """They are, the body is not."""
    WHOLE = auto()
    """The whole request is there, or the next has not begun."""


class _HeadTooLarge(Exception):
    """Raised in the parser, which hands it to uvicorn as a parser's error."""


class LimitedProtocol(HttpToolsProtocol):
    """One connection, whose client must keep to the limits of a `ServerConfig`."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        if not isinstance(config, Limited):
            raise TypeError("LimitedProtocol needs a ServerConfig")
        self._limits = config.limits
        self._readiness = config.readiness
        self._at_once = config.at_once
        self._reads = False
        self._held: tuple[RequestResponseCycle, Any] | None = None
        self._lines: tuple[object, bytes] = (None, b"")
        self._phase = _Phase.HEAD
        self._head_bytes = 0
        self._came_bytes = 0
        self._head_too_large = False
        self._awaited: _Phase | None = None
        self._timer: TimerHandle | None = None
        self._idle_timer: TimerHandle | None = None
        self._idle_from = math.inf
        self._write_timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client came."""
        super().connection_made(transport)
        self._await(_Phase.HEAD, self._limits.header_timeout_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """It went, or was sent away."""
        self._await_nothing()
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        self.resume_writing()
        if self._answering():
            cast("dict[str, Any]", self.cycle.scope)[LEFT] = True
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self._came_bytes = len(data)
        self._reads = True
        super().data_received(data)
        self._reads = False
        if self._held is not None:
            held, self._held = self._held, None
            if self._answered_at_once(held[0]):
                self._await_nothing()
                return
            self._start(*held)
        if self.transport.is_closing():
            return
        match self._phase:
            case _Phase.HEAD:
                self._head_bytes += len(data)
                if self._head_bytes > self._limits.header_bytes:
                    self._refuse(_TOO_LARGE)
                else:
                    self._await(_Phase.HEAD, self._limits.header_timeout_s)
            case _Phase.BODY:
                self._await(_Phase.BODY, self._limits.body_timeout_s)
            case _Phase.WHOLE if self._answering():
                self._await_nothing()
            case _Phase.WHOLE:  # an empty line, which ended uvicorn's own timer, or the end of a body left unread
                self._await(_Phase.HEAD, self._limits.header_timeout_s)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._phase, self._head_bytes = _Phase.HEAD, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its headers are all there. While the process stops, its answer ends the connection."""
        if len(self.headers) > MOST_HEADERS or (
            self._came_bytes > self._limits.header_bytes and self._head_size() > self._limits.header_bytes
        ):
            self._head_too_large = True
            raise _HeadTooLarge
        self._phase = _Phase.BODY
        super().on_headers_complete()
        if self._readiness.stopping:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """Its body is all there."""
        self._phase = _Phase.WHOLE
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The connection is idle, unless the next request has come. One timer looks after it for as long as it is open,
        where uvicorn would set one after each answer and cancel it when the next request comes."""
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._idle_from = self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._idle)

    def _unset_keepalive_if_required(self) -> None:
        self._idle_from = math.inf

    def _idle(self) -> None:
        """Ends a connection on which nothing has come for too long."""
        self._idle_timer, left = None, self._idle_from + self.timeout_keep_alive - self.loop.time()
        if left <= _SLACK_S:
            self.timeout_keep_alive_handler()
        elif left < math.inf:
            self._idle_timer = self.loop.call_later(left, self._idle)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """While what came is read, the task waits for the end of that: there may be no need of one."""
        ours = cast("Any", self.app)  # pyright: ignore[reportUnknownMemberType]
        if self._reads and self._at_once is not None and app is ours:
            self._held = cycle, app
        else:
            self._start(cycle, app)

    def _start(self, cycle: RequestResponseCycle, app: Any) -> None:
        cast("dict[str, Any]", cycle.scope)[WRITE] = self._write
        super()._start_asgi_task(cycle, app)

    def _answered_at_once(self, cycle: RequestResponseCycle) -> bool:
        """Answers a request that is all there, if the application can without being called."""
        if self._at_once is None or cycle.more_body or not self._writable(cycle):
            return False
        answer = self._at_once(cycle.scope, bytes(cycle.body))
        if answer is None:
            return False
        self._answer(cycle, answer)
        return True

    def _write(self, scope: Any, answer: bytes) -> bool:
        """Does what `asgi.Write` says, unless the next request has come already."""
        cycle = self.cycle
        if cycle.scope is not scope or not self._writable(cycle):
            return False
        self._answer(cycle, answer)
        return True

    def _writable(self, cycle: RequestResponseCycle) -> bool:
        done = cycle.response_started or cycle.disconnected
        return not done and not self.flow.write_paused and not self.transport.is_closing()

    def _answer(self, cycle: RequestResponseCycle, answer: bytes) -> None:
        """Writes all of an answer but its status line. uvicorn would look at every header anew, and write twice."""
        if self._lines[0] is not cycle.default_headers:  # a new list every second
            told = b"".join([b"%b: %b\r\n" % header for header in cycle.default_headers])
            self._lines = cycle.default_headers, STATUS_LINE[200] + told
        ends = b"" if cycle.keep_alive else b"connection: close\r\n"
        self.transport.write(b"".join((self._lines[1], ends, answer)))
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the signature is uvicorn's own
        """Refuses what the parser refused, and what was refused in the parser's name."""
        self._refuse(_TOO_LARGE if self._head_too_large else b"400 Bad Request")

    def shutdown(self) -> None:
        """The process stops: a request that is coming may still come, and is answered."""
        if not (self._phase is _Phase.HEAD and self._head_bytes):
            super().shutdown()

    def pause_writing(self) -> None:
        """The client reads more slowly than it is answered."""
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(self._limits.write_timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It caught up."""
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison]

    def _await(self, phase: _Phase, seconds: float) -> None:
        """Gives the client so long to end a phase; more of the same phase gives it no more time."""
        if self._awaited is not phase:
            self._await_nothing()
            self._awaited = phase
            self._timer = self.loop.call_later(seconds, self._late, phase, seconds)

    def _await_nothing(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._awaited = None

    def _late(self, phase: _Phase, seconds: float) -> None:
        """The client had its time. Time in which we did not read was not its own."""
        self._timer = self._awaited = None
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self._await(phase, seconds)
        elif (phase is _Phase.BODY and self._answering()) or (phase is _Phase.HEAD and self._head_bytes):
            self._refuse(b"408 Request Timeout")
        else:
            self.transport.close()

    def _refuse(self, status: bytes) -> None:
        """An answer without the application, unless one is on its way; and the end of the connection."""
        if not self._answering() or (self._phase is _Phase.BODY and not self.cycle.response_started):
            self.transport.write(_refusal(status))
        self.transport.close()

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)


_TOO_LARGE: Final = b"431 Request Header Fields Too Large"


def _refusal(status: bytes) -> bytes:
    lines = (
        b"HTTP/1.1 " + status,
        b"content-type: text/plain; charset=utf-8",
        b"content-length: %d" % len(status),
        b"connection: close",
    )
    return b"\r\n".join(lines) + b"\r\n\r\n" + status

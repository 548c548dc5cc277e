"""What has a beginning and an end: a request, and a call to upstream. Both are told of in any case, also when they are
cancelled or fail."""

import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Final

from gateway.facets.facet import Endpoint, Facet
from gateway.telemetry.events import CallBegan, CallMade, Emit
from gateway.telemetry.requests import RequestAnswered, RequestBegan

CURRENT: Final[ContextVar[RequestAnswered | None]] = ContextVar("request", default=None)
"""The request that what happens now happens for."""

Headers = Iterable[tuple[bytes, bytes]]
"""As ASGI has them: names in lower case."""

_TRACEPARENT: Final = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")


class Answering:
    """While a request is answered. Inside, the request is `CURRENT`; at the end it is told, or when it is `over`."""

    __slots__ = ("_emit", "_outer", "_request")

    def __init__(self, emit: Emit, headers: Headers) -> None:
        self._emit = emit
        # Ids tell requests apart and guard nothing: the system's randomness would be a tenth of a repeated answer.
        self._request = RequestAnswered(f"{random.getrandbits(64):016x}", time.perf_counter())
        self._outer: Token[RequestAnswered | None] | None = None
        parent, state = _trace(headers)
        if parent:
            self._request.trace_id = parent[3:35]
        emit(RequestBegan(self._request, parent, state))

    def __enter__(self) -> "Answering":
        self._outer = CURRENT.set(self._request)
        return self

    @property
    def request(self) -> RequestAnswered:
        """What is known of it by now; whoever knows more fills it in."""
        return self._request

    def answered(self, status: int, size: int) -> None:
        """There is an answer, of so many bytes. How long the client takes to read it is not our time."""
        request = self._request
        request.status, request.size = status, size
        request.milliseconds = _since(request.began)

    def over(self) -> None:
        """Tells of it."""
        request = self._request
        if not request.milliseconds:
            request.milliseconds = _since(request.began)
        self._emit(request)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over()
        if self._outer is not None:
            CURRENT.reset(self._outer)


class Calling:
    """While upstream is asked. `ended` says how it ended; without it the call was cancelled."""

    __slots__ = ("_began", "_customers", "_emit", "_endpoint", "_made")

    def __init__(self, emit: Emit, endpoint: Endpoint, facets: frozenset[Facet], customers: int) -> None:
        self._emit = emit
        self._endpoint = endpoint
        self._customers = customers
        self._made: CallMade | None = None
        self._began = time.perf_counter()
        emit(CallBegan(endpoint, facets, customers))

    def __enter__(self) -> "Calling":
        return self

    def ended(self, status: int | None, milliseconds: float, size: int) -> None:
        """It came to an end by itself."""
        self._made = CallMade(self._endpoint, status, round(milliseconds, 3), size, self._customers)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._emit(self._made or CallMade(self._endpoint, None, _since(self._began), 0, self._customers))


def _since(began: float) -> float:
    """Milliseconds, to the microsecond."""
    return round((time.perf_counter() - began) * 1000, 3)


def _trace(headers: Headers) -> tuple[str, str]:
    """The caller's W3C `traceparent`, if it is one, and `tracestate`."""
    parent = state = b""
    for name, value in headers:
        if name == b"traceparent":
            parent = value
        elif name == b"tracestate":
            state = value
    return (parent.decode(), state.decode("latin-1")) if parent and _TRACEPARENT.fullmatch(parent) else ("", "")


def counted(errors: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    """How often each code is among the errors of an answer."""
    return Counter(str(error["extensions"]["code"]) for error in errors) if errors else {}

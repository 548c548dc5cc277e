"""What has a beginning and an end: a request, and a call to upstream. Both are told of in any case, also when they are
cancelled or fail."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Final

from gateway.facets.facet import Endpoint, Facet
from gateway.telemetry.events import CallBegan, CallMade, Emit
from gateway.telemetry.requests import Headers, RequestAnswered, RequestBegan, new_request_id, trace_of

CURRENT: Final[ContextVar[RequestAnswered | None]] = ContextVar("request", default=None)
"""The request that what happens now happens for."""


class Answering:
    """While a request is answered. Inside, the request is `CURRENT`; at the end it is told."""

    __slots__ = ("_emit", "_outer", "_request")

    def __init__(self, emit: Emit, headers: Headers) -> None:
        self._emit = emit
        self._request = RequestAnswered(new_request_id(), time.perf_counter())
        self._outer: Token[RequestAnswered | None] | None = None
        parent, state = trace_of(headers)
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
        request.milliseconds = since(request.began)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        request = self._request
        if not request.milliseconds:
            request.milliseconds = since(request.began)
        self._emit(request)
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
        self._emit(self._made or CallMade(self._endpoint, None, since(self._began), 0, self._customers))


def since(began: float) -> float:
    """Milliseconds, to the microsecond."""
    return round((time.perf_counter() - began) * 1000, 3)


def counted(errors: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    """How often each code is among the errors of an answer."""
    return Counter(str(error["extensions"]["code"]) for error in errors) if errors else {}

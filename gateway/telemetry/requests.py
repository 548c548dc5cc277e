"""The beginning and the end of one request, as operators see them. Values only."""

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from gateway.facets.explain import Explanation
from gateway.telemetry.signatures import NOT_KNOWN, Signature

GONE: Final = 499
"""The status of a request whose client left before there was an answer. It is nobody's answer."""


Headers = Iterable[tuple[bytes, bytes]]
"""As ASGI has them: names in lower case."""

_TRACEPARENT: Final = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")


class RequestOutcome(StrEnum):
    """What became of one request."""

    ANSWERED = "answered"
    """Executed, without an error."""

    PARTIAL = "partial"
    """Executed, with errors beside the data."""

    REFUSED = "refused"
    """Not executed: not a request that can be."""

    FAILED = "failed"
    """Not executed by a fault of ours."""

    ABANDONED = "abandoned"
    """The client left before there was an answer."""

    NO_OPERATION = "no_operation"
    """HTTP that asks for no operation: the explorer's page, a browser that asks what it may."""


@dataclass(slots=True, eq=False)
class RequestAnswered:
    """One request came to its end. It is filled in while the request is answered, and told once.

    `request_id` is ours and in the response; `trace_id` is empty where nobody traces. `size` is in bytes. `errors` are
    codes with their numbers. `explanation` is what was called and served; it is told as numbers and texts without an
    argument. `caller` and `tenant` are names that an operator gave.
    """

    request_id: str
    began: float
    """In seconds of a clock of its own."""
    trace_id: str = ""
    signature: Signature = NOT_KNOWN
    executed: bool = False
    status: int = GONE
    milliseconds: float = 0.0
    size: int = 0
    customers: int = 0
    explanation: Explanation | None = field(default=None, repr=False)
    errors: Mapping[str, int] = field(default_factory=dict[str, int])
    fresh_for: int = 0
    caller: str = ""
    tenant: str = ""
    shared: bytes = field(default=b"", init=False, repr=False)
    """What the log lines of all that are answered as this one have in common, once there is one."""

    @property
    def outcome(self) -> RequestOutcome:
        """What became of it."""
        if self.status == GONE:
            return RequestOutcome.ABANDONED
        if self.executed:
            return RequestOutcome.PARTIAL if self.errors else RequestOutcome.ANSWERED
        if not self.errors:
            return RequestOutcome.NO_OPERATION
        return RequestOutcome.FAILED if self.status >= 500 else RequestOutcome.REFUSED

    @property
    def calls(self) -> Sequence[str]:
        """The calls that were made for it, each as `V1.1[PROGRAMS,SLAB_HISTORY]x3 200 41ms`."""
        return [call.told() for call in self.explanation.calls if call.made] if self.explanation else ()

    def fields(self) -> dict[str, Any]:
        """What is told of it, as plain values by name; without a trace, a caller and a tenant where there is none."""
        explanation = self.explanation or Explanation()
        found: dict[str, Any] = {
            "request_id": self.request_id,
            "outcome": self.outcome.value,
            "kind": self.signature.kind,
            "operation": self.signature.name,
            "document": self.signature.document,
            "status": self.status,
            "milliseconds": self.milliseconds,
            "size": self.size,
            "customers": self.customers,
            "calls": self.calls,
            "hit": len(explanation.hit),
            "stale": len(explanation.stale),
            "missed": len(explanation.missed),
            "joined": len(explanation.joined),
            "spared": len(explanation.spared),
            "errors": self.errors,
            "fresh_for": self.fresh_for,
        }
        if self.trace_id:
            found["trace_id"] = self.trace_id
        if self.caller:
            found["caller"] = self.caller
        if self.tenant:
            found["tenant"] = self.tenant
        return found


@dataclass(slots=True, eq=False)
class RequestBegan:
    """A request came; it is told as `answered` when it is over. `traceparent` and `tracestate` are the caller's own."""

    answered: RequestAnswered
    traceparent: str = ""
    tracestate: str = ""


@dataclass(slots=True, eq=False)
class RequestRepeated:
    """A request came and was answered as another had been, of which `first` was told: both in one, for it is short."""

    first: RequestAnswered
    request_id: str
    milliseconds: float
    fresh_for: int
    headers: Headers = field(repr=False)
    _began: RequestBegan | None = field(default=None, init=False, repr=False)

    @property
    def began(self) -> RequestBegan:
        """Its beginning, and with that its end, as they are told of all others."""
        if self._began is None:
            parent, state = trace_of(self.headers)
            answered = replace(
                self.first,
                request_id=self.request_id,
                trace_id=parent[3:35],
                milliseconds=self.milliseconds,
                fresh_for=self.fresh_for,
            )
            self._began = RequestBegan(answered, parent, state)
        return self._began

    @property
    def trace_id(self) -> str:
        """The trace that it belongs to, if it is traced."""
        return trace_of(self.headers)[0][3:35] if self._began is None else self._began.answered.trace_id


def new_request_id() -> str:
    """Ids tell requests apart and guard nothing: the system's randomness would be a tenth of a repeated answer."""
    return f"{random.getrandbits(64):016x}"


def trace_of(headers: Headers) -> tuple[str, str]:
    """The caller's W3C `traceparent`, if it is one, and `tracestate`."""
    parent = state = b""
    for name, value in headers:
        if name == b"traceparent":
            parent = value
        elif name == b"tracestate":
            state = value
    return (parent.decode(), state.decode("latin-1")) if parent and _TRACEPARENT.fullmatch(parent) else ("", "")

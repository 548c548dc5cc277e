"""The events that operators can see: what logs, metrics and traces are made of. None carries an identifier, a
credential or a payload. Values only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from typing import Any, Protocol, runtime_checkable

from gateway.facets.facet import Endpoint, Facet
from gateway.telemetry.requests import RequestAnswered, RequestBegan, RequestRepeated


@dataclass(frozen=True, slots=True)
class DocumentCompiled:
    """A document that was not known was parsed and validated."""

    milliseconds: float
    valid: bool


@dataclass(frozen=True, slots=True)
class CallBegan:
    """One upstream call goes out; a `CallMade` follows in any case."""

    endpoint: Endpoint
    facets: frozenset[Facet] = field(repr=False)
    customers: int


@dataclass(frozen=True, slots=True)
class CallMade:
    """One upstream request came to an end; a call may take several.

    `status` is null where there was no answer; `size` is in bytes.
    """

    endpoint: Endpoint
    status: int | None
    milliseconds: float
    size: int
    customers: int


@dataclass(frozen=True, slots=True)
class AnomalyMet:
    """A field of a payload was not of a type we can read; it is null in the answer."""

    endpoint: Endpoint
    field: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class FaultMet:
    """A fault of the gateway itself. `error` is the exception's type; its text may hold data and is not told."""

    error: str
    where: str


class WebhookOutcome(StrEnum):
    """What became of one delivery, or of one event of a delivered list."""

    INVALIDATED = "invalidated"
    """What was known of the customers is no longer served."""

    DUPLICATE = "duplicate"
    """The event was dealt with before."""

    IGNORED = "ignored"
    """The event changes nothing that we keep."""

    UNADDRESSED = "unaddressed"
    """The event changes something, but names nobody by an id or a card."""

    NO_EVENT = "no_event"
    """JSON, but no event."""

    UNREADABLE = "unreadable"
    """Not JSON."""

    FAILED = "failed"
    """The invalidation could not be recorded; upstream is asked to send the event again."""

    INTERRUPTED = "interrupted"
    """The sender left before the whole body had come."""

    TOO_LARGE = "too_large"
    """The body was refused for its size."""

    UNAUTHORIZED = "unauthorized"
    """The header that upstream was configured to send is missing or wrong."""


@dataclass(frozen=True, slots=True)
class WebhookReceived:
    """Something came to the endpoint of upstream's events. `name` is of a bounded set: a known name, or `other`."""

    name: str
    outcome: WebhookOutcome


@dataclass(frozen=True, slots=True)
class StoreFailed:
    """The shared store did not do an operation, and the gateway did without. `reason` is the exception's type."""

    operation: str
    reason: str


@dataclass(frozen=True, slots=True)
class StoreRecovered:
    """The shared store answers again."""


@dataclass(frozen=True, slots=True)
class KeysFetched:
    """The keys of the issuer of tokens were fetched; so many can be used."""

    keys: int


@dataclass(frozen=True, slots=True)
class KeysFailed:
    """The keys of the issuer of tokens were not had. The old ones serve on for a while."""

    reason: str


@dataclass(frozen=True, slots=True)
class BreakerChanged:
    """The breaker of an endpoint became `closed`, `open` or `half_open`."""

    endpoint: Endpoint
    state: str


@dataclass(frozen=True, slots=True)
class FacetBreakerChanged:
    """Calls for a facet make an endpoint fail, so that it is left out; or they do not any more."""

    endpoint: Endpoint
    facet: str
    left_out: bool


@dataclass(frozen=True, slots=True)
class CallRetried:
    """A call is made again, for the reason that the attempt before it ended so: `broken`, `late` or `limited`."""

    endpoint: Endpoint
    reason: str
    attempt: int


@dataclass(frozen=True, slots=True)
class CallHedged:
    """A slow call was made a second time beside the first; `won` says whether the second answered first."""

    endpoint: Endpoint
    won: bool


@dataclass(frozen=True, slots=True)
class CallShed:
    """A call was not made, because upstream is asked as much as it may be."""

    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class RateLowered:
    """Upstream said that it is asked too often, and is asked at half the rate; after so many seconds, if it said so."""

    endpoint: Endpoint
    hold_s: float | None


Event = (
    RequestBegan
    | RequestAnswered
    | RequestRepeated
    | DocumentCompiled
    | CallBegan
    | CallMade
    | AnomalyMet
    | FaultMet
    | WebhookReceived
    | StoreFailed
    | StoreRecovered
    | KeysFetched
    | KeysFailed
    | BreakerChanged
    | FacetBreakerChanged
    | CallRetried
    | CallHedged
    | CallShed
    | RateLowered
)

Emit = Callable[[Event], None]


@runtime_checkable
class Choosing(Protocol):
    """A listener that says beforehand what takes the events of a type; null where nothing does."""

    def taker(self, kind: type[Any]) -> Callable[[Any], None] | None:
        """What takes them."""
        ...


def together(*listeners: Emit) -> Emit:
    """One listener for all, who hear of an event in this order; not of those that one of them has no `taker` for."""
    takers: dict[type[Any], Sequence[Callable[[Any], None]]] = {}

    def emit(event: Event) -> None:
        kind = type(event)
        found = takers.get(kind)
        if found is None:
            taking = [one.taker(kind) if isinstance(one, Choosing) else one for one in listeners]
            found = takers[kind] = [take for take in taking if take is not None]
        for take in found:
            take(event)

    return emit


_LEVELS = {
    DocumentCompiled: "debug",
    AnomalyMet: "warning",
    FaultMet: "error",
    StoreFailed: "warning",
    StoreRecovered: "info",
    KeysFetched: "info",
    KeysFailed: "warning",
    BreakerChanged: "warning",
    FacetBreakerChanged: "warning",
    CallRetried: "info",
    CallHedged: "info",
    CallShed: "info",
    RateLowered: "warning",
}
"""How important an event is, where that does not depend on what it says."""

SILENT = frozenset({RequestBegan, CallBegan})
"""Events that are not worth a line, because another one tells all of it."""

_ALARMING = {WebhookOutcome.UNAUTHORIZED, WebhookOutcome.FAILED}
"""Upstream sends such an event again and again, and no later one before it."""

_REFUSALS = {401, 403, 429}
"""Statuses of upstream that are not about a customer."""

_TROUBLE = "UPSTREAM_"
"""How the codes of errors begin that are upstream's."""


def level_of_all(kind: type[Any]) -> str | None:
    """How important every event of a type is; null where that depends on what it says."""
    return _LEVELS.get(kind)


def level_of(event: Event) -> str | None:
    """How important an event is; null for what is not worth a line, because another event tells all of it."""
    match event:
        case RequestBegan() | CallBegan():
            return None
        case RequestAnswered(errors=errors):
            if not errors:
                return "info"
            if "INTERNAL" in errors:
                return "error"
            return "warning" if any(code.startswith(_TROUBLE) for code in errors) else "info"
        case RequestRepeated():
            return "info"
        case CallMade(status=status):
            return "warning" if status is None or status in _REFUSALS or status >= 500 else "debug"
        case WebhookReceived(outcome=outcome):
            return "warning" if outcome in _ALARMING else "info"
        case _:
            return _LEVELS[type(event)]


def fields_of(event: Event) -> dict[str, Any]:
    """What an event says, as plain values by name."""
    if isinstance(event, RequestAnswered):
        return event.fields()
    found = {one.name: getattr(event, one.name) for one in fields(event) if one.repr}
    return {name: value.value if isinstance(value, Enum) else value for name, value in found.items()}

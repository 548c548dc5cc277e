"""The events that operators can see. None carries an identifier, a credential or a payload."""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import Enum, StrEnum
from typing import Any

import structlog

from gateway.facets.facet import Endpoint


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
    CallMade
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

_LEVELS = {
    CallMade: "info",
    AnomalyMet: "warning",
    FaultMet: "error",
    WebhookReceived: "info",
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


_ALARMING = {WebhookOutcome.UNAUTHORIZED.value, WebhookOutcome.FAILED.value}
"""Upstream sends such an event again and again, and no later one before it."""


def to_log(event: Event) -> None:
    """Writes an event as one structured log line."""
    fields: dict[str, Any] = {
        name: value.value if isinstance(value, Enum) else value for name, value in asdict(event).items()
    }
    level = "warning" if fields.get("outcome") in _ALARMING else _LEVELS[type(event)]
    getattr(structlog.get_logger(), level)(type(event).__name__, **fields)


def configure_logs(level: str) -> None:
    """JSON lines on standard output from `level` up. httpx tells whole URLs, aiocache keys: they may only warn."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.EventRenamer("event"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=threshold, format="%(message)s")
    for noisy in ("httpx", "httpcore2", "aiocache"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

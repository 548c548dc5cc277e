"""The events that operators can see. None carries an identifier, a credential or a payload."""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

import structlog

from gateway.facets.facet import Endpoint


@dataclass(frozen=True, slots=True)
class CallMade:
    """One upstream call came to an end. `status` is null where there was no answer; `size` is in bytes."""

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


Event = CallMade | AnomalyMet | FaultMet

Emit = Callable[[Event], None]

_LEVELS = {CallMade: "info", AnomalyMet: "warning", FaultMet: "error"}


def to_log(event: Event) -> None:
    """Writes an event as one structured log line."""
    fields: dict[str, Any] = {
        name: value.value if isinstance(value, Enum) else value for name, value in asdict(event).items()
    }
    getattr(structlog.get_logger(), _LEVELS[type(event)])(type(event).__name__, **fields)


def configure_logs(level: str) -> None:
    """JSON lines on standard output from `level` up. httpx tells whole URLs at INFO, so it is kept to warnings."""
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
    for noisy in ("httpx", "httpcore2"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

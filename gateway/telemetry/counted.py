"""Which events are only counted, and how: one row for each. Values only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.telemetry.events import (
    AnomalyMet,
    BreakerChanged,
    CallHedged,
    CallRetried,
    CallShed,
    Event,
    FacetBreakerChanged,
    FaultMet,
    KeysFailed,
    KeysFetched,
    RateLowered,
    StoreFailed,
    StoreRecovered,
    WebhookReceived,
)
from gateway.telemetry.series import Values


@dataclass(frozen=True, slots=True)
class Counted:
    """A metric that counts events of one type: its name, its help, its labels, and their values of an event."""

    name: str
    says: str
    labels: Sequence[str] = ()
    values: Callable[[Any], Values] = lambda _: ()


COUNTED: Final[Mapping[type[Event], Counted]] = {
    AnomalyMet: Counted(
        "gateway_anomalies",
        "Payload fields of a type that cannot be read.",
        ("endpoint", "field"),
        lambda event: (event.endpoint.value, event.field),
    ),
    FaultMet: Counted(
        "gateway_faults",
        "Faults of the gateway itself, by the type of the exception.",
        ("where", "error"),
        lambda event: (event.where, event.error),
    ),
    WebhookReceived: Counted(
        "gateway_webhook_events",
        "Events that came from upstream, by what became of them.",
        ("name", "outcome"),
        lambda event: (event.name, event.outcome.value),
    ),
    StoreFailed: Counted(
        "gateway_store_failures",
        "Operations that the shared cache did not do.",
        ("operation", "reason"),
        lambda event: (event.operation, event.reason),
    ),
    StoreRecovered: Counted("gateway_store_recoveries", "Times that the shared cache answered again."),
    BreakerChanged: Counted(
        "gateway_breaker_changes",
        "Changes of an endpoint's breaker, by the state that it came to.",
        ("endpoint", "state"),
        lambda event: (event.endpoint.value, event.state),
    ),
    FacetBreakerChanged: Counted(
        "gateway_facet_breaker_changes",
        "Facets that were left out of calls because they made them fail (yes), or asked for again (no).",
        ("endpoint", "facet", "left_out"),
        lambda event: (event.endpoint.value, event.facet, "yes" if event.left_out else "no"),
    ),
    CallRetried: Counted(
        "gateway_upstream_retries",
        "Upstream calls that were made again, by why.",
        ("endpoint", "reason"),
        lambda event: (event.endpoint.value, event.reason),
    ),
    CallHedged: Counted(
        "gateway_upstream_hedges",
        "Slow upstream calls that were made a second time, and whether the second answered first.",
        ("endpoint", "won"),
        lambda event: (event.endpoint.value, "yes" if event.won else "no"),
    ),
    CallShed: Counted(
        "gateway_upstream_sheds",
        "Upstream calls that were not made, because upstream is asked as much as it may be.",
        ("endpoint",),
        lambda event: (event.endpoint.value,),
    ),
    RateLowered: Counted(
        "gateway_upstream_rate_reductions",
        "Times that upstream said it is asked too often.",
        ("endpoint",),
        lambda event: (event.endpoint.value,),
    ),
    KeysFetched: Counted("gateway_auth_key_fetches", "Times that the keys of the issuer of tokens were fetched."),
    KeysFailed: Counted(
        "gateway_auth_key_failures",
        "Times that they were not to be had.",
        ("reason",),
        lambda event: (event.reason,),
    ),
}
"""One row for every event that is only counted; what has more to it has a method of `Metrics`."""

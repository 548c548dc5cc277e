"""The metrics: events counted for Prometheus. No label holds anything that a caller or upstream may choose freely."""

import platform
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from gateway.errors import Code
from gateway.facets.explain import Explanation
from gateway.facets.facet import Endpoint, Facet
from gateway.telemetry.events import (
    AnomalyMet,
    CallBegan,
    CallMade,
    DocumentCompiled,
    Event,
    FaultMet,
    StoreFailed,
    StoreRecovered,
    WebhookReceived,
)
from gateway.telemetry.requests import RequestAnswered, RequestBegan, RequestOutcome

SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CUSTOMERS: Final = (1, 2, 5, 10, 20, 50, 100)
MOST_SERIES: Final = 300
"""Series of one metric of the table; what would be one more counts under `other`."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A metric that counts events of one type: its name, its help, its labels, and their values of an event."""

    name: str
    says: str
    labels: Sequence[str] = ()
    values: Callable[[Any], tuple[str, ...]] = lambda _: ()


COUNTED: Final[Mapping[type[Event], Counted]] = {
    AnomalyMet: Counted(
        "gateway_anomalies",
        "Payload fields of a type that cannot be read.",
        ("endpoint", "field"),
        lambda event: (event.endpoint.value, event.field),
    ),
    FaultMet: Counted(
        "gateway_faults",
        "Faults of the gateway itself.",
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
}
"""One row for every event that is only counted; what has more to it has a method of `Metrics`."""


class Metrics:
    """Takes events; `registry` is what Prometheus reads, and is of this object alone."""

    def __init__(self) -> None:
        disable_created_metrics()  # a time of creation for each series would double what is read
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        build = {"version": version("loyalty-graph-gateway"), "python": platform.python_version()}
        Info("gateway_build", "What runs here.", registry=self.registry).info(build)
        self._requests = Requests(self.registry)
        self._upstream = Upstream(self.registry)
        self._compiled = Histogram(
            "gateway_document_compilation_duration_seconds",
            "Time to parse and validate a document that was not known.",
            ("result",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._loop_lag = Histogram(
            "gateway_event_loop_lag_seconds",
            "How late the event loop came to what was due, sampled.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self._takes: dict[type[Any], Callable[[Any], None]] = {
            RequestBegan: self._requests.began,
            RequestAnswered: self._requests.answered,
            DocumentCompiled: self._document,
            CallBegan: self._upstream.began,
            CallMade: self._upstream.made,
            **{kind: _counting(counted, self.registry) for kind, counted in COUNTED.items()},
        }

    def __call__(self, event: Event) -> None:
        """Takes one event."""
        take = self._takes.get(type(event))
        if take is not None:
            take(event)

    def takes(self, kind: type[Any]) -> bool:
        """Whether events of this type change a metric."""
        return kind in self._takes

    def gauge(self, name: str, says: str, read: Callable[[], float]) -> None:
        """Adds a gauge that is read whenever Prometheus reads."""
        Gauge(name, says, registry=self.registry).set_function(read)

    def lagged(self, seconds: float) -> None:
        """Takes how late the event loop was."""
        self._loop_lag.observe(seconds)

    def _document(self, event: DocumentCompiled) -> None:
        self._compiled.labels("valid" if event.valid else "invalid").observe(event.milliseconds / 1000)


class Requests:
    """The metrics of requests. Looking up a series by its labels is slow, so every one is looked up once."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._total = Counter("gateway_requests", "Requests to /graphql.", ("outcome", "status"), registry=registry)
        self._by_outcome: dict[tuple[RequestOutcome, int], Counter] = {}
        durations = Histogram(
            "gateway_request_duration_seconds",
            "Time to an answer, by whether upstream was asked for it.",
            ("upstream",),
            buckets=SECONDS,
            registry=registry,
        )
        self._asked, self._not_asked = durations.labels("asked"), durations.labels("not_asked")
        self._bytes = Counter("gateway_response_bytes", "Bytes of the bodies of answers.", registry=registry)
        self._customers = Counter("gateway_request_customers", "Customers asked for.", registry=registry)
        self._saved = Counter(
            "gateway_requests_without_call",
            "Requests for customers that were answered without a call to upstream.",
            registry=registry,
        )
        errors = Counter("gateway_errors", "Errors in answers, by code.", ("code",), registry=registry)
        self._errors = {code.value: errors.labels(code.value) for code in Code}
        self._facets = FacetTallies()
        registry.register(self._facets)
        self._in_flight = 0
        gauge = Gauge("gateway_requests_in_flight", "Requests that are being answered.", registry=registry)
        gauge.set_function(lambda: self._in_flight)

    def began(self, _: RequestBegan) -> None:
        """A request came."""
        self._in_flight += 1

    def answered(self, event: RequestAnswered) -> None:
        """A request is over."""
        self._in_flight -= 1
        outcome = event.outcome
        total = self._by_outcome.get((outcome, event.status))
        if total is None:
            total = self._total.labels(outcome.value, str(event.status))
            self._by_outcome[(outcome, event.status)] = total
        total.inc()
        self._bytes.inc(event.size)
        for code, number in event.errors.items():
            self._errors[code].inc(number)
        explanation, asked = event.explanation, False
        if explanation is not None:
            asked = any(call.made for call in explanation.calls)
            self._facets.add(explanation)
        if event.customers:
            self._customers.inc(event.customers)
            if event.executed and not asked:
                self._saved.inc()
        (self._asked if asked else self._not_asked).observe(event.milliseconds / 1000)


class FacetTallies(Collector):
    """Facets by what the cache knew of them. A request has tens of them, so each costs a tenth of a library counter."""

    def __init__(self) -> None:
        self._tallies: dict[str, Tally[str]] = {
            state: Tally() for state in ("hit", "stale", "missed", "joined", "spared")
        }

    def add(self, explanation: Explanation) -> None:
        """Counts what a request was served."""
        tallies = self._tallies
        _add(tallies["hit"], explanation.hit)
        _add(tallies["stale"], explanation.stale)
        _add(tallies["missed"], explanation.missed)
        _add(tallies["joined"], explanation.joined)
        _add(tallies["spared"], explanation.spared)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """See `Collector`."""
        family = CounterMetricFamily(
            "gateway_facets",
            "Facets that requests wanted of customers, by what the cache knew; joined and spared were missed before.",
            labels=("facet", "state"),
        )
        for state, tally in self._tallies.items():
            for name, number in sorted(tally.items()):
                family.add_metric((name, state), number)
        yield family


class Upstream:
    """The metrics of calls to upstream, all of them there from the start."""

    def __init__(self, registry: CollectorRegistry) -> None:
        total = Counter(
            "gateway_upstream_calls",
            "Calls to upstream that came to an end; none: there was no answer.",
            ("endpoint", "status"),
            registry=registry,
        )
        self._total = {
            endpoint: {digit: total.labels(endpoint.value, status) for digit, status in _STATUSES.items()}
            for endpoint in Endpoint
        }
        durations = Histogram(
            "gateway_upstream_call_duration_seconds",
            "Time that calls to upstream took.",
            ("endpoint",),
            buckets=SECONDS,
            registry=registry,
        )
        customers = Histogram(
            "gateway_upstream_call_customers",
            "Customers in one call to upstream.",
            ("endpoint",),
            buckets=CUSTOMERS,
            registry=registry,
        )
        size = Counter(
            "gateway_upstream_response_bytes",
            "Bytes of the bodies of upstream's answers.",
            ("endpoint",),
            registry=registry,
        )
        in_flight = Gauge(
            "gateway_upstream_calls_in_flight",
            "Calls to upstream that are under way.",
            ("endpoint",),
            registry=registry,
        )
        self._durations = {endpoint: durations.labels(endpoint.value) for endpoint in Endpoint}
        self._customers = {endpoint: customers.labels(endpoint.value) for endpoint in Endpoint}
        self._size = {endpoint: size.labels(endpoint.value) for endpoint in Endpoint}
        self._in_flight = {endpoint: in_flight.labels(endpoint.value) for endpoint in Endpoint}

    def began(self, event: CallBegan) -> None:
        """A call goes out."""
        self._in_flight[event.endpoint].inc()
        self._customers[event.endpoint].observe(event.customers)

    def made(self, event: CallMade) -> None:
        """A call came to an end."""
        endpoint = event.endpoint
        self._in_flight[endpoint].dec()
        self._total[endpoint][min((event.status or 0) // 100, 6)].inc()
        self._durations[endpoint].observe(event.milliseconds / 1000)
        self._size[endpoint].inc(event.size)


_STATUSES: Final = {0: "none", **{digit: f"{digit}xx" for digit in range(1, 6)}, 6: "other"}
"""What is said of a status, by its first digit."""


def _add(tally: Tally[str], facets: Sequence[Facet]) -> None:
    for facet in facets:
        tally[facet.name] += 1


def _counting(counted: Counted, registry: CollectorRegistry) -> Callable[[Any], None]:
    """What counts events of one type."""
    counter = Counter(counted.name, counted.says, counted.labels, registry=registry)
    if not counted.labels:
        return lambda _: counter.inc()
    known: dict[tuple[str, ...], Counter] = {}

    def take(event: Any) -> None:
        values = counted.values(event)
        if values not in known and len(known) >= MOST_SERIES:
            values = ("other",) * len(values)
        series = known.get(values)
        if series is None:
            series = known[values] = counter.labels(*values)
        series.inc()

    return take

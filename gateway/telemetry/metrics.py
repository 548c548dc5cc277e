"""The metrics: events counted for Prometheus. No label holds anything that a caller may choose."""

import platform
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from typing import Any, Final

from prometheus_client import Gauge, GCCollector, Info, ProcessCollector

from gateway.errors import Code
from gateway.facets.facet import Endpoint
from gateway.telemetry.counted import COUNTED, Counted
from gateway.telemetry.events import CallBegan, CallMade, DocumentCompiled, Event
from gateway.telemetry.requests import RequestAnswered, RequestBegan, RequestRepeated
from gateway.telemetry.series import PlainCounter, PlainHistogram, Registry

MOST_REPEATS: Final = 1_000
"""Repeated answers that are counted together, when the numbers are read or there are more of them."""
SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CUSTOMERS: Final = (1, 2, 5, 10, 20, 50, 100)


GAUGES: Final[Mapping[str, str]] = {
    "gateway_documents": "Parsed documents that are kept.",
    "gateway_cache_bytes": "Bytes of the cache in this process.",
    "gateway_cache_entries": "Entries of the cache in this process.",
    "gateway_breakers_open": "Endpoints of organisations that are left alone because they fail.",
    "gateway_facets_left_out": "Facets that are left out of calls to an endpoint because they make them fail.",
}
"""What is looked at whenever Prometheus reads, where somebody says how."""


class Metrics:
    """Takes events; `registry` is what Prometheus reads, and is of this object alone."""

    def __init__(self) -> None:
        self.registry = Registry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        build = {"version": version("loyalty-graph-gateway"), "python": platform.python_version()}
        Info("gateway_build", "What runs here.", registry=self.registry).info(build)
        requests, upstream = Requests(self.registry), Upstream(self.registry)
        self._compiled = PlainHistogram(
            self.registry,
            "gateway_document_compilation_duration_seconds",
            "Time to parse and validate a document that was not known.",
            SECONDS,
            ("result",),
            (("valid",), ("invalid",)),
        )
        self._loop_lag = PlainHistogram(
            self.registry,
            "gateway_event_loop_lag_seconds",
            "How late the event loop came to what was due, sampled four times a second.",
            SECONDS,
        )
        self._takes: dict[type[Any], Callable[[Any], None]] = {
            RequestBegan: requests.began,
            RequestAnswered: requests.answered,
            RequestRepeated: requests.repeated,
            DocumentCompiled: self._document,
            CallBegan: upstream.began,
            CallMade: upstream.made,
            **{kind: _counting(counted, self.registry) for kind, counted in COUNTED.items()},
        }

    def __call__(self, event: Event) -> None:
        """Takes one event."""
        take = self._takes.get(type(event))
        if take is not None:
            take(event)

    def taker(self, kind: type[Any]) -> Callable[[Any], None] | None:
        """What takes events of a type; null where they change no metric."""
        return self._takes.get(kind)

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        """Says how one of `GAUGES` is read."""
        Gauge(name, GAUGES[name], registry=self.registry).set_function(read)

    def lagged(self, seconds: float) -> None:
        """Takes how late the event loop was."""
        self._loop_lag.observe(seconds)

    def _document(self, event: DocumentCompiled) -> None:
        self._compiled.observe(event.milliseconds / 1000, "valid" if event.valid else "invalid")


class Requests:
    """The metrics of requests."""

    def __init__(self, registry: Registry) -> None:
        self._total = PlainCounter(registry, "gateway_requests", "Requests to /graphql.", ("outcome", "status"))
        self._durations = PlainHistogram(
            registry,
            "gateway_request_duration_seconds",
            "Time to an answer, by whether upstream was asked for it.",
            SECONDS,
            ("upstream",),
            (("asked",), ("not_asked",)),
        )
        self._bytes = PlainCounter(registry, "gateway_response_bytes", "Bytes of the bodies of answers.")
        self._customers = PlainCounter(registry, "gateway_request_customers", "Customers asked for.")
        self._saved = PlainCounter(
            registry,
            "gateway_upstream_calls_saved",
            "Calls to upstream that requests did not need, because of what was known or being fetched.",
        )
        self._without = PlainCounter(
            registry,
            "gateway_requests_without_call",
            "Requests for customers that were answered without a call to upstream.",
        )
        self._errors = PlainCounter(
            registry, "gateway_errors", "Errors in answers, by code.", ("code",), ((code.value,) for code in Code)
        )
        self._facets = PlainCounter(
            registry,
            "gateway_facets",
            "Facets that requests wanted of customers, by what the cache knew; joined and spared were missed before.",
            ("facet", "state"),
        )
        self._repeats: list[tuple[RequestAnswered, float]] = []
        registry.before_reading(self._settle)
        self._in_flight = 0
        gauge = Gauge("gateway_requests_in_flight", "Requests that are being answered.", registry=registry)
        gauge.set_function(lambda: self._in_flight)

    def began(self, _: RequestBegan) -> None:
        """A request came."""
        self._in_flight += 1

    def answered(self, event: RequestAnswered) -> None:
        """A request is over."""
        self._in_flight -= 1
        explanation = event.explanation
        asked = explanation is not None and explanation.counts().made > 0
        self._durations.observe(event.milliseconds / 1000, "asked" if asked else "not_asked")
        self._count(event, 1)

    def repeated(self, event: RequestRepeated) -> None:
        """A request is over that was as one before it. Such come by the thousand, and are counted when that is read."""
        repeats = self._repeats
        repeats.append((event.first, event.milliseconds))
        if len(repeats) >= MOST_REPEATS:
            self._settle()

    def _settle(self) -> None:
        """Counts what was put off."""
        repeats, self._repeats = self._repeats, []
        for _, milliseconds in repeats:
            self._durations.observe(milliseconds / 1000, "not_asked")
        for first, times in Counter(first for first, _ in repeats).items():
            self._count(first, times)

    def _count(self, event: RequestAnswered, times: int) -> None:
        """Counts an end that came so often."""
        self._total.add(times, event.outcome, event.status)
        self._bytes.add(times * event.size)
        for code, number in event.errors.items():
            self._errors.add(times * number, code)
        explanation = event.explanation
        if explanation is None:
            return
        made, facets = explanation.counts()
        self._customers.add(times * event.customers)
        if event.executed:
            if event.customers and not made:
                self._without.add(times)
            if explanation.cold > made:
                self._saved.add(times * (explanation.cold - made))
        self._facets.add_each(facets, times)


class Upstream:
    """The metrics of calls to upstream."""

    def __init__(self, registry: Registry) -> None:
        endpoints = [(endpoint.value,) for endpoint in Endpoint]
        self._total = PlainCounter(
            registry,
            "gateway_upstream_calls",
            "Calls to upstream that came to an end, by the class of the status; none: there was no answer.",
            ("endpoint", "status"),
            [(endpoint.value, status) for endpoint in Endpoint for status in _STATUSES],
        )
        self._durations = PlainHistogram(
            registry,
            "gateway_upstream_call_duration_seconds",
            "Time that calls to upstream took.",
            SECONDS,
            ("endpoint",),
            endpoints,
        )
        self._customers = PlainHistogram(
            registry,
            "gateway_upstream_call_customers",
            "Customers in one call to upstream.",
            CUSTOMERS,
            ("endpoint",),
            endpoints,
        )
        self._bytes = PlainCounter(
            registry,
            "gateway_upstream_response_bytes",
            "Bytes of the bodies of upstream's answers.",
            ("endpoint",),
            endpoints,
        )
        self._in_flight = dict.fromkeys(Endpoint, 0)
        in_flight = Gauge(
            "gateway_upstream_calls_in_flight",
            "Calls to upstream that are under way.",
            ("endpoint",),
            registry=registry,
        )
        for endpoint in Endpoint:
            in_flight.labels(endpoint.value).set_function(partial(self._in_flight.__getitem__, endpoint))

    def began(self, event: CallBegan) -> None:
        """A call goes out."""
        self._in_flight[event.endpoint] += 1
        self._customers.observe(event.customers, event.endpoint.value)

    def made(self, event: CallMade) -> None:
        """A call came to an end."""
        endpoint = event.endpoint.value
        self._in_flight[event.endpoint] -= 1
        self._total.add(1, endpoint, _STATUSES[min((event.status or 0) // 100, 6)])
        self._durations.observe(event.milliseconds / 1000, endpoint)
        self._bytes.add(event.size, endpoint)


_STATUSES: Final = ("none", "1xx", "2xx", "3xx", "4xx", "5xx", "other")
"""What is said of a status, by its first digit."""


def _counting(counted: Counted, registry: Registry) -> Callable[[Any], None]:
    """What counts events of one type."""
    counter = PlainCounter(registry, counted.name, counted.says, counted.labels)
    return lambda event: counter.add(1, *counted.values(event))

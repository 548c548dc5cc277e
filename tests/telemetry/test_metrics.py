"""The metrics: what is counted, under which names, and who may read it."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families

from gateway.errors import Code
from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Endpoint
from gateway.telemetry.counted import COUNTED
from gateway.telemetry.events import (
    AnomalyMet,
    CallMade,
    Event,
    FaultMet,
    StoreFailed,
    StoreRecovered,
    WebhookOutcome,
    WebhookReceived,
)
from gateway.telemetry.lag import sample_lag
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.requests import RequestAnswered
from gateway.telemetry.series import MOST_SERIES, PlainCounter, PlainHistogram, Registry
from tests.support.gateway import GatewayUnderTest, running
from tests.support.upstream import Upstream
from tests.telemetry.support import ASKED, HOME, MOBILE, over

COUNTING = {"metrics": {"enabled": True}}

Samples = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(text: str) -> Samples:
    """Every number by its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, tuple(sorted(labels.items()))), 0.0)


async def read(gateway: GatewayUnderTest) -> Samples:
    response = await gateway.http.get("/metrics")
    assert response.status_code == 200
    return parsed(response.text)


# --- what is counted ---


async def test_requests_are_counted_by_outcome_and_status() -> None:
    async with running(**COUNTING) as gateway:
        await gateway.post(HOME, ASKED)
        await gateway.post(HOME, ASKED)
        await gateway.post("{ nobody }")
        await gateway.http.put("/graphql")
        gateway.sandbox.faults.v1_get.status = 503
        await gateway.post('{ customer(by: {mobile: "919800000041"}) { firstName slabHistory { to } } }')
        samples = await read(gateway)
    name = "gateway_requests_total"
    assert of(samples, name, outcome="answered", status="200") == 2
    assert of(samples, name, outcome="refused", status="400") == 1
    assert of(samples, name, outcome="refused", status="405") == 1
    assert of(samples, name, outcome="partial", status="200") == 1
    assert of(samples, "gateway_request_duration_seconds_count", upstream="asked") == 2
    assert of(samples, "gateway_request_duration_seconds_count", upstream="not_asked") == 3
    assert of(samples, "gateway_errors_total", code="GRAPHQL_VALIDATION_FAILED") == 1
    assert of(samples, "gateway_errors_total", code="BAD_REQUEST") == 1
    assert of(samples, "gateway_errors_total", code="UPSTREAM_UNAVAILABLE") >= 1
    assert of(samples, "gateway_requests_in_flight") == 0


async def test_calls_are_counted_by_endpoint_and_class_of_status() -> None:
    async with running(**COUNTING, upstream={"attempts": 1, "part_open_s": 0}) as gateway:
        await gateway.post(HOME, ASKED)
        gateway.sandbox.faults.v1_get.status = 503
        both = ", ".join(f'{{mobile: "9198000000{number}"}}' for number in (41, 42))
        await gateway.post(f"{{ customers(by: [{both}]) {{ points {{ lifetimePoints }} slabHistory {{ to }} }} }}")
        samples, calls = await read(gateway), gateway.calls()
    assert len(calls) == 3
    name = "gateway_upstream_calls_total"
    assert of(samples, name, endpoint="V2", status="2xx") == 1
    assert of(samples, name, endpoint="V1.1", status="2xx") == 1
    assert of(samples, name, endpoint="V1.1", status="5xx") == 1
    assert of(samples, "gateway_upstream_call_duration_seconds_count", endpoint="V1.1") == 2
    assert of(samples, "gateway_upstream_call_customers_sum", endpoint="V1.1") == 3
    assert of(samples, "gateway_upstream_call_customers_bucket", endpoint="V1.1", le="1.0") == 1
    assert of(samples, "gateway_upstream_response_bytes_total", endpoint="V2") > 1000
    assert of(samples, "gateway_upstream_calls_in_flight", endpoint="V2") == 0


async def test_facets_are_counted_by_what_the_cache_knew_and_saved_calls_by_request() -> None:
    async with running(**COUNTING) as gateway:
        await gateway.post("{ __typename }")
        await gateway.post(HOME, ASKED)
        await gateway.post(HOME, ASKED)
        samples = await read(gateway)
    for facet in ("EXISTENCE", "PERSON", "CARDS", "SLAB_HISTORY"):
        assert of(samples, "gateway_facets_total", facet=facet, state="missed") == 1
        assert of(samples, "gateway_facets_total", facet=facet, state="hit") == 1
    assert of(samples, "gateway_requests_without_call_total") == 1
    assert of(samples, "gateway_request_customers_total") == 2


async def test_a_facet_is_told_without_its_arguments() -> None:
    async with running(**COUNTING) as gateway:
        for days in (7, 30):
            await gateway.post(
                f'{{ customer(by: {{mobile: "{MOBILE}"}}) {{ gapToRenew(inDays: {days}) {{ programId }} }} }}'
            )
        samples = await read(gateway)
    told = {dict(labels)["facet"] for name, labels in samples if name == "gateway_facets_total"}
    assert "GAP_TO_RENEW" in told
    assert told <= set(CATALOG)


async def test_what_is_under_way_is_seen_and_what_was_left_is_over() -> None:
    upstream = Upstream()
    upstream.hold()
    async with over(upstream, lambda _: None) as gateway:
        asking = asyncio.create_task(gateway.ask(f'{{ customer(by: {{mobile: "{MOBILE}"}}) {{ firstName }} }}'))
        await upstream.asked()
        during = await read(gateway)
        asking.cancel()
        await asyncio.wait([asking])
        left = await read(gateway)
        upstream.release()
    assert of(during, "gateway_requests_in_flight") == 1
    assert sum(of(during, "gateway_upstream_calls_in_flight", endpoint=one.value) for one in Endpoint) == 1
    assert of(left, "gateway_requests_in_flight") == 0
    assert of(left, "gateway_requests_total", outcome="abandoned", status="499") == 1


async def test_documents_and_the_cache_are_looked_at_when_prometheus_looks() -> None:
    async with running(**COUNTING) as gateway:
        before = await read(gateway)
        await gateway.post(HOME, ASKED)
        await gateway.post("{ nobody }")
        after = await read(gateway)
    assert [of(samples, "gateway_documents") for samples in (before, after)] == [0, 1]
    assert of(before, "gateway_cache_entries") == 0
    assert of(after, "gateway_cache_entries") == 2  # whom the number names, and what is known of them
    assert of(after, "gateway_cache_bytes") > of(before, "gateway_cache_bytes")
    name = "gateway_document_compilation_duration_seconds_count"
    assert (of(after, name, result="valid"), of(after, name, result="invalid")) == (1, 1)


async def test_a_cache_that_is_off_is_still_looked_at() -> None:
    async with running(**COUNTING, cache={"max_bytes": 0}) as gateway:
        await gateway.post(HOME, ASKED)
        assert of(await read(gateway), "gateway_cache_entries") == 0


async def test_the_process_and_what_runs_in_it_are_told() -> None:
    async with running(**COUNTING) as gateway:
        samples = await read(gateway)
    assert of(samples, "process_resident_memory_bytes") > 10_000_000
    (build,) = [dict(labels) for name, labels in samples if name == "gateway_build_info"]
    assert set(build) == {"version", "python"}


# --- events ---

SIMPLE: list[tuple[Event, str, dict[str, str]]] = [
    (
        AnomalyMet(Endpoint.V1, "points", "number", "str"),
        "gateway_anomalies_total",
        {"endpoint": "V1.1", "field": "points"},
    ),
    (FaultMet("ValueError", "driver"), "gateway_faults_total", {"where": "driver", "error": "ValueError"}),
    (
        WebhookReceived("pointsIssued", WebhookOutcome.DUPLICATE),
        "gateway_webhook_events_total",
        {"name": "pointsIssued", "outcome": "duplicate"},
    ),
    (StoreFailed("claim", "OSError"), "gateway_store_failures_total", {"operation": "claim", "reason": "OSError"}),
    (StoreRecovered(), "gateway_store_recoveries_total", {}),
]


@pytest.mark.parametrize(("event", "name", "labels"), SIMPLE, ids=lambda one: str(one) if isinstance(one, str) else "")
def test_an_event_is_counted(event: Event, name: str, labels: dict[str, str]) -> None:
    metrics = Metrics()
    for _ in range(3):
        metrics(event)
    assert metrics.registry.get_sample_value(name, labels) == 3


def test_every_event_changes_a_metric() -> None:
    metrics = Metrics()
    assert [kind.__name__ for kind in get_args(Event) if metrics.taker(kind) is None] == []
    assert set(COUNTED) <= set(get_args(Event))


def test_an_event_that_no_metric_knows_is_no_fault() -> None:
    Metrics()(object())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "told"),
    [(None, "none"), (100, "1xx"), (204, "2xx"), (302, "3xx"), (429, "4xx"), (599, "5xx"), (999, "other")],
)
def test_a_status_is_told_by_its_class(status: int | None, told: str) -> None:
    metrics = Metrics()
    metrics(CallMade(Endpoint.V2, status, 1.0, 10, 1))
    assert metrics.registry.get_sample_value("gateway_upstream_calls_total", {"endpoint": "V2", "status": told}) == 1


def test_every_code_is_there_from_the_start_and_a_new_one_is_no_fault() -> None:
    metrics = Metrics()
    read = metrics.registry.get_sample_value
    assert [code for code in Code if read("gateway_errors_total", {"code": code.value}) is None] == []
    metrics(RequestAnswered("0", 0.0, status=400, errors={"NEW": 2}))
    assert read("gateway_errors_total", {"code": "NEW"}) == 2


# --- names and labels ---


def families() -> Any:
    return [family for family in Metrics().registry.collect() if family.name.startswith("gateway_")]


def test_names_have_the_prefix_and_what_prometheus_asks_for() -> None:
    for family in families():
        assert re.fullmatch(r"gateway(_[a-z]+)+", family.name), family.name
        assert not family.name.endswith("_total"), "the client adds it"
        if family.type == "histogram":
            assert family.name.endswith(("_seconds", "_customers"))
        assert "milliseconds" not in family.name
        assert family.documentation.endswith(".")


def test_no_metric_has_a_label_that_a_caller_may_fill() -> None:
    names = {label for family in families() for sample in family.samples for label in sample.labels}
    names |= {label for labels in Metrics().registry.labels.values() for label in labels}
    assert names <= {
        *("outcome", "status", "upstream", "code", "facet", "state", "endpoint", "result", "field", "where", "error"),
        *("name", "operation", "reason", "version", "python", "le", "won", "left_out"),
    }


def test_the_series_of_a_metric_are_bounded() -> None:
    registry = Registry()
    counter = PlainCounter(registry, "gateway_x", "X.", ("a", "b"))
    for number in range(MOST_SERIES + 50):
        counter.add(1, number, "b")
        counter.add_each([(number, "b")])
    (family,) = registry.collect()
    assert len(family.samples) == MOST_SERIES + 1
    assert registry.get_sample_value("gateway_x_total", {"a": "other", "b": "other"}) == 100
    assert len(CATALOG) * 5 + 50 < MOST_SERIES


@given(st.lists(st.one_of(st.floats(0, 20), st.sampled_from([0.1, 1.0, 2.5])), max_size=30))
def test_a_plain_histogram_is_the_library_s(values: list[float]) -> None:
    ours, theirs = Registry(), CollectorRegistry()
    plain = PlainHistogram(ours, "gateway_x_seconds", "X.", (0.1, 1.0, 2.5), ("a",), (("b",),))
    full = Histogram("gateway_x_seconds", "X.", ("a",), buckets=(0.1, 1.0, 2.5), registry=theirs)
    full.labels("b")
    for value in values:
        plain.observe(value, "b")
        full.labels("b").observe(value)

    def numbers(registry: CollectorRegistry) -> dict[Any, float]:
        samples = [sample for family in registry.collect() for sample in family.samples]
        return {(one.name, *sorted(one.labels.items())): one.value for one in samples if "created" not in one.name}

    assert numbers(ours) == pytest.approx(numbers(theirs))


# --- the event loop ---


async def test_lag_is_by_how_much_a_sleep_was_too_long() -> None:
    now, late, told = 100.0, iter((0.0, 0.02, -0.001, 1.5)), list[float]()

    async def sleep(seconds: float) -> None:
        nonlocal now
        try:
            now += seconds + next(late)
        except StopIteration:
            raise asyncio.CancelledError from None

    with pytest.raises(asyncio.CancelledError):
        await sample_lag(told.append, interval_s=0.25, clock=lambda: now, sleep=sleep)
    assert told == pytest.approx([0.0, 0.02, 0.0, 1.5])


async def test_nothing_is_sampled_before_the_gateway_runs_and_after() -> None:
    before = asyncio.all_tasks()
    async with running(**COUNTING):
        assert len(asyncio.all_tasks()) == len(before) + 1
    assert asyncio.all_tasks() == before
    async with running():
        assert asyncio.all_tasks() == before


# --- who may read ---


async def test_it_is_not_there_unless_it_is_switched_on() -> None:
    async with running() as gateway:
        response = await gateway.http.get("/metrics")
    assert "gateway_requests" not in response.text
    assert response.status_code == 404


@pytest.mark.parametrize("given", [None, "Bearer wrong", "Bearer ", "Basic s3cret", "bearer s3cret", "s3cret"])
async def test_with_a_token_it_is_told_to_who_has_it(given: str | None) -> None:
    async with running(metrics={"enabled": True, "token": "s3cret"}) as gateway:
        refused = await gateway.http.get("/metrics", headers={"authorization": given} if given else {})
        answered = await gateway.http.get("/metrics", headers={"authorization": "Bearer s3cret"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert "gateway_" not in refused.text
    assert (answered.status_code, answered.headers["cache-control"]) == (200, "no-store")


async def test_a_token_alone_switches_nothing_on() -> None:
    async with running(metrics={"token": "s3cret"}) as gateway:
        response = await gateway.http.get("/metrics", headers={"authorization": "Bearer s3cret"})
    assert response.status_code == 404


async def test_it_is_only_read() -> None:
    async with running(**COUNTING) as gateway:
        posted, head = await gateway.http.post("/metrics"), await gateway.http.head("/metrics")
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET, HEAD")
    assert (head.status_code, head.content) == (200, b"")


async def test_it_is_told_in_the_format_that_is_asked_for() -> None:
    async with running(**COUNTING) as gateway:
        await gateway.post(HOME, ASKED)
        plain = await gateway.http.get("/metrics")
        asked = await gateway.http.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert asked.headers["content-type"].startswith("application/openmetrics-text")
    names = {family.name for family in open_metrics(asked.text)}
    assert {"gateway_requests", "gateway_facets", "gateway_request_duration_seconds"} <= names


async def test_two_gateways_count_for_themselves() -> None:
    async with running(**COUNTING) as one, running(**COUNTING) as other:
        await one.post(HOME, ASKED)
        assert of(await read(one), "gateway_requests_total", outcome="answered", status="200") == 1
        assert of(await read(other), "gateway_requests_total", outcome="answered", status="200") == 0


async def test_calls_that_the_cache_saved_are_counted_and_open_breakers_shown() -> None:
    async with running(**COUNTING, upstream={"attempts": 1, "part_open_s": 0}) as gateway:
        for _ in range(3):
            await gateway.post('{ customer(by: {id: "100000001"}) { cards { cardNumber } slabHistory { to } } }')
        assert of(await read(gateway), "gateway_upstream_calls_saved_total") == 4
        assert of(await read(gateway), "gateway_breakers_open") == 0
        gateway.sandbox.faults.v1_get.status = 503
        for number in range(27, 67):
            await gateway.post(f'{{ customer(by: {{id: "1000000{number}"}}) {{ slabHistory {{ to }} }} }}')
        assert of(await read(gateway), "gateway_breakers_open") == 1

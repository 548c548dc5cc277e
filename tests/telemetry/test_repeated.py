"""A request that was answered as another had been is told of as all others are, though in one event."""

import io
import json
from typing import Any

import pytest
from opentelemetry.trace import SpanKind
from prometheus_client import generate_latest

from gateway.facets.catalog import CARDS, PERSON
from gateway.facets.explain import Explanation
from gateway.telemetry.log import Log
from gateway.telemetry.metrics import MOST_REPEATS, Metrics
from gateway.telemetry.requests import RequestAnswered, RequestBegan, RequestRepeated
from gateway.telemetry.signatures import Signature
from gateway.telemetry.traces import Traces
from tests.telemetry.test_traces import Spans

PARENT = b"00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"


def first(size: int = 300) -> RequestAnswered:
    """An end as an answer without a call has it."""
    told = Explanation(cold=2, hit=[PERSON(), CARDS()])
    signature = Signature("query", "Who", "0" * 16)
    return RequestAnswered(
        "a", 0.0, signature=signature, executed=True, status=200, milliseconds=0.25, size=size, customers=1,
        explanation=told, caller="till", tenant="acme", fresh_for=60,
    )  # fmt: skip


def repeated(of: RequestAnswered, *headers: tuple[bytes, bytes]) -> RequestRepeated:
    return RequestRepeated(of, "b", 0.25, 40, headers)


def exposed(metrics: Metrics) -> list[str]:
    """The numbers of requests and facets."""
    lines = generate_latest(metrics.registry).decode().splitlines()
    told = ("gateway_request", "gateway_response", "gateway_facets", "gateway_upstream_calls_saved")
    return [line for line in lines if line.startswith(told)]


def test_the_log_has_the_same_line() -> None:
    lines = [io.BytesIO(), io.BytesIO()]
    Log("info", lines[0])(first())
    Log("info", lines[1])(repeated(first(), (b"traceparent", PARENT)))
    was, line = (json.loads(one.getvalue()) for one in lines)
    assert line["event"] == "RequestAnswered"
    own: dict[str, Any] = {"request_id": "b", "trace_id": PARENT[3:35].decode(), "fresh_for": 40}
    assert {**line, "timestamp": ""} == {**was, **own, "timestamp": ""}


@pytest.mark.parametrize("times", [1, 3, MOST_REPEATS + 5])
def test_it_is_counted_as_others_are(times: int) -> None:
    apart, together = Metrics(), Metrics()
    for _ in range(times):
        apart(RequestBegan(one := first()))
        apart(one)
        together(repeated(first()))
    assert exposed(apart) == exposed(together) != exposed(Metrics())
    assert exposed(together) == exposed(together)


def test_answers_are_counted_apart() -> None:
    metrics = Metrics()
    for size in (1, 10, 10, 100):
        metrics(repeated(first(size)))
    assert "gateway_response_bytes_total 121.0" in exposed(metrics)
    metrics(repeated(first(1000)))
    assert "gateway_response_bytes_total 1121.0" in exposed(metrics)


def test_it_has_a_span_in_the_callers_trace() -> None:
    spans = Spans()
    traces = Traces(spans.provider)
    traces(repeated(first(), (b"traceparent", PARENT)))
    traces(repeated(first()))
    inside, alone = spans.of(SpanKind.SERVER)
    assert inside.context is not None
    assert f"{inside.context.trace_id:032x}" == PARENT[3:35].decode()
    assert inside.name == alone.name == "query Who"
    assert inside.attributes == alone.attributes
    assert inside.attributes
    assert inside.attributes["http.response.status_code"] == 200

"""The traces: a span for a request, one for each of its calls, in the caller's trace, of which upstream may learn."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode

from gateway.app import create_app
from gateway.facets.facet import Endpoint
from gateway.settings import BadSettings, Settings
from gateway.telemetry.events import CallMade, StoreRecovered, together
from gateway.telemetry.log import Log
from gateway.telemetry.spans import Calling
from gateway.telemetry.traces import Traces
from tests.support.gateway import running
from tests.support.upstream import Upstream
from tests.telemetry.support import ASKED, HOME, MOBILE, Heard, Lines, over

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
FIRST_NAME = f'{{ customer(by: {{mobile: "{MOBILE}"}}) {{ firstName }} }}'


class Spans:
    """What OpenTelemetry was told."""

    def __init__(self, **provider: Any) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False, **provider)
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    @property
    def all(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()

    def of(self, kind: SpanKind) -> list[ReadableSpan]:
        """The spans of one kind, by name."""
        return sorted((span for span in self.all if span.kind is kind), key=lambda span: span.name)


def trace_of(span: ReadableSpan) -> str:
    return trace.format_trace_id(span.context.trace_id)


def inside(span: ReadableSpan, other: ReadableSpan) -> bool:
    return span.parent is not None and span.parent.span_id == other.context.span_id


async def test_a_request_is_a_span_and_its_calls_are_spans_in_it() -> None:
    spans = Spans()
    async with running(emit=Traces(spans.provider)) as gateway:
        response = await gateway.post(HOME, ASKED)
    (request,) = spans.of(SpanKind.SERVER)
    v1, v2 = spans.of(SpanKind.CLIENT)
    assert (request.name, v1.name, v2.name) == ("query Home", "GET V1.1", "GET V2")
    assert request.parent is None
    assert inside(v1, request)
    assert inside(v2, request)
    assert v1.attributes == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.response.body.size": v1.attributes["http.response.body.size"],
        "gateway.endpoint": "V1.1",
        "gateway.facets": ("PERSON", "SLAB_HISTORY"),
        "gateway.customers": 1,
    }
    attributes = dict(request.attributes or {})
    assert len(str(attributes.pop("gateway.document"))) == 12
    assert attributes == {
        "http.response.status_code": 200,
        "http.response.body.size": len(response.content),
        "gateway.request_id": response.headers["x-request-id"],
        "gateway.outcome": "answered",
        "gateway.customers": 1,
        "gateway.facets.hit": 0,
        "gateway.facets.stale": 0,
        "gateway.facets.missed": 4,
        "gateway.facets.joined": 0,
        "gateway.facets.spared": 0,
        "graphql.operation.type": "query",
        "graphql.operation.name": "Home",
    }


async def test_what_else_happens_is_an_event_of_the_span_it_happens_in() -> None:
    spans = Spans()
    async with running(emit=Traces(spans.provider)) as gateway:
        await gateway.post(HOME, ASKED)
        await gateway.post(HOME, ASKED)
    first, second = sorted(spans.of(SpanKind.SERVER), key=lambda span: span.start_time or 0)
    (compiled,) = first.events
    assert (compiled.name, (compiled.attributes or {})["valid"]) == ("DocumentCompiled", True)
    assert second.events == ()


async def test_what_fails_has_the_status_of_an_error() -> None:
    spans = Spans()
    once = {"attempts": 1, "part_open_s": 0}
    async with running(emit=Traces(spans.provider), upstream=once) as gateway:
        gateway.sandbox.faults.v1_get.status = 503
        await gateway.post(HOME, ASKED)
    v1, v2 = spans.of(SpanKind.CLIENT)
    (request,) = spans.of(SpanKind.SERVER)
    assert (v1.status.status_code, v1.status.description) == (StatusCode.ERROR, "HTTP 503")
    assert v2.status.status_code is StatusCode.UNSET
    assert request.status.status_code is StatusCode.UNSET
    assert (request.attributes or {})["gateway.errors"] == "UPSTREAM_UNAVAILABLE"


def test_a_call_without_an_answer_failed() -> None:
    spans = Spans()
    with Calling(Traces(spans.provider), Endpoint.V2, frozenset(), 1):
        pass
    (call,) = spans.all
    assert (call.status.status_code, call.status.description) == (StatusCode.ERROR, "no answer")
    assert "http.response.status_code" not in (call.attributes or {})


async def test_the_caller_s_trace_is_continued_and_told_in_the_log() -> None:
    spans, lines = Spans(), Lines()
    async with running(emit=together(Traces(spans.provider), Log("debug", lines))) as gateway:
        await gateway.post(HOME, ASKED, traceparent=TRACEPARENT, tracestate="some=state")
    (request,) = spans.of(SpanKind.SERVER)
    assert request.parent is not None
    assert trace.format_span_id(request.parent.span_id) == PARENT
    assert {trace_of(span) for span in spans.all} == {TRACE} == {line["trace_id"] for line in lines.all}


async def test_one_that_was_begun_here_is_told_in_the_log_too() -> None:
    spans, lines = Spans(), Lines()
    async with running(emit=together(Traces(spans.provider), Log("debug", lines))) as gateway:
        await gateway.post(HOME, ASKED)
    assert {trace_of(span) for span in spans.all} == {line["trace_id"] for line in lines.all}


async def test_a_stranger_s_trace_is_not_continued_where_that_is_off() -> None:
    spans, lines = Spans(), Lines()
    async with running(emit=together(Traces(spans.provider, follow=False), Log("info", lines))) as gateway:
        await gateway.post(HOME, ASKED, traceparent=TRACEPARENT)
    (request,) = spans.of(SpanKind.SERVER)
    assert (request.parent, trace_of(request)) == (None, lines.all[0]["trace_id"])
    assert trace_of(request) != TRACE


async def test_requests_at_the_same_time_do_not_mix() -> None:
    spans = Spans()
    async with running(emit=Traces(spans.provider)) as gateway:
        mobiles = [f"9198000000{number}" for number in range(41, 49)]
        await asyncio.gather(*(gateway.post(HOME, {"mobile": mobile}) for mobile in mobiles))
    requests = spans.of(SpanKind.SERVER)
    assert len({trace_of(request) for request in requests}) == len(mobiles)
    for request in requests:
        assert sum(inside(call, request) for call in spans.of(SpanKind.CLIENT)) == 2


async def test_a_client_that_leaves_ends_its_span_and_leaves_none_behind() -> None:
    spans, upstream = Spans(), Upstream()
    upstream.hold()
    async with over(upstream, Traces(spans.provider)) as gateway:
        asking = asyncio.create_task(gateway.ask(FIRST_NAME))
        await upstream.asked()
        asking.cancel()
        await asyncio.wait([asking])
        upstream.release()
    (request,) = spans.of(SpanKind.SERVER)
    (call,) = spans.of(SpanKind.CLIENT)
    assert request.status.description == "abandoned"
    assert inside(call, request)
    assert not trace.get_current_span().get_span_context().is_valid


async def test_what_is_not_sampled_is_not_told_but_has_a_trace() -> None:
    spans, heard = Spans(sampler=ALWAYS_OFF), Heard()
    async with running(emit=together(Traces(spans.provider), heard.append)) as gateway:
        await gateway.post(HOME, ASKED)
    assert spans.all == ()
    assert len(heard.answered[0].trace_id) == 32


def test_what_happens_outside_of_any_span_is_no_fault() -> None:
    traces = Traces(Spans().provider)
    traces(StoreRecovered())
    traces(CallMade(Endpoint.V2, 200, 1.0, 1, 1))


# --- switched on ---


@pytest.fixture(scope="module")
def everywhere() -> Spans:
    """OpenTelemetry's own provider, which a process has once."""
    spans = Spans()
    trace.set_tracer_provider(spans.provider)
    return spans


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, str]]]:
    """The headers of every request that reaches the sandbox."""
    found: list[dict[str, str]] = []

    async def called(self: Any, scope: Any, receive: Any, send: Any, original: Any = Upstream.__call__) -> None:
        found.append({name.decode(): value.decode() for name, value in scope["headers"]})
        await original(self, scope, receive, send)

    monkeypatch.setattr(Upstream, "__call__", called)
    return found


async def test_a_setting_switches_traces_on_and_upstream_learns_nothing(
    everywhere: Spans, sent: list[dict[str, str]]
) -> None:
    before = len(everywhere.all)
    async with over(Upstream(), lambda _: None, traces={"enabled": True}) as gateway:
        await gateway.post(FIRST_NAME, traceparent=TRACEPARENT, tracestate="some=state", baggage="who=me")
    call, request = everywhere.all[before:]
    assert (trace_of(call), trace_of(request)) == (TRACE, TRACE)
    assert [
        header for headers in sent for header in headers if header in ("traceparent", "tracestate", "baggage")
    ] == []


async def test_upstream_is_told_the_span_of_the_call_if_that_is_wanted(
    everywhere: Spans, sent: list[dict[str, str]]
) -> None:
    before = len(everywhere.all)
    async with over(Upstream(), lambda _: None, traces={"enabled": True, "pass_on": True}) as gateway:
        await gateway.post(FIRST_NAME, traceparent=TRACEPARENT, baggage="who=me")
    call, _ = everywhere.all[before:]
    (headers,) = sent
    assert headers["traceparent"] == f"00-{TRACE}-{trace.format_span_id(call.context.span_id)}-01"
    assert "baggage" not in headers


@pytest.mark.parametrize("traces", [{}, {"pass_on": True}])
async def test_switched_off_nothing_is_traced_or_passed_on(
    traces: dict[str, bool], everywhere: Spans, sent: list[dict[str, str]]
) -> None:
    before = len(everywhere.all)
    async with over(Upstream(), lambda _: None, traces=traces) as gateway:
        await gateway.post(FIRST_NAME, traceparent=TRACEPARENT)
    assert len(everywhere.all) == before
    assert "traceparent" not in sent[0]


def test_switched_on_without_opentelemetry_the_start_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "gateway.telemetry.traces")
    settings = Settings(upstream={"base_url": "http://127.0.0.1:1", "username": "u"}, traces={"enabled": True})
    with pytest.raises(BadSettings, match=r"^GATEWAY_TRACES__ENABLED: needs OpenTelemetry: pip install .*\[otel\]"):
        create_app(settings)


def test_what_is_switched_off_is_not_loaded() -> None:
    program = """
import sys
from gateway.app import create_app
from gateway.settings import Settings
create_app(Settings(upstream={"base_url": "http://127.0.0.1:1", "username": "u"}))
print(sorted({"opentelemetry", "prometheus_client"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)  # noqa: S603
    assert done.stdout == "[]\n"

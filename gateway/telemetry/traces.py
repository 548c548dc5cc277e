"""The traces: events told to OpenTelemetry as spans. Imported only where traces are switched on.

No span holds a text of a query, an argument or anything of a customer; its attributes are those of the log's lines.
"""

from collections.abc import Mapping
from contextvars import ContextVar, Token
from importlib.metadata import version
from typing import Final, NamedTuple

import httpx
from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.trace import (
    Span,
    SpanKind,
    StatusCode,
    TracerProvider,
    format_trace_id,
    get_current_span,
    get_tracer,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from gateway.telemetry.events import (
    CallBegan,
    CallMade,
    Event,
    fields_of,
    level_of,
)
from gateway.telemetry.requests import RequestAnswered, RequestBegan, RequestOutcome, RequestRepeated

_W3C: Final = TraceContextTextMapPropagator()

_BAD: Final = {RequestOutcome.FAILED, RequestOutcome.ABANDONED}


class _Open(NamedTuple):
    """A span that has not ended, what was current outside of it, and the open one around it."""

    span: Span
    outside: Token[Context]
    around: "_Open | None"


class Traces:
    """Takes events: a span for every request, within it one for every call that it made.

    What else happens is an event of the span it happens in. A call that several requests share is in the trace of the
    one that began it. `follow` says whether a caller's own trace is continued.
    """

    def __init__(self, provider: TracerProvider | None = None, *, follow: bool = True) -> None:
        self._tracer = get_tracer("loyalty-graph-gateway", version("loyalty-graph-gateway"), provider)
        self._follow = follow
        self._innermost: ContextVar[_Open | None] = ContextVar("innermost span", default=None)

    def __call__(self, event: Event) -> None:
        """Takes one event."""
        match event:
            case RequestBegan():
                self._request_began(event)
            case RequestAnswered():
                self._request_answered(event)
            case RequestRepeated(began=began):
                self._request_began(began)
                self._request_answered(began.answered)
            case CallBegan():
                self._call_began(event)
            case CallMade():
                self._call_made(event)
            case other:
                span = get_current_span()
                if span.is_recording():
                    span.add_event(type(other).__name__, fields_of(other))

    def _request_began(self, event: RequestBegan) -> None:
        outside = Context()
        if self._follow and event.traceparent:
            outside = _W3C.extract({"traceparent": event.traceparent, "tracestate": event.tracestate}, outside)
        span = self._begin(self._tracer.start_span("GraphQL", outside, SpanKind.SERVER))
        found = span.get_span_context()
        if found.is_valid:
            event.answered.trace_id = format_trace_id(found.trace_id)

    def _request_answered(self, event: RequestAnswered) -> None:
        span = self._end()
        if span is None:
            return
        if span.is_recording():
            signature = event.signature
            if signature.kind:
                span.update_name(f"{signature.kind} {signature.name}".rstrip())
            span.set_attributes(_attributes(event))
            if event.outcome in _BAD or level_of(event) == "error":
                span.set_status(StatusCode.ERROR, event.outcome.value)
        span.end()

    def _call_began(self, event: CallBegan) -> None:
        span = self._begin(self._tracer.start_span(f"GET {event.endpoint.value}", kind=SpanKind.CLIENT))
        if span.is_recording():
            span.set_attributes(
                {
                    "http.request.method": "GET",
                    "gateway.endpoint": event.endpoint.value,
                    "gateway.facets": sorted({facet.name for facet in event.facets}),
                    "gateway.customers": event.customers,
                }
            )

    def _call_made(self, event: CallMade) -> None:
        span = self._end()
        if span is None:
            return
        if span.is_recording():
            if event.status is not None:
                span.set_attribute("http.response.status_code", event.status)
            span.set_attribute("http.response.body.size", event.size)
            if level_of(event) == "warning":
                span.set_status(StatusCode.ERROR, "no answer" if event.status is None else f"HTTP {event.status}")
        span.end()

    def _begin(self, span: Span) -> Span:
        """Makes a span the one in which things happen."""
        self._innermost.set(_Open(span, contexts.attach(set_span_in_context(span)), self._innermost.get()))
        return span

    def _end(self) -> Span | None:
        """The span in which things happened, which is still to be ended."""
        found = self._innermost.get()
        if found is None:
            return None
        self._innermost.set(found.around)
        contexts.detach(found.outside)
        return found.span


def _attributes(event: RequestAnswered) -> Mapping[str, str | int]:
    signature, explanation = event.signature, event.explanation
    found: dict[str, str | int] = {
        "http.response.status_code": event.status,
        "http.response.body.size": event.size,
        "gateway.request_id": event.request_id,
        "gateway.outcome": event.outcome.value,
        "gateway.customers": event.customers,
        "graphql.operation.type": signature.kind,
        "graphql.operation.name": signature.name,
        "gateway.document": signature.document,
        "gateway.errors": " ".join(sorted(event.errors)),
        "gateway.caller": event.caller,
        "gateway.tenant": event.tenant,
    }
    if explanation is not None:
        for state in ("hit", "stale", "missed", "joined", "spared"):
            found[f"gateway.facets.{state}"] = len(getattr(explanation, state))
    return {name: value for name, value in found.items() if value != ""}


async def pass_on(request: httpx.Request) -> None:
    """Sends upstream the span in which a request to it is made."""
    _W3C.inject(request.headers)

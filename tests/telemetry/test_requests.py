"""One request is told once, whatever becomes of it."""

import asyncio
import re

import pytest

from gateway.facets.facet import Endpoint
from gateway.telemetry.events import CallBegan, CallMade, DocumentCompiled, FaultMet
from gateway.telemetry.requests import GONE, RequestBegan, RequestOutcome
from gateway.telemetry.signatures import NOT_KNOWN
from gateway.telemetry.spans import CURRENT, Calling
from tests.support.gateway import GatewayUnderTest, running
from tests.support.upstream import Upstream
from tests.telemetry.support import ASKED, HOME, MOBILE, Heard, over

FIRST_NAME = f'{{ customer(by: {{mobile: "{MOBILE}"}}) {{ firstName }} }}'


async def test_it_says_what_was_asked_what_it_cost_and_what_came_of_it() -> None:
    heard = Heard()
    async with running(emit=heard.append) as gateway:
        response = await gateway.post(HOME, ASKED)
    (answered,) = heard.answered
    fields = answered.fields()
    assert re.fullmatch("[0-9a-f]{12}", fields.pop("document"))
    assert fields.pop("milliseconds") > 0
    assert [re.sub(r"\d+ms$", "ms", call) for call in fields.pop("calls")] == [
        "V2[CARDS]x1 200 ms",
        "V1.1[PERSON,SLAB_HISTORY]x1 200 ms",
    ]
    assert fields == {
        "request_id": response.headers["x-request-id"],
        "outcome": "answered",
        "kind": "query",
        "operation": "Home",
        "status": 200,
        "size": len(response.content),
        "customers": 1,
        "hit": 0,
        "stale": 0,
        "missed": 4,
        "joined": 0,
        "spared": 0,
        "errors": {},
        "fresh_for": int(response.headers["cache-control"].rpartition("=")[2]),
    }


async def test_one_that_is_answered_from_the_cache_says_so() -> None:
    heard = Heard()
    async with running(emit=heard.append) as gateway:
        await gateway.post(HOME, ASKED)
        await gateway.post(HOME, ASKED)
    first, second = (answered.fields() for answered in heard.answered)
    assert (second["calls"], second["hit"], second["missed"]) == ([], 4, 0)
    assert first["document"] == second["document"]
    assert first["request_id"] != second["request_id"]


async def test_a_batch_is_one_call_for_so_many() -> None:
    heard = Heard()
    asked = ", ".join(f'{{mobile: "9198000000{number}"}}' for number in (41, 42, 43))
    async with running(emit=heard.append) as gateway:
        await gateway.post(f"{{ customers(by: [{asked}]) {{ points {{ lifetimePoints }} }} }}")
    (answered,) = heard.answered
    assert answered.customers == 3
    assert [re.sub(r"\d+ms$", "", call) for call in answered.calls] == ["V1.1[POINTS]x3 200 "]


async def test_a_plan_makes_no_call() -> None:
    heard = Heard()
    async with running(emit=heard.append) as gateway:
        await gateway.post(HOME, ASKED, x_gateway_explain="plan")
    (answered,) = heard.answered
    assert (answered.outcome, answered.customers, answered.calls) == (RequestOutcome.ANSWERED, 1, [])


async def test_an_argument_of_a_facet_is_not_told() -> None:
    heard = Heard()
    query = f'{{ customer(by: {{mobile: "{MOBILE}"}}) {{ gapToRenew(inDays: 2917) {{ programId }} }} }}'
    async with running(emit=heard.append) as gateway:
        await gateway.post(query)
    (answered,) = heard.answered
    assert "V1.1[GAP_TO_RENEW]x1" in answered.calls[0]
    assert "2917" not in str(answered.calls)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("{", 400, "GRAPHQL_PARSE_FAILED"),
        ("{ nobody }", 400, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", 400, "BAD_REQUEST"),
    ],
)
async def test_what_is_refused_says_why(query: str, status: int, code: str) -> None:
    heard = Heard()
    async with running(emit=heard.append) as gateway:
        await gateway.post(query)
    (answered,) = heard.answered
    assert (answered.outcome, answered.status, answered.errors) == (RequestOutcome.REFUSED, status, {code: 1})
    assert (answered.signature, answered.customers, answered.calls) == (NOT_KNOWN, 0, ())


async def test_errors_beside_data_are_counted_by_code() -> None:
    heard = Heard()
    async with running(emit=heard.append) as gateway:
        gateway.sandbox.faults.v1_get.status = 503
        await gateway.post(HOME, ASKED)
    (answered,) = heard.answered
    assert (answered.outcome, answered.errors) == (RequestOutcome.PARTIAL, {"UPSTREAM_UNAVAILABLE": 1})
    assert any(" 503 " in call for call in answered.calls)


async def test_a_fault_of_ours_is_told_with_what_was_known_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise LookupError(MOBILE)

    monkeypatch.setattr("gateway.graphql.execution.needs.read", broken)
    heard = Heard()
    async with running(emit=heard.append) as gateway:
        await gateway.post(HOME, ASKED)
    (answered,) = heard.answered
    assert (answered.outcome, answered.status, answered.errors) == (RequestOutcome.FAILED, 500, {"INTERNAL": 1})
    assert answered.signature.name == "Home"
    assert FaultMet("LookupError", "endpoint") in heard


async def test_a_browser_that_gets_the_page_asked_for_no_operation() -> None:
    heard = Heard()
    async with running(emit=heard.append) as gateway:
        await gateway.http.get("/graphql", headers={"accept": "text/html"})
    (answered,) = heard.answered
    assert (answered.outcome, answered.status) == (RequestOutcome.NO_OPERATION, 200)


async def test_a_client_that_leaves_is_told_once_and_not_as_an_answer() -> None:
    heard, upstream = Heard(), Upstream()
    upstream.hold()
    async with over(upstream, heard.append) as gateway:
        asking = asyncio.create_task(gateway.ask(FIRST_NAME))
        await upstream.asked()
        asking.cancel()
        await asyncio.wait([asking])
        (answered,) = heard.answered
        upstream.release()
    assert (answered.outcome, answered.status, answered.size) == (RequestOutcome.ABANDONED, GONE, 0)
    assert (answered.customers, answered.milliseconds > 0) == (1, True)
    assert CURRENT.get() is None


async def test_events_come_in_their_order_and_every_beginning_has_its_end() -> None:
    heard = Heard()
    async with running(emit=heard.append) as gateway:
        await gateway.post(FIRST_NAME)
    assert [type(event) for event in heard[:3]] == [RequestBegan, DocumentCompiled, CallBegan]
    assert [type(event).__name__ for event in heard[3:]] == ["CallMade", "RequestAnswered"]
    began, made = heard[2], heard[3]
    assert isinstance(began, CallBegan)
    assert isinstance(made, CallMade)
    assert (began.endpoint, began.customers) == (made.endpoint, made.customers)


def test_a_call_that_is_cancelled_ends_too() -> None:
    heard = Heard()
    with pytest.raises(asyncio.CancelledError), Calling(heard.append, Endpoint.V1, frozenset(), 3):
        raise asyncio.CancelledError
    _, made = heard
    assert isinstance(made, CallMade)
    assert (made.endpoint, made.status, made.size, made.customers) == (Endpoint.V1, None, 0, 3)


@pytest.mark.parametrize("valid", [True, False])
async def test_a_document_is_told_when_it_is_compiled_and_not_when_it_is_known(
    gateway: GatewayUnderTest, valid: bool
) -> None:
    heard = Heard()
    async with running(emit=heard.append) as gateway:
        for _ in range(2):
            await gateway.post("{ __typename }" if valid else "{ nobody }")
    told = [event.valid for event in heard if isinstance(event, DocumentCompiled)]
    assert told == [valid]


@pytest.mark.parametrize(
    ("header", "trace"),
    [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c"),
        ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later", "0af7651916cd43dd8448eb211c80319c"),
        ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", ""),
        (f"00-{MOBILE}-b7ad6b7169203331-01", ""),
        ("nonsense", ""),
    ],
)
async def test_a_trace_is_told_only_if_it_is_one(header: str, trace: str) -> None:
    heard = Heard()
    async with running(emit=heard.append) as gateway:
        await gateway.post("{ __typename }", traceparent=header)
    (answered,) = heard.answered
    assert answered.trace_id == trace
    assert answered.fields().get("trace_id", "") == trace

"""What goes out when, and what it costs upstream."""

import asyncio
from typing import Any

import pytest

from gateway.cache.facet_cache import FacetCache
from gateway.graphql.incremental import Numbered
from gateway.sandbox.faults import EndpointFault, Faults
from gateway.telemetry.events import FaultMet
from gateway.telemetry.requests import RequestAnswered, RequestOutcome
from tests.auth.support import guarded, refusals
from tests.defer.support import HISTORY, WITHOUT, arriving, come_to, now, parts
from tests.driver.support import item, rewriting
from tests.support.gateway import ASKED_ONCE, GatewayUnderTest, running
from tests.support.parts import APOLLO, EVENTS, MULTIPART, STREAMS, in_any_order, put_together
from tests.support.upstream import V1

SLOW_S = 2.0
SLOW = Faults(v1_get=EndpointFault(delay_s=SLOW_S))
PROFILE = {
    "id": "100000001",
    "firstName": "Asha",
    "cards": [{"cardNumber": "CAPD0000000101"}, {"cardNumber": "CAPD0000000102"}],
}
SLABS = [{"to": "Gold"}, {"to": "Sprout"}, {"to": "Gold"}, {"to": "Silver"}]


# --- when ---


@pytest.mark.parametrize("accept", STREAMS)
async def test_the_profile_does_not_wait_for_the_history(gateway: GatewayUnderTest, accept: str) -> None:
    gateway.sandbox.faults.replace(SLOW)
    async with arriving(gateway, HISTORY, accept) as answer:
        began = now()
        first = await answer.payload()
        assert first is not None
        assert first["data"] == {"customer": PROFILE}
        assert now() == began
        assert len(gateway.calls()) == 2  # the slow one is on its way
        second = await answer.payload()
        assert second is not None
        assert second["incremental"][0]["data"] == {"slabHistory": SLABS}
        assert now() == pytest.approx(began + SLOW_S)
        third = await answer.payload()
        assert third is not None
        assert third["extensions"]["cost"] == {"requested": 23, "actual": 23, "limit": 2500}
        assert await answer.payload() is None
    assert put_together([first, second, third])["data"] == {"customer": {**PROFILE, "slabHistory": SLABS}}


async def test_without_it_everything_waits(gateway: GatewayUnderTest) -> None:
    """Else the test above would show nothing."""
    gateway.sandbox.faults.replace(SLOW)
    began = now()
    assert (await gateway.ask(WITHOUT))["data"]["customer"]["firstName"] == "Asha"
    assert now() == pytest.approx(began + SLOW_S)


async def test_each_fragment_comes_when_its_own_call_has_answered(gateway: GatewayUnderTest) -> None:
    gateway.sandbox.faults.replace(Faults(v1_get=EndpointFault(delay_s=2), v2_lookup=EndpointFault(delay_s=1)))
    query = """{ customer(by: {mobile: "919800000001"}) {
      ... @defer(label: "slow") { slabHistory { to } } ... @defer(label: "fast") { cards { cardNumber } }
    } }"""
    async with arriving(gateway, query, APOLLO) as answer:
        came = [(now(), await answer.payload(), now()) for _ in range(3)]
    told = [(after, [one["label"] for one in (payload or {}).get("incremental", ())]) for _, payload, after in came]
    assert [labels for _, labels in told] == [[], ["fast"], ["slow"]]
    assert told[2][0] == pytest.approx(told[1][0] + 1)


async def test_the_calls_are_those_of_the_whole_need(gateway: GatewayUnderTest) -> None:
    await parts(gateway, HISTORY, MULTIPART)
    calls = gateway.calls()
    async with running() as another:
        await another.ask(WITHOUT)
        assert another.calls() == calls


async def test_what_is_known_is_not_fetched_again(gateway: GatewayUnderTest) -> None:
    whole = await gateway.ask(WITHOUT)
    gateway.sandbox.requests.clear()
    payloads = await parts(gateway, HISTORY, MULTIPART)
    assert put_together(payloads)["data"] == whole["data"]
    assert gateway.calls() == []


async def test_where_nothing_is_slow_nothing_is_deferred(gateway: GatewayUnderTest) -> None:
    """What is known, and was compiled because it comes again, is one answer as ever."""
    await parts(gateway, HISTORY, MULTIPART)
    await parts(gateway, HISTORY, MULTIPART)
    again = await gateway.post(HISTORY, accept=f"{MULTIPART}, application/json")
    assert again.headers["content-type"].startswith("application/json")
    assert again.json()["data"]["customer"]["slabHistory"] == SLABS
    (only,) = await parts(gateway, HISTORY, EVENTS)
    assert only["data"] == again.json()["data"]


# --- who ---


FORMS = [
    '{ customer(by: {id: "100000001"}) { firstName ...F @defer } } fragment F on Customer { slabHistory { to } }',
    '{ customer(by: {id: "100000001"}) { firstName ... on Customer @defer(label: "l") { slabHistory { to } } } }',
    '{ ... @defer { customer(by: {id: "100000001"}) { cards { cardNumber } slabHistory { to } } } }',
    '{ one: customer(by: {id: "100000001"}) { id } ... @defer { two: customer(by: {id: "100000002"}) { lastName } } }',
    """{ customer(by: {id: "100000001"}) { cards { cardNumber } ... @defer(label: "a") {
      points { currentSlab } ... @defer(label: "b") { slabHistory { to ... @defer(label: "c") { from } } } } } }""",
    """{ customer(by: {id: "100000001"}) { loyaltyPrograms { programTitle } ... @defer {
      firstName loyaltyPrograms { currentSlab } cards { cardNumber } slabHistory { to } } } }""",
    """{ customer(by: {id: "100000001"}) { ...A @defer(label: "a") ...B @defer(label: "b") } }
    fragment A on Customer { firstName slabHistory { to } } fragment B on Customer { lastName slabHistory { to } }""",
    """{ customers(by: [{id: "100000001"}, {id: "999"}, {id: "100000019"}, {mobile: "1,2"}, {id: "100000002"}]) {
      id cards { cardNumber } ... @defer(label: "l") { lastName slabHistory { to } } } }""",
    '{ customer(by: {id: "100000019"}) { id ... @defer { slabHistory { to } } } }',
    '{ customer(by: {id: "999"}) { id ... @defer { slabHistory { to } } } }',
    '{ customer(by: {id: "100000001"}) { ... @defer { __typename } } }',
    "{ __typename ... @defer { __schema { queryType { name } } } }",
]


@pytest.mark.parametrize("accept", STREAMS)
@pytest.mark.parametrize("query", FORMS)
async def test_the_parts_are_the_whole(query: str, accept: str) -> None:
    async with running() as gateway, running() as another:
        answer = await gateway.post(query, accept=f"{accept}, application/json;q=0.5")
        expected = await another.ask(query)
        assert gateway.calls() == another.calls()
        found = come_to(answer)
        assert found.get("data") == expected.get("data")
        assert in_any_order(found.get("errors", ())) == in_any_order(expected.get("errors", ()))
        assert found.get("extensions") == expected.get("extensions")


@pytest.mark.parametrize("accept", [MULTIPART, APOLLO])
@pytest.mark.parametrize(
    ("condition", "value", "deferred"),
    [("true", None, True), ("false", None, False), ("$d", True, True), ("$d", False, False)],
)
async def test_a_condition_decides(
    gateway: GatewayUnderTest, accept: str, condition: str, value: Any, deferred: bool
) -> None:
    query = HISTORY.replace('@defer(label: "history")', f"@defer(if: {condition})")
    query = f"query Q{'($d: Boolean!)' if value is not None else ''} {query}"
    answer = await gateway.post(query, None if value is None else {"d": value}, accept=f"{accept}, application/json")
    assert answer.headers["content-type"].startswith("multipart/mixed" if deferred else "application/json")


ACCEPTS = [
    "application/json",
    "application/graphql-response+json",
    "*/*",
    "multipart/*, */*",
    "multipart/mixed;q=0, application/json",
    "multipart/mixed;deferSpec=20990101, application/json",
    "multipart/mixed;subscriptionSpec=1.0, application/json",
]


@pytest.mark.parametrize("accept", ACCEPTS)
async def test_who_does_not_ask_for_parts_gets_the_same_bytes_as_without(accept: str) -> None:
    async with running() as gateway, running() as another:
        for _ in range(4):  # met first, compiled, known at a glance, known by its bytes
            answer, expected = await gateway.post(HISTORY, accept=accept), await another.post(WITHOUT, accept=accept)
            assert answer.content == expected.content
            ours = {**answer.headers, "x-request-id": ""}
            assert ours == {**expected.headers, "x-request-id": ""}
        assert gateway.calls() == another.calls()


async def test_who_could_take_parts_gets_the_same_bytes_where_nothing_is_deferred() -> None:
    could = f"application/json, {EVENTS}, {MULTIPART}, {APOLLO}"
    async with running() as gateway, running() as another:
        for _ in range(4):
            answer, expected = await gateway.post(WITHOUT, accept=could), await another.post(WITHOUT)
            assert answer.json() == expected.json()
            assert answer.headers["content-type"] == "application/json; charset=utf-8"
            assert answer.headers["cache-control"] == expected.headers["cache-control"]
        assert gateway.calls() == another.calls()


async def test_a_page_of_a_configured_origin_may_read_parts() -> None:
    async with running(cors={"origins": "https://app.example.com"}) as gateway:
        answer = await gateway.post(HISTORY, accept=MULTIPART, origin="https://app.example.com")
    assert answer.headers["access-control-allow-origin"] == "https://app.example.com"
    assert answer.headers["x-request-id"]


async def test_an_errors_place_is_that_in_the_text_that_was_sent(gateway: GatewayUnderTest) -> None:
    gateway.sandbox.faults.replace(Faults(v1_get=EndpointFault(status=404)))
    for accept in ("application/json", APOLLO):
        answer = await gateway.post(HISTORY, accept=accept)
        assert '"locations":[{"line":2,"column":68}]' in answer.text


# --- what goes wrong ---


@pytest.mark.parametrize("accept", STREAMS)
async def test_an_error_comes_with_its_part(accept: str) -> None:
    async with running(upstream=ASKED_ONCE) as gateway:
        gateway.sandbox.faults.replace(Faults(v1_get=EndpointFault(status=500)))
        first, second, last = await parts(gateway, HISTORY, accept)
    assert first["data"] == {"customer": PROFILE}
    assert "errors" not in first
    (piece,) = second["incremental"]
    assert piece["data"] == {"slabHistory": None}
    (error,) = piece["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("UPSTREAM_UNAVAILABLE", ["customer", "slabHistory"])
    assert last.keys() == {"extensions", "hasNext"}


async def test_a_fault_of_our_own_ends_the_stream_and_tells_nothing(
    gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Numbered, "further", lambda *_: {}["a secret"])
    first, last = await parts(gateway, HISTORY, MULTIPART)
    assert first["data"] == {"customer": PROFILE}
    assert last == {
        "errors": [{"message": "The gateway could not answer.", "extensions": {"code": "INTERNAL"}}],
        "hasNext": False,
    }
    assert FaultMet("KeyError", "parts") in gateway.events


async def test_a_stream_lasts_no_longer_than_its_request_may() -> None:
    async with running(upstream={"deadline_s": 3}) as gateway:
        gateway.sandbox.faults.replace(Faults(v1_get=EndpointFault(delay_s=600)))
        async with arriving(gateway, HISTORY, MULTIPART) as answer:
            began = now()
            payloads = await answer.rest()
            assert now() - began <= 3.1
    (error,) = put_together(payloads)["errors"]
    assert error["extensions"]["code"] == "UPSTREAM_TIMEOUT"


def deleted_on_v1(path: str, _: dict[str, str], body: Any) -> Any:
    if path == V1:
        item(body)["item_status"] = {"success": "false", "code": "8109", "message": ""}
    return body


@pytest.mark.parametrize("accept", STREAMS)
async def test_nothing_follows_of_who_turns_out_to_be_deleted(accept: str) -> None:
    """V2 still told of them; what was sent is sent."""
    query = HISTORY.replace("slabHistory", "lastName cards { cardId } slabHistory")
    async with rewriting(deleted_on_v1) as (gateway, _):
        gateway.sandbox.faults.replace(SLOW)
        found = put_together(await parts(gateway, query, accept))
    assert found["data"]["customer"] == PROFILE
    assert refusals(found) == {"customer": "CUSTOMER_DELETED"}


@pytest.mark.parametrize("accept", STREAMS)
async def test_who_is_known_to_be_deleted_in_time_is_answered_as_ever(accept: str) -> None:
    async with rewriting(deleted_on_v1) as (gateway, _):
        gateway.sandbox.faults.replace(Faults(v2_lookup=EndpointFault(delay_s=1)))
        found = come_to(await gateway.post(HISTORY, accept=f"{accept}, application/json"))
    assert found["data"] == {"customer": None}
    assert refusals(found) == {"customer": "CUSTOMER_DELETED"}


async def test_so_it_is_while_what_the_other_call_brought_is_still_being_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = FacetCache.keep

    async def slowly(self: FacetCache, *given: Any) -> None:
        await asyncio.sleep(1)
        await keep(self, *given)

    monkeypatch.setattr(FacetCache, "keep", slowly)
    await test_who_is_known_to_be_deleted_in_time_is_answered_as_ever(MULTIPART)


async def test_one_of_several_who_was_deleted_does_not_hold_up_the_others(gateway: GatewayUnderTest) -> None:
    query = """{ customers(by: [{id: "100000001"}, {id: "100000019"}]) {
      firstName cards { cardNumber } ... @defer { slabHistory { to } } } }"""
    first, *_ = payloads = await parts(gateway, query, MULTIPART)
    assert [one and one["firstName"] for one in first["data"]["customers"]] == ["Asha", None]
    assert refusals(first) == {"customers.1": "CUSTOMER_DELETED"}
    assert put_together(payloads)["data"]["customers"][0]["slabHistory"] == SLABS


# --- whom one may see ---


@pytest.mark.parametrize("accept", STREAMS)
async def test_a_forbidden_field_stays_forbidden(accept: str) -> None:
    query = '{ customer(by: {id: "100000001"}) { firstName ... @defer { fraud { status } slabHistory { to } } } }'
    async with guarded() as guard:
        answer = await guard.gateway.post(query, accept=accept, **guard.staff("plain"))
        found = come_to(answer)
        assert refusals(found) == {"customer.fraud": "FORBIDDEN"}
        assert found["data"]["customer"] == {"firstName": "Asha", "fraud": None, "slabHistory": SLABS}
        assert not any("fraud" in str(call).lower() for call in guard.gateway.calls())


async def test_a_customer_sees_nobody_else_later_either() -> None:
    query = '{ viewer { id } ... @defer { customer(by: {id: "100000002"}) { firstName } } }'
    async with guarded() as guard:
        answer = await guard.gateway.post(query, accept=EVENTS, **guard.member(customer="100000001"))
        found = come_to(answer)
    assert found["data"] == {"viewer": {"id": "100000001"}, "customer": None}
    assert refusals(found) == {"customer": "FORBIDDEN"}


@pytest.mark.parametrize("limits", [{"cost": 15}, {"depth": 2}, {"breadth": 3}])
async def test_limits_count_what_is_deferred(limits: dict[str, int]) -> None:
    async with running(limits=limits) as gateway:
        refused = await gateway.post(HISTORY, accept=f"{MULTIPART}, application/json")
        assert refused.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert gateway.calls() == []


MANY = """{ customers(by: [{id: "100000001"}, {id: "100000002"}]) {
  firstName ... @defer { cards { cardNumber ... @defer { type } } } } }"""
"""Two customers with a fragment each, and another in a list: 22 parts, at a guess."""


@pytest.mark.parametrize(("most", "whole"), [(22, False), (21, True), (0, True)])
async def test_what_would_come_in_too_many_parts_comes_in_one(most: int, whole: bool) -> None:
    async with running(limits={"deferred": most}) as gateway:
        answer = await gateway.post(MANY, accept=f"{MULTIPART}, application/json")
    assert answer.headers["content-type"].startswith("application/json" if whole else "multipart/mixed")
    assert come_to(answer)["data"]["customers"][0]["cards"][0]["type"]


async def test_an_operation_that_defers_nothing_is_not_slowed_by_one_beside_it(gateway: GatewayUnderTest) -> None:
    both = f"query Deferred {HISTORY} query Plain {WITHOUT}"
    for name, content_type in (("Deferred", "multipart/mixed"), ("Plain", "application/json")):
        answer = await gateway.http.post(
            "/graphql",
            json={"query": both, "operationName": name},
            headers={"accept": f"{MULTIPART}, application/json"},
        )
        assert answer.headers["content-type"].startswith(content_type)


# --- as HTTP ---


@pytest.mark.parametrize("accept", STREAMS)
async def test_nothing_keeps_a_stream_and_nothing_collects_it(gateway: GatewayUnderTest, accept: str) -> None:
    for _ in range(2):
        sent = {"accept": f"{accept}, application/json", "accept-encoding": "gzip, br"}
        answer = await gateway.http.get("/graphql", params={"query": HISTORY}, headers=sent)
        assert answer.headers["content-type"].startswith(accept.partition(";")[0])
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"
        assert "authorization" in answer.headers["vary"]
        assert not {"etag", "content-encoding", "content-length"} & answer.headers.keys()


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (MULTIPART, 'multipart/mixed; boundary="-"'),
        ('multipart/mixed; incrementalSpec="v0.2"', 'multipart/mixed; boundary="-"; incrementalSpec=v0.2'),
        (APOLLO, 'multipart/mixed; boundary="-"; deferSpec=20220824'),
        (f"{EVENTS}, {APOLLO}", 'multipart/mixed; boundary="-"; deferSpec=20220824'),
        (f"{EVENTS}, {APOLLO};q=0.5", "text/event-stream; charset=utf-8"),
    ],
)
async def test_the_layout_is_the_one_asked_for(gateway: GatewayUnderTest, accept: str, content_type: str) -> None:
    answer = await gateway.post(HISTORY, accept=accept)
    assert answer.headers["content-type"] == content_type
    assert ("pending" in answer.text) is ("2022" not in content_type)


async def test_a_head_has_no_parts(gateway: GatewayUnderTest) -> None:
    for accept, status in ((f"{MULTIPART}, application/json", 200), (EVENTS, 406)):
        answer = await gateway.http.head("/graphql", params={"query": HISTORY}, headers={"accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json; charset=utf-8")


@pytest.mark.parametrize("accept", [EVENTS, MULTIPART])
@pytest.mark.parametrize("query", [WITHOUT, "{ nothing }", "{", '{ customer(by: {id: "999"}) { id } }'])
async def test_who_takes_only_streams_gets_one(gateway: GatewayUnderTest, accept: str, query: str) -> None:
    (only,) = await parts(gateway, query, accept)
    assert only == await gateway.ask(query, accept="application/json") | (
        {"extensions": only["extensions"]} if "extensions" in only else {}
    )


async def test_explain_tells_of_all_calls_at_the_end(gateway: GatewayUnderTest) -> None:
    *_, last = await parts(gateway, HISTORY, MULTIPART, x_gateway_explain="analyze")
    assert len(last["extensions"]["explain"]["calls"]) == 2
    plan = await gateway.post(HISTORY, accept=f"{MULTIPART}, application/json", x_gateway_explain="plan")
    assert plan.headers["content-type"].startswith("application/json")
    assert plan.json()["data"] is None


@pytest.mark.parametrize(
    "query",
    [
        '{ customer(by: {id: "1"}) { firstName @defer } }',
        '{ customer(by: {id: "1"}) { ... @defer(label: "a") { id } ... @defer(label: "a") { lastName } } }',
        'query ($l: String) { customer(by: {id: "1"}) { ... @defer(label: $l) { id } } }',
        "{ customers(by: []) @stream { id } }",
    ],
)
async def test_what_may_not_be_deferred_is_refused(gateway: GatewayUnderTest, query: str) -> None:
    answer = await gateway.post(query, accept=f"{MULTIPART}, application/graphql-response+json")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "GRAPHQL_VALIDATION_FAILED")


async def test_the_schema_tells_of_it(gateway: GatewayUnderTest) -> None:
    told = await gateway.ask("{ __schema { directives { name locations args { name defaultValue } } } }")
    directives = {one["name"]: one for one in told["data"]["__schema"]["directives"]}
    assert directives["defer"]["locations"] == ["FRAGMENT_SPREAD", "INLINE_FRAGMENT"]
    assert directives["defer"]["args"] == [
        {"name": "if", "defaultValue": "true"},
        {"name": "label", "defaultValue": None},
    ]
    assert "stream" not in directives


# --- who leaves, and who sees ---


async def test_a_client_that_leaves_stops_its_stream_and_no_call() -> None:
    events: list[Any] = []
    async with running(emit=events.append) as gateway:
        gateway.sandbox.faults.replace(SLOW)
        async with arriving(gateway, HISTORY, MULTIPART) as leaving, arriving(gateway, HISTORY, EVENTS) as staying:
            assert await leaving.payload() is not None
            await leaving.leave()
            whole = put_together(await staying.rest())
        assert whole["data"]["customer"]["slabHistory"] == SLABS
        assert [call["path"] for call in gateway.calls()] == [
            "/v1.1/customer/get",
            "/v2/customers/lookup/customerDetails",
        ]
    answered = [event for event in events if isinstance(event, RequestAnswered)]
    assert [one.outcome for one in answered] == [RequestOutcome.ABANDONED, RequestOutcome.ANSWERED]


async def test_a_stream_is_one_request_that_lasts_until_its_end() -> None:
    events: list[Any] = []
    async with running(emit=events.append, upstream=ASKED_ONCE) as gateway:
        gateway.sandbox.faults.replace(Faults(v1_get=EndpointFault(status=500)))
        answer = await gateway.post(HISTORY, accept=MULTIPART)
    (told,) = [event for event in events if isinstance(event, RequestAnswered)]
    assert (told.status, told.size, told.outcome) == (200, len(answer.content), RequestOutcome.PARTIAL)
    assert told.errors == {"UPSTREAM_UNAVAILABLE": 1}
    assert len(told.calls) == 2

"""Failure stays small: what a fault of upstream takes down, what it leaves standing, and that nothing of it is kept."""

import asyncio
from typing import Any

import pytest

from gateway.cache.stamps import NOBODY_FRESH_FOR
from gateway.sandbox import EndpointFault
from tests.driver.support import NOT_FOUND_V2, Rewrite, errors, item, not_found_v1, rewriting
from tests.support.gateway import ASKED_ONCE, GatewayUnderTest, running

FIELDS = "firstName cards { cardNumber } slabHistory { programId } registeredStore { code }"
BY_MOBILE = f'{{ customer(by: {{mobile: "919800000001"}}) {{ {FIELDS} }} }}'
BY_ID = f'{{ customer(by: {{id: "100000001"}}) {{ {FIELDS} }} }}'
WHOLE: dict[str, Any] = {
    "firstName": "Asha",
    "cards": [{"cardNumber": "CAPD0000000101"}, {"cardNumber": "CAPD0000000102"}],
    "slabHistory": [{"programId": "1001"}, {"programId": "1003"}, {"programId": "1001"}, {"programId": "1001"}],
    "registeredStore": {"code": "harbour"},
}
V1_ALONE, V2_ALONE = ("slabHistory", "registeredStore"), ("cards",)
ENDPOINTS = {
    "v1_get": (BY_MOBILE, V1_ALONE),
    "v2_lookup": (BY_MOBILE, V2_ALONE),
    "v2_by_id": (BY_ID, V2_ALONE),
}
KNOBS: dict[str, tuple[dict[str, Any], str]] = {
    "500": ({"status": 500}, "UPSTREAM_UNAVAILABLE"),
    "503 with Retry-After": ({"status": 503, "retry_after_s": 3}, "UPSTREAM_UNAVAILABLE"),
    "404": ({"status": 404}, "UPSTREAM_UNAVAILABLE"),
    "401": ({"status": 401}, "UPSTREAM_UNAUTHORIZED"),
    "403": ({"status": 403}, "UPSTREAM_UNAUTHORIZED"),
    "429": ({"status": 429, "retry_after_s": 3}, "UPSTREAM_RATE_LIMITED"),
    "too slow": ({"delay_s": 30.0}, "UPSTREAM_TIMEOUT"),
    "cut in half": ({"body": "truncated"}, "UPSTREAM_UNAVAILABLE"),
    "a page": ({"body": "html"}, "UPSTREAM_UNAVAILABLE"),
    "nothing": ({"body": "empty"}, "UPSTREAM_UNAVAILABLE"),
    "a page with 502": ({"status": 502, "body": "html"}, "UPSTREAM_UNAVAILABLE"),
}


async def whole(gateway: GatewayUnderTest, query: str) -> dict[str, Any]:
    """The customer when upstream behaves."""
    answer = await gateway.ask(query)
    assert "errors" not in answer
    return answer["data"]["customer"]


async def test_without_a_fault_the_answer_is_whole(gateway: GatewayUnderTest) -> None:
    assert await whole(gateway, BY_MOBILE) == WHOLE


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("knob", KNOBS)
async def test_a_failing_call_takes_down_its_own_fields_and_nothing_of_it_is_kept(endpoint: str, knob: str) -> None:
    query, lost = ENDPOINTS[endpoint]
    fault, code = KNOBS[knob]
    # A timeout needs a bound that the delay reaches; every other knob answers at once.
    async with running(upstream={"timeout_s": 0.1 if "delay_s" in fault else 10}) as gateway:
        setattr(gateway.sandbox.faults, endpoint, EndpointFault(**fault))
        answer = await gateway.ask(query)
        assert answer["data"]["customer"] == {**WHOLE, **dict.fromkeys(lost)}
        assert errors(answer) == {f"customer.{name}": code for name in lost}
        gateway.sandbox.clear()
        if knob == "429":
            await asyncio.sleep(30)
        assert await whole(gateway, query) == WHOLE
        # A credential that upstream refuses sees nothing of what it saw before that.
        assert len(gateway.sandbox.requests) in ((1, 2) if knob == "401" else (1,))


@pytest.mark.parametrize("knob", [name for name, (fault, _) in KNOBS.items() if "delay_s" not in fault])
async def test_a_call_that_fails_for_everything_takes_down_the_customer_once(
    gateway: GatewayUnderTest, knob: str
) -> None:
    fault, code = KNOBS[knob]
    gateway.sandbox.faults.v1_get = EndpointFault(**fault)
    gateway.sandbox.faults.v2_lookup = EndpointFault(**fault)
    answer = await gateway.ask(BY_MOBILE)
    assert answer["data"] == {"customer": None}
    assert errors(answer) == {"customer": code}
    gateway.sandbox.clear()
    if knob == "429":
        await asyncio.sleep(30)
    assert (await whole(gateway, BY_MOBILE))["firstName"] == "Asha"


async def test_a_fault_that_is_over_hits_one_request_alone() -> None:
    async with running(upstream=ASKED_ONCE) as gateway:
        gateway.sandbox.faults.v1_get = EndpointFault(status=500, times=1)
        assert errors(await gateway.ask(BY_MOBILE))
        assert await whole(gateway, BY_MOBILE)


async def test_a_refused_lookup_is_not_an_unknown_customer(gateway: GatewayUnderTest) -> None:
    """Only by id does HTTP 400 stand for a customer who is none (facts 1.4)."""
    gateway.sandbox.faults.v2_lookup = EndpointFault(status=400)
    answer = await gateway.ask('{ customer(by: {mobile: "919800000001"}) { cards { cardNumber } } }')
    assert answer["data"] == {"customer": None}
    assert errors(answer) == {"customer": "UPSTREAM_UNAVAILABLE"}


async def test_a_blank_400_by_id_is_an_unknown_customer(gateway: GatewayUnderTest) -> None:
    answer = await gateway.ask('{ customer(by: {id: "9223372036854775807"}) { cards { cardNumber } } }')
    assert (answer["data"], errors(answer)) == ({"customer": None}, {})


# --- the points engine is down ---

PARTIAL = {
    "v2_lookup": (
        '{ customer(by: {mobile: "919800000001"}) { firstName points { loyaltyId } status { statusLabel } } }',
        {"customer.points": "UPSTREAM_PARTIAL"},
        {"firstName": "Asha", "points": None, "status": {"statusLabel": "Active"}},
    ),
    "v2_by_id": (
        '{ customer(by: {id: "100000001"}) { firstName groupLoyaltyPrograms { title } status { statusLabel } } }',
        {"customer.groupLoyaltyPrograms": "UPSTREAM_PARTIAL"},
        {"firstName": "Asha", "groupLoyaltyPrograms": None, "status": {"statusLabel": "Active"}},
    ),
    "v1_get": (
        '{ customer(by: {mobile: "919800000001"}) { firstName registeredBy loyaltyPrograms { totalPoints } } }',
        {"customer.loyaltyPrograms": "UPSTREAM_PARTIAL"},
        {"firstName": "Asha", "registeredBy": "Harbour Street", "loyaltyPrograms": None},
    ),
}


@pytest.mark.parametrize("endpoint", PARTIAL)
async def test_a_block_that_came_with_a_warning_is_partial_and_not_kept(
    gateway: GatewayUnderTest, endpoint: str
) -> None:
    query, codes, data = PARTIAL[endpoint]
    setattr(gateway.sandbox.faults, endpoint, EndpointFault(partial=True))
    answer = await gateway.ask(query)
    assert answer["data"]["customer"].keys() == data.keys()
    assert {name for name, value in answer["data"]["customer"].items() if value is None} == {
        name for name, value in data.items() if value is None
    }
    assert errors(answer) == codes
    gateway.sandbox.clear()
    found = await whole(gateway, query)
    assert [name for name, value in found.items() if value is None] == []
    assert len(gateway.sandbox.requests) == 1


# --- the credential ---

OAUTH = {"auth": "oauth", "oauth_key": "sandbox-key", "oauth_secret": "sandbox-secret"}
TOKEN_KNOBS = {
    "500": ({"status": 500}, "UPSTREAM_UNAVAILABLE"),
    "too slow": ({"delay_s": 30.0}, "UPSTREAM_TIMEOUT"),
    "a page": ({"body": "html"}, "UPSTREAM_UNAVAILABLE"),
    "cut in half": ({"body": "truncated"}, "UPSTREAM_UNAVAILABLE"),
    "nothing": ({"body": "empty"}, "UPSTREAM_UNAVAILABLE"),
    "429": ({"status": 429}, "UPSTREAM_RATE_LIMITED"),
    "401": ({"status": 401}, "UPSTREAM_UNAUTHORIZED"),
}


@pytest.mark.parametrize("knob", TOKEN_KNOBS)
async def test_no_token_no_call_and_a_later_request_tries_again(knob: str) -> None:
    fault, code = TOKEN_KNOBS[knob]
    async with running(upstream=OAUTH | {"timeout_s": 0.1 if "delay_s" in fault else 10}) as gateway:
        gateway.sandbox.faults.token = EndpointFault(**fault)
        answer = await gateway.ask(BY_MOBILE)
        assert answer["data"] == {"customer": None}
        assert errors(answer) == {"customer": code}
        assert {request.path for request in gateway.sandbox.requests} == {"/v3/oauth/token/generate"}
        gateway.sandbox.clear()
        assert (await whole(gateway, BY_MOBILE))["firstName"] == "Asha"
        assert len(gateway.sandbox.requests) == 3


async def test_a_wrong_secret_is_an_error_of_the_gateways_credential() -> None:
    async with running(upstream={**OAUTH, "oauth_secret": "wrong"}) as gateway:
        assert errors(await gateway.ask(BY_MOBILE)) == {"customer": "UPSTREAM_UNAUTHORIZED"}


async def test_a_wrong_password_is_an_error_of_the_gateways_credential() -> None:
    async with running(upstream={"password": "wrong"}) as gateway:
        assert errors(await gateway.ask(BY_MOBILE)) == {"customer": "UPSTREAM_UNAUTHORIZED"}


# --- two waves ---

WECHAT = (
    '{ customer(by: {wechat: "oWx-sandbox-0016"}, source: WECHAT, accountId: "wechat-main")'
    " { firstName slabHistory { to } } }"
)


async def test_where_the_first_wave_fails_there_is_no_second(gateway: GatewayUnderTest) -> None:
    gateway.sandbox.faults.v2_lookup = EndpointFault(status=503)
    answer = await gateway.ask(WECHAT)
    assert (answer["data"], errors(answer)) == ({"customer": None}, {"customer": "UPSTREAM_UNAVAILABLE"})
    assert {request.path for request in gateway.sandbox.requests} == {"/v2/customers/lookup/customerDetails"}


async def test_where_the_first_wave_knows_nobody_there_is_no_second(gateway: GatewayUnderTest) -> None:
    answer = await gateway.ask(WECHAT.replace("0016", "9999"))
    assert (answer["data"], errors(answer)) == ({"customer": None}, {})
    assert len(gateway.sandbox.requests) == 1


async def test_where_the_second_wave_fails_the_first_is_served(gateway: GatewayUnderTest) -> None:
    gateway.sandbox.faults.v1_get = EndpointFault(status=503)
    answer = await gateway.ask(WECHAT)
    assert answer["data"] == {"customer": {"firstName": "Sunny", "slabHistory": None}}
    assert errors(answer) == {"customer.slabHistory": "UPSTREAM_UNAVAILABLE"}
    gateway.sandbox.clear()
    assert await whole(gateway, WECHAT) == {"firstName": "Sunny", "slabHistory": []}
    assert [request.path for request in gateway.sandbox.requests] == ["/v1.1/customer/get"]


# --- endpoints that disagree ---


def unknown_on_v2(path: str, _: Any, body: Any) -> Any:
    return NOT_FOUND_V2 if path.startswith("/v2") else body


def unknown_on_v1(path: str, _: Any, body: Any) -> Any:
    return not_found_v1() if path.startswith("/v1") else body


@pytest.mark.parametrize(("rewrite", "lost"), [(unknown_on_v2, V2_ALONE), (unknown_on_v1, V1_ALONE)])
@pytest.mark.parametrize("query", [BY_MOBILE, BY_ID])
async def test_who_is_known_to_one_endpoint_alone_is_found_in_part(
    rewrite: Rewrite, lost: tuple[str, ...], query: str
) -> None:
    async with rewriting(rewrite) as (gateway, upstream):
        answer = await gateway.ask(query)
        assert answer["data"]["customer"] == {**WHOLE, **dict.fromkeys(lost)}
        assert errors(answer) == {f"customer.{name}": "UPSTREAM_PARTIAL" for name in lost}
        upstream.rewrite = None
        assert await whole(gateway, query) == WHOLE


async def test_that_nobody_is_known_is_kept_for_a_moment() -> None:
    now = [1_790_000_000.0]
    async with rewriting(unknown_on_v2, clock=lambda: now[0]) as (gateway, upstream):
        query = '{ customer(by: {mobile: "919800000001"}) { cards { cardNumber } } }'
        answer = await gateway.ask(query)
        assert (answer["data"], errors(answer)) == ({"customer": None}, {})
        upstream.rewrite = None
        answer = await gateway.ask(query)
        assert (answer["data"], errors(answer)) == ({"customer": None}, {})
        now[0] += NOBODY_FRESH_FOR + 1
        assert (await whole(gateway, query))["cards"] == WHOLE["cards"]


async def test_a_v2_answer_for_another_id_is_discarded() -> None:
    def another(path: str, _: Any, body: Any) -> Any:
        return {**body, "id": 100000002} if path.startswith("/v2") else body

    async with rewriting(another) as (gateway, upstream):
        answer = await gateway.ask('{ customer(by: {id: "100000001"}) { id cards { cardNumber } slabHistory { to } } }')
        assert (answer["data"]["customer"]["id"], answer["data"]["customer"]["cards"]) == ("100000001", None)
        assert answer["data"]["customer"]["slabHistory"]
        assert errors(answer) == {"customer.cards": "UPSTREAM_UNAVAILABLE"}
        upstream.rewrite = None
        for customer, cards in (("100000001", WHOLE["cards"]), ("100000002", None)):
            found = await whole(gateway, f'{{ customer(by: {{id: "{customer}"}}) {{ id cards {{ cardNumber }} }} }}')
            assert found["id"] == customer
            assert found["cards"] != WHOLE["cards"] if cards is None else found["cards"] == cards


async def test_a_v1_answer_for_another_id_is_discarded() -> None:
    def another(path: str, _: Any, body: Any) -> Any:
        if path.startswith("/v1"):
            item(body)["user_id"] = "100000002"
        return body

    async with rewriting(another) as (gateway, _):
        answer = await gateway.ask('{ customer(by: {id: "100000001"}) { id cards { cardNumber } slabHistory { to } } }')
        assert answer["data"]["customer"] == {"id": "100000001", "cards": WHOLE["cards"], "slabHistory": None}
        assert errors(answer) == {"customer.slabHistory": "UPSTREAM_UNAVAILABLE"}


async def test_blocks_of_different_accounts_are_never_joined() -> None:
    def another(path: str, _: Any, body: Any) -> Any:
        return {**body, "id": 100000002} if path.startswith("/v2") else body

    async with rewriting(another) as (gateway, _):
        answer = await gateway.ask(
            '{ customer(by: {mobile: "919800000001"}) { id cards { cardNumber } slabHistory { to } } }'
        )
        found = answer["data"]["customer"]
        lost = {"100000001": "cards", "100000002": "slabHistory"}[found["id"]]
        assert [name for name, value in found.items() if value is None] == [lost]
        assert errors(answer) == {f"customer.{lost}": "UPSTREAM_PARTIAL"}


# --- mergers that lead nowhere ---

VICTIM = '{ customer(by: {mobile: "919800000017"}) { id mergedFrom cards { cardNumber } slabHistory { to } } }'
VICTIM_BY_ID = VICTIM.replace('mobile: "919800000017"', 'id: "100000017"')


@pytest.mark.parametrize("query", [VICTIM, VICTIM_BY_ID])
async def test_a_victim_whose_survivor_is_unknown_comes_to_an_end(query: str) -> None:
    async with rewriting(unknown_on_v1) as (gateway, upstream):
        answer = await gateway.ask(query)
        assert answer["data"] == {"customer": None}
        assert errors(answer) == {"customer": "UPSTREAM_PARTIAL"}  # V2 knows them, so they are not unknown
        assert len(gateway.sandbox.requests) <= 6
        upstream.rewrite = None
        found = await whole(gateway, query)
        assert (found["id"], found["mergedFrom"]) == ("100000018", ["100000017"])


@pytest.mark.parametrize("query", [VICTIM, VICTIM_BY_ID])
async def test_two_accounts_merged_into_each_other_come_to_an_end(query: str) -> None:
    other = {"100000017": "100000018", "100000018": "100000017"}

    def each_other(path: str, params: dict[str, str], body: Any) -> Any:
        if path.startswith("/v2"):
            body["warnings"] = [{"status": False, "code": 8069, "message": "merged"}]
        else:
            found = item(body)
            found["user_id"] = other.get(params.get("id", ""), found["user_id"])
            found["item_status"]["warnings"] = {"warning": ["91009"]}
            found["survivor_account_retrieved"] = "true"
        return body

    async with rewriting(each_other) as (gateway, _):
        answer = await gateway.ask(query)
        assert set(errors(answer).values()) == {"UPSTREAM_PARTIAL"}
        assert len(gateway.sandbox.requests) <= 12
        assert [event for event in gateway.events if type(event).__name__ == "FaultMet"] == []

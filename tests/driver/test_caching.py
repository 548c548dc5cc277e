"""The cache as a caller meets it: what a second question costs, how old its answer may be, and what is said of it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from gateway.cache.memory import MemoryStore
from gateway.cache.stamps import IDENTITY_FRESH_FOR, NOBODY_FRESH_FOR
from gateway.cache.stores import Item
from gateway.facets.catalog import PERSON, POINTS
from gateway.sandbox import EndpointFault
from tests.driver.asking import EMAIL, ID, JUST_BEFORE, MOBILE, SECRET, V1, V2_BY_ID, asha, asked, broken, event
from tests.driver.support import errors, rewriting
from tests.support.clock import Clock
from tests.support.gateway import GatewayUnderTest, running
from tests.support.upstream import idle, together


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def gateway(clock: Clock) -> AsyncIterator[GatewayUnderTest]:
    async with running(clock=clock, webhooks={"secret": SECRET}) as gateway:
        yield gateway


# --- only what is not known is fetched ---


@pytest.mark.parametrize(("settings", "kept"), [({}, 0), ({"webhooks": {"secret": SECRET}}, 3)])
async def test_whom_identifiers_name_is_kept_for_those_who_invalidate_by_them(
    settings: dict[str, Any], kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mobile number and two cards; nobody can ask for them where neither upstream nor an operator is listened to."""
    put, keys = MemoryStore.multi_put, list[str]()

    async def noted(store: MemoryStore, items: Sequence[Item]) -> None:
        keys.extend(key for key, _, _ in items)
        await put(store, items)

    monkeypatch.setattr(MemoryStore, "multi_put", noted)
    async with running(**settings) as gateway:
        await gateway.ask(asha("cards { cardNumber }", MOBILE))
    assert len([key for key in keys if key.startswith("c:")]) == kept


async def test_what_one_call_brought_of_many_is_kept_in_one_round_trip(
    gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, asked_for = MemoryStore.multi_put, list[int]()

    async def counted(store: MemoryStore, items: Sequence[Item]) -> None:
        asked_for.append(len(items))
        await put(store, items)

    monkeypatch.setattr(MemoryStore, "multi_put", counted)
    by = ", ".join(f'{{id: "{100000001 + place}"}}' for place in range(5))
    answer = await gateway.ask(f"{{ customers(by: [{by}]) {{ slabHistory {{ to }} }} }}")
    assert len(gateway.calls()) == 1
    assert sum(one is not None for one in answer["data"]["customers"]) == len(asked_for) * 5 == 5


async def test_a_second_question_costs_what_the_first_did_not_bring(gateway: GatewayUnderTest, clock: Clock) -> None:
    await gateway.ask(asha("points { loyaltyId } loyaltyPrograms { loyaltyId }", MOBILE))
    clock.step(5)
    answer, told = await asked(gateway, asha("loyaltyPrograms { loyaltyId } slabHistory { to }", MOBILE))
    assert "errors" not in answer
    assert gateway.calls() == [
        {
            "path": V1,
            "params": {
                "id": "100000001",
                "format": "json",
                "user_id": "true",
                "mlp": "true",
                "slab_history": "true",
                "notes": "false",
                "transactions": "false",
            },
        }
    ]
    assert told["missed"] == ["SLAB_HISTORY"]
    assert told["hit"] == ["EXISTENCE", "PROGRAMS", "PROGRAMS_V2"]
    assert told["ages"] == {"EXISTENCE": 5.0, "PROGRAMS": 5.0, "PROGRAMS_V2": 5.0}


async def test_what_a_prerequisite_brought_is_kept(gateway: GatewayUnderTest) -> None:
    await gateway.ask(asha("slabHistory { to }"))
    answer, _ = await asked(gateway, asha("loyaltyPrograms { loyaltyId } points { loyaltyId } registeredBy firstName"))
    assert "errors" not in answer
    bought = {part.strip() for call in gateway.calls() for part in call["params"].get("embed", "").split(",")}
    assert {call["path"] for call in gateway.calls()} <= {V2_BY_ID}
    assert "mlp" in bought or not gateway.calls()
    known = asha("registeredBy firstName points { loyaltyId }")
    assert (await asked(gateway, known))[0]["data"]["customer"]["registeredBy"]
    assert gateway.calls() == []


async def test_by_mobile_by_email_and_by_id_is_one_record(gateway: GatewayUnderTest) -> None:
    fields = "firstName slabHistory { to } points { loyaltyId }"
    first, _ = await asked(gateway, asha(fields, MOBILE))
    await gateway.ask(asha("id", EMAIL))
    for by in (ID, EMAIL, MOBILE):
        again, told = await asked(gateway, asha(fields, by))
        assert again["data"] == first["data"]
        assert (gateway.calls(), told["missed"]) == ([], [])


async def test_an_identifier_is_proven_anew_after_its_minute(gateway: GatewayUnderTest, clock: Clock) -> None:
    await gateway.ask(asha("firstName", MOBILE))
    clock.step(IDENTITY_FRESH_FOR)
    await asked(gateway, asha("firstName", ID))
    assert gateway.calls() == []
    await asked(gateway, asha("firstName", MOBILE))
    assert len(gateway.calls()) == 1


# --- stale ---


async def test_what_is_stale_is_served_and_fetched_anew_behind_the_answer(
    gateway: GatewayUnderTest, clock: Clock
) -> None:
    await gateway.ask(asha("points { loyaltyId }"))
    clock.step(POINTS.fresh_for)
    answer, told = await asked(gateway, asha("points { loyaltyId }"))
    assert answer["data"]["customer"]["points"]
    assert told["stale"] == ["POINTS", "POINTS_V2"]
    assert (told["missed"], told["hit"]) == ([], ["EXISTENCE"])
    assert answer["extensions"]["explain"]["calls"] == []
    await idle()
    assert [call["params"]["embed"] for call in gateway.calls()] == ["ignoreCardDetails,points"]
    _, told = await asked(gateway, asha("points { loyaltyId }"))
    assert (told["hit"], told["ages"]["POINTS"]) == (["EXISTENCE", "POINTS", "POINTS_V2"], 0.0)


async def test_fifty_who_are_served_what_is_stale_cause_one_refresh(gateway: GatewayUnderTest, clock: Clock) -> None:
    query = asha("points { loyaltyId } firstName")
    await gateway.ask(query)
    clock.step(POINTS.fresh_for)
    gateway.sandbox.requests.clear()
    answers = await together(50, lambda: gateway.ask(query))
    await idle()
    assert [answer for answer in answers if "errors" in answer or not answer["data"]["customer"]["points"]] == []
    assert len(gateway.calls()) == 1


async def test_a_refresh_that_fails_leaves_what_is_stale_in_place(gateway: GatewayUnderTest, clock: Clock) -> None:
    await gateway.ask(asha("points { loyaltyId }"))
    clock.step(POINTS.fresh_for)
    gateway.sandbox.faults.v2_by_id = gateway.sandbox.faults.v1_get = EndpointFault(status=503)
    for _ in range(2):
        answer, told = await asked(gateway, asha("points { loyaltyId }"))
        await idle()
        assert answer["data"]["customer"]["points"]
        assert told["stale"] == ["POINTS", "POINTS_V2"]
        assert "staleIfError" not in answer["extensions"]


async def test_what_nobody_refreshed_in_time_is_fetched_before_the_answer(
    gateway: GatewayUnderTest, clock: Clock
) -> None:
    await gateway.ask(asha("points { loyaltyId }"))
    clock.step(2 * POINTS.fresh_for)
    answer, told = await asked(gateway, asha("points { loyaltyId }"))
    assert (told["stale"], told["missed"]) == ([], ["POINTS", "POINTS_V2"])
    assert len(answer["extensions"]["explain"]["calls"]) == len(gateway.calls()) == 1


# --- what a request accepts ---


async def test_no_cache_asks_upstream_again(gateway: GatewayUnderTest, clock: Clock) -> None:
    query = asha("firstName slabHistory { to }", MOBILE)
    await gateway.ask(query)
    clock.step(1)
    _, told = await asked(gateway, query, cache_control="no-cache")
    assert gateway.calls() != []
    assert told["hit"] == told["stale"] == []
    assert told["missed"] == ["EXISTENCE", "PERSON", "SLAB_HISTORY"]
    _, told = await asked(gateway, query)
    assert (gateway.calls(), told["ages"]["PERSON"]) == ([], 0.0)


async def test_max_age_bounds_the_age_of_what_is_served(gateway: GatewayUnderTest, clock: Clock) -> None:
    query = asha("firstName", MOBILE)
    await gateway.ask(query)
    clock.step(30)
    _, told = await asked(gateway, query, cache_control="max-age=30")
    assert (gateway.calls(), told["ages"]["PERSON"]) == ([], 30.0)
    _, told = await asked(gateway, query, cache_control="max-age=29")
    assert (len(gateway.calls()), told["hit"]) == (1, [])


async def test_an_unknown_directive_accepts_any_age(gateway: GatewayUnderTest, clock: Clock) -> None:
    await gateway.ask(asha("firstName", MOBILE))
    clock.step(30)
    for said in ("max-stale=5", "max-age=soon", "only-if-cached"):
        await asked(gateway, asha("firstName", MOBILE), cache_control=said)
        assert gateway.calls() == []


# --- what is not kept, or briefly ---


async def test_a_partial_block_is_not_kept(gateway: GatewayUnderTest) -> None:
    gateway.sandbox.faults.v2_by_id = EndpointFault(partial=True, times=1)
    partial = await gateway.post(asha("firstName points { loyaltyId }"))
    assert errors(partial.json()) == {"customer.points": "UPSTREAM_PARTIAL"}
    assert partial.headers["cache-control"] == "no-store"
    answer, told = await asked(gateway, asha("firstName points { loyaltyId }"))
    assert answer["data"]["customer"]["points"]
    assert (told["hit"], told["missed"]) == (["EXISTENCE", "PERSON"], ["POINTS", "POINTS_V2"])


NOBODY = asha("firstName", '{mobile: "919800009999"}')


async def test_that_nobody_was_found_is_known_for_ten_seconds(gateway: GatewayUnderTest, clock: Clock) -> None:
    for seconds, calls in ((0.0, 1), (NOBODY_FRESH_FOR - JUST_BEFORE, 0), (JUST_BEFORE, 1)):
        clock.step(seconds)
        answer, _ = await asked(gateway, NOBODY)
        assert answer["data"] == {"customer": None}
        assert "errors" not in answer
        assert len(gateway.calls()) == calls
        assert (await gateway.post(NOBODY)).headers["cache-control"] == "no-store"


async def test_an_event_that_adds_somebody_ends_that(gateway: GatewayUnderTest, clock: Clock) -> None:
    await asked(gateway, NOBODY)
    clock.step(1)
    await event(gateway, "pointsIssued", 4711)
    await asked(gateway, NOBODY)
    assert gateway.calls() == []
    await event(gateway, "customerAdded", 4711)
    await asked(gateway, NOBODY)
    assert len(gateway.calls()) == 1


async def test_an_event_makes_everything_of_its_customer_old(gateway: GatewayUnderTest, clock: Clock) -> None:
    other = asha("firstName", '{id: "100000041"}')
    await gateway.ask(asha("firstName slabHistory { to }"))
    await gateway.ask(other)
    clock.step(1)
    await event(gateway, "customerUpdated", 100000001)
    clock.step(1)
    _, told = await asked(gateway, asha("firstName slabHistory { to }"))
    assert told["missed"] == ["EXISTENCE", "PERSON", "SLAB_HISTORY"]
    _, told = await asked(gateway, other)
    assert told["missed"] == []


async def test_what_an_event_made_old_does_not_stand_in(gateway: GatewayUnderTest, clock: Clock) -> None:
    await gateway.ask(asha("firstName"))
    clock.step(1)
    await event(gateway, "customerUpdated", 100000001)
    clock.step(1)
    broken(gateway, status=503)
    assert errors((await asked(gateway, asha("firstName")))[0]) == {"customer": "UPSTREAM_UNAVAILABLE"}


# --- what the response says ---


REFUSALS: dict[str, Any] = {
    "V1.1": {"response": {"status": {"success": "false", "code": "401", "message": "Unauthorized"}}},
    "V1.1, a token that ended": {"response": {"status": {"success": "false", "code": 498, "message": "Expired"}}},
    "V2": {"warnings": [], "errors": [{"status": False, "code": 401, "message": "Unauthorized"}]},
}


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_what_a_refused_credential_was_told_before_is_not_served_any_more(clock: Clock, refusal: str) -> None:
    """Also where the refusal comes under HTTP 200."""
    async with rewriting(lambda _, __, ___: REFUSALS[refusal], clock=clock) as (gateway, upstream):
        rewrite, upstream.rewrite = upstream.rewrite, None
        await gateway.ask(asha("firstName slabHistory { to }"))
        upstream.rewrite = rewrite
        await gateway.ask(asha("ndncStatus" if refusal.startswith("V1.1") else "cards { cardNumber }"))
        upstream.rewrite = None
        clock.step(1)
        _, told = await asked(gateway, asha("firstName slabHistory { to }"))
        assert told["missed"] == ["EXISTENCE", "PERSON", "SLAB_HISTORY"]


async def test_a_response_may_be_kept_as_long_as_its_shortest_facet(gateway: GatewayUnderTest, clock: Clock) -> None:
    async def kept(fields: str) -> str:
        return (await gateway.post(asha(fields))).headers["cache-control"]

    assert await kept("firstName") == f"private, max-age={PERSON.fresh_for}"
    assert await kept("firstName points { loyaltyId }") == f"private, max-age={POINTS.fresh_for}"
    clock.step(20)
    assert await kept("firstName") == f"private, max-age={PERSON.fresh_for - 20}"
    assert await kept("firstName points { loyaltyId }") == f"private, max-age={POINTS.fresh_for - 20}"
    assert await kept("firstName slabHistory { to }") == f"private, max-age={PERSON.fresh_for - 20}"
    clock.step(POINTS.fresh_for - 20)
    assert await kept("firstName points { loyaltyId }") == "no-store"


async def test_a_response_is_kept_no_longer_than_the_settings_say(clock: Clock) -> None:
    async with running(clock=clock, cache={"fresh_for": "PERSON=30,POINTS=7"}) as gateway:
        for fields, seconds in (("firstName", 30), ("firstName points { loyaltyId }", 7), ("points { loyaltyId }", 7)):
            assert (await gateway.post(asha(fields))).headers["cache-control"] == f"private, max-age={seconds}"


async def test_a_response_with_an_error_is_not_kept(gateway: GatewayUnderTest) -> None:
    gateway.sandbox.faults.v1_get = EndpointFault(status=503)
    answer = await gateway.post(asha("firstName slabHistory { to } status { statusLabel }"))
    assert (errors(answer.json()), answer.headers["cache-control"]) == (
        {"customer.slabHistory": "UPSTREAM_UNAVAILABLE"},
        "no-store",
    )

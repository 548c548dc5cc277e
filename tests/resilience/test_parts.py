"""One embed or flag that makes calls fail: it alone is lost, for as long as it fails and a moment more."""

import asyncio
from typing import Any

import pytest

from gateway.telemetry.events import BreakerChanged, FacetBreakerChanged
from tests.driver.support import errors
from tests.resilience.support import V1, V2, crowd, events, of, standing

ASHA = "100000001"
WIDE = """
  firstName registeredBy slabHistory { to } loyaltyPrograms { programId } ndncStatus cards { cardId }
  expiryDays { points } segments { name } subscriptions { channel } status { statusLabel }
"""
HALF_OPEN_S = 12.1


@pytest.fixture
async def whole() -> dict[str, Any]:
    async with standing() as (gateway, _):
        answer = await gateway.ask(of(ASHA, WIDE))
        assert "errors" not in answer
        return answer["data"]["customer"]


ALSO_ON_V2 = {"loyaltyPrograms"}
PARTS: list[tuple[str, str, set[str], dict[str, Any]]] = [
    ("v1_get", "slab_history", {"slabHistory"}, {}),
    ("v1_get", "ndnc_status", {"ndncStatus"}, {"status": 503}),
    ("v1_get", "expiry_schedule", {"expiryDays"}, {"status": 504}),
    ("v1_get", "mlp", {"slabHistory", "loyaltyPrograms"}, {}),
    ("v2_by_id", "segments", {"segments"}, {"status": 502, "body": "html"}),
    ("v2_by_id", "customerStatus", {"status"}, {}),
]


@pytest.mark.parametrize(("endpoint", "part", "lost", "fault"), PARTS)
async def test_a_part_that_fails_is_lost_alone_and_not_asked_for_until_it_may_be_well(
    whole: dict[str, Any], endpoint: str, part: str, lost: set[str], fault: dict[str, Any]
) -> None:
    expected, api = {**whole, **dict.fromkeys(lost)}, V1 if endpoint == "v1_get" else V2
    async with standing() as (gateway, upstream):
        upstream.misbehave(endpoint, fails_with={part}, **fault)
        first = await gateway.ask(of(ASHA, WIDE))
        assert first["data"]["customer"] == expected
        assert errors(first) == {f"customer.{name}": "UPSTREAM_UNAVAILABLE" for name in lost}
        assert len(upstream.asked) <= 16

        upstream.asked.clear()
        second = await gateway.ask(of(ASHA, WIDE))
        still = lost - ALSO_ON_V2
        assert second["data"]["customer"] == {**whole, **dict.fromkeys(still)}
        assert errors(second) == {f"customer.{name}": "UPSTREAM_UNAVAILABLE" for name in still}
        assert len(upstream.asked) == 2
        assert {error["extensions"]["reason"] for error in second["errors"]} == {"part"}
        assert not any(
            part in one.params or part in one.params.get("embed", "") for one in upstream.asked if one.api == api
        )

        await asyncio.sleep(HALF_OPEN_S)
        await gateway.ask(of(ASHA, WIDE))
        assert errors(await gateway.ask(of(ASHA, WIDE))) == errors(second), "it was tried, and fails still"

        upstream.behave()
        await asyncio.sleep(HALF_OPEN_S)
        for _ in range(len(lost) + 1):
            await gateway.ask(of(ASHA, WIDE))
            await asyncio.sleep(1)
        assert (await gateway.ask(of(ASHA, WIDE)))["data"]["customer"] == whole
        told = [(event.facet, event.left_out) for event in events(gateway, FacetBreakerChanged)]
        assert {name for name, _ in told} == {name for name, left_out in told if not left_out}


async def test_a_part_that_the_other_endpoint_brings_goes_there() -> None:
    query = of(ASHA, "firstName loyaltyPrograms { programId } status { statusLabel }")
    async with standing() as (gateway, upstream):
        well = await gateway.ask(query)
        upstream.behave()
        upstream.misbehave("v2_by_id", fails_with={"mlp"})
        await gateway.ask(query)
        upstream.asked.clear()
        assert (await gateway.ask(query))["data"] == well["data"]
        assert sorted(one.api for one in upstream.asked) == [V1, V2]


async def test_under_load_nothing_else_is_lost(whole: dict[str, Any]) -> None:
    async with standing(max_in_flight=25) as (gateway, upstream):
        upstream.misbehave("v1_get", fails_with={"slab_history"})
        for at_once in (50, 1, 20):
            for answer in await crowd(gateway, 60, WIDE, at_once=at_once):
                assert set(errors(answer)) <= {"customer.slabHistory"}
                assert answer["data"]["customer"]["registeredBy"]
        assert [event.state for event in events(gateway, BreakerChanged)][-1:] in ([], ["closed"])
        upstream.behave()
        await asyncio.sleep(HALF_OPEN_S)
        await crowd(gateway, 5, WIDE, at_once=1)
        await asyncio.sleep(1)
        assert (await gateway.ask(of(ASHA, WIDE)))["data"]["customer"] == whole


async def test_a_part_is_tried_again_though_nothing_else_of_its_endpoint_is_asked_for() -> None:
    query = of(ASHA, "firstName status { statusLabel }")
    async with standing() as (gateway, upstream):
        upstream.misbehave("v2_by_id", fails_with={"customerStatus"})
        assert set(errors(await gateway.ask(query))) == {"customer.status"}
        upstream.behave()
        await asyncio.sleep(HALF_OPEN_S)
        upstream.asked.clear()
        await asyncio.gather(*(gateway.ask(query) for _ in range(10)))
        await asyncio.sleep(1)
        tried = [one for one in upstream.asked if "customerStatus" in one.params.get("embed", "")]
        assert len(tried) == 1, "and by one alone"
        assert "errors" not in await gateway.ask(query)


async def test_a_part_that_stalls_is_found_behind_the_request_that_met_it(whole: dict[str, Any]) -> None:
    expected = {**whole, "slabHistory": None}
    async with standing(timeout_s=2, deadline_s=5) as (gateway, upstream):
        upstream.misbehave("v1_get", fails_with={"slab_history"}, delay_s=60)
        await gateway.ask(of(ASHA, WIDE))
        await asyncio.sleep(2 * 2 + 1)
        answer = await gateway.ask(of(ASHA, WIDE))
        assert answer["data"]["customer"] == expected


async def test_a_customer_who_is_not_there_is_not_there_though_a_part_fails() -> None:
    async with standing() as (gateway, upstream):
        upstream.misbehave("v1_get", fails_with={"slab_history"})
        answer = await gateway.ask(of("100999999", "firstName slabHistory { to }"))
        assert (answer["data"], answer.get("errors")) == ({"customer": None}, None)


async def test_what_fails_for_one_customer_alone_is_not_kept_from_others() -> None:
    corrupt = "100000030"
    async with standing() as (gateway, upstream):

        async def asking() -> None:
            for _ in range(40):
                answer = await gateway.ask(of(ASHA, "registeredBy slabHistory { to }"))
                assert "errors" not in answer
                await asyncio.sleep(0.02)

        others = asyncio.create_task(asking())
        await asyncio.sleep(0.1)
        upstream.sick = corrupt
        answer = await gateway.ask(of(corrupt, "registeredBy slabHistory { to }"))
        assert set(errors(answer)) == {"customer.slabHistory"}
        assert answer["data"]["customer"]["registeredBy"]
        await others
        assert events(gateway, FacetBreakerChanged) == []


async def test_an_upstream_that_fails_half_of_the_time_is_not_blamed_on_parts() -> None:
    async with standing(breaker_calls=0) as (gateway, upstream):
        upstream.misbehave(status=500, chance=0.5)
        await crowd(gateway, 300, WIDE)
        assert len(events(gateway, FacetBreakerChanged)) <= 4

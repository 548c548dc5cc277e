"""No request is answered after its deadline, whatever upstream does; and what came in time is served."""

import asyncio
from typing import Any

import pytest

from gateway.context import Allowance
from gateway.errors import UpstreamTimeout
from gateway.facets.catalog import CARDS, STATUS
from gateway.facets.facet import Address, Identifier, IdentifierKind
from gateway.record import CustomerRecord
from gateway.upstream.deadlines import moment, shared
from tests.driver.support import errors
from tests.resilience.support import of, standing, wired
from tests.support.gateway import GatewayUnderTest

ASHA = "100000001"
A_MOMENT = 0.01
SLOW: dict[str, dict[str, Any]] = {
    "does not answer": {"delay_s": 60},
    "stalls in the middle": {"stall_s": 60},
    "is slow and then fails": {"delay_s": 1.7, "status": 503},
    "asks to come back": {"status": 503, "retry_after_s": 60},
    "asks to come back soon": {"status": 503, "retry_after_s": 2},
    "is asked too often": {"status": 429, "retry_after_s": 60},
    "is asked too often for a moment": {"status": 429, "retry_after_s": 1},
    "fails at once": {"status": 500},
}


async def timed(gateway: GatewayUnderTest, query: str) -> tuple[dict[str, Any], float]:
    began = moment()
    answer = await gateway.ask(query)
    return answer, moment() - began


@pytest.mark.parametrize("fault", SLOW)
@pytest.mark.parametrize("hedge", [False, True])
async def test_one_endpoint_that_is_slow_takes_no_more_than_the_time_there_is(fault: str, hedge: bool) -> None:
    async with standing(deadline_s=3, timeout_s=2, hedge=hedge) as (gateway, upstream):
        upstream.misbehave("v2_by_id", **SLOW[fault])
        for _ in range(3):
            answer, seconds = await timed(
                gateway, of(ASHA, "firstName registeredBy slabHistory { to } cards { cardId }")
            )
            assert seconds <= 3 + A_MOMENT
            assert set(errors(answer)) == {"customer.cards"}
            assert answer["data"]["customer"]["firstName"] == "Asha"
            assert len(answer["data"]["customer"]["slabHistory"]) == 4


@pytest.mark.parametrize("fault", SLOW)
async def test_a_crowd_is_answered_in_time_too(fault: str) -> None:
    async with standing(deadline_s=3, timeout_s=2, max_in_flight=2) as (gateway, upstream):
        upstream.misbehave(**SLOW[fault])
        asked = [timed(gateway, of(f"1000000{number:02}", "firstName cards { cardId }")) for number in range(1, 31)]
        for answer, seconds in await asyncio.gather(*asked):
            assert seconds <= 3 + A_MOMENT
            assert answer["errors"]


async def test_what_did_not_come_in_time_is_a_timeout() -> None:
    async with standing(deadline_s=3, timeout_s=2) as (gateway, upstream):
        upstream.misbehave("v2_by_id", delay_s=60)
        answer, seconds = await timed(gateway, of(ASHA, "firstName registeredBy cards { cardId }"))
        assert errors(answer) == {"customer.cards": "UPSTREAM_TIMEOUT"}
        assert 2 < seconds <= 3 + A_MOMENT, "the second attempt had what was left"


TWO_WAVES = '{ customer(by: {cardNumber: "CAPD0000000101"}) { cards { cardId } slabHistory { to } } }'


async def test_a_first_wave_leaves_something_for_the_second() -> None:
    async with standing(deadline_s=3, timeout_s=10, attempts=1) as (gateway, upstream):
        upstream.misbehave("v1_get", delay_s=0.8)
        upstream.misbehave("v2_lookup", delay_s=1.8)
        answer, seconds = await timed(gateway, TWO_WAVES)
        assert "errors" not in answer
        assert 2.6 < seconds < 3
        upstream.misbehave("v2_lookup", delay_s=2.1)
        answer, seconds = await timed(gateway, TWO_WAVES)
        assert errors(answer) == {"customer": "UPSTREAM_TIMEOUT"}
        assert seconds < 2 + A_MOMENT


def test_shares_of_the_time_that_is_left() -> None:
    assert (shared(16.0, 1.0, 0), shared(16.0, 1.0, 1)) == (16.0, 11.0)
    assert shared(float("inf"), 1.0, 1) == float("inf")


async def test_who_has_less_time_than_the_flight_gives_up_by_itself_and_leaves_the_flight_alone() -> None:
    async with wired(deadline_s=30, timeout_s=20) as (gateway, upstream):
        upstream.latency_s = 5.0
        driver, scope = gateway.tenant.driver, gateway.tenant.scope({})
        address = Address((Identifier(IdentifierKind.ID, ASHA),))

        def record(seconds: float) -> CustomerRecord:
            wanted = dict.fromkeys((CARDS(), STATUS()), ())
            return CustomerRecord(address, wanted, allowance=Allowance(moment() + seconds))

        patient, hurried = record(30), record(1)
        leading = asyncio.create_task(driver.run([patient], scope))
        await asyncio.sleep(0.1)
        began = moment()
        await driver.run([hurried], scope)
        assert moment() - began <= 1 + A_MOMENT
        with pytest.raises(UpstreamTimeout):
            await hurried.wait(CARDS())
        await leading
        assert await patient.wait(CARDS())
        assert len(upstream.asked) == 1


async def test_what_is_fetched_behind_an_answer_has_a_deadline_too() -> None:
    query = of(ASHA, "status { statusLabel }")
    async with wired(deadline_s=3, timeout_s=20, cache={"fresh_for": "*=0"}) as (gateway, upstream):
        first = await gateway.ask(query)
        upstream.misbehave(delay_s=500)
        began = moment()
        assert (await gateway.ask(query)).data == first.data
        assert moment() - began < A_MOMENT
        await gateway.tenant.driver.finish()
        assert 1 < moment() - began <= 3 + A_MOMENT

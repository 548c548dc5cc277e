"""Slow calls that are made a second time: the first answer counts, the other ends."""

import asyncio
from typing import Any

import pytest

from gateway.telemetry.events import CallHedged
from gateway.upstream.deadlines import moment
from tests.driver.support import errors
from tests.resilience.support import PEOPLE, crowd, events, of, standing
from tests.support.upstream import idle

CARDS = "cards { cardId }"


async def slow_once(gateway: Any, upstream: Any, **fault: Any) -> tuple[dict[str, Any], float]:
    await crowd(gateway, 60, CARDS)
    upstream.asked.clear()
    gateway.events.clear()
    upstream.misbehave("v2_by_id", **fault)
    began = moment()
    return await gateway.ask(of(PEOPLE[0], CARDS)), moment() - began


async def test_a_slow_call_is_made_a_second_time_and_the_first_answer_counts() -> None:
    async with standing(hedge=True) as (gateway, upstream):
        answer, seconds = await slow_once(gateway, upstream, delay_s=5, times=1)
        assert "errors" not in answer
        assert seconds < 0.2
        assert [event.won for event in events(gateway, CallHedged)] == [True]
        assert (len(upstream.asked), upstream.flying) == (2, 0), "the slow one was cancelled"


async def test_where_the_first_answers_after_all_the_second_ends() -> None:
    async with standing(hedge=True) as (gateway, upstream):
        answer, seconds = await slow_once(gateway, upstream, delay_s=0.03)
        assert "errors" not in answer
        assert seconds < 0.1
        assert [event.won for event in events(gateway, CallHedged)] == [False]
        assert upstream.flying == 0


async def test_a_second_that_fails_does_not_count() -> None:
    async with standing(hedge=True, attempts=1) as (gateway, upstream):
        await crowd(gateway, 60, CARDS)
        upstream.misbehave("v2_by_id", delay_s=0.5, times=1)
        asking = asyncio.create_task(gateway.ask(of(PEOPLE[0], CARDS)))
        await asyncio.sleep(0.055)
        upstream.misbehave("v2_by_id", status=503)
        assert "errors" not in await asking


async def test_it_is_off_unless_it_is_switched_on() -> None:
    async with standing() as (gateway, upstream):
        answer, seconds = await slow_once(gateway, upstream, delay_s=5, times=1)
        assert "errors" not in answer
        assert seconds > 5
        assert (len(upstream.asked), events(gateway, CallHedged)) == (1, [])


async def test_an_upstream_that_is_slow_for_all_is_not_asked_twice_as_much() -> None:
    async with standing(hedge=True, breaker_calls=0) as (gateway, upstream):
        await crowd(gateway, 100, CARDS)
        upstream.asked.clear()
        upstream.latency_s = 0.5
        await crowd(gateway, 300, CARDS)
        assert len(upstream.asked) <= 1.1 * 300 + 10


@pytest.mark.parametrize("in_flight", [1, 3])
async def test_a_second_call_is_within_the_limits_too(in_flight: int) -> None:
    async with standing(hedge=True, max_in_flight=in_flight, queue_s=50, deadline_s=60) as (gateway, upstream):
        await crowd(gateway, 60, CARDS, at_once=3)
        upstream.misbehave("v2_by_id", delay_s=1, chance=0.2)
        await crowd(gateway, 60, CARDS, at_once=10)
        assert upstream.most <= in_flight


async def test_who_vanishes_takes_both_calls_along() -> None:
    async with standing(hedge=True, timeout_s=2, deadline_s=2) as (gateway, upstream):
        await crowd(gateway, 60, CARDS)
        upstream.misbehave("v2_by_id", delay_s=60)
        asking = asyncio.create_task(gateway.ask(of(PEOPLE[0], CARDS)))
        await asyncio.sleep(0.5)
        assert upstream.flying == 2
        asking.cancel()
        await asyncio.wait([asking])
        await idle()
        assert upstream.flying == 0
        assert errors(await gateway.ask(of(PEOPLE[0], CARDS))) == {"customer": "UPSTREAM_TIMEOUT"}

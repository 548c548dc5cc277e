"""Waiting for a turn: what wakes, what gives up, and that no place is lost."""

import asyncio

import pytest

from gateway.errors import Overloaded
from gateway.upstream.deadlines import moment
from gateway.upstream.rate import Rate
from gateway.upstream.turnstile import Passage, Turnstile
from tests.support.upstream import quiet


def turnstile(in_flight: int = 1, queue_s: float = 5.0, limits: list[tuple[int, float]] | None = None) -> Turnstile:
    return Turnstile(Rate(limits or []), in_flight=in_flight, queue=10, queue_s=queue_s)


async def test_who_waits_begins_when_another_leaves() -> None:
    found = turnstile()
    assert found.enter_now(moment())
    waiting = asyncio.create_task(found.enter("", float("inf")))
    await quiet()
    assert not waiting.done()
    found.leave(moment())
    await waiting
    assert not found.enter_now(moment())
    found.leave(moment())
    assert found.enter_now(moment())


async def test_who_waits_for_the_rate_is_woken_in_time() -> None:
    found, began = turnstile(in_flight=0, limits=[(2, 1.0)]), moment()
    times: list[float] = []
    for _ in range(6):
        await found.enter("", float("inf"))
        times.append(round(moment() - began, 3))
    assert times == [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]


@pytest.mark.parametrize(("until", "waits"), [(1.5, 1.5), (60.0, 5.0)])
async def test_who_waits_too_long_is_told_when_to_come_back(until: float, waits: float) -> None:
    found, began = turnstile(), moment()
    assert found.enter_now(moment())
    with pytest.raises(Overloaded) as refused:
        await found.enter("", began + until)
    assert (round(moment() - began, 3), refused.value.retry_after_s) == (waits, 5)
    found.leave(moment())
    assert found.enter_now(moment()), "its place was not kept"


async def test_who_is_cancelled_leaves_no_place_taken() -> None:
    found = turnstile()
    assert found.enter_now(moment())
    waiting = [asyncio.create_task(found.enter("", float("inf"))) for _ in range(3)]
    await quiet()
    waiting[0].cancel()
    await quiet()
    found.leave(moment())
    await waiting[1]
    found.leave(moment())
    waiting[2].cancel()  # it has begun just now, and does not know yet
    await asyncio.wait(waiting)
    assert found.enter_now(moment())


async def test_who_does_not_get_through_the_second_turnstile_leaves_the_first() -> None:
    own, every = turnstile(), turnstile()
    passage = Passage(own, every)
    assert every.enter_now(moment())
    assert not passage.enter_now(moment())
    with pytest.raises(Overloaded):
        await passage.enter("", moment() + 1)
    every.leave(moment())
    assert passage.enter_now(moment())


async def test_a_refusal_that_asks_to_wait_is_waited_for() -> None:
    found, began = turnstile(in_flight=0), moment()
    assert found.enter_now(moment())
    found.leave(moment())
    found.refused(began, 3.0)
    await found.enter("", float("inf"))
    assert moment() - began >= 3.0


async def test_a_refusal_that_asks_to_wait_too_long_is_said_at_once() -> None:
    found, began = turnstile(in_flight=0), moment()
    found.refused(began, 40.0)
    with pytest.raises(Overloaded) as refused:
        await found.enter("", float("inf"))
    assert (moment(), refused.value.retry_after_s) == (began, 40)

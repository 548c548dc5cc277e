"""Clients that go away at any moment: no task, no place in a queue and no connection stays behind."""

import asyncio
import random

from tests.resilience.support import PEOPLE, of, standing

WIDE = "firstName registeredBy slabHistory { to } cards { cardId } segments { name }"


async def test_clients_that_vanish_at_any_moment_leave_nothing_behind() -> None:
    draws = random.Random(7)  # noqa: S311 - the same in every run
    before = asyncio.all_tasks()
    async with standing(
        max_in_flight=4, calls_per_second=30, queue_calls=20, hedge=True, timeout_s=1, deadline_s=3
    ) as (gateway, upstream):
        asked: list[asyncio.Task[object]] = []
        for number in range(400):
            if number % 40 == 0:
                fault = draws.choice(
                    [{"delay_s": 5}, {"status": 500}, {"status": 429, "retry_after_s": 1}, {"reset": True}, {}]
                )
                upstream.misbehave(**fault, **({"chance": 0.5} if fault else {}))
            asking = asyncio.create_task(gateway.ask(of(draws.choice(PEOPLE), WIDE)))
            asked.append(asking)
            asyncio.get_running_loop().call_later(draws.uniform(0, 2), asking.cancel)
            await asyncio.sleep(draws.uniform(0, 0.1))
        await asyncio.wait(asked)
        upstream.behave()
        await asyncio.sleep(60)
        assert upstream.flying == 0
        assert asyncio.all_tasks() == before
        assert upstream.most <= 4
        for _ in range(2):  # the first finds upstream well again, and every part of it
            await gateway.ask(of(PEOPLE[0], WIDE))
            await asyncio.sleep(1)
        answers = await asyncio.gather(*(gateway.ask(of(one, WIDE)) for one in PEOPLE[:4]))
        assert not any("errors" in answer for answer in answers), "every place is free again"


async def test_a_gateway_that_stops_leaves_nothing_behind() -> None:
    before = asyncio.all_tasks()
    async with standing(timeout_s=5, deadline_s=60) as (gateway, upstream):
        upstream.misbehave("v1_get", fails_with={"slab_history"}, delay_s=50)
        asking = asyncio.create_task(gateway.ask(of(PEOPLE[0], WIDE)))
        await asyncio.sleep(11)
        assert upstream.flying, "a search is under way"
        asking.cancel()
    assert upstream.flying == 0, "the search has ended with the gateway"
    await asyncio.sleep(60)
    assert asyncio.all_tasks() == before

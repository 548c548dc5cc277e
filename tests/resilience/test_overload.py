"""Upstream that may be asked only so much: the limits hold, callers take turns, and what does not fit is refused."""

import asyncio
from typing import Any

import pytest

from gateway.telemetry.events import CallShed, RateLowered
from gateway.upstream.deadlines import moment
from tests.driver.support import errors
from tests.resilience.support import PEOPLE, crowd, events, of, standing, wired

CARDS = "cards { cardId }"


@pytest.mark.parametrize(("in_flight", "per_second", "per_minute"), [(3, 0, 0), (0, 10, 0), (0, 0, 100), (2, 7, 300)])
async def test_upstream_never_gets_more_than_its_limits(in_flight: int, per_second: int, per_minute: int) -> None:
    limits = {"max_in_flight": in_flight, "calls_per_second": per_second, "calls_per_minute": per_minute}
    async with standing(**limits, queue_s=1) as (gateway, upstream):
        upstream.misbehave("v1_get", status=503, chance=0.3)
        for _ in range(8):
            await crowd(gateway, 47, f"firstName slabHistory {{ to }} {CARDS}", at_once=47)
        assert len(upstream.asked) > 50
        assert not in_flight or upstream.most <= in_flight
        assert not per_second or upstream.busiest(1) <= per_second
        assert not per_minute or upstream.busiest(60) <= per_minute


@pytest.mark.parametrize("accept", ["application/graphql-response+json", "application/json"])
async def test_who_cannot_be_served_at_all_is_told_when_to_come_back(accept: str) -> None:
    async with standing(calls_per_minute=1, queue_s=2) as (gateway, _):
        assert "errors" not in await gateway.ask(of(PEOPLE[0], CARDS))
        refused = await gateway.post(of(PEOPLE[1], CARDS), accept=accept)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
        assert refused.headers["cache-control"] == "no-store"
        (error,) = refused.json()["errors"]
        assert (error["extensions"], "data" in refused.json()) == ({"code": "OVERLOADED", "retryAfter": 60}, False)
        assert len(events(gateway, CallShed)) == 1
        await asyncio.sleep(60)
        assert (await gateway.post(of(PEOPLE[1], CARDS))).status_code == 200


async def test_who_is_served_in_part_is_told_of_the_rest() -> None:
    async with standing(calls_per_minute=1, queue_s=2, cache={}) as (gateway, _):
        await gateway.ask(of(PEOPLE[0], "firstName"))
        answer = await gateway.post(of(PEOPLE[0], f"firstName {CARDS}"))
        assert answer.status_code == 200
        assert errors(answer.json()) == {"customer.cards": "OVERLOADED"}
        assert answer.json()["data"]["customer"]["firstName"]


async def test_who_fails_for_another_reason_too_is_not_told_to_come_back() -> None:
    async with standing(calls_per_minute=1, queue_s=2, attempts=1) as (gateway, upstream):
        upstream.misbehave(status=503)
        one, other = (
            f'{name}: customer(by: {{id: "{who}"}}) {{ {CARDS} }}' for name, who in zip("ab", PEOPLE, strict=False)
        )
        answer = await gateway.post(f"{{ {one} {other} }}")
        assert (answer.status_code, answer.json()["data"]) == (200, {"a": None, "b": None})
        assert sorted(errors(answer.json()).values()) == ["OVERLOADED", "UPSTREAM_UNAVAILABLE"]


async def test_who_is_refused_gets_what_is_known_though_it_is_old() -> None:
    old = {"fresh_for": "*=0", "stale_for": "*=0", "error_stale_for": "*=3600"}
    async with standing(calls_per_minute=1, queue_s=2, cache=old) as (gateway, _):
        first = await gateway.ask(of(PEOPLE[0], CARDS))
        again = await gateway.ask(of(PEOPLE[0], CARDS))
        assert (again["data"], again["extensions"]["staleIfError"]) == (first["data"], ["CARDS", "EXISTENCE"])


async def test_one_caller_with_many_requests_does_not_keep_others_waiting() -> None:
    async with wired(max_in_flight=1, queue_s=100, deadline_s=100) as (gateway, upstream):
        upstream.latency_s = 1.0
        done: list[str] = []

        async def ask(turn: str, customer: str) -> None:
            assert not (await gateway.ask(of(customer, CARDS), turn)).errors
            done.append(turn)

        flood = [asyncio.create_task(ask("flood", one)) for one in PEOPLE[:20]]
        await asyncio.sleep(0.5)
        others = [asyncio.create_task(ask(turn, one)) for turn, one in zip("AABC", PEOPLE[20:24], strict=True)]
        await asyncio.gather(*flood, *others)
        assert done[1:6] == ["flood", "A", "B", "C", "flood"]


async def test_a_flood_does_not_push_others_out_of_the_queue() -> None:
    async with wired(max_in_flight=1, queue_calls=10, queue_s=100, deadline_s=100) as (gateway, upstream):
        upstream.latency_s = 1.0

        async def ask(turn: str, customer: str) -> bool:
            return not (await gateway.ask(of(customer, CARDS), turn)).errors

        flood = [asyncio.create_task(ask("flood", one)) for one in PEOPLE[:30]]
        await asyncio.sleep(0.5)
        assert await ask("other", PEOPLE[31])
        assert 9 <= sum(await asyncio.gather(*flood)) <= 11


# --- too many requests ---


@pytest.mark.parametrize("fault", [{"retry_after_s": 1}, {"retry_after_s": 30}, {}])
async def test_an_upstream_that_is_asked_too_often_is_asked_less(fault: dict[str, Any]) -> None:
    async with standing() as (gateway, upstream):
        await crowd(gateway, 200, CARDS, at_once=40)
        before = upstream.busiest(1)
        upstream.asked.clear()
        upstream.misbehave("v2_by_id", status=429, **fault, times=1)
        refused = moment()
        await gateway.ask(of(PEOPLE[0], CARDS))
        (lowered,) = events(gateway, RateLowered)
        assert lowered.hold_s == fault.get("retry_after_s")
        upstream.asked.clear()
        await crowd(gateway, 200, CARDS, at_once=40)
        assert all(one.at >= refused + fault.get("retry_after_s", 0) for one in upstream.asked)
        assert upstream.busiest(1) <= 0.65 * before
        well = await gateway.ask(of(PEOPLE[0], "slabHistory { to }"))
        assert "errors" not in well, "the other endpoint did not complain"
        await asyncio.sleep(60)
        upstream.asked.clear()
        assert not any("errors" in answer for answer in await crowd(gateway, 200, CARDS, at_once=40))
        assert upstream.busiest(1) == 200, "and later as often as before"


async def test_an_upstream_with_a_limit_of_its_own_settles_near_it() -> None:
    """It takes 10 calls a second and refuses the rest; the gateway is not told."""
    async with standing(attempts=1, deadline_s=5) as (gateway, upstream):
        accepted: list[float] = []

        def judge() -> None:
            now = moment()
            recent = [at for at in accepted if at > now - 1]
            if len(recent) >= 10:
                upstream.misbehave("v2_by_id", status=429)
            else:
                accepted.append(now)
                upstream.sandbox.faults.clear()

        upstream.judge = judge
        for _ in range(60):
            asked = [asyncio.create_task(gateway.ask(of(one, CARDS))) for one in PEOPLE[:10]]
            await asyncio.sleep(0.5)
            await asyncio.wait(asked)
        late = [one for one in upstream.asked if one.at > upstream.asked[0].at + 30]
        seconds = late[-1].at - late[0].at
        assert 0.3 * 10 <= len(late) / seconds <= 1.5 * 10

"""Requests that come together within a moment share calls, if they are of one scope."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.sandbox import EndpointFault
from tests.driver.flying import SECRET, asha, begin, ended
from tests.driver.support import before, errors
from tests.support.clock import Clock
from tests.support.gateway import GatewayUnderTest
from tests.support.upstream import Upstream, idle, quiet


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
async def gateway(upstream: Upstream, clock: Clock) -> AsyncIterator[GatewayUnderTest]:
    async with before(upstream, upstream.sandbox, clock=clock, webhooks={"secret": SECRET}) as gateway:
        yield gateway


WINDOW = {"union_window_ms": 20}
PARTS = ("registeredBy", "slabHistory { to }", "registeredStore { code }", "gender")


async def test_within_a_window_requests_for_parts_of_a_customer_share_a_call(upstream: Upstream, clock: Clock) -> None:
    async with before(upstream, upstream.sandbox, clock=clock, cache=WINDOW) as gateway:
        answers = await asyncio.gather(*(gateway.ask(asha(part)) for part in PARTS))
        assert [errors(answer) for answer in answers] == [{}] * 4
        assert all(all(answer["data"]["customer"].values()) for answer in answers[:3])
        assert upstream.paths() == ["V1.1"]


async def test_within_a_window_requests_for_different_customers_share_a_batch(upstream: Upstream, clock: Clock) -> None:
    async with before(upstream, upstream.sandbox, clock=clock, cache=WINDOW) as gateway:
        ids = [f"1000000{number}" for number in range(41, 46)]
        asked = (gateway.ask(asha("id slabHistory { to }", f'{{id: "{one}"}}')) for one in ids)
        answers = await asyncio.gather(*asked)
        assert [answer["data"]["customer"]["id"] for answer in answers] == ids
        assert [sorted(call["params"]["id"].split(",")) for call in gateway.calls()] == [ids]


async def test_a_window_is_never_shared_across_scopes(upstream: Upstream, clock: Clock) -> None:
    async with before(upstream, upstream.sandbox, clock=clock, cache=WINDOW) as gateway:
        languages = ("en", "zh", "id") * 5
        answers = await asyncio.gather(
            *(gateway.ask(asha("slabHistory { to }"), accept_language=one) for one in languages)
        )
        assert [errors(answer) for answer in answers] == [{}] * 15
        assert upstream.paths() == ["V1.1"] * 3


async def test_without_a_window_nobody_waits_for_others(gateway: GatewayUnderTest, upstream: Upstream) -> None:
    asked = (gateway.ask(asha("slabHistory { to }", f'{{id: "1000000{number}"}}')) for number in range(41, 46))
    await asyncio.gather(*asked)
    assert upstream.paths() == ["V1.1"] * 5


async def test_a_client_who_vanishes_in_a_window_takes_nobody_along(upstream: Upstream, clock: Clock) -> None:
    async with before(upstream, upstream.sandbox, clock=clock, cache=WINDOW) as gateway:
        vanishing, staying = begin(gateway.ask(asha(PARTS[0]))), begin(gateway.ask(asha(PARTS[1])))
        await quiet()
        vanishing.cancel()
        (answer,) = await ended(staying)
        assert errors(answer) == {}
        await idle()


async def test_one_failing_customer_of_a_window_leaves_the_others_standing(upstream: Upstream, clock: Clock) -> None:
    upstream.sandbox.faults.v2_by_id = EndpointFault(status=503)
    async with before(upstream, upstream.sandbox, clock=clock, cache=WINDOW) as gateway:
        lost, found = await asyncio.gather(
            gateway.ask(asha("status { statusLabel }", '{id: "100000041"}')), gateway.ask(asha(PARTS[1]))
        )
        assert errors(lost) == {"customer": "UPSTREAM_UNAVAILABLE"}
        assert found["data"]["customer"]["slabHistory"]

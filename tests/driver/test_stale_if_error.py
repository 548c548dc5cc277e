"""What stands in where upstream fails: how old it may be, for whom, and that the answer says so."""

from collections.abc import AsyncIterator

import pytest

from gateway.facets.catalog import CATALOG, PERSON, POINTS, SLAB_HISTORY
from gateway.sandbox import EndpointFault
from tests.driver.asking import JUST_BEFORE, SECRET, asha, asked, broken
from tests.driver.support import errors
from tests.support.clock import Clock
from tests.support.gateway import GatewayUnderTest, running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def gateway(clock: Clock) -> AsyncIterator[GatewayUnderTest]:
    async with running(clock=clock, webhooks={"secret": SECRET}) as gateway:
        yield gateway


FAILING = {
    "503": {"status": 503},
    "500": {"status": 500},
    "429": {"status": 429, "retry_after_s": 1},
    "a page": {"body": "html"},
    "cut in half": {"body": "truncated"},
}


@pytest.mark.parametrize("knob", FAILING)
async def test_where_upstream_fails_an_older_value_stands_in_and_the_answer_says_so(
    gateway: GatewayUnderTest, clock: Clock, knob: str
) -> None:
    query = asha("firstName slabHistory { to }")
    first = await gateway.ask(query)
    life = SLAB_HISTORY.lifetime
    clock.step(life.fresh_for + life.error_stale_for - JUST_BEFORE)
    broken(gateway, **FAILING[knob])
    answer, told = await asked(gateway, query)
    assert answer["data"] == first["data"]
    assert "errors" not in answer
    assert answer["extensions"]["staleIfError"] == ["EXISTENCE", "PERSON", "SLAB_HISTORY"]
    assert told["spared"] == ["EXISTENCE", "PERSON", "SLAB_HISTORY"]
    assert (await gateway.post(query)).headers["cache-control"] == "no-store"


async def test_only_what_fails_is_spared(gateway: GatewayUnderTest, clock: Clock) -> None:
    query = asha("status { statusLabel } slabHistory { to }")
    first = await gateway.ask(query)
    clock.step(2 * PERSON.fresh_for)
    gateway.sandbox.faults.v1_get = EndpointFault(status=503)
    answer, _ = await asked(gateway, query)
    assert answer["data"] == first["data"]
    assert answer["extensions"]["staleIfError"] == ["SLAB_HISTORY"]


async def test_beyond_its_bound_nothing_stands_in(gateway: GatewayUnderTest, clock: Clock) -> None:
    query = asha("firstName points { loyaltyId }")
    await gateway.ask(query)
    life = POINTS.lifetime
    clock.step(life.fresh_for + life.error_stale_for)
    broken(gateway, status=503)
    answer, _ = await asked(gateway, query)
    assert errors(answer) == {"customer.points": "UPSTREAM_UNAVAILABLE"}
    assert answer["data"]["customer"] == {"firstName": "Asha", "points": None}
    assert answer["extensions"]["staleIfError"] == ["EXISTENCE", "PERSON"]
    clock.step(CATALOG["EXISTENCE"].lifetime.whole)
    answer, _ = await asked(gateway, query)
    assert (answer["data"], errors(answer)) == ({"customer": None}, {"customer": "UPSTREAM_UNAVAILABLE"})


@pytest.mark.parametrize("status", [401, 403])
async def test_nothing_stands_in_for_who_is_refused(gateway: GatewayUnderTest, clock: Clock, status: int) -> None:
    await gateway.ask(asha("firstName"))
    clock.step(2 * PERSON.fresh_for)
    broken(gateway, status=status)
    answer, told = await asked(gateway, asha("firstName"))
    assert (answer["data"], errors(answer)) == ({"customer": None}, {"customer": "UPSTREAM_UNAUTHORIZED"})
    assert told["spared"] == []


async def test_nothing_older_stands_in_for_who_asks_for_something_new(gateway: GatewayUnderTest, clock: Clock) -> None:
    await gateway.ask(asha("firstName"))
    clock.step(10)
    broken(gateway, status=503)
    answer, _ = await asked(gateway, asha("firstName"), cache_control="max-age=9")
    assert errors(answer) == {"customer": "UPSTREAM_UNAVAILABLE"}

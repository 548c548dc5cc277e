"""Two replicas with levels of their own before a real Valkey: what each of them sees of the other, and when."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from gateway.cache.entries import Absent, Fresh, Missing
from gateway.cache.facet_cache import FacetCache
from gateway.cache.failures import StoreDown
from gateway.cache.guarded import GuardedStore
from gateway.cache.local import LocalRecords
from gateway.cache.memory import MemoryStore
from gateway.cache.sealed import SealedStore
from gateway.cache.stores import Store
from gateway.cache.valkey import ValkeyStore
from gateway.facets.catalog import CARDS, EXISTENCE, STATUS
from tests.cache.support import ASHA, MOBILE, SCOPE, TENANT, cache_over, card, fetched, identified, keep, kinds
from tests.support.clock import Clock
from tests.support.gateway import running
from tests.support.valkey import Valkey

WINDOW_S = 1.0
FACETS = (EXISTENCE(), STATUS(), CARDS())


class Replica:
    """A cache with a level of its own, and how the server is asked for it."""

    def __init__(self, url: str, clock: Clock, *, sealed: bool) -> None:
        self.store: Store = GuardedStore(ValkeyStore(url, max_connections=2), emit=lambda _: None, deadline_s=5.0)
        self.store = SealedStore(self.store, [b"k" * 32]) if sealed else self.store
        local = LocalRecords(MemoryStore(max_bytes=10**6, clock=clock))
        self.cache: FacetCache = cache_over(self.store, clock, local=local, trust_s=WINDOW_S)

    async def ask(self) -> list[type]:
        await identified(self.cache, SCOPE, [MOBILE])
        return await kinds(self.cache, FACETS)

    async def fill(self, clock: Clock) -> None:
        values = {EXISTENCE(): True, STATUS(): None, CARDS(): [card("C1")]}
        await keep(self.cache, SCOPE, MOBILE, ASHA, {facet: fetched(clock, value) for facet, value in values.items()})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["plain", "sealed"])
async def two(own_valkey: Valkey, clock: Clock, request: pytest.FixtureRequest) -> AsyncIterator[list[Replica]]:
    async with AsyncExitStack() as stack:
        replicas = [Replica(own_valkey.url, clock, sealed=request.param == "sealed") for _ in range(2)]
        for replica in replicas:
            stack.push_async_callback(replica.store.close)
        yield replicas


def gets(valkey: Valkey) -> int:
    """How often the server was asked for values."""
    told = valkey.tell("INFO", "commandstats").decode()
    found = [line for line in told.splitlines() if line.startswith("cmdstat_mget:")]
    return int(found[0].partition("calls=")[2].partition(",")[0]) if found else 0


async def test_a_hot_customer_is_asked_for_once_a_window(two: list[Replica], own_valkey: Valkey, clock: Clock) -> None:
    one, other = two
    await one.fill(clock)
    assert await other.ask() == [Fresh, Absent, Fresh]
    before = gets(own_valkey)
    for _ in range(5):
        assert await other.ask() == [Fresh, Absent, Fresh]
        assert other.cache.glance(SCOPE, MOBILE, FACETS) is not None
    assert gets(own_valkey) == before
    clock.step(WINDOW_S)
    assert await other.ask() == [Fresh, Absent, Fresh]
    assert gets(own_valkey) == before + 1


async def test_an_invalidation_holds_here_at_once_and_there_after_the_window(two: list[Replica], clock: Clock) -> None:
    one, other = two
    await one.fill(clock)
    for replica in two:
        await replica.ask()
    await one.cache.invalidate(TENANT, [ASHA])
    assert await one.ask() == [Missing] * 3
    clock.step(WINDOW_S)
    assert await other.ask() == [Missing] * 3
    clock.step(0.1)
    await one.fill(clock)
    assert await other.ask() == [Fresh, Absent, Fresh]


async def test_a_server_that_died_takes_nothing_with_it_that_is_known_here(
    two: list[Replica], own_valkey: Valkey, clock: Clock
) -> None:
    one, other = two
    await one.fill(clock)
    await other.ask()
    own_valkey.stop()
    clock.step(WINDOW_S)
    assert await other.ask() == [Fresh, Absent, Fresh]
    with pytest.raises(StoreDown):
        await other.cache.invalidate(TENANT, [ASHA])
    assert await other.ask() == [Missing] * 3
    assert await one.ask() == [Fresh, Absent, Fresh]
    own_valkey.start()


# --- whole gateways ---

QUERY = '{ customer(by: {mobile: "919800000001"}) { firstName cards { cardNumber } slabHistory { to } } }'


async def test_two_gateways_serve_what_one_fetched_and_tell_so(own_valkey: Valkey) -> None:
    clock = Clock()
    shared = {"url": own_valkey.url, "secret": "one secret for both", "deadline_s": 5.0, "clock_skew_s": 0.0}
    settings = {"cache": shared, "clock": clock, "metrics": {"enabled": True}, "admin": {"secret": "operators"}}
    async with running(**settings) as one, running(**settings) as other:
        first = await one.ask(QUERY)
        assert len(one.calls()) == 2
        for times in (1, 2, 3):
            answer = await other.ask(QUERY, x_gateway_explain="analyze")
            assert answer["data"] == first["data"]
            told = answer["extensions"]["explain"]["cache"]
            assert (len(told["hit"]) > 2, told["missed"], other.calls()) == (True, [], [])
            before = gets(own_valkey)
            plain = await other.post(QUERY)
            assert (plain.json()["data"], gets(own_valkey)) == (first["data"], before), times
            assert plain.headers["cache-control"].startswith("private, max-age=")
        assert "gateway_cache_entries 0" not in (await other.http.get("/metrics")).text
        clock.step(1)
        bearer = {"authorization": "Bearer operators"}
        purged = await one.http.post("/admin/cache/purge", json={"by": {"mobile": "919800000001"}}, headers=bearer)
        assert purged.status_code == 200
        clock.step(WINDOW_S)
        assert (await other.ask(QUERY))["data"] == first["data"]
        assert len(other.calls()) == 2

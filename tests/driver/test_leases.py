"""Replicas that share a store: one fetches, the others wait for what it brings, and for nothing older."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.app import Gateway, build
from gateway.cache.facet_cache import FacetCache
from gateway.cache.memory import MemoryStore
from gateway.driver import Driver
from gateway.errors import UpstreamUnavailable
from gateway.facets.catalog import PERSON, REGISTRATION
from gateway.facets.facet import Address, Facet, Identifier, IdentifierKind
from gateway.record import CustomerRecord
from gateway.sandbox import EndpointFault
from gateway.settings import Settings
from tests.support.clock import Clock
from tests.support.gateway import ASKED_ONCE
from tests.support.upstream import DEADLINE_S, Upstream, idle, quiet

ASHA = Address((Identifier(IdentifierKind.ID, "100000001"),))
BY_MOBILE = Address((Identifier(IdentifierKind.MOBILE, "919800000001"),))
ANY_AGE = float("inf")


class Replica:
    """A driver of its own over a store that it shares."""

    def __init__(self, gateway: Gateway, store: MemoryStore, clock: Clock) -> None:
        cache = FacetCache(store, secret=b"of all replicas", clock=clock, draw=lambda: 1.0)
        tenant = gateway.tenants.named("")
        assert tenant is not None
        self.scope = tenant.scope({})
        self.driver = Driver(
            tenant.calls,
            cache,
            Settings().upstream.capabilities,
            ZoneInfo("Asia/Kolkata"),
            lease_s=2.0,
            clock=clock,
        )

    def ask(self, *facets: Facet, address: Address = ASHA, most_age: float = ANY_AGE) -> asyncio.Task[list[Any]]:
        """Begins to ask for facets of a customer."""

        async def asking() -> list[Any]:
            record = CustomerRecord(address, dict.fromkeys(facets, ()))
            async with asyncio.timeout(DEADLINE_S):
                await self.driver.run([record], self.scope, most_age)
                return [await record.wait(facet) for facet in facets]

        return asyncio.create_task(asking())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def upstream() -> Upstream:
    return Upstream()


@asynccontextmanager
async def sharing(upstream: Upstream, store: MemoryStore, clock: Clock, count: int) -> AsyncIterator[list[Replica]]:
    credential = {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata", **ASKED_ONCE}
    async with AsyncExitStack() as stack:
        gateways = [build(Settings(upstream=credential), sandbox=upstream, clock=clock) for _ in range(count)]  # pyright: ignore
        for gateway in gateways:
            for tenant in gateway.tenants:
                await stack.enter_async_context(tenant.http)
        yield [Replica(gateway, store, clock) for gateway in gateways]


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(max_bytes=10**7, clock=clock)


@pytest.fixture
async def replicas(upstream: Upstream, store: MemoryStore, clock: Clock) -> AsyncIterator[list[Replica]]:
    async with sharing(upstream, store, clock, 3) as found:
        yield found


async def test_a_crowd_at_three_replicas_is_one_call(replicas: list[Replica], upstream: Upstream) -> None:
    upstream.hold()
    asked = [replica.ask(PERSON(), REGISTRATION()) for _ in range(100) for replica in replicas]
    await upstream.asked()
    await quiet()
    upstream.release()
    answers = await asyncio.gather(*asked)
    assert [answer for answer in answers if answer != answers[0]] == []
    assert upstream.paths() == ["V1.1"]


async def test_a_replica_whose_call_fails_leaves_the_others_to_fetch_for_themselves(
    replicas: list[Replica], upstream: Upstream
) -> None:
    upstream.sandbox.faults.v1_get = EndpointFault(status=503, times=1)
    upstream.hold()
    first = replicas[0].ask(REGISTRATION())
    await upstream.asked()
    second = replicas[1].ask(REGISTRATION())
    await quiet()
    upstream.release()
    assert await second
    with pytest.raises(UpstreamUnavailable):
        await first


async def test_a_lease_whose_holder_died_is_outlived(
    replicas: list[Replica], upstream: Upstream, store: MemoryStore, clock: Clock
) -> None:
    cache = FacetCache(store, secret=b"of all replicas", clock=clock)
    name = ("100000001", "INSTORE", "")
    everything = [PERSON(), REGISTRATION(), Facet("EXISTENCE")]
    assert await cache.lease(replicas[0].scope, name, everything, 2.0)  # pyright: ignore
    asked = replicas[0].ask(PERSON(), REGISTRATION())
    await quiet()
    assert upstream.arrived == 0
    clock.step(2.0)
    assert await asked
    assert upstream.paths() == ["V1.1"]


async def test_a_lease_that_ends_just_when_its_holder_is_looked_for_is_no_reason_to_ask_again(
    replicas: list[Replica], upstream: Upstream, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One finds the lease taken; before it reads whose it is, the other has kept what came and let go."""
    upstream.hold()
    first = replicas[0].ask(REGISTRATION())
    await upstream.asked()
    claim = store.claim

    async def claim_late(key: str, value: bytes, *, ttl: float) -> bool:
        claimed = await claim(key, value, ttl=ttl)
        monkeypatch.undo()
        upstream.release()
        await first
        return claimed

    monkeypatch.setattr(store, "claim", claim_late)
    second = await replicas[1].ask(REGISTRATION())
    assert second == await first
    assert upstream.paths() == ["V1.1"]


async def test_who_waits_for_another_replica_gets_nothing_older_than_they_accept(
    replicas: list[Replica], upstream: Upstream, clock: Clock
) -> None:
    await replicas[0].ask(PERSON(), REGISTRATION())
    upstream.rewrite = renamed("New")
    clock.step(10)
    upstream.hold()
    first = replicas[0].ask(PERSON(), REGISTRATION(), most_age=0.0)
    await upstream.asked(2)
    second = replicas[1].ask(PERSON(), REGISTRATION(), most_age=5.0)
    done, _ = await asyncio.wait([second], timeout=0.05)
    assert not done
    upstream.release()
    assert [(await answer)[0].first_name for answer in (first, second)] == ["New", "New"]
    assert upstream.arrived == 2


async def test_a_flight_that_learns_another_name_while_it_waits_ends_under_its_first(
    replicas: list[Replica], upstream: Upstream, store: MemoryStore, clock: Clock
) -> None:
    """Else whoever asks later joins a flight that has landed long ago, and gets what it brought then."""
    await replicas[0].ask(PERSON(), address=BY_MOBILE)
    clock.step(55)
    upstream.hold()
    first = replicas[0].ask(REGISTRATION(), address=BY_MOBILE)
    await upstream.asked(2)
    second = replicas[1].ask(REGISTRATION(), address=BY_MOBILE)
    await quiet()
    store_forgets(store)
    upstream.release()
    assert await first
    assert await second
    await idle()
    upstream.rewrite = renamed("New")
    clock.step(100_000)
    assert (await replicas[1].ask(PERSON(), REGISTRATION()))[0].first_name == "New"
    assert len(replicas[1].driver._flights) == 0  # noqa: SLF001 - a flight that is left is seen nowhere else


def store_forgets(store: MemoryStore) -> None:
    """All is lost, as when a server was restarted."""
    store.multi_get = lost(store.multi_get)  # pyright: ignore


def lost(multi_get: Callable[[list[str]], Any]) -> Callable[[list[str]], Any]:
    """Identities are not found any more."""

    async def get(keys: list[str]) -> list[bytes | None]:
        found = await multi_get(keys)
        return [None if key.startswith("i:") else value for key, value in zip(keys, found, strict=True)]

    return get


def renamed(name: str) -> Callable[[str, Any], Any]:
    """Upstream's V1.1 answers with another first name."""

    def rewrite(_: str, body: Any) -> Any:
        for one in body["response"]["customers"]["customer"]:
            one["firstname"] = name
        return body

    return rewrite

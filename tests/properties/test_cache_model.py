"""The cache against a simple truth: whatever is asked, changed, told and broken, in whatever order.

Nothing is served that upstream did not tell this very view within the bound; nothing from before an invalidation, or
from before the credential was refused, to a request that begins after it; and an error only where a call failed.

Replicas that have a level of their own before the store may know what another one was told only after the window;
what they were told themselves they know at once.
"""

import asyncio
import math
import os
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.cache.facet_cache import FacetCache
from gateway.cache.local import LocalRecords
from gateway.cache.memory import MemoryStore
from gateway.cache.stamps import NOBODY_FRESH_FOR
from gateway.driver import Driver
from gateway.errors import GatewayError
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTENCE, PERSON, REGISTRATION, STATUS
from gateway.facets.facet import Address, CustomerId, Facet, Identifier, IdentifierKind
from gateway.record import CustomerRecord, Known
from gateway.upstream.auth import BasicCredential
from gateway.upstream.client import UpstreamClient
from gateway.upstream.policy import Policy
from gateway.upstream.resilient import ResilientClient
from tests.properties.cache_world import FACETS, LATE, LIVES, PEOPLE, Told, World, bound, scope, shown
from tests.support.clock import Clock

WINDOW_S = 1.0
TENANTS, LANGUAGES = ("https://one.example", "https://two.example"), ("", "zh")
A_MOMENT = 0.001
NEVER = -math.inf


@dataclass(frozen=True)
class Ask:
    """A request at one of two replicas."""

    tenant: str
    language: str
    replica: int
    people: tuple[tuple[str, IdentifierKind], ...]
    facets: frozenset[Facet]
    most_age: float


@dataclass(frozen=True)
class Change:
    """A customer is not what they were; an event may tell a replica of it."""

    tenant: str
    customer: str
    told: int | None


@dataclass(frozen=True)
class Appear:
    """The late customer is there from now on; an event may tell a replica of it."""

    tenant: str
    told: int | None


@dataclass(frozen=True)
class Break:
    """Upstream answers with this status from now on; null: well."""

    tenant: str
    fault: int | None


@dataclass(frozen=True)
class Hold:
    """Answers of upstream wait, or not any more."""

    tenant: str
    held: bool


@dataclass(frozen=True)
class Wait:
    """Time passes."""

    seconds: float


Step = Ask | Change | Appear | Break | Hold | Wait

tenants = st.sampled_from([TENANTS[0]] * 3 + [TENANTS[1]])
customers = st.sampled_from([next(iter(PEOPLE))] * 3 + list(PEOPLE) + [LATE])
"""Mostly the same, so that much happens to them."""
asks = st.builds(
    Ask,
    tenants,
    st.sampled_from([LANGUAGES[0]] * 3 + [LANGUAGES[1]]),
    st.integers(0, 1),
    st.lists(
        st.tuples(customers, st.sampled_from([IdentifierKind.ID, IdentifierKind.MOBILE])),
        min_size=1,
        max_size=2,
        unique_by=lambda one: one[0],
    ).map(tuple),
    st.frozensets(st.sampled_from(FACETS), min_size=1),
    st.sampled_from([math.inf] * 4 + [0.0, 5.0, 30.0]),
)
tellings = st.sampled_from([None, 0, 1])
changes = st.builds(Change, tenants, customers, tellings)
appearances = st.builds(Appear, tenants, tellings)
breaks = st.builds(Break, tenants, st.sampled_from([None, None, 503, 401]))
waits = st.builds(Wait, st.sampled_from([0.3, 0.5, 1.0, 4.0, 11.0, 21.0, 45.0, 61.0, 100.0, 290.0]))
alone = st.one_of(asks, asks, asks, changes, appearances, breaks, st.builds(Hold, tenants, st.booleans()), waits)


@st.composite
def races(draw: st.DrawFn) -> list[Step]:
    """Something happens between two requests for one customer, while upstream thinks about the first."""
    first, second = draw(asks), draw(asks)
    told, teller = draw(tellings), draw(st.integers(0, 1))
    between = st.one_of(
        st.builds(Change, st.just(first.tenant), st.just(first.people[0][0]), st.just(told)),
        st.builds(Appear, st.just(first.tenant), st.just(teller)),
        st.builds(Break, st.just(first.tenant), st.sampled_from([None, 503, 401])),
        waits,
    )
    same = replace(second, tenant=first.tenant, people=first.people, replica=first.replica)
    middle = draw(st.lists(between, min_size=1, max_size=2))
    last = draw(st.sampled_from([same, replace(same, language=first.language), replace(same, most_age=5.0)]))
    return [Hold(first.tenant, True), first, *middle, last, Hold(first.tenant, False), second]


@st.composite
def lapses(draw: st.DrawFn) -> list[Step]:
    """A request, what may end the use of what it brought, and the same request."""
    first = draw(asks)
    middle = draw(st.lists(st.one_of(waits, waits, breaks, changes, appearances), min_size=1, max_size=3))
    fault = draw(st.sampled_from([None, 503]))
    return [first, *middle, Break(first.tenant, fault), replace(first, most_age=math.inf), Break(first.tenant, None)]


steps = st.lists(st.one_of(alone.map(lambda one: [one]), races(), lapses()), min_size=3, max_size=20).map(
    lambda groups: [step for group in groups for step in group]
)


@dataclass(frozen=True)
class Began:
    """What is true when a request begins, as far as its replica has to know."""

    at: float
    changed: dict[str, float]
    added: float
    refused: float


class News:
    """When something was told, and which replica: the others may know it only so many seconds later."""

    def __init__(self, late_by: float) -> None:
        self._late_by = late_by
        self._told: dict[object, list[tuple[float, int]]] = {}

    def tell(self, what: object, replica: int, now: float) -> None:
        """It was told."""
        self._told.setdefault(what, []).append((now, replica))

    def known(self, what: object, replica: int, now: float) -> float:
        """When it was told last, as far as the replica has to know."""
        told = self._told.get(what, [])
        return max((at for at, of in told if of == replica or at + self._late_by <= now), default=NEVER)


CHANGED, ADDED, REFUSED = "changed", "added", "refused"


class Model:
    """The gateways, the worlds before which they stand, and what is to be remembered of both.

    The replicas are one process with a store of its own, in one of two ways; or they share a store, asking it every
    time, or with a level of their own before it, without a window or with one; or without any room for that.
    """

    def __init__(self, seed: int) -> None:
        self.clock = Clock()
        self.worlds = {tenant: World(tenant, self.clock) for tenant in TENANTS}
        self.draws = random.Random(seed)  # noqa: S311
        store = MemoryStore(max_bytes=10**6, clock=self.clock)
        kind = seed % 6
        window_s = WINDOW_S if kind in (4, 5) else 0.0
        self.news = News(window_s)
        self.asking: list[asyncio.Task[None]] = []
        self.wrong: list[str] = []
        self.clients = {
            (tenant, replica): httpx.AsyncClient(
                transport=httpx.MockTransport(partial(self._answer, tenant, replica)), base_url=tenant
            )
            for tenant in self.worlds
            for replica in range(2)
        }
        if kind < 2:
            self.caches = [self._cache(store, LocalRecords(store) if kind else None)] * 2
        else:
            room = {2: None, 3: 10**6, 4: 10**6, 5: 3000}[kind]
            self.caches = [
                self._cache(store, room and LocalRecords(MemoryStore(max_bytes=room, clock=self.clock)), window_s)
                for _ in range(2)
            ]
        self.drivers = {
            (tenant, replica): Driver(
                ResilientClient(
                    UpstreamClient(http, BasicCredential("till", "sandbox"), capabilities=Capabilities(), timeout_s=10),
                    Capabilities(),
                    Policy(),
                    lambda _: None,
                ),
                self.caches[replica],
                Capabilities(),
                ZoneInfo("Asia/Kolkata"),
                clock=self.clock,
            )
            for (tenant, replica), http in self.clients.items()
        }

    def _cache(self, store: MemoryStore, local: LocalRecords | None, window_s: float = 0.0) -> FacetCache:
        return FacetCache(
            store,
            local=local,
            trust_s=window_s,
            secret=b"shared by all",
            lifetimes=LIVES,
            clock=self.clock,
            draw=lambda: 1.0 - self.draws.random(),
        )

    async def _answer(self, tenant: str, replica: int, request: httpx.Request) -> httpx.Response:
        answer = await self.worlds[tenant].answer(request)
        if answer.status_code == 401:
            self.news.tell((REFUSED, tenant, request.headers.get("language", "")), replica, self.clock.now)
        return answer

    async def take(self, step: Step) -> None:
        """One step, and everything that comes of it by itself."""
        match step:
            case Ask():
                self.asking.append(asyncio.create_task(self._ask(step)))
            case Change(tenant, customer, told):
                self.worlds[tenant].versions[customer] += 1
                if told is not None:
                    await self.caches[told].invalidate(tenant, [CustomerId(customer)])
                    self.news.tell((CHANGED, tenant, customer), told, self.clock.now)
            case Appear(tenant, told):
                self.worlds[tenant].late_is_there = True
                if told is not None:
                    await self.caches[told].invalidate(tenant, [CustomerId(LATE)], nobodies=True)
                    self.news.tell((CHANGED, tenant, LATE), told, self.clock.now)
                    self.news.tell((ADDED, tenant), told, self.clock.now)
            case Break(tenant, fault):
                self.worlds[tenant].fault = fault
            case Hold(tenant, True):
                self.worlds[tenant].opened.clear()
            case Hold(tenant, False):
                self.worlds[tenant].opened.set()
            case Wait(seconds):
                self.clock.step(seconds)
        await self._settle()
        self.clock.step(A_MOMENT)

    async def end(self) -> None:
        """Nobody hangs, whatever happened."""
        for world in self.worlds.values():
            world.opened.set()
        async with asyncio.timeout(10):
            await asyncio.gather(*self.asking)
            for driver in self.drivers.values():
                await driver.finish()

    async def _settle(self) -> None:
        if all(world.opened.is_set() for world in self.worlds.values()):
            await self.end()
        for _ in range(60):
            await asyncio.sleep(0)

    async def _ask(self, ask: Ask) -> None:
        view = scope(ask.tenant, ask.language)
        now, known = self.clock.now, self.news.known
        began = Began(
            now,
            {customer: known((CHANGED, ask.tenant, customer), ask.replica, now) for customer in PEOPLE},
            known((ADDED, ask.tenant), ask.replica, now),
            known((REFUSED, ask.tenant, ask.language), ask.replica, now),
        )
        records = {
            customer: CustomerRecord(
                Address((Identifier(kind, customer if kind is IdentifierKind.ID else PEOPLE[customer]),)),
                dict.fromkeys(ask.facets, ()),
            )
            for customer, kind in ask.people
        }
        await self.drivers[(ask.tenant, ask.replica)].run(list(records.values()), view, ask.most_age)
        for customer, record in records.items():
            seen = [
                told
                for told in self.worlds[ask.tenant].told
                if (told.customer, told.language) == (customer, ask.language)
            ]
            for facet in ask.facets:
                if not right(ask, began, customer, facet, record, seen):
                    told = "; ".join(str(one) for one in seen)
                    self.wrong.append(f"{customer} {facet}: {record.settled(facet)!r} for {ask} at {began}: {told}")


def right(ask: Ask, began: Began, customer: str, facet: Facet, record: CustomerRecord, seen: Sequence[Told]) -> bool:
    """Whether one facet of an answer is something that upstream told, recently enough."""

    def usable(told: Told, most: float, since: float) -> bool:
        """Young enough, or still under way when the request began; and not from before what ended its use."""
        under_way = told.ended is None or told.ended >= began.at
        young = began.at - told.at <= (ask.most_age if under_way else most)
        return young and told.at > max(since, began.refused)

    match record.settled(facet):
        case GatewayError():
            return any(told.failed and (told.ended is None or told.ended >= began.at) for told in seen)
        case Known(_) if record.settled(EXISTENCE()) == Known(value=False):
            most = min(ask.most_age, NOBODY_FRESH_FOR)
            return any(told.value is None and not told.failed and usable(told, most, began.added) for told in seen)
        case Known(value):
            said = shown(facet, value)
            most = bound(facet, ask.most_age, spared=facet in record.explanation.spared)
            good = (told for told in seen if told.value == said is not None and facet in told.facets)
            return any(usable(told, most, began.changed[customer]) for told in good)
        case None:
            return False


NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


@settings(max_examples=5_000 if NIGHTLY else 250, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps, st.integers(0, 2**16))
async def test_nothing_is_served_that_is_too_old_or_another_ones(taken: list[Step], seed: int) -> None:
    model = Model(seed)
    async with AsyncExitStack() as stack:
        for http in model.clients.values():
            await stack.enter_async_context(http)
        for step in taken:
            await model.take(step)
        await model.end()
    assert model.wrong == []


@pytest.mark.parametrize("seed", range(4))
def test_what_an_earlier_round_found_is_as_old_as_that_round(seed: int) -> None:
    """A flight of a later round brings it too, to who begins between the two."""
    tenant, late, other = TENANTS[0], (LATE, IdentifierKind.MOBILE), ("100000041", IdentifierKind.ID)

    def ask(replica: int, *people: tuple[str, IdentifierKind], facets: frozenset[Facet]) -> Ask:
        return Ask(tenant, "", replica, people, facets, math.inf)

    person, both = frozenset({PERSON()}), frozenset({PERSON(), STATUS()})
    steps: list[Step] = [
        Hold(tenant, True),
        ask(0, other, facets=person),
        ask(1, late, facets=person),
        Hold(tenant, True),
        ask(1, other, late, facets=both),
        Appear(tenant, 0),
        ask(1, other, late, facets=person),
        Hold(tenant, False),
        ask(0, other, facets=person),
    ]

    assert asyncio.run(wrong(steps, seed)) == []


@pytest.mark.parametrize("seed", range(4))
def test_that_there_is_nobody_is_as_old_as_the_call_that_said_so(seed: int) -> None:
    """Also where it was waited for, and asked besides for something of somebody else."""
    tenant = TENANTS[0]

    def ask(*people: str, facet: Facet) -> Ask:
        return Ask(tenant, "", 0, tuple((one, IdentifierKind.ID) for one in people), frozenset({facet}), math.inf)

    one, nobody = "100000041", "100000055"
    steps: list[Step] = [
        ask(one, facet=PERSON()),
        Hold(tenant, True),
        ask(one, nobody, facet=PERSON()),
        Break(tenant, 503),
        Wait(NOBODY_FRESH_FOR + 1.0),
        ask(one, nobody, facet=STATUS()),
        Hold(tenant, False),
        ask(nobody, facet=STATUS()),
    ]
    assert asyncio.run(wrong(steps, seed)) == []


@pytest.mark.parametrize("seed", range(4))
def test_who_was_found_since_is_not_nobody_for_a_call_that_began_before(seed: int) -> None:
    """They appeared while a call was waited for that says there is nobody, and one of the request's own found them."""
    tenant, late = TENANTS[0], ((LATE, IdentifierKind.ID),)
    both = frozenset({PERSON(), STATUS()})

    def ask(facets: frozenset[Facet]) -> Ask:
        return Ask(tenant, "", 0, late, facets, math.inf)

    steps: list[Step] = [
        Hold(tenant, True),
        ask(both),
        Appear(tenant, None),
        ask(both | {REGISTRATION()}),
        Hold(tenant, False),
    ]
    assert asyncio.run(wrong(steps, seed)) == []


@pytest.mark.parametrize("seed", range(4))
def test_where_it_is_not_certain_that_there_is_somebody_nothing_of_them_is(seed: int) -> None:
    """A call that was waited for failed, and one of the request's own says that there is nobody."""
    tenant, one, nobody = TENANTS[0], ("100000041", IdentifierKind.ID), (LATE, IdentifierKind.ID)

    def ask(*people: tuple[str, IdentifierKind], facets: frozenset[Facet]) -> Ask:
        return Ask(tenant, "", 0, people, facets, math.inf)

    person, both = frozenset({PERSON()}), frozenset({PERSON(), STATUS()})
    steps: list[Step] = [
        ask(one, facets=person),
        Break(tenant, 503),
        ask(one, facets=person),
        Hold(tenant, True),
        ask(one, nobody, facets=person),
        Break(tenant, None),
        ask(one, nobody, facets=both),
        Hold(tenant, False),
        ask(one, facets=both),
    ]
    assert asyncio.run(wrong(steps, seed)) == []


async def wrong(steps: Sequence[Step], seed: int) -> list[str]:
    """What was served that must not be."""
    model = Model(seed)
    for step in steps:
        await model.take(step)
    await model.end()
    return model.wrong

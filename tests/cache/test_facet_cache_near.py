"""A level in this process before a cache that replicas share: what is asked again, and what is not known at once."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cache.entries import Absent, Entry, Fresh, Kept, Missing, Stale
from gateway.cache.facet_cache import FacetCache
from gateway.cache.failures import StoreDown
from gateway.cache.guarded import GuardedStore
from gateway.cache.local import LocalRecords
from gateway.cache.memory import MemoryStore
from gateway.cache.stamps import IDENTITY_FRESH_FOR, NOBODY_FRESH_FOR
from gateway.cache.stores import Item
from gateway.context import Scope
from gateway.facets.catalog import CARDS, EXISTENCE, GAP_TO_RENEW, STATUS
from gateway.facets.facet import Address, CustomerId, Endpoint, Facet, Identifier, IdentifierKind
from tests.cache.support import (
    ASHA,
    LIFE,
    MOBILE,
    NEIGHBOURS,
    SCOPE,
    STRANGER,
    TENANT,
    Recording,
    cache_over,
    fetched,
    identified,
    keep,
    kinds,
    known,
    named,
)
from tests.support.clock import Clock

WINDOW_S = 1.0
FACETS = (EXISTENCE(), STATUS())
PASSING = Scope(TENANT, "caller:0123", "", "", None, 60.0)


class Mortal(Recording):
    """A store that may be away."""

    away = False

    async def multi_get(self, keys: list[str]) -> list[bytes | None]:
        self._there()
        return await super().multi_get(keys)

    async def multi_put(self, items: Sequence[Item]) -> None:
        self._there()
        await super().multi_put(items)

    async def put_surely(self, items: Sequence[Item]) -> None:
        self._there()
        await super().put_surely(items)

    def _there(self) -> None:
        if self.away:
            raise ConnectionError

    def forget_calls(self) -> None:
        """What was asked so far is not of interest."""
        self.calls.clear()
        self.keys.clear()

    def read(self) -> list[str]:
        """The kinds of keys that were shown since."""
        return sorted({key.partition(":")[0] for key in self.keys})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Mortal:
    return Mortal(clock)


def near(
    store: MemoryStore, clock: Clock, window_s: float = WINDOW_S, bytes_: int = 10**6, **others: Any
) -> FacetCache:
    """A replica: a cache with a level of its own before a store that it shares and that may be away."""
    guarded = GuardedStore(store, emit=lambda _: None, rest_s=0.0, clock=clock)
    local = LocalRecords(MemoryStore(max_bytes=bytes_, clock=clock))
    return cache_over(guarded, clock, local=local, trust_s=window_s, **others)


@pytest.fixture
def one(store: Mortal, clock: Clock) -> FacetCache:
    return near(store, clock)


@pytest.fixture
def two(store: Mortal, clock: Clock) -> FacetCache:
    return near(store, clock)


async def fill(cache: FacetCache, clock: Clock, *facets: Facet, scope: Scope = SCOPE, value: Any = True) -> None:
    entries = {facet: fetched(clock, value if facet == EXISTENCE() else None) for facet in facets or FACETS}
    await keep(cache, scope, MOBILE, ASHA, entries)


async def ask(cache: FacetCache, *facets: Facet, scope: Scope = SCOPE) -> list[type[Kept]]:
    """A request as the driver makes it."""
    await identified(cache, scope, [MOBILE])
    return await kinds(cache, facets or FACETS, scope=scope)


def glanced(cache: FacetCache, *facets: Facet, scope: Scope = SCOPE) -> tuple[object, ...] | None:
    """Who is known, their values, and for how long; null where that does not stand."""
    found = cache.glance(scope, MOBILE, facets or (STATUS(),))
    assert found is None or cache.stands(found.stands)
    return found and (found.customer, found.values, found.fresh_for)


# --- round trips ---


async def test_what_was_asked_is_not_asked_again_within_the_window(
    one: FacetCache, store: Mortal, clock: Clock
) -> None:
    await fill(one, clock)
    store.forget_calls()
    assert await ask(one) == [Fresh, Absent]
    assert (store.calls, store.read()) == (["multi_get"], ["g", "i", "n", "r"])
    store.forget_calls()
    clock.step(WINDOW_S - 0.001)
    assert await ask(one) == [Fresh, Absent]
    assert glanced(one) == (ASHA, [None], pytest.approx(60.0 - WINDOW_S + 0.001))
    assert store.calls == []


async def test_after_the_window_one_small_round_trip_asks_whether_anything_changed(
    one: FacetCache, store: Mortal, clock: Clock
) -> None:
    await fill(one, clock)
    await ask(one)
    clock.step(WINDOW_S)
    store.forget_calls()
    assert glanced(one) is None
    assert await ask(one) == [Fresh, Absent]
    assert (store.calls, store.read()) == (["multi_get"], ["g", "i", "n", "r"])
    assert glanced(one) is not None


async def test_without_a_window_every_request_asks_whether_anything_changed(store: Mortal, clock: Clock) -> None:
    cache = near(store, clock, 0.0)
    await fill(cache, clock)
    await ask(cache)
    store.forget_calls()
    assert glanced(cache) is None
    assert await ask(cache) == [Fresh, Absent]
    assert (store.calls, store.read()) == (["multi_get", "multi_get"], ["g", "i", "n", "r"])


async def test_what_another_replica_fetched_is_transferred_once(
    one: FacetCache, two: FacetCache, store: Mortal, clock: Clock
) -> None:
    await fill(one, clock)
    store.forget_calls()
    assert await ask(two) == [Fresh, Absent]
    assert (store.calls, store.read()) == (["multi_get", "multi_get"], ["f", "g", "i", "n", "r"])
    clock.step(WINDOW_S)
    store.forget_calls()
    assert await ask(two) == [Fresh, Absent]
    assert (store.calls, "f" in store.read()) == (["multi_get"], False)
    assert glanced(two) == (ASHA, [None], pytest.approx(60.0 - WINDOW_S))


async def test_only_what_is_not_known_here_is_transferred(
    one: FacetCache, two: FacetCache, store: Mortal, clock: Clock
) -> None:
    await fill(one, clock, EXISTENCE(), STATUS(), CARDS())
    await ask(two)
    store.forget_calls()
    assert await ask(two, EXISTENCE(), CARDS(), STATUS()) == [Fresh, Absent, Absent]
    assert store.calls == ["multi_get"]
    assert sum(key.startswith("f:") for key in store.keys) == 1
    store.forget_calls()
    assert await ask(two, EXISTENCE(), CARDS(), STATUS()) == [Fresh, Absent, Absent]
    assert store.calls == []


async def test_a_request_that_bounds_ages_asks_at_any_time(one: FacetCache, store: Mortal, clock: Clock) -> None:
    await fill(one, clock)
    await ask(one)
    store.forget_calls()
    assert await identified(one, SCOPE, [MOBILE], 5.0) == {MOBILE: ASHA}
    assert isinstance((await one.lookup(SCOPE, {ASHA: [STATUS()]}, 5.0))[ASHA].facets[STATUS()], Absent)
    assert (store.calls, "f" in store.read()) == (["multi_get", "multi_get"], False)


async def test_any_number_of_customers_is_one_round_trip(one: FacetCache, store: Mortal, clock: Clock) -> None:
    many = [CustomerId(str(number)) for number in range(20)]
    for customer in many[:10]:
        await keep(one, SCOPE, named({"mobile": customer}), customer, {STATUS(): fetched(clock, None)})
    store.forget_calls()
    found = await one.lookup(SCOPE, dict.fromkeys(many, (STATUS(),)))
    assert [type(found[customer].facets[STATUS()]) for customer in many] == [Absent] * 10 + [Missing] * 10
    assert (store.calls, sum(key.startswith("f:") for key in store.keys)) == (["multi_get"], 10)


async def test_who_is_not_known_is_asked_for_every_time(one: FacetCache, two: FacetCache, clock: Clock) -> None:
    """Else who waits for another replica's call would not see what it brings."""
    assert await identified(one, SCOPE, [MOBILE]) == {}
    assert await kinds(one, FACETS) == [Missing, Missing]
    await fill(two, clock)
    assert await ask(one) == [Fresh, Absent]


async def test_an_entry_that_is_stale_here_may_be_fresh_there(one: FacetCache, two: FacetCache, clock: Clock) -> None:
    await fill(one, clock, value=True)
    assert await ask(two) == [Fresh, Absent]
    clock.step(50)
    await fill(one, clock, value=False)
    clock.step(10)
    assert await ask(two) == [Fresh, Absent]
    found = (await known(two, [EXISTENCE()]))[EXISTENCE()]
    assert isinstance(found, Fresh)
    assert found.entry.value is False


async def test_what_is_old_everywhere_is_as_stale_as_it_is_and_then_spare(
    one: FacetCache, two: FacetCache, clock: Clock
) -> None:
    await fill(one, clock)
    await ask(two)
    clock.step(60)
    assert await ask(two) == [Stale, Stale]
    clock.step(30)
    state = (await known(two, [EXISTENCE()]))[EXISTENCE()]
    assert isinstance(state, Missing)
    assert state.spare is not None
    clock.step(600)
    assert await known(two, [EXISTENCE()]) == {EXISTENCE(): Missing()}


async def test_a_small_draw_asks_the_store_and_is_drawn_once(store: Mortal, clock: Clock) -> None:
    draws = iter([1e-3])
    one, two = near(store, clock), near(store, clock, draw=lambda: next(draws))
    await keep(one, SCOPE, MOBILE, ASHA, {STATUS(): Entry(None, clock.now, LIFE, Endpoint.V2, took_s=1.0)})
    clock.step(55)
    assert await kinds(two, [STATUS()]) == [Stale]


# --- what is told here holds at once ---


async def test_an_invalidation_through_this_replica_holds_at_once(one: FacetCache, clock: Clock) -> None:
    await fill(one, clock)
    await ask(one)
    assert glanced(one) is not None
    await one.invalidate(TENANT, [ASHA])
    assert glanced(one) is None
    assert await ask(one) == [Missing, Missing]
    clock.step(0.1)
    await fill(one, clock)
    assert await ask(one) == [Fresh, Absent]


async def test_so_does_one_that_could_not_be_written_down(one: FacetCache, store: Mortal, clock: Clock) -> None:
    await fill(one, clock)
    await ask(one)
    store.away = True
    with pytest.raises(StoreDown):
        await one.invalidate(TENANT, [ASHA])
    assert glanced(one) is None
    assert await ask(one) == [Missing, Missing]
    store.away = False
    assert await ask(one) == [Missing, Missing]


async def test_a_refused_credential_sees_nothing_here_at_once(one: FacetCache, store: Mortal, clock: Clock) -> None:
    for scope in (SCOPE, NEIGHBOURS[0]):
        await fill(one, clock, scope=scope)
        await ask(one, scope=scope)
    store.away = True
    await one.revoke(SCOPE)
    assert (glanced(one), await ask(one)) == (None, [Missing, Missing])
    store.away = False
    assert (glanced(one), await ask(one)) == (None, [Missing, Missing])
    assert glanced(one, scope=NEIGHBOURS[0]) is not None


async def test_everybody_not_found_is_asked_for_again_at_once(one: FacetCache, clock: Clock) -> None:
    await one.store_nobody(SCOPE, MOBILE, clock.now)
    assert await identified(one, SCOPE, [MOBILE]) == {MOBILE: None}
    await one.invalidate(TENANT, [], nobodies=True)
    assert await identified(one, SCOPE, [MOBILE]) == {}


async def test_who_is_found_here_is_not_nobody_any_more(one: FacetCache, clock: Clock) -> None:
    await one.store_nobody(SCOPE, MOBILE, clock.now)
    assert await identified(one, SCOPE, [MOBILE]) == {MOBILE: None}
    clock.step(0.1)
    await fill(one, clock)
    assert await identified(one, SCOPE, [MOBILE]) == {MOBILE: ASHA}


async def test_an_answer_that_an_invalidation_overtook_does_not_undo_it(
    one: FacetCache, store: Mortal, clock: Clock
) -> None:
    await fill(one, clock)
    answer = store.multi_get

    async def overtaken(keys: list[str]) -> list[bytes | None]:
        found = await answer(keys)
        store.multi_get = answer  # pyright: ignore
        await one.invalidate(TENANT, [ASHA])
        return found

    store.multi_get = overtaken  # pyright: ignore
    assert await kinds(one, FACETS) == [Missing, Missing]
    assert glanced(one) is None
    assert await ask(one) == [Missing, Missing]


async def test_what_upstream_told_before_an_invalidation_and_came_after_it_is_not_served(
    one: FacetCache, clock: Clock
) -> None:
    before = fetched(clock, None)
    clock.step(0.5)
    await one.invalidate(TENANT, [ASHA])
    await keep(one, SCOPE, MOBILE, ASHA, {EXISTENCE(): before, STATUS(): before})
    assert (glanced(one), await ask(one)) == (None, [Missing, Missing])


# --- what is told another holds after the window ---


async def test_an_invalidation_through_another_replica_holds_after_the_window_at_the_latest(
    one: FacetCache, two: FacetCache, clock: Clock
) -> None:
    await fill(one, clock)
    await ask(one)
    await two.invalidate(TENANT, [ASHA])
    assert glanced(one) is not None  # the bound is no promise to be late: this is what it costs
    clock.step(WINDOW_S)
    assert glanced(one) is None
    assert await ask(one) == [Missing, Missing]


async def test_without_a_window_it_holds_at_once(store: Mortal, clock: Clock) -> None:
    one, two = near(store, clock, 0.0), near(store, clock, 0.0)
    await fill(one, clock)
    await ask(one)
    await two.invalidate(TENANT, [ASHA])
    assert await ask(one) == [Missing, Missing]


async def test_the_window_begins_when_the_store_is_asked(one: FacetCache, two: FacetCache, clock: Clock) -> None:
    """Not when a request was served from it: that would put it off for ever."""
    await fill(one, clock)
    await ask(one)
    await two.invalidate(TENANT, [ASHA])
    for _ in range(9):
        clock.step(WINDOW_S / 10)
        await ask(one)
    clock.step(WINDOW_S / 5)
    assert await ask(one) == [Missing, Missing]


async def test_newer_entries_of_others_are_taken_and_not_fetched(
    one: FacetCache, two: FacetCache, store: Mortal, clock: Clock
) -> None:
    await fill(one, clock)
    await ask(one)
    await two.invalidate(TENANT, [ASHA])
    clock.step(WINDOW_S)
    await fill(two, clock, value=False)
    store.forget_calls()
    assert (await known(one, [EXISTENCE()]))[EXISTENCE()] == Fresh(fetched(clock, False))
    assert store.calls == ["multi_get", "multi_get"]
    store.forget_calls()
    assert await ask(one, EXISTENCE()) == [Fresh]
    assert "f" not in store.read()


async def test_who_was_revoked_or_named_anew_elsewhere_is_seen_after_the_window(
    one: FacetCache, two: FacetCache, clock: Clock
) -> None:
    await fill(one, clock)
    await ask(one)
    clock.step(0.1)
    await keep(two, SCOPE, MOBILE, CustomerId("2"), {})
    await two.revoke(NEIGHBOURS[0])
    assert await identified(one, SCOPE, [MOBILE]) == {MOBILE: ASHA}
    clock.step(WINDOW_S)
    assert await identified(one, SCOPE, [MOBILE]) == {MOBILE: "2"}
    await two.revoke(SCOPE)
    clock.step(WINDOW_S)
    assert (glanced(one), await ask(one)) == (None, [Missing, Missing])


async def test_a_flight_is_judged_by_what_the_store_says_now(one: FacetCache, two: FacetCache, clock: Clock) -> None:
    await fill(one, clock)
    await ask(one)
    await two.invalidate(TENANT, [ASHA])
    assert await one.invalidated_since(SCOPE, ASHA, clock.now)


async def test_a_clock_that_is_set_back_ends_the_window(one: FacetCache, clock: Clock) -> None:
    await fill(one, clock)
    await ask(one)
    assert glanced(one) is not None
    clock.step(-3600)
    assert glanced(one) is None
    clock.step(3600.5)
    assert glanced(one) is None


async def test_identities_end_with_their_time_and_not_with_the_window(store: Mortal, clock: Clock) -> None:
    cache = near(store, clock, 60.0)
    await cache.store_nobody(SCOPE, MOBILE, clock.now)
    email = named({"email": "a@b"})
    await keep(cache, SCOPE, email, ASHA, {})
    assert await identified(cache, SCOPE, [MOBILE, email]) == {MOBILE: None, email: ASHA}
    clock.step(NOBODY_FRESH_FOR)
    assert await identified(cache, SCOPE, [MOBILE, email]) == {email: ASHA}
    clock.step(IDENTITY_FRESH_FOR - NOBODY_FRESH_FOR)
    assert await identified(cache, SCOPE, [MOBILE, email]) == {}


# --- a store that is away ---


async def test_while_the_store_is_away_what_is_known_here_is_served_as_long_as_it_may(
    one: FacetCache, store: Mortal, clock: Clock
) -> None:
    await fill(one, clock)
    store.away = True
    clock.step(30)
    assert await identified(one, SCOPE, [MOBILE]) == {MOBILE: ASHA}
    assert await ask(one) == [Fresh, Absent]
    await fill(one, clock, CARDS())
    assert await ask(one, CARDS()) == [Absent]
    clock.step(30)
    assert await identified(one, SCOPE, [MOBILE]) == {MOBILE: ASHA}
    assert await ask(one, *FACETS, CARDS()) == [Stale, Stale, Absent]
    clock.step(30)
    assert await ask(one) == [Missing, Missing]


async def test_what_was_known_to_be_old_stays_old_while_the_store_is_away(
    one: FacetCache, two: FacetCache, store: Mortal, clock: Clock
) -> None:
    await fill(one, clock)
    clock.step(1)
    await two.invalidate(TENANT, [ASHA])
    assert await ask(one) == [Missing, Missing]
    store.away = True
    clock.step(WINDOW_S)
    assert await ask(one) == [Missing, Missing]


async def test_a_slow_moment_of_the_store_is_no_sign_that_nothing_changed(
    one: FacetCache, two: FacetCache, store: Mortal, clock: Clock
) -> None:
    await fill(one, clock)
    await ask(one)
    await two.invalidate(TENANT, [ASHA])
    clock.step(WINDOW_S)
    store.away = True
    assert await ask(one) == [Fresh, Absent]
    store.away = False
    assert await ask(one) == [Missing, Missing]


async def test_a_store_that_forgot_an_invalidation_does_not_undo_it(
    one: FacetCache, store: Mortal, clock: Clock
) -> None:
    await fill(one, clock)
    await one.invalidate(TENANT, [ASHA])
    await store.clear()
    assert await ask(one) == [Missing, Missing]


# --- callers' own credentials, and scopes ---


async def test_who_asks_with_their_own_credential_is_never_answered_without_asking(
    one: FacetCache, store: Mortal, clock: Clock
) -> None:
    await fill(one, clock, scope=PASSING)
    store.forget_calls()
    for _ in range(2):
        assert glanced(one, scope=PASSING) is None
        assert await ask(one, scope=PASSING) == [Fresh, Absent]
    assert (store.calls, "f" in store.read()) == (["multi_get"] * 4, False)
    store.away = True
    assert await ask(one, scope=PASSING) == [Missing, Missing]


async def test_a_credential_that_was_not_accepted_lately_sees_nothing(store: Mortal, clock: Clock) -> None:
    one = near(store, clock)
    await keep(one, PASSING, MOBILE, ASHA, {STATUS(): Entry(None, clock.now, LIFE, Endpoint.V2)})
    clock.step(59)
    assert await ask(one, STATUS(), scope=PASSING) == [Absent]
    clock.step(2)
    store.forget_calls()
    assert await kinds(one, [STATUS()], scope=PASSING) == [Missing]
    assert store.calls == ["multi_get"]


async def test_an_invalidation_reaches_every_scope_of_the_tenant_here_and_no_other(
    one: FacetCache, clock: Clock
) -> None:
    for scope in (SCOPE, *NEIGHBOURS, STRANGER):
        await fill(one, clock, scope=scope)
        await ask(one, scope=scope)
    await one.invalidate(TENANT, [ASHA])
    for scope in (SCOPE, *NEIGHBOURS):
        assert (glanced(one, scope=scope), await ask(one, scope=scope)) == (None, [Missing, Missing])
    assert glanced(one, scope=STRANGER) is not None


words = st.sampled_from(["", "a", "ab", "b", "a:b"])
scopes = st.builds(Scope, words, words, words, words)
facets = st.sampled_from([EXISTENCE(), STATUS(), GAP_TO_RENEW(days=0), GAP_TO_RENEW(days=30)])
ids = st.sampled_from(["1", "11", "2"]).map(CustomerId)
people = st.sampled_from(["1", "11", "2"]).map(lambda value: Address((Identifier(IdentifierKind.MOBILE, value),)))


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), scopes, people, ids, facets), max_size=20), st.sampled_from([0, 4000, 10**6])
)
async def test_every_scope_sees_its_own_entries_and_no_others_at_each_replica(
    used: list[tuple[int, Scope, Address, CustomerId, Facet]], bytes_: int
) -> None:
    clock = Clock()
    store = MemoryStore(max_bytes=10**6, clock=clock)
    replicas = [near(store, clock, bytes_=bytes_) for _ in range(2)]
    stored: set[tuple[Any, ...]] = set()
    for replica, scope, who, customer, what in used:
        await keep(replicas[replica], scope, who, customer, {what: fetched(clock, what == EXISTENCE() or None)})
        stored.add((scope, customer, what))
    for scope in {scope for _, scope, *_ in used}:
        for _, _, who, customer, what in used:
            for cache in replicas:
                state = (await cache.lookup(scope, {customer: [what]}))[customer].facets[what]
                assert isinstance(state, Fresh | Absent) == ((scope, customer, what) in stored)
                found = cache.glance(scope, who, [])
                assert found is None or (scope, found.customer, EXISTENCE()) in stored


async def test_no_room_here_changes_no_answer(store: Mortal, clock: Clock) -> None:
    cache = near(store, clock, bytes_=1)
    await fill(cache, clock)
    assert await ask(cache) == [Fresh, Absent]
    await cache.invalidate(TENANT, [ASHA])
    assert await ask(cache) == [Missing, Missing]

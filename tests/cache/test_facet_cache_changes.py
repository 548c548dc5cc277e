"""The facet cache: nothing from before a change, no matter by whom it is known; and who is fetching what."""

import pytest

from gateway.cache.entries import Entry, Fresh, Missing
from gateway.cache.facet_cache import FacetCache
from gateway.context import Scope
from gateway.facets.catalog import CARDS, CATALOG, EXISTENCE, GAP_TO_RENEW
from gateway.facets.facet import CustomerId, Endpoint, IdentifierKind
from tests.cache.support import (
    ASHA,
    MOBILE,
    NEIGHBOURS,
    SCOPE,
    STRANGER,
    TENANT,
    Recording,
    cache_over,
    card,
    fetched,
    identified,
    keep,
    kinds,
    named,
)
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Recording:
    return Recording(clock)


@pytest.fixture
def cache(store: Recording, clock: Clock) -> FacetCache:
    return cache_over(store, clock)


# --- invalidation ---


async def fill(cache: FacetCache, clock: Clock, *scopes: Scope, customer: CustomerId = ASHA) -> None:
    for scope in scopes:
        await keep(cache, scope, MOBILE, customer, {EXISTENCE(): fetched(clock)})


async def test_an_invalidation_reaches_every_scope_of_the_tenant_and_no_other(cache: FacetCache, clock: Clock) -> None:
    await fill(cache, clock, SCOPE, *NEIGHBOURS, STRANGER)
    await cache.invalidate(TENANT, [ASHA])
    for scope in (SCOPE, *NEIGHBOURS):
        assert await kinds(cache, [EXISTENCE()], scope=scope) == [Missing]
    assert await kinds(cache, [EXISTENCE()], scope=STRANGER) == [Fresh]


async def test_an_invalidation_is_of_the_customers_it_names(cache: FacetCache, clock: Clock) -> None:
    others = [CustomerId(text) for text in ("2", "3", "10000000", "1000000011")]
    for customer in (ASHA, *others):
        await fill(cache, clock, SCOPE, customer=customer)
    await cache.invalidate(TENANT, [ASHA, others[0]])
    assert [await kinds(cache, [EXISTENCE()], one) for one in (ASHA, *others)] == [[Missing]] * 2 + [[Fresh]] * 3


async def test_what_is_fetched_after_an_invalidation_is_served_again(cache: FacetCache, clock: Clock) -> None:
    before = fetched(clock)
    clock.step(1)
    await cache.invalidate(TENANT, [ASHA])
    await keep(cache, SCOPE, MOBILE, ASHA, {EXISTENCE(): before})  # a call that began before, and landed after
    assert await kinds(cache, [EXISTENCE()]) == [Missing]
    clock.step(0.001)
    await fill(cache, clock, SCOPE)
    assert await kinds(cache, [EXISTENCE()]) == [Fresh]


async def test_where_clocks_may_differ_an_invalidation_takes_a_little_more(store: Recording, clock: Clock) -> None:
    cache = cache_over(store, clock, skew_s=2.0)
    await cache.invalidate(TENANT, [ASHA], nobodies=True)
    for seconds, state in ((1.9, Missing), (0.1, Missing), (0.1, Fresh)):
        clock.step(seconds)
        await fill(cache, clock, SCOPE)
        assert await kinds(cache, [EXISTENCE()]) == [state]
        assert await cache.invalidated_since(SCOPE, ASHA, clock.now) == (state is Missing)


async def test_an_invalidation_outlives_everything_that_it_is_about(cache: FacetCache, clock: Clock) -> None:
    """Else what it made old would be served again when it is forgotten."""
    entry = Entry(True, clock.now, CATALOG["EXISTENCE"].lifetime, Endpoint.V2)
    await keep(cache, SCOPE, MOBILE, ASHA, {EXISTENCE(): entry})
    await cache.invalidate(TENANT, [ASHA])
    while clock.now < entry.fetched_at + entry.lifetime.whole + 10:
        clock.step(30)
        assert (await cache.lookup(SCOPE, {ASHA: [EXISTENCE()]}))[ASHA].facets == {EXISTENCE(): Missing()}


async def test_what_was_fetched_when_is_told_from_what_was_invalidated_since(cache: FacetCache, clock: Clock) -> None:
    assert not await cache.invalidated_since(SCOPE, ASHA, 0.0)
    await cache.invalidate(TENANT, [ASHA])
    for scope in (SCOPE, *NEIGHBOURS):
        assert await cache.invalidated_since(scope, ASHA, clock.now - 1)
        assert await cache.invalidated_since(scope, ASHA, clock.now)
        assert not await cache.invalidated_since(scope, ASHA, clock.now + 1)
    assert not await cache.invalidated_since(SCOPE, CustomerId("2"), clock.now - 1)
    assert not await cache.invalidated_since(STRANGER, ASHA, clock.now - 1)


async def test_everybody_not_found_is_asked_for_again_after_an_event_that_adds(cache: FacetCache, clock: Clock) -> None:
    email = named({"email": "a@b"})
    for scope in (SCOPE, NEIGHBOURS[0], STRANGER):
        await cache.store_nobody(scope, MOBILE, clock.now)
        await keep(cache, scope, email, ASHA, {})
    clock.step(1)
    await cache.invalidate(TENANT, [CustomerId("9")])
    assert await identified(cache, SCOPE, [MOBILE, email]) == {MOBILE: None, email: ASHA}
    await cache.invalidate(TENANT, [], nobodies=True)
    assert await identified(cache, SCOPE, [MOBILE, email]) == {email: ASHA}
    assert await identified(cache, NEIGHBOURS[0], [MOBILE, email]) == {email: ASHA}
    assert await identified(cache, STRANGER, [MOBILE, email]) == {MOBILE: None, email: ASHA}
    await cache.store_nobody(SCOPE, MOBILE, clock.now - 0.5)  # of a call that began before the event
    assert await identified(cache, SCOPE, [MOBILE]) == {}


async def test_a_refused_credential_sees_nothing_of_what_it_saw_and_others_all(cache: FacetCache, clock: Clock) -> None:
    await fill(cache, clock, SCOPE, *NEIGHBOURS, STRANGER)
    await cache.revoke(SCOPE)
    assert await kinds(cache, [EXISTENCE()]) == [Missing]
    assert await identified(cache, SCOPE, [MOBILE]) == {}
    assert await cache.invalidated_since(SCOPE, ASHA, clock.now)
    for scope in (*NEIGHBOURS, STRANGER):
        assert await kinds(cache, [EXISTENCE()], scope=scope) == [Fresh]
        assert await identified(cache, scope, [MOBILE]) == {MOBILE: ASHA}


async def test_a_credential_that_is_accepted_again_sees_what_it_fetches_from_then_on(
    cache: FacetCache, clock: Clock
) -> None:
    await cache.revoke(SCOPE)
    clock.step(1)
    await fill(cache, clock, SCOPE)
    assert await kinds(cache, [EXISTENCE()]) == [Fresh]
    assert await identified(cache, SCOPE, [MOBILE]) == {MOBILE: ASHA}


# --- whom an identifier was seen to name ---


async def test_identifiers_and_cards_lead_to_their_customer_from_every_scope_of_the_tenant(
    cache: FacetCache, clock: Clock
) -> None:
    held = {CARDS(): fetched(clock, [card("CAPD1"), card("CAPD2")])}
    await keep(cache, SCOPE, MOBILE, ASHA, held)
    await keep(cache, NEIGHBOURS[0], named({"email": "a@b"}), CustomerId("2"), {CARDS(): fetched(clock, None)})
    seen = {
        (IdentifierKind.MOBILE, "+91 9800000001"): {ASHA},
        (IdentifierKind.CARD_NUMBER, "CAPD1"): {ASHA},
        (IdentifierKind.CARD_NUMBER, "CAPD2"): {ASHA},
        (IdentifierKind.CARD_NUMBER, "CAPD3"): set(),
        (IdentifierKind.CARD_EXTERNAL_ID, "CAPD1"): set(),
        (IdentifierKind.EMAIL, "A@b"): {"2"},
    }
    for (kind, value), customers in seen.items():
        assert await cache.named(TENANT, kind, [value]) == customers
        assert await cache.named(STRANGER.tenant, kind, [value]) == frozenset()
    assert await cache.named(TENANT, IdentifierKind.CARD_NUMBER, ["CAPD1", "x", "CAPD2"]) == {ASHA}


async def test_who_an_identifier_names_is_known_as_long_as_there_may_be_entries(
    cache: FacetCache, clock: Clock
) -> None:
    """The identity lasts a minute; what it brought lasts longer, and must be found to be made old."""
    entry = Entry([card("CAPD1")], clock.now, CATALOG["CARDS"].lifetime, Endpoint.V2)
    await keep(cache, SCOPE, MOBILE, ASHA, {CARDS(): entry})
    clock.step(entry.lifetime.whole)
    assert await cache.named(TENANT, IdentifierKind.MOBILE, ["919800000001"]) == {ASHA}
    assert await cache.named(TENANT, IdentifierKind.CARD_NUMBER, ["CAPD1"]) == {ASHA}


# --- leases ---


async def test_one_replica_holds_a_lease_and_others_see_what_it_brings(store: Recording, clock: Clock) -> None:
    one, another = cache_over(store, clock), cache_over(store, clock)
    promised = frozenset({EXISTENCE(), GAP_TO_RENEW(days=3)})
    assert await another.leased(SCOPE, MOBILE) is None
    lease = await one.lease(SCOPE, MOBILE, promised, 2.0)
    assert lease is not None
    assert await another.lease(SCOPE, MOBILE, promised, 2.0) is None
    assert await another.leased(SCOPE, MOBILE) == promised
    await one.release(SCOPE, MOBILE, lease)
    assert await another.leased(SCOPE, MOBILE) is None
    assert await another.lease(SCOPE, MOBILE, promised, 2.0) is not None


async def test_a_lease_ends_by_itself_and_is_not_given_back_for_another(store: Recording, clock: Clock) -> None:
    one, another = cache_over(store, clock), cache_over(store, clock)
    died = await one.lease(SCOPE, MOBILE, [], 2.0)
    assert died is not None
    clock.step(2.0)
    held = await another.lease(SCOPE, MOBILE, [], 2.0)
    assert held is not None
    await one.release(SCOPE, MOBILE, died)
    assert await one.leased(SCOPE, MOBILE) == frozenset()


async def test_leases_are_of_one_scope_and_one_name(cache: FacetCache) -> None:
    names = [MOBILE, named({"email": "a@b"}), (ASHA, "INSTORE", ""), (ASHA, "WECHAT", "main"), (ASHA, "WECHAT", "")]
    for scope in (SCOPE, *NEIGHBOURS, STRANGER):
        for name in names:
            assert await cache.lease(scope, name, [], 2.0) is not None

"""The facet cache: nobody's identifier in a key, and nobody else's entries in an answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.entries import Absent, Fresh, Missing
from gateway.cache.facet_cache import FacetCache
from gateway.cache.memory import MemoryStore
from gateway.context import Scope
from gateway.facets.catalog import CARDS, CATALOG, EXISTENCE, GAP_TO_RENEW, STATUS
from gateway.facets.facet import Address, CustomerId, Identifier, IdentifierKind, Source
from tests.cache.support import (
    ASHA,
    MOBILE,
    SCOPE,
    SECRET,
    TENANT,
    Recording,
    cache_over,
    card,
    dual,
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


# --- nobody's data in a key ---

VALUES = ("919800000001", "asha.rao@example.com", "EXT-0001", "CAPD0000000101", "wallet-0101", "oWx-sandbox-0016")
ADDRESSES = [
    named({"mobile": VALUES[0]}),
    named({"email": VALUES[1]}),
    named({"externalId": VALUES[2]}),
    named({"cardNumber": VALUES[3]}),
    named({"cardExternalId": VALUES[4]}),
    named({"wechat": VALUES[5]}, Source.WECHAT, "main"),
    named(dual((IdentifierKind.MOBILE, VALUES[0]), (IdentifierKind.EMAIL, VALUES[1]))),
]


async def test_no_identifier_and_no_credential_is_in_a_key(cache: FacetCache, store: Recording, clock: Clock) -> None:
    everything = {kind(): fetched(clock, None) for kind in CATALOG.values() if kind.unasked}
    await identified(cache, SCOPE, ADDRESSES)
    for one in ADDRESSES:
        await keep(cache, SCOPE, one, ASHA, everything | {CARDS(): fetched(clock, [card(VALUES[3])])})
        await cache.store_nobody(SCOPE, one, clock.now)
        await cache.lookup(SCOPE, {ASHA: everything})
        assert await cache.lease(SCOPE, one, everything, 5)
        await cache.named(TENANT, one.identifiers[0].kind, [one.identifiers[0].value])
    await cache.lease(SCOPE, (ASHA, "INSTORE", "main"), everything, 5)
    await cache.invalidate(TENANT, [ASHA], nobodies=True)
    await cache.revoke(SCOPE)
    await cache.first_time(TENANT, VALUES[0])
    assert {key.partition(":")[0] for key in store.keys} == {"f", "i", "c", "g", "n", "r", "li", "o"}
    secrets = (*VALUES, ASHA, SCOPE.principal, "till.one", "0123456789abcdef", TENANT, "store-7", SECRET.decode())
    assert [(key, secret) for key in store.keys for secret in secrets if secret.lower() in key.lower()] == []


async def test_values_hold_no_identifier_but_the_customers_own_data(
    cache: FacetCache, store: Recording, clock: Clock
) -> None:
    for one in ADDRESSES:
        await keep(cache, SCOPE, one, ASHA, {EXISTENCE(): fetched(clock)})
        await cache.store_nobody(SCOPE, one, clock.now)
        await cache.lease(SCOPE, one, [EXISTENCE()], 5)
    secrets = [text.encode() for text in (*VALUES, SCOPE.principal, TENANT, SECRET.decode())]
    assert [value for value, _ in store.kept.values() for secret in secrets if secret in value] == []


async def test_without_the_secret_nobody_can_tell_a_key(clock: Clock) -> None:
    """The space of mobile numbers is small: an unkeyed hash of one is as good as the number."""
    hashes = []
    for secret in (b"one", b"another"):
        store = Recording(clock)
        cache = cache_over(store, clock, secret=secret)
        await keep(cache, SCOPE, ADDRESSES[0], ASHA, {EXISTENCE(): fetched(clock)})
        await cache.invalidate(TENANT, [ASHA], nobodies=True)
        hashes += [key.partition(":")[2] for key in store.keys]
    assert len(hashes) == len(set(hashes)) == 10
    assert all(len(part) == 32 for part in hashes)


async def test_two_processes_of_one_secret_share_what_they_know(store: Recording, clock: Clock) -> None:
    await keep(cache_over(store, clock), SCOPE, MOBILE, ASHA, {EXISTENCE(): fetched(clock)})
    other = cache_over(store, clock)
    assert await identified(other, SCOPE, [MOBILE]) == {MOBILE: ASHA}
    assert await kinds(other, [EXISTENCE()]) == [Fresh]


async def test_processes_of_different_secrets_share_nothing(cache: FacetCache, store: Recording, clock: Clock) -> None:
    await keep(cache, SCOPE, MOBILE, ASHA, {EXISTENCE(): fetched(clock)})
    other = cache_over(store, clock, secret=b"another")
    assert await kinds(other, [EXISTENCE()]) == [Missing]
    assert await identified(other, SCOPE, [MOBILE]) == {}
    assert await other.named(TENANT, IdentifierKind.MOBILE, [VALUES[0]]) == frozenset()
    await other.invalidate(TENANT, [ASHA])
    assert await kinds(cache, [EXISTENCE()]) == [Fresh]


# --- scopes ---

words = st.sampled_from(["", "a", "b", "ab", "ba", "a:b", "a\0", "\0b", "zh"])
scopes = st.builds(Scope, words, words, words, words)
facets = st.sampled_from([EXISTENCE(), STATUS(), GAP_TO_RENEW(days=0), GAP_TO_RENEW(days=30)])
ids = st.sampled_from(["1", "11", "2"]).map(CustomerId)
people = st.sampled_from(["1", "11", "2"]).map(lambda value: Address((Identifier(IdentifierKind.MOBILE, value),)))
uses = st.lists(st.tuples(scopes, people, ids, facets), max_size=20)


@given(uses)
async def test_every_scope_sees_its_own_entries_and_no_others(
    used: list[tuple[Scope, Address, CustomerId, Any]],
) -> None:
    clock = Clock()
    cache = cache_over(MemoryStore(max_bytes=10**6, clock=clock), clock)
    stored: set[tuple[Any, ...]] = set()
    remembered: dict[tuple[Scope, Address], str] = {}
    for scope, who, customer, what in used:
        await keep(cache, scope, who, customer, {what: fetched(clock, what == EXISTENCE() or None)})
        stored.add((scope, customer, what))
        remembered[(scope, who)] = customer
    for scope in {scope for scope, *_ in used}:
        for _, who, customer, what in used:
            assert (await identified(cache, scope, [who])).get(who) == remembered.get((scope, who))
            state = (await cache.lookup(scope, {customer: [what]}))[customer].facets[what]
            assert isinstance(state, Fresh | Absent) == ((scope, customer, what) in stored)

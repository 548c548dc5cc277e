"""The facet cache: what is kept comes back, under any spelling, as long as it may, and spoilt bytes never do."""

from datetime import UTC

import pytest

from gateway.cache.entries import Absent, Entry, Fresh, Missing, Stale
from gateway.cache.facet_cache import FacetCache
from gateway.cache.local import LocalRecords
from gateway.cache.memory import MemoryStore
from gateway.cache.stamps import IDENTITY_FRESH_FOR, NOBODY_FRESH_FOR
from gateway.facets.catalog import CARDS, CATALOG, EXISTENCE, GAP_TO_RENEW, PERSON, STATUS
from gateway.facets.facet import Address, CustomerId, Endpoint, IdentifierKind, Source
from gateway.facets.kind import Lifetime
from gateway.facets.page import Page
from gateway.model.profile import Person
from tests.cache.support import (
    ASHA,
    LIFE,
    MOBILE,
    SCOPE,
    TENANT,
    Recording,
    brought,
    cache_over,
    dual,
    fetched,
    identified,
    keep,
    kinds,
    known,
    named,
)
from tests.support.clock import Clock

BY_ID = named({"id": ASHA})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Recording:
    return Recording(clock)


@pytest.fixture
def cache(store: Recording, clock: Clock) -> FacetCache:
    return cache_over(store, clock)


# --- facets ---


async def test_what_is_stored_is_found(cache: FacetCache, clock: Clock) -> None:
    person = Person(first_name="Asha", last_name="Rao", mobile=None, email=None, external_id=None)
    entries = {PERSON(): fetched(clock, person), STATUS(): fetched(clock, None)}
    await keep(cache, SCOPE, MOBILE, ASHA, entries)
    assert await known(cache, [PERSON(), CARDS(), STATUS()]) == {
        PERSON(): Fresh(entries[PERSON()]),
        CARDS(): Missing(),
        STATUS(): Absent(entries[STATUS()]),
    }


async def test_an_entry_is_kept_for_what_is_left_of_its_whole_life(
    cache: FacetCache, store: Recording, clock: Clock
) -> None:
    entry = fetched(clock)
    clock.step(7)
    await keep(cache, SCOPE, MOBILE, ASHA, {EXISTENCE(): entry})
    assert [ttl for key, (_, ttl) in store.kept.items() if key.startswith("f:")] == [60 + 600 - 7]


async def test_an_entry_whose_life_is_over_is_not_kept(cache: FacetCache, store: Recording, clock: Clock) -> None:
    entry = fetched(clock)
    clock.step(660)
    await keep(cache, SCOPE, MOBILE, ASHA, {EXISTENCE(): entry})
    assert [key for key in store.kept if key.startswith("f:")] == []


async def test_an_entry_goes_through_its_states_as_time_passes(cache: FacetCache, clock: Clock) -> None:
    entry = fetched(clock)
    await keep(cache, SCOPE, MOBILE, ASHA, {EXISTENCE(): entry})
    found = []
    for seconds in (59.9, 0.2, 29.8, 0.2, 569.8, 0.2):
        clock.step(seconds)
        found.append((await known(cache, [EXISTENCE()]))[EXISTENCE()])
    assert found == [Fresh(entry), Stale(entry), Stale(entry), Missing(entry), Missing(entry), Missing()]


async def test_an_entry_says_when_its_call_began_and_how_long_it_took(cache: FacetCache) -> None:
    part = cache.part(Page(Endpoint.V1, b"{}", UTC), brought(Endpoint.V1, EXISTENCE()), 100.0, 100.5)
    assert part.entry(EXISTENCE()) == Entry(True, 100.0, CATALOG["EXISTENCE"].lifetime, Endpoint.V1, took_s=0.5)


async def test_a_lifetime_may_be_set(store: Recording, clock: Clock) -> None:
    cache = cache_over(store, clock, lifetimes={"STATUS": LIFE})
    part = cache.part(Page(Endpoint.V2, b"{}", UTC), brought(Endpoint.V2, STATUS(), CARDS()), 1.0, 2.0)
    assert [entry.lifetime for facet in (STATUS(), CARDS()) if (entry := part.entry(facet))] == [
        LIFE,
        CATALOG["CARDS"].lifetime,
    ]


async def test_a_small_draw_finds_a_slow_fetch_stale_before_its_time(store: Recording, clock: Clock) -> None:
    slow = Entry(True, clock.now, LIFE, Endpoint.V2, took_s=1.0)
    await keep(cache_over(store, clock), SCOPE, MOBILE, ASHA, {EXISTENCE(): slow})
    clock.step(55)
    assert await kinds(cache_over(store, clock), [EXISTENCE()]) == [Fresh]
    assert await kinds(cache_over(store, clock, draw=lambda: 1e-3), [EXISTENCE()]) == [Stale]


async def test_every_facet_draws_for_itself(store: Recording, clock: Clock) -> None:
    slow = Entry(True, clock.now, LIFE, Endpoint.V2, took_s=1.0)
    draws = iter([1.0, 1e-3, 1.0])
    cache = cache_over(store, clock, draw=lambda: next(draws))
    facets = [GAP_TO_RENEW(days=days) for days in (1, 2, 3)]
    await keep(cache, SCOPE, MOBILE, ASHA, dict.fromkeys(facets, Entry([], slow.fetched_at, LIFE, Endpoint.V2, 1.0)))
    clock.step(55)
    assert await kinds(cache, facets) == [Fresh, Stale, Fresh]


async def test_a_request_that_accepts_less_age_finds_less(cache: FacetCache, clock: Clock) -> None:
    await keep(cache, SCOPE, MOBILE, ASHA, {EXISTENCE(): fetched(clock)})
    clock.step(10)
    assert (await cache.lookup(SCOPE, {ASHA: [EXISTENCE()]}, 9.0))[ASHA].facets == {EXISTENCE(): Missing()}
    assert isinstance((await cache.lookup(SCOPE, {ASHA: [EXISTENCE()]}, 10.0))[ASHA].facets[EXISTENCE()], Fresh)
    assert await identified(cache, SCOPE, [MOBILE], 9.0) == {}
    assert await identified(cache, SCOPE, [MOBILE], 10.0) == {MOBILE: ASHA}


async def test_facets_with_different_arguments_are_different_entries(cache: FacetCache, clock: Clock) -> None:
    await keep(cache, SCOPE, MOBILE, ASHA, {GAP_TO_RENEW(days=3): fetched(clock, [])})
    asked = [GAP_TO_RENEW(days=3), GAP_TO_RENEW(days=30), GAP_TO_RENEW(days=0)]
    assert await kinds(cache, asked) == [Fresh, Missing, Missing]


async def test_customers_whose_ids_begin_alike_are_different(cache: FacetCache, clock: Clock) -> None:
    await keep(cache, SCOPE, MOBILE, CustomerId("10"), {EXISTENCE(): fetched(clock)})
    for other in ("1", "100", "0", ""):
        assert await kinds(cache, [EXISTENCE()], CustomerId(other)) == [Missing]


async def test_a_profile_is_kept_apart_by_source_and_account(cache: FacetCache, clock: Clock) -> None:
    wechat = named({"wechat": "o1"}, Source.WECHAT, "main")
    asked = [
        PERSON.of(wechat),
        PERSON.of(named({"wechat": "o1"}, Source.WECHAT, "other")),
        PERSON.of(named({"wechat": "o1"}, Source.LINE, "main")),
        PERSON.of(named({"wechat": "o1"})),
    ]
    await keep(cache, SCOPE, wechat, ASHA, {PERSON.of(wechat): fetched(clock, None)})
    assert await kinds(cache, asked) == [Absent, Missing, Missing, Missing]


SPOILT = [b"", b"\xc1 not msgpack", b"\x00", b"\x92\x01\x02", b"\xff" * 40]


@pytest.mark.parametrize("spoilt", SPOILT)
async def test_spoilt_bytes_are_missing(cache: FacetCache, store: Recording, clock: Clock, spoilt: bytes) -> None:
    await keep(cache, SCOPE, MOBILE, ASHA, {EXISTENCE(): fetched(clock)})
    await cache.invalidate(TENANT, [CustomerId("2")], nobodies=True)
    assert await cache.lease(SCOPE, MOBILE, [], 5)
    store.spoil = lambda _: spoilt
    assert await kinds(cache, [EXISTENCE()]) == [Missing]
    assert await identified(cache, SCOPE, [MOBILE]) == {}
    assert await cache.named(TENANT, IdentifierKind.MOBILE, ["919800000001"]) == frozenset()
    assert await cache.leased(SCOPE, MOBILE) is None
    assert not await cache.invalidated_since(SCOPE, CustomerId("2"), clock.now)


# --- round trips ---


async def test_asking_for_nothing_asks_the_store_nothing(cache: FacetCache, store: Recording) -> None:
    assert await cache.lookup(SCOPE, {}) == {}
    assert await identified(cache, SCOPE, []) == {}
    assert await cache.named(TENANT, IdentifierKind.MOBILE, []) == frozenset()
    await cache.invalidate(TENANT, [])
    assert store.calls == []


async def test_any_number_of_customers_and_facets_is_one_round_trip(
    cache: FacetCache, store: Recording, clock: Clock
) -> None:
    many = [CustomerId(str(number)) for number in range(20)]
    await cache.lookup(SCOPE, dict.fromkeys(many, (EXISTENCE(), STATUS(), CARDS())))
    await cache.identify(SCOPE, [named({"mobile": number}) for number in many])
    assert store.calls == ["multi_get", "multi_get"]
    store.calls.clear()
    await keep(cache, SCOPE, MOBILE, ASHA, {EXISTENCE(): fetched(clock), STATUS(): fetched(clock, None)})
    assert store.calls == ["multi_put"]
    store.calls.clear()
    await cache.invalidate(TENANT, many, nobodies=True)
    assert store.calls == ["put_surely"]


async def test_many_customers_each_get_their_own(cache: FacetCache, clock: Clock) -> None:
    many = [CustomerId(str(number)) for number in range(5)]
    for number, customer in enumerate(many):
        if number % 2:
            await keep(cache, SCOPE, named({"id": customer}), customer, {GAP_TO_RENEW(days=number): fetched(clock, [])})
    await cache.invalidate(TENANT, [many[3]])
    found = await cache.lookup(
        SCOPE, {customer: [EXISTENCE(), GAP_TO_RENEW(days=number)] for number, customer in enumerate(many)}
    )
    assert [[type(state) for state in found[customer].facets.values()] for customer in many] == [
        [Missing, Missing],
        [Missing, Fresh],
        [Missing, Missing],
        [Missing, Missing],
        [Missing, Missing],
    ]


# --- identities ---

SAME = [
    ({"mobile": "919800000001"}, {"mobile": "+919800000001"}),
    ({"mobile": "919800000001"}, {"mobile": " +91 98000-00001 "}),
    ({"mobile": "919800000001"}, {"mobile": "(91)9800.000.001"}),
    ({"email": "asha@example.com"}, {"email": "ASHA@Example.COM"}),
    ({"email": "asha@example.com"}, {"email": " asha@example.com"}),
    ({"externalId": "X1"}, {"externalId": " X1 "}),
    ({"id": "7"}, {"id": "007"}),
]


@pytest.mark.parametrize(("kept", "asked"), SAME)
async def test_two_spellings_of_an_identifier_name_one_customer(
    cache: FacetCache, kept: dict[str, str], asked: dict[str, str]
) -> None:
    await keep(cache, SCOPE, named(kept), ASHA, {})
    assert await identified(cache, SCOPE, [named(asked)]) == {named(asked): ASHA}


DIFFERENT = [
    (named({"mobile": "919800000001"}), named({"mobile": "9800000001"})),
    (named({"externalId": "X1"}), named({"externalId": "x1"})),
    (named({"externalId": "919800000001"}), named({"mobile": "919800000001"})),
    (named({"cardNumber": "C1"}), named({"cardExternalId": "C1"})),
    (named({"email": "a@b"}), named({"email": "a@b"}, Source.WEBSITE)),
    (named({"email": "a@b"}, Source.WEBSITE, "1"), named({"email": "a@b"}, Source.WEBSITE, "2")),
    (named({"email": "a@b"}, Source.WEBSITE, "1"), named({"email": "a@b"}, Source.WEBSITE)),
    (named({"mobile": "1"}), named(dual((IdentifierKind.MOBILE, "1"), (IdentifierKind.EMAIL, "a@b")))),
    (
        named(dual((IdentifierKind.EXTERNAL_ID, "a"), (IdentifierKind.CARD_NUMBER, "b"))),
        named(dual((IdentifierKind.EXTERNAL_ID, "b"), (IdentifierKind.CARD_NUMBER, "a"))),
    ),
]


@pytest.mark.parametrize(("kept", "asked"), [*DIFFERENT, *((two, one) for one, two in DIFFERENT)], ids=str)
async def test_an_identifier_names_nobody_elsewhere(cache: FacetCache, kept: Address, asked: Address) -> None:
    await keep(cache, SCOPE, kept, ASHA, {})
    assert await identified(cache, SCOPE, [asked]) == {}


async def test_an_identity_is_short_lived(cache: FacetCache, clock: Clock) -> None:
    await keep(cache, SCOPE, MOBILE, ASHA, {EXISTENCE(): fetched(clock)})
    clock.step(IDENTITY_FRESH_FOR - 0.1)
    assert await identified(cache, SCOPE, [MOBILE]) == {MOBILE: ASHA}
    clock.step(0.1)
    assert await identified(cache, SCOPE, [MOBILE]) == {}
    assert min(kind.fresh_for for kind in CATALOG.values()) >= IDENTITY_FRESH_FOR


async def test_a_new_customer_of_an_identifier_replaces_the_old_one(cache: FacetCache) -> None:
    await keep(cache, SCOPE, MOBILE, ASHA, {})
    await keep(cache, SCOPE, MOBILE, CustomerId("2"), {})
    assert await identified(cache, SCOPE, [MOBILE]) == {MOBILE: "2"}


async def test_that_an_identifier_names_nobody_is_known_briefly(cache: FacetCache, clock: Clock) -> None:
    await cache.store_nobody(SCOPE, MOBILE, clock.now)
    clock.step(NOBODY_FRESH_FOR - 0.1)
    assert await identified(cache, SCOPE, [MOBILE]) == {MOBILE: None}
    clock.step(0.1)
    assert await identified(cache, SCOPE, [MOBILE]) == {}


async def test_who_was_found_is_not_nobody_any_more(cache: FacetCache, clock: Clock) -> None:
    await cache.store_nobody(SCOPE, MOBILE, clock.now)
    await keep(cache, SCOPE, MOBILE, ASHA, {})
    assert await identified(cache, SCOPE, [MOBILE]) == {MOBILE: ASHA}


async def test_several_identifiers_are_known_each_for_itself(cache: FacetCache, clock: Clock) -> None:
    email, card = named({"email": "a@b"}), named({"cardNumber": "C1"})
    await keep(cache, SCOPE, MOBILE, ASHA, {})
    await cache.store_nobody(SCOPE, card, clock.now)
    assert await identified(cache, SCOPE, [MOBILE, email, card]) == {MOBILE: ASHA, card: None}


async def test_of_a_customer_asked_for_by_id_one_item_is_kept_in_this_process(clock: Clock) -> None:
    memory = MemoryStore(max_bytes=10**7, clock=clock)
    cache = cache_over(memory, clock, local=LocalRecords(memory))
    await keep(cache, SCOPE, BY_ID, ASHA, {EXISTENCE(): fetched(clock)})
    assert memory.entries == 1
    found = cache.glance(SCOPE, BY_ID, [])
    assert found is not None
    assert (found.customer, found.merged_from) == (ASHA, ())


async def test_an_id_that_named_somebody_else_names_itself_again_when_it_does(clock: Clock) -> None:
    memory = MemoryStore(max_bytes=10**7, clock=clock)
    cache = cache_over(memory, clock, local=LocalRecords(memory))
    for before in (None, CustomerId("2")):
        if before is None:
            await cache.store_nobody(SCOPE, BY_ID, clock.now)
        else:
            await keep(cache, SCOPE, BY_ID, before, {EXISTENCE(): fetched(clock)})
        assert await identified(cache, SCOPE, [BY_ID]) == {BY_ID: before}
        await keep(cache, SCOPE, BY_ID, ASHA, {EXISTENCE(): fetched(clock)})
        found = cache.glance(SCOPE, BY_ID, [])
        assert found is not None
        assert found.customer == ASHA


async def test_replicas_are_told_that_an_id_names_itself(cache: FacetCache, clock: Clock) -> None:
    await keep(cache, SCOPE, BY_ID, ASHA, {EXISTENCE(): fetched(clock)})
    assert await identified(cache, SCOPE, [BY_ID]) == {BY_ID: ASHA}


# --- things done once ---


async def test_something_is_done_for_the_first_time_once(cache: FacetCache) -> None:
    assert await cache.first_time("a", "b")
    assert not await cache.first_time("a", "b")
    assert await cache.first_time("ab", "")
    await cache.not_yet("a", "b")
    assert await cache.first_time("a", "b")


@pytest.mark.parametrize("whole", [Lifetime(1.0, 2.0, 3.0), Lifetime(1.0, 3.0, 2.0)], ids=str)
def test_a_whole_life_is_the_longer_way_to_its_end(whole: Lifetime) -> None:
    assert whole.whole == 4.0

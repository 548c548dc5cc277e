"""The facet cache: nobody's identifier in a key, nobody else's entries in an answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.entries import Absent, Entry, Fresh, Missing
from gateway.cache.facet_cache import IDENTITY_FRESH_FOR, FacetCache
from gateway.cache.stores import MemoryStore
from gateway.context import Scope
from gateway.facets.addresses import address as read_address
from gateway.facets.catalog import CARDS, CATALOG, EXISTENCE, GAP_TO_RENEW, PERSON, STATUS
from gateway.facets.facet import Address, CustomerId, Endpoint, Identifier, IdentifierKind, Source
from gateway.model.profile import Person

SECRET = b"of this deployment"
SCOPE = Scope("https://up.example", "basic:till.one:0123456789abcdef", "store-7", "zh")
ASHA = CustomerId("100000001")


class Recording:
    """A store that remembers every key it was ever shown."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.ttls: dict[str, float] = {}
        self.seen: list[str] = []

    async def multi_get(self, keys: list[str]) -> list[bytes | None]:
        self.seen += keys
        return [self.values.get(key) for key in keys]

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        self.seen.append(key)
        self.values[key] = value
        self.ttls[key] = ttl


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def cache_over(store: Any, clock: Clock | None = None, secret: bytes = SECRET) -> FacetCache:
    return FacetCache(store, secret=secret, clock=clock or Clock())


def entry(value: Any = True, fresh_for: float = 60.0) -> Entry:
    return Entry(value, Clock.now, fresh_for, Endpoint.V2)


def named(by: dict[str, Any], source: Source = Source.INSTORE, account: str | None = None) -> Address:
    return read_address(by, source, account)


def dual(*identifiers: tuple[IdentifierKind, str]) -> dict[str, Any]:
    return {"identifiers": [{"kind": kind, "value": value} for kind, value in identifiers]}


# --- facets ---


async def test_what_is_stored_is_found() -> None:
    cache = cache_over(Recording())
    person = Person(first_name="Asha", last_name="Rao", mobile=None, email=None, external_id=None)
    await cache.store(SCOPE, ASHA, {PERSON(): entry(person), STATUS(): entry(None)})
    assert await cache.lookup(SCOPE, ASHA, [PERSON(), CARDS(), STATUS()]) == {
        PERSON(): Fresh(entry(person)),
        CARDS(): Missing(),
        STATUS(): Absent(entry(None)),
    }


async def test_an_entry_is_kept_for_as_long_as_it_is_fresh() -> None:
    store = Recording()
    await cache_over(store).store(SCOPE, ASHA, {EXISTENCE(): entry(fresh_for=77)})
    assert list(store.ttls.values()) == [77]


async def test_an_entry_past_its_time_is_missing_even_where_the_store_still_has_it() -> None:
    clock = Clock()
    cache = cache_over(Recording(), clock)
    await cache.store(SCOPE, ASHA, {EXISTENCE(): entry(fresh_for=60)})
    clock.now += 60
    assert await cache.lookup(SCOPE, ASHA, [EXISTENCE()]) == {EXISTENCE(): Missing()}


async def test_facets_with_different_arguments_are_different_entries() -> None:
    cache = cache_over(Recording())
    await cache.store(SCOPE, ASHA, {GAP_TO_RENEW(days=3): entry([])})
    found = await cache.lookup(SCOPE, ASHA, [GAP_TO_RENEW(days=3), GAP_TO_RENEW(days=30), GAP_TO_RENEW(days=0)])
    assert [type(state) for state in found.values()] == [Fresh, Missing, Missing]


async def test_customers_whose_ids_begin_alike_are_different() -> None:
    cache = cache_over(Recording())
    await cache.store(SCOPE, CustomerId("10"), {EXISTENCE(): entry()})
    for other in ("1", "100", "0", ""):
        assert await cache.lookup(SCOPE, CustomerId(other), [EXISTENCE()]) == {EXISTENCE(): Missing()}


async def test_a_profile_is_kept_apart_by_source_and_account() -> None:
    cache = cache_over(Recording())
    wechat = named({"wechat": "o1"}, Source.WECHAT, "main")
    asked = [
        PERSON.of(wechat),
        PERSON.of(named({"wechat": "o1"}, Source.WECHAT, "other")),
        PERSON.of(named({"wechat": "o1"}, Source.LINE, "main")),
        PERSON.of(named({"wechat": "o1"})),
    ]
    await cache.store(SCOPE, ASHA, {PERSON.of(wechat): entry(None)})
    found = await cache.lookup(SCOPE, ASHA, asked)
    assert [type(state) for state in found.values()] == [Absent, Missing, Missing, Missing]


async def test_spoilt_bytes_are_missing() -> None:
    store = Recording()
    cache = cache_over(store)
    await cache.store(SCOPE, ASHA, {EXISTENCE(): entry()})
    store.values = dict.fromkeys(store.values, b"\xc1 not msgpack")
    assert await cache.lookup(SCOPE, ASHA, [EXISTENCE()]) == {EXISTENCE(): Missing()}


async def test_asking_for_nothing_asks_the_store_nothing() -> None:
    store = Recording()
    assert await cache_over(store).lookup(SCOPE, ASHA, []) == {}
    assert await cache_over(store).identify(SCOPE, []) == {}
    assert store.seen == []


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
async def test_two_spellings_of_an_identifier_name_one_customer(kept: dict[str, str], asked: dict[str, str]) -> None:
    cache = cache_over(Recording())
    await cache.remember(SCOPE, named(kept), ASHA)
    assert await cache.identify(SCOPE, [named(asked)]) == {named(asked): ASHA}


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
async def test_an_identifier_names_nobody_elsewhere(kept: Address, asked: Address) -> None:
    cache = cache_over(Recording())
    await cache.remember(SCOPE, kept, ASHA)
    assert await cache.identify(SCOPE, [asked]) == {}


async def test_an_identity_is_short_lived() -> None:
    store = Recording()
    await cache_over(store).remember(SCOPE, named({"mobile": "1"}), ASHA)
    assert list(store.ttls.values()) == [IDENTITY_FRESH_FOR]
    assert min(kind.fresh_for for kind in CATALOG.values()) >= IDENTITY_FRESH_FOR


async def test_a_new_customer_of_an_identifier_replaces_the_old_one() -> None:
    cache = cache_over(Recording())
    mobile = named({"mobile": "1"})
    await cache.remember(SCOPE, mobile, ASHA)
    await cache.remember(SCOPE, mobile, CustomerId("2"))
    assert await cache.identify(SCOPE, [mobile]) == {mobile: "2"}


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


async def test_no_identifier_and_no_credential_is_in_a_key() -> None:
    store = Recording()
    cache = cache_over(store)
    await cache.identify(SCOPE, ADDRESSES)
    for one in ADDRESSES:
        await cache.remember(SCOPE, one, ASHA)
        await cache.store(SCOPE, ASHA, {kind.of(one): entry(None) for kind in CATALOG.values() if kind.unasked})
    assert len(set(store.seen)) > 2 * len(ADDRESSES)
    secrets = (*VALUES, SCOPE.principal, "till.one", "0123456789abcdef", SCOPE.upstream, SECRET.decode())
    assert [(key, secret) for key in store.seen for secret in secrets if secret.lower() in key.lower()] == []


async def test_without_the_secret_nobody_can_tell_a_key() -> None:
    """The space of mobile numbers is small: an unkeyed hash of one is as good as the number."""
    keys = []
    for secret in (b"one", b"another"):
        store = Recording()
        await cache_over(store, secret=secret).remember(SCOPE, ADDRESSES[0], ASHA)
        keys += [part for key in store.seen for part in key.split(":")]
    hashes = [part for part in keys if len(part) > 20]
    assert len(hashes) == len(set(hashes)) == 4


async def test_two_processes_of_one_secret_share_their_entries() -> None:
    store = Recording()
    await cache_over(store).remember(SCOPE, ADDRESSES[0], ASHA)
    assert await cache_over(store).identify(SCOPE, ADDRESSES[:1]) == {ADDRESSES[0]: ASHA}


async def test_processes_of_different_secrets_share_nothing() -> None:
    store = Recording()
    await cache_over(store).store(SCOPE, ASHA, {EXISTENCE(): entry()})
    found = await cache_over(store, secret=b"another").lookup(SCOPE, ASHA, [EXISTENCE()])
    assert found == {EXISTENCE(): Missing()}


# --- scopes ---

words = st.sampled_from(["", "a", "b", "ab", "ba", "a:b", "zh"])
scopes = st.builds(Scope, words, words, words, words)
facets = st.sampled_from([EXISTENCE(), STATUS(), GAP_TO_RENEW(days=0), GAP_TO_RENEW(days=30)])
ids = st.sampled_from(["1", "11", "2"]).map(CustomerId)
people = st.sampled_from(["1", "11", "2"]).map(lambda value: Address((Identifier(IdentifierKind.MOBILE, value),)))
uses = st.lists(
    st.one_of(st.tuples(scopes, st.tuples(ids, facets)), st.tuples(scopes, st.tuples(people, ids))), max_size=25
)


@given(uses)
async def test_every_scope_sees_its_own_entries_and_no_others(used: list[tuple[Scope, Any]]) -> None:
    cache = cache_over(MemoryStore(max_bytes=10**6))
    stored: set[tuple[Scope, Any]] = set()
    remembered: dict[tuple[Scope, Address], str] = {}
    for scope, (who, what) in used:
        if isinstance(who, Address):
            await cache.remember(scope, who, what)
            remembered[(scope, who)] = what
        else:
            await cache.store(scope, who, {what: entry(what == EXISTENCE() or None)})
            stored.add((scope, (who, what)))
    for scope in {scope for scope, _ in used}:
        for _, (who, what) in used:
            if isinstance(who, Address):
                assert (await cache.identify(scope, [who])).get(who) == remembered.get((scope, who))
            else:
                state = (await cache.lookup(scope, who, [what]))[what]
                assert isinstance(state, Fresh | Absent) == ((scope, (who, what)) in stored)

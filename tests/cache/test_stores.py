"""What every store promises, asked of each: in memory, on a real server, sealed, guarded."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from gateway.cache.guarded import GuardedStore
from gateway.cache.memory import MemoryStore
from gateway.cache.sealed import SealedStore
from gateway.cache.stores import Store
from gateway.cache.valkey import ValkeyStore
from tests.support.clock import Clock
from tests.support.valkey import Valkey

PATIENCE_S = 20.0
TTL = 0.08
"""Seconds for what a test sees end, on a real server too."""
LONGER = 60.0


@dataclass
class Subject:
    """A store and what makes its time pass."""

    store: Store
    wait: Callable[[float], Awaitable[None]]


def _valkey_store(valkey: Valkey) -> ValkeyStore:
    return ValkeyStore(valkey.url)


@pytest.fixture(params=["memory", "valkey", "sealed memory", "guarded valkey"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    clock = Clock()

    async def moved(seconds: float) -> None:
        clock.now += seconds

    match request.param:
        case "memory":
            found = Subject(MemoryStore(max_bytes=10**8, clock=clock), moved)
        case "sealed memory":
            inner = MemoryStore(max_bytes=10**8, clock=clock)
            found = Subject(SealedStore(inner, [b"k" * 32]), moved)
        case "valkey":
            found = Subject(_valkey_store(request.getfixturevalue("valkey")), asyncio.sleep)
        case _:
            inner = _valkey_store(request.getfixturevalue("valkey"))
            events: list[object] = []
            found = Subject(GuardedStore(inner, emit=events.append, deadline_s=PATIENCE_S), asyncio.sleep)
    yield found
    await found.store.close()
    if request.param == "guarded valkey":
        assert events == []


@pytest.fixture
def store(subject: Subject) -> Store:
    return subject.store


async def got(store: Store, key: str) -> bytes | None:
    (value,) = await store.multi_get([key])
    return value


# --- values ---


async def test_what_is_put_is_got_in_the_order_of_the_keys(store: Store) -> None:
    await store.multi_put([("a", b"1", LONGER), ("b", b"2", LONGER)])
    await store.put_surely([("c", b"3", LONGER), ("d", b"4", LONGER)])
    assert await store.multi_get(["d", "x", "b", "a", "b", "c"]) == [b"4", None, b"2", b"1", b"2", b"3"]
    assert await store.get_surely(["d", "x", "b"]) == [b"4", None, b"2"]


async def test_nothing_to_do_is_no_error(store: Store) -> None:
    await store.multi_put([])
    await store.put_surely([])
    await store.delete([])
    assert await store.multi_get([]) == []


@pytest.mark.parametrize("value", [b"", b"\0", bytes(range(256)), b"\r\n$-1\r\n", b"x" * 2**20], ids=len)
async def test_a_value_is_any_bytes(store: Store, value: bytes) -> None:
    await store.multi_put([("a", value, LONGER)])
    assert await got(store, "a") == value


@pytest.mark.parametrize("key", ["", "a b", "a\r\nb", "ключ", "x" * 1000])
async def test_a_key_is_any_text(store: Store, key: str) -> None:
    await store.multi_put([(key, b"1", LONGER), ("other", b"2", LONGER)])
    assert await got(store, key) == b"1"


async def test_many_values_travel_at_once(store: Store) -> None:
    items = [(f"k{number}", b"%d" % number, LONGER) for number in range(2000)]
    await store.multi_put(items)
    assert await store.multi_get([key for key, _, _ in items]) == [value for _, value, _ in items]


async def test_the_last_value_counts(store: Store) -> None:
    await store.multi_put([("a", b"1", LONGER), ("a", b"2", LONGER)])
    assert await got(store, "a") == b"2"
    await store.put_surely([("a", b"3", LONGER)])
    assert await got(store, "a") == b"3"


async def test_of_many_words_put_surely_at_once_none_is_lost(store: Store) -> None:
    await asyncio.gather(*(store.put_surely([(f"k{number}", b"%d" % number, LONGER)]) for number in range(50)))
    assert await store.multi_get([f"k{number}" for number in range(50)]) == [b"%d" % number for number in range(50)]


async def test_what_was_put_surely_can_be_deleted(store: Store) -> None:
    await store.put_surely([("a", b"1", LONGER)])
    await store.delete(["a"])
    assert await got(store, "a") is None


async def test_deleting_removes_what_is_there_and_nothing_else(store: Store) -> None:
    await store.multi_put([("a", b"1", LONGER), ("b", b"2", LONGER), ("ab", b"3", LONGER)])
    await store.delete(["ab", "x", "b"])
    await store.delete(["b"])
    assert await store.multi_get(["a", "b", "ab"]) == [b"1", None, None]


# --- time ---


async def test_every_value_has_its_own_time(subject: Subject) -> None:
    store = subject.store
    await store.multi_put([("a", b"1", TTL), ("b", b"2", LONGER)])
    await store.put_surely([("c", b"3", TTL)])
    await subject.wait(TTL * 1.5)
    assert await store.multi_get(["a", "b", "c"]) == [None, b"2", None]


async def test_putting_again_begins_a_new_time(subject: Subject) -> None:
    store = subject.store
    await store.multi_put([("a", b"1", TTL), ("b", b"1", LONGER)])
    await store.put_surely([("c", b"1", TTL), ("d", b"1", LONGER)])
    await store.multi_put([("a", b"2", LONGER), ("b", b"2", TTL)])
    await store.put_surely([("c", b"2", LONGER), ("d", b"2", TTL)])
    await subject.wait(TTL * 1.5)
    assert await store.multi_get(["a", "b", "c", "d"]) == [b"2", None, b"2", None]


@pytest.mark.parametrize("ttl", [0, 0.0, 0.0004, -1.0])
async def test_no_time_at_all_removes_what_was_there(subject: Subject, ttl: float) -> None:
    store = subject.store
    await store.multi_put([("a", b"1", LONGER), ("b", b"1", LONGER)])
    await store.multi_put([("a", b"2", ttl), ("c", b"2", LONGER)])
    await store.put_surely([("b", b"2", ttl)])
    await subject.wait(0.001)
    assert await store.multi_get(["a", "b", "c"]) == [None, None, b"2"]


@pytest.mark.parametrize("ttl", [1e12, float("inf")])
async def test_any_length_of_time_is_taken(store: Store, ttl: float) -> None:
    await store.multi_put([("a", b"1", ttl)])
    assert await store.claim("b", b"1", ttl=ttl)
    await store.put_surely([("c", b"1", ttl)])
    assert await store.multi_get(["a", "c"]) == [b"1", b"1"]


# --- claims ---


async def test_a_claim_is_granted_once(store: Store) -> None:
    assert await store.claim("a", b"mine", ttl=LONGER)
    assert not await store.claim("a", b"theirs", ttl=LONGER)
    assert not await store.claim("a", b"mine", ttl=LONGER)


async def test_a_claim_is_not_granted_on_a_value(store: Store) -> None:
    await store.multi_put([("a", b"1", LONGER)])
    assert not await store.claim("a", b"mine", ttl=LONGER)
    assert await got(store, "a") == b"1"


async def test_of_many_who_claim_at_once_one_has_it(store: Store) -> None:
    granted = await asyncio.gather(*(store.claim("a", b"%d" % number, ttl=LONGER) for number in range(50)))
    assert sum(granted) == 1


async def test_a_released_claim_is_free(store: Store) -> None:
    await store.claim("a", b"mine", ttl=LONGER)
    await store.release("a", b"mine")
    assert await store.claim("a", b"theirs", ttl=LONGER)


async def test_nobody_releases_the_claim_of_another(store: Store) -> None:
    await store.claim("a", b"mine", ttl=LONGER)
    await store.release("a", b"theirs")
    await store.release("b", b"mine")
    assert not await store.claim("a", b"theirs", ttl=LONGER)


async def test_a_claim_ends_with_its_time(subject: Subject) -> None:
    await subject.store.claim("a", b"mine", ttl=TTL)
    await subject.wait(TTL * 1.5)
    assert await subject.store.claim("a", b"theirs", ttl=LONGER)


# --- the end ---


async def test_opening_it_is_for_nothing_but_speed(store: Store) -> None:
    await store.multi_put([("a", b"1", LONGER)])
    await store.open()
    await store.open()
    assert await got(store, "a") == b"1"


async def test_closing_twice_is_no_error(store: Store) -> None:
    await store.multi_put([("a", b"1", LONGER)])
    await store.close()
    await store.close()

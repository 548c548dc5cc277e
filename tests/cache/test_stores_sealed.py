"""The sealed store: nothing readable leaves the process, and nothing that was touched comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.memory import MemoryStore
from gateway.cache.sealed import SealedStore
from tests.cache.support import put

OLD, NEW, OTHER = b"o" * 32, b"n" * 32, b"x" * 32
TTL = 60.0
SECRET = b"Asha, +91 98000 00001"


@pytest.fixture
def inner() -> MemoryStore:
    return MemoryStore(max_bytes=10**7)


async def raw(inner: MemoryStore, key: str) -> bytes:
    (value,) = await inner.multi_get([key])
    assert value is not None
    return value


async def got(store: SealedStore, key: str = "a") -> bytes | None:
    (value,) = await store.multi_get([key])
    return value


async def test_nothing_readable_lies_in_the_store(inner: MemoryStore) -> None:
    store = SealedStore(inner, [NEW])
    await store.multi_put([("a", SECRET, TTL)])
    await store.put_surely([("b", SECRET, TTL)])
    assert await store.claim("c", SECRET, ttl=TTL)
    for key in "abc":
        lies = await raw(inner, key)
        assert not any(part in lies for part in (SECRET, b"Asha", b"98000", NEW))
        assert await got(store, key) == SECRET


async def test_a_value_never_looks_the_same_twice(inner: MemoryStore) -> None:
    store = SealedStore(inner, [NEW])
    seen: set[bytes] = set()
    for _ in range(100):
        await put(store, "a", SECRET)
        seen.add(await raw(inner, "a"))
    assert len(seen) == 100


async def test_what_sealing_adds_is_bounded(inner: MemoryStore) -> None:
    store = SealedStore(inner, [NEW])
    await put(store, "a", SECRET)
    assert len(await raw(inner, "a")) == len(SECRET) + 4 + 12 + 16


@given(st.data())
async def test_what_was_altered_anywhere_is_a_miss(data: st.DataObject) -> None:
    inner = MemoryStore(max_bytes=10**6)
    store = SealedStore(inner, [NEW, OLD])
    await put(store, "a", SECRET)
    sealed = bytearray(await raw(inner, "a"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    await put(inner, "a", bytes(sealed))
    assert await got(store) is None


@given(st.integers(0, 52))
async def test_what_was_cut_short_is_a_miss(length: int) -> None:
    inner = MemoryStore(max_bytes=10**6)
    store = SealedStore(inner, [NEW])
    await put(store, "a", SECRET)
    sealed = await raw(inner, "a")
    assert len(sealed) == 53
    await put(inner, "a", sealed[:length])
    assert await got(store) is None


@given(st.binary(max_size=80))
async def test_what_was_not_sealed_is_a_miss(value: bytes) -> None:
    inner = MemoryStore(max_bytes=10**6)
    await put(inner, "a", value)
    assert await got(SealedStore(inner, [NEW])) is None


async def test_a_value_under_the_key_of_another_is_a_miss(inner: MemoryStore) -> None:
    """Or whoever can write to the store could show one customer to another."""
    store = SealedStore(inner, [NEW])
    await put(store, "a", SECRET)
    await put(inner, "b", await raw(inner, "a"))
    assert await got(store, "b") is None


async def test_a_miss_among_hits_leaves_the_others_in_their_places(inner: MemoryStore) -> None:
    store = SealedStore(inner, [NEW])
    await store.multi_put([("a", b"1", TTL), ("b", b"2", TTL), ("c", b"3", TTL)])
    await put(inner, "b", b"spoilt")
    assert await store.multi_get(["a", "b", "x", "c"]) == [b"1", None, None, b"3"]


# --- rotation ---


async def test_the_first_key_seals_and_all_open(inner: MemoryStore) -> None:
    await put(SealedStore(inner, [OLD]), "a", SECRET)
    assert await got(SealedStore(inner, [OLD, NEW])) == SECRET
    assert await got(SealedStore(inner, [NEW, OLD])) == SECRET
    await put(SealedStore(inner, [NEW, OLD]), "a", SECRET)
    assert await got(SealedStore(inner, [NEW])) == SECRET
    assert await got(SealedStore(inner, [OLD])) is None


async def test_no_replica_misses_anything_in_the_midst_of_a_rotation(inner: MemoryStore) -> None:
    for before, after in ([[OLD], [OLD, NEW]], [[OLD, NEW], [NEW, OLD]]):
        for writing, reading in ((before, after), (after, before)):
            await put(SealedStore(inner, writing), "a", SECRET)
            assert await got(SealedStore(inner, reading)) == SECRET


async def test_an_unknown_key_is_a_miss(inner: MemoryStore) -> None:
    await put(SealedStore(inner, [OTHER]), "a", SECRET)
    assert await got(SealedStore(inner, [NEW, OLD])) is None


@pytest.mark.parametrize("keys", [[], [b""], [b"k" * 16], [b"k" * 31], [b"k" * 33], [NEW, b"short"]])
def test_keys_that_are_none_are_refused(inner: MemoryStore, keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SealedStore(inner, keys)


def test_a_refused_key_is_not_told(inner: MemoryStore) -> None:
    with pytest.raises(ValueError, match="32 bytes") as refused:
        SealedStore(inner, [b"hunter2"])
    assert "hunter2" not in str(refused.value)


# --- claims ---


async def test_replicas_see_and_respect_each_others_claims(inner: MemoryStore) -> None:
    one, other = SealedStore(inner, [NEW]), SealedStore(inner, [NEW])
    assert await one.claim("a", b"one", ttl=TTL)
    assert not await other.claim("a", b"other", ttl=TTL)
    assert await got(other) == b"one"
    await other.release("a", b"other")
    assert await got(other) == b"one"
    await one.release("a", b"one")
    assert await other.claim("a", b"other", ttl=TTL)


async def test_the_same_claim_on_another_key_does_not_look_the_same(inner: MemoryStore) -> None:
    store = SealedStore(inner, [NEW])
    await store.claim("a", b"one", ttl=TTL)
    await store.claim("b", b"one", ttl=TTL)
    assert (await raw(inner, "a"))[16:-16] != (await raw(inner, "b"))[16:-16]

"""The memory store: never more bytes than it may hold, the least recently used gone first, nothing past its time."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.stores import OVERHEAD, MemoryStore


class Clock:
    """A time that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sized(entries: int, size: int = 1) -> int:
    """The bytes of so many entries with keys of one character and values of this size."""
    return entries * (1 + size + OVERHEAD)


async def held(store: MemoryStore, keys: Sequence[str]) -> list[str]:
    return [key for key in keys if await store.exists(key)]


async def test_what_is_set_is_got(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(2), clock=clock)
    await store.set("a", b"1", ttl=60)
    assert await store.get("a") == b"1"
    assert await store.get("b") is None


async def test_values_come_in_the_order_of_the_keys(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(5), clock=clock)
    await store.multi_set([("a", b"1"), ("b", b"2")], ttl=60)
    assert await store.multi_get(["b", "x", "a", "b"]) == [b"2", None, b"1", b"2"]


async def test_the_least_recently_used_entry_goes_first(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(3), clock=clock)
    for key in "abc":
        await store.set(key, b"1", ttl=60)
    await store.get("a")
    await store.multi_get(["b"])
    await store.set("d", b"1", ttl=60)
    assert await held(store, "abcd") == ["a", "b", "d"]


async def test_a_large_value_drives_out_as_many_as_it_needs(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(4), clock=clock)
    for key in "abcd":
        await store.set(key, b"1", ttl=60)
    await store.set("e", b"1" * (OVERHEAD + 3), ttl=60)
    assert await held(store, "abcde") == ["c", "d", "e"]


async def test_overwriting_makes_an_entry_the_most_recent(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(2), clock=clock)
    for key in "aba":
        await store.set(key, b"1", ttl=60)
    await store.set("c", b"1", ttl=60)
    assert await held(store, "abc") == ["a", "c"]


async def test_overwriting_counts_the_new_value_alone(clock: Clock) -> None:
    store = MemoryStore(max_bytes=10_000, clock=clock)
    for size in (100, 7, 50):
        await store.set("a", b"1" * size, ttl=60)
        assert store.bytes_held == sized(1, size)


async def test_a_value_larger_than_the_store_is_refused_and_drives_nothing_out(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(1), clock=clock)
    await store.set("a", b"1", ttl=60)
    await store.set("b", b"12", ttl=60)
    assert await held(store, "ab") == ["a"]


async def test_a_refused_value_takes_its_predecessor_with_it(clock: Clock) -> None:
    """What it would have replaced is no longer true."""
    store = MemoryStore(max_bytes=sized(1), clock=clock)
    await store.set("a", b"1", ttl=60)
    await store.set("a", b"12", ttl=60)
    assert await store.get("a") is None
    assert store.bytes_held == 0


async def test_a_value_that_just_fits_is_kept(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(1, 10), clock=clock)
    await store.set("a", b"1" * 10, ttl=60)
    assert store.bytes_held == sized(1, 10)


async def test_a_store_of_no_bytes_keeps_nothing(clock: Clock) -> None:
    store = MemoryStore(max_bytes=0, clock=clock)
    await store.set("a", b"", ttl=60)
    assert (await store.get("a"), store.bytes_held) == (None, 0)


@pytest.mark.parametrize(("later", "expected"), [(0.0, b"1"), (9.99, b"1"), (10.0, None), (11.0, None)])
async def test_an_entry_lives_for_its_time_to_live(clock: Clock, later: float, expected: bytes | None) -> None:
    store = MemoryStore(max_bytes=sized(1), clock=clock)
    await store.set("a", b"1", ttl=10)
    clock.now += later
    assert await store.get("a") == expected
    assert await store.multi_get(["a"]) == [expected]
    assert await store.exists("a") == (expected is not None)
    assert store.bytes_held == (sized(1) if expected else 0)


async def test_overwriting_begins_a_new_time_to_live(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(1), clock=clock)
    await store.set("a", b"1", ttl=10)
    clock.now += 9
    await store.set("a", b"2", ttl=10)
    clock.now += 9
    assert await store.get("a") == b"2"


async def test_reading_does_not_prolong_a_life(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(1), clock=clock)
    await store.set("a", b"1", ttl=10)
    for _ in range(3):
        clock.now += 4
        last = await store.get("a")
    assert last is None


async def test_an_entry_without_a_time_to_live_stays(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(1), clock=clock)
    await store.set("a", b"1", ttl=None)
    clock.now += 10**9
    assert await store.get("a") == b"1"


async def test_adding_what_is_there_is_an_error_and_changes_nothing(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(2), clock=clock)
    await store.add("a", b"1", ttl=10)
    with pytest.raises(ValueError, match="already exists"):
        await store.add("a", b"2", ttl=10)
    assert await store.get("a") == b"1"


async def test_adding_what_has_expired_is_no_error(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(2), clock=clock)
    await store.add("a", b"1", ttl=10)
    clock.now += 10
    await store.add("a", b"2", ttl=10)
    assert await store.get("a") == b"2"


async def test_deleting_frees_the_bytes_and_tells_how_many_went(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(2), clock=clock)
    await store.set("a", b"1", ttl=60)
    assert (await store.delete("a"), await store.delete("a"), store.bytes_held) == (1, 0, 0)


async def test_clearing_forgets_everything(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(3), clock=clock)
    for key in "abc":
        await store.set(key, b"1", ttl=60)
    await store.clear()
    assert (await held(store, "abc"), store.bytes_held) == ([], 0)


async def test_a_cleared_store_serves_as_before(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(1), clock=clock)
    await store.set("a", b"1", ttl=10)
    await store.clear()
    await store.set("a", b"2", ttl=60)
    clock.now += 30
    assert await store.get("a") == b"2"


async def test_clearing_a_namespace_leaves_the_others(clock: Clock) -> None:
    store = MemoryStore(max_bytes=10_000, clock=clock)
    for key in ("x:a", "y:a"):
        await store.set(key, b"1", ttl=60)
    await store.clear(namespace="x:")
    assert await held(store, ("x:a", "y:a")) == ["y:a"]


KEYS = "abcdef"
operations = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.sampled_from(KEYS), st.integers(0, 400), st.integers(1, 20)),
        st.tuples(st.just("get"), st.sampled_from(KEYS), st.just(0), st.just(0)),
        st.tuples(st.just("delete"), st.sampled_from(KEYS), st.just(0), st.just(0)),
        st.tuples(st.just("wait"), st.just(""), st.integers(1, 15), st.just(0)),
    ),
    max_size=60,
)


class Model:
    """What a store of a bound must hold: a list of (key, size, end), the least recently used first."""

    def __init__(self, bound: int) -> None:
        self.bound = bound
        self.items: list[tuple[str, int, float]] = []

    def of(self, key: str) -> tuple[str, int, float] | None:
        return next((item for item in self.items if item[0] == key), None)

    def drop(self, key: str) -> None:
        self.items = [item for item in self.items if item[0] != key]

    def bytes(self) -> int:
        return sum(sized(1, size) for _, size, _ in self.items)

    def set(self, key: str, size: int, end: float) -> None:
        self.drop(key)
        if sized(1, size) <= self.bound:
            self.items.append((key, size, end))
        while self.bytes() > self.bound:
            del self.items[0]

    def get(self, key: str, now: float) -> int | None:
        item = self.of(key)
        self.drop(key)
        if item is None or item[2] <= now:
            return None
        self.items.append(item)
        return item[1]


@given(st.integers(0, 1500), operations)
async def test_any_use_agrees_with_a_simple_model_and_stays_within_bounds(
    bound: int, used: list[tuple[str, str, int, int]]
) -> None:
    clock, model = Clock(), Model(bound)
    store = MemoryStore(max_bytes=bound, clock=clock)
    for name, key, size, ttl in used:
        match name:
            case "set":
                await store.set(key, b"1" * size, ttl=ttl)
                model.set(key, size, clock.now + ttl)
            case "get":
                found = await store.get(key)
                assert (None if found is None else len(found)) == model.get(key, clock.now)
            case "delete":
                assert await store.delete(key) == (model.of(key) is not None)
                model.drop(key)
            case _:
                clock.now += size
        assert store.bytes_held == model.bytes() <= bound

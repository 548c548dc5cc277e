"""The memory store: never more bytes than it may hold, what is read stays, and what must not get lost does not."""

import subprocess
import sys
import tracemalloc
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.memory import BYTES_PER_GHOST, MAIN, Ghosts, MemoryStore
from gateway.cache.slots import OVERHEAD, Slots, size_of
from tests.support.clock import Clock

TTL = 60.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sized(items: int, size: int = 1) -> int:
    """The bytes of so many items with keys of one character and values of this size."""
    return items * (1 + size + OVERHEAD)


def bound(items: int, size: int = 1) -> int:
    """Room for just so many such items, and for the ghosts of a store of that size."""
    return sized(items, size) + 8 * (sized(items, size) // (BYTES_PER_GHOST - 8))


async def put(store: MemoryStore, *keys: str, size: int = 1, ttl: float = TTL) -> None:
    for key in keys:
        await store.multi_put([(key, b"x" * size, ttl)])


async def read(store: MemoryStore, *keys: str) -> list[str]:
    """Reads keys; those that are there."""
    found = await store.multi_get(list(keys))
    return [key for key, value in zip(keys, found, strict=True) if value is not None]


def slots_of(store: MemoryStore) -> Slots:
    return store._slots  # noqa: SLF001 - to see what is held without reading it


def held(store: MemoryStore) -> set[str]:
    slots = slots_of(store)
    return set(slots.keys[slots.first :])


def well_formed(slots: Slots) -> None:
    """Every item is found by its key, is on the ring of its queue once, and is counted."""
    seen: list[int] = []
    for queue in range(slots.first):
        slot, weight = slots.oldest(queue), 0
        while slot != queue:
            assert slots.queues[slot] == queue
            assert slots._older[slots._newer[slot]] == slot  # noqa: SLF001
            seen.append(slot)
            weight += size_of(slots.keys[slot], slots.values[slot])
            slot = slots._newer[slot]  # noqa: SLF001
        assert slots.weights[queue] == weight
    assert sorted(seen) == list(range(slots.first, slots.first + len(slots)))
    assert [slots.find(key) for key in slots.keys[slots.first :]] == list(range(slots.first, slots.first + len(slots)))


# --- bytes ---


async def test_it_holds_as_many_as_fit(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(3), clock=clock)
    await put(store, *"abc")
    assert held(store) == set("abc")
    await put(store, "d")
    assert len(held(store)) == 3


async def test_overwriting_counts_the_new_value_alone(clock: Clock) -> None:
    store = MemoryStore(max_bytes=1000, clock=clock)
    for size in (100, 7, 50):
        await put(store, "a", size=size)
        assert store.bytes_held == sized(1, size)


async def test_a_value_larger_than_the_store_is_refused_and_drives_nothing_out(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(1), clock=clock)
    await put(store, "a")
    await put(store, "b", size=2)
    assert held(store) == {"a"}


async def test_a_refused_value_takes_its_predecessor_with_it(clock: Clock) -> None:
    """What it would have replaced is no longer true."""
    store = MemoryStore(max_bytes=sized(1), clock=clock)
    await put(store, "a")
    await put(store, "a", size=2)
    assert (held(store), store.bytes_held) == (set(), 0)


async def test_a_large_value_drives_out_as_many_as_it_needs(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(4), clock=clock)
    await put(store, *"abcd")
    await put(store, "e", size=OVERHEAD + 2)
    assert held(store) == set("cde")


async def test_a_store_of_no_bytes_keeps_nothing(clock: Clock) -> None:
    store = MemoryStore(max_bytes=0, clock=clock)
    await put(store, "a", size=0)
    await store.put_surely([("a", b"", TTL)])
    assert (held(store), store.bytes_held) == (set(), 0)


async def test_ghosts_are_counted(clock: Clock) -> None:
    store = MemoryStore(max_bytes=10 * BYTES_PER_GHOST, clock=clock)
    assert store.bytes_held == 80


def test_a_key_outside_ascii_is_counted_as_what_it_takes() -> None:
    assert size_of("ключ", b"") >= 4 * 2 + OVERHEAD
    assert size_of("key", b"") == 3 + OVERHEAD


@pytest.mark.parametrize("size", [20, 300, 2000])
async def test_the_bound_is_what_memory_it_takes(size: int) -> None:
    """Keys, values and bookkeeping, in a store through which four times as much has passed."""
    most = 2**20
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        store = MemoryStore(max_bytes=most)
        for number in range(4 * most // (size + OVERHEAD)):
            await store.multi_put([(f"f:{number:032x}", b"%0*d" % (size, number), 1e9)])
            if number % 3 == 0:
                await store.multi_get([f"f:{number - number % 100:032x}"])
        now, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert store.bytes_held > 0.97 * most
    assert 0.8 * most < now - before <= most


# --- who goes first ---


async def test_what_was_never_read_goes_before_what_was(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(3), clock=clock)
    await put(store, *"abc")
    await read(store, "a")
    await put(store, *"de")
    assert held(store) == set("ade")


async def test_a_scan_leaves_what_is_read_where_it_is(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(100), clock=clock)
    hot = [f"{number}" for number in range(40)]
    await put(store, *hot)
    await read(store, *hot)
    await put(store, *(f"scan {number}" for number in range(10_000)))
    assert set(await read(store, *hot)) == set(hot)


async def test_what_was_read_once_gives_way_in_the_end(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(20), clock=clock)
    await put(store, "old")
    await read(store, "old")
    for number in range(200):
        await put(store, f"{number}")
        await read(store, f"{number}")
    assert "old" not in held(store)


async def test_what_comes_back_soon_after_it_was_driven_out_stays(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(20), clock=clock)
    await put(store, "back")
    while "back" in held(store):
        await put(store, f"{len(held(store))}")
    await put(store, "back")
    assert slots_of(store).queues[slots_of(store).find("back")] == MAIN
    await put(store, *(f"scan {number}" for number in range(100)))
    assert "back" in held(store)


async def test_what_had_earned_its_place_has_it_again_after_its_time(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(20), clock=clock)
    await put(store, "a", ttl=10)
    await read(store, "a")
    await put(store, *(f"{number}" for number in range(20)))
    assert slots_of(store).queues[slots_of(store).find("a")] == MAIN
    clock.now += 10
    assert await read(store, "a") == []
    await put(store, "a")
    assert slots_of(store).queues[slots_of(store).find("a")] == MAIN


def test_ghosts_forget_when_they_are_met_and_when_newer_ones_come() -> None:
    ghosts = Ghosts(100)
    ghosts.add("a")
    assert (ghosts.discard("b"), ghosts.discard("a"), ghosts.discard("a")) == (False, True, False)
    for number in range(10_000):
        ghosts.add(f"{number}")
    assert sum(ghosts.discard(f"{number}") for number in range(10_000)) <= 100
    assert ghosts.bytes_held == 800


def test_no_ghosts_are_no_error() -> None:
    ghosts = Ghosts(0)
    ghosts.add("a")
    assert not ghosts.discard("a")


async def main_of(monkeypatch: pytest.MonkeyPatch, clock: Clock, *keys: str) -> MemoryStore:
    """A full store of items in the main queue, in this order and not read since, from which alone it drives out now."""
    store = MemoryStore(max_bytes=bound(len(keys) + 1), clock=clock)
    monkeypatch.setattr("gateway.cache.memory.SWEPT_PER_PUT", 0)
    monkeypatch.setattr("gateway.cache.memory.SMALL_SHARE", 10**9)
    await put(store, "0", *keys)
    await read(store, "0", *keys)
    await put(store, "1")
    assert held(store) == {*keys, "1"}
    assert [key for key in keys if slots_of(store).queues[slots_of(store).find(key)] != MAIN] == []
    monkeypatch.setattr("gateway.cache.memory.SMALL_SHARE", 1)
    return store


async def test_what_was_read_in_the_main_queue_outlives_what_was_not(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await main_of(monkeypatch, clock, *"abcde")
    await read(store, "a")
    await put(store, *"2345")
    assert held(store) == set("a12345")
    await put(store, "6")
    assert held(store) == set("123456")


async def test_what_is_over_gets_no_further_round_for_having_been_read(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await main_of(monkeypatch, clock, *"abcde")
    await store.multi_put([("b", b"x", 5)])
    await read(store, *"acdeb")
    clock.now += 5
    await put(store, "2")
    assert held(store) == set("acde12")


async def test_what_has_no_time_takes_no_room(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(3), clock=clock)
    await put(store, *"abc")
    await put(store, "d", ttl=0)
    await put(store, "c", ttl=-1)
    assert held(store) == set("ab")


# --- what must not get lost ---


async def test_nothing_else_drives_out_what_was_put_surely(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(100), clock=clock)
    await store.put_surely([("sure", b"x", TTL)])
    assert await store.claim("other", b"x", ttl=TTL)
    await store.put_surely([("other", b"y", TTL)])
    for number in range(1000):
        await put(store, f"{number}")
        await read(store, f"{number}")
    assert await store.multi_get(["sure", "other"]) == [b"x", b"y"]


async def test_what_was_put_surely_ends_with_its_time(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(100), clock=clock)
    await store.put_surely([("sure", b"x", 10)])
    clock.now += 10
    assert await read(store, "sure") == []


async def test_too_much_that_must_not_get_lost_empties_the_store_of_all_that_is_older(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(100), clock=clock)
    await put(store, *"abc")
    await read(store, *"abc")
    await put(store, *(f"{number} fills the store" for number in range(100)))
    assert slots_of(store).queues[slots_of(store).find("a")] == MAIN
    for number in range(24):
        await store.put_surely([(f"{number}", b"", TTL)])
    assert set("abc") <= held(store)
    for number in range(24, 27):
        await store.put_surely([(f"{number}", b"", TTL)])
    assert not set("abc") & held(store)
    assert {"25", "26"} <= held(store)
    assert 10 <= len(held(store)) <= 14


async def test_what_is_too_large_to_be_kept_surely_empties_the_store_too(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(100), clock=clock)
    await put(store, *"abc")
    await store.put_surely([("sure", b"x" * sized(100), TTL)])
    assert held(store) == set()


async def test_what_is_put_again_without_that_wish_is_like_any_other(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(100), clock=clock)
    await store.put_surely([("a", b"x", TTL)])
    await put(store, "a")
    assert slots_of(store).queues[slots_of(store).find("a")] == MAIN


async def test_nothing_is_driven_out_for_what_cannot_fit_beside_what_must_not_get_lost(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(100), clock=clock)
    await store.put_surely([("sure", b"x", TTL)])
    await put(store, "a")
    await put(store, "large", size=sized(100) - OVERHEAD - 10)
    assert held(store) == {"sure", "a"}
    well_formed(slots_of(store))


# --- time ---


@pytest.mark.parametrize(("later", "there"), [(0.0, True), (9.99, True), (10.0, False), (11.0, False)])
async def test_a_value_lives_for_its_time_to_live(clock: Clock, later: float, there: bool) -> None:
    store = MemoryStore(max_bytes=sized(1), clock=clock)
    await put(store, "a", ttl=10)
    clock.now += later
    assert await read(store, "a") == (["a"] if there else [])
    assert store.bytes_held == (sized(1) if there else 0)


async def test_reading_does_not_prolong_a_life(clock: Clock) -> None:
    store = MemoryStore(max_bytes=sized(1), clock=clock)
    await put(store, "a", ttl=10)
    for _ in range(3):
        clock.now += 4
        last = await read(store, "a")
    assert last == []


async def test_what_is_over_goes_with_later_puts_though_nobody_asks_for_it(clock: Clock) -> None:
    store = MemoryStore(max_bytes=10**6, clock=clock)
    await put(store, *(f"short {number}" for number in range(100)), ttl=10)
    await put(store, *(f"long {number}" for number in range(100)), ttl=10**6)
    clock.now += 10
    for _ in range(220):
        await put(store, "a")
    assert held(store) == {"a", *(f"long {number}" for number in range(100))}


async def test_what_is_over_goes_before_what_is_not(clock: Clock) -> None:
    store = MemoryStore(max_bytes=bound(30), clock=clock)
    others = [chr(ord("a") + number) for number in range(29)]
    await put(store, *others[:9])
    await put(store, "O", ttl=10)
    await put(store, *others[9:])
    for _ in range(3):
        await read(store, "O", *others)
    clock.now += 10
    await put(store, "N")
    assert held(store) == {"N", *others}


# --- aiocache's own interface ---


async def test_aiocaches_operations_are_there(clock: Clock) -> None:
    store = MemoryStore(max_bytes=10**6, clock=clock)
    await store.multi_set([("a", b"1"), ("b", b"2")], ttl=10)
    await store.set("c", b"3", ttl=None)
    assert (await store.get("a"), await store.exists("b"), await store.exists("x")) == (b"1", True, False)
    with pytest.raises(ValueError, match="already exists"):
        await store.add("a", b"2", ttl=10)
    clock.now += 10
    await store.add("a", b"2", ttl=10)
    assert (await store.get("a"), await store.get("b"), await store.get("c")) == (b"2", None, b"3")


async def test_clearing_forgets_a_namespace_or_everything(clock: Clock) -> None:
    store = MemoryStore(max_bytes=10**6, clock=clock)
    await put(store, "x:a", "y:a")
    await store.clear(namespace="x:")
    assert held(store) == {"y:a"}
    await store.clear()
    assert held(store) == set()
    well_formed(slots_of(store))


async def test_aiocaches_switch_turns_nothing_off_halfway(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """aiocache answers a `multi_get` of any length with an empty list then."""
    monkeypatch.setenv("AIOCACHE_DISABLE", "1")
    store = MemoryStore(max_bytes=10**6, clock=clock)
    assert await store.multi_get(["a", "b"]) == [None, None]


def test_a_store_in_memory_does_not_load_the_clients_of_others() -> None:
    """They would cost a quarter of the memory of an idle gateway."""
    program = "import sys, gateway.cache.stores; print(sorted({'redis', 'cryptography'} & set(sys.modules)))"
    program += "; import gateway.cache.valkey; print('redis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)  # noqa: S603
    assert done.stdout.split("\n")[:2] == ["[]", "True"]


def test_the_log_tells_no_keys_however_much_it_tells() -> None:
    program = """
import asyncio
from gateway.cache.memory import MemoryStore
from gateway.telemetry.log import configure_logs
configure_logs("DEBUG")
store = MemoryStore(max_bytes=10**6)
asyncio.run(store.set("f:secret", b"1", ttl=60))
asyncio.run(store.get("f:secret"))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)  # noqa: S603
    assert "secret" not in done.stdout + done.stderr


# --- any use at all ---

KEYS = [f"{letter}{number}" for letter in "abc" for number in range(4)]
key = st.sampled_from(KEYS)
ttl = st.integers(-1, 20)
size = st.integers(0, 400)
operations = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["put", "set", "surely", "claim"]), key, size, ttl),
        st.tuples(st.just("get"), key, st.just(0), st.just(0)),
        st.tuples(st.sampled_from(["delete", "release"]), key, st.just(0), st.just(0)),
        st.tuples(st.just("wait"), st.just(""), st.integers(1, 15), st.just(0)),
        st.tuples(st.just("scan"), st.just(""), st.integers(1, 30), ttl),
    ),
    max_size=80,
)


class Oracle:
    """A store without a bound."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.items: dict[str, tuple[bytes, float]] = {}

    def get(self, key: str) -> bytes | None:
        value, ends = self.items.get(key, (None, 0.0))
        return value if ends > self.clock.now else None

    def put(self, key: str, value: bytes, ttl: float) -> None:
        self.items[key] = (value, self.clock.now + ttl)


async def use(store: MemoryStore, oracle: Oracle, used: Iterable[tuple[str, str, int, int]], *, forgets: bool) -> None:
    """Does the same to both and compares. A store that `forgets` may say that it does not know."""
    for stamp, (name, key, size, ttl) in enumerate(used, 1):
        value = b"%d " % stamp + b"x" * size
        known = oracle.get(key)
        match name:
            case "put" | "set" | "surely":
                if name == "set":
                    await store.set(key, value, ttl=ttl)
                else:
                    await (store.multi_put if name == "put" else store.put_surely)([(key, value, ttl)])
                oracle.put(key, value, ttl)
            case "claim":
                granted = await store.claim(key, value, ttl=ttl)
                assert granted or known is not None
                assert forgets or granted == (known is None)
                if granted:
                    oracle.put(key, value, ttl)
            case "delete":
                await store.delete([key, "never there"])
                oracle.items.pop(key, None)
            case "release":
                await store.release(key, known or b"")
                oracle.items.pop(key, None)
            case "scan":
                await store.multi_put([(f"scan {stamp} {number}", b"", ttl) for number in range(size)])
            case "wait":
                oracle.clock.now += size
            case _:
                (found,) = await store.multi_get([key])
                assert found == known or (forgets and found is None)
        well_formed(slots_of(store))


@given(operations)
async def test_any_use_of_a_roomy_store_agrees_with_a_dictionary(used: list[tuple[str, str, int, int]]) -> None:
    clock = Clock()
    await use(MemoryStore(max_bytes=10**7, clock=clock), Oracle(clock), used, forgets=False)


@given(st.integers(0, 6000), operations)
async def test_any_use_of_a_narrow_store_stays_within_bounds_and_invents_nothing(
    most: int, used: list[tuple[str, str, int, int]]
) -> None:
    clock = Clock()
    store, oracle = MemoryStore(max_bytes=most, clock=clock), Oracle(clock)
    for step in used:
        await use(store, oracle, [step], forgets=True)
        assert store.bytes_held <= most
        assert store.bytes_held == sum(slots_of(store).weights) + 8 * (most // BYTES_PER_GHOST)


@given(st.lists(st.tuples(st.sampled_from(["put", "get", "surely"]), key, st.integers(0, 100)), max_size=150))
async def test_nothing_outlives_the_word_that_it_is_not_true_any_more(used: list[tuple[str, str, int]]) -> None:
    store = MemoryStore(max_bytes=4000)
    doubted: set[str] = set()
    for name, key, size in used:
        match name:
            case "put":
                await store.multi_put([(f"value of {key}", b"x" * size, TTL)])
                doubted.discard(key)
            case "surely":
                await store.put_surely([(f"word on {key}", b"x" * size, TTL)])
                doubted.add(key)
            case _:
                await store.multi_get([f"value of {key}", f"word on {key}"])
        there = held(store)
        assert {one for one in doubted if f"value of {one}" in there and f"word on {one}" not in there} == set()

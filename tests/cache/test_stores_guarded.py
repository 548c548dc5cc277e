"""The guard: an end to every wait, no exception but one, one attempt at a time after a failure."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from io import BytesIO
from typing import Any

import pytest

from gateway.cache.failures import StoreDown, StoreRefused
from gateway.cache.guarded import OPENING_S, GuardedStore
from gateway.cache.health import SILENCES_TO_REST
from gateway.cache.memory import MemoryStore
from gateway.cache.stores import Item
from gateway.telemetry.events import Event, StoreFailed, StoreRecovered
from gateway.telemetry.log import Log
from tests.cache.support import put
from tests.support.clock import Clock

DEADLINE_S = 0.02
REST_S = 1.0


class Broken(MemoryStore):
    """A store of which a test says how it fails, and which counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__(max_bytes=10**6)
        self.asked = 0
        self.trouble: Callable[[], Awaitable[None]] | None = None

    async def _trouble(self) -> None:
        self.asked += 1
        if self.trouble is not None:
            await self.trouble()

    async def open(self) -> None:
        await self._trouble()

    async def multi_get(self, keys: list[str]) -> list[bytes | None]:
        await self._trouble()
        return await super().multi_get(keys)

    async def multi_put(self, items: Sequence[Item]) -> None:
        await self._trouble()
        await super().multi_put(items)

    async def put_surely(self, items: Sequence[Item]) -> None:
        await self._trouble()
        await super().put_surely(items)

    async def claim(self, key: str, value: bytes, *, ttl: float) -> bool:
        await self._trouble()
        return await super().claim(key, value, ttl=ttl)

    async def release(self, key: str, value: bytes) -> None:
        await self._trouble()
        await super().release(key, value)

    async def delete(self, keys: list[str]) -> None:
        await self._trouble()
        await super().delete(keys)

    async def close(self, *_: Any, **__: Any) -> None:
        await self._trouble()

    def fails_with(self, error: BaseException) -> None:
        async def raises() -> None:
            raise error

        self.trouble = raises

    def hangs(self) -> None:
        self.trouble = asyncio.Event().wait


class Bench:
    """A guard over a broken store, what it told, and its time."""

    def __init__(self) -> None:
        self.inner = Broken()
        self.events: list[Event] = []
        self.clock = Clock()
        self.store = GuardedStore(
            self.inner, emit=self.events.append, deadline_s=DEADLINE_S, rest_s=REST_S, clock=self.clock
        )


@pytest.fixture
def bench() -> Bench:
    return Bench()


Operation = Callable[[GuardedStore], Awaitable[object]]
OPERATIONS: dict[str, tuple[Operation, object]] = {
    "open": (lambda store: store.open(), None),
    "multi_get": (lambda store: store.multi_get(["a", "b"]), [None, None]),
    "get_surely": (lambda store: store.get_surely(["a"]), StoreDown),
    "multi_put": (lambda store: store.multi_put([("a", b"1", 60)]), None),
    "put_surely": (lambda store: store.put_surely([("a", b"1", 60)]), StoreDown),
    "claim": (lambda store: store.claim("a", b"1", ttl=60), True),
    "release": (lambda store: store.release("a", b"1"), None),
    "delete": (lambda store: store.delete(["a"]), None),
    "close": (lambda store: store.close(), None),
}
"""Every operation, and what it gives where there is no store."""


async def outcome(store: GuardedStore, operation: Operation) -> object:
    """What an operation gives; the exception where it raises one."""
    try:
        return await operation(store)
    except StoreDown:
        return StoreDown


async def get(store: GuardedStore) -> bytes | None:
    (value,) = await store.multi_get(["a"])
    return value


# --- every operation ---


async def test_a_store_that_is_well_is_as_without_a_guard(bench: Bench) -> None:
    await bench.store.multi_put([("a", b"1", 60)])
    assert await bench.store.multi_get(["a", "b"]) == [b"1", None]
    assert not await bench.store.claim("a", b"2", ttl=60)
    await bench.store.release("a", b"1")
    assert await bench.store.claim("a", b"2", ttl=60)
    await bench.store.put_surely([("c", b"3", 60)])
    await bench.store.delete(["a"])
    assert await bench.store.multi_get(["a", "b", "c"]) == [None, None, b"3"]
    assert bench.events == []


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize(
    "error",
    [ConnectionError("10.0.0.7 refused"), TimeoutError(), ValueError("f:0123 of Asha"), StoreRefused("OutOfMemory")],
    ids=lambda error: type(error).__name__,
)
async def test_what_a_store_fails_with_reaches_nobody(bench: Bench, name: str, error: Exception) -> None:
    operation, without = OPERATIONS[name]
    bench.inner.fails_with(error)
    assert await outcome(bench.store, operation) == without
    reason = error.reason if isinstance(error, StoreRefused) and name != "close" else type(error).__name__
    assert bench.events == [StoreFailed(name, reason)]


@pytest.mark.parametrize("name", OPERATIONS)
async def test_no_operation_outlasts_the_deadline(bench: Bench, name: str) -> None:
    operation, without = OPERATIONS[name]
    bench.inner.hangs()
    deadline_s = OPENING_S if name == "open" else DEADLINE_S
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await outcome(bench.store, operation) == without
    assert deadline_s * 0.9 <= loop.time() - began < deadline_s + 1
    assert bench.events == [StoreFailed(name, "TimeoutError")]


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "close"])
async def test_a_store_that_rests_is_not_asked(bench: Bench, name: str) -> None:
    operation, without = OPERATIONS[name]
    bench.inner.fails_with(OSError())
    await get(bench.store)
    bench.inner.trouble = None
    assert await outcome(bench.store, operation) == without
    assert bench.inner.asked == 1


async def test_a_store_that_rests_is_closed(bench: Bench) -> None:
    bench.inner.fails_with(OSError())
    await get(bench.store)
    await bench.store.close()
    assert bench.inner.asked == 2


# --- rest and recovery ---


async def test_it_rests_for_its_time_and_then_one_operation_decides(bench: Bench) -> None:
    await put(bench.store, "a", b"1")
    bench.inner.fails_with(OSError())
    await get(bench.store)
    bench.inner.trouble = None
    bench.clock.now += REST_S - 0.01
    assert await get(bench.store) is None
    bench.clock.now += 0.01
    assert await get(bench.store) == b"1"
    assert await get(bench.store) == b"1"
    assert bench.events == [StoreFailed("multi_get", "OSError"), StoreRecovered()]


async def test_an_attempt_that_fails_begins_a_new_rest(bench: Bench) -> None:
    bench.inner.fails_with(OSError())
    await get(bench.store)
    bench.clock.now += REST_S
    assert await bench.store.claim("a", b"1", ttl=60)
    bench.inner.trouble = None
    bench.clock.now += REST_S - 0.01
    assert await get(bench.store) is None
    assert bench.inner.asked == 2
    assert bench.events == [StoreFailed("multi_get", "OSError"), StoreFailed("claim", "OSError")]


async def test_while_one_attempt_is_made_nobody_else_waits(bench: Bench) -> None:
    bench.inner.fails_with(OSError())
    await get(bench.store)
    bench.clock.now += REST_S
    bench.inner.hangs()
    attempt = asyncio.create_task(get(bench.store))
    await asyncio.sleep(0)
    for _ in range(5):
        assert await get(bench.store) is None
    assert bench.inner.asked == 2
    await attempt


async def test_an_attempt_whose_caller_leaves_decides_nothing(bench: Bench) -> None:
    bench.inner.fails_with(OSError())
    await get(bench.store)
    bench.clock.now += REST_S
    bench.inner.hangs()
    attempt = asyncio.create_task(get(bench.store))
    await asyncio.sleep(0)
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    bench.inner.trouble = None
    await put(bench.store, "a", b"1")
    assert await get(bench.store) == b"1"
    assert bench.events == [StoreFailed("multi_get", "OSError"), StoreRecovered()]


async def test_who_leaves_is_not_taken_for_a_failure(bench: Bench) -> None:
    bench.inner.hangs()
    asking = asyncio.create_task(get(bench.store))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert bench.events == []


async def test_many_failures_at_once_are_told_as_one(bench: Bench) -> None:
    bench.inner.hangs()
    assert await asyncio.gather(*(get(bench.store) for _ in range(50))) == [None] * 50
    assert bench.inner.asked == 50
    assert bench.events == [StoreFailed("multi_get", "TimeoutError")]


async def test_the_store_is_not_blamed_for_what_this_process_is_late_by(bench: Bench) -> None:
    async def answers_soon() -> None:
        for _ in range(3):
            await asyncio.sleep(DEADLINE_S / 50)

    async def busy() -> None:
        for _ in range(3):
            time.sleep(2 * DEADLINE_S)  # noqa: ASYNC251 - it parses, plans and answers
            await asyncio.sleep(0)

    await put(bench.store, "a", b"1")
    bench.inner.trouble = answers_soon
    found, _ = await asyncio.gather(get(bench.store), busy())
    assert (found, bench.events) == (b"1", [])


async def test_nothing_is_left_of_a_deadline_that_was_kept(bench: Bench) -> None:
    troubles: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: troubles.append(context))
    await get(bench.store)
    await asyncio.sleep(DEADLINE_S * 2)
    assert troubles == []


# --- a store that says nothing ---


async def silences(bench: Bench, number: int) -> None:
    """So many operations, one after another, that have no answer in time."""
    bench.inner.hangs()
    for _ in range(number):
        assert await get(bench.store) is None
    bench.inner.trouble = None


async def test_one_that_says_nothing_three_times_in_a_row_rests(bench: Bench) -> None:
    await put(bench.store, "a", b"1")
    await silences(bench, SILENCES_TO_REST)
    assert bench.inner.asked == 1 + SILENCES_TO_REST
    bench.inner.hangs()
    assert [await get(bench.store) for _ in range(5)] == [None] * 5
    assert bench.inner.asked == 1 + SILENCES_TO_REST
    bench.inner.trouble = None
    bench.clock.now += REST_S
    assert await get(bench.store) == b"1"
    assert bench.events == [StoreFailed("multi_get", "TimeoutError"), StoreRecovered()]


async def test_one_that_answers_in_between_is_asked_on(bench: Bench) -> None:
    await put(bench.store, "a", b"1")
    for _ in range(SILENCES_TO_REST):
        await silences(bench, SILENCES_TO_REST - 1)
        assert await get(bench.store) == b"1"
    assert StoreRecovered() not in bench.events


async def test_one_that_refuses_in_between_is_asked_on(bench: Bench) -> None:
    for _ in range(SILENCES_TO_REST):
        await silences(bench, SILENCES_TO_REST - 1)
        bench.inner.fails_with(StoreRefused("OutOfMemoryError"))
        await bench.store.delete(["a"])
    bench.inner.trouble = None
    await put(bench.store, "a", b"1")
    assert await get(bench.store) == b"1"


async def test_a_burst_that_waits_in_vain_is_one_silence(bench: Bench) -> None:
    """A moment in which this process or the server was busy costs that burst the store, and no other."""
    await put(bench.store, "a", b"1")
    bench.inner.hangs()
    for _ in range(SILENCES_TO_REST - 1):
        assert await asyncio.gather(*(get(bench.store) for _ in range(50))) == [None] * 50
    bench.inner.trouble = None
    assert await get(bench.store) == b"1"
    assert bench.events == [StoreFailed("multi_get", "TimeoutError")]


async def test_a_burst_in_which_one_is_answered_is_no_silence(bench: Bench) -> None:
    await put(bench.store, "a", b"1")
    for _ in range(SILENCES_TO_REST + 1):
        bench.inner.hangs()
        burst = [asyncio.create_task(get(bench.store)) for _ in range(10)]
        await asyncio.sleep(0)
        bench.inner.trouble = None
        assert await get(bench.store) == b"1"
        assert await asyncio.gather(*burst) == [None] * 10
    assert await get(bench.store) == b"1"
    assert bench.inner.asked == 1 + 11 * (SILENCES_TO_REST + 1) + 1


async def test_one_that_is_slow_is_told_of_once_per_rest_though_it_never_rests(bench: Bench) -> None:
    for _ in range(2):
        for _ in range(2):
            await silences(bench, 1)
            await get(bench.store)
        bench.clock.now += REST_S
    assert bench.events == [StoreFailed("multi_get", "TimeoutError")] * 2


async def test_one_that_breaks_after_a_silence_rests_at_once(bench: Bench) -> None:
    await silences(bench, 1)
    bench.inner.fails_with(ConnectionResetError())
    await get(bench.store)
    bench.inner.trouble = None
    await get(bench.store)
    assert bench.inner.asked == 2
    assert bench.events == [
        StoreFailed("multi_get", "TimeoutError"),
        StoreFailed("multi_get", "ConnectionResetError"),
    ]


# --- a store that refuses ---


async def test_a_store_that_refuses_writes_is_still_read(bench: Bench) -> None:
    await put(bench.store, "a", b"1")
    bench.inner.fails_with(StoreRefused("OutOfMemoryError"))
    await bench.store.multi_put([("b", b"1", 60)])
    bench.inner.trouble = None
    assert await get(bench.store) == b"1"


async def test_a_refusal_is_told_once_per_operation_and_rest(bench: Bench) -> None:
    bench.inner.fails_with(StoreRefused("OutOfMemoryError"))
    for _ in range(3):
        await bench.store.multi_put([("a", b"1", 60)])
        await bench.store.claim("a", b"1", ttl=60)
    full = [StoreFailed("multi_put", "OutOfMemoryError"), StoreFailed("claim", "OutOfMemoryError")]
    assert bench.events == full
    bench.clock.now += REST_S
    await bench.store.multi_put([("a", b"1", 60)])
    assert bench.events == [*full, full[0]]
    assert bench.inner.asked == 7


async def test_a_store_that_refuses_after_a_rest_answers_again(bench: Bench) -> None:
    bench.inner.fails_with(OSError())
    await get(bench.store)
    bench.clock.now += REST_S
    bench.inner.fails_with(StoreRefused("ReadOnlyError"))
    await bench.store.delete(["a"])
    bench.inner.trouble = None
    await get(bench.store)
    assert bench.inner.asked == 3
    assert bench.events == [
        StoreFailed("multi_get", "OSError"),
        StoreRecovered(),
        StoreFailed("delete", "ReadOnlyError"),
    ]


# --- what operators read ---


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            StoreFailed("multi_get", "TimeoutError"),
            {"event": "StoreFailed", "operation": "multi_get", "reason": "TimeoutError", "level": "warning"},
        ),
        (StoreRecovered(), {"event": "StoreRecovered", "level": "info"}),
    ],
)
def test_the_events_are_lines_of_the_log(event: Event, line: dict[str, str]) -> None:
    written = BytesIO()
    Log("info", written)(event)
    found = json.loads(written.getvalue())
    assert found.pop("timestamp").endswith("Z")
    assert found == line

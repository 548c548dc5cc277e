"""A store that may fail without anybody waiting for it or hearing of it, except whoever must."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from gateway.cache.deadline import Deadline
from gateway.cache.failures import StoreDown, StoreRefused
from gateway.cache.health import Health, Tried, Well, answered, begun, broken, left, unanswered
from gateway.cache.stores import Item, Store
from gateway.telemetry.events import Emit, StoreFailed, StoreRecovered

OPENING_S: Final = 0.25
"""Seconds by which a store may hold up the start of the gateway."""

Answer = TypeVar("Answer")


class GuardedStore:
    """Ends every operation of a store within `deadline_s`, our own delays aside, and contains whatever it fails with.

    An operation that fails is a miss or does nothing; a claim is granted, so that the caller goes on by itself; only
    `put_surely`, which must not get lost, and `get_surely`, whose caller wants to know, raise `StoreDown`. A store that
    could not be reached, or that answered nothing at all in three deadlines one after another, is left alone for
    `rest_s`; then one operation is let through and decides whether it rests again. A store that answered and refused is
    not left alone, because what it refuses (writes, while it is full) is not all it can do.

    `emit` hears of the failure that begins a rest and of every failed attempt after it, of what took too long and of a
    refusal once per operation and `rest_s`, and of the recovery from a rest.
    """

    def __init__(
        self,
        store: Store,
        *,
        emit: Emit,
        deadline_s: float = 0.05,
        rest_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._emit = emit
        self._deadline_s = deadline_s
        self._rest_s = rest_s
        self._clock = clock
        self._health: Health = Well()
        self._told_again_at: dict[str, float] = {}

    async def open(self) -> None:
        """Opens the store, or leaves that to whoever needs it, after `OPENING_S` at the latest."""
        await self._attempt("open", self._store.open, None, limit_s=OPENING_S)

    async def multi_get(self, keys: list[str]) -> list[bytes | None]:
        """The values of the keys, in their order; all null where the store fails."""
        nothing: list[bytes | None] = [None] * len(keys)
        return await self._attempt("multi_get", lambda: self._store.multi_get(keys), nothing)

    async def get_surely(self, keys: list[str]) -> list[bytes | None]:
        """As `multi_get`. Raises `StoreDown` where the store fails."""
        return await self._do("get_surely", lambda: self._store.get_surely(keys))

    async def multi_put(self, items: Sequence[Item]) -> None:
        """Keeps every value for its own time, or does not."""
        await self._attempt("multi_put", lambda: self._store.multi_put(items), None)

    async def put_surely(self, items: Sequence[Item]) -> None:
        """As `multi_put`. Raises `StoreDown` where the store fails."""
        await self._do("put_surely", lambda: self._store.put_surely(items))

    async def claim(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Keeps the value if nothing lies under the key; says whether it did, or that the store fails."""
        return await self._attempt("claim", lambda: self._store.claim(key, value, ttl=ttl), True)

    async def release(self, key: str, value: bytes) -> None:
        """Removes the key if it still holds this value, or leaves that to its time to live."""
        await self._attempt("release", lambda: self._store.release(key, value), None)

    async def delete(self, keys: list[str]) -> None:
        """Removes the keys, or does not. What must go is put surely instead."""
        await self._attempt("delete", lambda: self._store.delete(keys), None)

    async def close(self) -> None:
        """Closes the store, also one that rests."""
        try:
            async with Deadline(self._deadline_s):
                await self._store.close()
        except Exception as error:  # noqa: BLE001 - whatever it is, there is nothing left to do with this store
            self._emit(StoreFailed("close", type(error).__name__))

    async def _attempt(
        self,
        operation: str,
        work: Callable[[], Awaitable[Answer]],
        otherwise: Answer,
        *,
        limit_s: float | None = None,
    ) -> Answer:
        try:
            return await self._do(operation, work, limit_s)
        except StoreDown:
            return otherwise

    async def _do(self, operation: str, work: Callable[[], Awaitable[Answer]], limit_s: float | None = None) -> Answer:
        began = begun(self._health, self._clock())
        if began is None:
            raise StoreDown
        self._health = began
        try:
            async with Deadline(limit_s or self._deadline_s):
                answer = await work()
        except StoreRefused as error:
            self._answered(began)
            self._tell_at_times(operation, error.reason)
            raise StoreDown from None
        except TimeoutError as error:
            self._failed(operation, error, unanswered(self._health, began, self._clock() + self._rest_s))
            raise StoreDown from None
        except Exception as error:  # noqa: BLE001 - whatever the client library fails with, the gateway goes on without
            self._failed(operation, error, broken(self._health, began, self._clock() + self._rest_s))
            raise StoreDown from None
        except BaseException:
            self._health = left(self._health, began)
            raise
        self._answered(began)
        return answer

    def _answered(self, began: Well | Tried) -> None:
        before, self._health = self._health, answered(self._health, began)
        if isinstance(before, Tried) and self._health is not before:
            self._emit(StoreRecovered())

    def _failed(self, operation: str, error: Exception, health: Health) -> None:
        """It could not be asked. What was under way beside the first failure fails too, which says nothing new."""
        before, self._health = self._health, health
        if isinstance(before, Well) and isinstance(error, TimeoutError):
            self._tell_at_times(operation, type(error).__name__)
        elif health is not before:
            self._emit(StoreFailed(operation, type(error).__name__))

    def _tell_at_times(self, operation: str, reason: str) -> None:
        now = self._clock()
        if now >= self._told_again_at.get(operation, now):
            self._told_again_at[operation] = now + self._rest_s
            self._emit(StoreFailed(operation, reason))

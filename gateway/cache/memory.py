"""A store in this process: aiocache's interface over a table that is bounded by bytes and not swept clean by scans."""

import time
from array import array
from collections.abc import Callable, Iterable, Sequence, Sized
from typing import Any, Final

from gateway.cache.base import BaseCache, NullSerializer
from gateway.cache.slots import Slots, size_of

SMALL, MAIN, SURE = range(3)
"""The queues: what came lately, what came back, and what must not get lost."""
SMALL_SHARE: Final = 10
"""One in so many bytes is for the small queue."""
SURE_SHARE: Final = 4
"""One in so many bytes may be of what must not get lost."""
MOST_HITS: Final = 3
HITS_TO_STAY: Final = 1
"""Hits in the small queue that bring an item into the main one."""
BYTES_PER_GHOST: Final = 1024
SWEPT_PER_PUT: Final = 2
"""Items looked at, whether their time is over, whenever one is put."""


class Ghosts:
    """Keys that were driven out not long ago, as hashes: a newer one takes the place of an older. Eight bytes each."""

    def __init__(self, number: int) -> None:
        self._hashes = array("q", bytes(8 * number))

    @property
    def bytes_held(self) -> int:
        """What remembering costs."""
        return 8 * len(self._hashes)

    def add(self, key: str) -> None:
        """Remembers a key."""
        if self._hashes:
            found = hash(key)
            self._hashes[found % len(self._hashes)] = found

    def discard(self, key: str) -> bool:
        """Forgets a key; says whether it was remembered."""
        found = hash(key)
        if not self._hashes or self._hashes[found % len(self._hashes)] != found:
            return False
        self._hashes[found % len(self._hashes)] = 0
        return True


class MemoryStore(BaseCache):
    """At most `max_bytes`, each item until its time is over; S3-FIFO says what goes first (decision record 0009).

    A key seen for the first time enters a small queue, from which it leaves for good unless it was read meanwhile or
    comes back soon: a scan passes through that queue alone. Every operation is O(1), amortised. What is over goes when
    it is met, and a few more items are looked at with every put: there is no timer.
    """

    NAME = "memory"

    def __init__(self, *, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(serializer=NullSerializer(), timeout=0)  # pyright: ignore[reportUnknownMemberType]
        self._clock = clock
        self._ghosts = Ghosts(max_bytes // BYTES_PER_GHOST)
        self._most = max_bytes - self._ghosts.bytes_held
        self._slots = Slots(queues=3)
        self._swept = self._slots.first

    @property
    def bytes_held(self) -> int:
        """Keys, values, and what holding them and remembering who was driven out costs."""
        return sum(self._slots.weights) + self._ghosts.bytes_held

    @property
    def entries(self) -> int:
        """How many items lie here, those whose time is over included."""
        return len(self._slots)

    @property
    def changes(self) -> int:
        """A number that is another one after anything was put or dropped."""
        return self._slots.changes

    def find(self, key: str) -> Sized | None:
        """The value of a key."""
        return self._found(key, self._clock())

    def put(self, key: str, value: Sized, ends: float, *, surely: bool = False) -> None:
        """Keeps a value of this process, whose length is the bytes it takes, until then. It must never change.

        `surely` as in `put_surely`.
        """
        self._put(key, value, ends, self._clock(), surely=surely)

    async def open(self) -> None:
        """Nothing lies outside of this process."""

    async def multi_get(  # pyright: ignore[reportIncompatibleMethodOverride] - without aiocache's options
        self, keys: list[str]
    ) -> list[bytes | None]:
        """The values of the keys, in their order."""
        now = self._clock()
        return [value if isinstance(value := self._found(key, now), bytes) else None for key in keys]

    async def get_surely(self, keys: list[str]) -> list[bytes | None]:
        """As `multi_get`: this store is never away."""
        return await self.multi_get(keys)

    async def multi_put(self, items: Sequence[tuple[str, bytes, float]]) -> None:
        """Keeps every value for its own time."""
        now = self._clock()
        for key, value, ttl in items:
            self._put(key, value, now + ttl, now)

    async def put_surely(self, items: Sequence[tuple[str, bytes, float]]) -> None:
        """As `multi_put`, and nothing else drives these out. Too many of them empty the store of all that is older."""
        now = self._clock()
        for key, value, ttl in items:
            self._put(key, value, now + ttl, now, surely=True)

    async def claim(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Keeps the value if nothing lies under the key; says whether it did."""
        now = self._clock()
        if self._found(key, now) is not None:
            return False
        self._put(key, value, now + ttl, now)
        return True

    async def release(self, key: str, value: bytes) -> None:
        """Removes the key if it still holds this value."""
        slot = self._slots.find(key)
        if slot and self._slots.values[slot] == value:
            self._slots.drop(slot)

    async def delete(  # pyright: ignore[reportIncompatibleMethodOverride] - ours takes many keys
        self, keys: list[str]
    ) -> None:
        """Removes the keys."""
        for key in keys:
            slot = self._slots.find(key)
            if slot:
                self._slots.drop(slot)

    # --- aiocache's own operations ---

    async def _get(
        self,
        key: str,
        encoding: Any = None,  # noqa: ARG002 - aiocache's signature
        _conn: Any = None,
    ) -> bytes | None:
        (found,) = await self.multi_get([key])
        return found

    _gets = _get

    async def _set(
        self, key: str, value: bytes, ttl: float | None = None, _cas_token: Any = None, _conn: Any = None
    ) -> bool:
        now = self._clock()
        return self._put(key, value, float("inf") if ttl is None else now + ttl, now)

    async def _multi_set(self, pairs: Iterable[tuple[str, bytes]], ttl: float | None = None, _conn: Any = None) -> bool:
        for key, value in pairs:
            await self._set(key, value, ttl)
        return True

    async def _add(self, key: str, value: bytes, ttl: float | None = None, _conn: Any = None) -> bool:
        if await self._get(key) is not None:
            raise ValueError("The key already exists")
        return await self._set(key, value, ttl)

    async def _exists(self, key: str, _conn: Any = None) -> bool:
        return await self._get(key) is not None

    async def _clear(self, namespace: str | None = None, _conn: Any = None) -> bool:
        await self.delete([key for key in self._slots.keys[self._slots.first :] if key.startswith(namespace or "")])
        return True

    # --- what lies where ---

    def _found(self, key: str, now: float) -> Sized | None:
        slots = self._slots
        slot = slots.find(key)
        if not slot:
            return None
        if slots.ends[slot] <= now:
            self._lapse(slot)
            return None
        if slots.hits[slot] < MOST_HITS:
            slots.hits[slot] += 1
        return slots.values[slot]

    def _put(self, key: str, value: Sized, ends: float, now: float, *, surely: bool = False) -> bool:
        self._sweep(now)
        slots = self._slots
        slot = slots.find(key)
        queue, hits = SMALL, 0
        if slot:
            queue, hits = slots.queues[slot], slots.hits[slot]
            grown = sum(slots.weights) + len(value) - len(slots.values[slot])
            if ends > now and grown <= self._most and not surely and queue != SURE:
                slots.renew(slot, queue, value, ends)
                return True
            slots.drop(slot)
        if surely:
            queue = SURE
        elif queue == SURE or self._ghosts.discard(key):
            queue = MAIN
        size = size_of(key, value)
        if ends <= now:
            return False
        if size > self._most - slots.weights[SURE]:
            if surely:
                self._forget_what_is_older()
            return False
        while sum(slots.weights) + size > self._most:
            self._evict(now)
        slots.add(queue, key, value, ends, hits, size)
        if slots.weights[SURE] > self._most // SURE_SHARE:
            self._forget_what_is_older()
        return True

    def _evict(self, now: float) -> None:
        """Drives out one item, or gives one a further round: it was read as often since the last."""
        slots = self._slots
        small, main = slots.oldest(SMALL), slots.oldest(MAIN)
        if slots.weights[SMALL] > self._most // SMALL_SHARE or main < slots.first:
            if slots.hits[small] >= HITS_TO_STAY and slots.ends[small] > now:
                slots.hits[small] = 0
                slots.move(small, MAIN)
            else:
                self._ghosts.add(slots.keys[small])
                slots.drop(small)
        elif slots.hits[main] and slots.ends[main] > now:
            slots.hits[main] -= 1
            slots.move(main, MAIN)
        else:
            slots.drop(main)

    def _lapse(self, slot: int) -> None:
        """Its time is over. One that had earned its place need not earn it again."""
        if self._slots.queues[slot] == MAIN:
            self._ghosts.add(self._slots.keys[slot])
        self._slots.drop(slot)

    def _sweep(self, now: float) -> None:
        slots = self._slots
        for _ in range(SWEPT_PER_PUT):
            if self._swept >= len(slots.keys):
                self._swept = slots.first
            if self._swept < len(slots.keys) and slots.ends[self._swept] <= now:
                self._lapse(self._swept)
            else:
                self._swept += 1

    def _forget_what_is_older(self) -> None:
        """Too much must not get lost: so what it speaks of goes, and then the older half of it."""
        slots = self._slots
        for queue in (SMALL, MAIN):
            while (slot := slots.oldest(queue)) >= slots.first:
                slots.drop(slot)
        while slots.weights[SURE] > self._most // SURE_SHARE // 2:
            slots.drop(slots.oldest(SURE))

"""Items in parallel arrays, in queues from the oldest to the newest; objects would take half as much again."""

import math
from array import array
from collections.abc import Sized
from typing import Final

OVERHEAD: Final = 245
"""Bytes that an item costs beside its key and value: 195 to 230 by tracemalloc on CPython 3.11, in a store that has
long been full, and what the allocator rounds up (`bench/eviction.py --overhead`, `--memory`)."""
SHARDS: Final = 16
"""A dictionary grows all at once, which takes milliseconds for a large one and half as much memory again. So, many."""


def size_of(key: str, value: Sized) -> int:
    """The bytes that an item is counted as."""
    return (len(key) if key.isascii() else 4 * len(key)) + len(value) + OVERHEAD


class Slots:
    """A table of items without holes. The first slots are no items but the ends of the queues, each a ring.

    Dropping an item moves the last one into its place: a slot's number is good until the next `drop`. `keys`, `values`,
    `ends`, `hits` and `queues` tell of a slot; `weights` of a queue what its items are counted as together, and
    `changes` how often anything was put or dropped. Nothing here takes longer the more there are.
    """

    __slots__ = (
        "_newer",
        "_older",
        "_places",
        "changes",
        "ends",
        "first",
        "hits",
        "keys",
        "queues",
        "values",
        "weights",
    )

    def __init__(self, queues: int) -> None:
        self.first = queues
        self.changes = 0
        self.keys = [""] * queues
        self.values: list[Sized] = [b""] * queues
        self.ends = array("d", [math.inf] * queues)
        self.hits = bytearray(queues)
        self.queues = bytearray(range(queues))
        self.weights = [0] * queues
        self._older = array("i", range(queues))
        self._newer = array("i", range(queues))
        self._places: list[dict[str, int]] = [{} for _ in range(SHARDS)]

    def __len__(self) -> int:
        return len(self.keys) - self.first

    def find(self, key: str) -> int:
        """The slot of a key; 0 where there is none."""
        return self._places[hash(key) % SHARDS].get(key, 0)

    def oldest(self, queue: int) -> int:
        """The slot that has been in the queue for the longest; below `first` for an empty queue."""
        return self._newer[queue]

    def add(self, queue: int, key: str, value: Sized, ends: float, hits: int, size: int) -> None:
        """Puts an item, whose key is not there yet, at the new end of a queue. `size` is its `size_of`."""
        slot = self._places[hash(key) % SHARDS][key] = len(self.keys)
        self.keys.append(key)
        self.values.append(value)
        self.ends.append(ends)
        self.hits.append(hits)
        self.queues.append(queue)
        self._older.append(0)
        self._newer.append(0)
        self._link(slot, queue, size)

    def renew(self, slot: int, queue: int, value: Sized, ends: float) -> None:
        """Puts another value in the place of an item's, at the new end of a queue."""
        self._unlink(slot)
        self.values[slot], self.ends[slot], self.queues[slot] = value, ends, queue
        self._link(slot, queue, size_of(self.keys[slot], value))

    def move(self, slot: int, queue: int) -> None:
        """Puts an item at the new end of a queue, from wherever it was."""
        self._unlink(slot)
        self.queues[slot] = queue
        self._link(slot, queue, size_of(self.keys[slot], self.values[slot]))

    def drop(self, slot: int) -> None:
        """Forgets an item."""
        self._unlink(slot)
        key = self.keys[slot]
        del self._places[hash(key) % SHARDS][key]
        last = len(self.keys) - 1
        if slot != last:
            older, newer = self._older[last], self._newer[last]
            self._newer[older] = self._older[newer] = slot
            self._older[slot], self._newer[slot] = older, newer
            key = self.keys[last]
            self._places[hash(key) % SHARDS][key] = slot
            self.keys[slot], self.values[slot] = key, self.values[last]
            self.ends[slot], self.hits[slot], self.queues[slot] = self.ends[last], self.hits[last], self.queues[last]
        for column in (self.keys, self.values, self.ends, self.hits, self.queues, self._older, self._newer):
            column.pop()

    def _link(self, slot: int, queue: int, size: int) -> None:
        self.changes += 1
        newest = self._older[queue]
        self._newer[newest] = self._older[queue] = slot
        self._older[slot], self._newer[slot] = newest, queue
        self.weights[queue] += size

    def _unlink(self, slot: int) -> None:
        self.changes += 1
        older, newer = self._older[slot], self._newer[slot]
        self._newer[older], self._older[newer] = newer, older
        self.weights[self.queues[slot]] -= size_of(self.keys[slot], self.values[slot])

"""Stamps: since when something is old, and whom addresses name. Small values, without which no entry is served."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from gateway.cache.entries import NOT_SINCE
from gateway.cache.failures import StoreDown
from gateway.cache.keys import names_somebody
from gateway.cache.memory import MemoryStore
from gateway.cache.stores import Store

IDENTITY_FRESH_FOR: Final = 60
"""Seconds for which an identifier is taken to name the same customer. Short, and never served stale."""
NOBODY_FRESH_FOR: Final = 10
"""Seconds for which an identifier is taken to name nobody."""
MOST_SEEN: Final = 4096
"""Keys of one window at the most. Another takes the place of all of the window before: that costs a round trip."""

Told = tuple[float, str]
"""A time in Unix seconds; of an identity also the name, empty for nobody."""
NOTHING_SAID: Final[Told] = (NOT_SINCE, "")
"""What is told where nothing lies."""


class Stamps:
    """Asks a store for stamps at every request: nothing is at hand."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def at_hand(self, key: str) -> Told | None:  # noqa: ARG002 - for those who have something
        """What lies under a key, if that is surely known without asking."""
        return None

    def last(self, key: str) -> Told:  # noqa: ARG002 - as above
        """What was known last to lie under a key, which may not be all."""
        return NOTHING_SAID

    async def read(self, keys: Sequence[str], others: Sequence[str] = ()) -> tuple[list[Told], list[bytes | None]]:
        """What lies under keys of stamps, and under others as it is: one round trip."""
        found = await self._store.multi_get([*keys, *others])
        return [told(data) or NOTHING_SAID for data in found[: len(keys)]], found[len(keys) :]

    def say(self, keys: Sequence[str], stamp: Told) -> None:
        """Told of stamps that this process is about to write to the store."""


class OwnStamps(Stamps):
    """Stamps in a store of this process, to which nobody else writes: all of them are at hand."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._memory = store

    def at_hand(self, key: str) -> Told | None:
        """What lies under a key."""
        return self.last(key)

    def last(self, key: str) -> Told:
        """What lies under a key."""
        found = self._memory.find(key)
        return told(found) or NOTHING_SAID if isinstance(found, bytes) else NOTHING_SAID


class NearStamps(OwnStamps):
    """Stamps in a store that replicas share, which this process takes to be as it saw them for `for_s` seconds.

    What it saw, and what it says itself, it remembers in a store of its own, `memory`, for `lasting_s`: of two stamps
    under one key the later holds, so that neither an answer that was overtaken by a change nor a store that is away can
    bring back what is old. While that store is away, what was known last is all that is known, and nothing is at hand.
    """

    def __init__(
        self, store: Store, memory: MemoryStore, *, for_s: float, lasting_s: float, clock: Callable[[], float]
    ) -> None:
        super().__init__(memory)
        self._shared = store
        self._seen = Seen(for_s)
        self._lasting_s = lasting_s
        self._clock = clock

    def at_hand(self, key: str) -> Told | None:
        """What was seen under a key within the window."""
        return self._seen.find(key, self._clock())

    async def read(self, keys: Sequence[str], others: Sequence[str] = ()) -> tuple[list[Told], list[bytes | None]]:
        """One round trip. The window begins when it does: what is changed meanwhile counts as not seen."""
        at = self._clock()
        try:
            found = await self._shared.get_surely([*keys, *others])
        except StoreDown:
            return [self.last(key) for key in keys], [None] * len(others)
        stamps = [self._later(key, told(data) or NOTHING_SAID) for key, data in zip(keys, found, strict=False)]
        for key, stamp in zip(keys, stamps, strict=True):
            self._seen.add(key, at, stamp)
        return stamps, found[len(keys) :]

    def say(self, keys: Sequence[str], stamp: Told) -> None:
        """Holds here at once, whatever becomes of the writing."""
        for key in keys:
            later = self._later(key, stamp)
            if names_somebody(key):
                self._seen.add(key, self._clock(), later)
            else:
                self._seen.drop(key)

    def _later(self, key: str, stamp: Told) -> Told:
        """The later of a stamp and what was known last, which is remembered."""
        last = self.last(key)
        if stamp <= last:
            return last
        named = names_somebody(key)
        ends = stamp[0] + fresh_for(stamp) if named else self._clock() + self._lasting_s
        self._memory.put(key, msgspec.msgpack.encode(stamp), ends, surely=not named)
        return stamp


class Seen:
    """What was seen under keys within the last `for_s` seconds, in two generations: no key has to be looked for to be
    forgotten."""

    def __init__(self, for_s: float) -> None:
        self._for_s = for_s
        self._newer: dict[str, tuple[float, Told]] = {}
        self._older: dict[str, tuple[float, Told]] = {}
        self._turned = self._latest = NOT_SINCE

    def find(self, key: str, now: float) -> Told | None:
        """What was seen there; null if that was too long ago. A clock that was set back has everything asked anew."""
        if now < self._latest:
            self._newer, self._older, self._turned = {}, {}, now
        self._latest = now
        found = self._newer.get(key) or self._older.get(key)
        return found[1] if found is not None and 0 <= now - found[0] < self._for_s else None

    def add(self, key: str, at: float, stamp: Told) -> None:
        """Notes what was seen at a time, unless something later was."""
        if self._for_s <= 0:
            return
        if at >= self._turned + self._for_s or len(self._newer) >= MOST_SEEN:
            self._older, self._newer, self._turned = self._newer, {}, at
        before = self._newer.get(key) or self._older.get(key)
        if before is None or before[0] <= at:
            self._newer[key] = (at, stamp)

    def drop(self, key: str) -> None:
        """What was seen there is not so any more."""
        self._newer.pop(key, None)
        self._older.pop(key, None)


def stamps_of(
    store: Store, memory: MemoryStore | None, *, for_s: float, lasting_s: float, clock: Callable[[], float] = time.time
) -> Stamps:
    """The stamps of a store, before which `memory` stands; or which it is itself, or null for none."""
    if memory is None:
        return Stamps(store)
    return (
        OwnStamps(memory)
        if memory is store
        else NearStamps(store, memory, for_s=for_s, lasting_s=lasting_s, clock=clock)
    )


def told(data: bytes | None) -> Told | None:
    """A time and a name; null for nothing and for what is neither."""
    if data is None:
        return None
    try:
        found = msgspec.msgpack.decode(data, type=Told)
    except (msgspec.MsgspecError, ValueError):
        return None
    return found if math.isfinite(found[0]) else None


def fresh_for(identity: Told) -> int:
    """The seconds for which an identity holds, from when the call began that told it."""
    return IDENTITY_FRESH_FOR if identity[1] else NOBODY_FRESH_FOR

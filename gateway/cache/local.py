"""Parts of answers in this process: what is kept of each customer, and decoded copies of what was asked lately."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from gateway.cache.entries import MOST_EAGER, Entry
from gateway.cache.memory import MemoryStore
from gateway.cache.parts import AnyPart, Parts, Ways
from gateway.cache.stamps import Told
from gateway.facets.catalog import EXISTS
from gateway.facets.facet import CustomerId, Endpoint, Facet
from gateway.facets.kind import Lifetime
from gateway.model.readers import Anomaly
from gateway.telemetry.events import AnomalyMet, Emit, FaultMet

WARM_BYTES: Final = 4 * 1024 * 1024
"""Bytes of pages beside which decoded copies are kept. What was asked of a page takes about as much as its text."""
MOST_WAYS: Final = 256
"""Shapes of calls of which it is remembered how long what they bring is of use."""
NOTHING: Final = Parts()


class Stands(NamedTuple):
    """What something known rests on: until then (Unix seconds), while the same lies under `record` and `identity`, and
    nothing under `changes` that is from `since` or later."""

    record: str
    parts: Parts
    identity: str
    named: Told
    changes: tuple[str, ...]
    since: float
    until: float


class Seen(NamedTuple):
    """Values that are surely fresh: for how many seconds, from when they are, until when it is sure."""

    values: Sequence[Any]
    fresh_for: float
    since: float
    until: float


class Glance(NamedTuple):
    """A customer of whom everything asked for is known and fresh: their id, the values, and for how many seconds.

    `merged_from` is the id that was asked for, where that account is no more.
    """

    customer: CustomerId
    merged_from: Sequence[CustomerId]
    values: Sequence[Any]
    fresh_for: float
    stands: Stands


class LocalRecords:
    """What is kept of customers, by key, in a store of this process, which bounds it by bytes and time."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def find(self, key: str) -> Parts:
        """What is kept of a customer."""
        found = self.store.find(key)
        return found if isinstance(found, Parts) else NOTHING

    def add(self, key: str, part: AnyPart, now: float) -> None:
        """Keeps a part beside what is kept already."""
        if part.lasts > now:
            parts = self.find(key).joined_by(part, now)
            self.store.put(key, parts, parts.last)

    def entries(self, key: str, facets: Iterable[Facet]) -> Mapping[Facet, Entry]:
        """What is known of these facets of a customer."""
        parts, found = self.find(key), dict[Facet, Entry]()
        for facet in facets:
            if (part := parts.part(facet)) is not None and (entry := part.entry(facet)) is not None:
                found[facet] = entry
        for part in parts:
            part.close()
        return found


def surely_fresh(parts: Parts, facets: Iterable[Facet | None], since: float, now: float) -> Seen | None:
    """The values of these facets, if all of them are surely fresh.

    Older ones than `since` are not true any more. What is null in `facets` is so here.
    """
    values = list[Any]()
    left, sure, oldest = math.inf, math.inf, now
    for facet in (EXISTS, *facets):
        if facet is None:
            values.append(None)
            continue
        part = parts.part(facet)
        entry = None if part is None else part.entry(facet)
        if entry is None or not since < entry.fetched_at <= now:
            return None
        oldest = min(oldest, entry.fetched_at)
        left = min(left, entry.lifetime.fresh_for - (now - entry.fetched_at))
        sure = min(sure, left - entry.took_s * MOST_EAGER)
        if sure <= 0:
            return None
        values.append(entry.value)
    for part in parts:
        part.close()
    return Seen(values[1:], left, oldest, now + sure)


class Warm:
    """The parts of which decoded copies are kept: of so many bytes of pages; the oldest go first.

    `lifetimes` are those of all facets, by name. `emit` hears of what cannot be read.
    """

    def __init__(self, lifetimes: Mapping[str, Lifetime], emit: Emit, *, most_bytes: int = WARM_BYTES) -> None:
        self.lifetimes = lifetimes
        self._emit = emit
        self._parts: dict[AnyPart, None] = {}
        self._bytes = 0
        self._most_bytes = most_bytes
        self._longest: dict[int, tuple[Ways, float]] = {}

    def add(self, part: AnyPart) -> None:
        """Notes that a copy is kept of something in a part."""
        if part in self._parts:
            return
        self._parts[part] = None
        self._bytes += len(part)
        while self._bytes > self._most_bytes and len(self._parts) > 1:
            oldest = next(iter(self._parts))
            del self._parts[oldest]
            self._bytes -= len(oldest)
            oldest.cool()

    def longest(self, ways: Ways) -> float:
        """The seconds after which none of these facets is of use any more."""
        found = self._longest.get(id(ways))
        if found is None:
            if len(self._longest) >= MOST_WAYS:
                self._longest.clear()
            lifetimes = self.lifetimes
            found = ways, max((lifetimes[facet.name].whole for facet in ways), default=0.0)
            self._longest[id(ways)] = found
        return found[1]

    def tell(self, origin: Endpoint, facet: Facet, problem: Anomaly | Exception) -> None:
        """Tells of what a page holds that cannot be read: a value, or a whole facet."""
        match problem:
            case Anomaly(field, expected, found):
                self._emit(AnomalyMet(origin, field, expected, found))
            case fault:
                self._emit(FaultMet(type(fault).__name__, facet.name))

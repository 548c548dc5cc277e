"""Who is fetching what right now, in this process: one call for all who want what it will bring."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gateway.cache.keys import Name
from gateway.context import Scope
from gateway.facets.facet import Facet
from gateway.record import CustomerRecord


@dataclass(eq=False, slots=True)
class Flight:
    """A record that is being fetched, what that will bring of it, and since when (Unix seconds).

    `names` are those the record went by when the flight began; it may learn others while it waits.
    """

    record: CustomerRecord
    names: tuple[Name, ...]
    promised: frozenset[Facet]
    began: float
    landed: asyncio.Event = field(default_factory=asyncio.Event)


Wait = tuple[CustomerRecord, Flight, frozenset[Facet]]
"""Who waits for which flight, and for what of it."""


class Flights:
    """All flights of a process, by scope and name."""

    def __init__(self) -> None:
        self._flying: defaultdict[tuple[Scope, Name], list[Flight]] = defaultdict(list)

    def lead(self, scope: Scope, record: CustomerRecord, promised: frozenset[Facet], began: float) -> Flight:
        """Begins a flight; others may join it from now on. It must be landed."""
        flight = Flight(record, names(record), promised, began)
        for name in flight.names:
            self._flying[(scope, name)].append(flight)
        return flight

    def land(self, scope: Scope, flight: Flight) -> None:
        """Ends a flight, whatever it brought."""
        if flight.landed.is_set():
            return
        for name in flight.names:
            key = (scope, name)
            if flight in (flying := self._flying.get(key, [])):
                flying.remove(flight)
            if not flying:
                self._flying.pop(key, None)
        flight.landed.set()

    def bringing(self, scope: Scope, record: CustomerRecord, since: float) -> Iterator[tuple[Flight, frozenset[Facet]]]:
        """The flights that will bring what the record misses, begun at `since` or later, with what each will bring."""
        if not self._flying:
            return
        missing = record.missing()
        for name in names(record):
            for flight in self._flying.get((scope, name), ()):
                if flight.began >= since and (shared := flight.promised & missing):
                    missing -= shared
                    yield flight, shared

    def __len__(self) -> int:
        return len(self._flying)


def names(record: CustomerRecord) -> tuple[Name, ...]:
    """Every name that the record goes by, from what was known when it was asked for."""
    if record.hint is None:
        return (record.address,)
    return ((record.hint, record.address.source, record.address.account or ""), record.address)


def together(records: Sequence[CustomerRecord]) -> list[tuple[CustomerRecord, CustomerRecord, frozenset[Facet]]]:
    """Records of the same customer: the first leads and wants what the others miss, the others join it.

    Returns who follows whom, and for which facets.
    """
    if len(records) < 2:
        return []
    leaders: dict[Name, CustomerRecord] = {}
    followers: list[tuple[CustomerRecord, CustomerRecord, frozenset[Facet]]] = []
    for record in records:
        if record.victims or record.alone:
            continue
        called = names(record)
        leader = next((leaders[name] for name in called if name in leaders), None)
        if leader is None:
            for name in called:
                leaders[name] = record
            continue
        facets = record.missing()
        leader.want(dict.fromkeys(sorted(facets - leader.causes.keys()), ()))
        record.join(facets)
        followers.append((record, leader, facets))
    return followers

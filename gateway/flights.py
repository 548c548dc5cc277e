"""Who is fetching what right now, in this process: one call for all who want what it will bring."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gateway.cache.keys import Name
from gateway.context import Scope
from gateway.facets.facet import Facet
from gateway.record import CustomerRecord


@dataclass(eq=False, slots=True)
class Flight:
    """A record that is being fetched, what that will bring of it, and since when (Unix seconds): since its first
    flight, for what an earlier round brought is taken over from a later one as well.

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
        self._flying: dict[Scope, dict[Name, list[Flight]]] = {}

    def lead(
        self, scope: Scope, bringing: Iterable[tuple[CustomerRecord, frozenset[Facet]]], began: float
    ) -> dict[CustomerRecord, Flight]:
        """Begins a flight for each record, which will bring so much; others may join it from now on. It must land."""
        flights: dict[CustomerRecord, Flight] = {}
        flying = self._flying.setdefault(scope, {})
        for record, promised in bringing:
            record.since = min(record.since, began)
            flight = flights[record] = Flight(record, names(record), promised, record.since)
            for name in flight.names:
                flying.setdefault(name, []).append(flight)
        return flights

    def land(self, scope: Scope, flights: Iterable[Flight]) -> None:
        """Ends flights, whatever they brought. One that has ended stays so."""
        flying = self._flying.get(scope, {})
        for flight in flights:
            if flight.landed.is_set():
                continue
            for name in flight.names:
                others = flying[name]
                others.remove(flight)
                if not others:
                    del flying[name]
            flight.landed.set()
        if not flying:
            self._flying.pop(scope, None)

    def bringing(self, scope: Scope, record: CustomerRecord, since: float) -> Iterator[tuple[Flight, frozenset[Facet]]]:
        """The flights that will bring what the record misses, begun at `since` or later, with what each will bring."""
        flying = self._flying.get(scope)
        if not flying:
            return
        missing = record.missing()
        for name in names(record):
            for flight in flying.get(name, ()):
                if flight.began >= since and (shared := flight.promised & missing):
                    missing -= shared
                    yield flight, shared

    def __len__(self) -> int:
        return sum(map(len, self._flying.values()))


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

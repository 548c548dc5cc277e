"""Entries of customers: in a store that replicas share, in this process, or in both."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

import msgspec

from gateway.cache.entries import Absent, Entry, Fresh, Kept, KeptRecord, packed, state, unpacked
from gateway.cache.keys import Keys, identifiers
from gateway.cache.local import LocalRecords
from gateway.cache.parts import Keeper, PackedPart, Part
from gateway.cache.stores import Item
from gateway.context import Scope
from gateway.facets.catalog import CARDS
from gateway.facets.facet import Address, CustomerId, Facet
from gateway.model.cards import Card


class Records:
    """What is kept of customers. It asks no store: it says what to ask, and takes what came.

    `shares` is whether replicas share the store, which then has everything, packed facet by facet. `local` is what lies
    in this process: everything, or what came by here.
    """

    def __init__(self, keys: Keys, local: LocalRecords | None, keeper: Keeper, *, shares: bool) -> None:
        self._keys = keys
        self._local = local
        self._keeper = keeper
        self._shares = shares

    def sought(
        self, scope: Scope, customer: CustomerId, facets: Iterable[Facet], draw: Callable[[], float]
    ) -> "Sought":
        """Facets that are sought of a customer, with what lies here."""
        facets, local = tuple(facets), self._local
        known = None if local is None else local.entries(self._keys.record(scope, customer), facets)
        return Sought(customer, facets, known or {}, draw)

    def places(self, scope: Scope, sought: Sequence["Sought"], facets: Sequence[Sequence[Facet]]) -> list[str]:
        """Where facets of customers lie in the store, one after the other."""
        pairs = zip(sought, facets, strict=True)
        return [key for one, of in pairs if of for key in self._keys.facets(scope, one.customer, of)]

    def take(
        self,
        scope: Scope,
        sought: Sequence["Sought"],
        facets: Sequence[Sequence[Facet]],
        values: Iterable[bytes | None],
        now: float,
    ) -> None:
        """Takes over what lay there, and keeps it here."""
        found = iter(values)
        for one, of in zip(sought, facets, strict=True):
            if of:
                self.keep_packed(scope, one.customer, one.take(of, [next(found) for _ in of]), now)

    def keep(self, scope: Scope, customer: CustomerId, part: Part, now: float) -> list[Item]:
        """Keeps here what a call brought; what of it to put into the store."""
        if self._local is not None:
            self._local.add(self._keys.record(scope, customer), part, now)
        if not self._shares:
            return []
        read = ((facet, part.entry(facet)) for facet in part.ways)
        return self.items(scope, customer, {facet: entry for facet, entry in read if entry is not None}, now)

    def naming(self, scope: Scope, address: Address, part: Part, customer: CustomerId, lasting_s: float) -> list[Item]:
        """What to put into the store of whom identifiers name, those that a call brought included: to invalidate."""
        named = msgspec.msgpack.encode((part.fetched_at, customer))
        of_cards = CARDS()
        cards = part.entry(of_cards) if of_cards in part.ways else None
        held = cast("list[Card]", cards.value or []) if cards else []
        found = identifiers(address, held)
        return [(self._keys.name(scope.tenant, kind, value), named, lasting_s) for kind, value in found]

    def keep_packed(
        self, scope: Scope, customer: CustomerId, entries: Mapping[Facet, tuple[bytes, Entry]], now: float
    ) -> None:
        """Keeps entries here that lie in the store."""
        if self._local is None or not entries:
            return
        lasting = {facet: (data, entry.fetched_at + entry.lifetime.whole) for facet, (data, entry) in entries.items()}
        part = PackedPart(lasting, self._keeper, {facet: entry for facet, (_, entry) in entries.items()})
        self._local.add(self._keys.record(scope, customer), part, now)

    def items(self, scope: Scope, customer: CustomerId, entries: Mapping[Facet, Entry], now: float) -> list[Item]:
        """What to put into the store of entries, for as long as each can be of use."""
        keys, found = self._keys.facets(scope, customer, entries), list[Item]()
        for key, entry in zip(keys, entries.values(), strict=True):
            left = entry.fetched_at + entry.lifetime.whole - now
            if left > 0:
                found.append((key, packed(entry), left))
        return found


class Sought:
    """Facets of a customer in one lookup, of which some `entries` are known here. `draw` is asked once for each."""

    __slots__ = ("_asked", "_draws", "_entries", "customer")

    def __init__(
        self, customer: CustomerId, facets: Iterable[Facet], entries: Mapping[Facet, Entry], draw: Callable[[], float]
    ) -> None:
        self.customer = customer
        self._draws = {facet: draw() for facet in facets}
        self._entries = dict(entries)
        self._asked: set[Facet] = set()

    def lacking(self, now: float, old: float, most_age: float) -> list[Facet]:
        """What a store may know better: all that is not fresh here, and was not asked for before.

        Whatever is not younger than `old` is not true any more.
        """
        return [
            facet
            for facet in self._draws
            if facet not in self._asked and not isinstance(self._state(facet, now, old, most_age), Fresh | Absent)
        ]

    def outdated(self, old: float) -> list[Facet]:
        """What is known here, was not asked for, and is not younger than that."""
        return [facet for facet, entry in self._entries.items() if facet not in self._asked and entry.fetched_at <= old]

    def take(self, facets: Sequence[Facet], found: Iterable[bytes | None]) -> dict[Facet, tuple[bytes, Entry]]:
        """Takes over what a store has of facets, where that is newer than what is known here; this is what it was."""
        newer: dict[Facet, tuple[bytes, Entry]] = {}
        self._asked.update(facets)
        for facet, data in zip(facets, found, strict=False):
            entry, known = unpacked(facet, data), self._entries.get(facet)
            if data is not None and entry is not None and (known is None or known.fetched_at < entry.fetched_at):
                newer[facet] = (data, entry)
                self._entries[facet] = entry
        return newer

    def known(self, now: float, old: float, most_age: float) -> KeptRecord:
        """What is known of all that is sought."""
        return KeptRecord({facet: self._state(facet, now, old, most_age) for facet in self._draws}, old)

    def _state(self, facet: Facet, now: float, old: float, most_age: float) -> Kept:
        entry = self._entries.get(facet)
        return state(entry, now, invalidated_at=old, most_age=most_age, draw=self._draws[facet])

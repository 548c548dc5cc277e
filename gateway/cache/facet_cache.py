"""The facet cache: records of customers, and the map from identifiers to their ids. Nothing is kept without a scope."""

import math
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, cast

import msgspec

from gateway.cache.entries import MISSING, NOT_SINCE, Entry, Identity, Kept, KeptRecord, packed, state, unpacked
from gateway.cache.keys import Keys, Name
from gateway.cache.local import Glance, LocalRecords, Stands, Warm
from gateway.cache.parts import Part, Ways
from gateway.cache.stores import Item, Store
from gateway.context import Scope
from gateway.facets.catalog import CARDS, CATALOG
from gateway.facets.facet import Address, CustomerId, Endpoint, Facet, IdentifierKind
from gateway.facets.kind import Lifetime
from gateway.facets.page import Page
from gateway.model.cards import Card
from gateway.telemetry.events import Emit

IDENTITY_FRESH_FOR: Final = 60
"""Seconds for which an identifier is taken to name the same customer. Short, and never served stale."""
NOBODY_FRESH_FOR: Final = 10
"""Seconds for which an identifier is taken to name nobody."""


SENT_AGAIN_FOR: Final = 8 * 86_400
"""Seconds for which upstream may send the same event again."""


class FacetCache:
    """Entries by scope, customer and facet, on a store of bytes.

    Where there is `local`, what calls brought lies there as it came, and not in the store. `secret` keys the hashes
    that stand for everything in a key. `emit` hears of what cannot be read. `clock` is Unix time in seconds; `skew_s`
    how far the clocks of those who share the store may differ; `lifetimes` what settings say of facets; `draw` gives
    numbers from (0, 1].
    """

    def __init__(
        self,
        store: Store,
        *,
        secret: bytes,
        local: LocalRecords | None = None,
        emit: Emit = lambda _: None,
        lifetimes: Mapping[str, Lifetime] | None = None,
        skew_s: float = 0.0,
        clock: Callable[[], float] = time.time,
        draw: Callable[[], float] = lambda: 1.0 - random.random(),  # noqa: S311 - spreads refreshes, hides nothing
    ) -> None:
        self._store = store
        self._local = local
        self._keys = Keys(secret)
        self._lifetimes = {name: kind.lifetime for name, kind in CATALOG.items()} | dict(lifetimes or {})
        self._skew_s = skew_s
        self._clock = clock
        self._draw = draw
        self._warm = Warm(self._lifetimes, emit)
        self._longest = max(lifetime.whole for lifetime in self._lifetimes.values()) + IDENTITY_FRESH_FOR

    def entry(self, facet: Facet, value: object, origin: Endpoint, began: float, ended: float) -> Entry:
        """An entry for a value that a call brought, which began and ended at these times."""
        return Entry(value, began, self._lifetimes[facet.name], origin, max(0.0, ended - began))

    def part(self, page: Page, ways: Ways, began: float, ended: float) -> Part:
        """A part for the page that a call brought, which began and ended at these times."""
        return Part(page, ways, began, max(0.0, ended - began), self._warm)

    async def identify(
        self, scope: Scope, addresses: Sequence[Address], most_age: float = math.inf
    ) -> Mapping[Address, Identity]:
        """Whom the addresses are known to name."""
        if not addresses:
            return {}
        keys = [self._keys.identity(scope, address) for address in addresses]
        found = iter(await self._store.multi_get([*self._keys_of(scope), self._keys.nobodies(scope.tenant), *keys]))
        now, old = self._clock(), self._old(scope, found)
        old_nobody = max(old, self._stamp(next(found)))
        known: dict[Address, Identity] = {}
        for address, data in zip(addresses, found, strict=True):
            match _decoded(data):
                case (float(at), str(name)) if at > (old if name else old_nobody) and now - at <= most_age:
                    known[address] = Identity(CustomerId(name) if name else None, at)
                case _:
                    pass
        return known

    async def lookup(
        self, scope: Scope, wanted: Mapping[CustomerId, Iterable[Facet]], most_age: float = math.inf
    ) -> Mapping[CustomerId, KeptRecord]:
        """What is known of customers, for every facet asked: one round trip for all."""
        asked = {customer: tuple(facets) for customer, facets in wanted.items()}
        keys = self._keys_of(scope)
        for customer, facets in asked.items():
            keys.append(self._keys.invalidated(scope.tenant, customer))
            keys += self._keys.facets(scope, customer, facets) if self._local is None else ()
        found = iter(await self._store.multi_get(keys) if asked else [None] * len(keys))
        now, revoked = self._clock(), self._old(scope, found)
        records: dict[CustomerId, KeptRecord] = {}
        for customer, facets in asked.items():
            old = max(revoked, self._stamp(next(found)))
            if self._local is None:
                entries = {facet: unpacked(facet, next(found)) for facet in facets}
            else:
                entries = self._local.entries(self._keys.record(scope, customer), facets)
            states: dict[Facet, Kept] = dict.fromkeys(facets, MISSING)
            for facet, entry in entries.items():
                states[facet] = state(entry, now, invalidated_at=old, most_age=most_age, draw=self._draw())
            records[customer] = KeptRecord(states, old)
        return records

    def glance(
        self, scope: Scope, address: Address, believed: CustomerId | None, facets: Iterable[Facet | None]
    ) -> Glance | None:
        """What is known of a customer, if that is all of these facets and fresh. Asks nobody, and so may not know.

        `believed` is who the address names where nothing says otherwise.
        """
        if self._local is None or scope.accepted_for_s < math.inf:
            return None
        now, found = self._clock(), self._local.stamp
        revoked_at, identified_at = self._keys.revoked(scope), self._keys.identity(scope, address)
        revoked, identity = self._stamp(found(revoked_at)), found(identified_at)
        named = _decoded(identity)
        since, customer = named if named and named[0] > revoked else (math.inf, believed)
        if not customer:
            return None
        changed_at = self._keys.invalidated(scope.tenant, CustomerId(customer))
        changed = max(revoked, self._stamp(found(changed_at)))
        if since <= changed:
            return None
        record = self._keys.record(scope, CustomerId(customer))
        seen = self._local.glance(record, facets, changed, now)
        if seen is None:
            return None
        changes = (revoked_at, changed_at)
        stands = Stands(record, seen.parts, identified_at, identity, changes, seen.since, seen.until)
        return Glance(CustomerId(customer), seen.values, seen.fresh_for, stands)

    def stands(self, known: Stands) -> bool:
        """Whether what was seen at a glance is still so."""
        local = self._local
        return (
            local is not None
            and self._clock() < known.until
            and local.find(known.record) is known.parts
            and local.stamp(known.identity) == known.named
            and all(self._stamp(local.stamp(key)) < known.since for key in known.changes)
        )

    async def keep(self, scope: Scope, address: Address, customer: CustomerId, part: Part) -> None:
        """Keeps that the address names the customer, and all that a call brought of them, asked for or not."""
        if self._local is None:
            entries = ((facet, part.entry(facet)) for facet in part.ways)
            await self.store(scope, address, customer, {facet: entry for facet, entry in entries if entry is not None})
            return
        now = self._clock()
        self._local.add(self._keys.record(scope, customer), part, now)
        cards = part.entry(CARDS()) if CARDS() in part.ways else None
        await self._store.multi_put(self._identified(scope, address, customer, part.fetched_at, cards, now))

    async def store(self, scope: Scope, address: Address, customer: CustomerId, entries: Mapping[Facet, Entry]) -> None:
        """Keeps that the address names the customer, and every entry for as long as it can be of use."""
        now = self._clock()
        since = min((entry.fetched_at for entry in entries.values()), default=now)
        items = self._identified(scope, address, customer, since, entries.get(CARDS()), now)
        for key, entry in zip(self._keys.facets(scope, customer, entries), entries.values(), strict=True):
            left = entry.fetched_at + entry.lifetime.whole - now
            if left > 0:
                items.append((key, packed(entry), left))
        await self._store.multi_put(items)

    def _identified(
        self, scope: Scope, address: Address, customer: CustomerId, since: float, cards: Entry | None, now: float
    ) -> list[Item]:
        """What to keep of who a call that began at `since` answered for, and that upstream accepted its credential."""
        named = msgspec.msgpack.encode((since, customer))
        items = [(self._keys.identity(scope, address), named, max(0.0, since + IDENTITY_FRESH_FOR - now))]
        items += [
            (self._keys.name(scope.tenant, kind, value), named, self._longest) for kind, value in _names(address, cards)
        ]
        return [*items, *self._accepted(scope, since)]

    async def store_nobody(self, scope: Scope, address: Address, since: float) -> None:
        """Keeps that the address named nobody when a call began."""
        left = since + NOBODY_FRESH_FOR - self._clock()
        if left > 0:
            item = msgspec.msgpack.encode((since, ""))
            key = self._keys.identity(scope, address)
            await self._store.multi_put([(key, item, left), *self._accepted(scope, since)])

    async def named(self, tenant: str, kind: IdentifierKind, values: Iterable[str]) -> frozenset[CustomerId]:
        """The customers whom identifiers were seen to name in any scope of the tenant: to invalidate, not to answer."""
        keys = [self._keys.name(tenant, kind, value) for value in values]
        found = map(_decoded, await self._store.multi_get(keys) if keys else [])
        return frozenset(CustomerId(one[1]) for one in found if one is not None and one[1])

    async def invalidate(self, tenant: str, customers: Iterable[CustomerId], *, nobodies: bool = False) -> None:
        """Makes everything known of customers old, in every scope of the tenant; and everything not found, if asked.

        Raises `StoreDown` where that cannot be written down, so that it can be tried again.
        """
        keys = [self._keys.invalidated(tenant, customer) for customer in customers]
        keys += [self._keys.nobodies(tenant)] if nobodies else []
        await self._write_down(keys)

    async def revoke(self, scope: Scope) -> None:
        """Makes everything seen under a scope old: upstream does not accept its credential any more."""
        await self._store.multi_put([(self._keys.revoked(scope), self._now(), self._longest)])

    async def invalidated_since(self, scope: Scope, customer: CustomerId | None, since: float) -> bool:
        """Whether what was fetched of a customer at that time is old by now; null for one who was not found."""
        told = self._keys.invalidated(scope.tenant, customer) if customer else self._keys.nobodies(scope.tenant)
        found = iter(await self._store.multi_get([*self._keys_of(scope), told]))
        return max(self._old(scope, found), self._stamp(next(found))) >= since

    async def lease(self, scope: Scope, name: Name, promised: Iterable[Facet], seconds: float) -> bytes | None:
        """Claims to fetch a customer, for other replicas to wait; null where one of them does so already."""
        lease = msgspec.msgpack.encode(
            (os.urandom(8).hex(), [(facet.name, facet.arguments) for facet in sorted(promised)])
        )
        return lease if await self._store.claim(self._keys.lease(scope, name), lease, ttl=seconds) else None

    async def leased(self, scope: Scope, name: Name) -> frozenset[Facet] | None:
        """What a replica is fetching of a customer right now; null where none is."""
        (found,) = await self._store.multi_get([self._keys.lease(scope, name)])
        try:
            _, promised = msgspec.msgpack.decode(found or b"", type=_Lease)
        except msgspec.MsgspecError:
            return None
        return frozenset(Facet(kind, tuple(arguments)) for kind, arguments in promised)

    async def release(self, scope: Scope, name: Name, lease: bytes) -> None:
        """Gives a lease back, if it is still ours."""
        await self._store.release(self._keys.lease(scope, name), lease)

    async def first_time(self, *parts: str) -> bool:
        """Whether nobody asked this of the same parts since upstream may have sent them first (facts §7)."""
        return await self._store.claim(self._keys.once(*parts), b"1", ttl=SENT_AGAIN_FOR)

    async def not_yet(self, *parts: str) -> None:
        """Takes a `first_time` back."""
        await self._store.delete([self._keys.once(*parts)])

    async def _write_down(self, keys: Sequence[str]) -> None:
        if keys:
            await self._store.put_surely([(key, self._now(), self._longest) for key in keys])

    def _keys_of(self, scope: Scope) -> list[str]:
        """Where it lies what makes everything seen under a scope old."""
        revoked = self._keys.revoked(scope)
        return [revoked] if scope.accepted_for_s == math.inf else [revoked, self._keys.accepted(scope)]

    def _old(self, scope: Scope, found: Iterator[bytes | None]) -> float:
        """Since when everything seen under a scope is old, from what lies under those keys.

        Everything is, where its credential was not accepted lately.
        """
        revoked = self._stamp(next(found))
        if scope.accepted_for_s == math.inf:
            return revoked
        accepted = _decoded(next(found))
        lately = accepted is not None and self._clock() - accepted[0] <= scope.accepted_for_s
        return revoked if lately else math.inf

    def _accepted(self, scope: Scope, since: float) -> list[Item]:
        """What to keep of upstream's accepting a credential when a call began."""
        if scope.accepted_for_s == math.inf:
            return []
        return [(self._keys.accepted(scope), msgspec.msgpack.encode((since, "")), scope.accepted_for_s)]

    def _now(self) -> bytes:
        return msgspec.msgpack.encode((self._clock(), ""))

    def _stamp(self, data: bytes | None) -> float:
        """Since when something is old, on the careful side of any clock."""
        found = _decoded(data)
        return NOT_SINCE if found is None else found[0] + self._skew_s


_Lease = tuple[str, list[tuple[str, list[tuple[str, str | int]]]]]


def _decoded(data: bytes | None) -> tuple[float, str] | None:
    """A time and a name; null for nothing and for what is neither."""
    if data is None:
        return None
    try:
        return msgspec.msgpack.decode(data, type=tuple[float, str])
    except (msgspec.MsgspecError, ValueError):
        return None


def _names(address: Address, cards: Entry | None) -> set[tuple[IdentifierKind, str]]:
    """Every identifier by which the customer may be invalidated: those asked by, and their cards."""
    found = {(one.kind, one.value) for one in address.identifiers if one.kind is not IdentifierKind.ID}
    held = cast("list[Card]", cards.value or []) if cards else []
    return found | {(IdentifierKind.CARD_NUMBER, card.card_number) for card in held if card.card_number}

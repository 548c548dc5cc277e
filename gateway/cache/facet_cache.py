"""The facet cache: records of customers, and the map from identifiers to their ids. Nothing is kept without a scope."""

import math
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from gateway.cache.entries import Identity, KeptRecord
from gateway.cache.keys import Keys, Name
from gateway.cache.leases import lease_of, promised_by
from gateway.cache.local import NOTHING, Glance, LocalRecords, Stands, Warm, surely_fresh
from gateway.cache.parts import Brought, Part, Ways
from gateway.cache.records import Records
from gateway.cache.stamps import IDENTITY_FRESH_FOR, NOBODY_FRESH_FOR, NOTHING_SAID, Told, fresh_for, stamps_of, told
from gateway.cache.stores import Item, Store
from gateway.context import Scope
from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Address, CustomerId, Facet, IdentifierKind
from gateway.facets.kind import Lifetime
from gateway.facets.page import Page
from gateway.telemetry.events import Emit

SENT_AGAIN_FOR: Final = 8 * 86_400
"""Seconds for which upstream may send the same event again."""


class FacetCache:
    """Entries by scope, customer and facet, on a store of bytes.

    Where there is `local`, what calls brought lies there as it came. If that is in the store itself, it lies nowhere
    else. If not, replicas share the store: it has everything too, packed facet by facet, what was read from it is kept
    in `local`, and what is fresh there is not read again. Whether that is true any more the store is asked at every
    request, unless it said so within the last `trust_s` seconds (decision record 0018); what this cache itself is told
    holds at once. A scope whose credential has to be accepted again and again, and a request that bounds the age of
    what it accepts, are never answered without asking.

    `names` is whether it is kept whom identifiers were seen to name, which only who invalidates by them asks.
    `secret` keys the hashes that stand for everything in a key. `emit` hears of what cannot be read. `clock` is Unix
    time in seconds; `skew_s` how far the clocks of those who share the store may differ; `lifetimes` what settings say
    of facets; `draw` gives numbers from (0, 1].
    """

    def __init__(
        self,
        store: Store,
        *,
        secret: bytes,
        local: LocalRecords | None = None,
        names: bool = True,
        trust_s: float = 0.0,
        emit: Emit = lambda _: None,
        lifetimes: Mapping[str, Lifetime] | None = None,
        skew_s: float = 0.0,
        clock: Callable[[], float] = time.time,
        draw: Callable[[], float] = lambda: 1.0 - random.random(),  # noqa: S311 - spreads refreshes, hides nothing
    ) -> None:
        self._store = store
        self._local = local
        self._shares = local is None or local.store is not store
        self._names = names
        self._keys = Keys(secret)
        self._lifetimes = {name: kind.lifetime for name, kind in CATALOG.items()} | dict(lifetimes or {})
        self._skew_s = skew_s
        self._clock = clock
        self._draw = draw
        self._warm = Warm(self._lifetimes, emit)
        self._records = Records(self._keys, local, self._warm, shares=self._shares)
        self._longest = max(lifetime.whole for lifetime in self._lifetimes.values()) + IDENTITY_FRESH_FOR
        self._stamps = stamps_of(store, local and local.store, for_s=trust_s, lasting_s=self._longest, clock=clock)

    def part(self, page: Page, ways: Ways, began: float, ended: float) -> Part:
        """A part for the page that a call brought, which began and ended at these times."""
        return Part(page, ways, began, max(0.0, ended - began), self._warm)

    async def identify(
        self, scope: Scope, addresses: Sequence[Address], most_age: float = math.inf
    ) -> Mapping[Address, Identity]:
        """Whom the addresses are known to name."""
        if not addresses:
            return {}
        keys = [self._keys.revoked(scope), self._keys.nobodies(scope.tenant)]
        keys += [self._keys.identity(scope, address) for address in addresses]
        found, now = self._at_hand(scope, keys, most_age), self._clock()
        if found is None or not all(_holds(one, now) for one in found[2:]):
            found, _ = await self._read(scope, keys + self._likely(scope, keys[2:]))
            now = self._clock()
        old = self._time(found[0])
        old_nobody = max(old, self._time(found[1]))
        known: dict[Address, Identity] = {}
        for address, one in zip(addresses, found[2:], strict=False):
            at, name = one
            if _holds(one, now) and at > (old if name else old_nobody) and now - at <= most_age:
                known[address] = Identity(CustomerId(name) if name else None, at)
        return known

    async def lookup(
        self, scope: Scope, wanted: Mapping[CustomerId, Iterable[Facet]], most_age: float = math.inf
    ) -> Mapping[CustomerId, KeptRecord]:
        """What is known of customers, for every facet asked: one round trip for all, or none.

        A second one where what is known here has become old and the store may have newer.
        """
        records = self._records
        sought = [records.sought(scope, customer, facets, self._draw) for customer, facets in wanted.items()]
        if not sought:
            return {}
        keys = [self._keys.revoked(scope)]
        keys += [self._keys.invalidated(scope.tenant, one.customer) for one in sought]
        found, now = self._at_hand(scope, keys, most_age), self._clock()
        old = self._old(found or [self._stamps.last(key) for key in keys])
        asked = [one.lacking(now, of, most_age) if self._shares else [] for one, of in zip(sought, old, strict=True)]
        if found is None or any(asked):
            found, values = await self._read(scope, keys, records.places(scope, sought, asked))
            now, old = self._clock(), self._old(found)
            records.take(scope, sought, asked, values, now)
            if self._shares and found[0][0] < math.inf:
                again = [one.outdated(of) for one, of in zip(sought, old, strict=True)]
                if any(again):
                    values = await self._store.multi_get(records.places(scope, sought, again))
                    records.take(scope, sought, again, values, now)
        return {one.customer: one.known(now, of, most_age) for one, of in zip(sought, old, strict=True)}

    def knows_nothing(self, scope: Scope, address: Address) -> bool:
        """Whether surely nothing is kept of a customer, here or where others share it."""
        local, customer = self._local, address.own_id
        if local is None or self._shares or scope.accepted_for_s < math.inf:
            return False
        if self._stamps.last(self._keys.identity(scope, address)) is not NOTHING_SAID:
            return False
        return customer is None or local.find(self._keys.record(scope, customer)) is NOTHING

    def glance(self, scope: Scope, address: Address, facets: Iterable[Facet | None]) -> Glance | None:
        """What is known of a customer, if that is all of these facets and fresh. Asks nobody, and so may not know."""
        if self._local is None or scope.accepted_for_s < math.inf:
            return None
        now, at_hand = self._clock(), self._stamps.at_hand
        identified_at, revoked_at = self._keys.identity(scope, address), self._keys.revoked(scope)
        named, revoked = at_hand(identified_at), at_hand(revoked_at)
        if named is None or revoked is None:
            return None
        own, old = address.own_id, self._time(revoked)
        since, customer = named if named[0] > old and _holds(named, now) else (math.inf, own)
        if not customer:
            return None
        record = self._keys.record(scope, CustomerId(customer))
        parts = self._local.find(record)
        if parts is NOTHING:
            return None
        changed_at = self._keys.invalidated(scope.tenant, CustomerId(customer))
        if (invalidated := at_hand(changed_at)) is None:
            return None
        changed = max(old, self._time(invalidated))
        seen = None if since <= changed else surely_fresh(parts, facets, changed, now)
        if seen is None:
            return None
        until = min(seen.until, since + fresh_for(named))
        stands = Stands(record, parts, identified_at, named, (revoked_at, changed_at), seen.since, until)
        merged_from = (own,) if own and own != customer else ()
        return Glance(CustomerId(customer), merged_from, seen.values, seen.fresh_for, stands)

    @property
    def changes(self) -> int | None:
        """A number that is another one after anything changed. Null where others may change it without a word."""
        return None if self._local is None or self._shares else self._local.store.changes

    def stands(self, known: Stands) -> bool:
        """Whether what was seen at a glance is still so. While nothing `changes`, it is, until its time is over."""
        local, at_hand = self._local, self._stamps.at_hand
        if local is None or self._clock() >= known.until or local.find(known.record) is not known.parts:
            return False
        return at_hand(known.identity) == known.named and all(
            (changed := at_hand(key)) is not None and self._time(changed) < known.since for key in known.changes
        )

    async def keep(self, scope: Scope, brought: Sequence[Brought]) -> None:
        """Keeps what a call brought, asked for or not, of every customer; and that its address names each. Together,
        for a call is one round trip to a store, whatever it was for."""
        now, items = self._clock(), list[Item]()
        for address, customer, part in brought:
            items += self._naming(scope, address, customer, part.fetched_at, now)
            items += self._records.keep(scope, customer, part, now)
            if self._names:
                items += self._records.naming(scope, address, part, customer, self._longest)
            part.put_away()
        since = max(part.fetched_at for _, _, part in brought)
        await self._store.multi_put([*self._accepted(scope, since), *items])

    async def store_nobody(self, scope: Scope, address: Address, since: float) -> None:
        """Keeps that the address named nobody when a call began."""
        left = since + NOBODY_FRESH_FOR - self._clock()
        if left > 0:
            item = msgspec.msgpack.encode((since, ""))
            key = self._keys.identity(scope, address)
            self._stamps.say([key], (since, ""))
            await self._store.multi_put([(key, item, left), *self._accepted(scope, since)])

    async def named(self, tenant: str, kind: IdentifierKind, values: Iterable[str]) -> frozenset[CustomerId]:
        """The customers whom identifiers were seen to name in any scope of the tenant: to invalidate, not to answer."""
        keys = [self._keys.name(tenant, kind, value) for value in values]
        found = map(told, await self._store.multi_get(keys) if keys else [])
        return frozenset(CustomerId(one[1]) for one in found if one is not None and one[1])

    async def invalidate(self, tenant: str, customers: Iterable[CustomerId], *, nobodies: bool = False) -> None:
        """Makes everything known of customers old, in every scope of the tenant; and everything not found, if asked.

        Raises `StoreDown` where replicas that share the store cannot be told, so that it can be tried again.
        """
        keys = [self._keys.invalidated(tenant, customer) for customer in customers]
        keys += [self._keys.nobodies(tenant)] if nobodies else []
        if keys:
            await self._store.put_surely(self._said(keys))

    async def revoke(self, scope: Scope) -> None:
        """Makes everything seen under a scope old: upstream does not accept its credential any more."""
        await self._store.multi_put(self._said([self._keys.revoked(scope)]))

    async def invalidated_since(self, scope: Scope, customer: CustomerId | None, since: float) -> bool:
        """Whether what was fetched of a customer at that time is old by now; null for one who was not found."""
        changed = self._keys.invalidated(scope.tenant, customer) if customer else self._keys.nobodies(scope.tenant)
        found, _ = await self._read(scope, [self._keys.revoked(scope), changed])
        return self._old(found)[0] >= since

    async def lease(self, scope: Scope, name: Name, promised: Iterable[Facet], seconds: float) -> bytes | None:
        """Claims to fetch a customer, for other replicas to wait; null where one of them does so already."""
        lease = lease_of(promised)
        return lease if await self._store.claim(self._keys.lease(scope, name), lease, ttl=seconds) else None

    async def leased(self, scope: Scope, name: Name) -> frozenset[Facet] | None:
        """What a replica is fetching of a customer right now; null where none is."""
        (found,) = await self._store.multi_get([self._keys.lease(scope, name)])
        return promised_by(found)

    async def release(self, scope: Scope, name: Name, lease: bytes) -> None:
        """Gives a lease back, if it is still ours."""
        await self._store.release(self._keys.lease(scope, name), lease)

    async def first_time(self, *parts: str) -> bool:
        """Whether nobody asked this of the same parts since upstream may have sent them first (facts §7)."""
        return await self._store.claim(self._keys.once(*parts), b"1", ttl=SENT_AGAIN_FOR)

    async def not_yet(self, *parts: str) -> None:
        """Takes a `first_time` back."""
        await self._store.delete([self._keys.once(*parts)])

    def _at_hand(self, scope: Scope, keys: Sequence[str], most_age: float) -> list[Told] | None:
        """What lies under keys of stamps; null where the store has to be asked."""
        if most_age < math.inf or scope.accepted_for_s < math.inf:
            return None
        found: list[Told] = []
        for key in keys:
            one = self._stamps.at_hand(key)
            if one is None:
                return None
            found.append(one)
        return found

    async def _read(
        self, scope: Scope, keys: Sequence[str], others: Sequence[str] = ()
    ) -> tuple[list[Told], list[bytes | None]]:
        """One round trip for stamps, the first of them that of the scope, and what lies under other keys.

        Everything seen under a scope is old where its credential was not accepted lately.
        """
        if scope.accepted_for_s == math.inf:
            return await self._stamps.read(keys, others)
        found, (data, *values) = await self._stamps.read(keys, [self._keys.accepted(scope), *others])
        accepted = told(data)
        lately = accepted is not None and self._clock() - accepted[0] <= scope.accepted_for_s
        return (found if lately else [(math.inf, ""), *found[1:]]), values

    def _naming(self, scope: Scope, address: Address, customer: CustomerId, since: float, now: float) -> list[Item]:
        """What to put into the store of whom an address names. That an id names itself is taken for granted, where
        nothing else was said of it and nobody else can have said so."""
        key = self._keys.identity(scope, address)
        if not self._shares and address.own_id == customer and self._stamps.last(key) is NOTHING_SAID:
            return []
        self._stamps.say([key], (since, customer))
        return [(key, msgspec.msgpack.encode((since, customer)), max(0.0, since + IDENTITY_FRESH_FOR - now))]

    def _likely(self, scope: Scope, identities: Sequence[str]) -> list[str]:
        """Where it lies since when those are old whom identities were known last to name: they are asked for next."""
        found = dict.fromkeys(self._stamps.last(key)[1] for key in identities)
        return [self._keys.invalidated(scope.tenant, CustomerId(name)) for name in found if name]

    def _said(self, keys: Sequence[str]) -> list[Item]:
        """What to put where it is to lie that something is old from now on, which holds here from now on too."""
        now = (self._clock(), "")
        self._stamps.say(keys, now)
        return [(key, msgspec.msgpack.encode(now), self._longest) for key in keys]

    def _old(self, stamps: Sequence[Told]) -> list[float]:
        """Since when what is known of customers is old: from the stamp of their scope, and one for each of them."""
        revoked = self._time(stamps[0])
        return [max(revoked, self._time(stamp)) for stamp in stamps[1:]]

    def _time(self, stamp: Told) -> float:
        """Since when something is old, on the careful side of any clock."""
        return stamp[0] + self._skew_s

    def _accepted(self, scope: Scope, since: float) -> list[Item]:
        """What to keep of upstream's accepting a credential when a call began."""
        if scope.accepted_for_s == math.inf:
            return []
        return [(self._keys.accepted(scope), msgspec.msgpack.encode((since, "")), scope.accepted_for_s)]


def _holds(identity: Told, now: float) -> bool:
    """Whether an address is still taken to name whom it named."""
    return now < identity[0] + fresh_for(identity)

"""The facet cache: records of customers, and the map from identifiers to their ids. Nothing is kept without a scope."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gateway.cache.entries import Entry, State, packed, state, unpacked
from gateway.cache.stores import Store
from gateway.context import Scope
from gateway.facets.addresses import normal_form
from gateway.facets.facet import Address, CustomerId, Facet

IDENTITY_FRESH_FOR: Final = 60
"""Seconds for which an identifier is taken to name the same customer. Short, and never served stale."""


class FacetCache:
    """Entries by scope, customer and facet, on an aiocache store of bytes.

    `secret` keys the hashes that stand for scopes and identifiers: no mobile number, address or credential lies in a
    key. `clock` is Unix time in seconds.
    """

    def __init__(self, store: Store, *, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._secret = hashlib.blake2b(secret, digest_size=32).digest()
        self._clock = clock

    async def identify(self, scope: Scope, addresses: Sequence[Address]) -> Mapping[Address, CustomerId]:
        """The ids that the addresses are known to name."""
        found = await self._read([self._identity_key(scope, address) for address in addresses])
        return {
            address: CustomerId(data.decode())
            for address, data in zip(addresses, found, strict=True)
            if data is not None
        }

    async def remember(self, scope: Scope, address: Address, customer: CustomerId) -> None:
        """Keeps that the address names the customer."""
        await self._store.set(self._identity_key(scope, address), customer.encode(), ttl=IDENTITY_FRESH_FOR)

    async def lookup(self, scope: Scope, customer: CustomerId, facets: Sequence[Facet]) -> Mapping[Facet, State]:
        """What is known of a customer, for every facet asked."""
        found = await self._read([self._facet_key(scope, customer, facet) for facet in facets])
        now = self._clock()
        return {facet: state(unpacked(facet, data), now) for facet, data in zip(facets, found, strict=True)}

    async def store(self, scope: Scope, customer: CustomerId, entries: Mapping[Facet, Entry]) -> None:
        """Keeps every entry for as long as it is fresh."""
        for facet, entry in entries.items():
            await self._store.set(self._facet_key(scope, customer, facet), packed(entry), ttl=entry.fresh_for)

    async def _read(self, keys: list[str]) -> list[bytes | None]:
        return await self._store.multi_get(keys) if keys else []

    def _facet_key(self, scope: Scope, customer: CustomerId, facet: Facet) -> str:
        return f"f:{scope.key(self._secret)}:{customer}:{facet}"

    def _identity_key(self, scope: Scope, address: Address) -> str:
        kinds = ",".join(address.kinds)
        values = "\0".join(normal_form(one.kind, one.value) for one in address.identifiers)
        digest = hashlib.blake2b(values.encode(), key=self._secret, digest_size=20).hexdigest()
        return f"i:{scope.key(self._secret)}:{address.source}:{address.account or ''}:{kinds}:{digest}"

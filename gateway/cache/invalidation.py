"""Makes what is known of customers old: when upstream says that they changed, or an operator."""

from collections.abc import Awaitable, Callable

from gateway.cache.facet_cache import FacetCache
from gateway.facets.facet import Address, CustomerId, IdentifierKind
from gateway.webhooks.events import Event

Find = Callable[[Address], Awaitable[CustomerId | None]]
"""Asks upstream who an address is."""


class Invalidation:
    """Of one tenant. `organisation` is its id in events; events of another are passed over."""

    def __init__(self, cache: FacetCache, tenant: str, find: Find, *, organisation: str = "") -> None:
        self._cache = cache
        self._tenant = tenant
        self._find = find
        self._organisation = organisation

    async def event(self, event: Event) -> None:
        """What an event names. A card that nobody was seen to hold names nobody. Raises `StoreDown`."""
        if self._organisation and event.organisation not in (None, self._organisation):
            return
        held = await self._cache.named(self._tenant, IdentifierKind.CARD_NUMBER, event.cards)
        await self._cache.invalidate(self._tenant, event.customers | held, nobodies=event.adds)

    async def purge(self, address: Address) -> int:
        """The customers whom an address names or was seen to name; how many there are. Raises `StoreDown`."""
        only = address.identifiers[0]
        if address.kinds == (IdentifierKind.ID,):
            customers = frozenset({CustomerId(only.value)})
        else:
            customers = await self._cache.named(self._tenant, only.kind, [only.value])
            now = await self._find(address)
            customers = customers | {now} if now else customers
        await self._cache.invalidate(self._tenant, customers, nobodies=True)
        return len(customers)

    async def first_time(self, digest: str) -> bool:
        """See `FacetCache.first_time`: whether an event was not dealt with yet."""
        return await self._cache.first_time(self._tenant, digest)

    async def not_yet(self, digest: str) -> None:
        """Takes a `first_time` back."""
        await self._cache.not_yet(self._tenant, digest)

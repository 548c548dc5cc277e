"""Makes what is known of customers old: when upstream says that they changed, or an operator."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from gateway.cache.facet_cache import FacetCache
from gateway.facets.facet import Address, CustomerId, IdentifierKind
from gateway.webhooks.events import Event


class Organisation(Protocol):
    """Whose customers they are."""

    @property
    def name(self) -> str:
        """What it is called here."""
        ...

    @property
    def id(self) -> str:
        """Its part of every scope."""
        ...

    @property
    def organisation(self) -> str:
        """Its id in events; empty where events of any are its own."""
        ...

    async def find(self, address: Address) -> CustomerId | None:
        """Asks upstream who an address is."""
        ...


class UnknownTenant(Exception):
    """No tenant has this name, or none was given where there are several."""


class Invalidation:
    """Of all tenants of a gateway."""

    def __init__(self, cache: FacetCache, tenants: Iterable[Organisation]) -> None:
        self._cache = cache
        self._tenants = tuple(tenants)

    async def event(self, event: Event) -> None:
        """What an event names. A card that nobody was seen to hold names nobody. Raises `StoreDown`.

        An event that does not say of which organisation it is may be of any.
        """
        for tenant in self._tenants:
            if tenant.organisation and event.organisation not in (None, tenant.organisation):
                continue
            held = await self._cache.named(tenant.id, IdentifierKind.CARD_NUMBER, event.cards)
            await self._cache.invalidate(tenant.id, event.customers | held, nobodies=event.adds)

    async def purge(self, address: Address, name: str = "") -> int:
        """The customers whom an address names or was seen to name; how many there are.

        Raises `StoreDown`, and `UnknownTenant`.
        """
        tenant = next((one for one in self._tenants if one.name == name), None)
        if tenant is None:
            raise UnknownTenant
        only = address.identifiers[0]
        if address.kinds == (IdentifierKind.ID,):
            customers = frozenset({CustomerId(only.value)})
        else:
            customers = await self._cache.named(tenant.id, only.kind, [only.value])
            now = await tenant.find(address)
            customers = customers | {now} if now else customers
        await self._cache.invalidate(tenant.id, customers, nobodies=True)
        return len(customers)

    async def first_time(self, digest: str) -> bool:
        """See `FacetCache.first_time`: whether an event was not dealt with yet."""
        return await self._cache.first_time(*self._all, digest)

    async def not_yet(self, digest: str) -> None:
        """Takes a `first_time` back."""
        await self._cache.not_yet(*self._all, digest)

    @property
    def _all(self) -> Sequence[str]:
        return sorted(tenant.id for tenant in self._tenants)

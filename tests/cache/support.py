"""What tests of the facet cache share: a store that tells what it was asked, and short ways to say things."""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.cache.entries import Entry, Kept
from gateway.cache.facet_cache import FacetCache
from gateway.cache.memory import MemoryStore
from gateway.cache.parts import Part, Ways
from gateway.cache.stores import Item, Store
from gateway.context import Scope
from gateway.facets.addresses import address as read_address
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Address, CustomerId, Endpoint, Facet, IdentifierKind, Source
from gateway.facets.kind import Lifetime
from gateway.facets.parameters import ways
from gateway.model.cards import Card
from tests.support.clock import Clock

SECRET = b"of this deployment"
TENANT = "https://up.example"
SCOPE = Scope(TENANT, "basic:till.one:0123456789abcdef", "store-7", "zh")
ASHA = CustomerId("100000001")
WAY = CATALOG["EXISTENCE"].sources[0]
LIFE = Lifetime(fresh_for=60.0, stale_for=30.0, error_stale_for=600.0)


class Brought(Part):
    """A part of which it is known what it holds, without a page to read it from."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[Facet, Entry], since: float) -> None:
        self.ways = dict.fromkeys(entries, WAY)
        self.fetched_at = since
        self._entries = entries

    def __len__(self) -> int:
        return 100

    @property
    def lasts(self) -> float:
        """Until the last entry is of no use."""
        return max((entry.fetched_at + entry.lifetime.whole for entry in self._entries.values()), default=0.0)

    def entry(self, facet: Facet) -> Entry | None:
        """One of those."""
        return self._entries[facet]

    def put_away(self) -> None:
        """It stays as it is."""

    cool = close = put_away


async def keep(
    cache: FacetCache, scope: Scope, address: Address, customer: CustomerId, entries: Mapping[Facet, Entry]
) -> None:
    """Keeps entries as if a call had brought them, which began with the oldest of them; now, if it brought nothing."""
    now: float = cache._clock()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    since = min((entry.fetched_at for entry in entries.values()), default=now)
    await cache.keep(scope, [(address, customer, Brought(entries, since))])


def brought(endpoint: Endpoint, *facets: Facet) -> Ways:
    """How the endpoint brings them."""
    return ways(endpoint, frozenset(facets), Capabilities())


class Recording(MemoryStore):
    """A store that remembers every call, key and value that it was ever shown."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(max_bytes=10**7, clock=clock)
        self.calls: list[str] = []
        self.keys: list[str] = []
        self.kept: dict[str, tuple[bytes, float]] = {}
        self.spoil: Callable[[bytes], bytes] = lambda value: value

    async def multi_get(self, keys: list[str]) -> list[bytes | None]:
        """Notes the keys; what it gives back may be spoilt."""
        self.calls.append("multi_get")
        self.keys += keys
        return [value and self.spoil(value) for value in await super().multi_get(keys)]

    async def multi_put(self, items: Sequence[Item]) -> None:
        """Notes everything."""
        self._note("multi_put", items)
        await super().multi_put(items)

    async def put_surely(self, items: Sequence[Item]) -> None:
        """Notes everything."""
        self._note("put_surely", items)
        await super().put_surely(items)

    async def claim(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Notes everything."""
        self._note("claim", [(key, value, ttl)])
        return await super().claim(key, value, ttl=ttl)

    def _note(self, call: str, items: Sequence[Item]) -> None:
        self.calls.append(call)
        self.keys += [key for key, _, _ in items]
        self.kept |= {key: (value, ttl) for key, value, ttl in items}


async def put(store: Store, key: str, value: bytes, ttl: float = 60.0) -> None:
    """Gets one value into a store."""
    await store.multi_put([(key, value, ttl)])


def cache_over(store: Any, clock: Clock, secret: bytes = SECRET, **others: Any) -> FacetCache:
    """A cache whose refreshes are never early, unless said otherwise."""
    return FacetCache(store, secret=secret, clock=clock, **{"draw": lambda: 1.0} | others)


def fetched(clock: Clock, value: Any = True, life: Lifetime = LIFE) -> Entry:
    """An entry that was fetched just now."""
    return Entry(value, clock.now, life, Endpoint.V2)


def named(by: Mapping[str, Any], source: Source = Source.INSTORE, account: str | None = None) -> Address:
    """An address as a caller writes it."""
    return read_address(dict(by), source, account)


def dual(*identifiers: tuple[IdentifierKind, str]) -> dict[str, Any]:
    """Several identifiers of one customer, as a caller writes them."""
    return {"identifiers": [{"kind": kind, "value": value} for kind, value in identifiers]}


MOBILE = named({"mobile": "919800000001"})


async def known(
    cache: FacetCache, facets: Sequence[Facet], customer: CustomerId = ASHA, scope: Scope = SCOPE
) -> Mapping[Facet, Kept]:
    """What the cache knows of one customer."""
    return (await cache.lookup(scope, {customer: facets}))[customer].facets


async def identified(
    cache: FacetCache, scope: Scope, addresses: Sequence[Address], most_age: float = math.inf
) -> Mapping[Address, CustomerId | None]:
    """Whom addresses are known to name."""
    return {address: one.customer for address, one in (await cache.identify(scope, addresses, most_age)).items()}


async def kinds(
    cache: FacetCache, facets: Sequence[Facet], customer: CustomerId = ASHA, scope: Scope = SCOPE
) -> list[type[Kept]]:
    """In which states that is."""
    return [type(state) for state in (await known(cache, facets, customer, scope)).values()]


def card(number: str) -> Card:
    """A card of which only the number is known."""
    fields: dict[str, Any] = {field.name: None for field in dataclasses.fields(Card)}
    return Card(**fields | {"card_number": number, "custom_fields": [], "extended_fields": []})


NEIGHBOURS = [
    Scope(TENANT, "basic:till.two:0123456789abcdef", "store-7", "zh"),
    Scope(TENANT, SCOPE.principal, "store-8", "zh"),
    Scope(TENANT, SCOPE.principal, "store-7", ""),
]
"""Other views of the same upstream."""
STRANGER = Scope("https://other.example", SCOPE.principal, "store-7", "zh")

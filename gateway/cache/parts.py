"""A part: what one call brought of one customer, kept as it came, and read facet by facet when each is wanted. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from gateway.cache.entries import Entry
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.kind import FacetSource, Lifetime
from gateway.facets.page import Page
from gateway.model.readers import Anomaly

Ways = Mapping[Facet, FacetSource]
"""How each facet that a call brings whole lies in its page. Calls that are alike share one."""

OVERHEAD: Final = 400
"""Bytes that a part costs beside the text of its page."""
MOST_PARTS: Final = 8
"""Parts kept of one customer; each may hold the whole of them."""


class Keeper(Protocol):
    """What parts of one cache have in common."""

    lifetimes: Mapping[str, Lifetime]
    """How long the entries of each facet last, by its name."""

    def longest(self, ways: Ways) -> float:
        """The seconds after which none of these facets is of use any more."""
        ...

    def add(self, part: "Part") -> None:
        """Told that the part holds a decoded copy from now on; may have it let go of again with `cool`."""
        ...

    def tell(self, origin: Endpoint, facet: Facet, problem: Anomaly | Exception) -> None:
        """Told of what the page holds that cannot be read: a value, or a whole facet."""
        ...


class Part:
    """What one call brought. `fetched_at` is when it began (Unix seconds), `took_s` how long it took."""

    __slots__ = ("_keeper", "_read", "fetched_at", "lasts", "page", "took_s", "ways")

    def __init__(self, page: Page, ways: Ways, fetched_at: float, took_s: float, keeper: Keeper) -> None:
        self.page = page
        self.ways = ways
        self.fetched_at = fetched_at
        self.took_s = took_s
        self.lasts = fetched_at + keeper.longest(ways)
        """Until when any of it can be of use, in Unix seconds."""
        self._keeper = keeper
        self._read: dict[Facet, Entry | None] = {}

    def __len__(self) -> int:
        return len(self.page) + OVERHEAD

    def entry(self, facet: Facet) -> Entry | None:
        """The entry of a facet that the call brought; null where its reader fails."""
        if facet in self._read:
            return self._read[facet]
        keeper = self._keeper
        try:
            value, anomalies = self.page.read(facet, self.ways[facet])
        except Exception as fault:  # noqa: BLE001 - a fault in one reader costs its facet, not the answer
            keeper.tell(self.page.endpoint, facet, fault)
            self._read[facet] = None
            return None
        for anomaly in anomalies:
            keeper.tell(self.page.endpoint, facet, anomaly)
        found = Entry(value, self.fetched_at, keeper.lifetimes[facet.name], self.page.endpoint, self.took_s)
        self._read[facet] = found
        keeper.add(self)
        return found

    def cool(self) -> None:
        """Keeps the text alone, from which everything can be read again."""
        self._read.clear()
        self.page.cool()


class Parts:
    """What is kept of one customer as seen under one scope, the newest part first. Never changed, only replaced."""

    __slots__ = ("_parts", "_size", "last")

    def __init__(self, *parts: Part) -> None:
        self._parts = parts
        self._size = sum(map(len, parts))
        self.last = parts[0].lasts if len(parts) == 1 else max((part.lasts for part in parts), default=0.0)
        """Until when any of it can be of use."""

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts)

    def part(self, facet: Facet) -> Part | None:
        """The newest part that has the facet."""
        for part in self._parts:
            if facet in part.ways:
                return part
        return None

    def joined_by(self, newer: Part, now: float) -> "Parts":
        """These and a newer one, without those that are over, or of which it brings everything anew."""
        if not self._parts:
            return Parts(newer)
        kept = (part for part in self._parts if part.lasts > now and not part.ways.keys() <= newer.ways.keys())
        return Parts(newer, *list(kept)[: MOST_PARTS - 1])

"""Parts of what is known of one customer, kept as they came and read facet by facet when each is wanted. Pure.

A part is what one call brought, or what was read from a store that replicas share.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, Protocol

from gateway.cache.entries import Entry, unpacked
from gateway.facets.facet import Address, CustomerId, Endpoint, Facet
from gateway.facets.kind import FacetSource, Lifetime
from gateway.facets.page import Page
from gateway.model.readers import Anomaly

Ways = Mapping[Facet, FacetSource]
"""How each facet that a call brings whole lies in its page. Calls that are alike share one."""

OVERHEAD: Final = 400
"""Bytes that a part costs beside the text of its page."""
EACH: Final = 350
"""Bytes that an entry costs in a packed part beside its own."""
MOST_PARTS: Final = 8
"""Parts kept of one customer; each may hold the whole of them."""


class Keeper(Protocol):
    """What parts of one cache have in common."""

    lifetimes: Mapping[str, Lifetime]
    """How long the entries of each facet last, by its name."""

    def longest(self, ways: Ways) -> float:
        """The seconds after which none of these facets is of use any more."""
        ...

    def add(self, part: "AnyPart") -> None:
        """Told that the part holds a decoded copy from now on; may have it let go of again with `cool`."""
        ...

    def tell(self, origin: Endpoint, facet: Facet, problem: Anomaly | Exception) -> None:
        """Told of what the page holds that cannot be read: a value, or a whole facet."""
        ...


class Part:
    """What one call brought. `fetched_at` is when it began (Unix seconds), `took_s` how long it took.

    What is read of it for the answer that it was fetched for goes with that answer. Copies are kept of what is read
    after it was `put_away`: most customers are not asked for again soon.
    """

    __slots__ = ("_away", "_keeper", "_read", "fetched_at", "page", "took_s", "ways")

    def __init__(self, page: Page, ways: Ways, fetched_at: float, took_s: float, keeper: Keeper) -> None:
        self.page = page
        self.ways = ways
        self.fetched_at = fetched_at
        self.took_s = took_s
        self._keeper = keeper
        self._read: dict[Facet, Entry | None] | None = None
        self._away = False

    def __len__(self) -> int:
        return len(self.page) + OVERHEAD

    @property
    def facets(self) -> Collection[Facet]:
        """What it has."""
        return self.ways

    @property
    def lasts(self) -> float:
        """Until when any of it can be of use, in Unix seconds."""
        return self.fetched_at + self._keeper.longest(self.ways)

    def entry(self, facet: Facet) -> Entry | None:
        """The entry of a facet that the call brought; null where its reader fails."""
        read = self._read
        if read is None:
            read = self._read = {}
        elif facet in read:
            return read[facet]
        keeper = self._keeper
        try:
            value, anomalies = self.page.read(facet, self.ways[facet])
        except Exception as fault:  # noqa: BLE001 - a fault in one reader costs its facet, not the answer
            keeper.tell(self.page.endpoint, facet, fault)
            read[facet] = None
            return None
        for anomaly in anomalies:
            keeper.tell(self.page.endpoint, facet, anomaly)
        found = Entry(value, self.fetched_at, keeper.lifetimes[facet.name], self.page.endpoint, self.took_s)
        read[facet] = found
        if self._away:
            keeper.add(self)
        return found

    def put_away(self) -> None:
        """It lies in a cache from now on."""
        self._away = True
        self.cool()

    def cool(self) -> None:
        """Keeps the text alone, from which everything can be read again."""
        self._read = None
        self.page.cool()

    def close(self) -> None:
        """Lets go of what was parsed, not of what was read."""
        self.page.cool()


Brought = tuple[Address, CustomerId, Part]
"""What a call brought of a customer, and how they were asked for."""


class PackedPart:
    """Entries as they lie in a shared store, each with the time (Unix seconds) at which it is of no use any more.

    `read` are those of them that are decoded already.
    """

    __slots__ = ("_keeper", "_read", "_size", "facets", "lasts")

    def __init__(
        self, packed: Mapping[Facet, tuple[bytes, float]], keeper: Keeper, read: Mapping[Facet, Entry]
    ) -> None:
        self.facets = packed
        self.lasts = max((ends for _, ends in packed.values()), default=0.0)
        """Until when any of it can be of use, in Unix seconds."""
        self._keeper = keeper
        self._size = sum(len(data) + EACH for data, _ in packed.values()) + OVERHEAD
        self._read: dict[Facet, Entry | None] = dict(read)
        if read:
            keeper.add(self)

    def __len__(self) -> int:
        return self._size

    def entry(self, facet: Facet) -> Entry | None:
        """The entry of a facet; null where it does not decode."""
        if facet not in self._read:
            self._read[facet] = unpacked(facet, self.facets[facet][0])
            self._keeper.add(self)
        return self._read[facet]

    def beside(self, older: "PackedPart", facets: Collection[Facet], now: float) -> "PackedPart":
        """These, and of an older part those of some facets that are not over."""
        kept = {facet: older.facets[facet] for facet in facets if older.facets[facet][1] > now}
        decoded = {facet: entry for facet in kept if (entry := older._read.get(facet)) is not None}  # noqa: SLF001
        decoded |= {facet: entry for facet, entry in self._read.items() if entry is not None}
        return PackedPart({**kept, **self.facets}, self._keeper, decoded)

    def cool(self) -> None:
        """Keeps the bytes alone."""
        self._read.clear()

    def close(self) -> None:
        """Nothing is parsed beyond what is read."""


AnyPart = Part | PackedPart


class Parts:
    """What is kept of one customer as seen under one scope, the newest part first. Never changed, only replaced."""

    __slots__ = ("_parts", "_size", "last")

    def __init__(self, *parts: AnyPart) -> None:
        self._parts = parts
        self._size = sum(map(len, parts))
        self.last = parts[0].lasts if len(parts) == 1 else max((part.lasts for part in parts), default=0.0)
        """Until when any of it can be of use."""

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[AnyPart]:
        return iter(self._parts)

    def part(self, facet: Facet) -> AnyPart | None:
        """The newest part that has the facet."""
        for part in self._parts:
            if facet in part.facets:
                return part
        return None

    def joined_by(self, newer: AnyPart, now: float) -> "Parts":
        """These and a newer one, without those that are over, or of which it brings everything anew.

        Packed ones become one: a store is read for a few facets at a time.
        """
        rest: list[AnyPart] = []
        for part in self._parts:
            if isinstance(newer, PackedPart) and isinstance(part, PackedPart):
                seen = [facet for facet in part.facets if facet not in newer.facets and self.part(facet) is part]
                newer = newer.beside(part, seen, now)
            elif part.lasts > now:
                rest.append(part)
        kept = [part for part in rest if not all(facet in newer.facets for facet in part.facets)]
        return Parts(newer, *kept[: MOST_PARTS - 1])

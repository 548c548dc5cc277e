"""Facets of one customer on the fewest calls of one endpoint, and of those the ones that bring the least. Pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from itertools import permutations, product
from math import perm, prod
from typing import Final

from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Endpoint, Facet, FacetArguments
from gateway.facets.kind import FacetSource
from gateway.facets.parameters import SETS, brought, cost, slot, source

ARRANGEMENTS: Final = 64
"""With more ways than this to lay facets on calls, one set after the other goes where it brings least."""

Calls = tuple[frozenset[Facet], ...]
"""The facets of each call."""


@lru_cache(maxsize=SETS)
def packed(facets: frozenset[Facet], endpoint: Endpoint, capabilities: Capabilities) -> Calls:
    """The fewest calls that bring these facets, which the endpoint must know, and of those what brings least besides.

    One call takes one value of each slot, so they are as many as the slot with the most values asks for.
    """
    slots: defaultdict[str, defaultdict[FacetArguments, set[Facet]]] = defaultdict(lambda: defaultdict(set))
    free = frozenset(facet for facet in facets if slot(facet, endpoint, capabilities) is None)
    for facet in sorted(facets):
        if occupied := slot(facet, endpoint, capabilities):
            slots[occupied[0]][occupied[1]].add(facet)
    if max(map(len, slots.values()), default=1) == 1:
        return (facets,) if facets else ()
    values = sorted((tuple(map(frozenset, found.values())) for found in slots.values()), key=len, reverse=True)
    anywhere = frozenset(facet for facet in free if _indifferent(facet, endpoint, capabilities))
    first = (values[0][0] | anywhere, *values[0][1:])
    return _least(first, values[1:], _together(free - anywhere, endpoint, capabilities), endpoint, capabilities)


def _least(
    first: Calls, slots: Sequence[Calls], sets: Sequence[frozenset[Facet]], endpoint: Endpoint, able: Capabilities
) -> Calls:
    """What brings least, and then costs least, of the ways to lay the values of these slots and these sets on calls.

    Of equals the one with most on the first calls.
    """

    def weight(calls: Calls) -> tuple[int, int, list[int], list[list[Facet]]]:
        came = [brought(endpoint, call, able) for call in calls]
        price = sum(cost(endpoint, one, able) for one in came)
        return sum(map(len, came)), price, [-len(call) for call in calls], list(map(sorted, calls))

    if prod(perm(len(first), len(values)) for values in slots) * len(first) ** len(sets) <= ARRANGEMENTS:
        return min(_arrangements(first, slots, sets), key=weight)
    for values in slots:
        first = _laid(first, values, range(len(values)))
    for one in sets:
        first = min((_laid(first, (one,), (place,)) for place in range(len(first))), key=weight)
    return first


def _arrangements(first: Calls, slots: Sequence[Calls], sets: Sequence[frozenset[Facet]]) -> Iterator[Calls]:
    """Every way: of one slot each value has a call of its own."""
    places = range(len(first))
    orders = [permutations(places, len(values)) for values in slots]
    for *chosen, free in product(*orders, product(places, repeat=len(sets))):
        calls = first
        for values, order in zip([*slots, sets], [*chosen, free], strict=True):
            calls = _laid(calls, values, order)
        yield calls


def _laid(calls: Calls, sets: Sequence[frozenset[Facet]], places: Sequence[int]) -> Calls:
    found = list(calls)
    for one, place in zip(sets, places, strict=True):
        found[place] |= one
    return tuple(found)


def _together(facets: frozenset[Facet], endpoint: Endpoint, capabilities: Capabilities) -> list[frozenset[Facet]]:
    """Facets that ask the same of a call, and so may as well share one; what can narrow a call is on its own."""
    found: defaultdict[Hashable, set[Facet]] = defaultdict(set)
    for facet in sorted(facets):
        if way := source(facet, endpoint, capabilities):
            found[_carried(way), way.touched_by, facet if way.narrowed else None].add(facet)
    return list(map(frozenset, found.values()))


@lru_cache(maxsize=SETS)
def _indifferent(facet: Facet, endpoint: Endpoint, capabilities: Capabilities) -> bool:
    """Whether it brings the same on every call: nothing else asks for what it asks for, and nothing narrows it."""
    way = source(facet, endpoint, capabilities)
    others = (found for kind in CATALOG.values() if kind.name != facet.name for found in kind.sources)
    return (
        way is not None
        and not way.touched_by
        and not way.suppressor
        and all(_carried(way).isdisjoint(_carried(other)) for other in others if other.endpoint is endpoint)
    )


def _carried(way: FacetSource) -> frozenset[str]:
    return way.embeds | frozenset(way.flags)

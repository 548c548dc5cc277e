"""Plans, remembered. A plan depends on how customers are named and what is wanted of them, not on who they are."""

from functools import lru_cache
from typing import Final

from gateway.facets.capabilities import Capabilities
from gateway.facets.facet import Address, Endpoint, Facet, Identifier, Need, Needs, Source
from gateway.facets.plan import Plan
from gateway.facets.planner import NONE_AVOIDED, plan
from gateway.facets.routes import By

MOST: Final = 256
"""Plans remembered; the least recently used goes first."""
MOST_CUSTOMERS: Final = 20
"""The customers of the largest plan that is remembered: one of V1.1 with 40 facets takes about 7 KB, key included."""


def planned(needs: Needs, capabilities: Capabilities, avoid: frozenset[Endpoint] = NONE_AVOIDED) -> Plan:
    """As `planner.plan`."""
    if len(needs) > MOST_CUSTOMERS:
        return plan(needs, capabilities, avoid)
    shapes = tuple((one.address.kinds, *one.address[1:], one.facets, one.known) for one in needs)
    return _planned(shapes, capabilities, avoid)


_Shape = tuple[By, Source, str | None, frozenset[Facet], bool]
"""A need without the values that name somebody: none of them is remembered with a plan."""


@lru_cache(MOST)
def _planned(shapes: tuple[_Shape, ...], capabilities: Capabilities, avoid: frozenset[Endpoint]) -> Plan:
    alike: dict[_Shape, Need] = {}
    for shape in shapes:
        if shape not in alike:
            kinds, source, account, facets, known = shape
            anybody = Address(tuple(Identifier(kind, "") for kind in kinds), source, account)
            alike[shape] = Need(anybody, facets, known)
    return plan(tuple(alike[shape] for shape in shapes), capabilities, avoid)

"""Plans, remembered. A plan depends on how customers are named and what is wanted of them, not on who they are."""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from gateway.facets.capabilities import Capabilities
from gateway.facets.facet import Address, Endpoint, Identifier, Need, Needs
from gateway.facets.plan import Plan
from gateway.facets.planner import NONE_AVOIDED, plan

MOST: Final = 256
"""Plans remembered; the least recently used goes first."""
MOST_CUSTOMERS: Final = 20
"""The customers of the largest plan that is remembered: one of V1.1 with 40 facets takes about 7 KB, key included."""


def planned(needs: Needs, capabilities: Capabilities, avoid: frozenset[Endpoint] = NONE_AVOIDED) -> Plan:
    """As `planner.plan`."""
    if len(needs) > MOST_CUSTOMERS:
        return plan(needs, capabilities, avoid)
    alike: dict[Need, Need] = {}
    shapes = (replace(need, address=_anybody(need.address)) for need in needs)
    return _planned(tuple(alike.setdefault(shape, shape) for shape in shapes), capabilities, avoid)


_planned = lru_cache(MOST)(plan)


def _anybody(address: Address) -> Address:
    """The address without the values that name somebody: none of them is remembered with a plan."""
    return replace(address, identifiers=tuple(Identifier(kind, "") for kind in address.kinds))

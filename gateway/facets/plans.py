"""Plans, remembered. A plan depends on how customers are named and what is wanted of them, not on who they are."""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from gateway.facets.capabilities import Capabilities
from gateway.facets.facet import Address, Endpoint, Identifier, Needs
from gateway.facets.plan import Plan
from gateway.facets.planner import NONE_AVOIDED, plan

MOST: Final = 1024
"""Plans remembered, each of about 2 KB; the least recently used goes first."""


def planned(needs: Needs, capabilities: Capabilities, avoid: frozenset[Endpoint] = NONE_AVOIDED) -> Plan:
    """As `planner.plan`."""
    return _planned(tuple(replace(need, address=_anybody(need.address)) for need in needs), capabilities, avoid)


_planned = lru_cache(MOST)(plan)


def _anybody(address: Address) -> Address:
    """The address without the values that name somebody: none of them is remembered with a plan."""
    return replace(address, identifiers=tuple(Identifier(kind, "") for kind in address.kinds))

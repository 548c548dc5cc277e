"""What calls cost upstream, as callers are told it and limited by it. Pure."""

from collections.abc import Iterable
from typing import Final

from gateway.facets.plan import Call

PER_CALL: Final = 10
"""What a call costs for itself. Each facet asked on it costs one for every customer asked for."""


def upstream_cost(calls: Iterable[Call]) -> int:
    """The work that calls make upstream: ten for each, and one for every facet of every customer."""
    return sum(PER_CALL + len(call.facets) * len(call.customers) for call in calls)

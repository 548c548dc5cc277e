"""Searches small mixtures of unlike needs for a cheaper plan than the greedy one. Pure, exact within its budget."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTENCE
from gateway.facets.facet import Endpoint, Facet, Needs
from gateway.facets.parameters import compatible, slot, source, sources
from gateway.facets.plan import Call, Objective, objective
from gateway.facets.routes import Routes, capacity, routes

DEMANDS = 14
"""Mixtures with more (customer, facet) pairs than this are left to the greedy plan."""
STEPS = 1_500
"""Partial plans looked at before the search gives up and keeps the best so far."""


def improved(
    greedy: list[Call],
    positions: Sequence[int],
    needs: Needs,
    capabilities: Capabilities,
    avoid: frozenset[Endpoint],
) -> list[Call]:
    """The cheapest calls for these needs, or `greedy` where nothing cheaper is found within the budget."""
    demands = [(position, facet) for position in positions for facet in sorted(needs[position].facets - {EXISTENCE()})]
    if len(demands) > DEMANDS:
        return greedy
    demands.sort(key=lambda demand: _freedom(demand[1], capabilities))
    ways = {position: routes(needs[position], capabilities) for position in positions}
    search = _Search(needs, capabilities, avoid, ways, greedy, objective(greedy, needs, capabilities, avoid))
    search.place([*demands, *((position, EXISTENCE()) for position in positions)], [])
    return search.best


def _freedom(facet: Facet, capabilities: Capabilities) -> tuple[int, bool]:
    """The facets with the least choice are placed first."""
    ways = sources(facet, capabilities)
    return len(ways), slot(facet, ways[0].endpoint, capabilities) is None


@dataclass(slots=True)
class _Search:
    needs: Needs
    capabilities: Capabilities
    avoid: frozenset[Endpoint]
    ways: dict[int, Routes]
    best: list[Call]
    least: Objective
    steps: int = field(default=0)

    def place(self, demands: Sequence[tuple[int, Facet]], calls: list[Call]) -> None:
        """Places the first demand in every way that may still beat the best plan, then the rest."""
        self.steps += 1
        cost = objective(calls, self.needs, self.capabilities, self.avoid)
        if self.steps > STEPS or cost >= self.least:
            return
        if not demands:
            self.best, self.least = calls, cost
            return
        (customer, facet), rest = demands[0], demands[1:]
        if self._has(calls, customer, facet):
            self.place(rest, calls)
            return
        for placed in self._placements(calls, customer, facet):
            self.place(rest, placed)

    def _has(self, calls: list[Call], customer: int, facet: Facet) -> bool:
        """Existence counts as found only in wave 1, because wave 2 rests on it."""
        return any(
            customer in call.customers
            and facet in call.brings(self.needs, customer, self.capabilities)
            and (facet != EXISTENCE() or call.wave == 1)
            for call in calls
        )

    def _placements(self, calls: list[Call], customer: int, facet: Facet) -> Iterator[list[Call]]:
        for index, call in enumerate(calls):
            if (joined := self._joined(call, customer, facet)) is not None:
                yield [*calls[:index], joined, *calls[index + 1 :]]
        for endpoint, found in self.ways[customer].items():
            for route in found:
                if source(facet, endpoint, self.capabilities) is not None and (facet != EXISTENCE() or route.wave == 1):
                    yield [*calls, Call(endpoint, route.wave, route.by, (customer,), frozenset({facet}))]

    def _joined(self, call: Call, customer: int, facet: Facet) -> Call | None:
        """The call with the facet added for the customer, if it can carry it."""
        if source(facet, call.endpoint, self.capabilities) is None or (facet == EXISTENCE() and call.wave != 1):
            return None
        if not compatible(call.facets, frozenset({facet}), call.endpoint, self.capabilities):
            return None
        if customer not in call.customers and not self._may_join(call, customer):
            return None
        facets = (call.facets | {facet}) - {EXISTENCE()} or frozenset({EXISTENCE()})
        return replace(call, customers=tuple(sorted({*call.customers, customer})), facets=facets)

    def _may_join(self, call: Call, customer: int) -> bool:
        return (
            call.endpoint is Endpoint.V1
            and len(call.customers) < capacity(call.endpoint, call.by, self.capabilities)
            and any((route.wave, route.by) == (call.wave, call.by) for route in self.ways[customer][Endpoint.V1])
        )

"""The planner: the cheapest calls for a set of needs. Pure.

Needs that could share a V1.1 batch are planned together, all others apart. Alike needs (the common case: one list,
one selection) have a closed form: choose an endpoint for every facet that both bring, pack conflicting values onto
the fewest calls, cut into batches. Unlike needs are pooled greedily, and small mixtures are then searched through.
`Plan.lower_bound` says how far from the least number of calls the result can be at most.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import ceil

from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTENCE
from gateway.facets.facet import Endpoint, Facet, FacetArguments, Need, Needs
from gateway.facets.packing import packed
from gateway.facets.parameters import compatible, slot, source, sources
from gateway.facets.plan import Call, Objective, Plan, objective, ordered
from gateway.facets.routes import Route, Routes, capacity, routes
from gateway.facets.search import improved

Endpoints = frozenset[Endpoint]
NONE_AVOIDED: Endpoints = frozenset()
MOST_ALONE = 4
"""Facets that narrow a call and are each given a choice of their own: every one doubles the assignments looked at."""
ASSIGNMENTS = 32
"""Sets of facets whose assignments are remembered, for customers of one plan who are named in several ways: each has
all its assignments, 35 KB where thirty facets are selected at random."""


def plan(needs: Needs, capabilities: Capabilities, avoid: Endpoints = NONE_AVOIDED) -> Plan:
    """The cheapest calls that bring every need. Every address must be `findable`.

    `avoid` names endpoints to be spared where the other one brings the facet too.
    """
    calls: list[Call] = []
    bound = 0
    for group in _groups(needs, capabilities):
        members = _Members(tuple(group), needs, capabilities, avoid)
        bound += _lower_bound(members)
        calls += _plan_group(members)
    return Plan(ordered(calls), objective(calls, needs, capabilities, avoid), bound)


@dataclass(frozen=True, slots=True)
class _Members:
    """Needs that are planned together, as positions in all needs."""

    positions: tuple[int, ...]
    needs: Needs
    capabilities: Capabilities
    avoid: Endpoints

    def routes(self, position: int) -> Routes:
        return routes(self.needs[position], self.capabilities)

    @property
    def batch_size(self) -> int:
        """The most customers that any call can take."""
        ways = (route for position in self.positions for route in self.routes(position)[Endpoint.V1])
        return max((capacity(Endpoint.V1, route.by, self.capabilities) for route in ways), default=1)

    def objective(self, calls: Iterable[Call]) -> Objective:
        return objective(calls, self.needs, self.capabilities, self.avoid)


def _groups(needs: Needs, capabilities: Capabilities) -> Iterator[list[int]]:
    """Splits the needs into groups that no V1.1 batch can join: batches hold one identifier kind and one wave."""
    groups: list[tuple[set[Route], list[int]]] = []
    for position, need in enumerate(needs):
        shared = set(routes(need, capabilities)[Endpoint.V1])
        joined = [group for group in groups if group[0] & shared]
        groups = [group for group in groups if not group[0] & shared]
        groups.append(
            (
                shared.union(*(group[0] for group in joined)),
                sorted([position, *(member for group in joined for member in group[1])]),
            )
        )
    yield from (members for _, members in groups)


def _plan_group(members: _Members) -> list[Call]:
    alike: defaultdict[tuple[frozenset[Facet], str], list[int]] = defaultdict(list)
    for position in members.positions:
        alike[(wanted(members.needs[position]), repr(members.routes(position)))].append(position)
    if len(alike) == 1:
        return _plan_alike(replace(members, positions=tuple(*alike.values())))
    apart = [call for same in alike.values() for call in _plan_alike(replace(members, positions=tuple(same)))]
    spared = replace(members, avoid=members.avoid | {Endpoint.V2})
    leaning = [call for same in alike.values() for call in _plan_alike(replace(spared, positions=tuple(same)))]
    candidates = (apart, _pooled(apart, members), _pooled(leaning, members))
    best = min(candidates, key=members.objective)
    return improved(best, members.positions, members.needs, members.capabilities, members.avoid)


def wanted(need: Need) -> frozenset[Facet]:
    """The facets to place. Every call proves existence, so it is placed only where nothing else is wanted."""
    return need.facets - {EXISTENCE()} or frozenset({EXISTENCE()})


def _plan_alike(members: _Members) -> list[Call]:
    """The cheapest calls for needs with the same facets and routes: exact.

    Full batches cost the same each, so what is left over after them may be better off on V2.
    """
    size = members.batch_size
    whole = _plan_uniform(members)
    left_over = len(members.positions) % size
    if not left_over or len(members.positions) < size:
        return whole
    full, rest = members.positions[:-left_over], members.positions[-left_over:]
    cut = _plan_uniform(replace(members, positions=full)) + _plan_uniform(replace(members, positions=rest))
    return min((whole, cut), key=members.objective)


def _plan_uniform(members: _Members) -> list[Call]:
    """The cheapest calls if all these customers get each facet from the same endpoint."""
    first = members.positions[0]
    ways = members.routes(first)
    candidates = (
        _calls(assignment, route, members, ways)
        for assignment in _assignments(wanted(members.needs[first]), members.capabilities)
        for route in ways[Endpoint.V1]
    )
    return min(candidates, key=lambda calls: (members.objective(calls), _fixed_order(calls)))


def _fixed_order(calls: Iterable[Call]) -> list[tuple[bool, tuple[str, ...]]]:
    return [(call.endpoint is Endpoint.V1, tuple(map(str, sorted(call.facets)))) for call in ordered(calls)]


@lru_cache(maxsize=ASSIGNMENTS)
def _assignments(
    facets: frozenset[Facet], capabilities: Capabilities
) -> tuple[Mapping[Endpoint, frozenset[Facet]], ...]:
    """Every way to choose an endpoint for each facet; facets that need the same of both endpoints go together.

    One that can narrow a call has a choice of its own, because what else is on the call decides whether it does; with
    too many of them they go together.
    """
    alternatives: defaultdict[object, list[Facet]] = defaultdict(list)
    narrowing = {facet for facet in facets if any(found.narrowed for found in sources(facet, capabilities))}
    for facet in sorted(facets):
        ways = sources(facet, capabilities)
        apart = tuple(slot(facet, found.endpoint, capabilities) for found in ways)
        terms = tuple((found.endpoint, found.embeds, frozenset(found.flags.items())) for found in ways)
        alone = facet if facet in narrowing and len(narrowing) <= MOST_ALONE else facet in narrowing
        alternatives[(terms, apart, alone)].append(facet)
    bundles = list(alternatives.values())
    choices = [[found.endpoint for found in sources(bundle[0], capabilities)] for bundle in bundles]
    return tuple(
        {
            endpoint: frozenset(
                facet for bundle, choice in zip(bundles, chosen, strict=True) if choice is endpoint for facet in bundle
            )
            for endpoint in Endpoint
        }
        for chosen in product(*choices)
    )


def _calls(assignment: Mapping[Endpoint, frozenset[Facet]], v1: Route, members: _Members, ways: Routes) -> list[Call]:
    found: list[Call] = []
    for endpoint, route in ((Endpoint.V2, ways[Endpoint.V2][0]), (Endpoint.V1, v1)):
        for facets in packed(assignment[endpoint], endpoint, members.capabilities):
            found += _cut(Call(endpoint, route.wave, route.by, members.positions, facets), members)
    if all(call.wave > 1 for call in found):
        found += _discovery(ways, members)
    return found


def _discovery(ways: Routes, members: _Members) -> list[Call]:
    """Who cannot be asked where the facets are is first asked where they can be."""
    endpoint, route = next((end, way[0]) for end, way in ways.items() if way[0].wave == 1)
    return _cut(Call(endpoint, 1, route.by, members.positions, frozenset({EXISTENCE()})), members)


def _cut(call: Call, members: _Members) -> list[Call]:
    size = capacity(call.endpoint, call.by, members.capabilities)
    spread = range(0, len(call.customers), size)
    return [replace(call, customers=call.customers[start : start + size]) for start in spread]


def _pooled(calls: Sequence[Call], members: _Members) -> list[Call]:
    """Puts V1.1 calls that may ride together into common batches, first fit; then drops what came along anyway."""
    pooled: list[Call] = [call for call in calls if call.endpoint is Endpoint.V2]
    seats = [(call, customer) for call in calls if call.endpoint is Endpoint.V1 for customer in call.customers]
    batches: list[Call] = []
    for call, customer in seats:
        for index, batch in enumerate(batches):
            if _fits(call, customer, batch, members.capabilities):
                together = tuple(sorted({*batch.customers, customer}))
                batches[index] = replace(batch, customers=together, facets=_union(batch.facets, call.facets))
                break
        else:
            batches.append(replace(call, customers=(customer,)))
    return without_redundant([*pooled, *batches], members.needs, members.capabilities)


def _fits(call: Call, customer: int, batch: Call, capabilities: Capabilities) -> bool:
    return (
        (batch.wave, batch.by) == (call.wave, call.by)
        and customer not in batch.customers
        and len(batch.customers) < capacity(batch.endpoint, batch.by, capabilities)
        and compatible(batch.facets, call.facets, batch.endpoint, capabilities)
    )


def _union(one: frozenset[Facet], other: frozenset[Facet]) -> frozenset[Facet]:
    return (one | other) - {EXISTENCE()} or frozenset({EXISTENCE()})


def without_redundant(calls: Sequence[Call], needs: Needs, capabilities: Capabilities) -> list[Call]:
    """Leaves out V2 calls all of whose wanted facets another call brings as well."""
    kept = list(calls)
    for call in calls:
        if call.endpoint is not Endpoint.V2:
            continue
        others = [other for other in kept if other is not call and call.customers[0] in other.customers]
        came = frozenset[Facet]().union(*(other.brings(needs, call.customers[0], capabilities) for other in others))
        if call.facets <= came and any(other.wave == 1 for other in others):
            kept.remove(call)
    return kept


def _lower_bound(members: _Members) -> int:
    """A number of calls that no plan of these needs can go below.

    V2 serves one customer a call, V1.1 at most a batch, and of one conflicting parameter one value.
    """
    size, able = members.batch_size, members.capabilities
    v2 = only_v1 = either = 0
    values: defaultdict[str, defaultdict[FacetArguments, int]] = defaultdict(lambda: defaultdict(int))
    for position in members.positions:
        facets, ways = wanted(members.needs[position]), members.routes(position)
        forced_v2 = frozenset(facet for facet in facets if source(facet, Endpoint.V1, able) is None)
        forced_v1 = frozenset(facet for facet in facets if source(facet, Endpoint.V2, able) is None)
        discovers = forced_v1 and ways[Endpoint.V1][0].wave > 1
        v2 += max(len(packed(forced_v2, Endpoint.V2, able)), bool(discovers))
        only_v1 += bool(forced_v1) or bool(forced_v2 and ways[Endpoint.V2][0].wave > 1)
        either += not forced_v1 and not forced_v2
        for name, value in {taken for facet in forced_v1 if (taken := slot(facet, Endpoint.V1, able))}:
            values[name][value] += 1
    by_value = (sum(ceil(count / size) for count in counts.values()) for counts in values.values())
    return v2 + max(ceil((only_v1 + either) / size), *by_value, 0)

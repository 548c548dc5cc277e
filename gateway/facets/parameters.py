"""What a call must carry to bring facets, and what it brings besides. Worked out of the catalog. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import ALWAYS, CATALOG
from gateway.facets.facet import Endpoint, Facet, FacetArguments
from gateway.facets.kind import FacetKind, FacetSource
from gateway.model.excerpts import Readers

FACETS: Final = 1024
"""Results kept of each function of one facet: 0.4 KB each. Bounded, because callers choose days and accounts."""
SETS: Final = 384
"""Results kept of each function of facets together: 1 to 3 KB each, key included, where thirty are selected at random.
One plan asks for some thirty of them, a remembered one (`plans.MOST`) for those of its two calls."""


@lru_cache(maxsize=FACETS)
def sources(facet: Facet, capabilities: Capabilities) -> tuple[FacetSource, ...]:
    """The ways to get a facet, at most one of each endpoint.

    A profile of another source than INSTORE is known to V2 alone (facts §3).
    """
    arguments = facet.argument_values
    return tuple(
        found
        for found in CATALOG[facet.name].sources
        if found.available.holds(capabilities, arguments)
        and not (found.endpoint is Endpoint.V1 and "source" in arguments)
        and (found.endpoint, facet) not in capabilities.broken
    )


@lru_cache(maxsize=FACETS)
def source(facet: Facet, endpoint: Endpoint, capabilities: Capabilities) -> FacetSource | None:
    """The way to get a facet from an endpoint, if there is one."""
    return next((found for found in sources(facet, capabilities) if found.endpoint is endpoint), None)


@lru_cache(maxsize=SETS)
def ways(endpoint: Endpoint, facets: frozenset[Facet], capabilities: Capabilities) -> Mapping[Facet, FacetSource]:
    """How an endpoint tells each of these facets, in their order."""
    found = ((facet, source(facet, endpoint, capabilities)) for facet in sorted(facets))
    return {facet: way for facet, way in found if way is not None}


@lru_cache(maxsize=SETS)
def readers(endpoint: Endpoint, facets: frozenset[Facet], capabilities: Capabilities) -> Readers:
    """What reads those of the facets that an endpoint tells."""
    return frozenset(way.read for way in ways(endpoint, facets, capabilities).values())


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a call carries beside the identifiers: `embeds` of V2's list, `flags` by name. Comparable, printable."""

    embeds: tuple[str, ...]
    flags: tuple[tuple[str, str], ...]


@lru_cache(maxsize=SETS)
def parameters(endpoint: Endpoint, facets: frozenset[Facet], capabilities: Capabilities) -> Parameters:
    """The smallest parameters of one call that brings all these facets. No two may differ in a `slot`."""
    embeds: set[str] = set()
    flags: dict[str, str] = dict(ALWAYS[endpoint])
    for facet in facets:
        found = source(facet, endpoint, capabilities)
        if found is None:
            raise LookupError(f"{endpoint.value} does not bring {facet}")
        embeds |= found.embeds
        flags |= found.flags
        flags |= _values(found.valued, facet) or found.unvalued
    flags |= _narrowing(endpoint, facets, capabilities)
    asked = {facet.name for facet in facets}
    for kind in CATALOG.values():
        for found in kind.sources:
            if kind.name in asked or found.endpoint is not endpoint or found.suppressor is None:
                continue
            if not found.suppressor.honoured.holds(capabilities, {}):
                continue
            if found.suppressor.parameter == "embed":
                embeds.add(found.suppressor.value)
            else:
                flags[found.suppressor.parameter] = found.suppressor.value
    return Parameters(tuple(sorted(embeds)), tuple(sorted(flags.items())))


def sent_for(facet: Facet, endpoint: Endpoint, capabilities: Capabilities) -> tuple[str, ...]:
    """What one facet needs of a call's parameters, for people: `embed=points`, `mlp=true`. Nothing for what comes
    with every call."""
    found = source(facet, endpoint, capabilities)
    if found is None:
        return ()
    flags = {**found.flags, **(_values(found.valued, facet) or found.unvalued), **_values(found.narrowed, facet)}
    always = dict(ALWAYS[endpoint])
    return (
        *(f"embed={name}" for name in sorted(found.embeds)),
        *(f"{name}={value}" for name, value in sorted(flags.items()) if always.get(name) != value),
    )


def _values(names: Mapping[str, str], facet: Facet) -> Mapping[str, str]:
    """The parameters whose value is an argument that the facet has."""
    arguments = facet.argument_values
    return {parameter: str(arguments[name]) for parameter, name in names.items() if name in arguments}


def _narrowing(endpoint: Endpoint, facets: Iterable[Facet], capabilities: Capabilities) -> Mapping[str, str]:
    """The parameters that may keep the rest of a block away, because all facets they touch want just that part."""
    wanted: dict[str, set[str | None]] = {}
    for facet in facets:
        if found := source(facet, endpoint, capabilities):
            for parameter in found.touched_by:
                wanted.setdefault(parameter, set()).add(_values(found.narrowed, facet).get(parameter))
    agreed = {parameter: next(iter(values)) for parameter, values in wanted.items() if len(values) == 1}
    return {parameter: value for parameter, value in agreed.items() if value is not None}


@lru_cache(maxsize=FACETS)
def slot(facet: Facet, endpoint: Endpoint, capabilities: Capabilities) -> tuple[str, FacetArguments] | None:
    """The single-valued parameters that a facet occupies on a call, as one name and one value.

    Two facets that occupy the same with different values cannot share a call. Null: it occupies none.
    """
    found = source(facet, endpoint, capabilities)
    if found is None or not found.valued:
        return None
    return ",".join(sorted(found.valued)), tuple(sorted(_values(found.valued, facet).items()))


def compatible(one: frozenset[Facet], other: frozenset[Facet], endpoint: Endpoint, capabilities: Capabilities) -> bool:
    """Whether one call can carry both."""
    taken = dict(occupied for facet in one if (occupied := slot(facet, endpoint, capabilities)))
    others = (occupied for facet in other if (occupied := slot(facet, endpoint, capabilities)))
    return all(taken.get(name, value) == value for name, value in others)


@lru_cache(maxsize=SETS)
def brought(
    endpoint: Endpoint, facets: frozenset[Facet], capabilities: Capabilities, profile: FacetArguments = ()
) -> frozenset[Facet]:
    """All facets that a call for `facets` brings for one customer: those, and what comes with them unasked.

    `profile` is the source and account that the call names (`Address.profile`); V1.1 names none.
    """
    carried = parameters(endpoint, facets, capabilities)
    occupied = {taken[0] for facet in facets if (taken := slot(facet, endpoint, capabilities))}
    unasked = (
        Facet(kind.name, profile if kind.of_profile and endpoint is Endpoint.V2 else ())
        for kind in CATALOG.values()
        if kind.unasked and _comes_with(kind, endpoint, carried, occupied, capabilities)
    )
    return facets | frozenset(unasked)


def _comes_with(
    kind: FacetKind, endpoint: Endpoint, carried: Parameters, occupied: set[str], capabilities: Capabilities
) -> bool:
    """Whether a call brings the kind's facet without arguments, whole."""
    flags = dict(carried.flags)
    found = next(_of(kind, endpoint, capabilities), None)
    if found is None or ",".join(sorted(found.valued)) in occupied or found.touched_by & flags.keys():
        return False
    return (
        found.embeds.issubset(carried.embeds)
        and {**found.flags, **found.unvalued}.items() <= flags.items()
        and not _suppressed(found, carried, capabilities)
    )


def _of(kind: FacetKind, endpoint: Endpoint, capabilities: Capabilities) -> Iterator[FacetSource]:
    return (found for found in kind.sources if found.endpoint is endpoint and found.available.holds(capabilities, {}))


def _suppressed(found: FacetSource, carried: Parameters, capabilities: Capabilities) -> bool:
    suppressor = found.suppressor
    if suppressor is None or not suppressor.honoured.holds(capabilities, {}):
        return False
    if suppressor.parameter == "embed":
        return suppressor.value in carried.embeds
    return (suppressor.parameter, suppressor.value) in carried.flags


@lru_cache(maxsize=SETS)
def cost(endpoint: Endpoint, facets: frozenset[Facet], capabilities: Capabilities) -> int:
    """The catalog cost, for one customer, of a call that brings these facets."""
    return sum(found.cost for facet in facets if (found := source(facet, endpoint, capabilities)) is not None)

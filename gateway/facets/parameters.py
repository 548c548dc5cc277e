"""What a call must carry to bring facets, and what it brings besides. Worked out of the catalog. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gateway.facets.catalog import ALWAYS, CATALOG
from gateway.facets.facet import Endpoint, Facet, FacetArguments
from gateway.facets.kind import FacetKind, FacetSource

REMEMBERED: Final = 4096
"""Results kept of each function of facets. Bounded, because callers choose days and accounts."""


def sources(facet: Facet) -> tuple[FacetSource, ...]:
    """The ways to get a facet. A profile of another source than INSTORE is known to V2 alone (facts §3)."""
    found = CATALOG[facet.name].sources
    if "source" in facet.argument_values:
        return tuple(source for source in found if source.endpoint is Endpoint.V2)
    return found


@lru_cache(maxsize=REMEMBERED)
def source(facet: Facet, endpoint: Endpoint) -> FacetSource | None:
    """The way to get a facet from an endpoint, if there is one."""
    return next((found for found in sources(facet) if found.endpoint is endpoint), None)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a call carries beside the identifiers: `embeds` of V2's list, `flags` by name. Comparable, printable."""

    embeds: tuple[str, ...]
    flags: tuple[tuple[str, str], ...]


@lru_cache(maxsize=REMEMBERED)
def parameters(endpoint: Endpoint, facets: frozenset[Facet]) -> Parameters:
    """The smallest parameters of one call that brings all these facets. No two may share a `slot`."""
    embeds: set[str] = set()
    flags: dict[str, str] = dict(ALWAYS[endpoint])
    for facet in facets:
        if (found := source(facet, endpoint)) is None:
            raise LookupError(f"{endpoint.value} does not bring {facet}")
        embeds |= found.embeds
        flags |= found.flags
        flags |= valued(facet, endpoint)
    asked = {facet.name for facet in facets}
    unwanted = (found for kind in CATALOG.values() if kind.name not in asked for found in kind.sources)
    for found in unwanted:
        if found.endpoint is endpoint:
            embeds |= {value for name, value in found.suppressed_by.items() if name == "embed"}
            flags |= {name: value for name, value in found.suppressed_by.items() if name != "embed"}
    return Parameters(tuple(sorted(embeds)), tuple(sorted(flags.items())))


@lru_cache(maxsize=REMEMBERED)
def valued(facet: Facet, endpoint: Endpoint) -> Mapping[str, str]:
    """The single-valued parameters that the facet sets on a call, with their values."""
    found = source(facet, endpoint)
    if found is None:
        return {}
    arguments = facet.argument_values
    return {parameter: str(arguments[name]) for parameter, name in found.valued.items()}


@lru_cache(maxsize=REMEMBERED)
def slot(facet: Facet, endpoint: Endpoint) -> str | None:
    """What a facet occupies on a call: two facets of one kind whose arguments are parameters cannot share a call."""
    return facet.name if valued(facet, endpoint) else None


@lru_cache(maxsize=REMEMBERED)
def brought(endpoint: Endpoint, facets: frozenset[Facet], profile: FacetArguments = ()) -> frozenset[Facet]:
    """All facets that a call for `facets` brings for one customer: those, and what comes with them unasked.

    `profile` is the source and account that the call names (`Address.profile`); V1.1 names none.
    """
    carried = parameters(endpoint, facets)
    flags, embeds = dict(carried.flags), set(carried.embeds)
    unasked = (
        Facet(kind.name, profile if kind.of_profile and endpoint is Endpoint.V2 else ())
        for kind in CATALOG.values()
        if not kind.parameters and _comes_with(kind, endpoint, embeds, flags)
    )
    return facets | frozenset(unasked)


def _comes_with(kind: FacetKind, endpoint: Endpoint, embeds: set[str], flags: Mapping[str, str]) -> bool:
    found = next((candidate for candidate in kind.sources if candidate.endpoint is endpoint), None)
    if found is None:
        return False
    suppressed = any(
        value in embeds if name == "embed" else flags.get(name) == value for name, value in found.suppressed_by.items()
    )
    return found.embeds <= embeds and found.flags.items() <= flags.items() and not suppressed


def cost(endpoint: Endpoint, facets: frozenset[Facet]) -> int:
    """The catalog cost, for one customer, of a call that brings these facets."""
    return sum(found.cost for facet in facets if (found := source(facet, endpoint)) is not None)

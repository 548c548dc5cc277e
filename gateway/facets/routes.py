"""Which endpoint can be asked for a customer, by what, and how soon. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gateway.facets.capabilities import ById, Capabilities
from gateway.facets.facet import Address, Endpoint, IdentifierKind, Need, Source

WAYS: Final = 256
"""Ways of being named of which the routes are remembered; most gateways see fewer than ten."""

By = tuple[IdentifierKind, ...]
"""The identifier kinds a call names its customers by; several only for one customer on V2 (dual eligibility)."""

BY_ID: By = (IdentifierKind.ID,)
BY_PROFILE: By = ()
"""An unmasked identifier that an earlier call brought: the way to V2 where it takes no id."""


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """A way to ask an endpoint for a customer. Wave 2 waits for what a call of wave 1 tells of them."""

    wave: int
    by: By


Routes = Mapping[Endpoint, tuple[Route, ...]]


def routes(need: Need, capabilities: Capabilities) -> Routes:
    """Every route to a customer, by endpoint, the preferred one first. Both empty: nobody can find the customer."""
    return _routes(need.address.kinds, need.address.source, need.known, capabilities)


@lru_cache(WAYS)
def _routes(kinds: By, source: Source, known: bool, capabilities: Capabilities) -> Routes:
    """They depend on how a customer is named, and not on who that is."""
    first = {
        Endpoint.V2: _v2_now(kinds, known, capabilities),
        Endpoint.V1: _v1_now(kinds, source, known, capabilities),
    }
    if not any(first.values()):
        return first
    return {
        Endpoint.V2: first[Endpoint.V2] or (Route(2, BY_PROFILE if capabilities.v2_by_id is ById.NONE else BY_ID),),
        Endpoint.V1: first[Endpoint.V1] or (Route(2, BY_ID),),
    }


ATTRIBUTABLE = frozenset({IdentifierKind.ID, IdentifierKind.MOBILE, IdentifierKind.EMAIL, IdentifierKind.EXTERNAL_ID})
"""Kinds that a V1.1 item carries, so that it can be told whose it is (facts §2.2)."""


def capacity(endpoint: Endpoint, by: By, capabilities: Capabilities) -> int:
    """How many customers one call can take. V2 takes one (seed V2: batch support NA)."""
    batched = endpoint is Endpoint.V1 and ATTRIBUTABLE.issuperset(by)
    return capabilities.batch_size if batched else 1


def findable(address: Address, capabilities: Capabilities) -> bool:
    """Whether some endpoint takes the identifiers of the address."""
    return any(_routes(address.kinds, address.source, False, capabilities).values())


def _v2_now(kinds: By, known: bool, capabilities: Capabilities) -> tuple[Route, ...]:
    by_id = known or kinds == BY_ID
    if by_id and capabilities.v2_by_id is not ById.NONE:
        return (Route(1, BY_ID),)
    if set(kinds) <= capabilities.v2_kinds:
        return (Route(1, kinds),)
    return ()


def _v1_now(kinds: By, source: Source, known: bool, capabilities: Capabilities) -> tuple[Route, ...]:
    """V1.1 knows no sources: another source than INSTORE starts on V2 unless the id is known, or V2 takes no id."""
    found: list[Route] = []
    instore = source is Source.INSTORE
    if known or (kinds == BY_ID and (instore or capabilities.v2_by_id is ById.NONE)):
        found.append(Route(1, BY_ID))
    if instore and len(kinds) == 1 and kinds[0] in capabilities.v1_kinds:
        found.append(Route(1, kinds))
    return tuple(dict.fromkeys(found))

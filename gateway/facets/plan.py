"""A plan: the calls for a set of needs, as a value that can be printed, compared and checked. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTS
from gateway.facets.facet import Endpoint, Facet, Needs
from gateway.facets.parameters import Parameters, brought, cost, parameters
from gateway.facets.routes import By


@dataclass(frozen=True, slots=True)
class Call:
    """One upstream request. `customers` are positions in the needs that were planned."""

    endpoint: Endpoint
    wave: int
    by: By
    customers: tuple[int, ...]
    facets: frozenset[Facet]

    def parameters(self, capabilities: Capabilities) -> Parameters:
        """What it carries beside the identifiers."""
        return parameters(self.endpoint, self.facets, capabilities)

    def brings(self, needs: Needs, customer: int, capabilities: Capabilities) -> frozenset[Facet]:
        """Every facet it brings for one of its customers, asked for or not."""
        return brought(self.endpoint, self.facets, capabilities, needs[customer].address.profile)


class Objective(NamedTuple):
    """What a plan costs, most important first. Smaller is better; compared as a tuple."""

    avoided: int
    """Facets that rest on an endpoint to be avoided (an open breaker), existence among them: every call proves it."""
    waves: int
    """Waves, summed over customers: nobody waits for what another customer needs."""
    calls: int
    brought: int
    """Facets brought, summed over calls and customers; all beyond the wanted ones came in vain."""
    cost: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The calls, in a fixed order, what they cost, and a number of calls that no plan can go below."""

    calls: tuple[Call, ...]
    objective: Objective
    lower_bound: int


def objective(calls: Iterable[Call], needs: Needs, capabilities: Capabilities, avoid: frozenset[Endpoint]) -> Objective:
    """What these calls cost."""
    waves = [0] * len(needs)
    avoided = count = total = price = 0
    for call in calls:
        count += 1
        avoided += len(call.facets | {EXISTS}) * len(call.customers) * (call.endpoint in avoid)
        for customer in call.customers:
            facets = call.brings(needs, customer, capabilities)
            total += len(facets)
            price += cost(call.endpoint, facets, capabilities)
            waves[customer] = max(waves[customer], call.wave)
    return Objective(avoided, sum(waves), count, total, price)


def ordered(calls: Iterable[Call]) -> tuple[Call, ...]:
    """The fixed order of a plan's calls: wave, V2 first, then by customer and facets."""
    return tuple(
        sorted(calls, key=lambda call: (call.wave, call.endpoint is Endpoint.V1, call.customers, sorted(call.facets)))
    )

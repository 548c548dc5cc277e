"""A record: what one request wants of one customer, what it knows by now, and who waits for which facet."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import GatewayError
from gateway.facets.catalog import EXISTENCE
from gateway.facets.facet import Address, CustomerId, Facet


@dataclass(frozen=True, slots=True)
class Known:
    """A settled facet. Null: upstream certified that there is none."""

    value: Any


Settled = Known | GatewayError


class CustomerRecord:
    """One customer of one request.

    `hint` is an id that is believed but not proven (asked by id, or remembered for the identifier); `id` is proven.
    `causes` are the facets wanted, with the fields that want them.
    """

    def __init__(self, address: Address, causes: Mapping[Facet, tuple[str, ...]]) -> None:
        self.address = address
        self.causes = {EXISTENCE(): (), **causes}
        self.hint: CustomerId | None = None
        self.remembered = False
        """Whether the hint is remembered for this address at its source, not merely what was asked by."""
        self.id: CustomerId | None = None
        self.victims: list[CustomerId] = []
        self.alone = False
        """Whether a batch did not say which item is theirs, so that they are asked for in a call of their own."""
        self._settled: dict[Facet, Settled] = {}
        self._waiting: dict[Facet, asyncio.Future[Settled]] = {}

    def want(self, causes: Mapping[Facet, tuple[str, ...]]) -> None:
        """Adds facets to what is wanted."""
        for facet, paths in causes.items():
            self.causes[facet] = (*self.causes.get(facet, ()), *paths)

    def missing(self) -> frozenset[Facet]:
        """Wanted facets that nothing is known of yet."""
        return frozenset(self.causes.keys() - self._settled.keys())

    def settled(self, facet: Facet) -> Settled | None:
        """What is known of a facet, if it is settled."""
        return self._settled.get(facet)

    def found(self, customer: CustomerId) -> None:
        """Settles that the customer exists and who they are."""
        self.id = customer
        self.settle(EXISTENCE(), Known(True))

    def merged(self, victim: CustomerId) -> None:
        """Notes an account that was merged into this customer's."""
        if victim not in self.victims:
            self.victims.append(victim)

    def settle(self, facet: Facet, outcome: Settled) -> None:
        """Settles a facet for this request, once: what an answer already rests on does not change any more."""
        if facet in self._settled:
            return
        self._settled[facet] = outcome
        if waiter := self._waiting.pop(facet, None):
            waiter.set_result(outcome)

    def settle_all(self, facets: Iterable[Facet], outcome: Settled) -> None:
        """Settles every one of these facets alike."""
        for facet in facets:
            self.settle(facet, outcome)

    async def wait(self, facet: Facet) -> Any:
        """The facet's value as soon as it is settled. Raises the `GatewayError` it is settled with."""
        outcome = self._settled.get(facet)
        if outcome is None:
            waiter = self._waiting.get(facet)
            if waiter is None:
                waiter = self._waiting[facet] = asyncio.get_running_loop().create_future()
            outcome = await asyncio.shield(waiter)
        match outcome:
            case Known(value):
                return value
            case error:
                raise error

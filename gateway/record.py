"""A record: what one request wants of one customer, what it knows by now, and who waits for which facet."""

import asyncio
import math
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from gateway.cache.entries import MISSING, Joined, Missing
from gateway.cache.parts import Part
from gateway.context import Allowance
from gateway.errors import GatewayError, UpstreamError, UpstreamUnauthorized
from gateway.facets.catalog import EXISTS
from gateway.facets.explain import Explanation
from gateway.facets.facet import Address, CustomerId, Facet


class Known(NamedTuple):
    """A settled facet. Null: upstream certified that there is none."""

    value: Any


Settled = Known | GatewayError

THERE: Final = Known(value=True)
"""Of `EXISTS`: there is such a customer."""
NOBODY: Final = Known(value=False)

WITHOUT_END: Final = Allowance()


class CustomerRecord:
    """One customer of one request.

    `hint` is an id that is believed but not proven (asked by id, or remembered for the identifier); `id` is proven.
    `causes` are the facets wanted, with the fields that want them. `allowance` is what its request may take.
    """

    def __init__(
        self,
        address: Address,
        causes: Mapping[Facet, tuple[str, ...]],
        explanation: Explanation | None = None,
        allowance: Allowance = WITHOUT_END,
    ) -> None:
        self.address = address
        self.causes: dict[Facet, tuple[str, ...]] = {EXISTS: (), **causes}
        self.explanation = explanation or Explanation()
        self.allowance = allowance
        self.hint: CustomerId | None = None
        self.remembered = False
        """Whether the hint is remembered for this address at its source, not merely what was asked by."""
        self.id: CustomerId | None = None
        self.victims: list[CustomerId] = []
        self.alone = False
        """Whether a batch did not say which item is theirs, so that they are asked for in a call of their own."""
        self.deleted = False
        """Whether some answer said that they were deleted; then nothing of them is shown, whatever another brought."""
        self.since = math.inf
        """When what is known of it was first asked for, by itself or by whom it waited for, in Unix seconds."""
        self.stale: set[Facet] = set()
        """What was served though it is to be fetched anew."""
        self.failed: dict[Facet, GatewayError] = {}
        """The failures in whose place spares stand."""
        self.lasts: dict[Facet, float] = {}
        """For how many seconds what a call brought stays fresh, from when the call began."""
        self._parts: list[Part] = []
        self._recalled: set[Facet] = set()
        """What is settled with what was kept of the hint."""
        self._open: dict[Facet, Missing | Joined] = dict.fromkeys(self.causes, MISSING)
        self._settled: dict[Facet, Settled] = {}
        self._waiting: dict[Facet, asyncio.Future[Settled]] = {}

    def want(self, causes: Mapping[Facet, tuple[str, ...]]) -> None:
        """Adds facets to what is wanted."""
        for facet, paths in causes.items():
            self.causes[facet] = (*self.causes.get(facet, ()), *paths)
            if self.settled(facet) is None:
                self._open.setdefault(facet, MISSING)

    def recall(self, facet: Facet, value: Any) -> None:
        """Settles a facet with what was kept of the hint."""
        self.settle(facet, Known(value))
        self._recalled.add(facet)

    def miss(self, facet: Facet, state: Missing) -> None:
        """Says what the cache has of a facet that is not settled: a spare, if anything."""
        self._open[facet] = state

    def join(self, facets: frozenset[Facet]) -> None:
        """Leaves facets to somebody who is fetching them."""
        self._open |= {facet: Joined(self._open[facet].spare) for facet in facets}
        self.explanation.joined += sorted(facets)

    def part(self) -> None:
        """Misses again what nobody is fetching any more."""
        if self._open:
            self._open = {facet: Missing(state.spare) for facet, state in self._open.items()}

    @property
    def open(self) -> bool:
        """Whether nothing is known yet of anything wanted."""
        return bool(self._open)

    def unsettled(self) -> frozenset[Facet]:
        """Wanted facets that nothing is known of yet."""
        return frozenset(self._open)

    def missing(self) -> frozenset[Facet]:
        """Those of them that nobody is fetching."""
        return frozenset([facet for facet, state in self._open.items() if isinstance(state, Missing)])

    @property
    def misses(self) -> bool:
        """Whether there are any of those."""
        for state in self._open.values():  # noqa: SIM110 - any() would take twice as long
            if isinstance(state, Missing):
                return True
        return False

    def has(self, facet: Facet) -> bool:
        """Whether it is settled what a facet is: nothing that comes later changes that."""
        return facet in self._settled

    def unknown(self, facets: frozenset[Facet]) -> frozenset[Facet]:
        """Those of these facets that are not settled."""
        if not self._settled and not self._parts:
            return facets
        return frozenset([facet for facet in facets if self.settled(facet) is None])

    def settled(self, facet: Facet) -> Settled | None:
        """What is known of a facet, if it is settled, or can be read in what calls brought."""
        outcome = self._settled.get(facet)
        if outcome is None:
            for part in self._parts:
                if facet in part.ways and (entry := part.entry(facet)) is not None:
                    self.lasts[facet] = entry.lifetime.fresh_for
                    self.settle(facet, Known(entry.value))
                    return self._settled[facet]
        return outcome

    def brought(self, part: Part) -> None:
        """Takes what a call brought. It is read where somebody wants it."""
        self._parts.append(part)

    def found(self, customer: CustomerId) -> None:
        """Settles that the customer exists and who they are. What was kept of another is not theirs.

        Nobody has read that by now: whether the customer exists is read first, and was not settled.
        """
        if self.id is None and self.hint not in (None, customer):
            for facet in self._recalled:
                del self._settled[facet]
            self._open = dict.fromkeys((*self._open, *self._recalled), MISSING)
            self._recalled.clear()
            self.stale.clear()
        self.id = customer
        self.settle(EXISTS, THERE)

    def nobody(self) -> None:
        """Settles that there is no such customer."""
        self.settle(EXISTS, NOBODY)
        self.settle_all(self.unsettled(), Known(None))

    def merged(self, victim: CustomerId) -> None:
        """Notes an account that was merged into this customer's."""
        if victim not in self.victims:
            self.victims.append(victim)

    def settle(self, facet: Facet, outcome: Settled) -> None:
        """Settles a facet for this request, once: what an answer already rests on does not change any more."""
        if facet in self._settled:
            return
        if isinstance(outcome, GatewayError):
            outcome = self._spared(facet, outcome)
        self._settled[facet] = outcome
        self._open.pop(facet, None)
        if self._waiting and (waiter := self._waiting.pop(facet, None)):
            waiter.set_result(outcome)

    def settle_all(self, facets: Iterable[Facet], outcome: Settled) -> None:
        """Settles every one of these facets alike."""
        for facet in facets:
            self.settle(facet, outcome)

    def _spared(self, facet: Facet, outcome: GatewayError) -> Settled:
        """The spare instead of a failure of upstream's; not where it is us whom it refuses."""
        spare = self._open[facet].spare if facet in self._open else None
        if spare is None or not isinstance(outcome, UpstreamError) or isinstance(outcome, UpstreamUnauthorized):
            return outcome
        if facet == EXISTS:
            self.id = self.id or self.hint
        self.failed[facet] = outcome
        self.explanation.spared.append(facet)
        return Known(spare.value)

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

"""The driver: carries records from what is missing to what is known. It acts; what to do is decided in `rounds`."""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import tzinfo
from typing import Final

from gateway.cache.facet_cache import FacetCache
from gateway.cache.local import Glance, Stands
from gateway.context import Allowance, Scope
from gateway.errors import InternalError, UpstreamTimeout
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTS
from gateway.facets.facet import Address, Facet
from gateway.facets.plan import Call
from gateway.flights import Flight, Flights, Wait, together
from gateway.performer import Performer
from gateway.recall import recall
from gateway.record import NOBODY, CustomerRecord
from gateway.rounds import MOST_ROUNDS, Group, groups, requested, trials
from gateway.upstream.deadlines import moment, within
from gateway.upstream.resilient import ResilientClient
from gateway.windows import Windows

FIRST_PAUSE_S: Final = 0.01
LONGEST_PAUSE_S: Final = 0.1
"""How often it is looked whether another replica has fetched what is waited for."""
MOST_REFRESHES: Final = 64
"""Customers who are fetched anew behind answers at the same time; more are left for the next who asks."""


class Driver:
    """Fetches for the requests of one upstream organisation."""

    def __init__(
        self,
        client: ResilientClient,
        cache: FacetCache,
        capabilities: Capabilities,
        zone: tzinfo,
        *,
        lease_s: float = 0.0,
        window_s: float = 0.0,
        deadline_s: float = math.inf,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._cache = cache
        self._deadline_s = deadline_s
        self._lease_s = lease_s
        self._capabilities = capabilities
        self._clock = clock
        self._flights = Flights()
        self._windows = Windows(window_s, self._round_of_all) if window_s else None
        self._performer = Performer(client, cache, capabilities, zone, clock=clock)
        self._refreshes: set[asyncio.Task[None]] = set()

    def requested(self, records: Sequence[CustomerRecord]) -> Sequence[Call]:
        """The calls for records if nothing were known of anybody."""
        return requested(records, self._capabilities)

    def glance(self, address: Address, facets: Iterable[Facet | None], scope: Scope) -> Glance | None:
        """What is known of a customer, if that is all of these and fresh, and known here without asking anybody."""
        return self._cache.glance(scope, address, facets)

    @property
    def changes(self) -> int | None:
        """See `FacetCache.changes`."""
        return self._cache.changes

    def stands(self, known: Stands) -> bool:
        """Whether what was seen at a glance is still so."""
        return self._cache.stands(known)

    def allowance(self, turn: str = "") -> Allowance:
        """What a request may take that begins now, in the turn of such a caller."""
        return Allowance(moment() + self._deadline_s, turn)

    async def foresee(self, records: Sequence[CustomerRecord], scope: Scope, most_age: float = math.inf) -> None:
        """Explains the calls that the first round would make, without making them."""
        await recall(self._cache, records, scope, most_age, self._clock())
        for group in groups(
            [record for record in records if record.misses], self._capabilities, self._client.outlook()
        ):
            self._performer.foresee(group)

    async def run(self, records: Sequence[CustomerRecord], scope: Scope, most_age: float = math.inf) -> None:
        """Settles every wanted facet of every record, one way or the other. Never raises but when cancelled.

        `most_age` is the age in seconds up to which what is known already is good enough.
        """
        try:
            began = self._clock()
            await recall(self._cache, records, scope, most_age, self._clock())
            for turn in range(MOST_ROUNDS):
                unsettled = [record for record in records if record.open]
                if not unsettled:
                    break
                if turn == 0 and self._windows is not None and most_age == math.inf:
                    with suppress(TimeoutError):  # the next round says so
                        await self._windows.take(scope, unsettled)
                else:
                    await self._round(unsettled, scope, began, most_age)
        finally:
            for record in records:
                if record.open:
                    record.settle_all(record.unsettled(), InternalError("The gateway could not finish this field."))
        if stale := [record for record in records if record.stale]:
            self._refresh(stale, scope)

    async def _round(
        self, records: Sequence[CustomerRecord], scope: Scope, began: float, most_age: float = math.inf
    ) -> None:
        """One plan for what nobody is fetching yet; what others fetch is waited for. Nothing awaits before all lead.

        `began` is when the request did.
        """
        waits: list[Wait] = []
        for record in records:
            if not record.victims and not record.alone:
                for flight, facets in list(self._flights.bringing(scope, record, began - most_age)):
                    waits.append((record, flight, facets))
                    record.join(facets)
        missing = [record for record in records if record.misses]
        if followers := together(missing):
            missing = [record for record in missing if record.misses]
        outlook = self._client.outlook()
        planned = groups(missing, self._capabilities, outlook)
        for call, target in trials(records, self._capabilities, outlook) if outlook.due else ():
            self._client.try_again(call, {0: target}, scope)
        bringing = [
            (record, _brings(record, promised))
            for group in planned
            for record, promised in zip(group.records, self._performer.promised(group), strict=True)
        ]
        flights = self._flights.lead(scope, bringing, self._clock())
        waits += [(record, flights[leader], facets) for record, leader, facets in followers if leader in flights]
        try:
            work = [self._fly(group, scope, flights, began - most_age) for group in planned]
            work += [self._wait(record, flight, facets, scope, began) for record, flight, facets in waits]
            if len(work) == 1:
                await asyncio.sleep(0)  # who asks in the same tick joins, also where upstream answers at once
                await work[0]
            else:
                async with asyncio.TaskGroup() as tasks:
                    for one in work:
                        tasks.create_task(one)
        finally:
            self._flights.land(scope, flights.values())
            for record in records:
                record.part()

    async def _round_of_all(self, records: Sequence[CustomerRecord], scope: Scope) -> None:
        """The round of several requests that came together."""
        await self._round(records, scope, self._clock())

    async def _fly(self, group: Group, scope: Scope, flights: Mapping[CustomerRecord, Flight], since: float) -> None:
        """Carries out a plan and lands its flights at once: who joined need not wait for other plans of the round.

        Where another replica is fetching the customer already, its answer is waited for instead, if it began at
        `since` or later.
        """
        lead, lease = group.records[0], None
        if self._lease_s and len(group.records) == 1 and not lead.victims:
            lease = await self._cache.lease(scope, flights[lead].names[0], flights[lead].promised, self._lease_s)
            if lease is None and await self._outwait(flights[lead], scope, since):
                self._flights.land(scope, [flights[lead]])
                return
        try:
            await self._performer.carry_out(group, scope)
        finally:
            if lease is not None:
                await self._cache.release(scope, flights[lead].names[0], lease)
        self._flights.land(scope, [flights[record] for record in group.records])

    async def _outwait(self, flight: Flight, scope: Scope, since: float) -> bool:
        """Waits for what another replica is fetching. False where it does not fetch all that is missing.

        Ends when it came, when the other one lets go or when its lease is over; what is open then is asked in the
        next round, by whoever leads then.
        """
        record = flight.record
        held = await self._cache.leased(scope, flight.names[0])
        if held is not None and not record.unsettled() <= held:
            return False
        left = record.allowance.until - moment()
        pause, ends = FIRST_PAUSE_S, self._clock() + min(self._lease_s, left)
        while True:
            if held is not None:
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE_S)
                held = await self._cache.leased(scope, flight.names[0])
            now = self._clock()
            await recall(self._cache, [record], scope, now - since, now, waiting=True)
            if held is None or not record.open or self._clock() >= ends:
                return True

    async def _wait(
        self, record: CustomerRecord, flight: Flight, facets: frozenset[Facet], scope: Scope, began: float
    ) -> None:
        """Takes over what a flight brought. What it did not bring stays open, for the next round.

        So does what it brought of another account, and of a customer who was invalidated since it began, if it began
        before the request did.
        """
        try:
            async with within(record.allowance.until):
                await flight.landed.wait()
        except TimeoutError:
            record.settle_all(facets, UpstreamTimeout("Upstream did not answer in time."))
            return
        other = flight.record
        if flight.began < began and await self._cache.invalidated_since(scope, other.id, flight.began):
            return
        if other.id is not None and record.id not in (None, other.id):
            return
        record.since = min(record.since, flight.began)
        record.deleted = record.deleted or other.deleted
        if other.settled(EXISTS) == NOBODY:
            if record.id is None:  # else a call of its own found them since: they are asked for once more
                record.nobody()
            return
        if other.id is not None and EXISTS not in other.failed:
            for victim in other.victims:
                record.merged(victim)
            if record.id is None:
                record.found(other.id)
        for facet in facets:
            if (outcome := other.failed.get(facet) or other.settled(facet)) is not None:
                record.explanation.served(facet, self._clock() - flight.began, other.lasts.get(facet, 0.0))
                record.settle(facet, outcome)

    def _refresh(self, records: Sequence[CustomerRecord], scope: Scope) -> None:
        """Fetches anew, behind the answer, what was served though it was old."""
        for record in records:
            if len(self._refreshes) >= MOST_REFRESHES:
                return
            wanted = dict.fromkeys(sorted(record.stale), ())
            anew = CustomerRecord(record.address, wanted, allowance=self.allowance())
            anew.hint, anew.remembered = record.hint, record.remembered
            coming = {facet for _, facets in self._flights.bringing(scope, anew, -math.inf) for facet in facets}
            if anew.missing() <= coming:
                continue
            task = asyncio.create_task(self._round([anew], scope, self._clock()))
            self._refreshes.add(task)
            task.add_done_callback(self._refreshes.discard)

    async def finish(self) -> None:
        """Waits until nothing is fetched behind answers any more."""
        while self._refreshes:
            await asyncio.wait(self._refreshes)


def _brings(record: CustomerRecord, promised: frozenset[Facet]) -> frozenset[Facet]:
    """What others may join for. What the record had from the cache is not what its flight brings."""
    unknown = record.unknown(promised)
    return unknown if unknown is promised else unknown | (promised & {EXISTS})

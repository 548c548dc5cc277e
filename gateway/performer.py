"""Performs a plan: makes its calls, takes over what they bring, and keeps it. The only one who talks to the client."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import Final

from gateway.cache.facet_cache import FacetCache
from gateway.cache.failures import StoreDown
from gateway.cache.parts import Brought, Part, Ways
from gateway.context import Allowance, Scope
from gateway.errors import InternalError, UpstreamPartial
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTS, PARTIAL_CODES
from gateway.facets.explain import ExplainedCall, Shown, causes_of
from gateway.facets.facet import Facet
from gateway.facets.parameters import readers, sent_for, ways
from gateway.facets.plan import Call
from gateway.record import NOBODY, CustomerRecord, Known
from gateway.rounds import Group, Reply, conclude, foreseen, identifiers, left_out, share_customers
from gateway.upstream.answers import Deleted, Failed, Found, NotFound, Performed, Target
from gateway.upstream.deadlines import moment, shared
from gateway.upstream.resilient import ResilientClient

_NONE: Final = frozenset[Facet]()


class Performer:
    """Carries out the plans of one upstream organisation."""

    def __init__(
        self,
        client: ResilientClient,
        cache: FacetCache,
        capabilities: Capabilities,
        zone: tzinfo,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._client = client
        self._cache = cache
        self._capabilities = capabilities
        self._zone = zone
        self._clock = clock

    def promised(self, group: Group) -> Sequence[frozenset[Facet]]:
        """Everything that the group's plan will bring of each of its customers."""
        promised = [_NONE] * len(group.records)
        for call in group.plan.calls:
            for index in call.customers:
                brought, before = call.brings(group.needs, index, self._capabilities), promised[index]
                promised[index] = before | brought if before else brought
        return promised

    def foresee(self, group: Group) -> None:
        """Explains the calls of a plan that is not carried out."""
        for explanation in {record.explanation for record in group.records}:
            explanation.lower_bound += group.plan.lower_bound
        for call in group.plan.calls:
            targets = {index: foreseen(group, call, index) for index in call.customers}
            self._tell(group, ExplainedCall(call, self._shown_later(group, call, targets)))

    async def carry_out(self, group: Group, scope: Scope) -> None:
        """Performs a plan, each call as soon as those it rests on are done; then concludes for every record."""
        for explanation in {record.explanation for record in group.records}:
            explanation.lower_bound += group.plan.lower_bound
        replies: list[list[Reply]] = [[] for _ in group.records]
        began = self._clock()
        await self._all(group, replies, scope)
        for record, missed, received in zip(group.records, group.missed, replies, strict=True):
            conclude(record, missed, received)
            if record.settled(EXISTS) == NOBODY:
                await self._cache.store_nobody(scope, record.address, min(record.since, began))
            if record.deleted and record.id:
                with suppress(StoreDown):  # a lost one ends with the entries' own time
                    await self._cache.invalidate(scope.tenant, [record.id])

    async def _all(self, group: Group, replies: Sequence[list[Reply]], scope: Scope) -> None:
        """Makes the calls. The first is made without a task of its own: most plans have one call, and no other wave."""
        tasks: dict[Call, asyncio.Task[None]] = {}

        async def act(call: Call) -> None:
            rests_on = [tasks[other] for other in tasks if other.wave < call.wave and share_customers(other, call)]
            if rests_on:
                await asyncio.wait(rests_on)
            await self._act(group, call, replies, scope)

        first, *others = group.plan.calls
        if not others:
            await self._act(group, first, replies, scope)
            return
        async with asyncio.TaskGroup() as running:
            if others[-1].wave > first.wave:
                others = group.plan.calls
            for call in others:
                tasks[call] = running.create_task(act(call))
            if first not in tasks:
                await self._act(group, first, replies, scope)

    def _targets(self, group: Group, call: Call, replies: Sequence[list[Reply]]) -> dict[int, Target]:
        """Whom a call can ask for. Who is not known to be there is not asked for again."""
        targets: dict[int, Target] = {}
        for index in call.customers:
            record = group.records[index]
            if call.wave > 1 and record.id is None:
                continue
            if named := identifiers(record, group.needs[index].address, call):
                wanted = readers(call.endpoint, call.facets.union(record.causes), self._capabilities)
                targets[index] = Target(group.needs[index].address, named, wanted)
            else:
                unreachable = UpstreamPartial("Upstream shows no identifier by which this part could be asked for.")
                replies[index].append((call, Failed(unreachable)))
        return targets

    async def _act(self, group: Group, call: Call, replies: Sequence[list[Reply]], scope: Scope) -> None:
        targets = self._targets(group, call, replies)
        if not targets:
            return
        if len(targets) < len(call.customers):
            call = replace(call, customers=tuple(targets))
        began = self._clock()
        performed = await self._client.perform(call, targets, scope, _allowance(group, call))
        if performed.lost:
            gone = (replace(call, facets=performed.lost), Failed(left_out()))
            for index, outcome in performed.outcomes.items():
                if not isinstance(outcome, NotFound | Deleted):
                    replies[index].append(gone)
            call = replace(call, facets=call.facets - performed.lost or frozenset({EXISTS}))
        if performed.attempts:
            shown = self._shown_later(group, call, targets)
            made = (performed.status, performed.milliseconds, performed.attempts, began, performed.size)
            self._tell(group, ExplainedCall(call, shown, *made))
        if performed.refused:
            await self._cache.revoke(scope)
        if brought := self._taken(group, call, performed, replies, began):
            await self._cache.keep(scope, brought)

    def _taken(
        self, group: Group, call: Call, performed: Performed, replies: Sequence[list[Reply]], began: float
    ) -> list[Brought]:
        """Takes over what a call said of each of its customers; what of it to keep."""
        brought: list[Brought] = []
        for index, outcome in performed.outcomes.items():
            record = group.records[index]
            replies[index].append((call, outcome))
            if isinstance(outcome, Deleted):  # not only when all have answered: some of it may be shown before
                record.deleted = True
            if not isinstance(outcome, Found):
                continue
            match self._absorb(group, index, call, outcome, began):
                case Failed() as problem:
                    replies[index].append((call, problem))
                case Part() as part:
                    brought.append((record.address, outcome.id, part))
                case None:
                    pass
        return brought

    def _absorb(self, group: Group, index: int, call: Call, found: Found, began: float) -> Part | Failed | None:
        """Takes over a found customer, and says what to keep of them; or why not. Blocks of different accounts are
        never joined.

        Where accounts were merged the survivor wins: a block of the victim's own is left aside while the survivor is
        asked for.
        """
        record = group.records[index]
        if found.of_victim:
            if found.id == record.id:
                return Failed(UpstreamPartial("Upstream does not say into which account this one was merged."))
            record.merged(found.id)
            return None
        if found.merged:
            victim = group.needs[index].address.own_id or record.hint
            if victim and victim != found.id:
                record.merged(victim)
        if record.id not in (None, found.id):
            return Failed(UpstreamPartial("The two upstream calls answered for different accounts."))
        record.found(found.id)
        brought = call.brings(group.needs, index, self._capabilities)
        told = ways(call.endpoint, brought, self._capabilities)
        part = self._part(call, told, found, began)
        _settle(record, call, told, part)
        return part

    def _part(self, call: Call, whole: Ways, found: Found, began: float) -> Part:
        """What may be kept of a block: all that came whole, asked for or not."""
        page = found.page(call.endpoint, self._zone)
        if not page.warnings.isdisjoint(PARTIAL_CODES):
            whole = {facet: way for facet, way in whole.items() if not page.partial(way)}
        return self._cache.part(page, whole, began, self._clock())

    def _tell(self, group: Group, explained: ExplainedCall) -> None:
        """Tells every request whose customers the call is for."""
        for explanation in {group.records[index].explanation for index in explained.call.customers}:
            explanation.calls.append(explained)

    def _shown_later(self, group: Group, call: Call, targets: Mapping[int, Target]) -> Callable[[], Shown]:
        """How a call looks, for who asks. It holds no record, for those hold it: a request must end with its last use,
        and not when garbage is collected."""
        return partial(self._shown, call, targets, [group.records[index].causes for index in call.customers])

    def _shown(
        self, call: Call, targets: Mapping[int, Target], causes: Sequence[Mapping[Facet, tuple[str, ...]]]
    ) -> Shown:
        request = self._client.request(call, targets)
        values = ",".join(
            ",".join(one.masked().partition(":")[2] for one in target.identifiers) for target in targets.values()
        )
        return Shown(
            request.shown_path,
            request.shown(values),
            request.identifying,
            [target.address.masked() for target in targets.values()],
            causes_of(call, causes),
            {facet: self._sent_for(call, facet) for facet in call.facets},
        )

    def _sent_for(self, call: Call, facet: Facet) -> Sequence[str]:
        """What of the call's parameters is there for one of its facets. A narrowing that others forbid is not sent."""
        carried = call.parameters(self._capabilities)
        sent = {f"embed={name}" for name in carried.embeds} | {f"{name}={value}" for name, value in carried.flags}
        return [one for one in sent_for(facet, call.endpoint, self._capabilities) if one in sent]


def _settle(record: CustomerRecord, call: Call, told: Ways, part: Part) -> None:
    """Settles what is wanted of a block. What came only in part is used once."""
    record.brought(part)
    wanted, whole, fresh_for = record.causes, part.ways, math.inf
    for facet, way in told.items():
        if facet not in wanted and facet not in call.facets:
            continue
        if facet in record.lasts and record.has(facet):  # by another call, whose answer came before
            pass
        elif facet in whole:
            entry = part.entry(facet)
            if entry is None:
                record.settle(facet, InternalError("The gateway could not read this part."))
            else:
                record.lasts[facet] = entry.lifetime.fresh_for
                record.settle(facet, Known(entry.value))
        elif value := part.page.read(facet, way)[0]:
            record.settle(facet, Known(value))
        elif facet in call.facets:
            record.settle(facet, UpstreamPartial("Upstream answered without this part."))
        if facet in wanted:
            fresh_for = min(fresh_for, record.lasts.get(facet, 0.0))
    record.explanation.lasting(fresh_for)


def _allowance(group: Group, call: Call) -> Allowance:
    """What a call may take: what is left to the request; of several that share it, to the one with the most.

    Where a later call rests on it, some is left to that.
    """
    first, *others = group.records
    allowance = max((one.allowance for one in group.records), key=lambda one: one.until) if others else first.allowance
    if group.plan.calls[-1].wave == call.wave:  # they are in the order of their waves
        return allowance
    later = {one.wave for one in group.plan.calls if one.wave > call.wave and share_customers(one, call)}
    return replace(allowance, until=shared(allowance.until, moment(), len(later))) if later else allowance

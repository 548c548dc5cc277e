"""The driver: carries records from what is missing to what is known. It acts; what to do is decided in `rounds`."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo

from gateway.cache.entries import Absent, Entry, Fresh, Missing, State
from gateway.cache.facet_cache import FacetCache
from gateway.context import Scope
from gateway.errors import InternalError, UpstreamPartial
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import CATALOG, EXISTENCE
from gateway.facets.explain import ExplainedCall, Explanation, causes_of
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.parameters import source
from gateway.facets.plan import Call
from gateway.model.readers import Reader
from gateway.record import CustomerRecord, Known
from gateway.rounds import MOST_ROUNDS, Group, Reply, conclude, foreseen, given_id, groups, identifiers, share_customers
from gateway.telemetry.events import AnomalyMet, CallMade, Emit, FaultMet
from gateway.upstream.answers import Failed, Found, Target
from gateway.upstream.client import UpstreamClient


class Driver:
    """Fetches for the requests of one upstream organisation."""

    def __init__(
        self,
        client: UpstreamClient,
        cache: FacetCache,
        capabilities: Capabilities,
        zone: tzinfo,
        emit: Emit,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._cache = cache
        self._capabilities = capabilities
        self._zone = zone
        self._emit = emit
        self._clock = clock

    async def foresee(self, records: Sequence[CustomerRecord], scope: Scope, explanation: Explanation) -> None:
        """Explains the calls that the first round would make, without making them."""
        await self._recall(records, scope, explanation)
        for group in groups([record for record in records if record.missing()], self._capabilities):
            explanation.lower_bound += group.plan.lower_bound
            for call in group.plan.calls:
                targets = {index: foreseen(group, call, index) for index in call.customers}
                explanation.calls.append(self._explained(group, call, targets))

    async def run(self, records: Sequence[CustomerRecord], scope: Scope, explanation: Explanation) -> None:
        """Settles every wanted facet of every record, one way or the other. Never raises but when cancelled."""
        try:
            await self._recall(records, scope, explanation)
            for _ in range(MOST_ROUNDS):
                unsettled = [record for record in records if record.missing()]
                if not unsettled:
                    return
                async with asyncio.TaskGroup() as tasks:
                    for group in groups(unsettled, self._capabilities):
                        tasks.create_task(self._carry_out(group, scope, explanation))
        finally:
            for record in records:
                record.settle_all(record.missing(), InternalError("The gateway could not finish this field."))

    async def _recall(self, records: Sequence[CustomerRecord], scope: Scope, explanation: Explanation) -> None:
        """Settles what the cache knows."""
        identified = await self._cache.identify(scope, [record.address for record in records])
        for record in records:
            record.remembered = record.address in identified
            record.hint = identified.get(record.address) or given_id(record.address)
            facets = sorted(record.missing())
            nothing: Mapping[Facet, State] = dict.fromkeys(facets, Missing())
            known = await self._cache.lookup(scope, record.hint, facets) if record.hint else nothing
            for facet, state in known.items():
                match state:
                    case Fresh(entry) | Absent(entry):
                        explanation.hit.append(facet)
                        record.settle(facet, Known(entry.value))
                    case Missing():
                        explanation.missed.append(facet)
            if record.hint and record.settled(EXISTENCE()):
                record.found(record.hint)

    async def _carry_out(self, group: Group, scope: Scope, explanation: Explanation) -> None:
        """Performs a plan, each call as soon as those it rests on are done; then concludes for every record."""
        explanation.lower_bound += group.plan.lower_bound
        replies: list[list[Reply]] = [[] for _ in group.records]
        tasks: dict[Call, asyncio.Task[None]] = {}

        async def act(call: Call) -> None:
            rests_on = [tasks[other] for other in tasks if other.wave < call.wave and share_customers(other, call)]
            if rests_on:
                await asyncio.wait(rests_on)
            await self._act(group, call, replies, scope, explanation)

        async with asyncio.TaskGroup() as running:
            for call in group.plan.calls:
                tasks[call] = running.create_task(act(call))
        for record, missed, received in zip(group.records, group.missed, replies, strict=True):
            conclude(record, missed, received)

    async def _act(
        self,
        group: Group,
        call: Call,
        replies: Sequence[list[Reply]],
        scope: Scope,
        explanation: Explanation,
    ) -> None:
        targets: dict[int, Target] = {}
        for index in call.customers:
            record = group.records[index]
            if call.wave > 1 and record.id is None:
                continue
            if named := identifiers(record, group.needs[index].address, call):
                targets[index] = Target(group.needs[index].address, named)
            else:
                unreachable = UpstreamPartial("Upstream shows no identifier by which this part could be asked for.")
                replies[index].append((call, Failed(unreachable)))
        if not targets:
            return
        call = replace(call, customers=tuple(targets))
        performed = await self._client.perform(call, targets, scope.language or None)
        explanation.calls.append(
            replace(self._explained(group, call, targets), status=performed.status, ms=performed.milliseconds)
        )
        self._emit(CallMade(call.endpoint, performed.status, performed.milliseconds, performed.size, len(targets)))
        for index, outcome in performed.outcomes.items():
            replies[index].append((call, outcome))
            if isinstance(outcome, Found) and (problem := await self._absorb(group, index, call, outcome, scope)):
                replies[index].append((call, problem))

    async def _absorb(self, group: Group, index: int, call: Call, found: Found, scope: Scope) -> Failed | None:
        """Takes over a found customer, or says why not. Blocks of different accounts are never joined.

        Where accounts were merged the survivor wins: V1.1 answers with it, V2 with the victim's own block, which is
        left aside while the survivor is asked for.
        """
        record = group.records[index]
        if found.merged and call.endpoint is Endpoint.V2:
            if found.id == record.id:
                return Failed(UpstreamPartial("Upstream does not say into which account this one was merged."))
            record.merged(found.id)
            return None
        if found.merged:
            victim = given_id(group.needs[index].address) or record.hint
            if victim and victim != found.id:
                record.merged(victim)
        if record.id not in (None, found.id):
            return Failed(UpstreamPartial("The two upstream calls answered for different accounts."))
        record.found(found.id)
        entries = self._entries(record, call, call.brings(group.needs, index, self._capabilities), found)
        await self._cache.remember(scope, record.address, found.id)
        await self._cache.store(scope, found.id, entries)
        return None

    def _entries(
        self, record: CustomerRecord, call: Call, facets: frozenset[Facet], found: Found
    ) -> Mapping[Facet, Entry]:
        """Settles every facet of the block and returns what may be kept: all that came whole, asked for or not."""
        reader = Reader(self._zone)
        entries: dict[Facet, Entry] = {}
        for facet in sorted(facets):
            way = source(facet, call.endpoint, self._capabilities)
            if way is None:
                continue
            try:
                value = way.read(reader, found.block, facet.argument_values)
            except Exception as error:  # noqa: BLE001 - a fault in one reader costs its facet, not the answer
                self._emit(FaultMet(type(error).__name__, str(facet)))
                record.settle(facet, InternalError("The gateway could not read this part."))
                continue
            if not found.warnings & way.partial_codes:
                entries[facet] = Entry(value, self._clock(), CATALOG[facet.name].fresh_for, call.endpoint)
                record.settle(facet, Known(value))
            elif value:
                record.settle(facet, Known(value))
            elif facet in call.facets:
                record.settle(facet, UpstreamPartial("Upstream answered without this part."))
        for anomaly in dict.fromkeys(reader.anomalies):  # facets that read the same block meet the same ones
            self._emit(AnomalyMet(call.endpoint, anomaly.field, anomaly.expected, anomaly.found))
        return entries

    def _explained(self, group: Group, call: Call, targets: Mapping[int, Target]) -> ExplainedCall:
        request = self._client.request(call, targets)
        masked = [target.address.masked() for target in targets.values()]
        values = ",".join(
            ",".join(one.masked().partition(":")[2] for one in target.identifiers) for target in targets.values()
        )
        return ExplainedCall(
            call,
            request.shown_path,
            request.shown(values),
            masked,
            causes_of(call, (group.records[index].causes for index in call.customers)),
        )

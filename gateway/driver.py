"""The driver: carries records from what is missing to what is known. Plans are made elsewhere; here they are acted on.

A round plans everything that is missing and performs the plan. Most requests need one. Another follows where an
answer says that it must: a batch that does not say whose its items are, a merged account whose survivor must be asked.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

from gateway.cache.entries import Absent, Entry, Fresh, Missing, State
from gateway.cache.facet_cache import FacetCache
from gateway.context import Scope
from gateway.errors import CustomerDeleted, InternalError, UpstreamPartial
from gateway.facets.catalog import CATALOG, EXISTENCE, PERSON, source
from gateway.facets.explain import ExplainedCall, Explanation, causes_of
from gateway.facets.facet import Address, CustomerId, Endpoint, Facet, Identifier, IdentifierKind, Need, Needs
from gateway.facets.plan import Call, Plan
from gateway.facets.planner import NONE_AVOIDED, plan
from gateway.facets.routes import BY_ID, BY_PROFILE, Capabilities
from gateway.model.profile import Person
from gateway.model.readers import Reader
from gateway.record import CustomerRecord, Known
from gateway.telemetry.events import AnomalyMet, CallMade, Emit
from gateway.upstream.answers import Deleted, Failed, Found, NotFound, Outcome, Target, Unattributed
from gateway.upstream.client import UpstreamClient

ROUNDS: Final = 5
"""Longest known way: V2 finds a merged victim in a batch's stead, V1.1 its survivor, V2 the survivor's blocks."""

Reply = tuple[Call, Outcome]


@dataclass(frozen=True, slots=True)
class _Group:
    """Records that are planned together, with their needs in the same order and the plan for them."""

    records: Sequence[CustomerRecord]
    needs: Needs
    plan: Plan


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
        for group in self._groups([record for record in records if record.missing()]):
            for call in group.plan.calls:
                targets = {index: _foreseen(group, call, index) for index in call.customers}
                explanation.calls.append(self._explained(group, call, targets))

    async def run(self, records: Sequence[CustomerRecord], scope: Scope, explanation: Explanation) -> None:
        """Settles every wanted facet of every record, one way or the other. Never raises but when cancelled."""
        try:
            await self._recall(records, scope, explanation)
            for _ in range(ROUNDS):
                unsettled = [record for record in records if record.missing()]
                if not unsettled:
                    return
                async with asyncio.TaskGroup() as tasks:
                    for group in self._groups(unsettled):
                        tasks.create_task(self._carry_out(group, scope, explanation))
        finally:
            for record in records:
                record.settle_all(record.missing(), InternalError("The gateway could not finish this field."))

    async def _recall(self, records: Sequence[CustomerRecord], scope: Scope, explanation: Explanation) -> None:
        """Settles what the cache knows."""
        identified = await self._cache.identify(scope, [record.address for record in records])
        for record in records:
            record.hint = identified.get(record.address) or _given_id(record.address)
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

    def _groups(self, records: Sequence[CustomerRecord]) -> list[_Group]:
        """Whom to plan together: victims look for their survivor on V1.1, the unattributed are asked one by one."""
        victims = [record for record in records if record.victims and not record.id]
        alone = [record for record in records if record.alone and record not in victims]
        others = [record for record in records if record not in victims and record not in alone]
        single = replace(self._capabilities, batch_size=1)
        groups = (
            (others, [_need(record) for record in others], self._capabilities, NONE_AVOIDED),
            (alone, [_need(record) for record in alone], single, NONE_AVOIDED),
            (victims, [_survivor_need(record) for record in victims], single, frozenset({Endpoint.V2})),
        )
        return [
            _Group(members, tuple(needs), plan(tuple(needs), capabilities, avoid))
            for members, needs, capabilities, avoid in groups
            if members
        ]

    async def _carry_out(self, group: _Group, scope: Scope, explanation: Explanation) -> None:
        """Performs a plan, each call as soon as those it rests on are done; then concludes for every record."""
        replies: list[list[Reply]] = [[] for _ in group.records]
        tasks: dict[Call, asyncio.Task[None]] = {}

        async def act(call: Call) -> None:
            rests_on = [tasks[other] for other in tasks if other.wave < call.wave and _share(other, call)]
            if rests_on:
                await asyncio.wait(rests_on)
            await self._act(group, call, replies, scope, explanation)

        async with asyncio.TaskGroup() as running:
            for call in group.plan.calls:
                tasks[call] = running.create_task(act(call))
        for record, received in zip(group.records, replies, strict=True):
            _conclude(record, received)

    async def _act(
        self,
        group: _Group,
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
            if identifiers := _identifiers(record, group.needs[index].address, call):
                targets[index] = Target(group.needs[index].address, identifiers)
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

    async def _absorb(self, group: _Group, index: int, call: Call, found: Found, scope: Scope) -> Failed | None:
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
            victim = _given_id(group.needs[index].address) or record.hint
            if victim and victim != found.id:
                record.merged(victim)
        if record.id not in (None, found.id):
            return Failed(UpstreamPartial("The two upstream calls answered for different accounts."))
        record.found(found.id)
        entries = self._entries(record, call, call.brings(group.needs, index), found)
        await self._cache.remember(scope, record.address, found.id)
        await self._cache.store(scope, found.id, entries)
        return None

    def _entries(
        self, record: CustomerRecord, call: Call, facets: frozenset[Facet], found: Found
    ) -> Mapping[Facet, Entry]:
        """Settles every facet of the block and returns what may be kept: all that came whole, asked for or not."""
        reader = Reader(self._zone)
        now = self._clock()
        entries: dict[Facet, Entry] = {}
        for facet in sorted(facets):
            way = source(facet, call.endpoint)
            if way is None:
                continue
            value = way.read(reader, found.block, facet.argument_values)
            if not found.warnings & way.partial_codes:
                entries[facet] = Entry(value, now, CATALOG[facet.name].fresh_for, call.endpoint)
                record.settle(facet, Known(value))
            elif value:
                record.settle(facet, Known(value))
            elif facet in call.facets:
                record.settle(facet, UpstreamPartial("Upstream answered without this part."))
        for anomaly in reader.anomalies:
            self._emit(AnomalyMet(call.endpoint, anomaly.field, anomaly.expected, anomaly.found))
        return entries

    def _explained(self, group: _Group, call: Call, targets: Mapping[int, Target]) -> ExplainedCall:
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


def _need(record: CustomerRecord) -> Need:
    return Need(record.address, record.missing(), known=(record.id or record.hint) is not None)


def _survivor_need(record: CustomerRecord) -> Need:
    victim = Identifier(IdentifierKind.ID, record.victims[-1])
    return Need(Address((victim,)), frozenset({EXISTENCE()}))


def _given_id(address: Address) -> CustomerId | None:
    only = address.identifiers[0]
    return CustomerId(only.value) if address.kinds == BY_ID else None


def _share(one: Call, other: Call) -> bool:
    return not set(one.customers).isdisjoint(other.customers)


def _identifiers(record: CustomerRecord, address: Address, call: Call) -> tuple[Identifier, ...]:
    """By what a call names a customer. Empty where nothing unmasked is known."""
    if call.by == BY_ID:
        known = record.id or (_given_id(address) if address != record.address else record.hint)
        return (Identifier(IdentifierKind.ID, known),) if known else ()
    if call.by == BY_PROFILE:
        return _unmasked(record)
    return address.identifiers


def _unmasked(record: CustomerRecord) -> tuple[Identifier, ...]:
    match record.settled(PERSON()):
        case Known(Person() as person):
            candidates = (
                (IdentifierKind.MOBILE, person.mobile),
                (IdentifierKind.EXTERNAL_ID, person.external_id),
                (IdentifierKind.EMAIL, person.email),
            )
            return next(((Identifier(kind, value),) for kind, value in candidates if value and "*" not in value), ())
        case _:
            return ()


def _foreseen(group: _Group, call: Call, index: int) -> Target:
    """The target of a call that will not be made: an identifier that only an earlier call would tell is left open."""
    record, address = group.records[index], group.needs[index].address
    kind = IdentifierKind.ID if call.by == BY_ID else IdentifierKind.MOBILE
    return Target(address, _identifiers(record, address, call) or (Identifier(kind, "?" * 5),))


def _conclude(record: CustomerRecord, replies: Sequence[Reply]) -> None:
    """Decides what the replies of a round leave open: what is certain now, what failed, and what is asked again."""
    outcomes = [outcome for _, outcome in replies]
    if any(isinstance(outcome, Deleted) for outcome in outcomes):
        record.settle_all(record.missing(), CustomerDeleted())
        return
    if any(isinstance(outcome, Unattributed) for outcome in outcomes):
        record.alone = True
        _fail_with_their_calls(record, replies)
        return
    if any(isinstance(outcome, Found) and outcome.merged for outcome in outcomes):
        _fail_with_their_calls(record, replies)
        return
    if record.id is not None:
        _fail_with_their_calls(record, replies)
        partial = UpstreamPartial("Only one of the two upstream calls knows this customer.")
        record.settle_all(record.missing(), partial)
        return
    failures = [outcome.error for outcome in outcomes if isinstance(outcome, Failed)]
    if failures:
        record.settle_all(record.missing(), failures[0])
    elif all(isinstance(outcome, NotFound) for outcome in outcomes):
        record.settle(EXISTENCE(), Known(False))
        record.settle_all(record.missing(), Known(None))


def _fail_with_their_calls(record: CustomerRecord, replies: Sequence[Reply]) -> None:
    for call, outcome in replies:
        if isinstance(outcome, Failed):
            record.settle_all(call.facets & record.missing() - {EXISTENCE()}, outcome.error)

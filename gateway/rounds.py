"""What a round asks for, and what its replies settle: the decisions of the driver, apart from what it does.

A round plans everything that is missing and performs the plan. Most requests need one. Another follows where an
answer says that it must: a batch that does not say whose its items are, a merged account whose survivor must be asked.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.errors import BadUserInput, CustomerDeleted, GatewayError, UpstreamPartial, UpstreamUnavailable
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTS, PERSON
from gateway.facets.facet import Address, Endpoint, Facet, Identifier, IdentifierKind, Need, Needs
from gateway.facets.parameters import sources
from gateway.facets.plan import Call, Plan
from gateway.facets.plans import planned
from gateway.facets.routes import BY_ID, BY_PROFILE, findable, routes
from gateway.model.profile import Person
from gateway.record import NOBODY, CustomerRecord, Known
from gateway.upstream.answers import Deleted, Failed, Found, NotFound, Outcome, Target, Unattributed
from gateway.upstream.outlook import FAIR, Outlook

MOST_ROUNDS: Final = 8
"""The longest known way takes four: a batch, the one whose item it did not name, their survivor, its other half.
Before each of them another replica may be waited for that dies."""

Reply = tuple[Call, Outcome]


@dataclass(frozen=True, slots=True)
class Group:
    """Records that are planned together; in the same order what each missed, and its need. And the plan for them."""

    records: Sequence[CustomerRecord]
    missed: Sequence[frozenset[Facet]]
    needs: Needs
    plan: Plan


def groups(records: Sequence[CustomerRecord], capabilities: Capabilities, outlook: Outlook = FAIR) -> list[Group]:
    """Whom to plan together: victims look for their survivor on V1.1, the unattributed are asked one by one.

    Who cannot be found by any identifier given is settled at once, and so is what no endpoint brings at the moment.
    """
    if outlook.broken:
        capabilities = replace(capabilities, broken=outlook.broken)
        records = [record for record in records if _obtainable(record, capabilities)]
    others, alone, victims = list[CustomerRecord](), list[CustomerRecord](), list[CustomerRecord]()
    for record in records:
        if record.victims and not record.id:
            victims.append(record)
        elif record.alone:
            alone.append(record)
        elif findable(record.address, capabilities):
            others.append(record)
        else:
            nobody = BadUserInput("by", "upstream finds nobody by identifiers of this kind")
            record.settle_all(record.missing(), nobody)
    found = [_group(others, _need, capabilities, outlook.avoid)] if others else []
    if alone or victims:
        single = replace(capabilities, batch_size=1)
        found += [_group(alone, _need, single, outlook.avoid)] if alone else []
        found += [_group(victims, _survivor_need, single, frozenset({Endpoint.V2}))] if victims else []
    return found


def _group(
    records: Sequence[CustomerRecord],
    need: Callable[[CustomerRecord, frozenset[Facet]], Need],
    capabilities: Capabilities,
    avoid: frozenset[Endpoint],
) -> Group:
    missed = [record.missing() for record in records]
    needs = tuple(map(need, records, missed))
    return Group(records, missed, needs, planned(needs, capabilities, avoid))


def left_out() -> UpstreamUnavailable:
    """The failure of a facet that is not asked for, because calls for it fail."""
    return UpstreamUnavailable(
        "Upstream fails where it is asked for this part; it is left out for a moment.", reason="part"
    )


def _obtainable(record: CustomerRecord, capabilities: Capabilities) -> bool:
    """Settles what no endpoint brings; says whether anything is left to ask for."""
    record.settle_all((facet for facet in record.missing() if not sources(facet, capabilities)), left_out())
    return bool(record.missing())


def requested(records: Sequence[CustomerRecord], capabilities: Capabilities) -> Sequence[Call]:
    """The calls for records if nothing were known of anybody."""
    needs = tuple(
        Need(record.address, frozenset(record.causes)) for record in records if findable(record.address, capabilities)
    )
    return planned(needs, capabilities).calls


def trials(
    records: Sequence[CustomerRecord], capabilities: Capabilities, outlook: Outlook
) -> Iterator[tuple[Call, Target]]:
    """The calls for one facet each that would show whether it can be asked for again, about one who wants it."""
    for endpoint, facet in sorted(outlook.due, key=str):
        for record in records:
            ways = routes(_need(record, record.missing()), capabilities)[endpoint]
            if facet not in record.causes or not ways or ways[0].wave > 1:
                continue
            call = Call(endpoint, 1, ways[0].by, (0,), frozenset({facet}))
            if named := identifiers(record, record.address, call):
                yield call, Target(record.address, named)
                break


def _need(record: CustomerRecord, missing: frozenset[Facet]) -> Need:
    return Need(record.address, missing, known=record.id is not None or record.remembered)


def _survivor_need(record: CustomerRecord, _: frozenset[Facet]) -> Need:
    victim = Identifier(IdentifierKind.ID, record.victims[-1])
    return Need(Address((victim,)), frozenset({EXISTS}))


def share_customers(one: Call, other: Call) -> bool:
    """Whether two calls are for a common customer."""
    return not set(one.customers).isdisjoint(other.customers)


def identifiers(record: CustomerRecord, address: Address, call: Call) -> tuple[Identifier, ...]:
    """By what a call names a customer. Empty where nothing unmasked is known."""
    if call.by == BY_ID:
        known = record.id or (address.own_id if address != record.address else record.hint)
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


def foreseen(group: Group, call: Call, index: int) -> Target:
    """The target of a call that will not be made: an identifier that only an earlier call would tell is left open."""
    record, address = group.records[index], group.needs[index].address
    kind = IdentifierKind.ID if call.by == BY_ID else IdentifierKind.MOBILE
    return Target(address, identifiers(record, address, call) or (Identifier(kind, "?" * 5),))


def conclude(record: CustomerRecord, missed: frozenset[Facet], replies: Sequence[Reply]) -> None:
    """Decides what the replies of a round leave open: what is certain now, what failed, and what is asked again.

    Only of what was missed when the round was planned: what is wanted since then has not been asked for.
    """
    if not record.open and all(isinstance(outcome, Found) for _, outcome in replies):
        return
    outcomes = [outcome for _, outcome in replies]
    if any(isinstance(outcome, Deleted) for outcome in outcomes):
        record.deleted = True
        record.settle_all(missed, CustomerDeleted())
        return
    for call, outcome in replies:
        if isinstance(outcome, Failed):
            record.settle_all(call.facets & missed - {EXISTS}, outcome.error)
    if any(isinstance(outcome, Unattributed) for outcome in outcomes):
        if record.alone:
            record.settle_all(missed, UpstreamUnavailable("Upstream does not say whose its answer is."))
        record.alone = True
        return
    if any(isinstance(outcome, Found) and outcome.merged for outcome in outcomes):
        return
    if record.id is not None:
        record.settle_all(missed, UpstreamPartial("Only one of the two upstream calls knows this customer."))
        return
    failures = [outcome.error for outcome in outcomes if isinstance(outcome, Failed)]
    if failures:
        record.settle_all(missed, failures[0])
    elif record.victims:
        record.settle_all(missed, UpstreamPartial("Upstream does not say into which account it was merged."))
    elif all(isinstance(outcome, NotFound) for outcome in outcomes):
        record.settle(EXISTS, NOBODY)
        failed = record.settled(EXISTS)  # by somebody else's call, before: then nothing is certain of the rest either
        record.settle_all(missed, failed if isinstance(failed, GatewayError) else Known(None))

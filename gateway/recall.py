"""Settles of records what the cache knows."""

from collections.abc import Sequence

from gateway.cache.entries import MISSING, Absent, Entry, Fresh, Identity, Kept, Missing, Stale
from gateway.cache.facet_cache import FacetCache
from gateway.context import Scope
from gateway.facets.catalog import EXISTS
from gateway.facets.facet import CustomerId, Facet
from gateway.record import THERE, CustomerRecord


async def recall(
    cache: FacetCache,
    records: Sequence[CustomerRecord],
    scope: Scope,
    most_age: float,
    now: float,
    *,
    waiting: bool = False,
) -> None:
    """Two round trips to the cache, whatever the number of customers; none where it surely knows nothing of anybody.

    `most_age` in seconds bounds what is good enough. `waiting`: for what somebody else is fetching, so that what comes
    counts as joined, and nothing as missed.
    """
    if all(cache.knows_nothing(scope, record.address) for record in records):
        for record in records:
            record.hint, record.remembered = record.address.own_id, False
            if not waiting:
                record.explanation.missed += record.unsettled()
        return
    identified = await cache.identify(scope, [record.address for record in records], most_age)
    wanted: dict[CustomerId, set[Facet]] = {}
    for record in records:
        match identified.get(record.address):
            case Identity(None):
                record.nobody()
            case known:
                record.remembered = known is not None
                record.hint = known.customer if known else record.address.own_id
                if record.hint:
                    wanted.setdefault(record.hint, set()).update(record.unsettled())
    kept = await cache.lookup(scope, wanted, most_age)
    for record in records:
        known = identified.get(record.address) if identified else None
        of_customer = kept.get(record.hint) if record.hint else None
        if of_customer is not None and known is not None and known.since <= of_customer.changed_at:
            record.remembered, record.hint = False, record.address.own_id
            of_customer = of_customer if record.hint else None
        for facet in record.unsettled():
            _take(record, facet, of_customer.facets[facet] if of_customer else MISSING, now, waiting=waiting)
        if record.hint and record.settled(EXISTS) == THERE:
            record.found(record.hint)
            if (asked := record.address.own_id) not in (None, record.hint):
                record.merged(asked)


def _take(record: CustomerRecord, facet: Facet, state: Kept, now: float, *, waiting: bool) -> None:
    told = record.explanation
    match state:
        case Fresh(entry) | Absent(entry):
            (told.joined if waiting else told.hit).append(facet)
            _serve(record, facet, entry, now)
        case Stale(entry):
            told.stale.append(facet)
            record.stale.add(facet)
            _serve(record, facet, entry, now)
        case Missing():
            if not waiting:
                told.missed.append(facet)
            record.miss(facet, state)


def _serve(record: CustomerRecord, facet: Facet, entry: Entry, now: float) -> None:
    record.explanation.served(facet, now - entry.fetched_at, entry.lifetime.fresh_for, cached=True)
    record.recall(facet, entry.value)

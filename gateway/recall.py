"""Settles of records what the cache knows."""

from collections.abc import Sequence

from gateway.cache.entries import Absent, Entry, Fresh, Joined, Missing, Stale, State
from gateway.cache.facet_cache import FacetCache
from gateway.context import Scope
from gateway.facets.catalog import EXISTENCE
from gateway.facets.facet import CustomerId, Facet
from gateway.record import CustomerRecord, Known
from gateway.rounds import given_id


async def recall(
    cache: FacetCache,
    records: Sequence[CustomerRecord],
    scope: Scope,
    most_age: float,
    now: float,
    *,
    waiting: bool = False,
) -> None:
    """Two round trips to the cache, whatever the number of customers.

    `most_age` in seconds bounds what is good enough. `waiting`: for what somebody else is fetching, so that what comes
    counts as joined, and nothing as missed.
    """
    identified = await cache.identify(scope, [record.address for record in records], most_age)
    wanted: dict[CustomerId, set[Facet]] = {}
    for record in records:
        found = identified.get(record.address)
        record.remembered = found is not None
        record.hint = found or given_id(record.address)
        if record.address in identified and found is None:
            record.nobody()
        elif record.hint:
            wanted.setdefault(record.hint, set()).update(record.unsettled())
    known = await cache.lookup(scope, wanted, most_age)
    for record in records:
        for facet in sorted(record.unsettled()):
            _take(record, facet, known[record.hint][facet] if record.hint else Missing(), now, waiting=waiting)
        if record.hint and record.settled(EXISTENCE()) == Known(value=True):
            record.found(record.hint)


def _take(record: CustomerRecord, facet: Facet, state: State, now: float, *, waiting: bool) -> None:
    told = record.explanation
    match state:
        case Fresh(entry) | Absent(entry):
            (told.joined if waiting else told.hit).append(facet)
            _serve(record, facet, entry, now)
        case Stale(entry):
            told.stale.append(facet)
            record.stale.add(facet)
            _serve(record, facet, entry, now)
        case Missing(spare):
            if not waiting:
                told.missed.append(facet)
            if spare is not None:
                record.spares[facet] = spare
        case Joined():  # of a facet in flight; nothing of the cache is in that state
            pass


def _serve(record: CustomerRecord, facet: Facet, entry: Entry, now: float) -> None:
    record.explanation.served(facet, now - entry.fetched_at, entry.lifetime.fresh_for, cached=True)
    record.settle(facet, Known(entry.value))

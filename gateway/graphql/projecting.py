"""The fast path: what is plain is answered by code made for the operation, from what is known or was just fetched."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from gateway.auth import policy
from gateway.auth.callers import EVERYTHING, Caller, Staff
from gateway.cache.local import Stands
from gateway.context import Scope
from gateway.driver import Driver
from gateway.facets.explain import Explanation
from gateway.facets.facet import Facet
from gateway.facets.needs import Wanted
from gateway.graphql.projection import Bound, Compiled, Deopt, Found
from gateway.session import RequestSession

PRICES: Final = 512
"""Shapes of requests of which it is remembered what they would cost if nothing were known."""


class Known(NamedTuple):
    """The data of an answer, and what it rests on."""

    data: Mapping[str, Any]
    stands: Sequence[Stands]


Shape = tuple[object, ...]


class Price(NamedTuple):
    """What a request costs, and how many calls it takes, if nothing is known of anybody."""

    cost: int
    calls: int


class Projecting:
    """Answers compiled operations. Whatever is not plain is left to the reference path, which is told nothing."""

    def __init__(self) -> None:
        self._prices: OrderedDict[Shape, tuple[Bound, Price]] = OrderedDict()

    def known(
        self, compiled: Compiled, bound: Bound, driver: Driver, scope: Scope, caller: Caller, told: Explanation
    ) -> Known | None:
        """The data of a request of which everything is known and fresh; null otherwise."""
        found, stands = list[list[Found | None]](), list[Stands]()
        served, fresh_for = list[Mapping[Facet, Any]](), told.fresh_for
        for root in bound.roots:
            customers: list[Found | None] = []
            for entry in root.entries:
                if not isinstance(entry, Wanted):
                    return None
                one = driver.glance(entry.address, root.facets, scope)
                if one is None or not policy.is_theirs(caller, entry.address, None, one.customer, ()):
                    return None
                customers.append(Found(one.customer, one.merged_from, one.values))
                stands.append(one.stands)
                served.append(entry.causes)
                fresh_for = min(fresh_for, one.fresh_for)
            found.append(customers)
        try:
            data = compiled.project(bound, found)
        except Deopt:
            return None
        for causes in served:
            told.hit += causes
        told.fresh_for = fresh_for
        return Known(data, stands)

    def price(self, shape: Shape, told: Explanation) -> Price | None:
        """What such a request costs, if one was asked before."""
        known = self._prices.get(shape)
        if known is None:
            return None
        told.cold = known[1].calls
        return known[1]

    def priced(self, shape: Shape, bound: Bound, price: Price) -> None:
        """Remembers what a request costs."""
        if shape and shape not in self._prices:
            self._prices[shape] = (bound, price)
            if len(self._prices) > PRICES:
                self._prices.popitem(last=False)


def permits(bound: Bound, caller: Caller) -> bool:
    """Whether everybody asked for can be, and the caller may have all of it. The reference path says what is wrong."""
    entries = [entry for root in bound.roots for entry in root.entries]
    if not all(isinstance(entry, Wanted) for entry in entries):
        return False
    if isinstance(caller, Staff) and caller.permissions >= EVERYTHING:
        return True
    unseen = policy.unseen(caller)
    return all(facet is None or facet.name not in unseen for root in bound.roots for facet in root.facets) and all(
        policy.may_ask(caller, entry.address) for entry in entries if isinstance(entry, Wanted)
    )


def fetched(compiled: Compiled, bound: Bound, session: RequestSession) -> Mapping[str, Any] | None:
    """The data of a request whose session has fetched everything; null where anything is not plain."""
    found: list[Sequence[Found | None]] = []
    for root in bound.roots:
        customers: list[Found | None] = []
        for index in range(len(root.entries)):
            plain = session.customer(root.key, index).plain(root.facets)
            if plain is None:
                return None
            who, merged_from, values = plain
            customers.append(Found(who, merged_from, values) if who else None)
        found.append(customers)
    try:
        return compiled.project(bound, found)
    except Deopt:
        return None


def shape_of(bound: Bound, driver: Driver) -> Shape:
    """What the cost of a request depends on: whom it asks, what it is bound to, and how its customers are named.

    Empty where two of them may be the same one.
    """
    addresses = [entry.address for root in bound.roots for entry in root.entries if isinstance(entry, Wanted)]
    if len({address.identifiers[0].value for address in addresses}) < len(addresses):
        return ()
    return (driver, id(bound.settled), *(address.kinds for address in addresses))

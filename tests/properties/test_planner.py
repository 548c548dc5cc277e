"""The plan covers the need and is as cheap as brute force can make it."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice, product
from math import prod

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gateway.facets.capabilities import ById, Capabilities, Gaps
from gateway.facets.catalog import (
    CATALOG,
    COUPONS,
    EXISTENCE,
    GAP_TO_RENEW,
    GAP_TO_UPGRADE,
    MEMBERSHIP,
    PROGRAM,
    TRANSACTIONS,
    USER_GROUPS2,
)
from gateway.facets.facet import Address, Endpoint, Facet, Identifier, IdentifierKind, Need, Needs
from gateway.facets.parameters import source, sources
from gateway.facets.plan import Call, Objective, objective
from gateway.facets.planner import NONE_AVOIDED, plan
from gateway.facets.plans import planned
from gateway.facets.routes import routes
from tests.support.facets import EXAMPLES, RICH, SEEDS

FACETS = [
    *(facet for facet in EXAMPLES if facet != EXISTENCE()),
    GAP_TO_RENEW(days=0),
    GAP_TO_UPGRADE(days=7),
    PROGRAM(program_id="1002"),
    COUPONS(limit=5),
    COUPONS(status="active"),
    TRANSACTIONS(type="RETURN"),
    USER_GROUPS2(id="3001"),
]


def asks(facet: Facet) -> tuple[object, ...]:
    """What a facet asks of the planner, but for the name of a parameter that is its own alone.

    Two facets that differ in such a name only are the same to the planner, but not each other's company.
    """

    def anonymous(parameter: str) -> str:
        users = [
            kind for kind in CATALOG.values() for way in kind.sources if parameter in way.embeds | way.flags.keys()
        ]
        return parameter if len(users) > 1 else "its own"

    return tuple(
        (
            way.endpoint,
            tuple(sorted(map(anonymous, way.embeds | way.flags.keys()))),
            tuple(way.valued),
            tuple(way.narrowed),
            way.touched_by,
            way.suppressor,
            way.cost,
        )
        for way in sources(facet, SEEDS)
    )


def unlike(most: int) -> list[Facet]:
    """Of facets that ask alike only as many as a set could hold."""
    alike: dict[object, list[Facet]] = {}
    for facet in FACETS:
        alike.setdefault(asks(facet), []).append(facet)
    return [facet for facets in alike.values() for facet in facets[:most]]


NIGHTLY = os.environ.get("GATEWAY_TESTS_NIGHTLY") == "1"
MOST_PLANS = 150_000 if NIGHTLY else 40_000
"""How many plans brute force looks at for one example; larger ones are passed over, or it would not end."""
FILTERED = [HealthCheck.filter_too_much, HealthCheck.too_slow]
FEW = Capabilities(batch_size=2)


def need(kind: IdentifierKind, facets: Sequence[Facet], *, value: str = "1", known: bool = False) -> Need:
    return Need(Address((Identifier(kind, value),)), frozenset(facets), known)


def labels(needs: Needs, capabilities: Capabilities, batches: int) -> dict[tuple[int, Facet], list[tuple]]:
    """Every call that could bring each wanted facet, as (endpoint, wave, by, which of the interchangeable calls)."""
    found: dict[tuple[int, Facet], list[tuple]] = {}
    for customer, wanted in enumerate(needs):
        ways = routes(wanted, capabilities)
        for facet in sorted(wanted.facets | {EXISTENCE()}):
            found[(customer, facet)] = [
                (endpoint, route.wave, route.by, number if endpoint is Endpoint.V1 else (customer, number))
                for endpoint in Endpoint
                if source(facet, endpoint, capabilities) is not None
                for route in ways[endpoint]
                if facet != EXISTENCE() or route.wave == 1
                for number in range(batches if endpoint is Endpoint.V1 else 2)
            ]
    return found


def every_plan(needs: Needs, capabilities: Capabilities, batches: int) -> Iterator[list[Call]]:
    """All assignments of wanted facets to calls that upstream could take. Existence may lie on a call of its own."""
    options = labels(needs, capabilities, batches)
    for chosen in product(*options.values()):
        grouped: dict[tuple, tuple[set[int], set[Facet]]] = {}
        for (customer, facet), label in zip(options, chosen, strict=True):
            customers, facets = grouped.setdefault(label, (set(), set()))
            customers.add(customer)
            facets.add(facet)
        calls = [
            Call(
                label[0],
                label[1],
                label[2],
                tuple(sorted(customers)),
                frozenset(facets - {EXISTENCE()}) or frozenset(facets),
            )
            for label, (customers, facets) in grouped.items()
        ]
        if all(possible(call, capabilities) for call in calls):
            yield calls


ONE_VALUE = {
    "GAP_TO_RENEW": "gap_to_renew_for",
    "GAP_TO_RENEW_V1": "gap_to_renew_for",
    "GAP_TO_UPGRADE": "gap_to_upgrade_for",
    "GAP_TO_UPGRADE_V1": "gap_to_upgrade_for",
    "COUPONS": "coupons",
    "TRANSACTIONS": "transactions",
    "USER_GROUPS2": "userGroup2Id",
}
"""Facets whose arguments a call takes one set of."""


def possible(call: Call, capabilities: Capabilities) -> bool:
    values: dict[str, set[object]] = {}
    for facet in call.facets:
        if facet.name in ONE_VALUE and source(facet, call.endpoint, capabilities) is not None:
            values.setdefault(ONE_VALUE[facet.name], set()).add(facet.arguments)
    size = (
        capabilities.batch_size if call.endpoint is Endpoint.V1 and call.by != (IdentifierKind.CARD_EXTERNAL_ID,) else 1
    )
    return len(call.customers) <= size and all(len(found) == 1 for found in values.values())


def values_of_one(needs: Needs) -> int:
    """The most values that any single-valued parameter has, each of which takes a call of its own."""
    values: dict[str, set[object]] = {}
    for facet in (facet for need in needs for facet in need.facets if facet.name in ONE_VALUE):
        values.setdefault(ONE_VALUE[facet.name], set()).add(facet.arguments)
    return max(map(len, values.values()), default=1)


def cheapest(needs: Needs, capabilities: Capabilities, batches: int, avoid: frozenset[Endpoint]) -> Objective:
    return min(objective(calls, needs, capabilities, avoid) for calls in every_plan(needs, capabilities, batches))


def uncovered(calls: Sequence[Call], needs: Needs, capabilities: Capabilities) -> set[tuple[int, Facet]]:
    """What the calls leave out of the needs; existence is always needed."""
    missing = {(index, facet) for index, need in enumerate(needs) for facet in need.facets | {EXISTENCE()}}
    for call in calls:
        missing -= {
            (customer, facet) for customer in call.customers for facet in call.brings(needs, customer, capabilities)
        }
    return missing


def check(
    needs: Needs, capabilities: Capabilities, batches: int = 2, avoid: frozenset[Endpoint] = NONE_AVOIDED
) -> None:
    made = plan(needs, capabilities, avoid)
    batches = max(batches, values_of_one(needs))
    assert not uncovered(made.calls, needs, capabilities)
    assert all(possible(call, capabilities) for call in made.calls)
    assert made.objective == cheapest(needs, capabilities, batches, avoid)
    assert made.lower_bound <= made.objective.calls
    for customer in range(len(needs)):
        waves = {call.wave for call in made.calls if customer in call.customers}
        assert 2 not in waves or 1 in waves


def check_if_small(
    needs: Needs, capabilities: Capabilities, batches: int = 2, avoid: frozenset[Endpoint] = NONE_AVOIDED
) -> None:
    """Checks an example that brute force can look through; Hypothesis passes over the others."""
    most = max(batches, values_of_one(needs))
    assume(prod(map(len, labels(needs, capabilities, most).values())) <= MOST_PLANS)
    check(needs, capabilities, batches, avoid)


@pytest.mark.parametrize("kind", [IdentifierKind.MOBILE, IdentifierKind.WECHAT, IdentifierKind.ID])
def test_a_plan_for_one_customer_is_minimal_over_all_small_sets_of_facets(kind: IdentifierKind) -> None:
    for size in range(3 + NIGHTLY):
        for facets in combinations(unlike(size), size):
            check((need(kind, facets),), SEEDS)


def test_a_plan_for_one_customer_is_minimal_over_all_sets_of_three_facets_that_ask_unlike() -> None:
    """Every third of them by day, all of them by night."""
    for facets in islice(combinations(unlike(1), 3), 0, None, 1 if NIGHTLY else 3):
        check((need(IdentifierKind.MOBILE, facets),), SEEDS)


@given(
    st.sets(st.sampled_from(FACETS), min_size=4, max_size=6),
    st.sampled_from(list(IdentifierKind)),
    st.booleans(),
    st.sampled_from([SEEDS, RICH, Capabilities(gaps=Gaps.DETAILS, ignore_card_details=False)]),
)
@settings(deadline=None, max_examples=300 if NIGHTLY else 30, suppress_health_check=FILTERED)
def test_a_plan_for_one_customer_is_minimal_over_larger_sets_of_facets(
    facets: set[Facet], kind: IdentifierKind, known: bool, capabilities: Capabilities
) -> None:
    check_if_small((need(kind, sorted(facets), known=known),), capabilities)


@given(
    st.sets(st.sampled_from(FACETS), max_size=5),
    st.sampled_from(list(IdentifierKind)),
    st.sampled_from(list(Endpoint)),
    st.sampled_from(list(ById)),
)
@settings(deadline=None, max_examples=200 if NIGHTLY else 40)
def test_a_plan_around_a_broken_endpoint_is_minimal(
    facets: set[Facet], kind: IdentifierKind, down: Endpoint, by_id: ById
) -> None:
    check_if_small((need(kind, sorted(facets)),), Capabilities(v2_by_id=by_id), avoid=frozenset({down}))


def test_a_narrowed_facet_rides_where_it_keeps_the_most_away() -> None:
    """Found at random: of two calls, which two values of one parameter need, the lone one should carry the program."""
    facets = [COUPONS(), COUPONS(limit=5), MEMBERSHIP(), PROGRAM(program_id="1002")]
    check((need(IdentifierKind.ID, facets),), Capabilities(), avoid=frozenset({Endpoint.V2}))


@st.composite
def mixtures(draw: st.DrawFn) -> Needs:
    count = draw(st.integers(2, 3))
    return tuple(
        need(
            draw(
                st.sampled_from(
                    [IdentifierKind.MOBILE, IdentifierKind.CARD_EXTERNAL_ID, IdentifierKind.WECHAT, IdentifierKind.ID]
                )
            ),
            sorted(draw(st.sets(st.sampled_from(FACETS), max_size=2))),
            value=str(position),
            known=draw(st.booleans()),
        )
        for position in range(count)
    )


@given(mixtures())
@settings(deadline=None, max_examples=100 if NIGHTLY else 40, suppress_health_check=FILTERED)
def test_a_plan_for_unlike_customers_is_minimal(needs: Needs) -> None:
    check_if_small(needs, FEW, batches=3)


@given(
    st.sets(st.sampled_from(FACETS), min_size=1, max_size=1),
    st.integers(1, 4),
    st.sampled_from([IdentifierKind.MOBILE, IdentifierKind.WECHAT]),
)
@settings(deadline=None, max_examples=60 if NIGHTLY else 20, suppress_health_check=FILTERED)
def test_a_plan_for_alike_customers_is_minimal(facets: set[Facet], count: int, kind: IdentifierKind) -> None:
    check_if_small(tuple(need(kind, sorted(facets), value=str(n)) for n in range(count)), FEW, batches=3)


@given(st.sets(st.sampled_from(FACETS), max_size=8), st.integers(1, 60), st.integers(1, 25))
@settings(deadline=None, max_examples=60)
def test_alike_customers_never_need_more_calls_than_the_bound(facets: set[Facet], count: int, size: int) -> None:
    needs = tuple(need(IdentifierKind.MOBILE, sorted(facets), value=str(n)) for n in range(count))
    able = Capabilities(batch_size=size)
    made = plan(needs, able)
    assert not uncovered(made.calls, needs, able)
    assert made.objective.calls == made.lower_bound


@given(mixtures())
@settings(deadline=None, max_examples=40)
def test_a_remembered_plan_is_the_plan_whoever_is_asked_for(needs: Needs) -> None:
    assert planned(needs, FEW) == plan(needs, FEW)
    others = (replace(one, address=somebody_else(one.address)) for one in needs)
    assert planned(tuple(others), FEW) is planned(needs, FEW)


def somebody_else(address: Address) -> Address:
    return address._replace(identifiers=tuple(Identifier(kind, "other") for kind in address.kinds))

"""Whatever is selected, of whomever: the answer is right, nothing is asked upstream that it does not need, no 500."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import httpx
import orjson
import pytest
from graphql import GraphQLError, parse, validate
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from gateway.facets.capabilities import ById, Capabilities, Gaps
from gateway.facets.catalog import EXISTENCE
from gateway.telemetry.events import FaultMet
from tests.support.everything import (
    GRAPH,
    Awaited,
    Who,
    everything,
    expected,
    needed,
    planned,
    seen,
    told,
)
from tests.support.facets import RICH, SEEDS
from tests.support.gateway import UNLIMITED, GatewayUnderTest, running
from tests.support.operations import RandomOperation, of_one, of_several, wild

NIGHTLY = os.environ.get("GATEWAY_TESTS_NIGHTLY") == "1"
PHASES = set(Phase) - {Phase.explain}
ORGANISATIONS = (SEEDS, RICH, Capabilities(v2_by_id=ById.LOOKUP, gaps=Gaps.DETAILS, ignore_card_details=False))
ONE_OF_THEM = st.integers(0, len(ORGANISATIONS) - 1)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

Json = dict[str, Any]


class World:
    """A gateway that remembers nothing, and everything that it could know of its organisation."""

    def __init__(self, runner: asyncio.Runner, gateway: GatewayUnderTest, able: Capabilities) -> None:
        self.runner = runner
        self.gateway = gateway
        self.able = able
        self.everything = everything(able)

    def post(self, query: str, variables: Json, **headers: str) -> httpx.Response:
        self.gateway.sandbox.clear()
        self.gateway.events.clear()
        return self.runner.run(self.gateway.post(query, variables, **headers))


@pytest.fixture(scope="module")
def worlds() -> Iterator[Sequence[World]]:
    async def opened(able: Capabilities) -> World:
        told = {name: getattr(able, name) for name in ("gaps", "ignore_card_details", "only_current_profile")}
        habits = {"ignore_card_details": able.ignore_card_details}
        asked = running(by_id=able.v2_by_id, habits=habits, upstream=told, cache={"max_bytes": 0}, limits=UNLIMITED)
        world = World(runner, await stack.enter_async_context(asked), able)
        await stack.enter_async_context(world.everything.http)
        return world

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        yield [runner.run(opened(able)) for able in ORGANISATIONS]
        runner.run(stack.aclose())


@given(place=ONE_OF_THEM, operation=of_one())
@settings(deadline=None, max_examples=3_000 if NIGHTLY else 50, phases=PHASES, suppress_health_check=SLOW)
def test_a_random_selection_of_a_customer_is_answered_exactly_at_the_least_price(
    worlds: Sequence[World], place: int, operation: RandomOperation
) -> None:
    need, calls = answered(worlds[place], operation)
    if len(need) == 1:
        assert all(exactly_once(who, calls, need) for who in need if who.ordinary)


@given(place=ONE_OF_THEM, operation=of_several())
@settings(deadline=None, max_examples=1_500 if NIGHTLY else 25, phases=PHASES, suppress_health_check=SLOW)
def test_a_random_selection_of_several_customers_is_answered_exactly_at_the_least_price(
    worlds: Sequence[World], place: int, operation: RandomOperation
) -> None:
    need, calls = answered(worlds[place], operation)
    shown = Counter(who.address.masked() for who in need)
    plain = [who for who in need if who.ordinary and (not who.person.masked or len(need) == 1)]
    assert all(exactly_once(who, calls, need) for who in plain if shown[who.address.masked()] == 1)


def answered(world: World, operation: RandomOperation) -> tuple[Awaited, list[Json]]:
    """Checks an answer, and every call made for it. Returns what was needed, and the calls as explain tells them."""
    note(operation.text)
    note(str(operation.variables))
    assert not validate(GRAPH.schema, operation.document)
    response = world.post(operation.text, operation.variables, x_gateway_explain="analyze")
    answer = response.json()
    assert response.status_code == 200, answer
    result, awaited = world.runner.run(
        expected(operation.document, operation.variables, operation.roots, world.everything)
    )
    assert answer["data"] == orjson.loads(orjson.dumps(result.data))
    gone = any(who.deleted for who in awaited)
    assert codes(answer) <= ({"CUSTOMER_DELETED"} if gone else set())
    assert not any(isinstance(event, FaultMet) for event in world.gateway.events)

    need = world.runner.run(needed(operation.document, operation.variables, operation.roots))
    assert all(awaited[who] <= need[who] for who in awaited)
    asked = {who: facets for who, facets in need.items() if facets}
    explain = answer["extensions"]["explain"]
    wanted = {facet for facets in asked.values() for facet in facets}
    carried = Counter(told(call, wanted, world.able) for call in explain["calls"])
    assert carried == Counter(map(seen, world.gateway.sandbox.requests))
    # A batch does not say which item is a masked customer's, so they are asked for once more.
    if all(who.ordinary and (not who.person.masked or len(asked) == 1) for who in asked):
        assert explain["lowerBound"] <= len(explain["calls"]) == planned(asked, world.able)
        assert len(asked) != 1 or len(explain["calls"]) == explain["lowerBound"]
    return asked, explain["calls"]


def exactly_once(who: Who, calls: list[Json], need: Awaited) -> bool:
    """Whether each facet that is needed of a customer is on one of their calls, and no other facet on any."""
    theirs = [call for call in calls if who.address.masked() in call["customers"]]
    carried = Counter(facet for call in theirs for facet in call["facets"])
    del carried[str(EXISTENCE())]
    return bool(theirs) and carried == Counter(map(str, need[who] - {EXISTENCE()}))


def codes(answer: Json) -> set[str]:
    return {error["extensions"]["code"] for error in answer.get("errors", [])}


@given(place=ONE_OF_THEM, asked=wild())
@settings(deadline=None, max_examples=3_000 if NIGHTLY else 40, phases=PHASES, suppress_health_check=SLOW)
def test_no_document_and_no_value_is_the_gateways_own_fault(
    worlds: Sequence[World], place: int, asked: tuple[str, Json]
) -> None:
    world = worlds[place]
    text, variables = asked
    note(text)
    response = world.post(text, variables)
    answer = response.json()
    assert response.status_code in (200, 400), answer
    assert "INTERNAL" not in codes(answer)
    assert not any(isinstance(event, FaultMet) for event in world.gateway.events)
    if not valid(text):
        assert response.status_code == 400
        assert codes(answer) <= {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}


def valid(text: str) -> bool:
    try:
        return not validate(GRAPH.schema, parse(text))
    except GraphQLError:
        return False

"""Whatever is deferred of whatever selection: the parts are the whole, at the same cost, in both layouts."""

import asyncio
import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from graphql import (
    DirectiveNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    Visitor,
    parse,
    parse_value,
    print_ast,
    validate,
    visit,
)
from graphql.language import ArgumentNode, NameNode
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from gateway.telemetry.events import FaultMet
from tests.defer.support import come_to
from tests.support.everything import GRAPH
from tests.support.gateway import UNLIMITED, GatewayUnderTest, running
from tests.support.operations import RandomOperation, of_one, of_several
from tests.support.parts import APOLLO, MULTIPART, in_any_order

NIGHTLY = os.environ.get("GATEWAY_TESTS_NIGHTLY") == "1"

Draw = Any
PHASES = set(Phase) - {Phase.explain}
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


class _Sprinkling(Visitor):
    """Puts `@defer` on fragments, and into selections fragments that have it."""

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self._draw = draw
        self._labels = itertools.count()

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        selections = list(node.selections)
        if not self._draw(st.booleans()):
            return node
        cut = sorted(self._draw(st.tuples(*[st.integers(0, len(selections))] * 2)))
        inner = tuple(selections[slice(*cut)])
        if not inner:
            return node
        deferred = InlineFragmentNode(directives=(self._defer(),), selection_set=SelectionSetNode(selections=inner))
        return SelectionSetNode(selections=(*selections[: cut[0]], deferred, *selections[cut[1] :]))

    def leave_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> FragmentSpreadNode:
        if not self._draw(st.booleans()):
            return node
        return FragmentSpreadNode(name=node.name, directives=(*(node.directives or ()), self._defer()))

    def _defer(self) -> DirectiveNode:
        label = ArgumentNode(name=NameNode(value="label"), value=parse_value(f'"l{next(self._labels)}"'))
        given = (label,) if self._draw(st.booleans()) else ()
        return DirectiveNode(name=NameNode(value="defer"), arguments=given)


@st.composite
def deferring(draw: Draw, operations: st.SearchStrategy[RandomOperation]) -> tuple[RandomOperation, str]:
    """An operation, and the same with some of it deferred."""
    operation = draw(operations)
    return operation, print_ast(visit(parse(operation.text), _Sprinkling(draw)))


class Worlds:
    """Two gateways that remember nothing."""

    def __init__(self, runner: asyncio.Runner, gateways: Sequence[GatewayUnderTest]) -> None:
        self.runner = runner
        self.gateways = gateways


@pytest.fixture(scope="module")
def worlds() -> Iterator[Worlds]:
    async def opened() -> GatewayUnderTest:
        return await stack.enter_async_context(running(cache={"max_bytes": 0}, limits=UNLIMITED))

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        yield Worlds(runner, [runner.run(opened()) for _ in range(2)])
        runner.run(stack.aclose())


@given(asked=deferring(of_one()), accept=st.sampled_from([MULTIPART, APOLLO]))
@settings(
    deadline=None,
    max_examples=3_000 if NIGHTLY else 60,
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=SLOW,
)
def test_the_parts_of_one_customer_are_the_whole(
    worlds: Worlds, asked: tuple[RandomOperation, str], accept: str
) -> None:
    the_same(worlds, *asked, accept)


@given(asked=deferring(of_several()), accept=st.sampled_from([MULTIPART, APOLLO]))
@settings(
    deadline=None,
    max_examples=1_500 if NIGHTLY else 30,
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=SLOW,
)
def test_the_parts_of_several_customers_are_the_whole(
    worlds: Worlds, asked: tuple[RandomOperation, str], accept: str
) -> None:
    the_same(worlds, *asked, accept)


def the_same(worlds: Worlds, operation: RandomOperation, deferred: str, accept: str) -> None:
    note(deferred)
    note(str(operation.variables))
    assert not validate(GRAPH.schema, parse(deferred))
    whole, parts = worlds.gateways
    for gateway in worlds.gateways:
        gateway.sandbox.clear()
        gateway.events.clear()
    answer = worlds.runner.run(parts.post(deferred, operation.variables, accept=f"{accept}, application/json;q=0.5"))
    found = come_to(answer)
    expected = worlds.runner.run(whole.ask(operation.text, operation.variables))
    assert found["data"] == expected["data"]
    assert in_any_order(found.get("errors", ())) == in_any_order(expected.get("errors", ()))
    assert found.get("extensions") == expected.get("extensions")
    assert parts.calls() == whole.calls()
    assert not any(isinstance(event, FaultMet) for event in parts.events)

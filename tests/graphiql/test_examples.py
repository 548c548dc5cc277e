"""The examples: what a reader sees in them, and that they cost what they say."""

from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse

from gateway.graphiql.examples import EXAMPLES, Example
from tests.support.gateway import GatewayUnderTest

ROOT = Path(__file__).parents[2]


def operation_of(example: Example) -> OperationDefinitionNode:
    (operation,) = [node for node in parse(example.query).definitions if isinstance(node, OperationDefinitionNode)]
    return operation


def name_of(example: Example) -> str:
    name = operation_of(example).name
    assert name is not None
    return name.value


def test_every_tab_has_a_label_of_its_own() -> None:
    assert len({name_of(example) for example in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_a_tab_begins_with_what_to_look_at(example: Example) -> None:
    lines = (example.as_tab()["query"] or "").splitlines()
    comment = [line for line in lines if line.startswith("#")]
    assert lines[: len(comment)] == comment
    assert 1 <= len(comment) <= 4
    assert max(map(len, comment)) <= 44, "wider than the editor of a small screen"


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_an_example_brings_the_variables_it_declares(example: Example) -> None:
    declared = {definition.variable.name.value for definition in operation_of(example).variable_definitions or ()}
    assert set(example.variables or {}) == declared


def test_the_ten_questions_are_those_that_client_developers_are_given() -> None:
    """The explorer is installed without `examples/`, and so has copies: after a change there, copy the file."""
    given = {file.name: file.read_text() for file in (ROOT / "examples" / "operations").glob("*.graphql")}
    copies = {file.name: file.read_text() for file in (ROOT / "gateway/graphiql/questions").glob("*")}
    assert copies == given
    assert {name.removesuffix(".graphql") for name in given} <= set(map(name_of, EXAMPLES))


COSTS = {
    "OneScreen": 2,
    "CustomerHeader": 1,
    "Programs": 1,
    "TierScreen": 1,
    "PointsScreen": 1,
    "Cards": 1,
    "ActiveCoupons": 1,
    "RecentTransactions": 1,
    "Consent": 2,
    "CustomerId": 1,
    "CustomerList": 2,
    "TwoWindows": 2,
}
"""The upstream calls of each. `CustomerList` asks once more for the number that nobody has."""


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
async def test_an_example_is_answered_for_this_cost(example: Example, gateway: GatewayUnderTest) -> None:
    answer = await gateway.ask(example.query, example.variables, **(example.headers or {}))
    assert "errors" not in answer
    assert len(gateway.calls()) == COSTS[name_of(example)]

"""The examples: what a reader sees in them, and that they cost what they say."""

import pytest
from graphql import OperationDefinitionNode, parse

from gateway.graphiql.examples import EXAMPLES, Example
from tests.support.gateway import GatewayUnderTest


def operation_of(example: Example) -> OperationDefinitionNode:
    (operation,) = [node for node in parse(example.query).definitions if isinstance(node, OperationDefinitionNode)]
    return operation


def test_every_tab_has_a_label_of_its_own() -> None:
    labels = [operation_of(example).name for example in EXAMPLES]
    assert None not in labels
    assert len({label.value for label in labels if label}) == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_an_example_begins_with_what_to_look_at(example: Example) -> None:
    lines = example.query.splitlines()
    comment = [line for line in lines[:4] if line.startswith("# ")]
    assert lines[: len(comment)] == comment
    assert 2 <= len(comment) <= 3
    assert max(map(len, comment)) <= 50, "wider than the editor of a small screen"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_an_example_brings_the_variables_it_declares(example: Example) -> None:
    declared = {definition.variable.name.value for definition in operation_of(example).variable_definitions or ()}
    assert set(example.variables or {}) == declared


COSTS = {"Asha": 2, "Cost": 0, "Points": 1, "Batch": 2, "Windows": 2, "Card": 1, "Purchases": 2}
"""The upstream calls that the comments of the examples speak of."""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
async def test_an_example_costs_what_its_comment_says(example: Example, gateway: GatewayUnderTest) -> None:
    answer = await gateway.ask(example.query, example.variables, **(example.headers or {}))
    assert "errors" not in answer
    name = operation_of(example).name
    assert name is not None
    assert len(gateway.calls()) == COSTS[name.value]

"""The examples as documents; whether the gateway answers them is the browser test's question."""

import pytest
from graphql import OperationDefinitionNode, parse

from gateway.graphiql.examples import EXAMPLES, Example


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

"""graphql-inspector's word on what `tests/schema` holds against the released schema with graphql-core's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, build_schema, print_schema

from tests.schema.released import ON_PURPOSE, RELEASED, SCHEMA
from tests.support.node import NodeProject

pytestmark = pytest.mark.clients


def breaking(node: NodeProject, before: Path, after: Path) -> list[dict[str, Any]]:
    return [one for one in node("compare.mjs", str(before), str(after)) if one["level"] == "BREAKING"]


def changed(tmp_path: Path, change: Callable[[dict[str, GraphQLField]], object]) -> Path:
    """The released schema with a change of its customer's fields."""
    schema = build_schema(RELEASED.read_text())
    customer = schema.type_map["Customer"]
    assert isinstance(customer, GraphQLObjectType)
    change(customer.fields)
    found = tmp_path / "schema.graphql"
    found.write_text(print_schema(schema))
    return found


def test_the_schema_breaks_nothing_of_the_released_one(lint_node: NodeProject) -> None:
    found = breaking(lint_node, RELEASED, SCHEMA)
    assert [one for one in found if one["path"] not in ON_PURPOSE] == []


def test_a_field_that_is_removed_is_caught(lint_node: NodeProject, tmp_path: Path) -> None:
    [found] = breaking(lint_node, RELEASED, changed(tmp_path, lambda fields: fields.pop("firstName")))
    assert (found["type"], found["path"]) == ("FIELD_REMOVED", "Customer.firstName")


def test_a_field_that_becomes_nullable_is_caught(lint_node: NodeProject, tmp_path: Path) -> None:
    def nullable(fields: dict[str, GraphQLField]) -> None:
        fields["id"].type = fields["id"].type.of_type

    [found] = breaking(lint_node, RELEASED, changed(tmp_path, nullable))
    assert (found["type"], found["path"]) == ("FIELD_TYPE_CHANGED", "Customer.id")

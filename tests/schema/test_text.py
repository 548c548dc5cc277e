"""What tools read out of schema.graphql."""

from graphql import build_schema
from graphql.utilities import introspection_from_schema

from resolvers import schema as resolvers
from tests.schema.released import SCHEMA


def test_tools_see_the_roots_that_there_are() -> None:
    """A customer's `Subscription` is none: a type of that name is taken for a root where no schema names them."""
    read = build_schema(SCHEMA.read_text())
    assert "Subscription" in read.type_map
    assert (read.query_type.name, read.mutation_type, read.subscription_type) == ("Query", None, None)


def test_tools_see_what_introspection_tells() -> None:
    executed, read = (
        # Strawberry answers `isOneOf` of its own types alone, in every schema of the process.
        {one["name"]: {**one, "isOneOf": None} for one in introspection_from_schema(schema)["__schema"]["types"]}
        for schema in (resolvers.build_schema().schema, build_schema(SCHEMA.read_text()))
    )
    assert read == executed

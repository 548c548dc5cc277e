"""Builds the schema, and the table of where its fields live."""

from dataclasses import dataclass

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from gateway.facets.needs import Homes
from gateway.model.scalars import SCALARS
from resolvers.fields import HOME
from resolvers.query import Query


@dataclass(frozen=True, slots=True)
class Graph:
    """The schema as graphql-core executes it, its SDL, and the facet that each field lives on."""

    schema: GraphQLSchema
    sdl: str
    homes: Homes


def build_schema() -> Graph:
    """The graph, its fields in the order of their declaration."""
    built = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
    homes = {
        (name, built.config.name_converter.get_graphql_name(field)): field.metadata[HOME]
        for name, concrete in built.schema_converter.type_map.items()
        for field in getattr(concrete.definition, "fields", ())
        if HOME in field.metadata
    }
    return Graph(built._schema, built.as_str() + "\n", homes)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

"""Builds the schema, and the table of where its fields live."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import GraphQLDeferDirective, GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from gateway.facets.needs import Homes
from gateway.facets.shapes import OfRecord, Shapes
from gateway.model.scalars import SCALARS
from resolvers.descriptions import describe
from resolvers.fields import HOME, SHAPE
from resolvers.query import Query
from resolvers.subgraph import SCALARS as REPRESENTATIONS
from resolvers.subgraph import subgraph


@dataclass(frozen=True, slots=True)
class Graph:
    """The schema as graphql-core executes it, its SDL, the facet that each field lives on, and how it is read there."""

    schema: GraphQLSchema
    sdl: str
    homes: Homes
    shapes: Shapes


def build_schema(*, federation: bool = False) -> Graph:
    """The graph, its fields in the order of their declaration; with `federation` also as a subgraph."""
    if federation:
        # A federating gateway defers by itself: what it composes needs no such directive.
        alone = _built(Query, SCALARS, defers=False)
        return _built(subgraph(alone.sdl), {**SCALARS, **REPRESENTATIONS})
    return _built(Query, SCALARS)


def _built(query: type[Query], scalars: Mapping[object, ScalarDefinition], *, defers: bool = True) -> Graph:
    built = strawberry.Schema(query, config=StrawberryConfig(scalar_map=dict(scalars)))
    fields = {
        (name, built.config.name_converter.get_graphql_name(field)): field
        for name, concrete in built.schema_converter.type_map.items()
        for field in getattr(concrete.definition, "fields", ())
    }
    homes = Homes({place: field.metadata[HOME] for place, field in fields.items() if HOME in field.metadata})
    shapes = {
        place: field.metadata.get(SHAPE) or OfRecord(field.python_name)
        for place, field in fields.items()
        if SHAPE in field.metadata or field.base_resolver is None
    }
    schema = built._schema  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the one place that opens it
    if defers:  # not by Strawberry's own setting, which brings `@stream` too
        schema.directives = (*schema.directives, GraphQLDeferDirective)
    _leave_one_of_to_graphql_core(schema)
    describe(schema, built.schema_converter.type_map, homes)
    # The root is named: a type called `Subscription` is taken for another one otherwise.
    return Graph(schema, f"schema {{\n  query: Query\n}}\n\n{built.as_str()}\n", homes, shapes)


def _leave_one_of_to_graphql_core(schema: GraphQLSchema) -> None:
    """Strawberry checks `@oneOf` by a rule of its own, whose messages name neither variable nor argument."""
    for found in schema.type_map.values():
        if isinstance(found, GraphQLInputObjectType):
            definition: Any = found.extensions.get("strawberry-definition")
            found.is_one_of = bool(definition and definition.is_one_of)
            if found.is_one_of:
                found.out_type = GraphQLInputObjectType.out_type

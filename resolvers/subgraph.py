"""The graph as a subgraph of a larger one: what a federating gateway asks of it (Apollo Federation 2)."""

from collections.abc import Awaitable
from typing import Annotated, Final, NewType, cast

import strawberry
from strawberry.types.scalar import ScalarDefinition

from gateway.context import RequestContext
from resolvers.customer import Customer
from resolvers.query import Query, found

FEDERATION: Final = "https://specs.apollo.dev/federation/v2.9"
"""The version that gateways compose everywhere; newer ones not."""

Representation = NewType("Representation", object)
"""What another subgraph knows of an entity: its `__typename` and its key."""

SCALARS: Final[dict[object, ScalarDefinition]] = {
    Representation: strawberry.scalar(
        name="_Any",
        description="An entity as another subgraph knows it: its `__typename` and its key.",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    )
}

Entity = Annotated[Customer, strawberry.union("_Entity", description="What can be referred to by its key.")]
Representations = Annotated[
    list[Representation],
    strawberry.argument(description="One entity each. The answer has the same length and order."),
]


@strawberry.type(name="_Service", description="This graph, as it is composed with others.")
class Service:
    """What a composer reads."""

    sdl: str = strawberry.field(description="The schema with the keys of its entities.")


def subgraph(sdl: str) -> type[Query]:
    """The roots of the graph with those of a subgraph. `sdl` is the schema without them."""

    @strawberry.type(name="Query", description="What can be asked.")
    class SubgraphQuery(Query):
        @strawberry.field(name="_service", description="For who composes graphs.")
        def service(self) -> Service:
            return Service(sdl=composable(sdl))

        @strawberry.field(name="_entities", description="For gateways in front of several graphs.")
        def entities(
            self, info: strawberry.Info[RequestContext, None], representations: Representations
        ) -> list[Entity | None]:
            session, key = info.context.session, str(info.path.key)
            customers: list[Awaitable[Customer | None]] = [
                found(session, key, index) for index in range(len(representations))
            ]
            return cast("list[Entity | None]", customers)

    return SubgraphQuery


def composable(sdl: str) -> str:
    """A schema with the key by which others refer to a customer."""
    keyed = sdl.replace("\ntype Customer {", '\ntype Customer @key(fields: "id") {', 1)
    return f'extend schema @link(url: "{FEDERATION}", import: ["@key"])\n\n{keyed}'

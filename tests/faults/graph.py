"""Queries made of whatever the graph has, so that a field that is added is a field that is tested."""

from collections.abc import Iterator
from typing import Any, Final

from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
)

from gateway.app import schema_text
from tests.faults.support import ASHA, Api
from tests.support.gateway import GatewayUnderTest

Tree = dict[str, Any]
"""A selection: under each field's name null for a leaf, else what is selected of it."""

DEEPEST: Final = 6
SCHEMA: Final = build_schema(schema_text())
ANCHORS: Final[dict[Api, str]] = {"V2": "cards", "V1.1": "slabHistory"}
"""A field that only this endpoint can fill."""


def _selection(kind: GraphQLNamedType, above: tuple[str, ...]) -> Tree:
    found: Tree = {}
    if not isinstance(kind, GraphQLObjectType) or len(above) > DEEPEST or kind.name in above:
        return found
    for name, declared in kind.fields.items():
        if any(is_required_argument(argument) for argument in declared.args.values()):
            continue
        inner = get_named_type(declared.type)
        if is_leaf_type(inner):
            found[name] = None
        elif is_object_type(inner) and (selected := _selection(inner, (*above, kind.name))):
            found[name] = selected
    return found


EVERYTHING: Final = _selection(SCHEMA.type_map["Customer"], ())


def as_text(tree: Tree) -> str:
    """A selection as GraphQL."""
    return " ".join(name if inner is None else f"{name} {{ {as_text(inner)} }}" for name, inner in tree.items())


def of_customer(selected: str, mobile: str = ASHA) -> str:
    """A query for one customer."""
    return f'{{ customer(by: {{mobile: "{mobile}"}}) {{ {selected} }} }}'


def leaves(tree: Tree, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The leaves of a selection."""
    for name, inner in tree.items():
        if inner is None:
            yield (*above, name)
        else:
            yield from leaves(inner, (*above, name))


async def served_by(gateway: GatewayUnderTest, api: Api) -> Tree:
    """All that one endpoint can fill, found by asking for the plans of queries with a field of its own."""

    async def alone(tree: Tree) -> bool:
        query = of_customer(as_text({ANCHORS[api]: EVERYTHING[ANCHORS[api]], **tree}))
        answer = await gateway.ask(query, x_gateway_explain="plan")
        return {call["path"][:3] for call in answer["extensions"]["explain"]["calls"]} == {f"/{api.lower()}"[:3]}

    async def part(tree: Tree, *above: str) -> Tree:
        found: Tree = {}
        for name, inner in tree.items():
            wanted: Tree = {name: inner}
            for wrapper in reversed(above):
                wanted = {wrapper: wanted}
            if await alone(wanted):
                found[name] = inner
            elif inner is not None and (some := await part(inner, *above, name)):
                found[name] = some
        return found

    return await part(EVERYTHING)


def raw_fields(tree: Tree) -> frozenset[str]:
    """The fields of the customer below which upstream's JSON is handed on as it is."""

    def raw(kind: GraphQLNamedType, selected: Tree | None) -> bool:
        if selected is None or not isinstance(kind, GraphQLObjectType):
            return kind.name == "JSON"
        return any(raw(get_named_type(kind.fields[name].type), inner) for name, inner in selected.items())

    customer = SCHEMA.type_map["Customer"]
    return frozenset(name for name, inner in tree.items() if raw(customer, {name: inner}))

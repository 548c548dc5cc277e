"""From an operation and its variables to needs: which facets of which customers the answer will read. Pure.

Selections are collected by graphql-core itself, so `@skip`, `@include`, fragments, aliases and merged fields count
exactly as execution counts them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_argument_values,
    get_named_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from gateway.errors import BadUserInput, CallerError, LimitExceeded
from gateway.facets.addresses import address
from gateway.facets.catalog import EXISTS
from gateway.facets.facet import Address, Facet, Source
from gateway.facets.kind import FacetKind


@dataclass(frozen=True, slots=True)
class Lives:
    """Where a graph field lives: a kind of facet, and which graph argument is which of its arguments.

    A field of a value that was asked for with arguments may live on a facet with the same ones (`within`).
    """

    on: FacetKind
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])
    within: bool = False


Taken = Mapping[str, str | int]
"""Arguments of a facet, as they are sent."""

Wants = Sequence[tuple[FacetKind, Taken, str]]
"""What is wanted of a customer: kinds of facets with their arguments, and the fields that want them."""


class Homes(dict[tuple[str, str], Lives]):
    """Every facet-backed field of the graph, by type and field name."""

    def __init__(self, homes: Mapping[tuple[str, str], Lives]) -> None:
        super().__init__(homes)
        self._lead: dict[GraphQLObjectType, bool] = {}

    def lead(self, of: GraphQLObjectType) -> bool:
        """Whether there is one on the type, or anywhere below it."""
        found = self._lead.get(of)
        if found is None:
            found = self._lead[of] = any(
                (one.name, name) in self for one in _reachable(of, set()) for name in one.fields
            )
        return found


def _reachable(of: GraphQLObjectType, seen: set[GraphQLObjectType]) -> set[GraphQLObjectType]:
    if of not in seen:
        seen.add(of)
        for field_ in of.fields.values():
            below = cast("object", get_named_type(field_.type))
            if isinstance(below, GraphQLObjectType):
                _reachable(below, seen)
    return seen


@dataclass(frozen=True, slots=True)
class Wanted:
    """One customer of the answer: who, and for each facet the fields that want it (paths of response keys)."""

    address: Address
    causes: Mapping[Facet, tuple[str, ...]]


Entry = Wanted | CallerError
"""A customer of the answer, or why they cannot be asked for."""

Roots = Mapping[str, Sequence[Entry]]
"""The customers of each root field, by response key, in the order of the answer."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A parsed and validated operation, ready for any variables."""

    schema: GraphQLSchema
    query: GraphQLObjectType
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]


def read(
    operation: Operation,
    variables: VariableValues,
    homes: Homes,
    limit: int,
    viewer: Address | CallerError | None = None,
) -> Roots:
    """The customers of each root field by response key, in the order of the answer.

    `viewer` is whom the root of that name stands for, or why there is none to see; null for nobody at all.

    An identifier that cannot be spoils its own customer (it is data); an argument of a field that cannot be raises
    `BadUserInput` (it is the document's), and more than `limit` customers raise `LimitExceeded`: before any call.
    """
    reading = _Reading(operation, variables, homes)
    collected = collect_fields(operation.schema, operation.fragments, variables, operation.query, operation.node)
    roots: dict[str, Sequence[Entry]] = {}
    for key, details in collected.grouped_field_set.items():
        match details[0].node.name.value:
            case "customer" | "customers":
                roots[key] = reading.root(key, details, limit)
            case "_entities":
                roots[key] = reading.entities(key, details, limit)
            case "viewer":
                roots[key] = reading.viewer(key, details, viewer)
            case _:  # __typename and introspection
                pass
    total = sum(map(len, roots.values()))
    if total > limit:
        raise LimitExceeded("customers", total, limit, argument="by")
    return roots


@dataclass(slots=True)
class _Reading:
    operation: Operation
    variables: VariableValues
    homes: Homes

    def root(self, key: str, details: list[FieldDetails], limit: int) -> Sequence[Entry]:
        definition = self.operation.query.fields[details[0].node.name.value]
        arguments = get_argument_values(definition, details[0].node, self.variables)
        by = cast("Mapping[str, Any] | Sequence[Mapping[str, Any]]", arguments["by"])
        source = Source(arguments["source"])
        many = [by] if isinstance(by, Mapping) else by
        if len(many) > limit:
            raise LimitExceeded("customers", len(many), limit, argument="by")
        wanted = self._wanted(key, details)
        return [
            _entry(one, source, arguments.get("accountId"), wanted, "by" if many is not by else f"by[{index}]")
            for index, one in enumerate(many)
        ]

    def entities(self, key: str, details: list[FieldDetails], limit: int) -> Sequence[Entry]:
        """The customers whom another subgraph refers to by their ids."""
        definition = self.operation.query.fields[details[0].node.name.value]
        arguments = get_argument_values(definition, details[0].node, self.variables)
        referred = cast("Sequence[object]", arguments["representations"])
        if len(referred) > limit:
            raise LimitExceeded("customers", len(referred), limit, argument="representations")
        customer = cast("GraphQLObjectType", self.operation.schema.type_map["Customer"])
        wanted = list(self._below(customer, key, details, {}))
        return [_represented(one, wanted, f"representations[{index}]") for index, one in enumerate(referred)]

    def viewer(self, key: str, details: list[FieldDetails], who: Address | CallerError | None) -> Sequence[Entry]:
        """The one customer of a `viewer`; none where it is null."""
        match who:
            case None:
                return ()
            case Address():
                return (_of(who, self._wanted(key, details)),)
            case problem:
                return (problem,)

    def _wanted(self, key: str, details: list[FieldDetails]) -> Wants:
        definition = self.operation.query.fields[details[0].node.name.value]
        return list(self._below(cast("GraphQLObjectType", get_named_type(definition.type)), key, details, {}))

    def _below(
        self, parent: GraphQLObjectType, path: str, details: list[FieldDetails], enclosing: Taken
    ) -> Iterator[tuple[FacetKind, Taken, str]]:
        """Every facet-backed field under a field, depth first. `enclosing` are the arguments of the value it is in."""
        operation = self.operation
        collected = collect_subfields(
            operation.schema, operation.fragments, self.variables, operation.node, parent, details
        )
        for key, found in collected.grouped_field_set.items():
            name = found[0].node.name.value
            definition = parent.fields.get(name)
            if definition is None:  # __typename
                continue
            here, inside = f"{path}.{key}", enclosing
            if home := self.homes.get((parent.name, name)):
                arguments = enclosing if home.within else self._taken(home, definition, found[0])
                inside = arguments if home.arguments else enclosing
                yield home.on, arguments, here
            below = cast("object", get_named_type(definition.type))
            if isinstance(below, GraphQLObjectType) and self.homes.lead(below):
                yield from self._below(below, here, found, inside)

    def _taken(self, home: Lives, definition: GraphQLField, details: FieldDetails) -> Taken:
        given = get_argument_values(definition, details.node, self.variables)
        return home.on.taken({mine: given.get(theirs) for mine, theirs in home.arguments.items()}, home.arguments)


def _entry(
    by: Mapping[str, Any],
    source: Source,
    account: str | None,
    wanted: Wants,
    argument: str,
) -> Entry:
    try:
        return _of(address(by, source, account, argument=argument), wanted)
    except BadUserInput as problem:
        return problem


def _represented(representation: object, wanted: Wants, argument: str) -> Entry:
    match representation:
        case {"__typename": "Customer", "id": str() | int() as customer} if not isinstance(customer, bool):
            return _entry({"id": str(customer)}, Source.INSTORE, None, wanted, argument)
        case _:
            return BadUserInput(argument, "must be a Customer with its id")


def _of(who: Address, wanted: Wants) -> Wanted:
    causes: dict[Facet, tuple[str, ...]] = {EXISTS: ()}
    for kind, arguments, path in wanted:
        facet = kind.of(who, **arguments)
        causes[facet] = (*causes.get(facet, ()), path)
    return Wanted(who, causes)

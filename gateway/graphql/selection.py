"""What an operation selects, collected once for all values of its variables: places of fields, under conditions. Pure.

graphql-core collects fields anew for every request and object. Here fragments are written out, fields of one response
key merged, and what `@skip` and `@include` leave to variables becomes a condition of the place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from gateway.facets.needs import Operation

MOST: Final = 1000
"""Fields and fragments, written out, of an operation that is worth compiling."""
DEEPEST: Final = 100
"""Levels of fields and fragments within each other."""

Condition = frozenset[tuple[str, bool]]
"""Variables, and what each of them must be. None is no condition."""

ALWAYS: Final[Condition] = frozenset()


class Declined(Exception):
    """The operation is beyond what is compiled."""


@dataclass(slots=True, eq=False)
class Field:
    """A response key of an object: the field, and what is selected below it. `__typename` has no definition."""

    key: str
    parent: GraphQLObjectType
    node: FieldNode
    definition: GraphQLField | None
    below: tuple["Place", ...] = ()

    @property
    def name(self) -> str:
        """The field's name in the schema."""
        return self.node.name.value


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands in its object: there if all of `when` is so and none of `unless`.

    A field that is selected several times has several places, at most one of which holds.
    """

    field: Field
    when: Condition
    unless: tuple[Condition, ...]

    def holds(self, values: Mapping[str, bool]) -> bool:
        """Whether it is there for these values of variables."""
        return _so(self.when, values) and not any(_so(one, values) for one in self.unless)


def _so(condition: Condition, values: Mapping[str, bool]) -> bool:
    return all(values[name] is wanted for name, wanted in condition)


def collect(operation: Operation) -> tuple[Place, ...]:
    """The root fields of a valid query. Raises `Declined`."""
    if operation.node.operation is not OperationType.QUERY or operation.node.directives:
        raise Declined
    return _Collecting(operation).level(operation.query, [(operation.node.selection_set, ALWAYS)], ALWAYS, 0)


@dataclass(slots=True)
class _Level:
    """The fields of one object: of each key its nodes with their conditions, and all of these in their order."""

    parent: GraphQLObjectType
    known: Condition
    by_key: dict[str, list[tuple[FieldNode, Condition]]] = field(default_factory=dict[str, Any])
    order: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    spread: dict[str, list[Condition]] = field(default_factory=dict[str, list[Condition]])


@dataclass(slots=True)
class _Collecting:
    operation: Operation
    count: int = 0

    def level(
        self,
        parent: GraphQLObjectType,
        selected: Sequence[tuple[SelectionSetNode, Condition]],
        known: Condition,
        depth: int,
    ) -> tuple[Place, ...]:
        """What is selected of an object, where `known` is so."""
        found = _Level(parent, known)
        for selections, condition in selected:
            self._gather(found, selections, condition - known, depth)
        fields = {key: self._field(found, key, nodes, depth) for key, nodes in found.by_key.items()}
        places: list[Place] = []
        for key, index in found.order:
            when = found.by_key[key][index][1]
            earlier = tuple(condition for _, condition in found.by_key[key][:index])
            if not any(condition <= when for condition in earlier):
                places.append(Place(fields[key], when, earlier))
                self._counted(len(earlier))
        return tuple(places)

    def _field(self, level: _Level, key: str, nodes: Sequence[tuple[FieldNode, Condition]], depth: int) -> Field:
        node = nodes[0][0]
        name = node.name.value
        definition = level.parent.fields.get(name)
        if definition is None and name != "__typename":  # introspection
            raise Declined
        found = Field(key, level.parent, node, definition)
        below = cast("object", get_named_type(definition.type)) if definition else None
        if isinstance(below, GraphQLUnionType) and len(below.types) == 1:
            below = below.types[0]
        if isinstance(below, GraphQLObjectType):
            known = level.known | frozenset[tuple[str, bool]].intersection(*(condition for _, condition in nodes))
            inner = [(node.selection_set, condition) for node, condition in nodes if node.selection_set]
            found.below = self.level(below, inner, known, depth + 1)
        return found

    def _gather(self, level: _Level, selections: SelectionSetNode, condition: Condition, depth: int) -> None:
        if depth > DEEPEST:
            raise Declined
        for node in selections.selections:
            self._counted()
            here = _under(condition, node)
            if here is None or _contradictory(here | level.known):
                continue
            here -= level.known
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                nodes = level.by_key.setdefault(key, [])
                level.order.append((key, len(nodes)))
                nodes.append((node, here))
            elif isinstance(node, InlineFragmentNode):
                _applies(node, level.parent)
                self._gather(level, node.selection_set, here, depth + 1)
            elif isinstance(node, FragmentSpreadNode):
                self._spread(level, node.name.value, here, depth)

    def _spread(self, level: _Level, name: str, condition: Condition, depth: int) -> None:
        """A fragment again, where it is certain to have been met before, adds nothing: not a field, not an order."""
        before = level.spread.setdefault(name, [])
        if any(earlier <= condition for earlier in before):
            return
        before.append(condition)
        fragment = self.operation.fragments[name].definition
        if fragment.directives:
            raise Declined
        _applies(fragment, level.parent)
        self._gather(level, fragment.selection_set, condition, depth + 1)

    def _counted(self, more: int = 1) -> None:
        self.count += more
        if self.count > MOST:
            raise Declined


def _applies(fragment: Any, parent: GraphQLObjectType) -> None:
    """Our graph has no interfaces, and of unions one of one type: a valid fragment is on the very type of its place."""
    if fragment.type_condition is not None and fragment.type_condition.name.value != parent.name:
        raise Declined


def _contradictory(condition: Condition) -> bool:
    return any((name, not wanted) in condition for name, wanted in condition)


def _under(condition: Condition, node: SelectionNode) -> Condition | None:
    """The condition of a selection that stands under one; null for a selection that is never there."""
    for directive in node.directives or ():
        kept = _KEPT.get(directive.name.value)
        if kept is None or not directive.arguments:
            raise Declined
        value = directive.arguments[0].value
        if isinstance(value, BooleanValueNode):
            if value.value is not kept:
                return None
        elif isinstance(value, VariableNode):
            condition |= {(value.name.value, kept)}
        else:
            raise Declined
    return condition


_KEPT: Final[Mapping[str, bool]] = {"include": True, "skip": False}
"""What a directive's condition must be for the selection to stay."""

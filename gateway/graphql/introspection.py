"""How much an operation asks of the schema itself: the fields that introspection would resolve, counted beforehand.

A short document can ask for every field of every type many times over. Its length does not say so; the schema does.
Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final, cast

from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLSchema, SelectionSetNode, get_named_type
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef

from gateway.graphql.limits import Outline, flat

_ROOTS: Final[Mapping[str, GraphQLField]] = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}

Objects = list[tuple[Any, int]]
"""Parts of the schema, and how often each of them is asked for."""


def resolved(outline: Outline, schema: GraphQLSchema, most: int) -> int:
    """The fields that introspection resolves for all operations, at most; more than `most` as soon as it is sure.

    Takes time linear in `most` and in the selections, which must have been checked. `__type` counts as if it asked for
    every type, for its name may be a variable's.
    """
    counting = _Counting(outline, schema, most)
    for operation in outline.operations():
        for node in counting.fields(operation.selection_set):
            if counting.found <= most and (root := _ROOTS.get(node.name.value)):
                every = schema.type_map.values() if root is TypeMetaFieldDef else [schema]
                counting.ask(node, _named(root), [(one, 1) for one in every])
    return counting.found


@dataclass(slots=True)
class _Counting:
    outline: Outline
    schema: GraphQLSchema
    most: int
    found: int = 0

    def ask(self, node: FieldNode, type: GraphQLObjectType, objects: Objects) -> None:
        """Counts what a field selects of objects of a type."""
        times = sum(count for _, count in objects)
        for below in self.fields(node.selection_set):
            self.found += times
            if self.found > self.most:
                return
            definition = type.fields.get(below.name.value)
            if definition and below.selection_set and isinstance(_named(definition), GraphQLObjectType):
                self.ask(below, _named(definition), self._inside(definition, objects))

    def fields(self, selections: SelectionSetNode | None) -> Iterable[FieldNode]:
        """The fields of a selection set, those of its fragments among them."""
        waiting = [selections] if selections else []
        while waiting:
            for node in flat(waiting.pop()):
                if isinstance(node, FieldNode):
                    yield node
                elif found := self.outline.fragments.get(node.name.value):
                    waiting.append(found.selection_set)

    def _inside(self, definition: GraphQLField, objects: Objects) -> Objects:
        """The objects that a field leads to. The schema's own resolvers find them, deprecated ones too."""
        resolve = cast("Any", definition.resolve)
        arguments = {"includeDeprecated": True} if "includeDeprecated" in definition.args else {}
        found: dict[int, tuple[Any, int]] = {}
        for one, count in objects:
            value: object = resolve(one, SimpleNamespace(schema=self.schema), **arguments)
            several = cast("Iterable[object]", value) if isinstance(value, Iterable) else (value,)
            for inside in several if value is not None else ():
                _, before = found.get(id(inside), (None, 0))
                found[id(inside)] = inside, before + count
        return list(found.values())


def _named(field: GraphQLField) -> Any:
    """The type that a field leads to, whatever lists it is in."""
    return cast("Any", get_named_type(cast("Any", field).type))

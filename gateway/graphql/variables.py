"""The values of an operation's variables as graphql-core coerces them, quickly where they are plain. Pure.

What is not plain goes through graphql-core itself. What it would refuse has no value here: its own refusal is for the
reference path to tell.
"""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final, cast

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
    Undefined,
    VariableDefinitionNode,
    get_variable_values,
    type_from_ast,  # pyright: ignore[reportUnknownVariableType]
)
from graphql.utilities.coerce_input_value import (
    coerce_input_value,  # pyright: ignore[reportUnknownVariableType]
)

from gateway.facets.needs import Operation
from gateway.graphql.selection import Declined

Take = Callable[[Any], Any]
"""From a value as a client sent it to the coerced one; `Undefined` where there is none."""

_OF_CLASS: Final[Mapping[Any, type[Any]]] = {GraphQLID: str, GraphQLString: str, GraphQLBoolean: bool}


class Variables:
    """The variables of an operation. Raises `Declined` for defaults that do not fit."""

    def __init__(self, operation: Operation) -> None:
        self._all = [_variable(operation, node) for node in operation.node.variable_definitions or ()]

    def values(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """Those that have a value; null where graphql-core would refuse one."""
        found: dict[str, Any] = {}
        for name, take, default, required in self._all:
            value = given.get(name, Undefined)
            if value is Undefined:
                if default is not Undefined:
                    found[name] = default
                elif required:
                    return None
                continue
            value = take(value)
            if value is Undefined:
                return None
            found[name] = value
        return found


def _variable(operation: Operation, node: VariableDefinitionNode) -> tuple[str, Take, Any, bool]:
    name = node.variable.name.value
    of = type_from_ast(operation.schema, node.type)
    default: Any = Undefined
    if node.default_value is not None:
        coerced = get_variable_values(operation.schema, [node], {})
        if isinstance(coerced, list):
            raise Declined
        default = coerced.coerced[name]
    return name, _take(of), default, isinstance(of, GraphQLNonNull)


def _take(of: Any) -> Take:
    """The quickest way to coerce values of a type."""
    required = isinstance(of, GraphQLNonNull)
    plain: Any = cast("Any", of).of_type if required else of

    def by_graphql_core(value: Any) -> Any:
        return coerce_input_value(value, of)

    if plain in _OF_CLASS:
        expected = _OF_CLASS[plain]
        return lambda value: value if value.__class__ is expected else by_graphql_core(value)
    if plain is GraphQLInt:
        return lambda value: value if value.__class__ is int and -(2**31) <= value < 2**31 else by_graphql_core(value)
    if plain is GraphQLFloat:
        return lambda value: value if value.__class__ is float and isfinite(value) else by_graphql_core(value)
    if isinstance(plain, GraphQLInputObjectType):
        return _one_text(plain, by_graphql_core)
    if isinstance(plain, GraphQLList):
        return _each(_take(cast("Any", plain).of_type), by_graphql_core)
    return by_graphql_core


def _one_text(of: GraphQLInputObjectType, otherwise: Take) -> Take:
    """Objects of exactly one text, which is what names a customer."""
    texts = {name for name, one in of.fields.items() if one.type in (GraphQLID, GraphQLString) and not one.out_name}
    if not of.is_one_of or of.out_type is not GraphQLInputObjectType.out_type:
        return otherwise

    def take(value: Any) -> Any:
        if value.__class__ is dict and len(value) == 1:
            ((name, text),) = value.items()
            if text.__class__ is str and name in texts:
                return value
        return otherwise(value)

    return take


def _each(item: Take, otherwise: Take) -> Take:
    def take(value: Any) -> Any:
        if value.__class__ is not list:
            return otherwise(value)
        found: list[Any] = []
        for one in value:
            taken = item(one)
            if taken is Undefined:
                return Undefined
            found.append(taken)
        return found

    return take

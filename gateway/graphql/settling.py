"""What an operation comes to for given values of its variables, remembered for the next request with the same. Pure.

graphql-core reads the arguments here, so that they mean exactly what they mean to it; nothing of it runs again for
values that were met before.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, cast

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_argument_values,
    get_named_type,
    print_ast,
)
from graphql.execution.values import VariableValues
from graphql.utilities.coerce_input_value import (
    coerce_input_literal,  # pyright: ignore[reportUnknownVariableType]
)

from gateway.errors import BadUserInput
from gateway.facets.addresses import account_of
from gateway.facets.catalog import EXISTENCE
from gateway.facets.facet import Address, Facet, FacetArguments, Source
from gateway.facets.needs import Homes, Lives, Operation, Taken
from gateway.facets.shapes import Narrowed, Shapes
from gateway.graphql.code import Names, Render, render_of
from gateway.graphql.selection import Declined, Field, Place

REMEMBERED: Final = 4096
"""Fields of settled operations that are remembered for one document: many values of few fields, or few of many."""
LONGEST: Final = 200
"""Characters of a text that an operation is settled for. A longer one is no account and no argument of a facet."""

Values = Mapping[str, Any]
"""Coerced values of variables; those without a value are not among them."""

Who = Callable[[Values], Any]
"""Reads the argument `by`: a mapping, a list of them, or something else where it has no value."""

_ROOTS: Final = ("customer", "customers", "viewer", "_entities")
_WHOM: Final = ("by", "representations")
"""The arguments by which a root says who is asked for."""


class SettledRoot(NamedTuple):
    """A root field that is there. `who` is null for the viewer."""

    key: str
    who: Who | None
    source: Source
    account: str | None
    causes: Mapping[Facet, tuple[str, ...]]
    facets: tuple[Facet | None, ...]


class Settled(NamedTuple):
    """The roots that are there; the answer's keys, each with its constant or its code and root; what the code reads."""

    roots: tuple[SettledRoot, ...]
    layout: tuple[tuple[str, Any, Render | None, int], ...]
    values: tuple[Any, ...]


@dataclass(slots=True)
class _Root:
    """A root field compiled."""

    node: Field
    who: Who | None
    others: GraphQLField
    render: Render
    sites: Mapping[Field, int]
    width: int


@dataclass(slots=True)
class _Sites:
    """Where a root's facets are wanted: the slot of each field, the same for fields that want the same facet."""

    homes: Homes
    slots: dict[Field, int] = field(default_factory=dict[Field, int])
    known: dict[tuple[str, Any], int] = field(default_factory=dict[tuple[str, Any], int])

    def find(self, places: Sequence[Place], enclosing: object) -> Iterator[Field]:
        """Every field below, once."""
        for selected in {place.field: None for place in places}:
            yield selected
            inside = enclosing
            if home := self.homes.get((selected.parent.name, selected.name)):
                given = enclosing if home.within else _given(selected, home)
                inside = given if home.arguments else enclosing
                self.slots[selected] = self.known.setdefault((home.on.name, given), len(self.known))
            yield from self.find(selected.below, inside)


class Settling:
    """Settles one operation for whatever values. Raises `Declined` for what is beyond the projection."""

    def __init__(self, operation: Operation, places: Sequence[Place], homes: Homes, shapes: Shapes) -> None:
        self._places = places
        self._homes = homes
        self._shapes = shapes
        sites = {root: _Sites(homes) for root in {place.field: None for place in places}}
        fields = [*sites, *(one for root, found in sites.items() for one in found.find(root.below, ()))]
        self._conditions = _conditions(places)
        self._arguments = {
            one: len(self._conditions) + index
            for index, one in enumerate(one for one in fields if isinstance(self._shape(one), Narrowed))
        }
        self._roots = {
            root: self._root(operation, root, found) for root, found in sites.items() if root.definition is not None
        }
        self._by_viewer = any(root.name == "viewer" for root in self._roots)
        self._shaping = sorted({name for one in fields for name in _variables(one)} | set(self._conditions))
        self._most = max(1, REMEMBERED // (1 + len(fields)))
        self._settled: dict[object, Settled] = {}

    def settled(self, values: Values, profile: FacetArguments) -> Settled | None:
        """What it comes to, for a viewer of a profile; null where a value is not one that it can be settled for."""
        key = (
            tuple([values.get(name, Undefined) for name in self._shaping]) if self._shaping else (),
            profile if self._by_viewer else (),
        )
        try:
            found = self._settled.get(key)
        except TypeError:  # a list or an object, which no argument of ours takes
            return None
        if found is not None:
            return found
        if any(isinstance(value, str) and len(value) > LONGEST for value in key[0]):
            return None
        try:
            found = self._settle(values, profile)
        except (BadUserInput, GraphQLError, Declined):
            return None
        if len(self._settled) >= self._most:
            del self._settled[next(iter(self._settled))]
        self._settled[key] = found
        return found

    def _shape(self, one: Field) -> object:
        return self._shapes.get((one.parent.name, one.name))

    def _root(self, operation: Operation, root: Field, sites: _Sites) -> _Root:
        definition = root.definition
        if definition is None or root.name not in _ROOTS or root.parent is not operation.query:
            raise Declined
        width = len(sites.known)
        render = render_of(root, self._shapes, Names(sites.slots, width, self._conditions, self._arguments))
        others = {name: one for name, one in definition.args.items() if name not in _WHOM}
        given = GraphQLField(cast("Any", definition).type, others)
        return _Root(root, _who(root, definition), given, render, sites.slots, width)

    def _settle(self, values: Values, profile: FacetArguments) -> Settled:
        for name in self._conditions:
            if values.get(name).__class__ is not bool:
                raise Declined
        told: list[Any] = [*(values[name] for name in self._conditions), *(None for _ in self._arguments)]
        roots: list[SettledRoot] = []
        layout: list[tuple[str, Any, Render | None, int]] = []
        for selected in self._there(self._places, values):
            root = self._roots.get(selected)
            if root is None:
                layout.append((selected.key, selected.parent.name, None, 0))
                continue
            layout.append((selected.key, None, root.render, len(roots)))
            roots.append(self._settled_root(root, values, profile, told))
        return Settled(tuple(roots), tuple(layout), tuple(told))

    def _settled_root(self, root: _Root, values: Values, profile: FacetArguments, told: list[Any]) -> SettledRoot:
        coerced = VariableValues({}, dict(values))
        given = get_argument_values(root.others, root.node.node, coerced)
        source, account = Source(given.get("source", Source.INSTORE)), account_of(given.get("accountId"))
        if root.who is None:
            of_profile = dict(profile)
            source, account = Source(of_profile.get("source", Source.INSTORE)), str(of_profile.get("account", ""))
        whose = Address((), source, account)
        causes: dict[Facet, tuple[str, ...]] = {EXISTENCE(): ()}
        known: dict[Facet, Facet] = {}
        facets: list[Facet | None] = [None] * root.width

        def settle(places: Sequence[Place], path: str, enclosing: Taken) -> None:
            for one in self._there(places, values):
                here, inside = f"{path}.{one.key}", enclosing
                if home := self._homes.get((one.parent.name, one.name)):
                    found = get_argument_values(cast("GraphQLField", one.definition), one.node, coerced)
                    taken = enclosing if home.within else _taken(home, found)
                    inside = taken if home.arguments else enclosing
                    facet = home.on.of(whose, **taken)
                    facet = facets[root.sites[one]] = known.setdefault(facet, facet)
                    causes[facet] = (*causes.get(facet, ()), here)
                    shape = self._shape(one)
                    if isinstance(shape, Narrowed):
                        told[self._arguments[one]] = found.get(shape.argument)
                settle(one.below, here, inside)

        settle(root.node.below, root.node.key, {})
        return SettledRoot(root.node.key, root.who, source, account, causes, tuple(facets))

    def _there(self, places: Sequence[Place], values: Values) -> Iterator[Field]:
        return (place.field for place in places if place.holds(values))


def _taken(home: Lives, found: Mapping[str, Any]) -> Taken:
    return home.on.taken({mine: found.get(theirs) for mine, theirs in home.arguments.items()}, home.arguments)


def _given(one: Field, home: Lives) -> object:
    """What fields have in common that ask for the same facet, whatever the values of variables."""
    names = set(home.arguments.values())
    found = ((given.name.value, print_ast(given.value)) for given in one.node.arguments or ())
    return tuple(sorted(pair for pair in found if pair[0] in names))


def _who(root: Field, definition: GraphQLField) -> Who | None:
    """How it is read who is asked for; null for the viewer."""
    if "representations" in definition.args:
        return _represented(root)
    if "by" not in definition.args:
        return None
    (node,) = (one.value for one in root.node.arguments or () if one.name.value == "by")
    of: Any = cast("Any", definition.args["by"]).type
    name = _only_variable(node, get_named_type(of))
    if name is not None and root.name == "customer":
        kind, variable = name

        def by_variable(values: Values) -> Any:
            value = values.get(variable)
            return {kind: value} if value.__class__ is str else None

        return by_variable
    if isinstance(node, VariableNode):
        variable = node.name.value
        return lambda values: values.get(variable)
    if not any(_variables_in(node)):
        constant = coerce_input_literal(node, of)
        return lambda _: constant
    return lambda values: coerce_input_literal(node, of, VariableValues({}, dict(values)))


def _represented(root: Field) -> Who:
    """The customers whom another graph refers to; no value where one of them is not plain."""
    (node,) = (one.value for one in root.node.arguments or ())
    if not isinstance(node, VariableNode):
        raise Declined
    variable = node.name.value

    def by_ids(values: Values) -> Any:
        found: list[Mapping[str, str]] = []
        for one in values.get(variable, ()):
            if one.__class__ is not dict or one.get("__typename") != "Customer" or one.get("id").__class__ is not str:
                return None
            found.append({"id": one["id"]})
        return found

    return by_ids


def _only_variable(node: ValueNode, of: Any) -> tuple[str, str] | None:
    """The field and the variable of `{id: $id}`."""
    if isinstance(of, GraphQLInputObjectType) and isinstance(node, ObjectValueNode) and len(node.fields) == 1:
        (one,) = node.fields
        if isinstance(one.value, VariableNode) and one.name.value != "identifiers":
            return one.name.value, one.value.name.value
    return None


def _conditions(places: Sequence[Place]) -> Mapping[str, int]:
    """The variables of all conditions, each with its place among settled values."""
    found: dict[str, int] = {}

    def note(places: Sequence[Place]) -> None:
        for place in places:
            for condition in (place.when, *place.unless):
                for name, _ in sorted(condition):
                    found.setdefault(name, len(found))
        for one in {place.field: None for place in places}:
            note(one.below)

    note(places)
    return found


def _variables(one: Field) -> Iterator[str]:
    """The variables of a field's arguments, but for who is asked for."""
    for given in one.node.arguments or ():
        if given.name.value not in _WHOM:
            yield from _variables_in(given.value)


def _variables_in(value: ValueNode) -> Iterator[str]:
    waiting: list[Any] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, VariableNode):
            yield node.name.value
        else:
            waiting += [*(inner.value for inner in getattr(node, "fields", ())), *getattr(node, "values", ())]

"""The code of a compiled root field: Python source that reads records and builds the answer's objects. Pure.

The source is made of names that the schema and the records declare, and of response keys as literals. The leaves of
records are answered as they are: nothing but our readers and typed decoding makes records, which have declared types.

In the code, `f` is a `Found`, `x` the record of an object, `y` one in its list, `v0` a facet's value, `s0` a settled
value, `t0` a value that is looked at twice, `K0` a record's class, `p0` a function that picks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import get_annotations
from itertools import count
from keyword import iskeyword
from types import NoneType
from typing import Any, Final, NoReturn, cast, get_args, get_origin

import strawberry
from graphql import GraphQLLeafType, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLType

from gateway.facets.shapes import Narrowed, OfCustomer, OfRecord, Placed, Present, Shapes, Spread, Whole
from gateway.graphql.selection import Declined, Field, Place
from gateway.model.scalars import Date, DateTime, Json

LEAVES: Final[Mapping[str, Any]] = {
    "ID": strawberry.ID,
    "String": str,
    "Float": float,
    "Int": int,
    "Boolean": bool,
    "DateTime": DateTime,
    "Date": Date,
    "JSON": Json,
}
"""The type of a record's attribute that is answered as it is, by the scalar of the graph."""

_INT: Final = range(-(2**31), 2**31)


class Deopt(Exception):
    """What was met is not plain: the reference engine answers."""


Render = Callable[[Sequence[Any], Sequence[Any]], Any]
"""From what was found for a root's entries, and the settled values, to the root's value."""


@dataclass(frozen=True, slots=True)
class Names:
    """Where generated code finds what it reads: the slot of a field's facet, and settled values by their places."""

    slots: Mapping[Field, int]
    width: int
    conditions: Mapping[str, int]
    arguments: Mapping[Field, int]


def render_of(root: Field, shapes: Shapes, names: Names) -> Render:
    """The function that answers a root field. Raises `Declined`."""
    writer = _Writer(shapes, names)
    one = writer.customer(root)
    told = f"None if f is None else {one.name}({one.parameters('f')})"
    settled = [f"{name} = s[{name[1:]}]" for name in sorted(one.free)]
    match root.name:
        case "customers" | "_entities":
            told = f"return [{told} for f in many]"
        case "viewer":
            told = f"for f in many: return {told}"
        case _:
            told = f"f, = many; return {told}"
    writer.define("root", "many, s", [*settled, told])
    namespace = writer.namespace
    exec(compile("\n".join(writer.lines), "<projection>", "exec"), namespace)  # noqa: S102 - see the module's docstring
    return cast("Render", namespace["root"])


@dataclass(slots=True)
class _Function:
    """One object's function while it is written. `free` are the names that callers must hand down.

    `x` is the record it reads, of type `record`; without one, everything it reads is on facets.
    """

    name: str
    record: type[Any] | None
    free: set[str] = field(default_factory=set[str])
    placed: bool = False
    checks: dict[str, str] = field(default_factory=dict[str, str])
    temporaries: Iterator[int] = field(default_factory=count)

    def uses(self, name: str) -> str:
        self.free.add(name)
        return name

    def temporary(self) -> str:
        return f"t{next(self.temporaries)}"

    def parameters(self, first: str, above: str = "above") -> str:
        return ", ".join([first, *((above, "place") if self.placed else ()), *sorted(self.free)])

    def called(self, by: "_Function", first: str, above: str = "above") -> str:
        """The expression that calls it from another; what it reads must be handed down to that one too."""
        by.free |= self.free
        return f"{self.name}({self.parameters(first, above)})"


class _Writer:
    """Writes the functions of a root, the inner ones first."""

    def __init__(self, shapes: Shapes, names: Names) -> None:
        self._shapes = shapes
        self._names = names
        self._count = count()
        self._objects: dict[Field, _Function] = {}
        self.lines: list[str] = []
        self.namespace: dict[str, Any] = {
            "odd": _odd,
            "numbers": _numbers,
            "__builtins__": {"enumerate": enumerate, "list": list},
        }

    def define(self, name: str, parameters: str, body: Sequence[str]) -> None:
        self.lines += [f"def {name}({parameters}):", *(f"    {line}" for line in body)]

    def customer(self, root: Field) -> _Function:
        """The function of a `Found`."""
        made = _Function(f"o{next(self._count)}", None)
        body = self._body(made, root.below, "f")
        slots = [f"v{index}" for index in range(self._names.width)]
        made.free.difference_update(slots)
        unpack = [f"{', '.join(slots)}, = f.values"] if slots else []
        self.define(made.name, made.parameters("f"), [*unpack, *body])
        return made

    def _object(self, selected: Field, record: type[Any] | None) -> _Function:
        """The function of a field's objects, the same in all of its places."""
        if selected in self._objects:
            return self._objects[selected]
        made = self._objects[selected] = _Function(f"o{next(self._count)}", record)
        body = self._body(made, selected.below, "x")
        check = [f"if x.__class__ is not {self._given('K', record)}: odd()"] if record else []
        self.define(made.name, made.parameters("x"), [*check, *body])
        return made

    def _body(self, made: _Function, places: Sequence[Place], this: str) -> list[str]:
        """Statements that build the object: one display where nothing depends on conditions."""
        written = [(self._condition(made, place), *self._entry(made, place.field, this)) for place in places]
        plain = next((index for index, (when, _, _) in enumerate(written) if when), len(written))
        display = "{" + ", ".join(f"{key}: {value}" for _, key, value in written[:plain]) + "}"
        if plain == len(written):
            return [*made.checks.values(), f"return {display}"]
        rest = [f"{f'if {when}: ' if when else ''}d[{key}] = {value}" for when, key, value in written[plain:]]
        return [*made.checks.values(), f"d = {display}", *rest, "return d"]

    def _condition(self, made: _Function, place: Place) -> str:
        def all_of(atoms: frozenset[tuple[str, bool]]) -> str:
            names = self._names.conditions
            told = [f"{'' if wanted else 'not '}{made.uses(f's{names[name]}')}" for name, wanted in sorted(atoms)]
            return " and ".join(told)

        return " and ".join(
            [*([all_of(place.when)] if place.when else []), *(f"not ({all_of(one)})" for one in place.unless)]
        )

    def _entry(self, made: _Function, selected: Field, this: str) -> tuple[str, str]:
        if selected.definition is None:
            return repr(selected.key), repr(selected.parent.name)
        return repr(selected.key), self._value_of(made, selected, cast("Any", selected.definition).type, this)

    def _value_of(self, made: _Function, selected: Field, of: GraphQLType, this: str) -> str:
        """The expression of a field's value."""
        match self._shapes.get((selected.parent.name, selected.name)):
            case OfRecord(attribute) if made.record is not None:
                return self._value(made, selected, of, _declared(made.record, attribute), f"{this}.{_name(attribute)}")
            case OfCustomer("id") if this == "f":
                return "f.id"
            case OfCustomer("merged_from") if this == "f":
                return "[*f.merged_from]"
            case Present():
                slot = self._slot(made, selected)
                return f"(None if {slot} is None else {self._object(selected, None).called(made, 'None')})"
            case Whole(value, pick):
                slot = self._slot(made, selected)
                source = slot if pick is None else f"{self._given('p', pick)}({this}, {slot})"
                return self._value(made, selected, of, value, source)
            case Spread(record, attribute, value, pick):
                source = self._picked(made, self._slot(made, selected), record, pick, this)
                told = self._value(made, selected, of, value, f"{source}.{_name(attribute)}")
                return f"(None if {source} is None else {told})"
            case Narrowed(value, pick, _):
                argument = made.uses(f"s{self._names.arguments[selected]}")
                source = f"{self._given('p', pick)}({self._slot(made, selected)}, {argument})"
                return self._value(made, selected, of, value, source)
            case Placed(value, pick) if made.record is not None:
                made.placed = True
                source = f"{self._given('p', pick)}({this}, {self._slot(made, selected)}, above, place)"
                return self._value(made, selected, of, value, source)
            case _:
                raise Declined

    def _slot(self, made: _Function, selected: Field) -> str:
        if selected not in self._names.slots:  # it lives on no facet, so it cannot be read from one
            raise Declined
        return made.uses(f"v{self._names.slots[selected]}")

    def _picked(self, made: _Function, slot: str, record: type[Any], pick: Any, this: str) -> str:
        """The name of what spread fields are read from: the same for all of them, and checked once."""
        name, source = slot, ""
        if pick is not None:
            function = self._given("p", pick)
            name = f"{function}{slot}"
            source = f"{name} = {function}({this}, {slot}); "
        told = f"{source}0 if {name} is None or {name}.__class__ is {self._given('K', record)} else odd()"
        if made.checks.setdefault(name, told) != told:
            raise Declined
        return name

    def _value(self, made: _Function, selected: Field, of: GraphQLType, annotation: Any, source: str) -> str:
        """The expression that completes a value of a Python type as the graph's type."""
        required = isinstance(of, GraphQLNonNull)
        inner: Any = cast("Any", of).of_type if required else of
        plain = _without_null(annotation)
        if isinstance(inner, GraphQLLeafType):
            if LEAVES.get(inner.name) is not plain:
                raise Declined
            if not required:
                return source
            held = made.temporary()
            return f"({held} if ({held} := {source}) is not None else odd())"
        if isinstance(inner, GraphQLObjectType):
            nested = self._object(selected, _record(plain))
            if nested.placed:  # it is in no list
                raise Declined
            if required:
                return nested.called(made, source)
            held = made.temporary()
            return f"(None if ({held} := {source}) is None else {nested.called(made, held)})"
        held = made.temporary()
        told = self._list(made, selected, inner, plain, held)
        if required:
            return f"({told} if ({held} := {source}).__class__ is list else odd())"
        return f"(None if ({held} := {source}) is None else {told} if {held}.__class__ is list else odd())"

    def _list(self, made: _Function, selected: Field, of: Any, annotation: Any, held: str) -> str:
        if str(of) == "[[Int!]!]" and annotation == list[list[int]]:
            return f"numbers({held})"
        if not isinstance(of, GraphQLList):
            raise Declined
        items: Any = cast("Any", of).of_type
        object_type: Any = cast("Any", items).of_type if isinstance(items, GraphQLNonNull) else None
        if not isinstance(object_type, GraphQLObjectType) or get_origin(annotation) is not list:
            raise Declined
        nested = self._object(selected, _record(get_args(annotation)[0]))
        if not nested.placed:
            return f"[{nested.called(made, 'y')} for y in {held}]"
        if made.record is None:
            raise Declined
        return f"[{nested.called(made, 'y', 'x')} for place, y in enumerate({held})]"

    def _given(self, prefix: str, value: Any) -> str:
        """The name by which the code knows an object."""
        for name, known in self.namespace.items():
            if known is value:
                return name
        name = f"{prefix}{len(self.namespace)}"
        self.namespace[name] = value
        return name


def _odd() -> NoReturn:
    raise Deopt


def _numbers(found: list[list[int]]) -> list[list[int]]:
    """Whole numbers as the graph has them: of 32 bits."""
    if any(item.__class__ is not int or item not in _INT for row in found for item in row):
        raise Deopt
    return found


def _declared(record: type[Any], attribute: str) -> Any:
    """The type that a record declares for an attribute."""
    for base in record.__mro__:
        if attribute in (found := get_annotations(base)):
            return found[attribute]
    raise Declined


def _record(annotation: Any) -> type[Any]:
    if not hasattr(annotation, "__strawberry_definition__"):
        raise Declined
    return annotation


def _without_null(annotation: Any) -> Any:
    """The type within `T | None`."""
    parts = get_args(annotation)
    if NoneType not in parts:
        return annotation
    if len(parts) > 2:
        raise Declined
    return next(part for part in parts if part is not NoneType)


def _name(attribute: str) -> str:
    if not attribute.isidentifier() or iskeyword(attribute) or attribute.startswith("__"):
        raise Declined
    return attribute

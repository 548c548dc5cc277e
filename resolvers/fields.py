"""How a graph field says on which facet it lives. The needs of an operation are read from these marks."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Final, Protocol, TypeVar, get_args

import strawberry
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from gateway.context import Customer
from gateway.facets.kind import FacetKind
from gateway.facets.needs import Lives
from gateway.facets.shapes import Shape, Spread, Whole
from gateway.model.describe import PLACES

HOME: Final = "home"
"""The key of a field's `Lives` in its metadata."""
SHAPE: Final = "shape"
"""The key of a field's `Shape` in its metadata: what its resolver does, for the projection."""


class OfCustomer(Protocol):
    """A value of the graph that knows whose it is."""

    known: Customer


Pick = Callable[[Any, Any], Any]
"""From a graph value and a facet's value to the record that the graph value's fields are read from."""

Type = TypeVar("Type", bound=type[Any])


def lives_on(
    kind: FacetKind, called: Mapping[str, str] | None = None, shape: Shape | None = None
) -> Mapping[str, Lives | Shape]:
    """The metadata of a field that lives on a facet, and is its whole value unless `shape` says otherwise.

    Its arguments are the facet's, in camelCase; `called` names those that the graph calls otherwise.
    """
    named = {parameter.name: to_camel_case(parameter.name) for parameter in kind.parameters}
    return {HOME: Lives(kind, {**named, **(called or {})}), SHAPE: shape or Whole(kind.value)}


async def asked(known: Customer, kind: FacetKind, **given: Any) -> Any:
    """The value of a facet for the arguments that a caller gave."""
    present = {name: value for name, value in given.items() if value is not strawberry.UNSET}
    return await known.value(kind(**kind.taken(present, {})))


async def value_of(root: OfCustomer, kind: FacetKind) -> Any:
    """The value of a facet whose arguments are those of the value that the root is part of, if it has any."""
    if kind.parameters:
        return await root.known.value(kind(**getattr(root, "within", {})))
    return await root.known.value(root.known.facet_of_profile(kind.name) if kind.of_profile else kind())


def whole(
    kind: FacetKind,
    description: str,
    *,
    v2: str | None = None,
    v1: str | None = None,
    deprecated: str | None = None,
) -> Any:
    """A field that is a facet's value as it is.

    `v2` and `v1` are its paths in either payload, where its record's are not it (see `gateway.model.places`);
    `deprecated` says what to ask for in its place.
    """

    async def resolve(self: OfCustomer) -> Any:
        return await value_of(self, kind)

    resolve.__annotations__["return"] = kind.value
    return strawberry.field(
        resolver=resolve,
        description=description,
        metadata={**lives_on(kind), PLACES: (v2, v1)},
        deprecation_reason=deprecated,
    )


def fields_of(record: Any) -> Mapping[str, Any]:
    """The fields of a record by name, its values as they are."""
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def of_same_program(root: Any, values: Any) -> Any:
    """Picks, of a facet that lists programs, the one with the root's `program_id`."""
    for value in values or ():  # not `next` over a generator, which takes four times as long
        if value.program_id == root.program_id:
            return value
    return None


def spreads(
    kind: FacetKind, *, pick: Pick | None = None, without: frozenset[str] = frozenset()
) -> Callable[[Type], Type]:
    """Class decorator: offers every field of the facet's record on the class itself, null where there is no record.

    The record stays the only declaration of those fields: names, types and descriptions are read from it. For a facet
    with arguments the class has them as `within`.
    """
    record = record_of(kind)

    def decorate(cls: Type) -> Type:
        for declared in record.__strawberry_definition__.fields:
            if declared.python_name not in without:
                setattr(cls, declared.python_name, _spread(kind, record, declared, pick))
        return cls

    return decorate


def _spread(kind: FacetKind, record: type[Any], declared: StrawberryField, pick: Pick | None) -> StrawberryField:
    async def resolve(self: OfCustomer) -> Any:
        value = await value_of(self, kind)
        found = value if pick is None else pick(self, value)
        return None if found is None else getattr(found, declared.python_name)

    annotation = inspect.get_annotations(record)[declared.python_name]
    resolve.__annotations__["return"] = _nullable(annotation)
    return strawberry.field(
        resolver=resolve,
        name=declared.graphql_name,
        description=declared.description,
        deprecation_reason=declared.deprecation_reason,
        metadata={
            HOME: Lives(kind, within=bool(kind.parameters)),
            SHAPE: Spread(record, declared.python_name, annotation, pick),
        },
    )


def record_of(kind: FacetKind) -> Any:
    """The record type within `Record | None` or `list[Record] | None`."""
    plain = next(part for part in get_args(kind.value) if part is not type(None))
    return next(iter(get_args(plain)), plain)


def _nullable(declared: Any) -> Any:
    """A facet may be absent or fail, so a field that lives on it is nullable whatever the record promises."""
    already = isinstance(declared, UnionType) or type(None) in get_args(declared)
    return declared if already else declared | None

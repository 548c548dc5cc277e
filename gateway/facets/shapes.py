"""How a graph field is read from what is known of a customer: said once, for the resolver and for the projection. Pure.

A field without a shape can be answered by its resolver alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class OfRecord:
    """An attribute of the record that stands for the field's parent."""

    attribute: str


@dataclass(frozen=True, slots=True)
class OfCustomer:
    """Of the customer themselves: `id` or `merged_from`. It costs nothing beyond existence."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Whole:
    """The facet's value, or with `pick(parent, value)` a part of it. `value` is the type of what is read."""

    value: Any
    pick: Callable[[Any, Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """An attribute, of type `value`, of the facet's value or of the part that `pick(parent, value)` takes of it.

    `record` is the type of what the attribute is of. Null where there is none.
    """

    record: type[Any]
    attribute: str
    value: Any
    pick: Callable[[Any, Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What `pick(value, argument)` leaves of the facet's value, for an argument of the graph; null if not given."""

    value: Any
    pick: Callable[[Any, Any], Any]
    argument: str


@dataclass(frozen=True, slots=True)
class Placed:
    """What `pick(parent, value, above, place)` takes, for a parent in a list of the record `above`."""

    value: Any
    pick: Callable[[Any, Any, Any, int], Any]


@dataclass(frozen=True, slots=True)
class Present:
    """An object without a record of its own, there where the facet has a value; its fields live on facets."""


Shape = OfRecord | OfCustomer | Whole | Spread | Narrowed | Placed | Present

Shapes = Mapping[tuple[str, str], Shape]
"""The shape of every field that has one, by type and field name."""

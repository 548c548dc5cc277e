"""The one way a record and its fields are declared: a Python annotation and a sentence for the reader of the schema."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, dataclass_transform

import strawberry

Record = TypeVar("Record")

PLACES: Final = "__upstream_places__"
"""The attribute of a record, and the key in a field's metadata, with where each endpoint tells it: see `places`."""


@dataclass_transform(kw_only_default=True)
def record(
    *, description: str | None = None, v2: str | None = None, v1: str | None = None
) -> Callable[[type[Record]], type[Record]]:
    """Class decorator: a value type of the graph, with slots: a record of it takes half the memory.

    Strawberry makes dataclasses without them, so the class is made anew, as `dataclasses` does it. `v2` and `v1` are
    the paths of the block in either payload, `""` the whole of a customer; several, with a comma, of what lies in
    several places. The graph's descriptions tell them.
    """

    def decorate(cls: type[Record]) -> type[Record]:
        made: Any = strawberry.type(cls, description=description)
        body = dict[str, Any](made.__dict__)
        names: tuple[str, ...] = tuple(body.get("__annotations__", ()))
        for name in (*names, "__dict__", "__weakref__"):
            body.pop(name, None)
        body |= {"__slots__": names, PLACES: (v2, v1)}
        found: Any = type(made.__name__, made.__bases__, body)
        definition = found.__strawberry_definition__
        definition.origin = found
        for field in definition.fields:
            if field.origin is made:
                field.origin = found
        return found

    return decorate


def described(
    description: str,
    *,
    name: str | None = None,
    v2: str | None = None,
    v1: str | None = None,
    deprecated: str | None = None,
) -> Any:
    """A nullable field: null where upstream did not say. `name` is the graph's name when Python's cannot be it.

    `v2` and `v1` are its paths in either payload, where they are not its key in the record's block; `""` if there is
    none. `deprecated` says what to ask for in its place.
    """
    return strawberry.field(
        description=description, name=name, default=None, metadata={PLACES: (v2, v1)}, deprecation_reason=deprecated
    )


def required(description: str, *, v2: str | None = None, v1: str | None = None) -> Any:
    """A field that every real payload carries; a value without it is not read at all."""
    return strawberry.field(description=description, metadata={PLACES: (v2, v1)})


def listed(description: str, *, v2: str | None = None, v1: str | None = None) -> Any:
    """A list that is empty, never null, where upstream has nothing to list."""
    return strawberry.field(description=description, default_factory=list, metadata={PLACES: (v2, v1)})

"""The one way a record and its fields are declared: a Python annotation and a sentence for the reader of the schema."""

from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

import strawberry

Record = TypeVar("Record")


@dataclass_transform(kw_only_default=True)
def record(*, description: str | None = None) -> Callable[[type[Record]], type[Record]]:
    """Class decorator: a value type of the graph, with slots: a record of it takes half the memory.

    Strawberry makes dataclasses without them, so the class is made anew, as `dataclasses` does it.
    """

    def decorate(cls: type[Record]) -> type[Record]:
        made: Any = strawberry.type(cls, description=description)
        body = dict[str, Any](made.__dict__)
        names: tuple[str, ...] = tuple(body.get("__annotations__", ()))
        for name in (*names, "__dict__", "__weakref__"):
            body.pop(name, None)
        found: Any = type(made.__name__, made.__bases__, {**body, "__slots__": names})
        definition = found.__strawberry_definition__
        definition.origin = found
        for field in definition.fields:
            if field.origin is made:
                field.origin = found
        return found

    return decorate


def described(description: str, *, name: str | None = None) -> Any:
    """A nullable field: null where upstream did not say. `name` is the graph's name when Python's cannot be it."""
    return strawberry.field(description=description, name=name, default=None)


def required(description: str) -> Any:
    """A field that every real payload carries; a value without it is not read at all."""
    return strawberry.field(description=description)


def listed(description: str) -> Any:
    """A list that is empty, never null, where upstream has nothing to list."""
    return strawberry.field(description=description, default_factory=list)

"""The one way a value type declares a field: its Python annotation and a sentence for the reader of the schema."""

from typing import Any

import strawberry


def described(description: str, *, name: str | None = None) -> Any:
    """A nullable field: null where upstream did not say. `name` is the graph's name when Python's cannot be it."""
    return strawberry.field(description=description, name=name, default=None)


def required(description: str) -> Any:
    """A field that every real payload carries; a value without it is not read at all."""
    return strawberry.field(description=description)


def listed(description: str) -> Any:
    """A list that is empty, never null, where upstream has nothing to list."""
    return strawberry.field(description=description, default_factory=list)

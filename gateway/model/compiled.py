"""Turns the declaration of a record into the function that reads it, as plain Python source that is compiled once.

The source does in a line what upstream sends nearly always, and hands everything else to the `Reader`, whose methods
alone know odd values. It is made of our own declarations; nothing that anybody sends is in it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import strawberry

from gateway.model.excerpts import Excerpt
from gateway.model.readers import LEAST, MOST, SHORT, Block, Reader, day_of, is_nothing, number_of
from gateway.model.scalars import Date, DateTime, Json

Reading = Callable[[Reader, Block], Any]
"""Reads a block into a record; null where the block has nothing of it, or not what every payload has."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A field of a record: its attribute, the keys it may lie under (the first that holds anything), and its type.

    `nested` reads it where it is a record, or a list of records (`many`), which is empty rather than null; it looks at
    `excerpt`.
    """

    attribute: str
    keys: tuple[str, ...]
    kind: Any
    required: bool
    nested: Reading | None = None
    many: bool = False
    excerpt: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class _Scalar:
    """The `Reader` method of a scalar, and its ordinary values: conditions on `v`, and what is read under each."""

    method: str
    cases: tuple[tuple[str, str], ...] = ()


_SCALARS: Final[Mapping[Any, _Scalar]] = {
    str: _Scalar("text", (("type(v) is str", "v.strip() or None"),)),
    float: _Scalar(
        "number",
        (
            ("type(v) is float and v - v == 0.0", "v"),  # neither infinite nor NaN
            ("type(v) is int and -9007199254740992 <= v <= 9007199254740992", "float(v)"),
            ("type(v) is str and (w := number_of(v)) is not None", "w"),
        ),
    ),
    int: _Scalar("integer", (("type(v) is int and -2147483648 < v < 2147483648", "None if v == -1 else v"),)),
    bool: _Scalar("flag", (("v is True or v is False", "v"),)),
    strawberry.ID: _Scalar("identity", (("type(v) is int", "str(v)"), ("type(v) is str", "v.strip() or None"))),
    DateTime: _Scalar(
        "moment", ((f"type(v) is str and len(v) <= {SHORT} and (w := reader.moments(v)) is not None", "w"),)
    ),
    Date: _Scalar("day", ((f"type(v) is str and len(v) <= {SHORT} and (w := day_of(v)) is not None", "w"),)),
    Json: _Scalar(
        "raw",
        (
            ("type(v) is str", "v if v.strip() else None"),
            ("v is True or v is False or type(v) is float", "v"),
            (f"type(v) is int and {LEAST} <= v <= {MOST}", "v"),
        ),
    ),
    list[list[int]]: _Scalar("relation"),
}


def is_scalar(kind: Any) -> bool:
    """Whether a field of this type is read from a value, rather than from a block or a list of them."""
    return kind in _SCALARS


def compiled(kind: type[Any], fields: Sequence[Declared]) -> Reading:
    """The function that reads a record of a kind."""
    names: dict[str, Any] = {
        "kind": kind,
        "new": object.__new__,
        "number_of": number_of,
        "day_of": day_of,
        "held": _held,
        "KEYS": tuple(key for field in fields for key in field.keys),
        **{f"read_{place}": field.nested for place, field in enumerate(fields)},
    }
    lines = ["def read(reader, block):", " get = block.get"]
    if not any(field.required for field in fields):  # where one is, it is missed in a block that has nothing
        lines.append(" if block.keys().isdisjoint(KEYS): return None")
    lines.append(" it = new(kind)")
    for place, field in enumerate(fields):
        key = _keyed(field, lines)
        lines += _nested(field, key, f"read_{place}") if field.nested else _scalar(field, key)
        if field.required:
            lines.append(f" if v is None: return reader.odd({key}, 'required value', get({key}))")
        lines.append(f" it.{field.attribute} = v")
    lines.append(" return it")
    exec("\n".join(lines), names)  # noqa: S102 - the declarations of our own records, see above
    return names["read"]


def _keyed(field: Declared, lines: list[str]) -> str:
    """Adds what takes the value of a field; returns the source of the key that it was taken from."""
    first = repr(field.keys[0])
    lines.append(f" v = get({first})")
    if len(field.keys) == 1:
        return first
    lines += [f" k = {first}", " if not v or type(v) is str:", f"  k = held(block, {field.keys!r})", "  v = get(k)"]
    return "k"


def _held(block: Block, keys: Sequence[str]) -> str:
    """The first of several keys that holds anything; the first of all where none does."""
    return next((key for key in keys if not is_nothing(block.get(key))), keys[0])


def _scalar(field: Declared, key: str) -> list[str]:
    scalar, lines, word = _SCALARS[field.kind], list[str](), "if"
    for condition, found in scalar.cases:
        lines.append(f" {word} {condition}: v = {found}")
        word = "elif"
    return [*lines, f" {word} v is not None: v = reader.{scalar.method}(block, {key})"]


def _nested(field: Declared, key: str, read: str) -> list[str]:
    if field.many:
        return [
            " if v is None: v = []",
            f" else: v = [one for item in reader.blocks(block, {key}) if (one := {read}(reader, item)) is not None]",
        ]
    return [
        " if type(v) is not dict and v is not None:",
        f"  v = reader.first(block, {key})",
        f" v = {read}(reader, v) if v else None",
    ]

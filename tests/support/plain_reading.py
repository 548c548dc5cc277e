"""Reading as it is meant, field by field, with nothing worked out beforehand: what the compiled reading must equal.

It shares with the code under test the declarations of the records, the spelling of the dialects and how a caller of
`Dialect` arranges blocks; the reading itself is written out here once more.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from inspect import get_annotations
from typing import Annotated, Any, get_args, get_origin
from unittest.mock import patch

import msgspec
import strawberry
from strawberry.utils.str_converters import to_camel_case

from gateway.model.dialect import Dialect
from gateway.model.readers import DEEPEST, Block, Reader
from gateway.model.scalars import Date, DateTime, Json

Read = Callable[[Any, Block, str], Any]
Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class PlainReader(Reader):
    """A reader whose every method looks at the value as if it could be anything."""

    def text(self, block: Block, key: str) -> str | None:
        match block.get(key):
            case str(value):
                return value.strip() or None
            case bool() as value:
                return self.odd(key, "text", value)
            case int() | float() as value:
                return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
            case value:
                return self.odd(key, "text", value)

    def identity(self, block: Block, key: str) -> str | None:
        match block.get(key):
            case str(value) if value.strip():
                return value.strip()
            case bool() as value:
                return self.odd(key, "id", value)
            case int() as value:
                return str(value)
            case float() as value if value.is_integer():
                return str(int(value))
            case value:
                return self.odd(key, "id", value)

    def number(self, block: Block, key: str) -> float | None:
        match block.get(key):
            case bool() as value:
                return self.odd(key, "number", value)
            case int() | float() | str() as value:
                found = _float(value)
                return self.odd(key, "number", value) if found is None else found
            case value:
                return self.odd(key, "number", value)

    def integer(self, block: Block, key: str) -> int | None:
        found = self.number(block, key)
        if found is None or found == -1:
            return None
        return int(found) if found.is_integer() and abs(found) < 2**31 else self.odd(key, "integer", found)

    def flag(self, block: Block, key: str) -> bool | None:
        match block.get(key):
            case bool(value):
                return value
            case (int() | str()) as value if str(value).strip().lower() in ("true", "1"):
                return True
            case (int() | str()) as value if str(value).strip().lower() in ("false", "0"):
                return False
            case value:
                return self.odd(key, "boolean", value)

    def moment(self, block: Block, key: str) -> DateTime | None:
        match block.get(key):
            case str(value) if value.strip():
                found = _moment(value.strip(), self.zone)
                return self.odd(key, "time", value) if found is None else found
            case value:
                return self.odd(key, "time", value)

    def day(self, block: Block, key: str) -> Date | None:
        match block.get(key):
            case str(value) if value.strip():
                found = _day(value.strip())
                return self.odd(key, "day", value) if found is None else found
            case value:
                return self.odd(key, "day", value)

    def raw(self, block: Block, key: str) -> Json | None:
        value = block.get(key)
        if not _shallow(value):
            return self.odd(key, f"JSON of at most {DEEPEST} levels", value)
        try:
            return None if _is_nothing(value) else Json(_within_64_bits(value))
        except OverflowError:
            return self.odd(key, "JSON without endless numbers", value)

    def relation(self, block: Block, key: str) -> list[list[int]] | None:
        value = block.get(key) or "[]"
        try:
            if isinstance(value, str):
                groups = msgspec.json.decode(value, type=list[list[Whole] | Whole])
            else:
                groups = msgspec.convert(value, list[list[Whole] | Whole])
        except msgspec.MsgspecError:
            return self.odd(key, "list of lists of integers", value)
        return [group if isinstance(group, list) else [group] for group in groups] or None

    def block(self, block: Block, key: str) -> Block | None:
        return self._item(key, block.get(key)) or None

    def first(self, block: Block, key: str) -> Block | None:
        return next(iter(self.blocks(block, key) or []), None)

    def blocks(self, block: Block, *path: str) -> list[Block] | None:
        value: Any = block.get(path[0])
        if value is None:
            return None
        for key in path[1:]:
            if isinstance(value, dict) and key in value:
                value = value[key]
        return [found for item in _each(value) if (found := self._item(path[-1], item))]

    def _item(self, key: str, item: object) -> Block | None:
        return item if isinstance(item, dict) else self.odd(key, "object", item)


def _float(value: float | str) -> float | None:
    if isinstance(value, str) and "_" in value:
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _moment(value: str, zone: tzinfo) -> DateTime | None:
    try:
        found = datetime.fromisoformat(value)
        zoned = found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)
        exact = zoned.astimezone(UTC) if (zoned.utcoffset() or timedelta()) % timedelta(minutes=1) else zoned
    except (ValueError, OverflowError):
        return None
    return DateTime(exact.isoformat())


def _day(value: str) -> Date | None:
    if value[10:11] not in ("", " ", "T"):
        return None
    try:
        return Date(date.fromisoformat(value[:10]).isoformat())
    except ValueError:
        return None


def _is_nothing(value: object) -> bool:
    return value in (None, "", [], {}) or (isinstance(value, str) and not value.strip())


def _each(value: Any) -> Iterator[object]:
    match value:
        case list():
            yield from value
        case None | "":
            return
        case other:
            yield other


def _within_64_bits(value: Any) -> Any:
    match value:
        case dict():
            return {key: _within_64_bits(inner) for key, inner in value.items()}
        case list():
            return [_within_64_bits(inner) for inner in value]
        case int() if not -(2**63) <= value < 2**64:
            return float(value)
        case _:
            return value


def _shallow(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return not level


_BY_TYPE: dict[Any, Read] = {
    str: PlainReader.text,
    float: PlainReader.number,
    int: PlainReader.integer,
    bool: PlainReader.flag,
    strawberry.ID: PlainReader.identity,
    DateTime: PlainReader.moment,
    Date: PlainReader.day,
    Json: PlainReader.raw,
    list[list[int]]: PlainReader.relation,
}


@dataclass(frozen=True)
class _Field:
    attribute: str
    keys: tuple[str, ...]
    read: Read
    required: bool


def record(self: Dialect, reader: Reader, kind: type[Any], block: Block | None) -> Any:
    """Stands for `Dialect.record`."""
    fields = _fields(self, kind)
    if block is None or not any(key in block for field in fields for key in field.keys):
        return None
    values: dict[str, Any] = {}
    for field in fields:
        key = next((key for key in field.keys if not _is_nothing(block.get(key))), field.keys[0])
        value = field.read(reader, block, key)
        if value is None and field.required:
            return reader.odd(key, "required value", block.get(key))
        values[field.attribute] = value
    return kind(**values)


def records(self: Dialect, reader: Reader, kind: type[Any], block: Block, *path: str) -> list[Any] | None:
    """Stands for `Dialect.records`."""
    found = reader.blocks(block, *path)
    return None if found is None else each(self, reader, kind, found)


def each(self: Dialect, reader: Reader, kind: type[Any], blocks: Iterable[Block]) -> list[Any]:
    """Stands for `Dialect.each`."""
    return [found for block in blocks if (found := record(self, reader, kind, block)) is not None]


@lru_cache
def _fields(dialect: Dialect, kind: type[Any]) -> tuple[_Field, ...]:
    exceptions = dialect.exceptions.get(kind, {})
    annotations = {name: found for base in reversed(kind.__mro__) for name, found in get_annotations(base).items()}
    return tuple(
        _Field(
            field.python_name,
            exceptions.get(
                field.python_name,
                (dialect.spell(field.graphql_name or to_camel_case(field.python_name), field.python_name),),
            ),
            _read(dialect, annotations[field.python_name]),
            type(None) not in get_args(annotations[field.python_name])
            and get_origin(annotations[field.python_name]) is not list,
        )
        for field in kind.__strawberry_definition__.fields
    )


def _read(dialect: Dialect, annotation: Any) -> Read:
    plain = next((part for part in get_args(annotation) if part is not type(None)), annotation)
    if get_origin(annotation) is list:
        return lambda reader, block, key: records(dialect, reader, plain, block, key) or []
    if plain in _BY_TYPE:
        return _BY_TYPE[plain]
    return lambda reader, block, key: record(dialect, reader, plain, reader.first(block, key))


@contextmanager
def plainly() -> Iterator[None]:
    """While this lasts, every dialect reads by what is written here. To be used with a `PlainReader`."""
    with patch.multiple(Dialect, record=record, records=records, each=each):
        yield

"""How an endpoint spells the fields of our records, and the one function that reads a record by its declaration.

A record declares each field once: name, type, description. The type says how the field is read, the dialect under
which key it lies. V2 spells like the graph, V1.1 like Python with many exceptions; only those are listed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from inspect import get_annotations
from typing import Any, Final, TypeVar, cast, get_args, get_origin

import strawberry
from strawberry.types.base import WithStrawberryObjectDefinition
from strawberry.utils.str_converters import to_camel_case

from gateway.model.readers import Block, Reader, is_nothing
from gateway.model.scalars import Date, DateTime, Json

Record = TypeVar("Record")
Read = Callable[[Reader, Block, str], Any]

_BY_TYPE: Final[Mapping[Any, Read]] = {
    str: Reader.text,
    float: Reader.number,
    int: Reader.integer,
    bool: Reader.flag,
    strawberry.ID: Reader.identity,
    DateTime: Reader.moment,
    Date: Reader.day,
    Json: Reader.raw,
    list[list[int]]: Reader.relation,
}


@dataclass(frozen=True, slots=True)
class _Field:
    attribute: str
    keys: tuple[str, ...]
    read: Read
    required: bool


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """`spell` is the rule from a field's graph name and Python name to its key, `exceptions` are the keys it misses.

    An exception that names several keys means the first of them that holds anything.
    """

    spell: Callable[[str, str], str]
    exceptions: Mapping[type[Any], Mapping[str, tuple[str, ...]]]

    def record(self, reader: Reader, kind: type[Record], block: Block | None) -> Record | None:
        """The record in a block; null where there is none: no block, nothing of it, or not what every payload has."""
        fields = _fields(self, kind)
        if block is None or not any(key in block for field in fields for key in field.keys):
            return None
        values: dict[str, Any] = {}
        for field in fields:
            key = next((key for key in field.keys if not is_nothing(block.get(key))), field.keys[0])
            value = field.read(reader, block, key)
            if value is None and field.required:
                return reader.odd(key, "required value", block.get(key))
            values[field.attribute] = value
        return kind(**values)

    def records(self, reader: Reader, kind: type[Record], block: Block, *path: str) -> list[Record] | None:
        """The records in a list (see `Reader.blocks`); null where upstream did not send the list at all."""
        found = reader.blocks(block, *path)
        if found is None:
            return None
        return [record for item in found if (record := self.record(reader, kind, item)) is not None]


@lru_cache(maxsize=256)
def _fields(dialect: Dialect, kind: type[Any]) -> tuple[_Field, ...]:
    """How every field of a record is read, worked out once."""
    exceptions = dialect.exceptions.get(kind, {})
    annotations = {name: found for base in reversed(kind.__mro__) for name, found in get_annotations(base).items()}
    declared = cast("type[WithStrawberryObjectDefinition]", kind).__strawberry_definition__.fields
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
        for field in declared
    )


def _read(dialect: Dialect, annotation: Any) -> Read:
    """The reader for a field's type: a scalar, a record, or a list of records, which is empty rather than null."""
    plain = next((part for part in get_args(annotation) if part is not type(None)), annotation)
    if get_origin(annotation) is list:
        return lambda reader, block, key: dialect.records(reader, plain, block, key) or []
    if plain in _BY_TYPE:
        return _BY_TYPE[plain]
    return lambda reader, block, key: dialect.record(reader, plain, reader.first(block, key))

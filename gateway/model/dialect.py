"""How an endpoint spells the fields of our records, and the one function that reads a record by its declaration.

A record declares each field once: name, type, description. The type says how the field is read, the dialect under
which key it lies. V2 spells like the graph, V1.1 like Python with many exceptions; only those are listed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import get_annotations
from typing import Any, TypeVar, cast, get_args, get_origin

from strawberry.types.base import WithStrawberryObjectDefinition
from strawberry.utils.str_converters import to_camel_case

from gateway.model.compiled import Declared, Reading, compiled, is_scalar
from gateway.model.readers import Block, Reader

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """`spell` is the rule from a field's graph name and Python name to its key, `exceptions` are the keys it misses.

    An exception that names several keys means the first of them that holds anything.
    """

    spell: Callable[[str, str], str]
    exceptions: Mapping[type[Any], Mapping[str, tuple[str, ...]]]

    def record(self, reader: Reader, kind: type[Record], block: Block | None) -> Record | None:
        """The record in a block; null where there is none: no block, nothing of it, or not what every payload has."""
        return None if block is None else _reading(self, kind)(reader, block)

    def records(self, reader: Reader, kind: type[Record], block: Block, *path: str) -> list[Record] | None:
        """The records in a list (see `Reader.blocks`); null where upstream did not send the list at all."""
        found = reader.blocks(block, *path)
        return None if found is None else self.each(reader, kind, found)

    def each(self, reader: Reader, kind: type[Record], blocks: Iterable[Block]) -> list[Record]:
        """The records in several blocks."""
        read = _reading(self, kind)
        return [record for block in blocks if (record := read(reader, block)) is not None]


@cache  # there are as many as records are declared
def _reading(dialect: Dialect, kind: type[Any]) -> Reading:
    """How a record is read, worked out at its first."""
    return compiled(kind, tuple(_declared(dialect, kind)))


def _declared(dialect: Dialect, kind: type[Any]) -> Iterator[Declared]:
    exceptions = dialect.exceptions.get(kind, {})
    annotations = {name: found for base in reversed(kind.__mro__) for name, found in get_annotations(base).items()}
    for field in cast("type[WithStrawberryObjectDefinition]", kind).__strawberry_definition__.fields:
        name, annotation = field.python_name, annotations[field.python_name]
        parts, many = get_args(annotation), get_origin(annotation) is list
        plain = next((part for part in parts if part is not type(None)), annotation)
        yield Declared(
            name,
            exceptions.get(name, (dialect.spell(field.graphql_name or to_camel_case(name), name),)),
            plain,
            required=type(None) not in parts and not many,
            nested=None if is_scalar(plain) and not many else _reading(dialect, plain),
            many=many,
        )

"""How an endpoint spells the fields of our records, and the one function that reads a record by its declaration.

A record declares each field once: name, type, description. The type says how the field is read, the dialect under
which key it lies. V2 spells like the graph, V1.1 like Python with many exceptions; only those are listed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from inspect import get_annotations
from typing import Any, TypeVar, cast, get_args, get_origin

from strawberry.types.base import WithStrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from gateway.model.compiled import Declared, Reading, compiled, is_scalar
from gateway.model.excerpts import Excerpt, joined
from gateway.model.readers import Block, Reader

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """`spell` is the rule from a field's graph name and Python name to its key, `exceptions` are the keys it misses.

    An exception that names several keys means the first of them that holds anything.
    """

    spell: Callable[[str, str], str]
    exceptions: Mapping[type[Any], Mapping[str, tuple[str, ...]]]
    _readings: dict[type[Any], Reading] = field(default_factory=dict[type[Any], Reading], repr=False)

    def record(self, reader: Reader, kind: type[Record], block: Block | None) -> Record | None:
        """The record in a block; null where there is none: no block, nothing of it, or not what every payload has."""
        return None if block is None else (self._readings.get(kind) or self._reading(kind))(reader, block)

    def records(self, reader: Reader, kind: type[Record], block: Block, *path: str) -> list[Record] | None:
        """The records in a list (see `Reader.blocks`); null where upstream did not send the list at all."""
        found = reader.blocks(block, *path)
        return None if found is None else self.each(reader, kind, found)

    def each(self, reader: Reader, kind: type[Record], blocks: Iterable[Block]) -> list[Record]:
        """The records in several blocks."""
        read = self._reading(kind)
        return [record for block in blocks if (record := read(reader, block)) is not None]

    def excerpt(self, kind: type[Any]) -> Excerpt:
        """What is looked at to read a record."""
        return joined(*({key: one.excerpt} for one in self._declared(kind) for key in one.keys))

    def keys(self, kind: type[Any], declared: StrawberryField) -> tuple[str, ...]:
        """Under which keys a field of a record, or of a graph type made of it, may lie."""
        name = declared.python_name
        for base in kind.__mro__:
            if found := self.exceptions.get(base, {}).get(name):
                return found
        return (self.spell(declared.graphql_name or to_camel_case(name), name),)

    def _reading(self, kind: type[Any]) -> Reading:
        """How a record is read, worked out at its first."""
        found = self._readings.get(kind)
        if found is None:
            found = self._readings[kind] = compiled(kind, tuple(self._declared(kind)))
        return found

    def _declared(self, kind: type[Any]) -> Iterator[Declared]:
        annotations = {name: found for base in reversed(kind.__mro__) for name, found in get_annotations(base).items()}
        for declared in cast("type[WithStrawberryObjectDefinition]", kind).__strawberry_definition__.fields:
            name, annotation = declared.python_name, annotations[declared.python_name]
            parts, many = get_args(annotation), get_origin(annotation) is list
            plain = next((part for part in parts if part is not type(None)), annotation)
            scalar = is_scalar(plain) and not many
            yield Declared(
                name,
                self.keys(kind, declared),
                plain,
                required=type(None) not in parts and not many,
                nested=None if scalar else self._reading(plain),
                many=many,
                excerpt=None if scalar else self.excerpt(plain),
            )

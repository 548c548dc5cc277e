"""What a reader looks at in a block, and decoders that make nothing else of a JSON text. Pure.

Most of what upstream sends is asked for by nobody, and to make values of it, and let go of them again, took a quarter
of the CPU of a list ([decision 25](../../docs/adr/0025-decode-what-is-read.md)).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final, Generic, TypedDict, TypeVar, cast

import msgspec
import orjson

from gateway.model.readers import Arguments, Block, Reader

Excerpt = Mapping[str, "Excerpt | None"]
"""The keys of an object, each with the keys of the object in it, or null where its value is wanted whole.

Lists are looked through: an excerpt holds for the objects in them. What is neither an object nor a list is whole.
"""

NOTHING: Final[Excerpt] = {}

Value_co = TypeVar("Value_co", covariant=True)

_Plain = str | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class BlockReader(Generic[Value_co]):
    """Reads a facet of a block. `excerpt` is what it looks at; null where that depends on what is there."""

    read: Callable[[Reader, Block, Arguments], Value_co]
    excerpt: Excerpt | None = field(default=None, repr=False)

    def __call__(self, reader: Reader, block: Block, arguments: Arguments) -> Value_co:
        """The facet's value. Raises what the reading raises."""
        return self.read(reader, block, arguments)


Readers = frozenset[BlockReader[Any]]


def reads(
    excerpt: Excerpt | None,
) -> Callable[[Callable[[Reader, Block, Arguments], Value_co]], BlockReader[Value_co]]:
    """Says of a function that reads a facet what it looks at."""
    return lambda read: BlockReader(read, excerpt)


def whole(*keys: str) -> Excerpt:
    """The values of these keys."""
    return dict.fromkeys(keys)


def along(path: Iterable[str], excerpt: Excerpt) -> Excerpt:
    """Of the objects of a list in wrappers, which may be left out: the paths of `Reader.blocks`."""
    *outer, inner = path
    found: Excerpt = {inner: excerpt}
    for key in reversed(outer):
        found = {key: joined(excerpt, found)}
    return found


def joined(*excerpts: Excerpt) -> Excerpt:
    """What any of them has."""
    return reduce(_joined, excerpts, NOTHING)


def _joined(one: Excerpt, other: Excerpt) -> Excerpt:
    both = {**one, **other}
    for key in one.keys() & other.keys():
        first, second = one[key], other[key]
        both[key] = None if first is None or second is None else _joined(first, second)
    return both


def decoder(excerpt: Excerpt | None) -> msgspec.json.Decoder[Any]:
    """Makes of a JSON text what an excerpt has of it, and all of it where there is none: for `decoded`."""
    return msgspec.json.Decoder() if excerpt is None else msgspec.json.Decoder(_type(excerpt))


def decoded(text: bytes, by: msgspec.json.Decoder[Any]) -> Any:
    """What a decoder makes of a JSON text. Raises `ValueError` for what is not JSON in UTF-8.

    A number beyond all bounds is one too, but where it is passed over: nobody looks at that then.
    """
    if not text.isascii():
        text.decode()  # what is passed over is not looked at by the decoder
    try:
        return by.decode(text)
    except RecursionError:  # msgspec has the levels that the interpreter has left, orjson always the same
        return orjson.loads(text)
    except msgspec.DecodeError as error:
        raise ValueError("not JSON") from error


def _type(excerpt: Excerpt) -> Any:
    keys = {key: Any if inner is None else _type(inner) for key, inner in excerpt.items()}
    one = cast("Any", TypedDict("One", keys, total=False))  # pyright: ignore[reportArgumentType] - keys of our own
    return one | list[one | list[Any] | _Plain] | _Plain

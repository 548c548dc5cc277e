"""Where upstream tells what a record and its fields say, in words for the reader of the schema.

A record names its block in either payload, the dialects name the keys in it: both are what the payloads are read by,
or stand beside it, so nobody writes a path twice.
"""

from typing import Any, Final

from strawberry.types.field import StrawberryField

from gateway.model.describe import PLACES
from gateway.model.dialects import V1, V2

Places = tuple[tuple[str, ...], tuple[str, ...]]
"""Paths in V2's entity and in V1.1's item. `[]` is every entry of a list, `…` each of several blocks."""

NOWHERE: Final[Places] = ((), ())
_SEVERAL: Final = ", "


def of_block(kind: Any) -> Places:
    """The paths of a record; none where it is the whole customer, or no record."""
    v2, v1 = getattr(kind, PLACES, (None, None))
    return NOWHERE if "" in (v2, v1) else (_split(v2), _split(v1))


def of_field(kind: Any, field: StrawberryField, *, many: bool) -> Places:
    """The paths of a record's field; its keys alone where the record lies in several places."""
    blocks = getattr(kind, PLACES, (None, None))
    said = field.metadata.get(PLACES, (None, None))
    v2, v1 = (
        _split(given) if given is not None else _within(block, dialect.keys(kind, field), many=many)
        for given, block, dialect in zip(said, blocks, (V2, V1), strict=True)
    )
    return v2, v1


def of_value(kind: Any, field: StrawberryField) -> Places:
    """The paths of a field that is a record, or a list of it; none where they are not told and are several."""
    v2, v1 = field.metadata.get(PLACES, (None, None))
    if v2 or v1:
        return _split(v2), _split(v1)
    block = of_block(kind)
    return block if max(map(len, block)) < 2 else NOWHERE


def told(places: Places, within: Places = NOWHERE) -> str:
    """A sentence with the paths, empty if there are none. What lies in a block that is told is told by its key."""
    v2, v1 = (
        _SEVERAL.join(f"`{_shortened(path, blocks)}`" for path in paths)
        for paths, blocks in zip(places, within, strict=True)
    )
    if v2 and v1:
        return f"V2 and V1.1 {v2}." if v2 == v1 else f"V2 {v2}; V1.1 {v1}."
    return f"V2 only: {v2}." if v2 else f"V1.1 only: {v1}." if v1 else ""


def sent(places: Places) -> str:
    """A sentence with the parameters of either call, empty if there are none."""
    told = [
        f"to {endpoint} as {_SEVERAL.join(f'`{name}`' for name in names)}"
        for endpoint, names in zip(("V2", "V1.1"), places, strict=True)
        if names
    ]
    return f"Sent {_SEVERAL.join(told)}." if told else ""


def _shortened(path: str, blocks: tuple[str, ...]) -> str:
    return next((path.removeprefix(f"{block}.") for block in blocks if path.startswith(f"{block}.")), path)


def _within(block: str | None, keys: tuple[str, ...], *, many: bool) -> tuple[str, ...]:
    if block is None:
        return ()
    base = "" if _SEVERAL in block else block
    return tuple(f"{base}.{key}".removeprefix(".") + "[]" * many for key in keys)


def _split(paths: str | None) -> tuple[str, ...]:
    return tuple(paths.split(_SEVERAL)) if paths else ()

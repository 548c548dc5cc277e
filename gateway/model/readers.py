"""Total functions from an upstream scalar to ours: a value, or nothing and a recorded anomaly. Never an exception.

Upstream spells one thing many ways (facts §2.2, §6): numbers as strings, "" or [] for nothing, one object where a
list is documented. A field that does not fit is null and counted; its neighbours are served.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache, partial
from typing import Annotated, Any, Final, cast

import msgspec

from gateway.model.scalars import Date, DateTime, Json

Block = Mapping[str, Any]
"""One JSON object of a payload."""

Arguments = Mapping[str, str | int]
"""The arguments of the facet that is read."""

DEEPEST: Final = 100
"""Levels of a block that is handed on as it came; no documented payload has ten, and writers of JSON have a limit."""

SHORT: Final = 40
"""Characters of the longest text that is remembered as a time. No documented spelling has more than 29."""
_REMEMBERED: Final = 1024
"""Spellings of times that are remembered for each zone, and of days: most customers of a program share theirs."""

LEAST: Final = -(2**63)
MOST: Final = 2**64 - 1
"""The whole numbers that are written as such."""

_Whole = Annotated[int, msgspec.Meta(ge=LEAST, le=2**63 - 1)]
_Relation = list[list[_Whole] | _Whole]

_NOTHING: tuple[object, ...] = (None, "", [], {})
"""How upstream writes an empty value; an XML-born body has [] for an empty element."""

_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A field that was not of a type we can read. It names the field and the type, never the value."""

    field: str
    expected: str
    found: str


class Reader:
    """Reads the blocks of one payload. `zone` is the organisation's: the zone of upstream's unzoned times."""

    __slots__ = ("anomalies", "moments", "zone")

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.anomalies: list[Anomaly] = []
        self.moments = _moments(zone)
        """The time that a text of at most `SHORT` characters spells, if it does."""

    def text(self, block: Block, key: str) -> str | None:
        """A text without surrounding blanks; null where it is empty. Numbers count as their digits."""
        value = block.get(key)
        if isinstance(value, str):
            return value.strip() or None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _digits(value)
        return self.odd(key, "text", value)

    def identity(self, block: Block, key: str) -> str | None:
        """An id as text, exact up to 64 bits and beyond: `5`, `"5"` and `5.0` are the same id."""
        value = block.get(key)
        found = identity_of(value)
        return self.odd(key, "id", value) if found is None else found

    def number(self, block: Block, key: str) -> float | None:
        """A finite number, also from `"5.632820109E9"`."""
        match block.get(key):
            case bool() as value:
                return self.odd(key, "number", value)
            case int() | float() | str() as value:
                found = number_of(value)
                return self.odd(key, "number", value) if found is None else found
            case value:
                return self.odd(key, "number", value)

    def integer(self, block: Block, key: str) -> int | None:
        """A whole number that GraphQL's Int can hold, also from `"3"` and `3.0`; -1 stands for "there is none"."""
        found = self.number(block, key)
        if found is None or found == -1:
            return None
        return int(found) if found.is_integer() and abs(found) < 2**31 else self.odd(key, "integer", found)

    def flag(self, block: Block, key: str) -> bool | None:
        """A truth value, also from `"true"` and `"1"`."""
        value = block.get(key)
        found = flag_of(value)
        return self.odd(key, "boolean", value) if found is None else found

    def moment(self, block: Block, key: str) -> DateTime | None:
        """An instant in the organisation's zone; one without an offset is taken to be in that zone (facts §6.9)."""
        match block.get(key):
            case str(value) if value.strip():
                found = _moment(value, self.zone)
                return self.odd(key, "time", value) if found is None else found
            case value:
                return self.odd(key, "time", value)

    def day(self, block: Block, key: str) -> Date | None:
        """A calendar day; the time of day that some versions append is dropped."""
        match block.get(key):
            case str(value) if value.strip():
                found = _day(value)
                return self.odd(key, "day", value) if found is None else found
            case value:
                return self.odd(key, "day", value)

    def raw(self, block: Block, key: str) -> Json | None:
        """Whatever is there, untouched; null where it is one of upstream's ways to write nothing.

        A whole number beyond 64 bits becomes the nearest that JavaScript has: few writers of JSON take others.
        """
        value = block.get(key)
        levels, bounded = _measured(value)
        if levels > DEEPEST:
            return self.odd(key, f"JSON of at most {DEEPEST} levels", value)
        if not bounded:
            try:
                value = _bounded(value)
            except OverflowError:
                return self.odd(key, "JSON without endless numbers", value)
        return None if is_nothing(value) else Json(value)

    def relation(self, block: Block, key: str) -> list[list[int]] | None:
        """`[[1, 2], [3]]`, also written `[[1, 2], 3]`, as a list or as its text (facts §2.2)."""
        value = block.get(key) or "[]"
        try:
            if isinstance(value, str):
                groups = msgspec.json.decode(value, type=_Relation)
            else:
                groups = msgspec.convert(value, _Relation)
        except msgspec.MsgspecError:
            return self.odd(key, "list of lists of integers", value)
        return [group if isinstance(group, list) else [group] for group in groups] or None

    def block(self, block: Block, key: str) -> Block | None:
        """A nested object, or null where it is missing or empty."""
        item = block.get(key)
        return (item if item.__class__ is dict else self._item(key, item)) or None

    def first(self, block: Block, key: str) -> Block | None:
        """A nested object that some documents show as a list of one; null where it is missing or empty."""
        return next(iter(self.blocks(block, key) or []), None)

    def blocks(self, block: Block, *path: str) -> list[Block] | None:
        """The objects of a list. `path` may name a wrapper (`points_summaries`, `points_summary`), which an
        XML-born body leaves out; one object stands for a list of one. Null where the block is missing or null."""
        value: Any = block.get(path[0])
        if value is None:
            return None
        for key in path[1:]:
            if value.__class__ is dict and key in value:
                value = value[key]
        if value.__class__ is list:
            for item in value:
                if item.__class__ is not dict or not item:
                    break
            else:
                return value  # as it should be, and nearly always is
        return [found for item in _each(value) if (found := self._item(path[-1], item))]

    def _item(self, key: str, item: Any) -> Block | None:
        return item if item.__class__ is dict else self.odd(key, "object", item)

    def odd(self, key: str, expected: str, value: object) -> None:
        """Records a value that does not fit, unless it is one of upstream's ways to write nothing."""
        if not is_nothing(value):
            self.anomalies.append(Anomaly(key, expected, type(value).__name__))


def _measured(value: object) -> tuple[int, bool]:
    """The levels of a JSON value, counted up to one too many, and whether its whole numbers have at most 64 bits.

    Without recursion, which is what a deep one would exhaust.
    """
    levels, bounded, level = 0, True, [value]
    while level and levels <= DEEPEST:
        levels += 1
        inner: list[object] = []
        for one in level:
            if isinstance(one, dict):
                inner += cast("dict[str, object]", one).values()
            elif isinstance(one, list):
                inner += cast("list[object]", one)
            elif isinstance(one, int) and not LEAST <= one <= MOST:
                bounded = False
        level = inner
    return levels, bounded


def _bounded(value: Any) -> Any:
    """A JSON value of few levels with floats for whole numbers beyond 64 bits. Raises `OverflowError` beyond those."""
    match value:
        case dict():
            return {key: _bounded(inner) for key, inner in cast("Block", value).items()}
        case list():
            return [_bounded(inner) for inner in cast("list[object]", value)]
        case int() if not LEAST <= value <= MOST:
            return float(value)
        case _:
            return value


def is_nothing(value: object) -> bool:
    """Whether this is one of upstream's ways to write nothing."""
    return value in _NOTHING or (isinstance(value, str) and not value.strip())


def _each(value: Any) -> Iterator[object]:
    match value:
        case list():
            yield from cast("Iterable[object]", value)
        case None | "":
            return
        case other:
            yield other


def identity_of(value: object) -> str | None:
    """The id that this is, if it is one; see `Reader.identity`."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else None


def flag_of(value: object) -> bool | None:
    """The truth value that this is, or spells."""
    if isinstance(value, bool):
        return value
    return _FLAGS.get(str(value).strip().lower()) if isinstance(value, int | str) else None


def _digits(value: float) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def number_of(value: float | str) -> float | None:
    """The finite number that this is, or spells."""
    if isinstance(value, str) and "_" in value:  # which Python would take for a separator
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _moment(value: str, zone: tzinfo) -> DateTime | None:
    try:
        found = datetime.fromisoformat(value.strip())
        zoned = found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)
        offset = zoned.utcoffset() or timedelta()
        # Before zones were agreed offsets had seconds, which ISO 8601 as clients know it does not.
        exact = zoned.astimezone(UTC) if offset.seconds % 60 or offset.microseconds else zoned
    except (ValueError, OverflowError):
        return None
    return DateTime(exact.isoformat())


@lru_cache(maxsize=64)
def _moments(zone: tzinfo) -> Callable[[str], DateTime | None]:
    return lru_cache(maxsize=_REMEMBERED)(partial(_moment, zone=zone))


def _day(value: str) -> Date | None:
    value = value.strip()
    if value[10:11] not in ("", " ", "T"):
        return None
    try:
        return Date(date.fromisoformat(value[:10]).isoformat())
    except ValueError:
        return None


day_of: Final = lru_cache(maxsize=_REMEMBERED)(_day)
"""The day that a text of at most `SHORT` characters spells, if it does."""

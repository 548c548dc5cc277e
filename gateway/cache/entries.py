"""An entry: one facet's value or its certified absence, with its age and origin; and the states it can be in. Pure."""

from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Endpoint, Facet

FORMAT = 1
"""Version of the packed form. An entry of another version is a miss."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`value` is null where upstream certified that there is nothing. Times are Unix seconds."""

    value: Any
    fetched_at: float
    fresh_for: float
    origin: Endpoint


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing usable is known."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """Known, and young enough to be served."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Absent:
    """Known not to be there, and recently enough."""

    entry: Entry


State = Missing | Fresh | Absent


def state(entry: Entry | None, now: float) -> State:
    """What an entry is worth at a time."""
    if entry is None or not entry.fetched_at <= now < entry.fetched_at + entry.fresh_for:
        return Missing()
    return Absent(entry) if entry.value is None else Fresh(entry)


def packed(entry: Entry) -> bytes:
    """The entry as bytes, which no reader can change under another's feet."""
    return msgspec.msgpack.encode((FORMAT, entry.fetched_at, entry.fresh_for, entry.origin.value, entry.value))


def unpacked(facet: Facet, data: bytes | None) -> Entry | None:
    """The entry in the bytes; null for none, for another format and for anything that does not decode."""
    if data is None:
        return None
    try:
        version, fetched_at, fresh_for, origin, value = msgspec.msgpack.decode(
            data, type=tuple[int, float, float, str, msgspec.Raw]
        )
        if version != FORMAT:
            return None
        found = msgspec.msgpack.decode(value, type=CATALOG[facet.name].value)
        return Entry(found, fetched_at, fresh_for, Endpoint(origin))
    except (msgspec.MsgspecError, ValueError):
        return None

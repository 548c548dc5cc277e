"""An entry: one facet's value or its certified absence, with its age and origin; and the states it can be in. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from gateway.facets.catalog import CATALOG
from gateway.facets.facet import CustomerId, Endpoint, Facet
from gateway.facets.kind import Lifetime

FORMAT: Final = 2
"""Version of the packed form. An entry of another version is a miss."""
FUTURE_S: Final = 5.0
"""An entry from further ahead comes from a clock that is wrong."""
EAGERNESS: Final = 1.0
"""XFetch's beta: how much earlier than needed a hot entry is refreshed. 1 is optimal (Vattani et al., 2015)."""

MOST_EAGER: Final = 37.0
"""No entry is refreshed earlier than as many times the time that it took: the logarithm of the smallest draw."""


class Entry(NamedTuple):
    """`value` is null where upstream certified that there is nothing. Times are Unix seconds.

    `fetched_at` is when the call began, so that whatever changed since then makes the entry old; `took_s` how long it
    took.
    """

    value: Any
    fetched_at: float
    lifetime: Lifetime
    origin: Endpoint
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing is known that may be served; `spare` may be where upstream fails."""

    spare: Entry | None = None


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Joined:
    """Nothing is known that may be served, but somebody is fetching it; the spare is as of `Missing`."""

    spare: Entry | None = None


@dataclass(frozen=True, slots=True)
class Fresh:
    """Known, and young enough to be served."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Stale:
    """Known, and served, and to be fetched anew behind the answer."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Absent:
    """Known not to be there, and recently enough."""

    entry: Entry


Kept = Missing | Fresh | Stale | Absent
"""What a cache can say. Whether somebody is fetching what is missing, only the driver knows."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom an address named when a call began; null: nobody."""

    customer: CustomerId | None
    since: float


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """What is kept of a customer, facet by facet. Whatever is not younger than `changed_at` is not true any more."""

    facets: Mapping[Facet, Kept]
    changed_at: float


NOT_SINCE: Final = float("-inf")
"""The time of an invalidation that never was."""


def state(
    entry: Entry | None, now: float, *, invalidated_at: float = NOT_SINCE, most_age: float = math.inf, draw: float = 1.0
) -> Kept:
    """What an entry is worth at a time.

    `invalidated_at` is when everything known of the customer became old; `most_age` what the request accepts, in
    seconds; `draw` a number from (0, 1] at random, which spreads early refreshes: the nearer the end and the dearer
    the fetch, the likelier.
    """
    if entry is None or entry.fetched_at <= invalidated_at or entry.fetched_at > now + FUTURE_S:
        return MISSING
    age, life = max(0.0, now - entry.fetched_at), entry.lifetime
    if age > most_age:
        return Missing()
    if age < life.fresh_for:
        early = entry.took_s * EAGERNESS * -math.log(draw)
        if age + early >= life.fresh_for:
            return Stale(entry)
        return Absent(entry) if entry.value is None else Fresh(entry)
    if age < life.fresh_for + life.stale_for:
        return Stale(entry)
    return Missing(entry if age < life.fresh_for + life.error_stale_for else None)


def packed(entry: Entry) -> bytes:
    """The entry as bytes, which no reader can change under another's feet."""
    life = entry.lifetime
    return msgspec.msgpack.encode(
        (
            FORMAT,
            entry.fetched_at,
            entry.took_s,
            (life.fresh_for, life.stale_for, life.error_stale_for),
            entry.origin.value,
            entry.value,
        )
    )


def unpacked(facet: Facet, data: bytes | None) -> Entry | None:
    """The entry in the bytes; null for none, for another format and for anything that does not decode."""
    if data is None:
        return None
    try:
        version, fetched_at, took_s, life, origin, value = msgspec.msgpack.decode(
            data, type=tuple[int, float, float, tuple[float, float, float], str, msgspec.Raw]
        )
        if version != FORMAT or not math.isfinite(fetched_at):
            return None
        found = msgspec.msgpack.decode(value, type=CATALOG[facet.name].value)
        return Entry(found, fetched_at, Lifetime(*life), Endpoint(origin), took_s)
    except (msgspec.MsgspecError, ValueError):
        return None

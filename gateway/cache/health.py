"""When a store that fails is left alone, and for how long. Pure: who asks it says what came of that, and when."""

import math
from dataclasses import dataclass
from typing import Final

SILENCES_TO_REST: Final = 3
"""Deadlines one after another in which nothing at all was answered. One alone may be a busy moment of either side."""


@dataclass(frozen=True, slots=True, eq=False)
class Well:
    """Every operation is let through. So many, one after another, had no answer since the last that had one."""

    silences: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Resting:
    """No operation is let through before `until`."""

    until: float


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """One operation was let through after a rest. It decides; meanwhile no other is."""


Health = Well | Resting | Tried
"""What is known of a store. An operation belongs to the very state it began in: no two of them are equal."""


def begun(health: Health, now: float) -> Well | Tried | None:
    """The state in which an operation begins now; null where it is not let through."""
    match health:
        case Well():
            return health
        case Resting(until) if now >= until:
            return Tried()
        case Resting() | Tried():
            return None


def answered(health: Health, began: Well | Tried) -> Health:
    """After an answer, were it a refusal. A late one, of before a rest, does not end it."""
    match health:
        case Well():
            return Well()
        case Tried() if health is began:
            return Well()
        case Resting() | Tried():
            return health


def unanswered(health: Health, began: Well | Tried, rest_until: float) -> Health:
    """After a deadline without an answer. It counts if it began after the last answer, and after the last that counts:
    a crowd that waits at the same time counts once."""
    if health is not began:
        return health
    match began:
        case Well(silences) if silences + 1 < SILENCES_TO_REST:
            return Well(silences + 1)
        case Well() | Tried():
            return Resting(rest_until)


def broken(health: Health, began: Well | Tried, rest_until: float) -> Health:
    """After anything else: a connection that was refused or reset, an answer that is none."""
    match health:
        case Well():
            return Resting(rest_until)
        case Tried() if health is began:
            return Resting(rest_until)
        case Resting() | Tried():
            return health


def left(health: Health, began: Well | Tried) -> Health:
    """After whoever asked went away. If that was to decide, the next one decides."""
    return Resting(-math.inf) if health is began and isinstance(began, Tried) else health

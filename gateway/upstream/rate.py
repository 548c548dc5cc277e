"""How often upstream may be asked: the limits that are set, and what its refusals teach. Pure."""

from collections import deque
from collections.abc import Iterable
from typing import Final

RECOVERY_S: Final = 10.0
"""Seconds in which a lowered rate is back at what it was lowered from, if nothing is refused."""
SLOWEST: Final = 1.0
"""Calls in a second below which no rate is lowered, however often upstream refuses them."""


class _Limit:
    """At most `most` calls in any `per_s` seconds, wherever those begin."""

    def __init__(self, most: int, per_s: float) -> None:
        self._per_s = per_s
        self._begun: deque[float] = deque(maxlen=most)

    def free_at(self) -> float:
        full = len(self._begun) == self._begun.maxlen
        return self._begun[0] + self._per_s if full else float("-inf")

    def began(self, now: float) -> None:
        self._begun.append(now)


class _Lowered:
    """A rate below what upstream refused: halved by every refusal, raised steadily between them."""

    def __init__(self, refused: float, now: float) -> None:
        self._ceiling = max(refused, 2 * SLOWEST)
        self._rate = self._ceiling / 2
        self._since = now
        self._last = now

    def rate(self, now: float) -> float:
        return self._rate + (now - self._since) * self._ceiling / RECOVERY_S

    def over(self, now: float) -> bool:
        return self.rate(now) >= self._ceiling

    def refused(self, now: float) -> None:
        self._rate = max(SLOWEST, self.rate(now) / 2)
        self._since = now

    def halved_after(self, began: float) -> bool:
        return began <= self._since

    def free_at(self, now: float) -> float:
        return self._last + 1 / self.rate(now)

    def began(self, now: float) -> None:
        self._last = now


class Rate:
    """A rate of calls. `limits` are pairs of calls and seconds; none: only refusals limit it.

    Times are seconds of any clock that does not go back.
    """

    def __init__(self, limits: Iterable[tuple[int, float]] = ()) -> None:
        self._limits = [_Limit(most, per_s) for most, per_s in limits if most]
        self._lowered: _Lowered | None = None
        self._held_until = float("-inf")
        self._second, self._count, self._before = 0, 0, 0

    def free_at(self, now: float) -> float:
        """The time from which the next call may begin; now or earlier where it may at once."""
        times = [limit.free_at() for limit in self._limits]
        if self._lowered is not None:
            if self._lowered.over(now):
                self._lowered = None
            else:
                times.append(self._lowered.free_at(now))
        return max([self._held_until, *times])

    def began(self, now: float) -> None:
        """Told that a call began."""
        for limit in self._limits:
            limit.began(now)
        if self._lowered is not None:
            self._lowered.began(now)
        if (second := int(now)) != self._second:
            self._before = self._count if second == self._second + 1 else 0
            self._second, self._count = second, 0
        self._count += 1

    def refused(self, began: float, now: float, hold_s: float | None) -> bool:
        """Told that upstream refused a call of `began` for there being too many, and asked to wait so long.

        Says whether the rate was lowered: calls that were under way already when it was say nothing new.
        """
        if hold_s is not None:
            self._held_until = max(self._held_until, now + hold_s)
        if self._lowered is None:
            self._lowered = _Lowered(float(max(self._before, self._count)), now)
            return True
        if self._lowered.halved_after(began):
            return False
        self._lowered.refused(now)
        return True

    @property
    def quiet(self) -> bool:
        """Whether nothing limits the rate right now."""
        return not self._limits and self._lowered is None and self._held_until == float("-inf")

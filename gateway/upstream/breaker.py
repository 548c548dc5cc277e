"""A breaker: stops asking an endpoint that fails, and finds out when it does not any more. Pure."""

from collections import deque
from enum import StrEnum
from typing import Final

from gateway.upstream.retries import Draw

_SLICES: Final = 10
"""The window moves on in tenths."""


class BreakerState(StrEnum):
    """What a breaker does with calls."""

    CLOSED = "closed"
    """All are made."""
    OPEN = "open"
    """None is made."""
    HALF_OPEN = "half_open"
    """One is made, to see whether upstream answers again."""


class Breaker:
    """The breaker of one endpoint. Times are seconds of any clock that does not go back.

    It opens when, of at least `calls` within the last `window_s`, the share `failures` or more failed; after `open_s`,
    give or take a fifth, one call is let through at a time, and the first that succeeds closes it. With `calls` 0 it
    never opens.
    """

    def __init__(self, *, calls: int, failures: float, window_s: float, open_s: float, draw: Draw) -> None:
        self._calls = calls
        self._share = failures
        self._slice_s = window_s / _SLICES
        self._open_s = open_s
        self._draw = draw
        self._slices: deque[tuple[int, list[int]]] = deque(maxlen=_SLICES)
        self.state = BreakerState.CLOSED
        """What it does now; only the breaker changes it."""
        self._ends = 0.0
        self._offered_until = 0.0
        self._probe: int | None = None
        self._epoch = 0

    def offers(self, now: float) -> bool:
        """Whether a plan should count on the endpoint.

        Where one call may be let through, one plan in a tenth of `open_s` is told so: others have the other endpoint.
        """
        if self.state is BreakerState.CLOSED:
            return True
        if self._probe is not None or now < self._ends or now < self._offered_until:
            return False
        self._offered_until = now + self._open_s / _SLICES
        return True

    def admits(self, now: float) -> bool:
        """Whether a call would be let through."""
        return self.state is BreakerState.CLOSED or (self._probe is None and now >= self._ends)

    def enter(self, now: float) -> int | None:
        """Lets a call through, or not. What it returns goes back with `ended`, whatever came of the call."""
        match self.state:
            case BreakerState.CLOSED:
                return self._epoch
            case _ if not self.admits(now):
                return None
            case _:
                self.state = BreakerState.HALF_OPEN
                self._epoch += 1
                self._probe = self._epoch
                return self._probe

    def ended(self, entered: int, now: float, *, succeeded: bool | None) -> None:
        """Told how a call ended; null where that says nothing of the endpoint, as calls from before a change do."""
        if entered != self._epoch or not self._calls:
            return
        match self.state:
            case BreakerState.CLOSED:
                if succeeded is not None and self._tips(now, failed=not succeeded):
                    self._open(now)
            case BreakerState.HALF_OPEN:
                self._probe = None
                if succeeded:
                    self.close()
                elif succeeded is False:
                    self._open(now)
            case BreakerState.OPEN:
                pass

    def close(self) -> None:
        """Closes it, as upstream was seen to answer."""
        self._slices.clear()
        self._change(BreakerState.CLOSED)

    def _open(self, now: float) -> None:
        self._ends = now + self._open_s * (0.8 + 0.4 * self._draw())
        self._offered_until = 0.0
        self._change(BreakerState.OPEN)

    def _change(self, state: BreakerState) -> None:
        self.state = state
        self._probe = None
        self._epoch += 1

    def _tips(self, now: float, *, failed: bool) -> bool:
        place = int(now / self._slice_s)
        if not self._slices or self._slices[-1][0] != place:
            self._slices.append((place, [0, 0]))
        counts = self._slices[-1][1]
        counts[0] += 1
        counts[1] += failed
        if not failed:
            return False
        recent = [counts for at, counts in self._slices if at > place - _SLICES]
        calls, failures = (sum(counts[which] for counts in recent) for which in (0, 1))
        return calls >= self._calls and failures >= self._share * calls

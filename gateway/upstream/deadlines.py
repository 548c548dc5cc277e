"""What is left of a request's time, and what ends those who take more."""

import asyncio
import math
from typing import Final, Protocol

SHARE_OF_A_WAVE: Final = 2 / 3
"""Of the time that is left, what a call may take on which another one rests."""


def moment() -> float:
    """Now, by the clock of the running event loop, in seconds."""
    return asyncio.get_running_loop().time()


def within(until: float) -> asyncio.Timeout:
    """A block that ends with `TimeoutError` at a moment; at infinity never."""
    return asyncio.timeout_at(until if math.isfinite(until) else None)


def shared(until: float, now: float, waves_after: int) -> float:
    """Until when a call may take that so many waves follow: they get some of what is left too."""
    return now + (until - now) * SHARE_OF_A_WAVE**waves_after if waves_after else until


class Timed(Protocol):
    """Something that must not take for ever."""

    def overdue(self, now: float) -> float | None:
        """Ends it if its time is over; else the moment when to look again."""
        ...


class Watch:
    """Looks after all that must end in time with one timer of the event loop.

    A timer for each costs 2 to 5 µs of CPU, and nearly all would be cancelled: calls are given much the same time, so
    that the next one to end is nearly always the one that is already looked after.
    """

    _SLACK_S: Final = 0.001
    """The event loop counts in milliseconds."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._watched: dict[Timed, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._at = math.inf

    def add(self, one: Timed, until: float) -> None:
        """Has it asked at that moment, or a little later."""
        self._watched[one] = until
        if until < self._at:
            self._look_at(until)

    def remove(self, one: Timed) -> None:
        """It has ended, if it was watched at all."""
        self._watched.pop(one, None)

    def close(self) -> None:
        """Looks after nothing any more."""
        self._watched.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _look_at(self, moment: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._at = moment
        self._timer = self._loop.call_at(moment, self._look)

    def _look(self) -> None:
        self._timer, self._at = None, math.inf
        now = self._loop.time() + self._SLACK_S
        for one in [one for one, until in self._watched.items() if until <= now]:
            again = one.overdue(now)
            if again is None:
                self.remove(one)
            else:
                self._watched[one] = again
        if self._watched:
            self._look_at(min(self._watched.values()))

"""When a call is made again: how long to wait, what upstream asks for, and what pays for it. Pure."""

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Final

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0
LONGEST_HOLD_S: Final = 60.0
"""A `Retry-After` beyond this is not believed: upstream's clock or its text may be wrong."""


def pause(attempt: int, draw: float) -> float:
    """Seconds before the next attempt after this one (1, 2, …), with full jitter; `draw` is from 0 to 1."""
    return draw * min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (attempt - 1))


def retry_after(text: str | None, now: float) -> float | None:
    """Seconds that a `Retry-After` asks to wait, from a number or an HTTP date. `now` is Unix time."""
    if not text:
        return None
    if text.strip().isdecimal() and text.isascii():
        return min(float(text), LONGEST_HOLD_S)
    try:
        return min(max(0.0, parsedate_to_datetime(text).timestamp() - now), LONGEST_HOLD_S)
    except (ValueError, OverflowError, OSError):
        return None


class RetryBudget:
    """What pays for calls beyond the first: every call that succeeds pays in a share of one, up to `burst` calls.

    Only successes pay, so that retries are less than `share` of the calls, and an upstream that fails altogether gets
    no more than `burst` of them.
    """

    def __init__(self, *, share: float, burst: int) -> None:
        self._share = share
        self._burst = float(burst)
        self._left = self._burst

    def succeeded(self) -> None:
        """Told of a call that succeeded at once."""
        self._left = min(self._burst, self._left + self._share)

    def take(self) -> bool:
        """Whether one more call is paid for; then it is."""
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def owe(self) -> None:
        """Takes one more call on credit; what it costs is missing to those who ask later."""
        self._left = max(-self._burst, self._left - 1)


class Latencies:
    """How long the latest calls took, to tell one that is slow."""

    SEEN: Final = 100
    FEWEST: Final = 20
    """Of fewer calls nothing is said."""

    def __init__(self) -> None:
        self._seen: list[float] = []
        self._next = 0
        self._slow: float | None = None

    def took(self, seconds: float) -> None:
        """Adds one."""
        if len(self._seen) < self.SEEN:
            self._seen.append(seconds)
        else:
            self._seen[self._next] = seconds
        self._next = (self._next + 1) % self.SEEN
        if self._next % self.FEWEST == 0:
            self._slow = sorted(self._seen)[int(len(self._seen) * 0.95)]

    @property
    def slow(self) -> float | None:
        """Seconds that 95 of 100 do not take; null while too little was seen."""
        return self._slow


Draw = Callable[[], float]
"""A random number from 0 to 1."""

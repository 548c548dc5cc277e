"""What is left of a request's time."""

import asyncio
import math
from typing import Final

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

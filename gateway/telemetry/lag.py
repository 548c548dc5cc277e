"""How late the event loop comes to what is due: the one sign that this process has too much to do."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

INTERVAL_S: Final = 0.25


async def sample_lag(
    lagged: Callable[[float], None],
    *,
    interval_s: float = INTERVAL_S,
    clock: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Tells by how many seconds each sleep was too long, until it is cancelled."""
    while True:
        due = clock() + interval_s
        await sleep(interval_s)
        lagged(max(0.0, clock() - due))

"""A deadline for others, which does not run while this process is busy with itself."""

import asyncio
from types import TracebackType
from typing import Final

SLICES: Final = 10


class Deadline:
    """As `asyncio.timeout`, but counted in slices of which a busy process loses one at most each time it is late.

    With `asyncio.timeout` a burst of requests would blame a server that answered at once: its answer lies in the socket
    while this process parses and plans, and by then the time is over.
    """

    def __init__(self, seconds: float) -> None:
        self._slice = seconds / SLICES
        self._left = SLICES
        self._limit = asyncio.timeout(None)

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(self._slice, self._tick)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._timer.cancel()
        return await self._limit.__aexit__(kind, error, trace)

    def _tick(self) -> None:
        self._left -= 1
        if self._left > 0:
            self._timer = self._loop.call_later(self._slice, self._tick)
        else:
            self._limit.reschedule(self._loop.time())

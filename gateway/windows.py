"""A moment in which requests of one scope wait for each other, so that they share upstream calls."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from gateway.context import Scope
from gateway.record import CustomerRecord
from gateway.upstream.deadlines import within

Act = Callable[[Sequence[CustomerRecord], Scope], Awaitable[None]]


@dataclass(slots=True)
class _Window:
    records: list[CustomerRecord] = field(default_factory=list[CustomerRecord])
    done: asyncio.Task[None] | None = None


class Windows:
    """The open windows, one a scope at the most. Nothing of another scope is ever in the same one."""

    def __init__(self, seconds: float, act: Act) -> None:
        self._seconds = seconds
        self._act = act
        self._open: dict[Scope, _Window] = {}

    async def take(self, scope: Scope, records: Sequence[CustomerRecord]) -> None:
        """Lets records be fetched with those of others who come in time; ends when that was done for all.

        Raises `TimeoutError` when the time of these is over.
        """
        window = self._open.get(scope)
        if window is None:
            window = self._open[scope] = _Window()
            window.done = asyncio.create_task(self._close(scope, window))
        window.records += records
        if window.done is not None:
            async with within(min(record.allowance.until for record in records)):
                await asyncio.shield(window.done)

    async def _close(self, scope: Scope, window: _Window) -> None:
        await asyncio.sleep(self._seconds)
        del self._open[scope]
        await self._act(window.records, scope)

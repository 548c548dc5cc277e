"""Lets calls through to upstream as `admission` decides, and wakes those who wait."""

import asyncio
import math
from collections.abc import Callable
from typing import Final

from gateway.errors import Overloaded
from gateway.upstream.admission import Admission, Place, Ticket
from gateway.upstream.deadlines import moment, within
from gateway.upstream.rate import Rate

SOONEST_S: Final = 1
"""The shortest time after which somebody is asked to come back."""


class Turnstile:
    """A way to upstream, with at most `in_flight` calls at once (0: any number). A caller waits at most `queue_s`."""

    def __init__(
        self, rate: Rate, *, in_flight: int = 0, queue: int, queue_s: float, clock: Callable[[], float] = moment
    ) -> None:
        self._admission = Admission(in_flight=in_flight, queue=queue, rate=rate)
        self.enter_now = self._admission.enter
        """Whether a call may begin without waiting; then it has begun. Takes the time."""
        self._rate = rate
        self._queue_s = queue_s
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """The time by its clock."""
        return self._clock()

    async def enter(self, turn: str, until: float) -> None:
        """Begins a call, as soon as it may. Raises `Overloaded` where that is not before `until`."""
        now = self._clock()
        if self._admission.enter(now):
            return
        until = min(until, now + self._queue_s)
        begun = asyncio.Event()
        ticket = Ticket(turn, begun.set)
        self._admission.queue(ticket, now, until)
        self._wake_in_time()
        try:
            async with within(until):
                await begun.wait()
        except TimeoutError:
            self._admission.give_up(ticket)
        except asyncio.CancelledError:
            self._admission.give_up(ticket)
            if ticket.place is Place.BEGUN:
                self.leave(self._clock())
            raise
        if ticket.place is not Place.BEGUN:
            raise Overloaded(self._come_back())

    def leave(self, now: float) -> None:
        """Told that a call ended, whatever came of it."""
        self._admission.leave(now)
        if self._admission.waiting:
            self._wake_in_time()

    def refused(self, began: float, hold_s: float | None) -> bool:
        """Told that upstream refused a call for there being too many; whether the rate was lowered for it."""
        return self._rate.refused(began, self._clock(), hold_s)

    def _wake_in_time(self) -> None:
        """Looks again when time alone lets the next one begin."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self._admission.next_at(self._clock())
        if at is not None and math.isfinite(at):
            self._timer = asyncio.get_running_loop().call_at(at, self._woken)

    def _woken(self) -> None:
        self._timer = None
        self._admission.advance(self._clock())
        if self._admission.waiting:
            self._wake_in_time()

    def _come_back(self) -> int:
        """Seconds after which there may be room again."""
        now = self._clock()
        return max(SOONEST_S, math.ceil(max(now, self._rate.free_at(now)) - now), round(self._queue_s))


class Passage:
    """The way of one endpoint's calls: first its own turnstile, which is slow while it refuses calls, then that of all.

    Who waits at the first holds up nobody who asks another endpoint.
    """

    def __init__(self, own: Turnstile, every: Turnstile) -> None:
        self._own = own
        self._every = every

    def enter_now(self, now: float) -> bool:
        """Whether a call may begin without waiting; then it has begun."""
        if not self._own.enter_now(now):
            return False
        if self._every.enter_now(now):
            return True
        self._own.leave(now)
        return False

    async def enter(self, turn: str, until: float) -> None:
        """Begins a call, as soon as it may. Raises `Overloaded` where that is not before `until`."""
        await self._own.enter(turn, until)
        try:
            await self._every.enter(turn, until)
        except BaseException:
            self._own.leave(self._own.now())
            raise

    def leave(self, now: float) -> None:
        """Told that a call ended, whatever came of it."""
        self._every.leave(now)
        self._own.leave(now)

    def refused(self, began: float, hold_s: float | None) -> bool:
        """Told that the endpoint refused a call for there being too many; whether it is asked less for it."""
        return self._own.refused(began, hold_s)

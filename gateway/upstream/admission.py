"""Who may ask upstream next: so many at once, so many in a time, callers in turn, the rest in a bounded queue. Pure."""

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from gateway.upstream.rate import Rate


class Place(Enum):
    """Where a ticket stands."""

    WAITING = auto()
    BEGUN = auto()
    SHED = auto()
    """It will not begin: others needed the place more, or it gave up."""


@dataclass(eq=False, slots=True)
class Ticket:
    """One call that waits. `turn` is whose it is; `tell` is called once, when it begins or is shed."""

    turn: str
    tell: Callable[[], None]
    place: Place = Place.WAITING


class Admission:
    """A way to upstream: at most `in_flight` calls at once (0: any number), at a `rate`.

    Whoever cannot begin waits among at most `queue` others. Callers take turns: while one waits, no other is served
    twice. Where the queue is full, who has most in it loses the latest of them, if that is not who comes.
    """

    def __init__(self, *, in_flight: int, queue: int, rate: Rate) -> None:
        self._most = in_flight or math.inf
        self._queue = queue
        self._rate = rate
        self._waiting: OrderedDict[str, deque[Ticket]] = OrderedDict()
        self.waiting = 0
        self.in_flight = 0

    def enter(self, now: float) -> bool:
        """Whether a call may begin at once; then it has begun, and ends with `leave`."""
        if self.waiting or not self._free(now):
            return False
        self._begin(now)
        return True

    def queue(self, ticket: Ticket, now: float, until: float) -> None:
        """Lets a ticket wait; it is shed at once where it could not begin before `until`, or the queue is full."""
        if self._rate.free_at(now) > until or not self._room(ticket):
            self._shed(ticket)
            return
        self._waiting.setdefault(ticket.turn, deque()).append(ticket)
        self.waiting += 1

    def leave(self, now: float) -> None:
        """Told that a call ended; whoever may, begins."""
        self.in_flight -= 1
        if self.waiting:
            self.advance(now)

    def advance(self, now: float) -> None:
        """Whoever may begin now, does."""
        while self.waiting and self._free(now):
            turn, tickets = next(iter(self._waiting.items()))
            ticket = tickets.popleft()
            self._left(turn, tickets)
            self._begin(now)
            ticket.place = Place.BEGUN
            ticket.tell()

    def give_up(self, ticket: Ticket) -> None:
        """Takes a ticket out that does not want to wait any more; one that has begun or is shed stays as it is."""
        if ticket.place is not Place.WAITING:
            return
        tickets = self._waiting[ticket.turn]
        tickets.remove(ticket)
        ticket.place = Place.SHED
        self.waiting -= 1
        if not tickets:
            del self._waiting[ticket.turn]

    def next_at(self, now: float) -> float | None:
        """When somebody who waits may begin, if only time must pass; null where a call must end first."""
        return self._rate.free_at(now) if self.waiting and self.in_flight < self._most else None

    def _free(self, now: float) -> bool:
        return self.in_flight < self._most and (self._rate.quiet or self._rate.free_at(now) <= now)

    def _begin(self, now: float) -> None:
        self.in_flight += 1
        self._rate.began(now)

    def _left(self, turn: str, tickets: deque[Ticket]) -> None:
        """One of a caller's tickets left the queue in its turn: the caller goes to the end of the round."""
        self.waiting -= 1
        del self._waiting[turn]
        if tickets:
            self._waiting[turn] = tickets

    def _room(self, ticket: Ticket) -> bool:
        if self.waiting < self._queue:
            return True
        if not self._waiting:
            return False
        turn, tickets = max(self._waiting.items(), key=lambda one: len(one[1]))
        if len(tickets) <= len(self._waiting.get(ticket.turn, ())) + 1:
            return False
        latest = tickets[-1]
        self.give_up(latest)
        latest.tell()
        return turn != ticket.turn

    def _shed(self, ticket: Ticket) -> None:
        ticket.place = Place.SHED
        ticket.tell()

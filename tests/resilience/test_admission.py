"""Who may ask upstream next: never more than the limits, callers in turn, nobody forgotten."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.upstream.admission import Admission, Place, Ticket
from gateway.upstream.rate import Rate


class Waiter:
    """A ticket, and when it was told anything."""

    def __init__(self, turn: str) -> None:
        self.told = 0
        self.ticket = Ticket(turn, self._tell)

    def _tell(self) -> None:
        self.told += 1


def queued(admission: Admission, turn: str, now: float = 0.0, until: float = 1000.0) -> Ticket:
    waiter = Waiter(turn)
    admission.queue(waiter.ticket, now, until)
    return waiter.ticket


def test_callers_take_turns_however_many_calls_one_has() -> None:
    admission = Admission(in_flight=1, queue=100, rate=Rate())
    assert admission.enter(0.0)
    tickets = [queued(admission, turn) for turn in "AAAAABBC"]
    served: list[str] = []
    for _ in tickets:
        before = {ticket for ticket in tickets if ticket.place is Place.BEGUN}
        admission.leave(0.0)
        served += [ticket.turn for ticket in tickets if ticket.place is Place.BEGUN and ticket not in before]
    assert "".join(served) == "ABCABAAA"


def test_who_has_most_in_a_full_queue_makes_way_for_others() -> None:
    admission = Admission(in_flight=1, queue=3, rate=Rate())
    assert admission.enter(0.0)
    flood = [queued(admission, "flood") for _ in range(4)]
    assert [ticket.place for ticket in flood] == [Place.WAITING] * 3 + [Place.SHED]
    other = queued(admission, "other")
    assert other.place is Place.WAITING
    assert [ticket.place for ticket in flood] == [Place.WAITING] * 2 + [Place.SHED] * 2
    assert queued(admission, "other").place is Place.SHED, "now they have as much as anybody"
    assert queued(admission, "third").place is Place.WAITING


def test_what_cannot_begin_in_time_is_shed_at_once() -> None:
    rate = Rate([(1, 60.0)])
    admission = Admission(in_flight=0, queue=100, rate=rate)
    assert admission.enter(0.0)
    assert queued(admission, "A", until=59.0).place is Place.SHED
    assert queued(admission, "A", until=61.0).place is Place.WAITING
    assert admission.next_at(0.0) == 60.0


def test_nobody_overtakes_those_who_wait() -> None:
    admission = Admission(in_flight=2, queue=100, rate=Rate([(1, 1.0)]))
    assert admission.enter(0.0)
    ticket = queued(admission, "A")
    assert not admission.enter(5.0)
    admission.advance(5.0)
    assert ticket.place is Place.BEGUN


class AdmissionMachine(RuleBasedStateMachine):
    """Callers come, wait, give up and leave while time passes and upstream now and then refuses."""

    @initialize(
        in_flight=st.sampled_from([0, 1, 3]),
        queue=st.sampled_from([0, 2, 8]),
        limits=st.sampled_from([[], [(2, 1.0)], [(3, 1.0), (5, 10.0)]]),
    )
    def build(self, in_flight: int, queue: int, limits: list[tuple[int, float]]) -> None:
        self.most, self.longest, self.limits = in_flight, queue, limits
        self.rate = Rate(limits)
        self.admission = Admission(in_flight=in_flight, queue=queue, rate=self.rate)
        self.now = 0.0
        self.begun: list[float] = []
        self.flying = 0
        self.held_until = -1.0
        self.waiting: list[Waiter] = []
        self.all: list[Waiter] = []
        self.served_since: dict[Waiter, Counter[str]] = {}

    def look(self) -> None:
        """Takes note of who has begun since the last look, in the order of their turns."""
        begun = [waiter for waiter in self.waiting if waiter.ticket.place is Place.BEGUN]
        self.waiting = [waiter for waiter in self.waiting if waiter.ticket.place is Place.WAITING]
        assert not begun or self.now >= self.held_until
        self.begun += [self.now] * len(begun)
        self.flying += len(begun)
        for still in self.waiting:
            counts = self.served_since[still]
            counts.update(waiter.ticket.turn for waiter in begun)
            others = {turn: count for turn, count in counts.items() if turn != still.ticket.turn}
            mine = counts[still.ticket.turn]
            assert all(count <= mine + 1 for count in others.values()), "another was served twice meanwhile"

    @rule(turn=st.sampled_from("ABC"))
    def come(self, turn: str) -> None:
        if self.admission.enter(self.now):
            assert not self.waiting
            self.begun.append(self.now)
            self.flying += 1
            return
        waiter = Waiter(turn)
        self.served_since[waiter] = Counter()
        self.all.append(waiter)
        self.waiting.append(waiter)
        self.admission.queue(waiter.ticket, self.now, self.now + 30.0)
        self.look()

    @precondition(lambda self: self.flying > 0)
    @rule()
    def leave(self) -> None:
        self.flying -= 1
        self.admission.leave(self.now)
        self.look()

    @precondition(lambda self: bool(self.waiting))
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        self.admission.give_up(data.draw(st.sampled_from(self.waiting)).ticket)
        self.look()

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 7.0]))
    def wait(self, seconds: float) -> None:
        """As the turnstile does: looks again whenever it was told to."""
        until = self.now + seconds
        for _ in range(100):
            at = self.admission.next_at(self.now)
            if at is None or at > until:
                break
            self.now = max(self.now, at)
            self.admission.advance(self.now)
            self.look()
        self.now = until

    @rule(hold=st.sampled_from([None, 1.0, 3.0]))
    def refused(self, hold: float | None) -> None:
        self.rate.refused(self.now, self.now, hold)
        if hold is not None:
            self.held_until = max(self.held_until, self.now + hold)

    @invariant()
    def upstream_gets_no_more_than_its_limits(self) -> None:
        assert not self.most or self.flying <= self.most
        assert self.admission.in_flight == self.flying
        for most, per_s in self.limits:
            assert all(
                later - earlier >= per_s - 1e-9 for earlier, later in zip(self.begun, self.begun[most:], strict=False)
            )

    @invariant()
    def the_queue_is_bounded_and_everybody_is_told_once(self) -> None:
        assert self.admission.waiting == len(self.waiting) <= self.longest
        for waiter in self.all:
            assert waiter.told <= (waiter.ticket.place is not Place.WAITING)
            assert waiter.told or waiter.ticket.place is not Place.BEGUN

    @invariant()
    def nobody_waits_for_nothing(self) -> None:
        if self.waiting and (not self.most or self.flying < self.most):
            assert self.admission.next_at(self.now) is not None


AdmissionMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=60, deadline=None)
test_callers_come_wait_give_up_and_leave = AdmissionMachine.TestCase

"""A breaker beside a plain model of what it promises."""

import math

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.upstream.breaker import Breaker, BreakerState

CALLS, WINDOW_S, OPEN_S = 5, 10.0, 4.0


def breaker(calls: int = CALLS) -> Breaker:
    return Breaker(calls=calls, failures=0.5, window_s=WINDOW_S, open_s=OPEN_S, draw=lambda: 0.5)


def fail(found: Breaker, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        entered = found.enter(now)
        assert entered is not None
        found.ended(entered, now, succeeded=False)


def test_it_opens_when_enough_calls_failed_and_lets_one_through_when_its_time_is_over() -> None:
    found = breaker()
    fail(found, CALLS - 1)
    assert found.state is BreakerState.CLOSED
    fail(found, 1)
    assert found.state is BreakerState.OPEN
    assert found.enter(OPEN_S - 0.01) is None
    probe = found.enter(OPEN_S)
    assert probe is not None
    assert (found.state, found.enter(OPEN_S)) == (BreakerState.HALF_OPEN, None)
    found.ended(probe, OPEN_S, succeeded=True)
    assert found.state is BreakerState.CLOSED
    fail(found, CALLS - 1, OPEN_S)
    assert found.state is BreakerState.CLOSED, "what was before is forgotten"


def test_a_probe_that_fails_opens_it_again_and_one_that_says_nothing_makes_way_for_the_next() -> None:
    found = breaker()
    fail(found, CALLS)
    first = found.enter(OPEN_S)
    assert first is not None
    found.ended(first, OPEN_S, succeeded=None)
    second = found.enter(OPEN_S)
    assert second is not None
    found.ended(second, OPEN_S, succeeded=False)
    assert found.state is BreakerState.OPEN
    assert found.enter(2 * OPEN_S - 0.01) is None
    assert found.enter(2 * OPEN_S) is not None


def test_calls_from_before_it_opened_say_nothing() -> None:
    found = breaker()
    early = [found.enter(0.0) for _ in range(3)]
    fail(found, CALLS)
    for one in early:
        assert one is not None
        found.ended(one, 1.0, succeeded=True)
    assert found.state is BreakerState.OPEN


def test_half_of_the_calls_must_fail() -> None:
    found = breaker()
    for number in range(30):
        entered = found.enter(0.0)
        assert entered is not None
        found.ended(entered, 0.0, succeeded=number % 5 < 3)
    assert found.state is BreakerState.CLOSED


def test_failures_that_are_long_ago_do_not_count() -> None:
    found = breaker()
    fail(found, CALLS - 1, 0.0)
    fail(found, 1, WINDOW_S + 1)
    assert found.state is BreakerState.CLOSED


def test_one_plan_at_a_time_is_told_to_count_on_an_endpoint_that_may_be_well_again() -> None:
    found = breaker()
    assert found.offers(0.0)
    fail(found, CALLS)
    assert not found.offers(1.0)
    assert [found.offers(OPEN_S) for _ in range(3)] == [True, False, False]
    assert found.offers(OPEN_S + 1), "nobody made use of it"
    probe = found.enter(OPEN_S + 1)
    assert probe is not None
    assert not found.offers(OPEN_S + 3)
    found.ended(probe, OPEN_S + 3, succeeded=True)
    assert found.offers(OPEN_S + 3)


def test_one_that_is_switched_off_never_opens() -> None:
    found = breaker(calls=0)
    fail(found, 1000)
    assert found.state is BreakerState.CLOSED


class BreakerMachine(RuleBasedStateMachine):
    """Calls begin and end in any order while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = breaker()
        self.now = 0.0
        self.flying: list[int] = []
        self.opened = -math.inf
        self.ends: list[tuple[float, bool]] = []
        self.probes = 0

    @rule(seconds=st.sampled_from([0.1, 1.0, OPEN_S, WINDOW_S]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def begin(self) -> None:
        before = self.breaker.state
        admitted = self.breaker.admits(self.now)
        entered = self.breaker.enter(self.now)
        assert admitted == (entered is not None)
        match before:
            case BreakerState.CLOSED:
                assert entered is not None
            case BreakerState.OPEN:
                assert (entered is not None) == (self.now >= self.opened + OPEN_S)
            case BreakerState.HALF_OPEN:
                assert (entered is not None) == (self.probes == 0)
        if entered is not None:
            self.flying.append(entered)
            if before is not BreakerState.CLOSED:
                self.probes, self.probe = 1, entered

    @precondition(lambda self: bool(self.flying))
    @rule(data=st.data(), succeeded=st.sampled_from([True, False, None]))
    def end(self, data: st.DataObject, succeeded: bool | None) -> None:
        entered = self.flying.pop(data.draw(st.integers(0, len(self.flying) - 1)))
        before = self.breaker.state
        self.breaker.ended(entered, self.now, succeeded=succeeded)
        if before is BreakerState.HALF_OPEN and entered == self.probe:
            self.probes = 0
            after = {True: BreakerState.CLOSED, False: BreakerState.OPEN, None: BreakerState.HALF_OPEN}[succeeded]
            assert self.breaker.state is after
        elif before is not BreakerState.CLOSED:
            assert self.breaker.state is before
        elif succeeded is not None:
            self.ends.append((self.now, succeeded))
        if self.breaker.state is BreakerState.OPEN and before is not BreakerState.OPEN:
            self.opened = self.now
            if before is BreakerState.CLOSED:
                recent = [well for at, well in self.ends if at > self.now - WINDOW_S]
                assert len(recent) >= CALLS
                assert recent.count(False) > 0
        if self.breaker.state is not before:
            self.ends.clear()

    @invariant()
    def it_is_what_it_says(self) -> None:
        assert self.breaker.offers(self.now) <= self.breaker.admits(self.now)


BreakerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
test_calls_begin_and_end_in_any_order = BreakerMachine.TestCase

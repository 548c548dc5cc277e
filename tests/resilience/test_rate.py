"""How often upstream is asked: limits that hold in every window, and what its refusals change."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.upstream.rate import RECOVERY_S, Rate


def greedy(rate: Rate, seconds: float, now: float = 0.0) -> list[float]:
    """When calls begin, if one more always wants to."""
    begun: list[float] = []
    while (at := max(now, rate.free_at(now))) < seconds and len(begun) < 5000:
        now = at
        rate.began(now)
        begun.append(now)
        now += 0.001
    return begun


@settings(deadline=None)
@given(st.integers(1, 20), st.floats(0.5, 60), st.lists(st.floats(0, 5), max_size=60))
def test_a_limit_holds_in_every_window(most: int, per_s: float, pauses: list[float]) -> None:
    rate, now, begun = Rate([(most, per_s)]), 0.0, list[float]()
    for pause in pauses:
        now = max(now + pause, rate.free_at(now + pause))
        rate.began(now)
        begun.append(now)
    assert all(later - earlier >= per_s - 1e-9 for earlier, later in zip(begun, begun[most:], strict=False))


def test_within_its_limit_nobody_waits() -> None:
    rate = Rate([(5, 1.0)])
    for _ in range(5):
        assert rate.free_at(10.0) <= 10.0
        rate.began(10.0)
    assert rate.free_at(10.0) == 11.0


def test_of_two_limits_the_tighter_counts() -> None:
    assert len(greedy(Rate([(10, 1.0), (30, 60.0)]), 60.0)) == 30


def test_a_refusal_halves_the_rate_for_a_while() -> None:
    rate = Rate()
    for number in range(100):
        rate.began(0.0 + number / 50)
    assert rate.refused(1.9, 2.0, None)
    begun = greedy(rate, 3.0, 2.0)
    assert 24 <= len(begun) <= 28, "50 in a second were too many"
    assert 30 < len(greedy(rate, 4.0, 3.0)) < 35, "5 more every second"
    late = 3.0 + RECOVERY_S
    assert rate.free_at(late) <= late
    rate.began(late)
    assert rate.free_at(late) <= late, "nothing limits it any more"


def test_refusals_of_calls_that_were_under_way_halve_once() -> None:
    rate = Rate()
    for _ in range(40):
        rate.began(0.5)
    assert [rate.refused(0.5, 0.6, None) for _ in range(40)] == [True] + [False] * 39
    assert rate.refused(0.7, 0.8, None)


def test_a_rate_is_not_lowered_to_nothing() -> None:
    rate = Rate()
    for number in range(50):
        assert rate.refused(float(number) + 0.5, float(number) + 0.6, None)
    assert len(greedy(rate, 60.0, 50.0)) >= 9


def test_a_retry_after_holds_everything() -> None:
    rate = Rate()
    rate.began(0.0)
    rate.refused(0.0, 0.1, 7.0)
    assert rate.free_at(0.1) == 7.1
    rate.refused(0.0, 0.2, 1.0)
    assert rate.free_at(0.2) == 7.1, "a shorter one does not cut it"
    assert not rate.quiet

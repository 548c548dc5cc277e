"""When a call is made again, and what pays for it."""

from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.upstream.retries import LONGEST_HOLD_S, LONGEST_PAUSE_S, Latencies, RetryBudget, pause, retry_after

NOW = 1_790_000_000.0


@settings(deadline=None)
@given(st.integers(1, 50), st.floats(0, 1))
def test_a_pause_is_drawn_from_nothing_to_a_bound_that_doubles(attempt: int, draw: float) -> None:
    assert 0 <= pause(attempt, draw) <= min(LONGEST_PAUSE_S, 0.1 * 2 ** (attempt - 1))
    assert pause(attempt, draw) == draw * pause(attempt, 1.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3", 3.0),
        ("0", 0.0),
        (" 7 ", 7.0),
        ("999999999", LONGEST_HOLD_S),
        (formatdate(NOW + 20, usegmt=True), 20.0),
        (formatdate(NOW - 20, usegmt=True), 0.0),
        (formatdate(NOW + 10**6, usegmt=True), LONGEST_HOLD_S),
        ("", None),
        (None, None),
        ("soon", None),
        ("-3", None),
        ("1.5", None),
        ("٣", None),
        ("Mon, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=300), st.sampled_from([0.0, 0.05, 0.1, 0.5]), st.integers(0, 20))
def test_retries_are_a_share_of_the_successes_and_a_burst(calls: list[bool], share: float, burst: int) -> None:
    """True: a call that succeeds; false: one that fails and wants to be made again."""
    budget, taken = RetryBudget(share=share, burst=burst), 0
    for succeeded in calls:
        if succeeded:
            budget.succeeded()
        else:
            taken += budget.take()
    assert taken <= burst + share * calls.count(True) + 1e-6
    if False in calls and burst:
        assert taken


def test_an_upstream_that_fails_altogether_gets_the_burst_and_no_more() -> None:
    budget = RetryBudget(share=0.1, burst=10)
    assert sum(budget.take() for _ in range(1000)) == 10


def test_what_is_taken_on_credit_is_missing_later() -> None:
    budget = RetryBudget(share=0.5, burst=2)
    for _ in range(10):
        budget.owe()
    for _ in range(5):
        budget.succeeded()
    assert not budget.take()
    for _ in range(4):
        budget.succeeded()
    assert budget.take()


def test_what_is_slow_is_said_when_enough_was_seen() -> None:
    latencies = Latencies()
    for _ in range(19):
        latencies.took(1.0)
    assert latencies.slow is None
    latencies.took(1.0)
    assert latencies.slow == 1.0
    for number in range(100):
        latencies.took(float(number))
    assert latencies.slow == 95.0

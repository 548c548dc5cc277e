"""When a store is left alone: at once where it breaks, after three silences in a row where it only says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.health import (
    SILENCES_TO_REST,
    Health,
    Resting,
    Tried,
    Well,
    answered,
    begun,
    broken,
    left,
    unanswered,
)

UNTIL = 100.0


def tried() -> Tried:
    found = begun(Resting(UNTIL), UNTIL)
    assert isinstance(found, Tried)
    return found


def silent(health: Health, times: int) -> Health:
    """After so many operations, one after another, without an answer."""
    for _ in range(times):
        began = begun(health, 0.0)
        assert began is not None
        health = unanswered(began, began, UNTIL)
    return health


def test_of_a_store_that_is_well_everything_is_asked() -> None:
    well = Well()
    assert begun(well, 0.0) is well


@pytest.mark.parametrize(("now", "asked"), [(UNTIL - 0.01, False), (UNTIL, True), (UNTIL + 1, True)])
def test_a_rest_ends_with_its_time(now: float, asked: bool) -> None:
    assert isinstance(begun(Resting(UNTIL), now), Tried) is asked


def test_while_one_is_let_through_no_other_is() -> None:
    assert begun(tried(), 2 * UNTIL) is None


def test_three_silences_one_after_another_begin_a_rest() -> None:
    assert isinstance(silent(Well(), SILENCES_TO_REST - 1), Well)
    rest = silent(Well(), SILENCES_TO_REST)
    assert isinstance(rest, Resting)
    assert rest.until == UNTIL


def test_an_answer_begins_the_count_anew() -> None:
    almost = silent(Well(), SILENCES_TO_REST - 1)
    assert isinstance(almost, Well)
    assert isinstance(silent(answered(almost, almost), SILENCES_TO_REST - 1), Well)


def test_after_a_rest_one_silence_is_enough() -> None:
    one = tried()
    assert isinstance(unanswered(one, one, UNTIL), Resting)


def test_after_a_rest_one_answer_is_enough_and_the_count_is_anew() -> None:
    one = tried()
    assert isinstance(silent(answered(one, one), SILENCES_TO_REST - 1), Well)


def test_what_breaks_begins_a_rest_at_once() -> None:
    well, one = Well(), tried()
    assert isinstance(broken(well, Well(), UNTIL), Resting)
    assert isinstance(broken(one, one, UNTIL), Resting)


def test_during_a_rest_nothing_that_began_before_it_counts() -> None:
    before, rest, one = Well(), Resting(UNTIL), tried()
    for now in (rest, one):
        assert answered(now, before) is now
        assert unanswered(now, before, 2 * UNTIL) is now
        assert broken(now, before, 2 * UNTIL) is now
        assert left(now, before) is now


def test_one_who_was_to_decide_and_left_lets_the_next_decide() -> None:
    one, well = tried(), Well(2)
    assert isinstance(begun(left(one, one), 0.0), Tried)
    assert left(well, well) is well


@given(st.lists(st.tuples(st.sampled_from(["begin", "begin", "silence", "silence", "answer"]), st.integers(0, 9))))
def test_it_rests_when_three_silences_that_do_not_overlap_came_after_the_last_answer(
    steps: list[tuple[str, int]],
) -> None:
    """Whatever overlaps: of the silences since the last answer, the most that do not overlap are counted here."""
    health: Health = Well()
    flying: list[tuple[int, Well | Tried]] = []
    silences: list[tuple[int, int]] = []
    last_answer = -1
    for now, (what, which) in enumerate(steps):
        if what == "begin" or not flying:
            began = begun(health, 0.0)
            assert began is not None
            flying.append((now, began))
            continue
        since, began = flying.pop(which % len(flying))
        if what == "answer":
            health, last_answer = answered(health, began), now
        else:
            health = unanswered(health, began, UNTIL)
            silences.append((since, now))
        apart, free = 0, last_answer
        for begins, ends in silences:  # the one that ends first goes first, which leaves room for the most
            if begins > free:
                apart, free = apart + 1, ends
        assert isinstance(health, Resting) is (apart >= SILENCES_TO_REST)
        if isinstance(health, Resting):
            return

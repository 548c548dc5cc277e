"""What holds for every group of settings: it reads, judges and keeps what it is given."""

from dataclasses import field
from typing import Any

import pytest

from gateway.settings.base import Group, WrongSettings, setting, written


def _even(number: int) -> None:
    if number % 2:
        raise ValueError("must be even")


class Inner(Group):
    """A group within a group."""

    seconds: float = setting("A number.", default=1.0, above=0, at_most=10)
    name: str = setting("A text.", default="", check=written("[a-z]*", "must be small letters"))
    pairs: int = setting("An even number.", default=1, check=_even)

    def check(self) -> None:
        """Refuses what is slow and has a name."""
        if self.seconds > 5 and self.name:
            raise ValueError("is slow, and has a name")


class Outer(Group):
    """A group of groups."""

    count: int = setting("A whole number.", default=3, at_least=0)
    limit: int | None = setting("A whole number or nothing.", default=None, at_least=1, check=_even)
    inner: Inner = Inner()
    inners: dict[str, Inner] = field(default_factory=dict[str, Inner])


def wrong(**given: Any) -> dict[str, str]:
    with pytest.raises(WrongSettings) as raised:
        Outer(**given)
    return {".".join(path): says for path, says in raised.value.problems}


def test_what_is_not_given_is_the_default_and_is_not_judged() -> None:
    assert (Outer().count, Outer().limit, Outer().inner.pairs, Outer().inners) == (3, None, 1, {})


def test_texts_are_read_as_what_is_declared_at_every_depth() -> None:
    made = Outer(count="5", limit="2", inner={"seconds": "2"}, inners={"a": {"pairs": "4"}})  # type: ignore[arg-type]
    assert (made.count, made.limit, made.inner.seconds, made.inners["a"].pairs) == (5, 2, 2.0, 4)


def test_a_group_that_is_made_already_is_taken_as_it_is() -> None:
    inner = Inner(name="a")
    assert Outer(inner=inner).inner is inner


def test_everything_that_is_wrong_is_told_at_once_with_its_place() -> None:
    assert wrong(
        count=-1,
        limit=3,
        inner={"seconds": 0, "name": "A", "pairs": "x", "nome": 1},
        inners={"a": {"seconds": 11}, "b": 1},
        cuont=1,
    ) == {
        "count": "must be at least 0",
        "limit": "must be even",
        "inner.seconds": "must be more than 0",
        "inner.name": "must be small letters",
        "inner.pairs": "must be a whole number",
        "inner.nome": "there is no such setting",
        "inners.a.seconds": "must be at most 10",
        "inners.b": "is a group of settings",
        "cuont": "there is no such setting",
    }


def test_a_bound_is_itself_allowed_unless_it_must_be_exceeded() -> None:
    assert (Outer(count=0).count, Inner(seconds=10).seconds) == (0, 10)
    assert wrong(inner={"seconds": 0}) == {"inner.seconds": "must be more than 0"}


def test_values_that_do_not_go_together_are_told_of_their_group_once_each_is_right() -> None:
    assert wrong(inner={"seconds": 6, "name": "a"}) == {"inner": "is slow, and has a name"}
    assert wrong(inner={"seconds": 6, "name": "A"}) == {"inner.name": "must be small letters"}


def test_what_was_given_is_known_even_as_its_default() -> None:
    made = Outer(count=3, inner={"pairs": 2})  # type: ignore[arg-type]
    assert (made.given, made.inner.given, Outer().given) == ({"count", "inner"}, {"pairs"}, frozenset())


def test_groups_are_equal_by_what_they_hold() -> None:
    assert Outer(count=3) == Outer()
    assert Outer(count=4) != Outer()
    assert Outer(inner={"name": "a"}) == Outer(inner=Inner(name="a"))  # type: ignore[arg-type]


def test_what_is_wrong_can_be_read_also_without_its_variables() -> None:
    with pytest.raises(ValueError, match=r"^count: must be a whole number; inner\.name: must be text$"):
        Outer(count="hunter2", inner={"name": 1})  # type: ignore[arg-type]

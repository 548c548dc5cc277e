"""An excerpt of a JSON text is what is left of the whole of it, value for value, without the keys that it has not."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.excerpts import Excerpt, along, decoded, decoder, joined, whole

KEYS = st.sampled_from("abcd")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**25), 10**25) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip
EXCERPTS: st.SearchStrategy[Excerpt] = st.recursive(
    st.dictionaries(KEYS, st.none(), max_size=3),
    lambda inner: st.dictionaries(KEYS, st.none() | inner, max_size=3),
    max_leaves=8,
)


def left(value: Any, excerpt: Excerpt | None, *, in_list: bool = False) -> Any:
    """What an excerpt is meant to leave. Lists in lists are nobody's, and stay as they are."""
    match value:
        case dict() if excerpt is not None:
            return {key: left(inner, excerpt[key]) for key, inner in value.items() if key in excerpt}
        case list() if excerpt is not None and not in_list:
            return [left(inner, excerpt, in_list=True) for inner in value]
        case _:
            return value


@given(VALUES, EXCERPTS)
def test_an_excerpt_leaves_what_it_has_and_changes_nothing_of_it(value: Any, excerpt: Excerpt) -> None:
    text = msgspec.json.encode(value)
    assert repr(decoded(text, decoder(excerpt))) == repr(left(msgspec.json.decode(text), excerpt))


@given(VALUES, EXCERPTS, EXCERPTS)
def test_joined_excerpts_leave_what_either_does(value: Any, one: Excerpt, other: Excerpt) -> None:
    text = msgspec.json.encode(value)
    both = decoded(text, decoder(joined(one, other)))
    for each in (one, other):
        assert repr(left(both, each)) == repr(left(value, each))


def test_a_path_may_lack_its_inner_wrappers() -> None:
    excerpt = along(("outer", "inner"), whole("name"))
    for value in (
        {"outer": {"inner": [{"name": 1}]}},
        {"outer": {"inner": {"name": 1}}},
        {"outer": [{"name": 1}]},
        {"outer": {"name": 1}},
    ):
        assert left(value, excerpt) == value
    assert left({"outer": {"inner": [{"name": 1, "age": 2}], "age": 2}}, excerpt) == {"outer": {"inner": [{"name": 1}]}}


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b'{"a": 1}}', b'{"a": nan}', b'{"a": 1e400}', b'{"a": "\xff"}', b'{"other": "\xff"}',
        b'{"a": ' + b"[" * 2000 + b"]" * 2000 + b"}",
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused_also_where_it_is_passed_over(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decoded(text, decoder(whole("a")))


def test_what_the_interpreter_has_no_levels_left_for_is_decoded_nevertheless() -> None:
    text = b'{"a": ' + b"[" * 1000 + b"]" * 1000 + b"}"
    assert list(decoded(text, decoder(whole("a")))) == ["a"]

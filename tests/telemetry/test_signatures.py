"""Signatures: an operation is recognised, and nobody by it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.signatures import hash_of, shape, told_name

texts = st.text(st.characters(exclude_characters='"\\\n\r', exclude_categories=["Cs", "Cc"]), max_size=30)


def asking(mobile: str, days: int = 0, alias: str = "one", comment: str = "") -> str:
    return (
        f'query Home {{ {alias}: customer(by: {{mobile: "{mobile}"}}) {{ gapToRenew(inDays: {days}) '
        f"{{ programId }} }} }} # {comment}"
    )


@given(one=texts, other=texts, days=st.integers(0, 10**9), alias=st.integers(0, 10**12), comment=texts)
def test_neither_the_shape_nor_the_hash_depends_on_a_text_a_number_or_a_comment(
    one: str, other: str, days: int, alias: int, comment: str
) -> None:
    plain = asking(one, alias="c0")
    assert shape(plain) == shape(asking(other, days, f"c{alias}", comment))
    assert hash_of(plain) == hash_of(asking(other, days, f"c{alias}", comment))


@given(texts.filter(lambda text: len(text) > 2 and text not in asking("")))
def test_no_text_is_left_in_the_shape(text: str) -> None:
    assert text not in shape(asking(text))
    assert text not in shape(f'{{ customer(by: {{mobile: """{text}"""}}) {{ id }} }}')


@pytest.mark.parametrize("text", ['"""a "quoted" word"""', r'"""a \""" b"""', r'"a \" b"', r'"\\"', '""', '""""""'])
def test_a_text_ends_where_graphql_says(text: str) -> None:
    assert shape(f"{{ a(b: {text}) {{ c }} }}") == '{a(b:""){c}}'


def test_no_digit_is_left_but_naught() -> None:
    assert set(re.findall(r"\d", shape("{ a123(b: 4.5e6, c: -7) }"))) == {"0"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{ a { b } }", "{a{b}}"),
        ("{ a, b }", "{\n  a\n  b\n}"),
        ("query Q($a: Int = 1) { b(c: $a) }", "query Q ( $a:Int=2 ) {b(c:$a)}"),
        ("{ ... on A { b } }", "{...on A{b}}"),
        ("{ a # what\n b }", "{ a b }"),
        ("\ufeff{ a }", "{ a }"),
    ],
)
def test_layout_does_not_matter(one: str, other: str) -> None:
    assert hash_of(one) == hash_of(other)


def test_what_is_asked_does() -> None:
    asked = ["{ a }", "{ b }", "{ a b }", "{ a { b } }", "{ a(b: 1) }", '{ a(b: "1") }', "query Q { a }", "{ a: b }"]
    assert len({hash_of(text) for text in asked}) == len(asked)


def test_a_hash_is_short() -> None:
    assert re.fullmatch("[0-9a-f]{12}", hash_of("{ a }"))


@pytest.mark.parametrize("name", ["Home", "_q1", "A" * 64, "Page2024"])
def test_a_plain_name_is_told(name: str) -> None:
    assert told_name(name) == name


@pytest.mark.parametrize("name", ["", "A" * 65, "a b", "1a", "h\u00e9", "a\n", "Q919800000001", "customer_12345"])
def test_another_name_is_not(name: str) -> None:
    assert told_name(name) == ""

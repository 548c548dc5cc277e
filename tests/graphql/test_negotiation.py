"""What a client accepts, read from its headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.graphql.negotiation import (
    JSON_TYPE,
    RESPONSE_TYPE,
    Parts,
    accepted,
    coding,
    is_utf_8,
    language,
    parsed,
    wants_page,
)

CODINGS = [
    ("", None),
    ("identity", None),
    ("deflate", None),
    ("gzip", "gzip"),
    ("x-gzip", "gzip"),
    ("br", "br"),
    ("gzip, deflate, br", "br"),
    ("br;q=0.5, gzip;q=0.8", "gzip"),
    ("br;q=0, gzip", "gzip"),
    ("gzip;q=0", None),
    ("*", "br"),
    ("*;q=0", None),
    ("br;q=0, *", "gzip"),
    ("GZIP;Q=1.0", "gzip"),
    ("gzip;q=0.5, identity", None),
    ("gzip;q=0.5, identity;q=0.5", "gzip"),
    ("gzip , br ; q = 0", "gzip"),
    ("zstd, gzip", "gzip"),
]


@pytest.mark.parametrize(("header", "expected"), CODINGS)
def test_the_coding_is_the_one_accepted_most(header: str, expected: str | None) -> None:
    assert coding(header) == expected


PAGES = [
    ("text/html", True),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
    ("text/html;q=0.9, application/json", False),
    ("text/html, application/json;q=0.9", True),
    ("text/html;q=0", False),
    ("text/*", False),
    ("*/*", False),
    ("", False),
]


@pytest.mark.parametrize(("header", "expected"), PAGES)
def test_the_page_is_for_who_names_html_first(header: str, expected: bool) -> None:
    assert wants_page(header) is expected


@pytest.mark.parametrize("header", ["en", "en-GB", "", "*", "klingon", "zh1", "\uff3a\uff28"])
def test_a_language_that_upstream_does_not_take_is_none(header: str) -> None:
    assert language(header) is None


@pytest.mark.parametrize(("header", "expected"), [("zh-Hant;q=0.9, en", "zh"), ("ID", "id"), (" fil ", "fil")])
def test_the_first_language_counts(header: str, expected: str) -> None:
    assert language(header) == expected


@pytest.mark.parametrize("charset", [None, "utf-8", "UTF-8", "utf8", '"utf-8"'])
def test_utf_8_has_many_spellings(charset: str | None) -> None:
    assert is_utf_8(charset)


def test_a_media_type_is_read_with_its_parameters() -> None:
    read = parsed(' Application/JSON ; CHARSET="utf-8";q = 0.5; nothing; q=1')
    assert (read.name, dict(read.parameters)) == ("application/json", {"charset": '"utf-8"', "q": "0.5"})


weights = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])


@given(weights, weights, st.permutations([0, 1, 2]))
def test_the_heavier_of_two_named_types_wins_and_the_special_one_of_equals(
    response: float, plain: float, order: list[int]
) -> None:
    ranges = [f"{RESPONSE_TYPE};q={response}", f"{JSON_TYPE};q={plain}", "text/html"]
    found = accepted(", ".join(ranges[place] for place in order)).whole
    if not response and not plain:
        assert found is None
    else:
        assert found == (RESPONSE_TYPE if response >= plain else JSON_TYPE)


@given(st.text(max_size=400))
def test_no_header_at_all_makes_a_fault(header: str) -> None:
    assert accepted(header).whole in (None, RESPONSE_TYPE, JSON_TYPE)
    assert accepted(header).parts in (None, *Parts)
    assert coding(header) in (None, "br", "gzip")
    assert wants_page(header) in (True, False)
    language(header)


def test_long_headers_are_not_remembered() -> None:
    """Who invents headers must not fill the memory with them."""
    from gateway.graphql import negotiation

    before = negotiation._accepted.cache_info().currsize  # noqa: SLF001
    accepted("application/json;x=" + "a" * 10_000)
    assert negotiation._accepted.cache_info().currsize == before  # noqa: SLF001

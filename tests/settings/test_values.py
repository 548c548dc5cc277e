"""How single values are read from the text of a variable, or as a caller has them."""

from enum import StrEnum
from typing import Any, Literal

import pytest

from gateway.settings.values import Secret, Url, read


class Colour(StrEnum):
    """What there is to choose from."""

    RED = "red"
    BLUE = "blue"


TEXTS = ["1", "true", "TRUE", "t", "yes", "Y", "on"], ["0", "false", "False", "f", "no", "N", "off"]

READ: list[tuple[Any, object, object]] = [
    *((bool, text, True) for text in TEXTS[0]),
    *((bool, text, False) for text in TEXTS[1]),
    (bool, True, True),
    (bool, 0, False),
    (int, "8000", 8000),
    (int, " -5\n", -5),
    (int, "1_000", 1000),
    (int, "5.0", 5),
    (int, 5.0, 5),
    (float, "2.5", 2.5),
    (float, "1e3", 1000.0),
    (float, 5, 5.0),
    (str, " as it is ", " as it is "),
    (Colour, "red", Colour.RED),
    (Colour, Colour.BLUE, Colour.BLUE),
    (Literal["on", "off"], "off", "off"),
    (Literal["on", "off"] | None, None, None),
    (Literal["on", "off"] | None, "on", "on"),
    (Secret, "hunter2", Secret("hunter2")),
    (Secret, Secret("hunter2"), Secret("hunter2")),
    (Url | None, None, None),
    (Url, "https://acme.example", "https://acme.example/"),
    (Url, " HTTPS://Acme.Example:443/a/../b\n", "https://acme.example/b"),
    (Url, "https://acme.example/a%2Fb?c=%26", "https://acme.example/a%2Fb?c=%26"),
    (Url, "http://[::1]:9000/keys", "http://[::1]:9000/keys"),
    (Url, "https://bücher.example/", "https://xn--bcher-kva.example/"),
]


@pytest.mark.parametrize(("kind", "value", "expected"), READ)
def test_a_value_is_read_as_what_is_declared(kind: Any, value: object, expected: object) -> None:
    found = read(kind, value)
    assert (type(found), found) == (type(expected), expected)


REFUSED: list[tuple[Any, object, str]] = [
    *((bool, value, "must be true or false") for value in ("2", "", " on", "hunter2", 2, None)),
    *((int, value, "must be a whole number") for value in ("", "5.5", "1e3", "0x10", "1__0", 5.5, None, "9" * 5000)),
    *((float, value, "must be a number") for value in ("", "hunter2", "0x1", None)),
    *((str, value, "must be text") for value in (5, True, None, b"x")),
    *((Secret, value, "must be text") for value in (5, None)),
    *((Colour, value, "must be one of red, blue") for value in ("RED", "hunter2", "", None, {})),
    *((Literal["on", "off"], value, "must be one of on, off") for value in ("ON", True, None)),
]
NO_URLS = [
    *(
        "hunter2",
        "//acme.example",
        "https://",
        "http:acme.example",
        "ftp://acme.example",
        "https://a b",
        "https://\x01",
    ),
    *("https://acme.example:99999", "https://acme.example:hunter2", "https://" + "a" * 70_000),
]


@pytest.mark.parametrize(("kind", "value", "told"), REFUSED)
def test_what_cannot_be_read_is_refused_with_what_could_be(kind: Any, value: object, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}$"):
        read(kind, value)


@pytest.mark.parametrize("value", NO_URLS)
def test_what_is_no_url_of_a_server_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(ValueError, match=r"^must be an http or https URL, such as https://eu\.api\.example\.com$"):
        read(Url, value)


def test_a_secret_is_not_shown() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]} {(secret,)}"
    assert secret.get_secret_value() == "hunter2"


def test_a_secret_that_is_empty_is_none() -> None:
    assert not Secret("")
    assert Secret("hunter2")


def test_secrets_are_equal_by_their_text() -> None:
    assert Secret("a") == Secret("a")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"

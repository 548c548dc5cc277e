"""How one value is read: as it is, or from the text of a variable. What cannot be is refused and never repeated."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from types import NoneType
from typing import Any, Final, Literal, NewType, get_args, get_origin

Url = NewType("Url", str)
"""An http or https URL as HTTP clients write it."""

_SWITCHES: Final = {
    **dict.fromkeys(("1", "true", "t", "yes", "y", "on"), True),
    **dict.fromkeys(("0", "false", "f", "no", "n", "off"), False),
}
_LAST_PORT: Final = 65_535
_WHOLE: Final = re.compile(r"([+-]?[0-9]+(?:_[0-9]+)*)(?:\.0+)?")


class Secret:
    """A text that is shown only to who asks for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        """The text."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __str__(self) -> str:
        return "**********" if self._text else ""

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"


def read(kind: Any, value: object) -> object:
    """The value as the kind that its setting is declared with. Raises `ValueError`."""
    if NoneType in get_args(kind):
        return None if value is None else read(next(one for one in get_args(kind) if one is not NoneType), value)
    if get_origin(kind) is Literal:
        return _one_of({one: one for one in get_args(kind)}, value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _one_of({one.value: one for one in kind}, value)
    return _READERS[kind](value)


def _one_of(choices: Mapping[str, object], value: object) -> object:
    for text, choice in choices.items():
        if text == value:
            return choice
    raise ValueError(f"must be one of {', '.join(choices)}")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return str(value)


def _secret(value: object) -> Secret:
    return value if isinstance(value, Secret) else Secret(_text(value))


def _url(value: object) -> Url:
    # Imported only here: what of httpx is loaded is for `gateway.serving` to say, which imports it first.
    import httpx

    try:
        url = httpx.URL(_text(value).strip())
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or "%" in url.host or (url.port or 0) > _LAST_PORT:
        raise ValueError("must be an http or https URL, such as https://eu.api.example.com")
    return Url(str(url.copy_with(raw_path=url.raw_path)))  # which has a path, be it only a slash


def _switch(value: object) -> bool:
    if isinstance(value, str) and value.lower() in _SWITCHES:
        return _SWITCHES[value.lower()]
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise ValueError("must be true or false")


def _whole(value: object) -> int:
    with suppress(ValueError):  # Python reads no number of thousands of digits
        if isinstance(value, str) and (written := _WHOLE.fullmatch(value.strip())):
            return int(written[1])
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    raise ValueError("must be a whole number")


def _number(value: object) -> float:
    with suppress(ValueError):
        if isinstance(value, str | int | float):
            return float(value)
    raise ValueError("must be a number")


_READERS: Final[Mapping[Any, Callable[[object], object]]] = {
    str: _text,
    Secret: _secret,
    Url: _url,
    bool: _switch,
    int: _whole,
    float: _number,
}

"""The head of a GET as it goes over the wire: its target, and its header lines."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote_plus, urlencode

from gateway.errors import UpstreamUnavailable
from gateway.upstream.request import UpstreamRequest

REMEMBERED: Final = 1024
"""Encoded parameters that are kept. Bounded, because callers choose days and accounts."""

_SENDABLE: Final = re.compile(r"[\t\x20-\x7e]*")


def target(request: UpstreamRequest) -> str:
    """Path and query, encoded as httpx encodes them. Raises `UnicodeError` for what no encoding can carry.

    What names people is encoded every time and not remembered: the rest is the same for all of them.
    """
    parameters = request.parameters
    if request.identifying is None:
        query = _encoded(parameters)
    else:
        place = next(place for place, (name, _) in enumerate(parameters) if name == request.identifying)
        before, after = _encoded(parameters[:place]), _encoded(parameters[place + 1 :])
        named = f"{request.identifying}={_listed(parameters[place][1])}"
        query = "&".join(part for part in (before, named, after) if part)
    return f"{request.path}?{query}" if query else request.path


@lru_cache(maxsize=REMEMBERED)
def _encoded(parameters: tuple[tuple[str, str], ...]) -> str:
    return urlencode(parameters)


def _listed(values: str) -> str:
    """Values with commas between them, encoded: most are plain, but a comma makes `quote_plus` look at every letter."""
    return "%2C".join(
        [value if value.isascii() and value.isalnum() else quote_plus(value) for value in values.split(",")]
    )


class Head:
    """The header lines that every request to one upstream has, and those of a single one."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._always = _lines(headers)
        self._last: tuple[Mapping[str, str], bytes] = ({}, self._always)

    def lines(self, proof: Mapping[str, str], language: str | None) -> bytes:
        """All of them. Raises `UpstreamUnavailable` for what no header can carry, a second line above all."""
        last, lines = self._last
        if last is not proof:
            lines = self._always + _lines(proof)
            self._last = proof, lines
        return lines + _lines({"language": language}) if language else lines


def _lines(headers: Mapping[str, str]) -> bytes:
    if not all(_SENDABLE.fullmatch(value) for value in headers.values()):
        raise UpstreamUnavailable("The call to upstream cannot be written as HTTP.")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")

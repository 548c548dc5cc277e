"""What a client accepts: the media type, the content coding and the language of its answer. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal, NamedTuple

RESPONSE_TYPE: Final = "application/graphql-response+json"
JSON_TYPE: Final = "application/json"
HTML_TYPE: Final = "text/html"

Coding = Literal["br", "gzip"]


class Parts(StrEnum):
    """How an answer may be sent in parts: the media type, which names their layout too (`gateway.graphql.incremental`).

    The first that is accepted as much as any other is taken.
    """

    MULTIPART = 'multipart/mixed; boundary="-"'
    MULTIPART_V02 = 'multipart/mixed; boundary="-"; incrementalSpec=v0.2'
    """The same, by the name that Apollo gives its layout."""
    MULTIPART_2022 = 'multipart/mixed; boundary="-"; deferSpec=20220824'
    EVENTS = "text/event-stream; charset=utf-8"


class Accepted(NamedTuple):
    """What a client can read: the media type of an answer in one piece, and how it takes one in parts, if at all."""

    whole: str | None
    parts: Parts | None

    @property
    def media_type(self) -> str:
        """That of an answer in one piece, also where it was not asked for: a refusal has no other."""
        return self.whole or JSON_TYPE


_KEPT: Final = 256
"""Characters of a header whose reading is remembered: clients say the same at every request, hostile ones need not."""

_UTF_8: Final = frozenset({"utf-8", "utf8"})


def is_utf_8(charset: str | None) -> bool:
    """Whether a charset parameter is UTF-8, the only one that is spoken here. None: nothing is said, so it is."""
    return charset is None or charset.strip('"').lower() in _UTF_8


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type or range in lower case, with its parameters."""

    name: str
    parameters: Mapping[str, str]


def parsed(text: str) -> MediaType:
    """The media type of a header. A parameter without a value is passed over; of two alike the first counts."""
    return _parsed(text) if len(text) <= _KEPT else _parsed.__wrapped__(text)


@lru_cache(maxsize=256)
def _parsed(text: str) -> MediaType:
    name, *rest = text.split(";")
    parameters: dict[str, str] = {}
    for part in rest:
        key, separator, value = part.partition("=")
        if separator:
            parameters.setdefault(key.strip().lower(), value.strip())
    return MediaType(name.strip().lower(), parameters)


def accepted(accept: str) -> Accepted:
    """What to answer in, for the joined `Accept` headers.

    In one piece: the media type made for GraphQL where it is named as high as plain JSON; plain JSON for a client that
    takes anything. In parts: only as it is named, for who takes anything expects one piece.
    """
    return _accepted(accept) if len(accept) <= _KEPT else _accepted.__wrapped__(accept)


def wants_page(accept: str) -> bool:
    """Whether a person opens the page: HTML is named, and no JSON is preferred to it."""
    weights = _weights(accept)
    html = weights.get(HTML_TYPE, 0.0)
    return html > 0 and html >= max(weights.get(RESPONSE_TYPE, 0.0), weights.get(JSON_TYPE, 0.0))


def coding(accept_encoding: str) -> Coding | None:
    """The content coding that is accepted most, brotli before gzip; None where the answer must be sent as it is."""
    return _coding(accept_encoding) if len(accept_encoding) <= _KEPT else _coding.__wrapped__(accept_encoding)


def language(accept_language: str) -> str | None:
    """The first language asked for, as upstream takes it: `zh`, `id`. English is what it speaks unasked."""
    first = accept_language.split(",")[0].partition(";")[0].partition("-")[0].strip().lower()
    return first if first.isalpha() and first.isascii() and len(first) <= 3 and first != "en" else None


@lru_cache(maxsize=256)
def _accepted(accept: str) -> Accepted:
    return Accepted(_whole(_weights(accept)), _parts(accept))


def _parts(accept: str) -> Parts | None:
    weights = dict.fromkeys(Parts, 0.0)
    for part in accept.split(","):
        media = parsed(part)
        said = frozenset((name, value.strip('"').lower()) for name, value in media.parameters.items() if name != "q")
        if parts := _NAMED.get((media.name, said)):
            weights[parts] = max(weights[parts], _quality(media.parameters.get("q")))
    chosen = max(weights, key=lambda one: weights[one])
    return chosen if weights[chosen] else None


_NAMED: Final[Mapping[tuple[str, frozenset[tuple[str, str]]], Parts]] = {
    ("multipart/mixed", frozenset()): Parts.MULTIPART,
    ("multipart/mixed", frozenset({("incrementalspec", "v0.2")})): Parts.MULTIPART_V02,
    ("multipart/mixed", frozenset({("deferspec", "20220824")})): Parts.MULTIPART_2022,
    ("text/event-stream", frozenset()): Parts.EVENTS,
}
"""Media ranges with all their parameters: one that we do not know asks for something else."""


def _whole(weights: Mapping[str, float]) -> str | None:
    response, plain = _weight(weights, RESPONSE_TYPE), _weight(weights, JSON_TYPE)
    if not response[0] and not plain[0]:
        return None
    _, response_is_named = response
    if response_is_named and response >= plain:
        return RESPONSE_TYPE
    return JSON_TYPE if plain[0] and plain >= response else RESPONSE_TYPE


def _weight(weights: Mapping[str, float], media_type: str) -> tuple[float, bool]:
    """How much a media type is wanted, by the most specific range that covers it; and whether it is named itself."""
    if media_type in weights:
        return weights[media_type], True
    for covering in ("application/*", "*/*"):
        if covering in weights:
            return weights[covering], False
    return 0.0, False


def _weights(accept: str) -> dict[str, float]:
    """The media ranges with their weights; one in another charset is none of ours. Of two alike the higher counts."""
    found: dict[str, float] = {}
    for part in accept.split(","):
        media = parsed(part)
        if media.name and is_utf_8(media.parameters.get("charset")):
            found[media.name] = max(found.get(media.name, 0.0), _quality(media.parameters.get("q")))
    return found


@lru_cache(maxsize=256)
def _coding(accept_encoding: str) -> Coding | None:
    weights = {(one := parsed(part)).name: _quality(one.parameters.get("q")) for part in accept_encoding.split(",")}
    anything = weights.get("*", 0.0)
    brotli, gzip = weights.get("br", anything), weights.get("gzip", weights.get("x-gzip", anything))
    if max(brotli, gzip) <= 0 or max(brotli, gzip) < weights.get("identity", 0.0):
        return None
    return "br" if brotli >= gzip else "gzip"


_QUALITY: Final = re.compile(r"(0(\.\d{0,3})?|1(\.0{0,3})?)")


def _quality(text: str | None) -> float:
    """A weight from 0 to 1. One that is not of this form counts as not given."""
    return float(text) if text is not None and _QUALITY.fullmatch(text) else 1.0

"""From the bytes of an answer to what is wanted of it: the keys that its readers look at, and those that say how the
call went. Pure.

What is there beyond is passed over; a page keeps its bytes, and decodes the whole of them for whoever asks later.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypedDict

import msgspec

from gateway.facets.facet import Endpoint
from gateway.model.excerpts import Excerpt, Readers, along, decoded, decoder, joined, whole

KEPT: Final = 128
"""Decoders kept of each kind, a few KB each: one for every set of readers that calls were made for."""

_OF_V2: Final = whole("id", "errors", "warnings")
_OF_V1: Final = whole("item_status", "user_id", "id", "mobile", "email", "external_id", "survivor_account_retrieved")
"""What says of whom a customer's block is, and how it went for them."""


class _Listed(TypedDict):
    customer: list[msgspec.Raw]


class _Response(TypedDict):
    status: Any
    customers: _Listed


class _Batch(TypedDict):
    response: _Response


_BATCH: Final = msgspec.json.Decoder(_Batch)


class Decoded(NamedTuple):
    """A body; of a batch also the text of each of its customers, in their order, if it could be cut."""

    body: object
    cuts: Sequence[bytes] = ()


def of_v2(body: bytes, readers: Readers | None) -> Decoded:
    """V2's answer. Raises `ValueError` for what is not JSON."""
    return Decoded(decoded(body, _decoder(Endpoint.V2, readers)))


def of_v1(body: bytes, readers: Readers | None, *, batch: bool) -> Decoded:
    """V1.1's answer, native or XML-born. Raises `ValueError` for what is not JSON.

    Of a batch that cannot be cut all is there, so that each customer's text can be written from it.
    """
    if not batch:
        return Decoded(decoded(body, _decoder(Endpoint.V1, readers)))
    return _cut(body, readers) or Decoded(decoded(body, _decoder(Endpoint.V1, None)))


def _cut(body: bytes, readers: Readers | None) -> Decoded | None:
    """A batch in its native layout; null for any other, and for what is not JSON."""
    try:
        response = decoded(body, _BATCH)["response"]
        texts, item = response["customers"]["customer"], _item(readers)
        found: list[Any] = [item.decode(text) for text in texts]
    except (ValueError, msgspec.DecodeError, RecursionError):
        return None
    if not all(isinstance(one, dict) for one in found):
        return None
    native = {"response": {"status": response["status"], "customers": {"customer": found}}}
    return Decoded(native, [bytes(text) for text in texts])


@lru_cache(maxsize=KEPT)
def _decoder(endpoint: Endpoint, readers: Readers | None) -> msgspec.json.Decoder[Any]:
    """Of a whole body."""
    wanted = _wanted(readers)
    if wanted is None:
        return decoder(None)
    if endpoint is Endpoint.V2:
        return decoder(joined(_OF_V2, wanted))
    customers = along(("customers", "customer"), joined(_OF_V1, wanted))
    return decoder(along(("response",), joined(whole("status"), customers)))


@lru_cache(maxsize=KEPT)
def _item(readers: Readers | None) -> msgspec.json.Decoder[Any]:
    """Of one customer of V1.1."""
    wanted = _wanted(readers)
    return decoder(None if wanted is None else joined(_OF_V1, wanted))


def _wanted(readers: Readers | None) -> Excerpt | None:
    """What any of the readers looks at; null where one of them may look at anything."""
    excerpts = [None] if readers is None else [reader.excerpt for reader in readers]
    known = [excerpt for excerpt in excerpts if excerpt is not None]
    return joined(*known) if len(known) == len(excerpts) else None

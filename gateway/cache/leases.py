"""What a replica tells the others while it fetches a customer. Pure."""

import os
from collections.abc import Iterable

import msgspec

from gateway.facets.facet import Facet

_Lease = tuple[str, list[tuple[str, list[tuple[str, str | int]]]]]


def lease_of(promised: Iterable[Facet]) -> bytes:
    """A lease like no other, for what the call promises to bring."""
    return msgspec.msgpack.encode((os.urandom(8).hex(), [(facet.name, facet.arguments) for facet in sorted(promised)]))


def promised_by(lease: bytes | None) -> frozenset[Facet] | None:
    """What a lease promises; null for what is none."""
    try:
        _, promised = msgspec.msgpack.decode(lease or b"", type=_Lease)
    except msgspec.MsgspecError:
        return None
    return frozenset(Facet(kind, tuple(arguments)) for kind, arguments in promised)

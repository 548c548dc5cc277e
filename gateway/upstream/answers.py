"""What an upstream answer says of each customer it was asked for. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple

from gateway.errors import GatewayError
from gateway.facets.facet import Address, CustomerId, Endpoint, Facet, Identifier
from gateway.facets.page import Page
from gateway.model.excerpts import Readers
from gateway.model.readers import Block


class Target(NamedTuple):
    """One customer of a call: who was asked for, and by which identifiers this call names them.

    `readers` are what will be read of their block; null where that is not known.
    """

    address: Address
    identifiers: tuple[Identifier, ...]
    readers: Readers | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The customer's block, and the JSON text it was decoded from.

    `merged` says that the one asked for was merged into another account: the block is then the survivor's, or still the
    victim's own, as V2 has it (facts §6.15). `raw`, `place` and `readers` are the page's.
    """

    id: CustomerId
    block: Block
    merged: bool = False
    warnings: frozenset[str] = frozenset()
    of_victim: bool = False
    raw: bytes = field(default=b"", compare=False, repr=False)
    place: int | None = field(default=None, compare=False, repr=False)
    readers: Readers | None = field(default=None, compare=False, repr=False)

    def page(self, endpoint: Endpoint, zone: tzinfo) -> Page:
        """The block of this endpoint to be read from, hot."""
        return Page(endpoint, self.raw, zone, self.warnings, self.place, self.block, self.readers)


@dataclass(frozen=True, slots=True)
class NotFound:
    """Upstream knows no such customer."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """The customer was deleted on their own request."""


@dataclass(frozen=True, slots=True)
class Unattributed:
    """A batch answered, but no item carries this customer's identifier: they must be asked for alone."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing can be said of this customer's facets of this call."""

    error: GatewayError


Outcome = Found | NotFound | Deleted | Unattributed | Failed

Outcomes = Mapping[int, Outcome]
"""Outcomes by the customer's position in the needs. Every customer of the call has one."""


@dataclass(frozen=True, slots=True)
class Performed:
    """A call that came to its end: what it said of each customer, the HTTP status (if one came), how long, how large.

    `attempts` are the requests that were made for it, 0 where upstream was not asked at all. `lost` are facets of the
    call that were left out of the last attempt, because the others come without them only. `retry_after_s` is what
    upstream asks to wait. `refused` says that upstream does not accept the credential (any more), in whatever way it
    said so.
    """

    outcomes: Outcomes
    status: int | None
    milliseconds: float
    size: int
    retry_after_s: float | None = None
    attempts: int = 1
    lost: frozenset[Facet] = frozenset()
    refused: bool = False

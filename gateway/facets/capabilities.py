"""What one upstream organisation can do. Documents and organisations differ; `gateway probe` finds out. Values only."""

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Final

from gateway.facets.facet import Endpoint, Facet, IdentifierKind


class ById(StrEnum):
    """How V2 takes a customer's id."""

    PATH = "path"
    """`GET /v2/customers/{id}`, documented beside the seed."""
    LOOKUP = "lookup"
    """`identifierName=id` on the lookup, as its sibling pages have it."""
    NONE = "none"
    """Not at all: an unmasked identifier of the profile is used instead."""


class Gaps(StrEnum):
    """Who tells what a tier misses."""

    V1 = "v1"
    """V1.1 alone, for any day."""
    FLAGS = "flags"
    """V2 too, with `gapToRenew=` and `gapToUpgrade=`, which replace `gapDetails` (facts §1.1)."""
    DETAILS = "details"
    """V2 too, with `embed=gapDetails`, for today only; the V2 seed names it without a shape."""


V1_KINDS: Final = frozenset(
    {
        IdentifierKind.ID,
        IdentifierKind.MOBILE,
        IdentifierKind.EMAIL,
        IdentifierKind.EXTERNAL_ID,
        IdentifierKind.CARD_EXTERNAL_ID,
    }
)
"""Of `card_number` the V1.1 documents disagree (facts §3)."""

V1_POSSIBLE: Final = V1_KINDS | {IdentifierKind.CARD_NUMBER}
"""The kinds that V1.1 has a parameter for in any document."""

V2_KINDS: Final = frozenset(set(IdentifierKind) - {IdentifierKind.ID})
"""A kind that the organisation does not use is refused by upstream, and so by us."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """One organisation's profile. The defaults are what the two seed documents say."""

    v2_by_id: ById = ById.PATH
    batch_size: int = 10
    gaps: Gaps = Gaps.V1
    ignore_card_details: bool = True
    """Whether V2 honours `embed=ignoreCardDetails`."""
    only_current_profile: bool = False
    """Whether V2's lookup honours `includedOnlyCurrentProfile`, which only its by-id page documents."""
    v1_kinds: frozenset[IdentifierKind] = V1_KINDS
    v2_kinds: frozenset[IdentifierKind] = V2_KINDS
    broken: frozenset[tuple[Endpoint, Facet]] = frozenset()
    """What an endpoint does not bring at the moment, because calls for it fail."""
    _hash: int = field(init=False, repr=False, compare=False)
    """Everything that planning remembers has one in its key."""

    def __post_init__(self) -> None:
        known = (getattr(self, one.name) for one in fields(self) if one.compare)
        object.__setattr__(self, "_hash", hash(tuple(known)))

    def __hash__(self) -> int:
        return self._hash

"""A loyalty program of a customer, with the gaps of its tier."""

import strawberry

from gateway.context import Customer
from gateway.facets.catalog import GAP_TO_RENEW, GAP_TO_UPGRADE, PROGRAMS_V1, PROGRAMS_V2
from gateway.facets.shapes import Whole
from gateway.model import points, tiers
from resolvers.fields import fields_of, lives_on, of_same_program, spreads
from resolvers.gaps import GapToRenew, GapToUpgrade, InDays, gaps_to_renew, gaps_to_upgrade

_PROGRAM_ID = frozenset({"program_id"})


@strawberry.type(name="LoyaltyProgram", description="The customer's standing in one loyalty program.")
@spreads(PROGRAMS_V2, pick=of_same_program, without=_PROGRAM_ID)
@spreads(PROGRAMS_V1, pick=of_same_program, without=_PROGRAM_ID)
class LoyaltyProgram(points.LoyaltyProgram):
    """The plain record, and what else is known of the same program."""

    known: strawberry.Private[Customer]

    @classmethod
    def of(cls, known: Customer, record: points.LoyaltyProgram) -> "LoyaltyProgram":
        """The record as a program of this customer."""
        return cls(known=known, **fields_of(record))

    @strawberry.field(
        description="What is missing to keep the current tier of this program; null in the base tier.",
        metadata=lives_on(GAP_TO_RENEW, {"days": "inDays"}, Whole(tiers.GapToRenew | None, of_same_program)),
    )
    async def gap_to_renew(self, in_days: InDays = 0) -> GapToRenew | None:
        """The gap of this program."""
        return of_same_program(self, await gaps_to_renew(self.known, in_days))

    @strawberry.field(
        description="What is missing to reach the next tier of this program; null in the top tier.",
        metadata=lives_on(GAP_TO_UPGRADE, {"days": "inDays"}, Whole(tiers.GapToUpgrade | None, of_same_program)),
    )
    async def gap_to_upgrade(self, in_days: InDays = 0) -> GapToUpgrade | None:
        """The gap of this program."""
        return of_same_program(self, await gaps_to_upgrade(self.known, in_days))

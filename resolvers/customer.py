"""The customer: every field that the two upstream calls can fill."""

from typing import Annotated, Any

import strawberry

from gateway.context import Customer as KnownCustomer
from gateway.facets.catalog import (
    ALTERNATE_CURRENCIES,
    CARDS,
    CUSTOM_FIELDS,
    CUSTOMER_IMAGE,
    EXPIRED_DAYS,
    EXPIRED_POINTS,
    EXPIRY_DAYS,
    EXPIRY_SCHEDULES,
    FRAUD,
    GAP_TO_RENEW,
    GAP_TO_UPGRADE,
    GROUP_PROGRAMS,
    MEMBERSHIP,
    NDNC,
    OPTIN,
    ORIGIN,
    PERSON,
    PERSON_V1,
    POINTS,
    POINTS_TOTALS,
    PROFILES,
    PROGRAMS,
    PROGRAMS_LIST,
    PROMOTIONAL_POINTS,
    REGISTRATION,
    SLAB_HISTORY,
    STATUS,
    SUBSCRIPTIONS,
    TIER_UPGRADE_CRITERIA,
)
from gateway.model.tiers import GapToRenew, GapToUpgrade
from resolvers.fields import lives_on, spreads, whole
from resolvers.fraud import FraudDetails
from resolvers.loyalty_program import InDays, LoyaltyProgram
from resolvers.points import PointsSummary

ProgramId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Only the gap of this program. It is picked from the answer: asking for another costs nothing.",
        name="programId",
    ),
]


@strawberry.type(description="A customer of the loyalty platform.")
@spreads(OPTIN)
@spreads(NDNC)
@spreads(ORIGIN)
@spreads(REGISTRATION)
@spreads(PROFILES)
@spreads(PERSON_V1)
@spreads(MEMBERSHIP)
@spreads(PERSON)
class Customer:
    """Fields that live on a facet await it from the session; `id` and `mergedFrom` cost nothing beyond existence."""

    known: strawberry.Private[KnownCustomer]

    @strawberry.field(description="Upstream's id of the customer (V2 `id`, V1.1 `user_id`).")
    def id(self) -> strawberry.ID:
        """The canonical id; the survivor's where accounts were merged."""
        return strawberry.ID(self.known.id)

    @strawberry.field(
        description=(
            "Ids of accounts that were merged into this one, as far as this request met them: "
            "not empty when the customer was asked for by an account that no longer exists."
        )
    )
    def merged_from(self) -> list[strawberry.ID]:
        """The victims known."""
        return [strawberry.ID(victim) for victim in self.known.merged_from]

    @strawberry.field(
        description="Points and tier in the default program; null for one who is not in it.", metadata=lives_on(POINTS)
    )
    async def points(self) -> PointsSummary | None:
        """A value whose fields await what they live on."""
        return None if await self.known.value(POINTS()) is None else PointsSummary(known=self.known)

    @strawberry.field(
        description="Every loyalty program the customer is in, with points and tier.", metadata=lives_on(PROGRAMS)
    )
    async def loyalty_programs(self) -> list[LoyaltyProgram] | None:
        """The records, each knowing its customer."""
        records: Any = await self.known.value(PROGRAMS())
        return None if records is None else [LoyaltyProgram.of(self.known, record) for record in records]

    group_loyalty_programs = whole(
        GROUP_PROGRAMS, "Groups of loyalty programs that share a balance (V2 only). Not groups of people."
    )
    cards = whole(CARDS, "The customer's loyalty cards (V2 only). They are kept out of the call when nobody asks.")
    slab_history = whole(
        SLAB_HISTORY, "Every change of the customer's tier, in all programs, the newest first (V1.1 only)."
    )
    status = whole(STATUS, "The customer's status label (V2 only); null where the organisation has given none.")
    subscriptions = whole(SUBSCRIPTIONS, "Which messages the customer wants, by channel and purpose (V2 only).")

    custom_fields = whole(CUSTOM_FIELDS, "Fields that the organisation defines itself, of the asked profile, by name.")
    promotional_points = whole(PROMOTIONAL_POINTS, "Points given by promotions (V2 only).")
    expiry_schedules = whole(EXPIRY_SCHEDULES, "Points that will expire, by program and kind (V2 only).")
    expiry_days = whole(EXPIRY_DAYS, "Points that will expire, by day, all programs added up (V1.1 only).")
    expired_points = whole(EXPIRED_POINTS, "Points that expired, by program (V2 only).")
    expired_days = whole(EXPIRED_DAYS, "Points that expired, by day, all programs added up (V1.1 only).")
    points_totals = whole(POINTS_TOTALS, "Points spent, expired, returned and adjusted so far (V1.1 only).")
    alternate_currencies = whole(ALTERNATE_CURRENCIES, "What programs count beside their points (V2 only).")
    image = whole(CUSTOMER_IMAGE, "Pictures of the customer, with links that end within an hour (V2 only).")
    programs = whole(
        PROGRAMS_LIST, "Every program of the organisation, whether the customer is in it or not (V1.1 only, large)."
    )
    upgrade_criteria = whole(
        TIER_UPGRADE_CRITERIA,
        "What the next tier asks for; null at the top, and where it rests on a tracker (V1.1 only).",
    )

    @strawberry.field(
        description="Whether the customer is suspected of fraud; null where upstream has not looked.",
        metadata=lives_on(FRAUD),
    )
    async def fraud(self) -> FraudDetails | None:
        """A value whose fields await what they live on."""
        return None if await self.known.value(FRAUD()) is None else FraudDetails(known=self.known)

    @strawberry.field(
        description="What is missing to keep the current tier, for every program; none in the base tier (V1.1 only).",
        metadata=lives_on(GAP_TO_RENEW, {"days": "inDays"}),
    )
    async def gap_to_renew(
        self, in_days: InDays = 0, program_id: ProgramId = strawberry.UNSET
    ) -> list[GapToRenew] | None:
        """The gaps of all programs, or of the one asked for."""
        return _of_program(await self.known.value(GAP_TO_RENEW(days=in_days)), program_id)

    @strawberry.field(
        description="What is missing to reach the next tier, for every program; none in the top tier (V1.1 only).",
        metadata=lives_on(GAP_TO_UPGRADE, {"days": "inDays"}),
    )
    async def gap_to_upgrade(
        self, in_days: InDays = 0, program_id: ProgramId = strawberry.UNSET
    ) -> list[GapToUpgrade] | None:
        """The gaps of all programs, or of the one asked for."""
        return _of_program(await self.known.value(GAP_TO_UPGRADE(days=in_days)), program_id)


def _of_program(gaps: list[Any] | None, program_id: str | None) -> list[Any] | None:
    if gaps is None or not program_id:
        return gaps
    return [gap for gap in gaps if gap.program_id == program_id]

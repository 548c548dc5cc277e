"""The customer: every field that the two upstream calls can fill."""

from typing import Annotated, Any

import strawberry

from gateway.facets.catalog import (
    ALTERNATE_CURRENCIES,
    CARD_LOYALTY,
    CARDS,
    CARDS_V1,
    CUSTOM_FIELDS,
    CUSTOMER_IMAGE,
    CUSTOMER_IMAGE_V1,
    DELAYED_ACCRUAL,
    EXPIRED_DAYS,
    EXPIRED_POINTS,
    EXPIRY_DAYS,
    EXPIRY_SCHEDULES,
    EXTENDED_FIELDS,
    EXTENDED_FIELDS_V1,
    FLEET_PARENT,
    FRAUD,
    GAP_TO_RENEW,
    GAP_TO_UPGRADE,
    GROUP_PROGRAMS,
    MEMBER_CARE_ACCESS,
    MEMBERSHIP,
    NDNC,
    NOTES,
    OPTIN,
    ORIGIN,
    PERSON,
    PERSON_V1,
    POINTS,
    POINTS_TOTALS,
    PROFILES,
    PROGRAM,
    PROGRAMS,
    PROGRAMS_LIST,
    PROMOTER,
    PROMOTION_POINTS,
    PROMOTIONAL_POINTS,
    REGISTRATION,
    RETENTION_CRITERIA,
    RETURNED_POINTS,
    SEGMENTS,
    SEGMENTS_V1,
    SLAB_HISTORY,
    STATUS,
    SUBSCRIPTIONS,
    SUBSCRIPTIONS_V1,
    TIER_UPGRADE_CRITERIA,
    TRACKERS,
    USER_GROUP,
    USER_GROUP_V1,
    USER_GROUPS2,
    USER_GROUPS2_V1,
)
from gateway.facets.shapes import OfCustomer, Present
from gateway.model.undocumented import UserGroups2
from resolvers.fields import SHAPE, asked, lives_on, spreads, whole
from resolvers.fraud import FraudDetails
from resolvers.gaps import (
    OF_PROGRAM_TO_RENEW,
    OF_PROGRAM_TO_UPGRADE,
    GapToRenew,
    GapToUpgrade,
    InDays,
    gaps_to_renew,
    gaps_to_upgrade,
    of_program,
)
from resolvers.loyalty_program import LoyaltyProgram
from resolvers.points import PointsSummary
from resolvers.purchases import Purchases

ProgramId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Only the gap of this program. It is picked from the answer: asking for another costs nothing.",
        name="programId",
    ),
]

OneProgram = Annotated[strawberry.ID, strawberry.argument(description="The program's id.", name="programId")]
GroupId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only the group with this id; all of the customer's if left out."),
]


@strawberry.type(description="A customer of the loyalty platform.")
@spreads(PROMOTER)
@spreads(OPTIN)
@spreads(NDNC)
@spreads(ORIGIN)
@spreads(REGISTRATION)
@spreads(PROFILES)
@spreads(PERSON_V1)
@spreads(MEMBERSHIP)
@spreads(PERSON)
class Customer(Purchases):
    """Fields that live on a facet await it from the session; `id` and `mergedFrom` cost nothing beyond existence."""

    @strawberry.field(
        description="Upstream's id of the customer (V2 `id`, V1.1 `user_id`).", metadata={SHAPE: OfCustomer("id")}
    )
    def id(self) -> strawberry.ID:
        """The canonical id; the survivor's where accounts were merged."""
        return strawberry.ID(self.known.id)

    @strawberry.field(
        description=(
            "Ids of accounts that were merged into this one, as far as this request met them: "
            "not empty when the customer was asked for by the id of an account that no longer exists."
        ),
        metadata={SHAPE: OfCustomer("merged_from")},
    )
    def merged_from(self) -> list[strawberry.ID]:
        """The victims known."""
        return [strawberry.ID(victim) for victim in self.known.merged_from]

    @strawberry.field(
        description=(
            "Points and tier in the default program; null for one who is not in it. "
            "For all programs see `loyaltyPrograms`."
        ),
        metadata=lives_on(POINTS, shape=Present()),
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

    @strawberry.field(
        description="One loyalty program; null where the customer is not in it. The others are left out if possible.",
        metadata=lives_on(PROGRAM),
    )
    async def loyalty_program(self, program_id: OneProgram) -> LoyaltyProgram | None:
        """The record, knowing its customer."""
        record: Any = await asked(self.known, PROGRAM, program_id=program_id)
        return None if record is None else LoyaltyProgram.of(self.known, record)

    group_loyalty_programs = whole(
        GROUP_PROGRAMS, "Groups of loyalty programs that share a balance. Not groups of people."
    )
    cards = whole(CARDS, "The customer's loyalty cards. They are kept out of the call when nobody asks.")
    slab_history = whole(SLAB_HISTORY, "Every change of the customer's tier, in all programs, the newest first.")
    status = whole(
        STATUS,
        "The customer's status label; null where the organisation has given none.",
        v2="statusLabel, statusLabelReason, statusLastUpdatedOn",
    )
    subscriptions = whole(SUBSCRIPTIONS, "Which messages the customer wants, by channel and purpose.")

    custom_fields = whole(
        CUSTOM_FIELDS,
        "Fields that the organisation defines itself, of the asked profile, by name.",
        v2="profiles[].fields",
        v1="custom_fields.field[]",
    )
    promotional_points = whole(PROMOTIONAL_POINTS, "Points given by promotions.")
    expiry_schedules = whole(EXPIRY_SCHEDULES, "Points that will expire, by program and kind.")
    expiry_days = whole(EXPIRY_DAYS, "Points that will expire, by day, all programs added up.")
    expired_points = whole(EXPIRED_POINTS, "Points that expired, by program.")
    expired_days = whole(EXPIRED_DAYS, "Points that expired, by day, all programs added up.")
    points_totals = whole(POINTS_TOTALS, "Points spent, expired, returned and adjusted so far.")
    alternate_currencies = whole(ALTERNATE_CURRENCIES, "What programs count beside their points.")
    image = whole(CUSTOMER_IMAGE, "Pictures of the customer, with links that end within an hour.")
    extended_fields = whole(
        EXTENDED_FIELDS, "Typed fields that the organisation defines itself, by name.", v2="extendedFields"
    )
    extended_field_details = whole(
        EXTENDED_FIELDS_V1,
        "The extended fields as texts, in upstream's order; typed in `extendedFields`.",
        v1="extended_fields.field[]",
    )
    segments = whole(SEGMENTS, "Segments, and the customer's partition in each, by name.")
    segment_details = whole(SEGMENTS_V1, "Segments with their types and descriptions.")
    promotion_points = whole(
        PROMOTION_POINTS, "Points given by promotions, with the transactions and lines they were given for."
    )
    returned_points = whole(RETURNED_POINTS, "Points taken back because of returned goods.")
    delayed_accrual = whole(DELAYED_ACCRUAL, "Promised points, and when they convert.")
    trackers = whole(TRACKERS, "The trackers on which the customer's tiers rest; null without any.")
    retention_criteria = whole(RETENTION_CRITERIA, "What keeps the tier of a membership.")
    user_group = whole(USER_GROUP, "The customer's group of people.")
    user_group_details = whole(USER_GROUP_V1, "The customer's group of people as V1.1 tells it.")
    user_groups2_details = whole(USER_GROUPS2_V1, "Groups of the newer kind as V1.1 lists them.")
    fleet_parent = whole(FLEET_PARENT, "The parent of a customer who belongs to a fleet.")
    card_loyalty_details = whole(CARD_LOYALTY, "What loyalty cards collected.")
    card_details = whole(
        CARDS_V1, "Cards as V1.1 tells them.", deprecated="Use `cards`: the same cards, with named and typed fields."
    )
    image_details = whole(
        CUSTOMER_IMAGE_V1,
        "The picture as V1.1 tells it.",
        deprecated="Use `image`: the same picture, with named and typed fields.",
    )
    subscription_details = whole(
        SUBSCRIPTIONS_V1,
        "Subscriptions as V1.1 tells them.",
        deprecated="Use `subscriptions`: the same facts, with named and typed fields.",
    )
    notes = whole(NOTES, "Remarks of the staff; null without any.")
    member_care_access = whole(
        MEMBER_CARE_ACCESS, "Whether the customer is active near the gateway's own upstream user."
    )

    @strawberry.field(
        description="Groups of the newer kind, with their loyalty details.", metadata=lives_on(USER_GROUPS2)
    )
    async def user_groups2(self, id: GroupId = strawberry.UNSET) -> UserGroups2 | None:
        """All groups, or the one asked for."""
        return await asked(self.known, USER_GROUPS2, id=id)

    programs = whole(
        PROGRAMS_LIST,
        "Every program of the organisation, whether the customer is in it or not; large: tens of kilobytes.",
    )
    upgrade_criteria = whole(
        TIER_UPGRADE_CRITERIA,
        "What the next tier asks for; null at the top, and where it rests on a tracker.",
    )

    @strawberry.field(
        description="Whether the customer is suspected of fraud; null where upstream has not looked.",
        metadata=lives_on(FRAUD, shape=Present()),
    )
    async def fraud(self) -> FraudDetails | None:
        """A value whose fields await what they live on."""
        return None if await self.known.value(FRAUD()) is None else FraudDetails(known=self.known)

    @strawberry.field(
        description=(
            "What is missing to keep the current tier, for every program; none in the base tier. "
            "Not every organisation's V2 tells gaps."
        ),
        metadata=lives_on(GAP_TO_RENEW, {"days": "inDays"}, OF_PROGRAM_TO_RENEW),
    )
    async def gap_to_renew(
        self, in_days: InDays = 0, program_id: ProgramId = strawberry.UNSET
    ) -> list[GapToRenew] | None:
        """The gaps of all programs, or of the one asked for."""
        return of_program(await gaps_to_renew(self.known, in_days), program_id)

    @strawberry.field(
        description=(
            "What is missing to reach the next tier, for every program; none in the top tier. "
            "Not every organisation's V2 tells gaps."
        ),
        metadata=lives_on(GAP_TO_UPGRADE, {"days": "inDays"}, OF_PROGRAM_TO_UPGRADE),
    )
    async def gap_to_upgrade(
        self, in_days: InDays = 0, program_id: ProgramId = strawberry.UNSET
    ) -> list[GapToUpgrade] | None:
        """The gaps of all programs, or of the one asked for."""
        return of_program(await gaps_to_upgrade(self.known, in_days), program_id)

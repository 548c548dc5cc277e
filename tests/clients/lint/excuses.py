"""What graphql-eslint finds in the schema and is so on purpose, with the reason beside it."""

from collections.abc import Mapping
from typing import Final

Finding = tuple[str, str]
"""A rule, and what it finds fault with: a type, or `Type.field`."""

CAPILLARYS_WORDS: Final = (
    "no-typename-prefix",
    "Capillary's own words in V2's spelling, so that its documentation can be read beside ours",
    """
    AlternateCurrency.alternateCurrencyData Card.cardExternalId Card.cardId Card.cardNumber
    ExpiredPoints.expiredPointsSummary PartnerProgram.partnerProgramDescription PartnerProgram.partnerProgramId
    PartnerProgram.partnerProgramName PartnerProgram.partnerProgramTiers PartnerProgram.partnerProgramType
    Program.programDescription Program.programId Program.programName PromotionSource.promotionSourceId
    PromotionSource.promotionSourceType
    """,
)
IDS_OF_ANOTHER_NAME: Final = (
    "strict-id-in-types",
    "it has an id under Capillary's name for it, which is no identity for a client's cache: two customers hold "  # noqa: ISC004
    "different values under it",
    """
    AlternateCurrency Card GapToRenew GapToUpgrade GroupLoyaltyProgram LinkedPartnerProgram LoyaltyProgram
    MembershipRetentionCriteria PartnerProgram Program PromotionSource
    """,
)
IDS_THAT_MAY_BE_MISSING: Final = (
    "strict-id-in-types",
    "its `id` is nullable: an entry that upstream sends without one is still worth telling",
    "CardStatus Coupon Originator Transaction",
)
VALUES: Final = (
    "strict-id-in-types",
    "a value without an identity of its own: upstream gives it no id, and it is read with what it is a part of",
    """
    AlternateCurrencyData CommChannel CustomerImage CustomerStatus ExpiredDay ExpiredPoints ExpiredPointsSummary
    ExpiryDay ExpirySchedule ExtendedField FraudDetails Identifier ImageFile NamedValue PartnerProgramTier PointsSummary
    PointsTotals Profile PromotionPoints PromotionPointsItem PromotionalPoints PromotionalPointsItem RenewStrategy
    Segment SegmentDetail SegmentPartition SlabChange Store TierTracker TierUpgradeCriteria Till
    UpgradeProgress UpgradeStrategy
    """,
)
BLOCKS_AS_THEY_COME: Final = (
    "strict-id-in-types",
    "a block that upstream documents by name only: whether it has an id is not known",
    """
    CardDetails CardLoyaltyDetails DelayedAccrual FleetParent ImageDetails MemberCareAccess Notes ReturnedPoints
    SubscriptionDetails Trackers UserGroup UserGroupDetails UserGroups2 UserGroups2Details
    """,
)
OF_THE_SPECIFICATION: Final = (
    "require-description",
    "the specification's own directive, printed for tools that do not know it yet",
    "oneOf",
)

EXCUSED: Final[Mapping[Finding, str]] = {
    (rule, place): why
    for rule, why, places in (
        CAPILLARYS_WORDS,
        IDS_OF_ANOTHER_NAME,
        IDS_THAT_MAY_BE_MISSING,
        VALUES,
        BLOCKS_AS_THEY_COME,
        OF_THE_SPECIFICATION,
    )
    for place in places.split()
}

"""How either endpoint spells the fields of our records: what its rule misses. Facts §1.3 and §2.2."""

from typing import Final

from gateway.model.cards import Card
from gateway.model.dialect import Dialect
from gateway.model.organisation import PartnerProgram, PartnerProgramTier, Program
from gateway.model.points import LoyaltyProgram, LoyaltyProgramV1
from gateway.model.profile import Membership, Person, Profile
from gateway.model.tiers import (
    GapToRenew,
    GapToRenewV1,
    GapToUpgrade,
    GapToUpgradeV1,
    RenewStrategy,
    SlabChange,
    UpgradeStrategyV1,
)
from gateway.model.undocumented import MembershipRetentionCriteria

V2: Final = Dialect(
    lambda graph_name, _: graph_name,
    {
        Membership: {"registered_on": ("createDate",), "updated_on": ("modifiedDate",)},
        Profile: {
            "created_on": ("createDate",),
            "modified_on": ("modifiedDate",),
            "identifiers": ("identifiers", "customerIdentifiers"),
        },
        Card: {"card_id": ("cardId", "id")},
    },
)
"""V2 spells as the graph does: the graph took its words from V2. `customerIdentifiers` is its spelling of 2020."""

_CAMEL_IN_SUMMARIES: Final = {
    "program_id": ("programId",),
    "lifetime_points": ("lifetimePoints",),
    "loyalty_points": ("loyaltyPoints",),
    "cumulative_purchases": ("cumulativePurchases",),
    "current_slab": ("currentSlab",),
    "current_slab_description": ("currentSlabDescription",),
    "next_slab": ("nextSlab",),
    "next_slab_description": ("nextSlabDescription",),
    "next_slab_serial_number": ("nextSlabSerialNumber",),
    "slab_sno": ("slabSNo",),
    "slab_expiry_date": ("slabExpiryDate",),
    "total_points": ("totalPoints",),
}
"""`points_summary[]` mixes camelCase with snake_case in one object."""

_CAMEL_IN_LISTS: Final = {
    "program_id": ("programId",),
    "program_name": ("programName",),
    "program_description": ("programDescription",),
    "is_default": ("isDefault",),
    "points_to_currency_ratio": ("pointsToCurrencyRatio",),
    "partner_program_id": ("partnerProgramId",),
    "partner_program_name": ("partnerProgramName",),
    "partner_program_description": ("partnerProgramDescription",),
    "partner_program_type": ("partnerProgramType",),
    "is_tier_based": ("isTierBased",),
    "points_exchange_rate": ("pointsExchangeRate",),
    "membership_period_type": ("membershipPeriodType",),
    "membership_period_value": ("membershipPeriodValue",),
    "partner_program_tiers": ("partnerProgramTiers",),
    "tier_number": ("tierNumber",),
    "tier_name": ("tierName",),
}
"""`programs_list` is in camelCase throughout, but for its PascalCase wrappers."""

V1: Final = Dialect(
    lambda _, python_name: python_name,
    {
        Person: {"first_name": ("firstname",), "last_name": ("lastname",)},
        Membership: {"loyalty_type": ("type",)},
        LoyaltyProgram: _CAMEL_IN_SUMMARIES,
        LoyaltyProgramV1: _CAMEL_IN_SUMMARIES,
        Program: _CAMEL_IN_LISTS,
        PartnerProgram: _CAMEL_IN_LISTS,
        PartnerProgramTier: _CAMEL_IN_LISTS,
        SlabChange: {"from_slab": ("from",), "to_slab": ("to",)},
        GapToRenew: {"renew_strategies": ("renew_strategy",), "program_id": ("programId",)},
        GapToRenewV1: {"program_id": ("programId",)},
        RenewStrategy: {"tracker_entity_identifiers": ("renew_entity_identifiers",)},
        GapToUpgrade: {"upgrade_strategies": ("upgrade_strategy",), "program_id": ("programId",)},
        GapToUpgradeV1: {"upgrade_strategies": ("upgrade_strategy",), "program_id": ("programId",)},
        UpgradeStrategyV1: {
            "upgrade_entity_identifiers": ("upgrade_entity_identifers", "upgrade_entity_identifiers"),
        },
        MembershipRetentionCriteria: {"program_id": ("programId", "program_id")},
    },
)
"""V1.1 spells in snake_case. `upgrade_entity_identifers` is its own misspelling, which it may mend one day."""

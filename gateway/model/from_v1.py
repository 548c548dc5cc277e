"""Reads one item of V1.1's `customers.customer[]` into the graph's values. Facts §2.2."""

from typing import Final, TypeVar

from gateway.model.details import (
    Consent,
    Fraud,
    FraudV1,
    NamedValue,
    OptIn,
    PersonV1,
    PointsTotals,
    TierUpgradeCriteria,
)
from gateway.model.dialect import Dialect
from gateway.model.expiry import ExpiredDay, ExpiryDay
from gateway.model.organisation import PartnerProgram, PartnerProgramTier, Program
from gateway.model.points import Balance, LoyaltyProgram, LoyaltyProgramV1, NextSlab
from gateway.model.profile import Membership, Person, Registration
from gateway.model.readers import Arguments, Block, Reader
from gateway.model.tiers import GapToRenew, GapToUpgrade, RenewStrategy, SlabChange, UpgradeStrategy

Record = TypeVar("Record")

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
        RenewStrategy: {"tracker_entity_identifiers": ("renew_entity_identifiers",)},
        GapToUpgrade: {"upgrade_strategies": ("upgrade_strategy",), "program_id": ("programId",)},
        UpgradeStrategy: {
            "upgrade_entity_identifiers": ("upgrade_entity_identifers", "upgrade_entity_identifiers"),
        },
    },
)
"""V1.1 spells in snake_case. `upgrade_entity_identifers` is its own misspelling, which it may mend one day."""


def person(reader: Reader, item: Block, _: Arguments) -> Person | None:
    """Names and main identifiers; V1.1 knows the INSTORE profile only."""
    return V1.record(reader, Person, item)


def membership(reader: Reader, item: Block, _: Arguments) -> Membership | None:
    """`type` is spelt in capitals here and in small letters on V2."""
    loyalty_type = reader.text(item, "type")
    return V1.record(reader, Membership, {**item, "type": loyalty_type and loyalty_type.lower()})


def balance(reader: Reader, item: Block, _: Arguments) -> Balance | None:
    """The default program's balance at the top of the item (facts §8). Who has no tier is not in that program."""
    return V1.record(reader, Balance, item) if reader.text(item, "current_slab") else None


def registration(reader: Reader, item: Block, _: Arguments) -> Registration | None:
    """Where the customer registered."""
    return V1.record(reader, Registration, item)


def programs(reader: Reader, item: Block, _: Arguments) -> list[LoyaltyProgram] | None:
    """The part of `points_summary[]` that V2 tells too; every scalar is a string."""
    return V1.records(reader, LoyaltyProgram, item, "points_summaries", "points_summary")


def programs_v1(reader: Reader, item: Block, _: Arguments) -> list[LoyaltyProgramV1] | None:
    """The part of `points_summary[]` that V1.1 alone tells."""
    return V1.records(reader, LoyaltyProgramV1, item, "points_summaries", "points_summary")


def person_v1(reader: Reader, item: Block, _: Arguments) -> PersonV1 | None:
    """What V1.1 alone tells of the person."""
    return V1.record(reader, PersonV1, item)


def custom_fields(reader: Reader, item: Block, _: Arguments) -> list[NamedValue] | None:
    """`custom_fields.field[]`; by name, so that both endpoints tell it alike."""
    found = V1.records(reader, NamedValue, item, "custom_fields", "field")
    return None if found is None else sorted(found, key=lambda field: field.name)


def fraud(reader: Reader, item: Block, _: Arguments) -> Fraud | None:
    """The part of `fraud_details` that V2 tells too."""
    return V1.record(reader, Fraud, reader.block(item, "fraud_details"))


def fraud_v1(reader: Reader, item: Block, _: Arguments) -> FraudV1 | None:
    """The part of `fraud_details` that V1.1 alone tells."""
    return V1.record(reader, FraudV1, reader.block(item, "fraud_details"))


def consent(reader: Reader, item: Block, _: Arguments) -> Consent | None:
    """`ndnc_status`."""
    return V1.record(reader, Consent, item)


def opt_in(reader: Reader, item: Block, _: Arguments) -> OptIn | None:
    """`optin_status`."""
    return V1.record(reader, OptIn, item)


def points_totals(reader: Reader, item: Block, _: Arguments) -> PointsTotals | None:
    """`points_summary` at the top of the item."""
    return V1.record(reader, PointsTotals, reader.block(item, "points_summary"))


def tier_upgrade_criteria(reader: Reader, item: Block, _: Arguments) -> TierUpgradeCriteria | None:
    """`tier_update_criteria`, absent in the top tier."""
    return V1.record(reader, TierUpgradeCriteria, reader.block(item, "tier_update_criteria"))


def expiry_days(reader: Reader, item: Block, _: Arguments) -> list[ExpiryDay] | None:
    """`expiry_schedule.schedule[]`; the inner key is left out when there is nothing."""
    return V1.records(reader, ExpiryDay, item, "expiry_schedule", "schedule")


def expired_days(reader: Reader, item: Block, _: Arguments) -> list[ExpiredDay] | None:
    """`expired_points.item[]`; the inner key is left out when there is nothing."""
    return V1.records(reader, ExpiredDay, item, "expired_points", "item")


def next_slab(reader: Reader, item: Block, _: Arguments) -> NextSlab | None:
    """`next_slab` and its number and description, at the top of the item."""
    return V1.record(reader, NextSlab, item)


def programs_list(reader: Reader, item: Block, _: Arguments) -> list[Program] | None:
    """`programs_list.program[]`, each with the partners in its wrapper `PartnerPrograms.PartnerProgram`."""
    found = reader.blocks(item, "programs_list", "program")
    if found is None:
        return None
    flat = ({**block, "partner_programs": reader.blocks(block, "PartnerPrograms", "PartnerProgram")} for block in found)
    return [program for block in flat if (program := V1.record(reader, Program, block))]


def slab_history(reader: Reader, item: Block, _: Arguments) -> list[SlabChange] | None:
    """`slab_history.history[]`, newest first as upstream lists it."""
    return V1.records(reader, SlabChange, item, "slab_history", "history")


def gap_to_renew(reader: Reader, item: Block, _: Arguments) -> list[GapToRenew] | None:
    """`gap_to_renew` of every program that has one."""
    return _gaps(reader, item, GapToRenew, "gap_to_renew")


def gap_to_upgrade(reader: Reader, item: Block, _: Arguments) -> list[GapToUpgrade] | None:
    """`gap_to_upgrade` of every program that has one. At the top there is no strategy, and so no gap."""
    found = _gaps(reader, item, GapToUpgrade, "gap_to_upgrade")
    return None if found is None else [gap for gap in found if gap.upgrade_strategies]


def _gaps(reader: Reader, item: Block, kind: type[Record], key: str) -> list[Record] | None:
    """A gap lies in the summary of its program, which alone tells the program's id."""
    summaries = reader.blocks(item, "points_summaries", "points_summary")
    if summaries is None:
        return None
    return [
        gap
        for summary in summaries
        if (block := reader.block(summary, key))
        and (gap := V1.record(reader, kind, {**block, "programId": summary.get("programId")}))
    ]

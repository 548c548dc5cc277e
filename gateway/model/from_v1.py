"""Reads one item of V1.1's `customers.customer[]` into the graph's values. Facts §2.2."""

from collections.abc import Callable
from typing import Final, TypeVar

from gateway.model.details import (
    Consent,
    Fraud,
    FraudV1,
    NamedValue,
    OptIn,
    PersonV1,
    PointsTotals,
    Promoter,
    TierUpgradeCriteria,
)
from gateway.model.dialects import V1
from gateway.model.excerpts import BlockReader, Excerpt, along, joined, reads, whole
from gateway.model.expiry import ExpiredDay, ExpiryDay
from gateway.model.organisation import Program
from gateway.model.points import Balance, LoyaltyProgram, LoyaltyProgramV1, NextSlab
from gateway.model.profile import Membership, Person, Registration
from gateway.model.promotions import PromotionPoints, PromotionPointsItem
from gateway.model.readers import Arguments, Block, Reader
from gateway.model.segments import SegmentDetail
from gateway.model.tiers import (
    GapToRenew,
    GapToRenewV1,
    GapToUpgrade,
    GapToUpgradeV1,
    SlabChange,
)
from gateway.model.transactions import Coupon, Transaction
from gateway.model.undocumented import (
    CardDetails,
    DelayedAccrual,
    ImageDetails,
    MemberCareAccess,
    MembershipRetentionCriteria,
    Notes,
    Raw,
    SubscriptionDetails,
    Trackers,
    UserGroupDetails,
    UserGroups2Details,
)

Record = TypeVar("Record")
SomeRaw = TypeVar("SomeRaw", bound=Raw)

_SUMMARIES: Final = ("points_summaries", "points_summary")
_PARTNERS: Final = ("linked_partner_programs", "linked_partner_program")


@reads(V1.excerpt(Membership))
def membership(reader: Reader, item: Block, _: Arguments) -> Membership | None:
    """`type` is spelt in capitals here and in small letters on V2."""
    found = V1.record(reader, Membership, item if "type" in item else {**item, "type": None})
    if found is not None and found.loyalty_type:
        found.loyalty_type = found.loyalty_type.lower()
    return found


@reads(joined(V1.excerpt(Balance), whole("current_slab")))
def balance(reader: Reader, item: Block, _: Arguments) -> Balance | None:
    """The default program's balance at the top of the item (facts §8). Who has no tier is not in that program."""
    return V1.record(reader, Balance, item) if reader.text(item, "current_slab") else None


def _one(kind: type[Record]) -> BlockReader[Record | None]:
    """Of a record whose fields lie at the top of the item."""
    return BlockReader(lambda reader, item, _: V1.record(reader, kind, item), V1.excerpt(kind))


def _in(kind: type[Record], key: str) -> BlockReader[Record | None]:
    """Of a record in a block of its own."""
    return BlockReader(
        lambda reader, item, _: V1.record(reader, kind, reader.block(item, key)), along((key,), V1.excerpt(kind))
    )


def _many(kind: type[Record], *path: str) -> BlockReader[list[Record] | None]:
    """Of the records in a list. The inner key is often left out when there is nothing."""
    return BlockReader(lambda reader, item, _: V1.records(reader, kind, item, *path), along(path, V1.excerpt(kind)))


def _raw(kind: type[SomeRaw], key: str) -> BlockReader[SomeRaw | None]:
    """Of a block whose shape is not known."""
    return BlockReader(
        lambda reader, item, _: None if (found := reader.raw(item, key)) is None else kind(raw=found), whole(key)
    )


person = _one(Person)  # V1.1 knows the INSTORE profile only
registration = _one(Registration)
person_v1 = _one(PersonV1)
promoter = _one(Promoter)
consent = _one(Consent)
opt_in = _one(OptIn)
next_slab = _one(NextSlab)
fraud = _in(Fraud, "fraud_details")
fraud_v1 = _in(FraudV1, "fraud_details")
points_totals = _in(PointsTotals, "points_summary")
tier_upgrade_criteria = _in(TierUpgradeCriteria, "tier_update_criteria")  # asked for as upgrade
programs = _many(LoyaltyProgram, *_SUMMARIES)
expiry_days = _many(ExpiryDay, "expiry_schedule", "schedule")
expired_days = _many(ExpiredDay, "expired_points", "item")
slab_history = _many(SlabChange, "slab_history", "history")
coupons = _many(Coupon, "coupons", "coupon")
extended_fields = _many(NamedValue, "extended_fields", "field")
card_details = _raw(CardDetails, "card_details")
image_details = _raw(ImageDetails, "customer_image")
user_group_details = _raw(UserGroupDetails, "user_group")
user_groups2_details = _raw(UserGroups2Details, "user_groups2")
delayed_accrual = _raw(DelayedAccrual, "delayed_accrual")
trackers = _raw(Trackers, "trackers")
notes = _raw(Notes, "notes")
member_care_access = _raw(MemberCareAccess, "member_care_access")


@reads(whole("subscriptions", "subscription"))
def subscription_details(reader: Reader, item: Block, _: Arguments) -> SubscriptionDetails | None:
    """`subscriptions`, or `subscription` as an old server has it."""
    found = reader.raw(item, "subscriptions")
    found = reader.raw(item, "subscription") if found is None else found
    return None if found is None else SubscriptionDetails(raw=found)


@reads(whole("membership_retention_criteria"))
def retention_criteria(reader: Reader, item: Block, _: Arguments) -> MembershipRetentionCriteria | None:
    """`membership_retention_criteria`, read where it is one object and handed on whatever it is."""
    raw = reader.raw(item, "membership_retention_criteria")
    if raw is None:
        return None
    block = {**(reader.first(item, "membership_retention_criteria") or {}), "raw": raw}
    return V1.record(reader, MembershipRetentionCriteria, block)


@reads(along(_SUMMARIES, joined(V1.excerpt(LoyaltyProgramV1), whole(_PARTNERS[0]))))
def programs_v1(reader: Reader, item: Block, _: Arguments) -> list[LoyaltyProgramV1] | None:
    """The part of `points_summary[]` that V1.1 alone tells, partners out of their wrapper."""
    found = reader.blocks(item, *_SUMMARIES)
    if found is None:
        return None
    flat = ({**block, "linked_partner_program_details": reader.blocks(block, *_PARTNERS) or None} for block in found)
    return [program for block in flat if (program := V1.record(reader, LoyaltyProgramV1, block))]


@reads(along(_SUMMARIES, V1.excerpt(LoyaltyProgram)))
def program(reader: Reader, item: Block, arguments: Arguments) -> LoyaltyProgram | None:
    """The one program asked for, whether upstream left the others out or not."""
    listed = programs(reader, item, arguments) or []
    return next((one for one in listed if one.program_id == arguments["program_id"]), None)


@reads(along(("transactions", "transaction"), V1.excerpt(Transaction)))
def transactions(reader: Reader, item: Block, arguments: Arguments) -> list[Transaction] | None:
    """`transactions.transaction[]`; how they were paid only where that was asked for."""
    found = V1.records(reader, Transaction, item, "transactions", "transaction")
    for transaction in found or []:
        transaction.tenders = transaction.tenders if "tenders" in arguments else None
        transaction.credit_notes = transaction.credit_notes if "credit_notes" in arguments else None
    return found


@reads(whole("promotion_points"))
def promotion_points(reader: Reader, item: Block, _: Arguments) -> PromotionPoints | None:
    """`promotion_points`, each list in a wrapper `item`."""
    block = reader.block(item, "promotion_points")
    if block is None:
        return None

    def listed(key: str) -> list[PromotionPointsItem]:
        return V1.records(reader, PromotionPointsItem, block, key, "item") or []

    return PromotionPoints(
        customer=listed("customer"), transactions=listed("transactions"), lineitems=listed("lineitems")
    )


@reads(whole("segments"))
def segment_details(reader: Reader, item: Block, _: Arguments) -> list[SegmentDetail] | None:
    """`segments.segment[]`, the partitions of each in a wrapper `values.value`."""
    found = reader.blocks(item, "segments", "segment")
    if found is None:
        return None
    flat = ({**block, "values": reader.blocks(block, "values", "value")} for block in found)
    return [segment for block in flat if (segment := V1.record(reader, SegmentDetail, block))]


@reads(along(("custom_fields", "field"), V1.excerpt(NamedValue)))
def custom_fields(reader: Reader, item: Block, _: Arguments) -> list[NamedValue] | None:
    """`custom_fields.field[]`; by name, so that both endpoints tell it alike."""
    found = V1.records(reader, NamedValue, item, "custom_fields", "field")
    return None if found is None else sorted(found, key=lambda field: field.name)


@reads(whole("programs_list"))
def programs_list(reader: Reader, item: Block, _: Arguments) -> list[Program] | None:
    """`programs_list.program[]`, each with the partners in its wrapper `PartnerPrograms.PartnerProgram`."""
    found = reader.blocks(item, "programs_list", "program")
    if found is None:
        return None
    flat = (
        {**block, "partner_programs": reader.blocks(block, "PartnerPrograms", "PartnerProgram")}
        if "PartnerPrograms" in block
        else block
        for block in found
    )
    return [program for block in flat if (program := V1.record(reader, Program, block))]


def _excerpt_of_gap(key: str) -> Excerpt:
    """A gap lies in the summary of its program, which alone tells the program's id."""
    return along(_SUMMARIES, whole("programId", key))


@reads(_excerpt_of_gap("gap_to_renew"))
def gap_to_renew(reader: Reader, item: Block, _: Arguments) -> list[GapToRenew] | None:
    """`gap_to_renew` of every program that has one."""
    return _gaps(reader, item, GapToRenew, "gap_to_renew")


@reads(_excerpt_of_gap("gap_to_renew"))
def gap_to_renew_v1(reader: Reader, item: Block, _: Arguments) -> list[GapToRenewV1] | None:
    """The part of `gap_to_renew` that V1.1 alone tells."""
    return _gaps(reader, item, GapToRenewV1, "gap_to_renew")


@reads(_excerpt_of_gap("gap_to_upgrade"))
def gap_to_upgrade(reader: Reader, item: Block, _: Arguments) -> list[GapToUpgrade] | None:
    """`gap_to_upgrade` of every program that has one. At the top there is no strategy, and so no gap."""
    found = _gaps(reader, item, GapToUpgrade, "gap_to_upgrade", _placed)
    return None if found is None else [gap for gap in found if gap.upgrade_strategies]


@reads(_excerpt_of_gap("gap_to_upgrade"))
def gap_to_upgrade_v1(reader: Reader, item: Block, _: Arguments) -> list[GapToUpgradeV1] | None:
    """The part of `gap_to_upgrade` that V1.1 alone tells."""
    return _gaps(reader, item, GapToUpgradeV1, "gap_to_upgrade", _placed)


def _placed(reader: Reader, gap: Block) -> Block:
    """The gap with a record for every strategy, whatever it lacks: their places join its two parts."""
    strategies = reader.blocks(gap, "upgrade_strategy")
    return {**gap, "upgrade_strategy": [{"upgrade_based_on": None, **one} for one in strategies or []]}


def _gaps(
    reader: Reader,
    item: Block,
    kind: type[Record],
    key: str,
    flat: Callable[[Reader, Block], Block] = lambda _, gap: gap,
) -> list[Record] | None:
    summaries = reader.blocks(item, *_SUMMARIES)
    if summaries is None:
        return None
    return [
        gap
        for summary in summaries
        if (block := reader.block(summary, key))
        and (gap := V1.record(reader, kind, {**flat(reader, block), "programId": summary.get("programId")}))
    ]

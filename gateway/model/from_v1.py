"""Reads one item of V1.1's `customers.customer[]` into the graph's values. Facts §2.2."""

import msgspec
import strawberry

from gateway.model.from_v2 import identity
from gateway.model.points import Balance, LoyaltyProgram, LoyaltyProgramV1
from gateway.model.profile import Membership, Person, Registration, Store, Till
from gateway.model.readers import Arguments, Block, Reader
from gateway.model.tiers import (
    GapToRenew,
    GapToUpgrade,
    RenewStrategy,
    SlabChange,
    TierTracker,
    UpgradeProgress,
    UpgradeStrategy,
)

_Relation = list[list[int] | int]


def person(reader: Reader, item: Block, _: Arguments) -> Person | None:
    """Names and main identifiers; V1.1 knows the INSTORE profile only."""
    return Person(
        first_name=reader.text(item, "firstname"),
        last_name=reader.text(item, "lastname"),
        mobile=reader.text(item, "mobile"),
        email=reader.text(item, "email"),
        external_id=reader.text(item, "external_id"),
    )


def membership(reader: Reader, item: Block, _: Arguments) -> Membership | None:
    """`type` is spelt in capitals here and in small letters on V2."""
    loyalty_type = reader.text(item, "type")
    return Membership(
        loyalty_type=loyalty_type and loyalty_type.lower(),
        lifetime_purchases=reader.number(item, "lifetime_purchases"),
        registered_on=reader.moment(item, "registered_on"),
        updated_on=reader.moment(item, "updated_on"),
    )


def balance(reader: Reader, item: Block, _: Arguments) -> Balance | None:
    """The default program's balance at the top of the item (facts §8). Who has no tier is not in that program."""
    current_slab = reader.text(item, "current_slab")
    if current_slab is None:
        return None
    return Balance(
        lifetime_points=reader.number(item, "lifetime_points"),
        loyalty_points=reader.number(item, "loyalty_points"),
        current_slab=current_slab,
    )


def registration(reader: Reader, item: Block, _: Arguments) -> Registration | None:
    """Where the customer registered."""
    till = reader.block(item, "registered_till")
    return Registration(
        registered_store=_store(reader, item, "registered_store"),
        registered_till=None if till is None else Till(code=reader.text(till, "code"), name=reader.text(till, "name")),
        registered_by=reader.text(item, "registered_by"),
    )


def _store(reader: Reader, block: Block, key: str) -> Store | None:
    store = reader.block(block, key)
    return None if store is None else Store(code=reader.text(store, "code"), name=reader.text(store, "name"))


def _summaries(reader: Reader, item: Block) -> list[tuple[strawberry.ID, Block]] | None:
    found = reader.blocks(item, "points_summaries", "points_summary")
    if found is None:
        return None
    return [(key, summary) for summary in found if (key := identity(reader, summary, "programId"))]


def programs(reader: Reader, item: Block, _: Arguments) -> list[LoyaltyProgram] | None:
    """`points_summaries.points_summary[]`: camelCase and snake_case in one object, every scalar a string."""
    found = _summaries(reader, item)
    if found is None:
        return None
    return [
        LoyaltyProgram(
            program_id=program_id,
            program_title=reader.text(block, "program_title"),
            program_description=reader.text(block, "program_description"),
            program_points_to_currency_ratio=reader.number(block, "program_points_to_currency_ratio"),
            lifetime_points=reader.number(block, "lifetimePoints"),
            loyalty_points=reader.number(block, "loyaltyPoints"),
            redeemed=reader.number(block, "redeemed"),
            expired=reader.number(block, "expired"),
            returned=reader.number(block, "returned"),
            adjusted=reader.number(block, "adjusted"),
            delayed_points=reader.number(block, "delayed_points"),
            delayed_returned_points=reader.number(block, "delayed_returned_points"),
            total_available_points=reader.number(block, "total_available_points"),
            total_returned_points=reader.number(block, "total_returned_points"),
            cumulative_purchases=reader.number(block, "cumulativePurchases"),
            current_slab=reader.text(block, "currentSlab"),
            current_slab_description=reader.text(block, "currentSlabDescription"),
            slab_sno=reader.serial(block, "slabSNo"),
            slab_expiry_date=reader.moment(block, "slabExpiryDate"),
            next_slab=reader.text(block, "nextSlab"),
            next_slab_description=reader.text(block, "nextSlabDescription"),
            next_slab_serial_number=reader.serial(block, "nextSlabSerialNumber"),
        )
        for program_id, block in found
    ]


def programs_v1(reader: Reader, item: Block, _: Arguments) -> list[LoyaltyProgramV1] | None:
    """What only V1.1 tells of a program."""
    found = _summaries(reader, item)
    if found is None:
        return None
    return [
        LoyaltyProgramV1(program_id=program_id, total_points=reader.number(block, "totalPoints"))
        for program_id, block in found
    ]


def slab_history(reader: Reader, item: Block, _: Arguments) -> list[SlabChange] | None:
    """`slab_history.history[]`, newest first as upstream lists it."""
    found = reader.blocks(item, "slab_history", "history")
    if found is None:
        return None
    return [
        SlabChange(
            program_id=identity(reader, change, "program_id"),
            type=reader.text(change, "type"),
            from_slab=reader.text(change, "from"),
            to_slab=reader.text(change, "to"),
            changed_on=reader.moment(change, "changed_on"),
            from_tier_expiry_date=reader.moment(change, "from_tier_expiry_date"),
            to_tier_expiry_date=reader.moment(change, "to_tier_expiry_date"),
            store=_store(reader, change, "store"),
            notes=reader.text(change, "notes"),
        )
        for change in found
    ]


def gap_to_renew(reader: Reader, item: Block, _: Arguments) -> list[GapToRenew] | None:
    """`gap_to_renew` of every program that has one."""
    found = _summaries(reader, item)
    if found is None:
        return None
    return [
        GapToRenew(
            program_id=program_id,
            tier_expiry_date=reader.day(gap, "tier_expiry_date"),
            renew_confirmed=reader.flag(gap, "renew_confirmed"),
            custom_expression=reader.text(gap, "custom_expression"),
            expression_relation=_relation(reader, gap),
            renew_strategies=[
                RenewStrategy(
                    renew_based_on=reader.text(strategy, "renew_based_on"),
                    tracker_entity_identifiers=_tracker(reader, strategy, "renew_entity_identifiers"),
                    renew_threshold=reader.number(strategy, "renew_threshold"),
                    customer_renew_entity_value=reader.number(strategy, "customer_renew_entity_value"),
                    customer_gap_to_renew_value=reader.number(strategy, "customer_gap_to_renew_value"),
                )
                for strategy in reader.blocks(gap, "renew_strategy") or []
            ],
        )
        for program_id, summary in found
        if (gap := reader.block(summary, "gap_to_renew"))
    ]


def gap_to_upgrade(reader: Reader, item: Block, _: Arguments) -> list[GapToUpgrade] | None:
    """`gap_to_upgrade` of every program that has one. At the top there is no strategy, and so no gap."""
    found = _summaries(reader, item)
    if found is None:
        return None
    return [
        GapToUpgrade(
            program_id=program_id,
            custom_expression=reader.text(gap, "custom_expression"),
            expression_relation=_relation(reader, gap),
            upgrade_strategies=[_upgrade_strategy(reader, strategy) for strategy in strategies],
        )
        for program_id, summary in found
        if (gap := reader.block(summary, "gap_to_upgrade")) and (strategies := reader.blocks(gap, "upgrade_strategy"))
    ]


def _upgrade_strategy(reader: Reader, strategy: Block) -> UpgradeStrategy:
    """The key `upgrade_entity_identifers` is misspelt upstream; both spellings are read, objects or lists of one."""
    values = next(iter(reader.blocks(strategy, "customer_upgrade_entity_values") or []), None)
    return UpgradeStrategy(
        upgrade_based_on=reader.text(strategy, "upgrade_based_on"),
        upgrade_entity_identifiers=_tracker(reader, strategy, "upgrade_entity_identifers")
        or _tracker(reader, strategy, "upgrade_entity_identifiers"),
        upgrade_threshold=reader.number(strategy, "upgrade_threshold"),
        customer_upgrade_entity_values=None
        if values is None
        else UpgradeProgress(
            current_value=reader.number(values, "current_value"),
            gap_to_upgrade=reader.number(values, "gap_to_upgrade"),
            value_valid_upto=reader.day(values, "value_valid_upto"),
        ),
    )


def _tracker(reader: Reader, block: Block, key: str) -> TierTracker | None:
    tracker = next(iter(reader.blocks(block, key) or []), None)
    if tracker is None:
        return None
    return TierTracker(
        tracker_name=reader.text(tracker, "tracker_name"),
        tracker_type=reader.text(tracker, "tracker_type"),
        tracker_mode=reader.text(tracker, "tracker_mode"),
        tracker_case_name=reader.text(tracker, "tracker_case_name"),
        tracker_case_period_type=reader.text(tracker, "tracker_case_period_type"),
        tracker_case_period_value=reader.integer(tracker, "tracker_case_period_value"),
    )


def _relation(reader: Reader, gap: Block) -> list[list[int]] | None:
    """`[[1, 2], [3]]`, also written `[[1, 2], 3]`, as a list or as its text (facts §2.2)."""
    value = gap.get("expression_relation") or "[]"
    try:
        groups = (
            msgspec.json.decode(value, type=_Relation) if isinstance(value, str) else msgspec.convert(value, _Relation)
        )
    except msgspec.MsgspecError:
        return reader.odd("expression_relation", "list of lists of integers", value)
    return [group if isinstance(group, list) else [group] for group in groups] or None

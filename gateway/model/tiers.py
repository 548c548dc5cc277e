"""Tiers (slabs): how they changed, and what is missing to keep or to raise them."""

import strawberry

from gateway.model.describe import described, listed, record, required
from gateway.model.profile import Store
from gateway.model.scalars import Date, DateTime


@record(description="One change of the customer's tier.", v1="slab_history.history[]")
class SlabChange:
    """V1.1 `slab_history.history[]`."""

    program_id: strawberry.ID | None = described("The program in which the tier changed.")
    type: str | None = described("What kind of change: `UPGRADE`, `DOWNGRADE` or `RENEW`; upstream may add others.")
    from_slab: str | None = described("The name of the tier before the change: `Silver`.", name="from")
    to_slab: str | None = described("The name of the tier after the change: `Gold`.", name="to")
    changed_on: DateTime | None = described("When the tier changed.")
    from_tier_expiry_date: DateTime | None = described("When the tier before the change would have ended.")
    to_tier_expiry_date: DateTime | None = described("When the tier after the change ends.")
    store: Store | None = described("The store in which the change was made, where there is one.")
    notes: str | None = described("Upstream's remarks on the change.")


@record(
    description="The tracker that a tier strategy looks at.",
    v2="loyaltyProgramDetails[].gapToRenewSummary.renewStrategies[].trackerEntityIdentifiers",
    v1="points_summaries.points_summary[].gap_to_upgrade.upgrade_strategy[].upgrade_entity_identifers, "
    "points_summaries.points_summary[].gap_to_renew.renew_strategy[].renew_entity_identifiers",
)
class TierTracker:
    """V1.1 `upgrade_entity_identifers` (spelt so) and `renew_entity_identifiers`."""

    tracker_name: str | None = described("The tracker's name.")
    tracker_type: str | None = described("What is tracked, such as `BILL_AMOUNT`.")
    tracker_mode: str | None = described(
        "The window: `MOVING_WINDOW`, `CYCLIC_WINDOW`, `CALENDAR_BASED_CYCLIC_WINDOW`, `TIER_CHANGE_WINDOW`."
    )
    tracker_case_name: str | None = described("The name of the tracker's case.")
    tracker_case_period_type: str | None = described("The unit of the period, such as `DAYS`.")
    tracker_case_period_value: int | None = described("The length of the period, in `trackerCasePeriodType`.")


@record(
    description="One way to keep the current tier.",
    v2="loyaltyProgramDetails[].gapToRenewSummary.renewStrategies[]",
    v1="points_summaries.points_summary[].gap_to_renew.renew_strategy[]",
)
class RenewStrategy:
    """V1.1 `gap_to_renew.renew_strategy[]`."""

    renew_based_on: str | None = described("What counts: `VISITS`, `PURCHASE`, `POINTS`, `TRACKER`.")
    tracker_entity_identifiers: TierTracker | None = described("The tracker, where a tracker counts.")
    renew_threshold: float | None = described(
        "How much is needed, in the unit of what counts: visits, points or an amount of money."
    )
    customer_renew_entity_value: float | None = described("How much the customer has, in the unit of what counts.")
    customer_gap_to_renew_value: float | None = described("How much is missing, in the unit of what counts.")


@record(
    description="What is missing to keep the current tier of one program.",
    v2="loyaltyProgramDetails[].gapToRenewSummary",
    v1="points_summaries.points_summary[].gap_to_renew",
)
class GapToRenew:
    """V1.1 `points_summary[].gap_to_renew`, V2 `gapToRenewSummary`; there is none in the base tier."""

    program_id: strawberry.ID = required(
        "The program whose tier it is.",
        v2="loyaltyProgramDetails[].programId",
        v1="points_summaries.points_summary[].programId",
    )
    tier_expiry_date: Date | None = described("The day the current tier ends.")
    renew_confirmed: bool | None = described("Whether the tier is already safe.")
    renew_strategies: list[RenewStrategy] = listed("The ways to keep the tier.")


@record(v1="points_summaries.points_summary[].gap_to_renew")
class GapToRenewV1:
    """What V1.1 alone tells of it; `program_id` joins it to the rest."""

    program_id: strawberry.ID = required(
        "The program whose tier it is.",
        v2="loyaltyProgramDetails[].programId",
        v1="points_summaries.points_summary[].programId",
    )
    custom_expression: str | None = described("How the strategies combine, such as `((A AND B) OR C)`.")
    expression_relation: list[list[int]] | None = described(
        "The same as numbers of strategies: `[[1, 2], [3]]` means 1 and 2, or 3."
    )


@record(
    description="Where the customer stands on the way to an upgrade.",
    v2="loyaltyProgramDetails[].upgradeStrategies[].customerUpgradeEntityValues",
    v1="points_summaries.points_summary[].gap_to_upgrade.upgrade_strategy[].customer_upgrade_entity_values",
)
class UpgradeProgress:
    """V1.1 `customer_upgrade_entity_values`."""

    current_value: float | None = described("How much the customer has, in the unit of what counts.")
    gap_to_upgrade: float | None = described("How much is missing, in the unit of what counts.")
    value_valid_upto: Date | None = described("The day until which the value counts.")


@record(
    description="One way to reach the next tier.",
    v2="loyaltyProgramDetails[].upgradeStrategies[]",
    v1="points_summaries.points_summary[].gap_to_upgrade.upgrade_strategy[]",
)
class UpgradeStrategy:
    """V1.1 `gap_to_upgrade.upgrade_strategy[]`, V2 `upgradeStrategies[]`."""

    upgrade_based_on: str | None = described(
        "What counts: `CUMULATIVE_PURCHASES`, `LIFETIME_POINTS`, `CURRENT_POINTS`, `TRACKER_VALUE_BASED`."
    )
    upgrade_threshold: float | None = described(
        "How much is needed, in the unit of what counts: visits, points or an amount of money."
    )
    customer_upgrade_entity_values: UpgradeProgress | None = described("Where the customer stands.")


@record(
    description="What is missing to reach the next tier of one program.",
    v2="loyaltyProgramDetails[]",
    v1="points_summaries.points_summary[].gap_to_upgrade",
)
class GapToUpgrade:
    """V1.1 `points_summary[].gap_to_upgrade`, V2 `upgradeStrategies`; there is none in the top tier."""

    program_id: strawberry.ID = required(
        "The program whose tier it is.",
        v2="loyaltyProgramDetails[].programId",
        v1="points_summaries.points_summary[].programId",
    )
    upgrade_strategies: list[UpgradeStrategy] = listed("The ways to reach the next tier.")


@record(v1="points_summaries.points_summary[].gap_to_upgrade.upgrade_strategy[]")
class UpgradeStrategyV1:
    """What V1.1 alone tells of a strategy; its place in the list joins it to the rest."""

    upgrade_based_on: str | None = described("What counts.")
    upgrade_entity_identifiers: TierTracker | None = described("The tracker, where a tracker counts.")


@record(v1="points_summaries.points_summary[].gap_to_upgrade")
class GapToUpgradeV1:
    """What V1.1 alone tells of it; `program_id` joins it to the rest."""

    program_id: strawberry.ID = required(
        "The program whose tier it is.",
        v2="loyaltyProgramDetails[].programId",
        v1="points_summaries.points_summary[].programId",
    )
    custom_expression: str | None = described("How the strategies combine, such as `((A AND B) OR C)`.")
    expression_relation: list[list[int]] | None = described(
        "The same as numbers of strategies: `[[1, 2], [3]]` means 1 and 2, or 3."
    )
    upgrade_strategies: list[UpgradeStrategyV1] = listed("The trackers of its strategies.")

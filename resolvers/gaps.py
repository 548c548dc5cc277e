"""What is missing to keep or to raise a tier: what both endpoints may tell, joined with what V1.1 alone tells."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import strawberry

from gateway.context import Customer
from gateway.facets.catalog import GAP_TO_RENEW, GAP_TO_RENEW_V1, GAP_TO_UPGRADE, GAP_TO_UPGRADE_V1
from gateway.facets.needs import Lives
from gateway.facets.shapes import Narrowed, Placed
from gateway.model import tiers
from resolvers.fields import HOME, SHAPE, asked, fields_of, of_same_program, spreads, value_of

InDays = Annotated[
    int,
    strawberry.argument(
        description="How many days ahead the gap is seen: 0 for today, 30 for in 30 days. Not negative.",
        name="inDays",
    ),
]

_JOINED = frozenset({"program_id", "upgrade_strategies"})


def of_program(gaps: list[Any] | None, program_id: str | None) -> list[Any] | None:
    """The gaps of all programs, or of the one asked for."""
    if gaps is None or not program_id:
        return gaps
    return [gap for gap in gaps if gap.program_id == program_id]


OF_PROGRAM_TO_RENEW: Final = Narrowed(GAP_TO_RENEW.value, of_program, "programId")
OF_PROGRAM_TO_UPGRADE: Final = Narrowed(GAP_TO_UPGRADE.value, of_program, "programId")


def tracker_of(strategy: Any, gaps: Any, gap: Any, place: int) -> tiers.TierTracker | None:
    """The tracker of the strategy at a place of a gap, if V1.1 lists the same strategy there."""
    found = of_same_program(gap, gaps)
    others: list[tiers.UpgradeStrategyV1] = found.upgrade_strategies[place : place + 1] if found else []
    same = (one for one in others if one.upgrade_based_on == strategy.upgrade_based_on)
    return next((one.upgrade_entity_identifiers for one in same), None)


@strawberry.type(name="GapToRenew", description="What is missing to keep the current tier of one program.")
@spreads(GAP_TO_RENEW_V1, pick=of_same_program, without=_JOINED)
class GapToRenew(tiers.GapToRenew):
    """The plain record, and how its strategies combine."""

    known: strawberry.Private[Customer]
    within: strawberry.Private[Mapping[str, int]]


@strawberry.type(name="UpgradeStrategy", description="One way to reach the next tier.")
class UpgradeStrategy(tiers.UpgradeStrategy):
    """The plain record, and its tracker."""

    known: strawberry.Private[Customer]
    within: strawberry.Private[Mapping[str, int]]
    program_id: strawberry.Private[str]
    place: strawberry.Private[int]

    @strawberry.field(
        description="The tracker, where a tracker counts.",
        metadata={
            HOME: Lives(GAP_TO_UPGRADE_V1, within=True),
            SHAPE: Placed(tiers.TierTracker | None, tracker_of),
        },
    )
    async def upgrade_entity_identifiers(self) -> tiers.TierTracker | None:
        """See `tracker_of`."""
        return tracker_of(self, await value_of(self, GAP_TO_UPGRADE_V1), self, self.place)


@strawberry.type(name="GapToUpgrade", description="What is missing to reach the next tier of one program.")
@spreads(GAP_TO_UPGRADE_V1, pick=of_same_program, without=_JOINED)
class GapToUpgrade(tiers.GapToUpgrade):
    """The plain record, how its strategies combine and their trackers."""

    known: strawberry.Private[Customer]
    within: strawberry.Private[Mapping[str, int]]
    upgrade_strategies: list[UpgradeStrategy] = strawberry.field(  # pyright: ignore[reportIncompatibleVariableOverride] - never written
        description="The ways to reach the next tier."
    )


async def gaps_to_renew(known: Customer, in_days: int) -> list[GapToRenew] | None:
    """The gap of every program that has one."""
    found: list[tiers.GapToRenew] | None = await asked(known, GAP_TO_RENEW, days=in_days)
    within = {"days": in_days}
    return None if found is None else [GapToRenew(known=known, within=within, **fields_of(gap)) for gap in found]


async def gaps_to_upgrade(known: Customer, in_days: int) -> list[GapToUpgrade] | None:
    """The gap of every program that has one."""
    found: list[tiers.GapToUpgrade] | None = await asked(known, GAP_TO_UPGRADE, days=in_days)
    return None if found is None else [_gap_to_upgrade(known, {"days": in_days}, gap) for gap in found]


def _gap_to_upgrade(known: Customer, within: Mapping[str, int], gap: tiers.GapToUpgrade) -> GapToUpgrade:
    strategies = [
        UpgradeStrategy(known=known, within=within, program_id=gap.program_id, place=place, **fields_of(one))
        for place, one in enumerate(gap.upgrade_strategies)
    ]
    return GapToUpgrade(known=known, within=within, program_id=gap.program_id, upgrade_strategies=strategies)

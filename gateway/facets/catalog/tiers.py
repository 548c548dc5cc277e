"""Tiers: how they changed, and what is missing to keep or to raise them. Rows of the catalog."""

from typing import Any, Final

from gateway.facets.arguments import days
from gateway.facets.capabilities import Gaps
from gateway.facets.catalog.points import OF_PROGRAM
from gateway.facets.facet import Endpoint
from gateway.facets.kind import Condition, FacetKind, FacetSource, Parameter
from gateway.model import details, from_v1, from_v2, tiers, undocumented
from gateway.model.excerpts import BlockReader

_MLP_V1: Final = {"mlp": "true"}
_DAYS: Final = (Parameter("days", days, required=True),)


_FLAGS: Final = Condition("gaps is flags", lambda able, _: able.gaps is Gaps.FLAGS)
_DETAILS: Final = Condition(
    "gaps is details, days is 0",  # gapDetails takes no days, so it can only mean today
    lambda able, arguments: able.gaps is Gaps.DETAILS and arguments.get("days") == 0,
)


def _gap(v1: BlockReader[Any], flag: str, code: str) -> FacetSource:
    """From V1.1, as every organisation has it."""
    return FacetSource(
        Endpoint.V1,
        v1,
        flags=_MLP_V1,
        valued={flag: "days"},
        touched_by=OF_PROGRAM,
        cost=2,
        partial_codes=frozenset({code, "91001"}),
    )


def _gap_of_v2(v2: BlockReader[Any], flag: str, code: str) -> tuple[FacetSource, FacetSource]:
    """From V2, for organisations whose V2 tells gaps."""
    failed = frozenset({code, "91001"})
    return (
        FacetSource(
            Endpoint.V2,
            v2,
            embeds=frozenset({"mlp"}),
            valued={flag: "days"},
            cost=2,
            partial_codes=failed,
            available=_FLAGS,
        ),
        FacetSource(
            Endpoint.V2,
            v2,
            embeds=frozenset({"mlp", "gapDetails"}),
            cost=2,
            partial_codes=failed,
            available=_DETAILS,
        ),
    )


SLAB_HISTORY: Final = FacetKind(
    "SLAB_HISTORY",
    "changes of tier; upstream needs mlp=true to tell them (seed V1.1, slab_history)",
    list[tiers.SlabChange] | None,
    (
        FacetSource(
            Endpoint.V1,
            from_v1.slab_history,
            flags={**_MLP_V1, "slab_history": "true"},
            touched_by=OF_PROGRAM,
            cost=2,
        ),
    ),
)
GAP_TO_RENEW: Final = FacetKind(
    "GAP_TO_RENEW",
    "what is missing to keep the tier, seen `days` ahead; needs mlp=true (seed V1.1, gap_to_renew_for)",
    list[tiers.GapToRenew] | None,
    (
        *_gap_of_v2(from_v2.gap_to_renew, "gapToRenew", "91014"),
        _gap(from_v1.gap_to_renew, "gap_to_renew_for", "91014"),
    ),
    parameters=_DAYS,
    fresh_for=60,
)
GAP_TO_RENEW_V1: Final = FacetKind(
    "GAP_TO_RENEW_V1",
    "how the strategies to keep the tier combine",
    list[tiers.GapToRenewV1] | None,
    (_gap(from_v1.gap_to_renew_v1, "gap_to_renew_for", "91014"),),
    parameters=_DAYS,
    fresh_for=60,
)
GAP_TO_UPGRADE: Final = FacetKind(
    "GAP_TO_UPGRADE",
    "what is missing to reach the next tier, seen `days` ahead; needs mlp=true (seed V1.1, gap_to_upgrade_for)",
    list[tiers.GapToUpgrade] | None,
    (
        *_gap_of_v2(from_v2.gap_to_upgrade, "gapToUpgrade", "91013"),
        _gap(from_v1.gap_to_upgrade, "gap_to_upgrade_for", "91013"),
    ),
    parameters=_DAYS,
    fresh_for=60,
)
GAP_TO_UPGRADE_V1: Final = FacetKind(
    "GAP_TO_UPGRADE_V1",
    "how the strategies to the next tier combine, and their trackers",
    list[tiers.GapToUpgradeV1] | None,
    (_gap(from_v1.gap_to_upgrade_v1, "gap_to_upgrade_for", "91013"),),
    parameters=_DAYS,
    fresh_for=60,
)
TIER_UPGRADE_CRITERIA: Final = FacetKind(
    "TIER_UPGRADE_CRITERIA",
    "what the next tier asks for, where it does not rest on a tracker",
    details.TierUpgradeCriteria | None,
    (
        FacetSource(
            Endpoint.V1,
            from_v1.tier_upgrade_criteria,
            flags={"tier_upgrade_criteria": "true"},
            touched_by=OF_PROGRAM,
        ),
    ),
)
RETENTION_CRITERIA: Final = FacetKind(
    "RETENTION_CRITERIA",
    "what keeps the tier of a membership; in no published payload",
    undocumented.MembershipRetentionCriteria | None,
    (
        FacetSource(
            Endpoint.V1,
            from_v1.retention_criteria,
            flags={"membership_retention_criteria": "true"},
            touched_by=OF_PROGRAM,
        ),
    ),
)
TRACKERS: Final = FacetKind(
    "TRACKERS",
    "the trackers on which tiers rest; documented by name only",
    undocumented.Trackers | None,
    (
        FacetSource(
            Endpoint.V1,
            from_v1.trackers,
            flags={"tracker_info": "true"},
            touched_by=OF_PROGRAM,
            cost=2,
            partial_codes=frozenset({"1099"}),
        ),
    ),
    fresh_for=60,
)

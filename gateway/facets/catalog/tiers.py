"""Tiers: how they changed, and what is missing to keep or to raise them. Rows of the catalog."""

from typing import Final

from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource
from gateway.model import details, from_v1, tiers

_MLP_V1: Final = {"mlp": "true"}

SLAB_HISTORY: Final = FacetKind(
    "SLAB_HISTORY",
    "changes of tier; upstream needs mlp=true to tell them (seed V1.1, slab_history)",
    list[tiers.SlabChange] | None,
    (FacetSource(Endpoint.V1, from_v1.slab_history, flags={**_MLP_V1, "slab_history": "true"}, cost=2),),
)
GAP_TO_RENEW: Final = FacetKind(
    "GAP_TO_RENEW",
    "what is missing to keep the tier, seen `days` ahead; needs mlp=true (seed V1.1, gap_to_renew_for)",
    list[tiers.GapToRenew] | None,
    (
        FacetSource(
            Endpoint.V1,
            from_v1.gap_to_renew,
            flags=_MLP_V1,
            valued={"gap_to_renew_for": "days"},
            cost=2,
            partial_codes=frozenset({"91014"}),
        ),
    ),
    parameters=("days",),
    fresh_for=60,
)
GAP_TO_UPGRADE: Final = FacetKind(
    "GAP_TO_UPGRADE",
    "what is missing to reach the next tier, seen `days` ahead; needs mlp=true (seed V1.1, gap_to_upgrade_for)",
    list[tiers.GapToUpgrade] | None,
    (
        FacetSource(
            Endpoint.V1,
            from_v1.gap_to_upgrade,
            flags=_MLP_V1,
            valued={"gap_to_upgrade_for": "days"},
            cost=2,
            partial_codes=frozenset({"91013"}),
        ),
    ),
    parameters=("days",),
    fresh_for=60,
)
TIER_UPGRADE_CRITERIA: Final = FacetKind(
    "TIER_UPGRADE_CRITERIA",
    "what the next tier asks for, where it does not rest on a tracker",
    details.TierUpgradeCriteria | None,
    (FacetSource(Endpoint.V1, from_v1.tier_upgrade_criteria, flags={"tier_upgrade_criteria": "true"}),),
)

"""The table of all facets and their sources: the only place that knows embed and flag names.

Facts are cited as in the reference: `V2 §1.2` is the V2 part of the collected upstream facts, `seed V1.1` the
upstream document itself. The order of the table is the order of the documentation.
"""

from collections.abc import Mapping
from typing import Final

from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource
from gateway.model import cards, details, expiry, from_v1, from_v2, points, profile, promotions, tiers
from gateway.model.readers import Arguments, Block, Reader


def _existence(_reader: Reader, _block: Block, _arguments: Arguments) -> bool:
    return True


_MLP_V1: Final = {"mlp": "true"}
_POINTS_FAILED: Final = frozenset({"91001"})

EXISTENCE: Final = FacetKind(
    "EXISTENCE",
    "that the customer exists, and their id",
    bool,
    (FacetSource(Endpoint.V2, _existence), FacetSource(Endpoint.V1, _existence, cost=3)),
)
PERSON: Final = FacetKind(
    "PERSON",
    "names, mobile, email and external id of the asked profile",
    profile.Person | None,
    (FacetSource(Endpoint.V2, from_v2.person), FacetSource(Endpoint.V1, from_v1.person)),
    of_profile=True,
)
MEMBERSHIP: Final = FacetKind(
    "MEMBERSHIP",
    "loyalty type, lifetime purchases, registered on, updated on",
    profile.Membership | None,
    (FacetSource(Endpoint.V2, from_v2.membership), FacetSource(Endpoint.V1, from_v1.membership)),
)
PROFILES: Final = FacetKind(
    "PROFILES",
    "every profile with its identifiers and channels",
    profile.Profiles | None,
    (FacetSource(Endpoint.V2, from_v2.profiles),),
)
REGISTRATION: Final = FacetKind(
    "REGISTRATION",
    "the store and till where the customer registered",
    profile.Registration | None,
    (FacetSource(Endpoint.V1, from_v1.registration),),
    fresh_for=3600,
)
POINTS: Final = FacetKind(
    "POINTS",
    "lifetime points, spendable points and tier of the default program",
    points.Balance | None,
    (
        FacetSource(Endpoint.V2, from_v2.balance, embeds=frozenset({"points"}), partial_codes=_POINTS_FAILED),
        FacetSource(Endpoint.V1, from_v1.balance, partial_codes=_POINTS_FAILED),
    ),
    fresh_for=60,
)
POINTS_V2: Final = FacetKind(
    "POINTS_V2",
    "the rest of the default program's points summary",
    points.BalanceDetails | None,
    (FacetSource(Endpoint.V2, from_v2.balance_details, embeds=frozenset({"points"}), partial_codes=_POINTS_FAILED),),
    fresh_for=60,
)
PROGRAMS: Final = FacetKind(
    "PROGRAMS",
    "points and tier of every loyalty program",
    list[points.LoyaltyProgram] | None,
    (
        FacetSource(Endpoint.V2, from_v2.programs, embeds=frozenset({"mlp"}), cost=3, partial_codes=_POINTS_FAILED),
        FacetSource(Endpoint.V1, from_v1.programs, flags=_MLP_V1, cost=3, partial_codes=_POINTS_FAILED),
    ),
    fresh_for=60,
)
PROGRAMS_V2: Final = FacetKind(
    "PROGRAMS_V2",
    "loyalty id, expired promised points and linked partner programs of every loyalty program",
    list[points.LoyaltyProgramV2] | None,
    (FacetSource(Endpoint.V2, from_v2.programs_v2, embeds=frozenset({"mlp"}), partial_codes=_POINTS_FAILED),),
    fresh_for=60,
)
PROGRAMS_V1: Final = FacetKind(
    "PROGRAMS_V1",
    "total points of every loyalty program",
    list[points.LoyaltyProgramV1] | None,
    (FacetSource(Endpoint.V1, from_v1.programs_v1, flags=_MLP_V1, partial_codes=_POINTS_FAILED),),
    fresh_for=60,
)
GROUP_PROGRAMS: Final = FacetKind(
    "GROUP_PROGRAMS",
    "groups of loyalty programs with their shared balance",
    list[points.GroupLoyaltyProgram] | None,
    (FacetSource(Endpoint.V2, from_v2.group_programs, embeds=frozenset({"mlp"}), partial_codes=_POINTS_FAILED),),
    fresh_for=60,
)
CARDS: Final = FacetKind(
    "CARDS",
    "loyalty cards; they come with every V2 call unless it is told not to",
    list[cards.Card] | None,
    (FacetSource(Endpoint.V2, from_v2.cards, suppressed_by={"embed": "ignoreCardDetails"}, cost=2),),
)
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
STATUS: Final = FacetKind(
    "STATUS",
    "the customer's status label",
    profile.CustomerStatus | None,
    (FacetSource(Endpoint.V2, from_v2.status, embeds=frozenset({"customerStatus"})),),
)
SUBSCRIPTIONS: Final = FacetKind(
    "SUBSCRIPTIONS",
    "which messages the customer wants on which channel",
    list[profile.Subscription] | None,
    (
        FacetSource(
            Endpoint.V2,
            from_v2.subscriptions,
            embeds=frozenset({"subscriptions"}),
            partial_codes=frozenset({"91002"}),
        ),
    ),
)
CUSTOM_FIELDS: Final = FacetKind(
    "CUSTOM_FIELDS",
    "fields that the organisation defines, of the asked profile",
    list[details.NamedValue] | None,
    (FacetSource(Endpoint.V2, from_v2.custom_fields), FacetSource(Endpoint.V1, from_v1.custom_fields)),
    of_profile=True,
)
ORIGIN: Final = FacetKind(
    "ORIGIN",
    "who made and changed the customer's record",
    details.Origin | None,
    (FacetSource(Endpoint.V2, from_v2.origin),),
    fresh_for=3600,
)
PERSON_V1: Final = FacetKind(
    "PERSON_V1",
    "gender and promoter status",
    details.PersonV1 | None,
    (FacetSource(Endpoint.V1, from_v1.person_v1),),
)
FRAUD: Final = FacetKind(
    "FRAUD",
    "fraud status and when it was set; V1.1 tells it unasked",
    details.Fraud | None,
    (
        FacetSource(Endpoint.V2, from_v2.fraud, flags={"includedFraudDetails": "true"}),
        FacetSource(Endpoint.V1, from_v1.fraud),
    ),
)
FRAUD_V1: Final = FacetKind(
    "FRAUD_V1",
    "who set the fraud status, and why",
    details.FraudV1 | None,
    (FacetSource(Endpoint.V1, from_v1.fraud_v1),),
)
PROMOTIONAL_POINTS: Final = FacetKind(
    "PROMOTIONAL_POINTS",
    "points given by promotions",
    promotions.PromotionalPoints | None,
    (FacetSource(Endpoint.V2, from_v2.promotional_points, embeds=frozenset({"promotionalPoints"}), cost=2),),
    fresh_for=60,
)
EXPIRY_SCHEDULES: Final = FacetKind(
    "EXPIRY_SCHEDULES",
    "points that will expire, by program and kind",
    list[expiry.ExpirySchedule] | None,
    (FacetSource(Endpoint.V2, from_v2.expiry_schedules, embeds=frozenset({"expirySchedules"}), cost=2),),
    fresh_for=60,
)
EXPIRY_DAYS: Final = FacetKind(
    "EXPIRY_DAYS",
    "points that will expire, by day; not the schedules of V2, for upstream adds them up over programs",
    list[expiry.ExpiryDay] | None,
    (FacetSource(Endpoint.V1, from_v1.expiry_days, flags={"expiry_schedule": "true"}, cost=2),),
    fresh_for=60,
)
EXPIRED_POINTS: Final = FacetKind(
    "EXPIRED_POINTS",
    "points that expired, by program",
    list[expiry.ExpiredPoints] | None,
    (FacetSource(Endpoint.V2, from_v2.expired_points, embeds=frozenset({"expiredPoints"}), cost=2),),
    fresh_for=60,
)
EXPIRED_DAYS: Final = FacetKind(
    "EXPIRED_DAYS",
    "points that expired, by day; upstream adds them up over programs",
    list[expiry.ExpiredDay] | None,
    (FacetSource(Endpoint.V1, from_v1.expired_days, flags={"expired_points": "true"}, cost=2),),
    fresh_for=60,
)
POINTS_TOTALS: Final = FacetKind(
    "POINTS_TOTALS",
    "points spent, expired, returned and adjusted in all programs",
    details.PointsTotals | None,
    (FacetSource(Endpoint.V1, from_v1.points_totals, flags={"points_summary": "true"}),),
    fresh_for=60,
)
TIER_UPGRADE_CRITERIA: Final = FacetKind(
    "TIER_UPGRADE_CRITERIA",
    "what the next tier asks for, where it does not rest on a tracker",
    details.TierUpgradeCriteria | None,
    (FacetSource(Endpoint.V1, from_v1.tier_upgrade_criteria, flags={"tier_upgrade_criteria": "true"}),),
)
NDNC: Final = FacetKind(
    "NDNC",
    "whether the mobile number is on a do-not-call list",
    details.Consent | None,
    (FacetSource(Endpoint.V1, from_v1.consent, flags={"ndnc_status": "true"}),),
)
OPTIN: Final = FacetKind(
    "OPTIN",
    "which services the customer opted in to",
    details.OptIn | None,
    (FacetSource(Endpoint.V1, from_v1.opt_in, flags={"optin_status": "true"}),),
)

CATALOG: Final[Mapping[str, FacetKind]] = {
    kind.name: kind
    for kind in (
        EXISTENCE,
        PERSON,
        MEMBERSHIP,
        PROFILES,
        REGISTRATION,
        POINTS,
        POINTS_V2,
        PROGRAMS,
        PROGRAMS_V2,
        PROGRAMS_V1,
        GROUP_PROGRAMS,
        CARDS,
        SLAB_HISTORY,
        GAP_TO_RENEW,
        GAP_TO_UPGRADE,
        STATUS,
        SUBSCRIPTIONS,
        CUSTOM_FIELDS,
        ORIGIN,
        PERSON_V1,
        FRAUD,
        FRAUD_V1,
        PROMOTIONAL_POINTS,
        EXPIRY_SCHEDULES,
        EXPIRY_DAYS,
        EXPIRED_POINTS,
        EXPIRED_DAYS,
        POINTS_TOTALS,
        TIER_UPGRADE_CRITERIA,
        NDNC,
        OPTIN,
    )
}

ALWAYS: Final[Mapping[Endpoint, Mapping[str, str]]] = {
    Endpoint.V2: {},
    # user_id is the join key to V2 and to webhooks; transactions and notes come unless they are refused (facts §2.1).
    Endpoint.V1: {"format": "json", "user_id": "true", "transactions": "false", "notes": "false"},
}
"""Parameters of every call of an endpoint, whatever it is for."""

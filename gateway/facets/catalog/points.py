"""Points of the default program, of every program and of groups; promotions; what expires. Rows of the catalog."""

from typing import Final

from gateway.facets.arguments import number
from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource, Parameter, Permission
from gateway.model import currencies, details, expiry, from_v1, from_v2, organisation, points, promotions, undocumented

OF_PROGRAM: Final = frozenset({"program_id"})
"""What V1.1 narrows with `program_id` is not documented further than "loyalty details": we trust no block of them."""
_MLP_V1: Final = {"mlp": "true"}
_POINTS_FAILED: Final = frozenset({"91001"})

POINTS: Final = FacetKind(
    "POINTS",
    "lifetime points, spendable points and tier of the default program",
    points.Balance | None,
    (
        FacetSource(Endpoint.V2, from_v2.balance, embeds=frozenset({"points"}), partial_codes=_POINTS_FAILED),
        FacetSource(Endpoint.V1, from_v1.balance, partial_codes=_POINTS_FAILED, touched_by=OF_PROGRAM),
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
NEXT_SLAB: Final = FacetKind(
    "NEXT_SLAB",
    "the next tier of the default program",
    points.NextSlab | None,
    (
        FacetSource(Endpoint.V2, from_v2.next_slab, embeds=frozenset({"points"}), partial_codes=_POINTS_FAILED),
        FacetSource(
            Endpoint.V1,
            from_v1.next_slab,
            flags={"next_slab": "true"},
            partial_codes=_POINTS_FAILED,
            touched_by=OF_PROGRAM,
        ),
    ),
    fresh_for=60,
)
POINTS_TOTALS: Final = FacetKind(
    "POINTS_TOTALS",
    "points spent, expired, returned and adjusted in all programs",
    details.PointsTotals | None,
    (FacetSource(Endpoint.V1, from_v1.points_totals, flags={"points_summary": "true"}, touched_by=OF_PROGRAM),),
    fresh_for=60,
)
PROGRAMS: Final = FacetKind(
    "PROGRAMS",
    "points and tier of every loyalty program",
    list[points.LoyaltyProgram] | None,
    (
        FacetSource(Endpoint.V2, from_v2.programs, embeds=frozenset({"mlp"}), cost=3, partial_codes=_POINTS_FAILED),
        FacetSource(
            Endpoint.V1, from_v1.programs, flags=_MLP_V1, cost=3, partial_codes=_POINTS_FAILED, touched_by=OF_PROGRAM
        ),
    ),
    fresh_for=60,
)
PROGRAM: Final = FacetKind(
    "PROGRAM",
    "points and tier of one loyalty program; V1.1 leaves the others out where nobody wants them",
    points.LoyaltyProgram | None,
    (
        FacetSource(Endpoint.V2, from_v2.program, embeds=frozenset({"mlp"}), cost=3, partial_codes=_POINTS_FAILED),
        FacetSource(
            Endpoint.V1,
            from_v1.program,
            flags=_MLP_V1,
            narrowed={"program_id": "program_id"},
            touched_by=OF_PROGRAM,
            cost=2,
            partial_codes=_POINTS_FAILED,
        ),
    ),
    parameters=(Parameter("program_id", number, required=True),),
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
    (
        FacetSource(
            Endpoint.V1, from_v1.programs_v1, flags=_MLP_V1, partial_codes=_POINTS_FAILED, touched_by=OF_PROGRAM
        ),
    ),
    fresh_for=60,
)
GROUP_PROGRAMS: Final = FacetKind(
    "GROUP_PROGRAMS",
    "groups of loyalty programs with their shared balance",
    list[points.GroupLoyaltyProgram] | None,
    (FacetSource(Endpoint.V2, from_v2.group_programs, embeds=frozenset({"mlp"}), partial_codes=_POINTS_FAILED),),
    fresh_for=60,
)
PROGRAMS_LIST: Final = FacetKind(
    "PROGRAMS_LIST",
    "every program of the organisation with its partners' programs; about 80 KB of a real organisation",
    list[organisation.Program] | None,
    (
        FacetSource(
            Endpoint.V1, from_v1.programs_list, flags={"program_summary": "true"}, cost=20, touched_by=OF_PROGRAM
        ),
    ),
    fresh_for=3600,
)
PROMOTIONAL_POINTS: Final = FacetKind(
    "PROMOTIONAL_POINTS",
    "points given by promotions",
    promotions.PromotionalPoints | None,
    (FacetSource(Endpoint.V2, from_v2.promotional_points, embeds=frozenset({"promotionalPoints"}), cost=2),),
    fresh_for=60,
)
PROMOTION_POINTS: Final = FacetKind(
    "PROMOTION_POINTS",
    "points given by promotions as V1.1 tells it, with transactions and lines; at most 1000 rows",
    promotions.PromotionPoints | None,
    (
        FacetSource(
            Endpoint.V1, from_v1.promotion_points, flags={"promotion_points": "true"}, cost=3, touched_by=OF_PROGRAM
        ),
    ),
    fresh_for=60,
    permission=Permission.TRANSACTIONS,
)
DELAYED_ACCRUAL: Final = FacetKind(
    "DELAYED_ACCRUAL",
    "promised points and when they convert; documented by name only",
    undocumented.DelayedAccrual | None,
    (
        FacetSource(
            Endpoint.V1, from_v1.delayed_accrual, flags={"delayed_accrual": "true"}, cost=2, touched_by=OF_PROGRAM
        ),
    ),
    fresh_for=60,
)
RETURNED_POINTS: Final = FacetKind(
    "RETURNED_POINTS",
    "points taken back with returned goods; documented by name only",
    undocumented.ReturnedPoints | None,
    (
        FacetSource(
            Endpoint.V2,
            from_v2.returned_points,
            embeds=frozenset({"returnedPoints"}),
            partial_codes=_POINTS_FAILED,
            cost=2,
        ),
    ),
    fresh_for=60,
)
EXPIRY_SCHEDULES: Final = FacetKind(
    "EXPIRY_SCHEDULES",
    "points that will expire, by program and kind",
    list[expiry.ExpirySchedule] | None,
    (
        FacetSource(
            Endpoint.V2,
            from_v2.expiry_schedules,
            embeds=frozenset({"expirySchedules"}),
            partial_codes=_POINTS_FAILED,
            cost=2,
        ),
    ),
    fresh_for=60,
)
EXPIRY_DAYS: Final = FacetKind(
    "EXPIRY_DAYS",
    "points that will expire, by day; not the schedules of V2, for upstream adds them up over programs",
    list[expiry.ExpiryDay] | None,
    (FacetSource(Endpoint.V1, from_v1.expiry_days, flags={"expiry_schedule": "true"}, cost=2, touched_by=OF_PROGRAM),),
    fresh_for=60,
)
EXPIRED_POINTS: Final = FacetKind(
    "EXPIRED_POINTS",
    "points that expired, by program",
    list[expiry.ExpiredPoints] | None,
    (
        FacetSource(
            Endpoint.V2,
            from_v2.expired_points,
            embeds=frozenset({"expiredPoints"}),
            partial_codes=_POINTS_FAILED,
            cost=2,
        ),
    ),
    fresh_for=60,
)
EXPIRED_DAYS: Final = FacetKind(
    "EXPIRED_DAYS",
    "points that expired, by day; upstream adds them up over programs",
    list[expiry.ExpiredDay] | None,
    (FacetSource(Endpoint.V1, from_v1.expired_days, flags={"expired_points": "true"}, cost=2, touched_by=OF_PROGRAM),),
    fresh_for=60,
)
ALTERNATE_CURRENCIES: Final = FacetKind(
    "ALTERNATE_CURRENCIES",
    "what programs count beside their points; kept behind an embed because it is dear (facts §5)",
    list[currencies.AlternateCurrency] | None,
    (
        FacetSource(
            Endpoint.V2,
            from_v2.alternate_currencies,
            embeds=frozenset({"alternateCurrencies"}),
            partial_codes=_POINTS_FAILED,
            cost=3,
        ),
    ),
    fresh_for=60,
)

"""Points of the default program, of every program and of groups; promotions; what expires. Rows of the catalog."""

from typing import Final

from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource
from gateway.model import currencies, details, expiry, from_v1, from_v2, organisation, points, promotions

_MLP_V1: Final = {"mlp": "true"}
_POINTS_FAILED: Final = frozenset({"91001"})

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
NEXT_SLAB: Final = FacetKind(
    "NEXT_SLAB",
    "the next tier of the default program",
    points.NextSlab | None,
    (
        FacetSource(Endpoint.V2, from_v2.next_slab, embeds=frozenset({"points"}), partial_codes=_POINTS_FAILED),
        FacetSource(Endpoint.V1, from_v1.next_slab, flags={"next_slab": "true"}, partial_codes=_POINTS_FAILED),
    ),
    fresh_for=60,
)
POINTS_TOTALS: Final = FacetKind(
    "POINTS_TOTALS",
    "points spent, expired, returned and adjusted in all programs",
    details.PointsTotals | None,
    (FacetSource(Endpoint.V1, from_v1.points_totals, flags={"points_summary": "true"}),),
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
PROGRAMS_LIST: Final = FacetKind(
    "PROGRAMS_LIST",
    "every program of the organisation with its partners' programs; about 80 KB of a real organisation",
    list[organisation.Program] | None,
    (FacetSource(Endpoint.V1, from_v1.programs_list, flags={"program_summary": "true"}, cost=20),),
    fresh_for=3600,
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
ALTERNATE_CURRENCIES: Final = FacetKind(
    "ALTERNATE_CURRENCIES",
    "what programs count beside their points; kept behind an embed because it is dear (facts §5)",
    list[currencies.AlternateCurrency] | None,
    (FacetSource(Endpoint.V2, from_v2.alternate_currencies, embeds=frozenset({"alternateCurrencies"}), cost=3),),
    fresh_for=60,
)

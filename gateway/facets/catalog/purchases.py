"""Bills and coupons: rows of the catalog. V1.1 alone knows them."""

from typing import Final

from gateway.facets.arguments import (
    MOST_COUPONS,
    CouponOrder,
    CouponStatus,
    OrgEntityType,
    SortOrder,
    TransactionType,
    amount,
    count,
    day,
    flag,
    number,
    one_of,
    text,
)
from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource, Parameter, Permission, Suppressor
from gateway.model import from_v1, transactions

COUPONS: Final = FacetKind(
    "COUPONS",
    "coupons, good or not: a page of them, in an order; without arguments they come with every V1.1 call",
    list[transactions.Coupon] | None,
    (
        FacetSource(
            Endpoint.V1,
            from_v1.coupons,
            valued={
                "coupon_limit": "limit",
                "coupon_offset": "offset",
                "coupon_order_by": "order_by",
                "coupon_sort_order": "sort_order",
                "coupon_status": "status",
                "coupon_offer": "series_id",
                "coupon_active": "active",
                "coupon_org_entity_type": "org_entity_type",
                "coupon_org_entity_value": "org_entity_value",
            },
        ),
    ),
    parameters=(
        Parameter("limit", count(1, MOST_COUPONS)),
        Parameter("offset", count(0, 2**31 - 1)),
        Parameter("order_by", one_of(CouponOrder)),
        Parameter("sort_order", one_of(SortOrder)),
        Parameter("status", one_of(CouponStatus)),
        Parameter("series_id", number),
        Parameter("active", flag),
        Parameter("org_entity_type", one_of(OrgEntityType)),
        Parameter("org_entity_value", text),
    ),
)
TRANSACTIONS: Final = FacetKind(
    "TRANSACTIONS",
    "recent bills that pass every filter; they come with every V1.1 call unless it is told not to",
    list[transactions.Transaction] | None,
    (
        FacetSource(
            Endpoint.V1,
            from_v1.transactions,
            valued={
                "number": "number",
                "store_code": "store_code",
                "till_code": "till_code",
                "amount": "amount",
                "date": "date",
                "type": "type",
                "tenders": "tenders",
                "credit_notes": "credit_notes",
            },
            suppressor=Suppressor("transactions", "false"),
            cost=2,
        ),
    ),
    parameters=(
        Parameter("number", text),
        Parameter("store_code", text),
        Parameter("till_code", text),
        Parameter("amount", amount),
        Parameter("date", day),
        Parameter("type", one_of(TransactionType)),
        Parameter("tenders", flag),
        Parameter("credit_notes", flag),
    ),
    fresh_for=60,
    permission=Permission.TRANSACTIONS,
)

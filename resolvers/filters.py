"""What a caller can say of which coupons and transactions are wanted. Every one is optional."""

from typing import Annotated

import strawberry

from gateway.facets.arguments import CouponOrder, CouponStatus, OrgEntityType, SortOrder, TransactionType
from gateway.model.scalars import Date
from resolvers.inputs import offer

offer(
    CouponOrder,
    "CouponOrder",
    "What coupons are ordered by.",
    {
        CouponOrder.CREATED_DATE: "When they were issued.",
        CouponOrder.CREATED_BY: "Who issued them.",
        CouponOrder.VALID_TILL: "When they end.",
    },
)
offer(
    SortOrder,
    "SortOrder",
    "Which end of an order comes first.",
    {SortOrder.ASC: "The smallest or oldest first.", SortOrder.DESC: "The largest or newest first."},
)
offer(
    CouponStatus,
    "CouponStatus",
    "Which coupons.",
    {
        CouponStatus.UNREDEEMED: "Not redeemed, still good or not.",
        CouponStatus.REDEEMED: "Redeemed.",
        CouponStatus.EXPIRED: "Past their end.",
        CouponStatus.ACTIVE: "Still good.",
    },
)
offer(
    OrgEntityType,
    "OrgEntityType",
    "A level of the organisation.",
    {
        OrgEntityType.TILL: "A till.",
        OrgEntityType.STORE: "A store.",
        OrgEntityType.ZONE: "A zone of stores.",
        OrgEntityType.CONCEPT: "A concept of stores.",
    },
)
offer(
    TransactionType,
    "TransactionType",
    "A kind of transaction.",
    {
        TransactionType.REGULAR: "Bills of the customer.",
        TransactionType.NOT_INTERESTED: "Bills of somebody who did not want to be known.",
        TransactionType.RETURN: "Returns of bills.",
        TransactionType.NOT_INTERESTED_RETURN: "Returns of bills of somebody who did not want to be known.",
        TransactionType.MIXED: "Bills with bought and returned lines.",
        TransactionType.NI_MIXED: "Such bills of somebody who did not want to be known.",
        TransactionType.ALL: "All kinds.",
    },
)

CouponLimit = Annotated[
    int | None,
    strawberry.argument(description="At most so many. Upstream chooses where it is left out: ten, it seems."),
]
CouponOffset = Annotated[int | None, strawberry.argument(description="How many of them to pass over first.")]
CouponOrderBy = Annotated[
    CouponOrder | None, strawberry.argument(description="What they are ordered by; `CREATED_DATE` if not said.")
]
CouponSortOrder = Annotated[
    SortOrder | None, strawberry.argument(description="Which end comes first; `DESC` if not said.")
]
OfStatus = Annotated[CouponStatus | None, strawberry.argument(description="Only those of this status.")]
SeriesId = Annotated[strawberry.ID | None, strawberry.argument(description="Only those of this coupon series.")]
ActiveOnly = Annotated[bool | None, strawberry.argument(description="All that are still good.")]
OrgEntity = Annotated[
    OrgEntityType | None,
    strawberry.argument(description="Only those of an entity of this level: see `orgEntityValue`."),
]
OrgEntityValue = Annotated[str | None, strawberry.argument(description="Which entity of that level, by its code.")]

Number = Annotated[str | None, strawberry.argument(description="Only the one with this number on the bill.")]
StoreCode = Annotated[str | None, strawberry.argument(description="Only those of the store with this code.")]
TillCode = Annotated[str | None, strawberry.argument(description="Only those of the till with this code.")]
Amount = Annotated[float | None, strawberry.argument(description="Only those of exactly this amount.")]
OnDate = Annotated[Date | None, strawberry.argument(description="Only those of this day.")]
OfType = Annotated[
    TransactionType | None,
    strawberry.argument(description="Only those of this kind. Left out: regular ones, and their returns, it seems."),
]
WithTenders = Annotated[
    bool | None, strawberry.argument(description="Whether to ask how they were paid: `tenders` of each.")
]
WithCreditNotes = Annotated[
    bool | None, strawberry.argument(description="Whether to ask for credit notes: `creditNotes` of each.")
]

"""Points given by promotions."""

import strawberry

from gateway.model.describe import described, listed, record
from gateway.model.profile import Store
from gateway.model.scalars import Date, DateTime


@record(description="What kind of promotion gave the points.", v2="promotionalPoints.…[].promotionSource")
class PromotionSource:
    """V2 `promotionSource`."""

    promotion_source_id: strawberry.ID | None = described("The promotion's id; -1 for points given by hand.")
    promotion_source_type: str | None = described("What kind of promotion, such as `GOODWILL`.")


@record(description="Points that a promotion gave.", v2="promotionalPoints.…[]")
class PromotionalPointsItem:
    """V2 `promotionalPoints.…[]`."""

    points: float | None = described("How many points.")
    program_id: strawberry.ID | None = described("The program they belong to.")
    promotion_name: str | None = described("The promotion's name.")
    promotion_source: PromotionSource | None = described("What kind of promotion it was.")
    issued_at: Store | None = described("The store in which they were given.")
    issued_on: DateTime | None = described("When they were given.")
    expiry_date: DateTime | None = described("When they expire.")


@record(description="Points given by promotions, by what the promotion looked at.", v2="promotionalPoints")
class PromotionalPoints:
    """V2 `promotionalPoints`. Its last two lists are empty in every published payload (facts §1.2)."""

    customer_promotion_type: list[PromotionalPointsItem] = listed("Given to the customer as such.")
    transaction_promotion_type: list[PromotionalPointsItem] = listed("Given for a whole transaction.")
    lineitem_promotion_type: list[PromotionalPointsItem] = listed("Given for a line of a transaction.")


@record(description="Points that a promotion gave, as V1.1 tells it.", v1="promotion_points.….item[]")
class PromotionPointsItem:
    """V1.1 `promotion_points.….item[]` (sample v11_get_all-flags_2017-01_xml)."""

    points: float | None = described("How many points.")
    issued_at: Store | None = described("The store in which they were given.")
    issued_on: Date | None = described("The day on which they were given; not told of a line.")
    expiry_date: Date | None = described("The last day on which they can be spent.")
    transaction_id: strawberry.ID | None = described("The transaction they were given for, if for one.")
    lineitem_id: strawberry.ID | None = described("The line of the transaction they were given for, if for one.")


@record(description="Points given by promotions, as V1.1 tells it: at most 1000 rows.", v1="promotion_points")
class PromotionPoints:
    """V1.1 `promotion_points`; not V2's, for it names transactions and lines but neither program nor promotion."""

    customer: list[PromotionPointsItem] = listed(
        "Given to the customer as such.", v1="promotion_points.customer.item[]"
    )
    transactions: list[PromotionPointsItem] = listed(
        "Given for a whole transaction.", v1="promotion_points.transactions.item[]"
    )
    lineitems: list[PromotionPointsItem] = listed(
        "Given for a line of a transaction.", v1="promotion_points.lineitems.item[]"
    )

"""Bills of the customer, and coupons."""

import strawberry

from gateway.model.describe import described, record
from gateway.model.scalars import DateTime, Json


@record(description="A bill, or the return of one.", v1="transactions.transaction[]")
class Transaction:
    """V1.1 `transactions.transaction[]`."""

    id: strawberry.ID | None = described("Upstream's id of the transaction.")
    number: str | None = described("The number on the bill.")
    type: str | None = described("What kind of transaction: `REGULAR`, `RETURN` and others.")
    created_date: DateTime | None = described("When the bill or return was made.")
    store: str | None = described("The name of the store.")
    tenders: Json | None = described(
        "How it was paid, as upstream sends it; null unless the field's argument `tenders` is true. Undocumented shape."
    )
    credit_notes: Json | None = described(
        "Its credit notes, as upstream sends them; null unless the field's argument `creditNotes` is true. "
        "Undocumented shape."
    )


@record(description="A coupon of the customer.", v1="coupons.coupon[]")
class Coupon:
    """V1.1 `coupons.coupon[]`."""

    id: strawberry.ID | None = described("The coupon's id.")
    series_id: strawberry.ID | None = described("The id of the series it was issued from.")
    code: str | None = described("The code that redeems it.")
    description: str | None = described("What it is good for.")
    created_date: DateTime | None = described("When it was issued.")
    valid_till: DateTime | None = described("Until when it is good.")
    redeemed: bool | None = described("Whether it has been redeemed.")
    same_user_multiple_redeem: bool | None = described("Whether the customer may redeem it more than once.")

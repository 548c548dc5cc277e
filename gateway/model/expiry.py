"""Points that will expire, and points that did."""

import strawberry

from gateway.model.describe import described, listed, record
from gateway.model.scalars import Date, DateTime


@record(description="Points of one program that will expire on one day.", v2="expirySchedules[]")
class ExpirySchedule:
    """V2 `expirySchedules[]`."""

    points: float | None = described("How many points expire.")
    expiry_date: Date | None = described("The last day on which they can be spent.")
    program_id: strawberry.ID | None = described("The program they belong to.")
    points_type: str | None = described(
        "How they were earned: `bill_regular`, `bill_promotions`, `line_item_regular`, `line_item_promotions`, "
        "`customer_promotions`."
    )
    expiry_type: str | None = described("`fixed` for a set day, `rolling` for a period after they were earned.")


@record(
    description="Points of any program that will expire on one day, added up by upstream.",
    v1="expiry_schedule.schedule[]",
)
class ExpiryDay:
    """V1.1 `expiry_schedule.schedule[]` (facts §2.1)."""

    points: float | None = described("How many points expire.")
    expiry_date: Date | None = described("The last day on which they can be spent.")


@record(description="Why and how an expiry was changed.", v2="expiredPoints[].expiredPointsSummary[]")
class ExpiredPointsSummary:
    """V2 `expiredPoints[].expiredPointsSummary[]`, as the analogue of user groups has it."""

    points: float | None = described("How many points are meant.")
    strategy_name: str | None = described("The strategy under which they were issued.")
    expiry_update_reason_type: str | None = described("The kind of reason for which their expiry was changed.")
    expiry_update_reason_note: str | None = described("The note left with that change.")
    new_expiry_date: DateTime | None = described("When they expire since that change.")


@record(description="Points of one program that expired on one day.", v2="expiredPoints[]")
class ExpiredPoints:
    """V2 `expiredPoints[]`."""

    points: float | None = described("How many points expired.")
    expired_on: Date | None = described("The day they expired.")
    program_id: strawberry.ID | None = described("The program they belonged to.")
    expired_points_summary: list[ExpiredPointsSummary] = listed("What happened to their expiry before.")


@record(description="Points of any program that expired on one day, added up by upstream.", v1="expired_points.item[]")
class ExpiredDay:
    """V1.1 `expired_points.item[]`."""

    points: float | None = described("How many points expired.")
    expired_on: Date | None = described("The day they expired.")

"""Promotional points of a V1.1 item, in three lists of strings. Facts §2.1 and the 2017 XML sample."""

from typing import Any

from .data import Person, Promotion
from .v1_text import text

Json = dict[str, Any]
MOST = 1000


def promotion_points(person: Person) -> Json:
    """At most a thousand rows; dates without a time, and none of issue on a line item."""
    lists: dict[str, list[Json]] = {"customer": [], "transactions": [], "lineitems": []}
    for promotion in person.promotions[:MOST]:
        issued_on = {"issued_on": promotion.issued.date().isoformat()}
        if promotion.transaction_id is None:
            lists["customer"].append({**_points(promotion), **issued_on})
        elif promotion.lineitem_id is None:
            ids = {"transaction_id": str(promotion.transaction_id)}
            lists["transactions"].append({**ids, **_points(promotion), **issued_on})
        else:
            ids = {"lineitem_id": str(promotion.lineitem_id), "transaction_id": str(promotion.transaction_id)}
            lists["lineitems"].append({**ids, **_points(promotion)})
    return {"promotion_points": {name: {"item": items} for name, items in lists.items()}}


def _points(promotion: Promotion) -> Json:
    return {
        "points": text(promotion.points),
        "expiry_date": promotion.expires.date().isoformat(),
        "issued_at": {"code": promotion.store.code, "name": promotion.store.name},
    }

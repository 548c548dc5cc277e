"""The coupons of a V1.1 item: which, in which order, and which page of them. Facts §2.1."""

from collections.abc import Callable, Mapping
from typing import Any

from .data import TODAY, Coupon
from .v1_text import stamp, text

PAGE = 10
STATUSES: dict[str, Callable[[Coupon], bool]] = {
    "redeemed": lambda coupon: coupon.redeemed,
    "unredeemed": lambda coupon: not coupon.redeemed,
    "expired": lambda coupon: coupon.valid_till.date() < TODAY,
    "active": lambda coupon: coupon.valid_till.date() >= TODAY and (coupon.reusable or not coupon.redeemed),
}


def coupons(owned: tuple[Coupon, ...], params: Mapping[str, str]) -> list[dict[str, Any]]:
    """A page of coupons; without parameters the ten newest, good or not."""
    chosen = list(owned)
    status = "active" if params.get("coupon_active", "").lower() == "true" else params.get("coupon_status", "")
    if status.lower() in STATUSES:
        chosen = list(filter(STATUSES[status.lower()], chosen))
    series = _whole(params, "coupon_offer", 0)
    if series:
        chosen = [coupon for coupon in chosen if coupon.series_id == series]
    level, place = params.get("coupon_org_entity_type", "").upper(), params.get("coupon_org_entity_value", "")
    if level and place:
        chosen = [coupon for coupon in chosen if _issued_at(coupon, level) == place]
    by_end = params.get("coupon_order_by", "").lower() == "valid_till"
    chosen.sort(
        key=lambda coupon: (coupon.valid_till if by_end else coupon.created, coupon.id),
        reverse=params.get("coupon_sort_order", "").lower() != "asc",
    )
    start = _whole(params, "coupon_offset", 0)
    return [_row(coupon) for coupon in chosen[start : start + _whole(params, "coupon_limit", PAGE)]]


def _issued_at(coupon: Coupon, level: str) -> str | None:
    """The code of the till or store that issued it; the organisation has no zones or concepts."""
    if coupon.till is None:
        return None
    return {"TILL": coupon.till.code, "STORE": coupon.till.store.code}.get(level)


def _whole(params: Mapping[str, str], name: str, default: int) -> int:
    given = params.get(name, "")
    return int(given) if given.isascii() and given.isdigit() else default


def _row(coupon: Coupon) -> dict[str, Any]:
    return {
        "id": str(coupon.id),
        "series_id": str(coupon.series_id),
        "code": coupon.code,
        "description": coupon.description,
        "created_date": stamp(coupon.created),
        "valid_till": stamp(coupon.valid_till),
        "redeemed": text(coupon.redeemed),
        "same_user_multiple_redeem": text(coupon.reusable),
    }

"""The checks that arguments of facets pass before anything is asked: from what a caller wrote to what is sent. Pure."""

import re
from datetime import date
from enum import Enum, StrEnum
from typing import Any, Final

from gateway.errors import BadUserInput
from gateway.facets.kind import Take

MOST_DAYS: Final = 3650
"""The furthest ahead that a gap can be asked for; ten years is beyond any tier's period."""
MOST_COUPONS: Final = 1000
LONGEST: Final = 100
"""Characters of a text that is searched for."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class CouponOrder(StrEnum):
    """What coupons are ordered by: `coupon_order_by`."""

    CREATED_DATE = "created_date"
    CREATED_BY = "created_by"
    VALID_TILL = "valid_till"


class SortOrder(StrEnum):
    """Which end comes first: `coupon_sort_order`."""

    ASC = "asc"
    DESC = "desc"


class CouponStatus(StrEnum):
    """Which coupons: `coupon_status`."""

    UNREDEEMED = "unredeemed"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    ACTIVE = "active"


class OrgEntityType(StrEnum):
    """A level of the organisation: `coupon_org_entity_type`."""

    TILL = "TILL"
    STORE = "STORE"
    ZONE = "ZONE"
    CONCEPT = "CONCEPT"


class TransactionType(StrEnum):
    """A kind of transaction: `type`."""

    REGULAR = "REGULAR"
    NOT_INTERESTED = "NOT_INTERESTED"
    RETURN = "RETURN"
    NOT_INTERESTED_RETURN = "NOT_INTERESTED_RETURN"
    MIXED = "MIXED"
    NI_MIXED = "NI_MIXED"
    ALL = "ALL"


def days(value: Any, argument: str) -> int:
    """A number of days ahead. Negative ones are not supported upstream (seed V1.1, gap_to_renew_for)."""
    if value < 0:
        raise BadUserInput(argument, f"is {value}; days ahead cannot be negative")
    if value > MOST_DAYS:
        raise BadUserInput(argument, f"is {value}; at most {MOST_DAYS} days ahead can be asked for")
    return int(value)


def count(least: int, most: int) -> Take:
    """A whole number within bounds."""

    def take(value: Any, argument: str) -> int:
        if not least <= value <= most:
            raise BadUserInput(argument, f"is {value}; it must be from {least} to {most}")
        return int(value)

    return take


def one_of(members: type[Enum]) -> Take:
    """A value of an enum, whichever way the caller's side holds it."""

    def take(value: Any, argument: str) -> str:
        try:
            return str(members(value).value)
        except ValueError:
            raise BadUserInput(argument, "is not one of its values") from None

    return take


def text(value: Any, argument: str) -> str:
    """A text to look for."""
    found = str(value).strip()
    if not found:
        raise BadUserInput(argument, "is empty")
    if len(found) > LONGEST:
        raise BadUserInput(argument, f"is longer than {LONGEST} characters")
    if _CONTROL.search(found):
        raise BadUserInput(argument, "contains control characters")
    return found


def number(value: Any, argument: str) -> str:
    """A whole number as an id has it: digits that fit 64 bits. Python refuses to read more than 4,300 of them."""
    found = str(value).strip()
    if not (found.isascii() and found.isdigit() and len(found) <= LONGEST and int(found) < 2**63):
        raise BadUserInput(argument, "is not an id; an id is a whole number")
    return str(int(found))


def amount(value: Any, argument: str) -> str:
    """An amount of money, without a fraction where it has none."""
    if not 0 <= value < 1e15:
        raise BadUserInput(argument, "is not an amount; it must not be negative")
    return str(int(value)) if float(value).is_integer() else str(float(value))


def day(value: Any, argument: str) -> str:
    """A calendar day."""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise BadUserInput(argument, "is not a day; write it as 2026-03-31") from None


def flag(value: Any, argument: str) -> str | None:  # noqa: ARG001 - every check is told the argument's name
    """A truth value; false is not sent, for V1.1 counts only the literal `true` (facts §2.1)."""
    return "true" if value else None

"""How V1.1 writes scalars. Facts §2.2."""

from datetime import date, datetime
from decimal import Decimal

SCIENTIFIC_FROM = 1e7


def stamp(at: datetime | None) -> str:
    """A time of the organisation's zone, with nothing that says which zone; empty for none."""
    return at.strftime("%Y-%m-%d %H:%M:%S") if at else ""


def number(value: float) -> int | float:
    """A customer-level number: whole ones without a fraction, until they are big."""
    return int(value) if value.is_integer() and abs(value) < SCIENTIFIC_FROM else value


def text(value: object) -> str:
    """Any scalar as the string V1.1 makes of it; big numbers in scientific notation (facts §6.10)."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if abs(value) >= SCIENTIFIC_FROM:
            return f"{Decimal(repr(value)).normalize():E}".replace("E+", "E")
        case float():
            return str(number(value))
        case date():
            return value.isoformat()
        case _:
            return str(value)

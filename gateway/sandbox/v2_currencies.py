"""Alternate currencies as V2 words them: one entry per program and currency. Facts §1.3, no sample."""

from typing import Any

from .data import Currency, Person

Json = dict[str, Any]


def currencies(person: Person) -> list[Json]:
    """`alternateCurrencyDetails[]`; floats, but whole numbers for what is delayed, as documented."""
    return [
        {
            "programId": currency.program_id,
            "programName": currency.program_name,
            "alternateCurrencyData": _data(currency),
        }
        for currency in person.currencies
    ]


def _data(currency: Currency) -> Json:
    gone = currency.redeemed + currency.expired + currency.returned
    available = round(currency.lifetime - gone, 3)
    return {
        "name": currency.name,
        "earned": available,
        "lifetimeEarned": currency.lifetime,
        "redeemed": currency.redeemed,
        "expired": currency.expired,
        "returned": currency.returned,
        "delayedEarned": currency.delayed,
        "delayedLifetimeEarned": currency.delayed,
        "delayedReturned": 0,
        "delayedExpired": 0,
        "totalAvailable": available,
        "totalRedeemed": currency.redeemed,
        "totalReturned": currency.returned,
        "totalExpired": currency.expired,
    }

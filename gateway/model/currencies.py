"""Alternate currencies: what a program counts beside its points."""

import strawberry

from gateway.model.describe import described, record


@record(
    description="The customer's balance in an alternate currency.",
    v2="alternateCurrencyDetails[].alternateCurrencyData",
)
class AlternateCurrencyData:
    """V2 `alternateCurrencyDetails[].alternateCurrencyData`."""

    name: str | None = described("The currency's name.")
    earned: float | None = described("What can be spent now, in units of this currency, as are all amounts here.")
    lifetime_earned: float | None = described("Earned so far, spent ones included.")
    redeemed: float | None = described("Spent so far.")
    expired: float | None = described("Expired unspent.")
    returned: float | None = described("Taken back because of returned goods.")
    delayed_earned: float | None = described("Promised, not yet to be spent.")
    delayed_lifetime_earned: float | None = described("Promised so far.")
    delayed_returned: float | None = described("Promised and taken back because of returned goods.")
    delayed_expired: float | None = described("Promised and expired.")
    total_available: float | None = described("All that is there to be spent, as upstream totals it.")
    total_redeemed: float | None = described("All that was spent, as upstream totals it.")
    total_returned: float | None = described("All that was taken back, as upstream totals it.")
    total_expired: float | None = described("All that expired, as upstream totals it.")


@record(
    description="An alternate currency of a program, and what the customer has of it.", v2="alternateCurrencyDetails[]"
)
class AlternateCurrency:
    """V2 `alternateCurrencyDetails[]`."""

    program_id: strawberry.ID | None = described("The program's id.")
    program_name: str | None = described("The program's name.")
    alternate_currency_data: AlternateCurrencyData | None = described("The customer's balance.")

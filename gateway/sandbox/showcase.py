"""Asha Rao: the first customer, who has nearly everything."""

from dataclasses import replace
from datetime import date

from .builders import at, bills, enrolled, history, special, subscribed, vouchers
from .data import Card, Fraud, Promotion, Status
from .organisation import AIRPORT, CAPITAL, FRESH, GARDEN, HARBOUR, STAYS
from .programs import PointsLot

_GOLD = replace(
    enrolled(CAPITAL, 3, 18420.5, expires="2026-12-31 23:59:59", each=1850.5, every=12, count=30),
    redeemed=9800.25,
    returned_lots=(PointsLot(500.0, date(2026, 3, 14)),),
    adjusted=100.0,
    purchases=214_350.75,
    promised=(PointsLot(320.0, date(2026, 12, 18)),),
    expired_lots=(PointsLot(1200.0, date(2025, 12, 31)), PointsLot(900.0, date(2026, 6, 30))),
    expiring=(
        PointsLot(1200.0, date(2026, 12, 5)),
        PointsLot(800.0, date(2026, 12, 31)),
        PointsLot(2500.0, date(2027, 6, 30)),
    ),
)

ASHA = special(
    1,
    "showcase",
    "The rich one: three programs, a middle tier, two cards (one expired), tier history, both gaps.",
    "Asha",
    "Rao",
    fields={"preferred_store": "harbour", "newsletter": "weekly"},
    programs=(
        _GOLD,
        enrolled(STAYS, 1, 2200.0, each=5200.0, every=60, count=4, redeemed=400.0),
        replace(
            enrolled(FRESH, 2, 5150.75, expires="2027-02-28 23:59:59", each=640.25, every=8, count=40),
            expiring=(PointsLot(1500.0, date(2026, 12, 10)),),
        ),
    ),
    cards=(
        Card(
            id=8101,
            number="CAPD0000000101",
            external_id="wallet-0101",
            issued=at("2024-11-18 12:20:00"),
            lifetime=12_400.5,
            redeemed=7300.25,
            custom={"nickname": "daily"},
            extended={"embossed": True, "daily_limit": 2500.0, "delivery_days": 4, "note": None},
        ),
        Card(
            id=8102,
            number="CAPD0000000102",
            issued=at("2021-04-12 10:30:00"),
            expires=date(2024, 4, 11),
            status="EXPIRED",
            label="EXPIRED",
            reason="validity over",
            lifetime=6020.0,
            redeemed=2500.0,
        ),
    ),
    slab_history=(
        *history(CAPITAL, ("2025-12-01 02:30:07", 3, 3, None)),
        *history(FRESH, ("2025-03-09 18:12:44", 1, 2, GARDEN)),
        *history(
            CAPITAL,
            ("2024-11-18 12:19:31", 2, 3, HARBOUR),
            ("2023-06-02 19:40:02", 1, 2, AIRPORT),
        ),
    ),
    subscriptions=subscribed(out=(("EMAIL", "BULK"), ("IOS", "BULK"))),
    coupons=vouchers(1, 6),
    transactions=bills(1, 14, returns=3),
    promotions=(Promotion("Festival week", 250.0, at("2026-10-20 11:00:00"), at("2027-10-20 23:59:59"), 1001, GARDEN),),
    segments={"value_band": "high", "season": "festive"},
    extended={"gender": "Female", "city": "Bengaluru", "dob": "1991-08-24", "children": 2},
    status=Status("Active", "registered in store", at("2021-04-12 10:15:00")),
    fraud=Fraud("NOT_FRAUD", "harbour.till.1", at("2022-05-06 07:08:09"), "checked by hand"),
)

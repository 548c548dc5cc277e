"""The customers who are here for what they have: programs, tiers, points, cards, coupons."""

from dataclasses import replace
from datetime import date

from .builders import SILVER, at, bills, enrolled, history, never, special, vouchers
from .data import Card, Person
from .organisation import AIRPORT, BOOKS, CAPITAL, CINEMA, FRESH, FUEL, GARDEN, HARBOUR, STAYS, WEB
from .programs import PartnerLink, PointsLot, ProgramState

LONG_HISTORY = history(
    CAPITAL,
    ("2026-10-01 02:30:03", 2, 2, None),
    ("2026-07-01 02:30:01", 2, 2, None),
    ("2026-04-01 02:30:02", 2, 2, WEB),
    ("2026-01-01 02:30:05", 3, 2, None),
    ("2025-10-01 02:30:03", 3, 3, None),
    ("2025-07-01 02:30:04", 3, 3, None),
    ("2025-02-14 20:01:10", 2, 3, HARBOUR),
    ("2025-01-01 02:30:09", 2, 2, None),
    ("2024-10-01 02:30:01", 2, 2, GARDEN),
    ("2024-07-01 02:30:02", 2, 2, None),
    ("2024-02-29 23:59:58", 1, 2, AIRPORT),
    ("2024-01-01 02:30:00", 2, 1, None),
    ("2023-10-01 02:30:06", 2, 2, None),
    ("2023-07-01 02:30:02", 2, 2, None),
    ("2022-12-24 17:30:45", 1, 2, HARBOUR),
)


def _linked(state: ProgramState, number: int) -> ProgramState:
    member = f"PM-{number:06d}"
    links = (
        PartnerLink(
            id=61,
            name="Blue Wing Miles",
            membership_id=member,
            tier_number=2,
            tier_name="Sapphire",
            tier_expires=at("2027-08-31 23:59:59"),
        ),
        PartnerLink(id=62, name="Metro Parking", membership_id=member, type="SUPPLEMENTARY"),
    )
    return replace(state, links=links)


STANDINGS: tuple[Person, ...] = (
    special(
        2,
        "top_tier",
        "Platinum: no next tier (nextSlab empty, serial -1), so no gap to upgrade.",
        "Dev",
        "Malhotra",
        programs=(enrolled(CAPITAL, 4, 96000.0, expires="2027-12-31 23:59:59", each=9000.0, every=10, count=20),),
        slab_history=history(CAPITAL, ("2025-05-05 13:00:00", 3, 4, WEB)),
    ),
    special(
        3,
        "base_tier",
        "Base tier: no gap to renew, and the tier never expires (a hundred years).",
        "Farah",
        "Khan",
    ),
    special(
        4,
        "no_programs",
        "Loyalty customer in no program: empty program lists, no pointsSummary.",
        "Gita",
        "Pillai",
        programs=(),
    ),
    special(
        5,
        "non_loyalty",
        "Known but not in loyalty: loyaltyType non_loyalty.",
        "Hugo",
        "Brandt",
        programs=(),
        loyalty=False,
        status=None,
    ),
    special(
        6,
        "many_programs",
        "Five programs in two program groups, one of them with a single tier.",
        "Imran",
        "Sheikh",
        programs=(
            SILVER,
            enrolled(STAYS, 2, 4100.0, expires="2027-06-30 23:59:59", each=7000.0, every=45, count=5),
            enrolled(CINEMA, 1, 90.0, each=12.0, every=14, count=10),
            enrolled(FUEL, 1, 640.5, each=2100.0, every=15, count=9),
            enrolled(BOOKS, 2, 77.0, expires="2027-01-31 23:59:59", each=450.0, every=40, count=12),
        ),
        slab_history=(
            *history(BOOKS, ("2026-02-01 02:30:00", 1, 2, None)),
            *history(STAYS, ("2025-06-30 11:11:11", 1, 2, AIRPORT)),
            *history(CAPITAL, ("2024-08-08 08:08:08", 1, 2, None)),
        ),
    ),
    special(
        7,
        "no_default_program",
        "One program, not the default one: customer-level points are 0, no pointsSummary.",
        "Jaya",
        "Nambiar",
        programs=(enrolled(FUEL, 2, 3300.0, expires="2027-04-30 23:59:59", each=1800.0, every=11, count=25),),
        slab_history=history(FUEL, ("2026-05-01 02:30:00", 1, 2, None)),
    ),
    special(
        8,
        "no_cards",
        "A program and a long purchase record, yet not one card.",
        "Kiran",
        "Desai",
        transactions=bills(8, 12, returns=1),
    ),
    special(
        9,
        "many_cards",
        "Four cards: active, expired, suspended, and active with a card external id.",
        "Lalit",
        "Verma",
        cards=(
            Card(id=8901, number="CAPD0000000901", issued=at("2026-01-02 10:00:00"), lifetime=450.0),
            Card(
                id=8902,
                number="CAPD0000000902",
                issued=at("2020-01-02 10:00:00"),
                expires=date(2023, 1, 1),
                status="EXPIRED",
                label="EXPIRED",
                lifetime=120.0,
            ),
            Card(
                id=8903,
                number="CAPP0000000903",
                issued=at("2022-07-07 15:30:00"),
                status="SUSPENDED",
                label="LOST",
                reason="reported lost",
                series_id=72,
                series_name="capital-plastic",
                type="PHYSICAL",
                lifetime=80.5,
            ),
            Card(
                id=8904,
                number="CAPD0000000904",
                issued=at("2025-09-01 09:00:00"),
                external_id="wallet-0904",
                lifetime=149.5,
            ),
        ),
    ),
    special(
        10,
        "one_card",
        "Exactly one active card, with a card external id to be found by.",
        "Mona",
        "Sethi",
        cards=(
            Card(
                id=9001,
                number="CAPD0000001001",
                issued=at("2026-03-03 12:00:00"),
                external_id="wallet-1001",
                lifetime=800.0,
            ),
        ),
    ),
    special(
        11,
        "suspended_card",
        "Only card is suspended.",
        "Nitin",
        "Joshi",
        cards=(
            Card(
                id=9101,
                number="CAPD0000001101",
                issued=at("2025-05-20 12:00:00"),
                status="SUSPENDED",
                label="SUSPENDED",
                reason="misuse",
            ),
        ),
    ),
    special(
        12,
        "long_history",
        "Fifteen tier changes: renewals, downgrades, some with no store.",
        "Omkar",
        "Patil",
        programs=(SILVER,),
        slab_history=LONG_HISTORY,
    ),
    special(13, "no_history", "Never changed tier: an empty slab history.", "Pia", "Fernandes"),
    special(
        14,
        "partner_links",
        "Two linked partner programs, one with tiers and one without.",
        "Qasim",
        "Ali",
        programs=(_linked(SILVER, 14),),
    ),
    special(
        27,
        "decimals",
        "Points with three decimals, and none of them available.",
        "Zoya",
        "Mirza",
        programs=(
            replace(
                enrolled(CAPITAL, 1, 1050.125, each=33.335, every=5, count=7),
                redeemed=40.115,
                none_available=True,
            ),
        ),
    ),
    special(
        28,
        "huge_points",
        "Points in the billions: V1.1 writes them in scientific notation.",
        "Abel",
        "Stone",
        programs=(
            replace(
                enrolled(CAPITAL, 4, 5_632_820_109.0, expires="2027-12-31 23:59:59"),
                purchases=98_765_432_109.5,
            ),
        ),
    ),
    special(
        34,
        "many_coupons",
        "Twenty-three coupons and as many bills: more than a page of each.",
        "Gauri",
        "Naik",
        coupons=vouchers(34, 23),
        transactions=bills(34, 23, returns=4),
    ),
    special(
        35,
        "lapsed",
        "Points run out soon and past lots expired: schedules with several days and programs.",
        "Harsh",
        "Vaidya",
        programs=(
            ProgramState(
                program=CAPITAL,
                tier=1,
                tier_expires=never(),
                lifetime=3000.0,
                expired_lots=(PointsLot(500.0, date(2026, 1, 31)), PointsLot(250.0, date(2026, 8, 31))),
                expiring=(PointsLot(700.0, date(2026, 11, 30)), PointsLot(300.0, date(2027, 1, 31))),
            ),
            ProgramState(
                program=FRESH,
                tier=1,
                tier_expires=never(),
                lifetime=900.0,
                expired_lots=(PointsLot(60.0, date(2026, 8, 31)),),
                expiring=(PointsLot(150.0, date(2026, 11, 30)),),
            ),
        ),
    ),
)

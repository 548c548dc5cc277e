"""The customers who are here for a block that hardly anyone asks for: pictures, groups, fleets, promises, notes."""

from dataclasses import replace
from datetime import date

from .builders import FIRST_ID, SILVER, at, bills, enrolled, history, instore, never, special, vouchers
from .data import Currency, Fleet, GroupMember, Image, Note, Person, Promotion, UserGroup
from .organisation import (
    AIRPORT_TILL,
    CAPITAL,
    FRESH,
    GARDEN,
    GARDEN_TILL,
    HARBOUR,
    HARBOUR_TILL,
    STAYS,
    WEB,
    WEB_TILL,
)
from .programs import PointsLot

_PRIMARY = enrolled(CAPITAL, 2, 6200.0, expires="2027-05-31 23:59:59", each=1300.0, every=25, count=9)
_SECONDARY = enrolled(CAPITAL, 1, 450.0, each=300.0, every=50, count=3)

HOUSEHOLD = UserGroup(
    id=3001,
    external_id="household-3001",
    name="The Mehta household",
    created=at("2025-02-02 11:00:00"),
    created_by=7101,
    members=(
        GroupMember(
            user_id=FIRST_ID + 40,
            loyalty_id=5_200_040,
            first_name="Ira",
            last_name="Mehta",
            mobile="919800000040",
            joined=at("2025-02-02 11:00:00"),
            primary=True,
            programs=(_PRIMARY,),
        ),
        GroupMember(
            user_id=FIRST_ID + 66,
            loyalty_id=5_200_066,
            first_name="Jai",
            last_name="Mehta",
            mobile="919800000066",
            joined=at("2025-02-09 17:30:00"),
            programs=(_SECONDARY,),
        ),
    ),
    programs=(
        replace(
            enrolled(FRESH, 2, 3400.0, expires="2027-02-28 23:59:59", each=800.0, every=9, count=25),
            expiring=(PointsLot(900.0, date(2027, 1, 15)),),
            expired_lots=(PointsLot(120.0, date(2026, 9, 30)),),
        ),
    ),
    purchases=20_000.0,
    extended={"group_kind": "household", "group_cars": 2},
)
CLUB = UserGroup(
    id=3002,
    external_id="club-3002",
    name="Harbour rowing club",
    created=at("2024-06-15 08:00:00"),
    created_by=7102,
    members=(
        GroupMember(
            user_id=FIRST_ID + 66,
            loyalty_id=5_200_066,
            first_name="Jai",
            last_name="Mehta",
            mobile="919800000066",
            joined=at("2024-07-01 08:00:00"),
            default=False,
            active=False,
            programs=(_SECONDARY,),
        ),
    ),
    max_size=12,
)
_RENEWED, _REACHED = history(CAPITAL, ("2026-04-01 02:30:00", 2, 2, None), ("2025-03-20 18:10:00", 1, 2, GARDEN))
_COMPANY = special(
    39,
    "fleet_company",
    "The company at the head of a fleet: parent of customer 100000038, itself without a parent.",
    "Northern",
    "Haulage",
    extended={"city": "Pune", "fleet_size": 12},
    notes=(
        Note("Invoices go to the depot, not to the drivers", at("2026-01-08 11:40:00"), HARBOUR_TILL),
        Note("Asks for receipts on paper", at("2024-05-30 09:15:20"), WEB_TILL),
    ),
)

EXTRAS: tuple[Person, ...] = (
    special(
        36,
        "pictured",
        "Has a picture, reachable by links good for an hour from noon of the sandbox's today; a promoter.",
        "Kavya",
        "Nair",
        gender="Female",
        nps="PROMOTER",
        extended={"city": "Kochi", "dob": "1994-02-11"},
        image=Image("img-0036", at("2026-05-04 09:08:07"), at("2026-11-21 12:00:00")),
    ),
    special(
        37,
        "currencies",
        "Two alternate currencies beside the points, one of them partly promised; neither promoter nor detractor.",
        "Leo",
        "Dsouza",
        gender="Male",
        nps="PASSIVE",
        programs=(SILVER, enrolled(STAYS, 1, 300.0)),
        currencies=(
            Currency(
                program_id=1001,
                program_name="Capital Club",
                name="Stars",
                lifetime=460.5,
                redeemed=100.0,
                expired=20.0,
                returned=10.5,
                delayed=15,
            ),
            Currency(program_id=1002, program_name="Harbour Stays", name="Nights", lifetime=7.0),
        ),
    ),
    special(
        38,
        "fleet_driver",
        "Drives in a fleet: customer 100000039 is the parent.",
        "Manoj",
        "Yadav",
        fleet=Fleet(hierarchy_code="haulage", hierarchy_id=21, role_code="DRIVER", parent=_COMPANY),
    ),
    _COMPANY,
    special(
        40,
        "group_primary",
        "Primary member of a user group of two that collects points of its own; a detractor.",
        "Ira",
        "Mehta",
        gender="Female",
        nps="DETRACTOR",
        programs=(_PRIMARY,),
        groups=(HOUSEHOLD,),
    ),
    special(
        66,
        "group_secondary",
        "Secondary member of the household of customer 100000040, and has left a second group.",
        "Jai",
        "Mehta",
        programs=(_SECONDARY,),
        groups=(HOUSEHOLD, CLUB),
    ),
    special(
        67,
        "promised",
        "Points promised for two days, and points taken back with returns in two programs; extended fields too.",
        "Oona",
        "Saldanha",
        extended={"occupation": "teacher", "children": 1, "budget": 250.5, "newsletter": False, "anniversary": None},
        programs=(
            replace(
                enrolled(CAPITAL, 1, 2600.0, each=900.0, every=20, count=5),
                promised=(PointsLot(75.5, date(2026, 12, 20)), PointsLot(40.0, date(2026, 12, 1))),
                returned_lots=(PointsLot(60.0, date(2026, 10, 8)), PointsLot(12.5, date(2026, 11, 2))),
            ),
            replace(
                enrolled(FRESH, 1, 500.0, each=110.0, every=6, count=8),
                promised=(PointsLot(8.0, date(2026, 12, 1)),),
                returned_lots=(PointsLot(5.0, date(2026, 10, 30)),),
            ),
        ),
        transactions=bills(67, 3, returns=2),
    ),
    special(
        68,
        "promoted",
        "Promotional points of all three kinds: to the customer, on a bill, on a line of a bill.",
        "Pavan",
        "Reddy",
        transactions=bills(68, 4),
        promotions=(
            Promotion("Birthday", 150.0, at("2026-08-09 09:00:00"), at("2027-08-09 23:59:59"), 1001, WEB),
            Promotion("Double day", 62.5, at("2026-11-18 18:05:09"), at("2027-05-18 23:59:59"), 1001, HARBOUR, 68_000),
            Promotion(
                "Tea month", 12.0, at("2026-11-06 18:05:09"), at("2027-05-06 23:59:59"), 1001, HARBOUR, 68_001, 9
            ),
        ),
    ),
    special(
        69,
        "one_of_each",
        "One custom field, extended field, coupon, bill, note, segment: what XML turns from a list into an object.",
        "Qadir",
        "Ansari",
        profiles=(instore(69, "Qadir", "Ansari", fields={"preferred_store": "garden.mall"}),),
        gender="Male",
        extended={"city": "Surat"},
        notes=(Note("Left an umbrella", at("2026-07-02 20:01:00"), GARDEN_TILL),),
        coupons=vouchers(69, 1),
        transactions=bills(69, 1),
        segments={"value_band": "low"},
    ),
    special(
        70,
        "stale_image",
        "Has a picture whose links were made a day ago and have expired.",
        "Ritu",
        "Sen",
        image=Image("img-0070", at("2024-02-29 23:00:00"), at("2026-11-20 12:00:00")),
    ),
    special(
        71,
        "noted",
        "Three notes written down at three tills, one of them of two lines.",
        "Sara",
        "Cohen",
        gender="Other",
        notes=(
            Note("Prefers the quiet corner", at("2026-09-14 13:05:00"), HARBOUR_TILL),
            Note("Allergic to nuts.\nTold the kitchen.", at("2026-02-27 19:45:10"), GARDEN_TILL),
            Note("Speaks \u05e2\u05d1\u05e8\u05d9\u05ea", at("2025-12-31 23:59:59"), AIRPORT_TILL),
        ),
    ),
    special(
        73,
        "dated_history",
        "Tier history whose rows say when the tier reached ends and when the tier left would have.",
        "Theo",
        "Lobo",
        programs=(SILVER,),
        slab_history=(
            replace(_RENEWED, target_expires=at("2027-03-31 23:59:59"), source_expires=at("2026-03-31 23:59:59")),
            replace(_REACHED, target_expires=at("2026-03-31 23:59:59"), source_expires=never()),
        ),
    ),
)

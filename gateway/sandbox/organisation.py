"""The simulated organisation: stores, tills, programs and program groups."""

from .data import Store, Till
from .programs import Partner, Program, ProgramGroup, ProgramState, Rule, Tier, Tracker

HARBOUR = Store("harbour", "Harbour Square")
GARDEN = Store("garden.mall", "Garden Mall")
AIRPORT = Store("airport-t2", "Airport Terminal 2")
WEB = Store("webstore", "Online Store")

HARBOUR_TILL = Till(7101, "harbour.till.1", "Harbour till 1", HARBOUR)
GARDEN_TILL = Till(7102, "garden.till.4", "Garden till 4", GARDEN)
AIRPORT_TILL = Till(7103, "airport.till.2", "Airport till 2", AIRPORT)
WEB_TILL = Till(7104, "web.app", "Mobile app", WEB)
TILLS = (HARBOUR_TILL, GARDEN_TILL, AIRPORT_TILL, WEB_TILL)

YEAR_SPEND = Tracker("Spend within a year", 365)
QUARTER_SPEND = Tracker("Spend within a quarter", 90)
YEAR_STAYS = Tracker("Room spend within a year", 365)

BLUE_WING = Partner(id=61, name="Blue Wing Miles", tiers=("Topaz", "Sapphire", "Ruby"))
METRO_PARKING = Partner(id=62, name="Metro Parking", type="SUPPLEMENTARY", period_type="MONTHS", period=6)

CAPITAL = Program(
    id=1001,
    title="Capital Club",
    description="The organisation's default program",
    partners=(BLUE_WING, METRO_PARKING),
    tiers=(
        Tier(
            "Member",
            "Where everyone starts",
            padded=True,
            upgrade=(Rule("TRACKER_VALUE_BASED", 20000.0, YEAR_SPEND),),
        ),
        Tier(
            "Silver",
            "Regulars",
            upgrade=(
                Rule("TRACKER_VALUE_BASED", 60000.0, YEAR_SPEND),
                Rule("CUMULATIVE_PURCHASES", 150000.0),
            ),
            renew=(Rule("VISITS", 12.0), Rule("PURCHASE", 20000.0)),
        ),
        Tier(
            "Gold",
            "Frequent guests",
            upgrade=(Rule("TRACKER_VALUE_BASED", 150000.0, YEAR_SPEND),),
            renew=(
                Rule("VISITS", 24.0),
                Rule("PURCHASE", 60000.0),
                Rule("POINTS", 5000.0),
                Rule("TRACKER", 12000.0, QUARTER_SPEND),
            ),
        ),
        Tier("Platinum", "By merit only", renew=(Rule("PURCHASE", 150000.0),)),
    ),
)
STAYS = Program(
    id=1002,
    title="Harbour Stays",
    description="Hotels of the group",
    ratio=0.25,
    tiers=(
        Tier("Guest", "Welcome", upgrade=(Rule("TRACKER_VALUE_BASED", 30000.0, YEAR_STAYS),)),
        Tier("Resident", "At home here", renew=(Rule("TRACKER", 30000.0, YEAR_STAYS),)),
    ),
)
FRESH = Program(
    id=1003,
    title="Fresh Basket",
    description="Groceries",
    ratio=0.1,
    either=True,
    tiers=(
        Tier(
            "Seed",
            "First steps",
            upgrade=(Rule("CURRENT_POINTS", 2000.0), Rule("CUMULATIVE_PURCHASES", 50000.0)),
        ),
        Tier("Sprout", "Growing", upgrade=(Rule("CURRENT_POINTS", 8000.0),), renew=(Rule("VISITS", 20.0),)),
        Tier("Tree", "Rooted", renew=(Rule("POINTS", 8000.0),)),
    ),
)
CINEMA = Program(
    id=1004,
    title="Ninth Row",
    description="",
    tiers=(Tier("Viewer", "One tier for all"),),
)
FUEL = Program(
    id=1005,
    title="Mile Maker",
    description="Fuel stations",
    ratio=0.5,
    tiers=(
        Tier("Road", "Everyday", upgrade=(Rule("TRACKER_VALUE_BASED", 15000.0, QUARTER_SPEND),)),
        Tier("Highway", "Long distance", renew=(Rule("PURCHASE", 40000.0), Rule("VISITS", 30.0))),
    ),
)
BOOKS = Program(
    id=1006,
    title="Paper & Ink",
    description="Bookshops, <b>all</b> formats",
    tiers=(
        Tier("Reader", "Curious", upgrade=(Rule("CUMULATIVE_PURCHASES", 10000.0),)),
        Tier("Critic", "Well read", renew=(Rule("PURCHASE", 4000.0),)),
    ),
)

DEFAULT_PROGRAM = CAPITAL
PROGRAMS = (CAPITAL, STAYS, FRESH, CINEMA, FUEL, BOOKS)
GROUPS = (
    ProgramGroup(1001, "Capital family", "Points that count everywhere", (1001, 1002, 1003)),
    ProgramGroup(2001, "Leisure", "Evenings and weekends", (1004, 1006)),
)


def default_state(states: tuple[ProgramState, ...]) -> ProgramState | None:
    """Where a customer stands in the default program, if enrolled there."""
    return next((state for state in states if state.program is DEFAULT_PROGRAM), None)


def group_states(
    states: tuple[ProgramState, ...],
) -> list[tuple[ProgramGroup, tuple[ProgramState, ...]]]:
    """The program groups a customer is in, each with the states it adds up."""
    found = ((group, tuple(state for state in states if state.program.id in group.program_ids)) for group in GROUPS)
    return [(group, members) for group, members in found if members]

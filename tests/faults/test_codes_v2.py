"""V2's documented codes (facts 1.4) in a body: what a caller sees of each, and what it leaves standing."""

from typing import Any

import pytest

from tests.faults.graph import of_customer
from tests.faults.support import Asked, Bench, Said, Twist, on, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

V2_ALONE = "id firstName cards { cardId } status { statusLabel }"
BOTH = f"{V2_ALONE} slabHistory {{ to }} registeredBy"
OF_V2, OF_V1 = ("cards", "status"), ("slabHistory", "registeredBy")
PERSONAL = "SECRET 919800000001 asha@example.test"


def error(code: Any, **beside: Any) -> Twist:
    """V2 refuses with a code, or names it as an error beside data."""
    refusal = {"warnings": [], "errors": [{"status": False, "code": code, "message": PERSONAL}]}
    return on("V2", lambda said: said.saying({**beside, **refusal}))


def warning(code: Any, *without: str) -> Twist:
    """V2 warns of a code and leaves blocks out."""

    def twist(said: Said) -> Said:
        body = {key: value for key, value in said.json().items() if key not in without}
        return said.saying({**body, "warnings": [{"status": False, "code": code, "message": PERSONAL}]})

    return on("V2", twist)


# --- errors ---

UNKNOWN: dict[int, tuple[str | None, str | None]] = dict.fromkeys(
    (
        *(8069, 1656, 91001, 91002, 91004, 91009, 91010, 91011, 91012, 91013, 91014, 91016, 91017, 91018, 91019),
        *(999999, 0, -8015),
    ),
    ("UPSTREAM_UNAVAILABLE", None),
)
"""Codes of warnings, should they come as errors; and codes that no page documents."""

ERRORS: dict[Any, tuple[str | None, str | None]] = {
    8015: (None, None),
    8065: (None, None),
    8089: (None, None),
    816: (None, None),
    1011: (None, None),
    1012: (None, None),
    "8015": (None, None),
    8013: ("BAD_USER_INPUT", "by"),
    8130: ("BAD_USER_INPUT", "by"),
    11013: ("BAD_USER_INPUT", "by"),
    8003: ("BAD_USER_INPUT", "source"),
    8012: ("BAD_USER_INPUT", "source"),
    8011: ("BAD_USER_INPUT", "accountId"),
    8045: ("BAD_USER_INPUT", "accountId"),
    8062: ("UPSTREAM_PARTIAL", None),
    8063: ("UPSTREAM_PARTIAL", None),
    8109: ("CUSTOMER_DELETED", None),
    401: ("UPSTREAM_UNAUTHORIZED", None),
    403: ("UPSTREAM_UNAUTHORIZED", None),
    498: ("UPSTREAM_UNAUTHORIZED", None),
    4000: ("UPSTREAM_UNAUTHORIZED", None),
    4001: ("UPSTREAM_UNAVAILABLE", None),
    **UNKNOWN,
}
"""Each code of an error: the code that the caller sees, null for "no such customer", and the argument it names."""


@pytest.mark.parametrize("code", ERRORS)
async def test_an_error_of_v2_alone_takes_down_the_customer(bench: Bench, code: Any) -> None:
    seen, argument = ERRORS[code]
    answer = await bench.ask(of_customer(V2_ALONE), error(code))
    assert told(answer) == (None, {"": seen} if seen else {})
    assert [one["extensions"].get("argument") for one in answer.get("errors", ())] == [argument] * bool(seen)
    assert "SECRET" not in f"{answer}{bench.gateway.events}"


@pytest.mark.parametrize("code", ERRORS)
async def test_an_error_of_v2_leaves_standing_what_v1_answers(bench: Bench, code: Any) -> None:
    seen = ERRORS[code][0] or "UPSTREAM_PARTIAL"  # one of the two knows the customer
    well = await bench.well(of_customer(BOTH))
    answer = await bench.ask(of_customer(BOTH), error(code))
    if seen == "CUSTOMER_DELETED":  # then nothing of them is shown, whatever the other call still tells
        assert told(answer) == (None, {"": seen})
    else:
        assert told(answer) == ({**well, **dict.fromkeys(OF_V2)}, dict.fromkeys(OF_V2, seen))
    assert "SECRET" not in f"{answer}{bench.gateway.events}"


async def test_who_is_not_registered_for_loyalty_is_as_unknown_to_v2_as_to_v1(bench: Bench) -> None:
    assert told(await bench.ask(of_customer(V2_ALONE), error(1013))) == (None, {})


@pytest.mark.parametrize("errors", [None, [], {}, "none"])
async def test_an_empty_list_of_errors_is_no_error(bench: Bench, errors: Any) -> None:
    well = await bench.well(of_customer(BOTH))
    twist = on("V2", lambda said: said.saying({**said.json(), "errors": errors}))
    assert told(await bench.ask(of_customer(BOTH), twist)) == (well, {})


# --- warnings ---

WARNED = (
    "id firstName cards { cardId } status { statusLabel } points { loyaltyId } groupLoyaltyPrograms { title } "
    "subscriptions { channel } profiles { source } associatedWith"
)
PARTIAL: dict[int, dict[str, str]] = {
    91001: {"points": "pointsSummary", "groupLoyaltyPrograms": "groupLoyaltyProgramDetails"},
    91002: {"subscriptions": "subscriptionInfo"},
    91004: {},
}
"""Each code of a missing part: the fields it takes down, and the blocks that upstream leaves out."""
HARMLESS = (91009, 91010, 91011, 91012, 91013, 91014, 91016, 91017, 91018, 91019, 1656, 8062, 8015, 999999)


@pytest.mark.parametrize("code", PARTIAL)
async def test_a_block_left_out_with_a_warning_is_its_own_fields_partial(bench: Bench, code: int) -> None:
    well, lost = await bench.well(of_customer(WARNED)), PARTIAL[code]
    answer = await bench.ask(of_customer(WARNED), warning(code, *lost.values()))
    assert told(answer) == ({**well, **dict.fromkeys(lost)}, dict.fromkeys(lost, "UPSTREAM_PARTIAL"))
    assert "SECRET" not in f"{answer}{bench.gateway.events}"


@pytest.mark.parametrize("code", [*PARTIAL, *HARMLESS])
async def test_a_warning_beside_whole_data_takes_down_nothing(bench: Bench, code: int) -> None:
    well = await bench.well(of_customer(WARNED))
    assert told(await bench.ask(of_customer(WARNED), warning(code))) == (well, {})


@pytest.mark.parametrize("code", HARMLESS)
async def test_a_block_left_out_under_another_warning_is_null_without_an_error(bench: Bench, code: int) -> None:
    well = await bench.well(of_customer(WARNED))
    answer = await bench.ask(of_customer(WARNED), warning(code, "cardDetails", "subscriptionInfo"))
    assert told(answer) == ({**well, "cards": None, "subscriptions": None}, {})


async def test_every_block_of_the_points_engine_is_partial_when_the_engine_is_down(bench: Bench) -> None:
    """The sandbox leaves these blocks out under 91001; a null without an error says that there are none."""
    lost = {
        "expirySchedules { points }": "expirySchedules",
        "expiredPoints { points }": "expiredPoints",
        "alternateCurrencies { programId }": "alternateCurrencyDetails",
    }
    answer = await bench.ask(of_customer(f"firstName {' '.join(lost)}"), warning(91001, *lost.values()))
    assert told(answer)[1] == dict.fromkeys((one.split()[0] for one in lost), "UPSTREAM_PARTIAL")


# --- accounts that were merged ---

VICTIM, SURVIVOR = "100000017", "100000018"
VICTIM_MOBILE = "919800000017"
MERGED = "id mergedFrom firstName cards { cardId }"


def by_id(selected: str, id: str) -> str:
    return f'{{ customer(by: {{id: "{id}"}}) {{ {selected} }} }}'


async def test_under_warning_8069_the_survivor_is_answered(bench: Bench) -> None:
    customer, codes = told(await bench.ask(of_customer(MERGED, VICTIM_MOBILE)))
    assert (customer["id"], customer["mergedFrom"], codes) == (SURVIVOR, [VICTIM], {})


async def test_under_warning_8069_alone_nobody_is_served_for_the_survivor(bench: Bench) -> None:
    """V2 calls the account merged, V1.1 does not know of it: neither block can be trusted to be the survivor's."""
    customer, codes = told(await bench.ask(of_customer(BOTH), warning(8069)))
    assert codes == dict.fromkeys(OF_V2, "UPSTREAM_PARTIAL")
    assert all(customer[name] is not None for name in OF_V1)


def survivor(place: str) -> Twist:
    """V2 answers a merge victim with the survivor's data and code 91009 (facts 1.4: listed among its errors)."""
    told_so = [{"status": False, "code": 91009, "message": "Retrieved survivor account for the requested merge victim"}]

    def twist(asked: Asked, said: Said) -> Said:
        if not asked.path.endswith(VICTIM):
            return said
        return said.saying({**said.json(), "id": int(SURVIVOR), "warnings": [], place: told_so})

    return twist


@pytest.mark.parametrize("place", ["warnings", "errors"])
async def test_under_91009_the_survivor_is_answered(bench: Bench, place: str) -> None:
    customer, codes = told(await bench.ask(by_id(MERGED, VICTIM), survivor(place)))
    assert codes == {}
    assert (customer["id"], customer["mergedFrom"]) == (SURVIVOR, [VICTIM])

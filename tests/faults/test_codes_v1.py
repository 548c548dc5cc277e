"""V1.1's documented codes (facts 2.3), of an item and of the whole answer: what a caller sees of each."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.graph import of_customer
from tests.faults.support import ASHA, Bench, Json, Said, Twist, on, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

V1_ALONE = "id firstName slabHistory { to } registeredBy"
BOTH = f"{V1_ALONE} cards {{ cardId }} status {{ statusLabel }}"
OF_V2, OF_V1 = ("cards", "status"), ("slabHistory", "registeredBy")
OTHER = "919800000003"
PERSONAL = "SECRET 919800000001 asha@example.test"


def items(edit: Callable[[Json], Any]) -> Twist:
    """V1.1's items, changed."""

    def twist(said: Said) -> Said:
        body = said.json()
        customers = body["response"]["customers"]
        customers["customer"] = [edit(item) for item in customers["customer"]]
        return said.saying(body)

    return on("V1.1", twist)


def refused(code: Any, success: Any = "false") -> Twist:
    """V1.1 refuses every item with a code; a refused item keeps the identifier it was asked by."""
    status = {"success": success, "code": code, "message": PERSONAL, "warnings": {"warning": []}}
    return items(lambda item: {"mobile": item["mobile"], "item_status": status})


def warned(warning: Any, *without: str, in_summaries: tuple[str, ...] = ()) -> Twist:
    """V1.1 warns in every item and leaves blocks out, of the item or of its programs' summaries."""

    def edit(item: Json) -> Json:
        kept = {key: value for key, value in item.items() if key not in without}
        summaries = kept.get("points_summaries", {}).get("points_summary", [])
        for summary in summaries:
            for key in in_summaries:
                summary.pop(key, None)
        return {**kept, "item_status": {**item["item_status"], "warnings": {"warning": [warning]}}}

    return items(edit)


def whole_answer(code: Any, success: Any = "false", *, status: int = 200, customers: Any = None) -> Twist:
    """V1.1 refuses the request."""
    body = {"response": {"status": {"success": success, "code": code, "message": PERSONAL}, "customers": customers}}
    return on("V1.1", lambda said: said.saying(body, status))


# --- items ---

ITEMS: list[tuple[Any, str | None]] = [
    *((code, None) for code in ("1012", "1011", "816", "1013", "1020", 1012, 1012.0)),
    *((code, "BAD_USER_INPUT") for code in ("400", "1015")),
    ("1044", "UPSTREAM_UNAUTHORIZED"),
    *((code, "UPSTREAM_UNAVAILABLE") for code in ("1060", "1099", "618", "8014")),
    *((code, "UPSTREAM_UNAVAILABLE") for code in ("91001", "91002", "91004", "91009", "91013", "91014")),
    *((code, "UPSTREAM_UNAVAILABLE") for code in ("1000", "999999", 744.0, "", None, True, [], {}, PERSONAL)),
]
"""Each code of a refused item and the code that the caller sees; null for "no such customer"."""


@pytest.mark.parametrize(("code", "seen"), [*ITEMS, ("8109", "CUSTOMER_DELETED"), (8109, "CUSTOMER_DELETED")])
async def test_an_item_refused_by_v1_alone_takes_down_the_customer(bench: Bench, code: Any, seen: str | None) -> None:
    answer = await bench.ask(of_customer(V1_ALONE), refused(code))
    assert told(answer) == (None, {"": seen} if seen else {})
    argument = "by" if seen == "BAD_USER_INPUT" else None
    assert [one["extensions"].get("argument") for one in answer.get("errors", ())] == [argument] * bool(seen)
    assert "SECRET" not in f"{answer}{bench.gateway.events}"


@pytest.mark.parametrize(("code", "seen"), ITEMS)
async def test_an_item_refused_by_v1_leaves_standing_what_v2_answers(bench: Bench, code: Any, seen: str | None) -> None:
    well = await bench.well(of_customer(BOTH))
    answer = await bench.ask(of_customer(BOTH), refused(code))
    seen = seen or "UPSTREAM_PARTIAL"  # one of the two knows the customer
    assert told(answer) == ({**well, **dict.fromkeys(OF_V1)}, dict.fromkeys(OF_V1, seen))
    assert "SECRET" not in f"{answer}{bench.gateway.events}"


async def test_who_is_deleted_on_v1_is_deleted_though_v2_still_knows_them(bench: Bench) -> None:
    """Design 8: deleted after a PII request is null and CUSTOMER_DELETED. V2's code table lacks 8109 (facts 1.4)."""
    assert told(await bench.ask(of_customer(BOTH), refused("8109"))) == (None, {"": "CUSTOMER_DELETED"})


@pytest.mark.parametrize("success", ["true", "TRUE", True])
async def test_an_item_that_succeeds_counts_whatever_its_code_is(bench: Bench, success: Any) -> None:
    well = await bench.well(of_customer(BOTH))
    for code in ("1000", 1000, None, PERSONAL):
        twist = items(lambda item, code=code: {**item, "item_status": {"success": success, "code": code}})
        assert told(await bench.ask(of_customer(BOTH), twist)) == (well, {})


@pytest.mark.parametrize(("code", "seen"), [*ITEMS, ("8109", "CUSTOMER_DELETED")])
async def test_a_refused_item_costs_the_other_customers_of_the_batch_nothing(
    bench: Bench, code: Any, seen: str | None
) -> None:
    query = f'{{ customers(by: [{{mobile: "{ASHA}"}}, {{mobile: "{OTHER}"}}]) {{ {V1_ALONE} }} }}'
    well = (await bench.ask(query))["data"]["customers"]
    status = {"success": "false", "code": code, "message": PERSONAL}
    answer = await bench.ask(
        query, items(lambda item: {"mobile": ASHA, "item_status": status} if item["mobile"] == ASHA else item)
    )
    assert answer["data"]["customers"] == [None, well[1]]
    assert [(one["path"], one["extensions"]["code"]) for one in answer.get("errors", ())] == (
        [(["customers", 0], seen)] if seen else []
    )
    assert "SECRET" not in f"{answer}{bench.gateway.events}"


# --- warnings ---

WARNED = (
    "id firstName registeredBy slabHistory { to } gapToRenew { programId } gapToUpgrade { programId } "
    "loyaltyPrograms { totalPoints }"
)
LOST: dict[str, tuple[str, Twist]] = {
    "91013": ("gapToUpgrade", warned("91013", in_summaries=("gap_to_upgrade",))),
    "91014": ("gapToRenew", warned("91014", in_summaries=("gap_to_renew",))),
    "a number": ("gapToRenew", warned(91014, in_summaries=("gap_to_renew",))),
    "an object": ("gapToRenew", warned({"code": "91014"}, in_summaries=("gap_to_renew",))),
}
"""Each warning of a missing part: the field it takes down."""
HARMLESS = ("91002", "91004", "91010", "91011", "91012", "91016", "91017", "91018", "91019", "1656", "1012", "")


@pytest.mark.parametrize("code", LOST)
async def test_a_part_left_out_with_a_warning_is_its_own_fields_partial(bench: Bench, code: str) -> None:
    well = await bench.well(of_customer(WARNED))
    field, twist = LOST[code]
    answer = await bench.ask(of_customer(WARNED), twist)
    assert told(answer) == ({**well, field: None}, {field: "UPSTREAM_PARTIAL"})


def _no_summaries(item: Json) -> Json:
    status = {**item["item_status"], "warnings": {"warning": ["91001"]}}
    return {**item, "points_summaries": {"points_summary": []}, "item_status": status}


POINTS_DOWN = {"missing": warned("91001", "points_summaries"), "empty": items(_no_summaries)}


@pytest.mark.parametrize("how", POINTS_DOWN)
async def test_programs_left_out_because_the_points_engine_is_down_are_partial(bench: Bench, how: str) -> None:
    selected = "registeredBy slabHistory { to } loyaltyPrograms { totalPoints }"
    well = await bench.well(of_customer(selected))
    answer = await bench.ask(of_customer(selected), POINTS_DOWN[how])
    assert told(answer) == ({**well, "loyaltyPrograms": None}, {"loyaltyPrograms": "UPSTREAM_PARTIAL"})


@pytest.mark.parametrize("how", POINTS_DOWN)
@pytest.mark.parametrize("field", ["gapToRenew", "gapToUpgrade"])
async def test_gaps_left_out_because_the_points_engine_is_down_are_partial(bench: Bench, field: str, how: str) -> None:
    answer = await bench.ask(of_customer(f"registeredBy {field} {{ programId }}"), POINTS_DOWN[how])
    assert told(answer)[1] == {field: "UPSTREAM_PARTIAL"}


@pytest.mark.parametrize("code", ["91001", "91013", "91014", *HARMLESS])
async def test_a_warning_beside_whole_data_takes_down_nothing(bench: Bench, code: str) -> None:
    well = await bench.well(of_customer(WARNED))
    assert told(await bench.ask(of_customer(WARNED), warned(code))) == (well, {})


@pytest.mark.parametrize("code", HARMLESS)
async def test_a_part_left_out_under_another_warning_is_null_without_an_error(bench: Bench, code: str) -> None:
    well = await bench.well(of_customer(WARNED))
    answer = await bench.ask(of_customer(WARNED), warned(code, "slab_history", "registered_by"))
    assert told(answer) == ({**well, "slabHistory": None, "registeredBy": None}, {})


# --- the whole answer ---

REFUSED: list[tuple[Any, str]] = [
    *((code, "UPSTREAM_UNAUTHORIZED") for code in (401, "401", 403, "498", 498.0)),
    *((code, "UPSTREAM_RATE_LIMITED") for code in (429, "429")),
    *((code, "UPSTREAM_UNAVAILABLE") for code in (400, 402, 404, 405, 406, 407, 408, 500, "500", 500.0, 503, 521)),
    *((code, "UPSTREAM_UNAVAILABLE") for code in (461, 1060, 1061, 1062, 1064, 744, PERSONAL, None, [], {"a": 1})),
]
"""Each code of an answer without customers and the code that the caller sees. None of them says "no such customer"."""


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize(("code", "seen"), REFUSED)
async def test_a_refused_request_takes_down_what_v1_alone_fills(
    bench: Bench, code: Any, seen: str, status: int
) -> None:
    well = await bench.well(of_customer(BOTH))
    twist = whole_answer(code, status=status)
    alone, both = await bench.ask(of_customer(V1_ALONE), twist), await bench.ask(of_customer(BOTH), twist)
    assert told(alone) == (None, {"": seen})
    assert told(both) == ({**well, **dict.fromkeys(OF_V1)}, dict.fromkeys(OF_V1, seen))
    assert "SECRET" not in f"{alone}{both}{bench.gateway.events}"


@pytest.mark.parametrize("customers", ["none", 7, True, [7], {"customer": "none"}, {"customer": [7, None]}])
async def test_customers_that_cannot_be_read_are_not_unknown_customers(bench: Bench, customers: Any) -> None:
    twist = whole_answer(200, "true", customers=customers)
    assert told(await bench.ask(of_customer(V1_ALONE), twist)) == (None, {"": "UPSTREAM_UNAVAILABLE"})

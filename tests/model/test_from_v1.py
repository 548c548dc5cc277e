from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource
from gateway.model import from_v1
from gateway.model.points import Balance, LoyaltyProgramV1
from gateway.model.profile import Membership, Person, Registration, Store, Till
from gateway.model.readers import Reader
from gateway.model.tiers import SlabChange, TierTracker, UpgradeProgress
from tests.model.payloads import json_objects_of, json_values, keys_of, spoilt

Json = dict[str, Any]

TRACKER: Json = {
    "tracker_name": "Two seasons",
    "tracker_type": "BILL_AMOUNT",
    "tracker_mode": "MOVING_WINDOW",
    "tracker_case_name": "180Days_Case",
    "tracker_case_period_type": "DAYS",
    "tracker_case_period_value": "180",
}
UPGRADE: Json = {
    "upgrade_based_on": "TRACKER_VALUE_BASED",
    "upgrade_entity_identifers": TRACKER,
    "upgrade_threshold": "4000",
    "customer_upgrade_entity_values": {
        "current_value": "1500.5",
        "gap_to_upgrade": "2499.5",
        "value_valid_upto": "2027-01-31",
    },
}
RENEW: Json = {
    "renew_based_on": "TRACKER",
    "renew_entity_identifiers": TRACKER,
    "renew_threshold": "12",
    "customer_renew_entity_value": "5",
    "customer_gap_to_renew_value": "7",
}
SUMMARY: Json = {
    "programId": "31",
    "program_title": "Harbour Club",
    "program_description": "Of the harbour",
    "program_points_to_currency_ratio": "0.25",
    "redeemed": "40",
    "expired": "10",
    "returned": "5",
    "adjusted": "-2.5",
    "lifetimePoints": "5.632820109E9",
    "loyaltyPoints": "900",
    "cumulativePurchases": "12000.75",
    "delayed_points": "60",
    "delayed_returned_points": "6",
    "total_available_points": "960",
    "total_returned_points": "11",
    "currentSlab": "Reef ",
    "currentSlabDescription": "Second",
    "slabSNo": "2",
    "slabExpiryDate": "2126-06-30 23:59:59",
    "nextSlab": "Lagoon",
    "nextSlabSerialNumber": "3",
    "nextSlabDescription": "Third",
    "totalPoints": "",
    "gap_to_renew": {
        "tier_expiry_date": "2026-06-30",
        "renew_confirmed": "false",
        "custom_expression": "((A AND B) OR C)",
        "expression_relation": [[1, 2], [3]],
        "renew_strategy": [RENEW],
    },
    "gap_to_upgrade": {
        "custom_expression": "(A OR B)",
        "expression_relation": [[1], [2]],
        "upgrade_strategy": [UPGRADE],
    },
}
CHANGE: Json = {
    "to": "Reef",
    "from": "Sand",
    "store": {"code": "h1", "name": "Harbour One"},
    "type": "UPGRADE",
    "changed_on": "2025-04-05 06:07:08",
    "from_tier_expiry_date": "2025-06-30 23:59:59",
    "to_tier_expiry_date": "2026-06-30 23:59:59",
    "notes": "by the engine",
    "program_id": "31",
}
ITEM: Json = {
    "user_id": "700000000000000001",
    "next_slab": "Lagoon",
    "next_slab_serial_number": "3",
    "next_slab_description": "Calm",
    "programs_list": {
        "program": [
            {"programId": "7", "isDefault": "true", "PartnerPrograms": {"PartnerProgram": [{"isTierBased": "true"}]}}
        ]
    },
    "gender": "Female",
    "current_nps_status": "PROMOTER",
    "custom_fields": {"field": [{"name": "reef", "value": "north"}]},
    "fraud_details": {"status": "MARKED", "marked_by": "desk", "modified_on": "2025-01-02 03:04:05", "reason": "why"},
    "expiry_schedule": {"schedule": [{"points": "10", "expiry_date": "2026-12-31"}]},
    "expired_points": {"item": [{"points": "4", "expired_on": "2024-12-31"}]},
    "points_summary": {"redeemed": "1", "expired": "2", "returned": "3", "adjusted": "-4"},
    "tier_update_criteria": {"purchase_type": "VISITS", "description": "", "min_purchase_value_required": "12"},
    "ndnc_status": "NONE",
    "optin_status": "NONE",
    "firstname": "Nila",
    "lastname": "Menon",
    "mobile": "919700000001",
    "email": "Nila@Example.test",
    "external_id": "HC-1",
    "type": "LOYALTY",
    "lifetime_points": 26447.125,
    "loyalty_points": "900",
    "lifetime_purchases": "5.632820109E9",
    "current_slab": "Reef ",
    "registered_on": "2024-02-29 10:00:00",
    "updated_on": "2025-12-31 23:59:59",
    "registered_by": "Harbour",
    "registered_store": {"code": "h1", "name": "Harbour One"},
    "registered_till": {"code": "h1.t1", "name": "Till 1"},
    "points_summaries": {"points_summary": [SUMMARY]},
    "slab_history": {"history": [CHANGE]},
    "item_status": {"success": "true", "code": "1000"},
}
EMPTY: Json = {key: [] for key in ITEM}
"""An XML-born item: every element is there and empty."""

SOURCES = [(kind, way) for kind in CATALOG.values() for way in kind.sources if way.endpoint is Endpoint.V1]
each_source = pytest.mark.parametrize(("kind", "way"), SOURCES, ids=[kind.name for kind, _ in SOURCES])


def reader() -> Reader:
    return Reader(ZoneInfo("Asia/Kolkata"))


def read(how: Any, item: Json, anomalies: int = 0) -> Any:
    made = reader()
    found = how(made, item, {})
    assert len(made.anomalies) == anomalies, made.anomalies
    return found


def test_a_person_is_the_items_names_and_identifiers():
    assert read(from_v1.person, ITEM) == Person(
        first_name="Nila",
        last_name="Menon",
        mobile="919700000001",
        email="Nila@Example.test",
        external_id="HC-1",
    )


def test_a_membership_has_its_type_in_small_letters_and_its_times_in_the_organisations_zone():
    assert read(from_v1.membership, ITEM) == Membership(
        loyalty_type="loyalty",
        lifetime_purchases=5632820109.0,
        registered_on="2024-02-29T10:00:00+05:30",
        updated_on="2025-12-31T23:59:59+05:30",
    )


def test_a_balance_is_the_default_programs():
    assert read(from_v1.balance, ITEM) == Balance(lifetime_points=26447.125, loyalty_points=900.0, current_slab="Reef")


@pytest.mark.parametrize("nothing", [None, "", " ", []])
def test_who_has_no_tier_has_no_balance(nothing: Any):
    assert read(from_v1.balance, ITEM | {"current_slab": nothing}) is None


def test_a_registration_names_store_till_and_who():
    assert read(from_v1.registration, ITEM) == Registration(
        registered_store=Store(code="h1", name="Harbour One"),
        registered_till=Till(code="h1.t1", name="Till 1"),
        registered_by="Harbour",
    )


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_a_registration_without_a_till_still_has_its_store(nothing: Any):
    found = read(from_v1.registration, ITEM | {"registered_till": nothing})
    assert (found.registered_till, found.registered_store) == (None, Store(code="h1", name="Harbour One"))


PROGRAM: Json = {
    "program_id": "31",
    "program_title": "Harbour Club",
    "program_description": "Of the harbour",
    "program_points_to_currency_ratio": 0.25,
    "redeemed": 40.0,
    "expired": 10.0,
    "returned": 5.0,
    "adjusted": -2.5,
    "lifetime_points": 5632820109.0,
    "loyalty_points": 900.0,
    "cumulative_purchases": 12000.75,
    "delayed_points": 60.0,
    "delayed_returned_points": 6.0,
    "total_available_points": 960.0,
    "total_returned_points": 11.0,
    "current_slab": "Reef",
    "current_slab_description": "Second",
    "slab_sno": 2,
    "slab_expiry_date": "2126-06-30T23:59:59+05:30",
    "next_slab": "Lagoon",
    "next_slab_serial_number": 3,
    "next_slab_description": "Third",
}


def test_a_program_is_read_from_both_of_v1s_spellings():
    (found,) = read(from_v1.programs, ITEM)
    assert vars(found) == PROGRAM


def test_at_the_top_there_is_no_next_tier():
    top = SUMMARY | {"nextSlab": "", "nextSlabDescription": "", "nextSlabSerialNumber": "-1"}
    (found,) = read(from_v1.programs, {"points_summaries": {"points_summary": top}})
    assert (found.next_slab, found.next_slab_description, found.next_slab_serial_number) == (None, None, None)


@pytest.mark.parametrize(("told", "total"), [("", None), ("120.5", 120.5)])
def test_what_only_v1_tells_of_a_program_are_its_total_points(told: str, total: float | None):
    item = {"points_summaries": {"points_summary": [SUMMARY | {"totalPoints": told}]}}
    assert read(from_v1.programs_v1, item) == [LoyaltyProgramV1(program_id="31", total_points=total)]


SUMMARY_SHAPES: dict[str, tuple[Any, list[str]]] = {
    "native": ({"points_summary": [SUMMARY, SUMMARY | {"programId": 32}]}, ["31", "32"]),
    "bare list": ([SUMMARY], ["31"]),
    "wrapped object": ({"points_summary": SUMMARY}, ["31"]),
    "bare object": (SUMMARY, ["31"]),
    "without mlp": ({"points_summary": []}, []),
    "empty element": ([], []),
    "empty text": ("", []),
}


@pytest.mark.parametrize(("block", "ids"), SUMMARY_SHAPES.values(), ids=SUMMARY_SHAPES)
def test_programs_are_found_in_native_and_xml_born_bodies(block: Any, ids: list[str]):
    found = read(from_v1.programs, {"points_summaries": block})
    assert [program.program_id for program in found] == ids


@pytest.mark.parametrize(
    "how", [from_v1.programs, from_v1.programs_v1, from_v1.gap_to_renew, from_v1.gap_to_upgrade, from_v1.slab_history]
)
def test_a_list_whose_block_did_not_come_is_null(how: Any):
    assert read(how, {"user_id": "1"}) is None


def test_one_program_without_an_id_costs_the_others_nothing():
    item = {"points_summaries": {"points_summary": [SUMMARY | {"programId": ""}, SUMMARY]}}
    assert [program.program_id for program in read(from_v1.programs, item)] == ["31"]


def test_a_field_of_the_wrong_type_costs_its_program_nothing_else():
    (found,) = read(from_v1.programs, {"points_summaries": [SUMMARY | {"redeemed": {"points": 1}}]}, anomalies=1)
    assert vars(found) == PROGRAM | {"redeemed": None}


def test_a_change_of_tier_is_read():
    assert read(from_v1.slab_history, ITEM) == [
        SlabChange(
            program_id="31",
            type="UPGRADE",
            from_slab="Sand",
            to_slab="Reef",
            changed_on="2025-04-05T06:07:08+05:30",
            from_tier_expiry_date="2025-06-30T23:59:59+05:30",
            to_tier_expiry_date="2026-06-30T23:59:59+05:30",
            store=Store(code="h1", name="Harbour One"),
            notes="by the engine",
        )
    ]


def test_changes_keep_upstreams_order():
    changes = [CHANGE | {"to": name} for name in ("Lagoon", "Reef", "Sand")]
    found = read(from_v1.slab_history, {"slab_history": {"history": changes}})
    assert [change.to_slab for change in found] == ["Lagoon", "Reef", "Sand"]


@pytest.mark.parametrize("block", [[CHANGE], {"history": CHANGE}, CHANGE], ids=["bare list", "object", "bare object"])
def test_changes_are_found_in_xml_born_bodies(block: Any):
    assert [change.to_slab for change in read(from_v1.slab_history, {"slab_history": block})] == ["Reef"]


def test_a_change_without_store_program_and_expiry_dates_is_read():
    kept = {key: CHANGE[key] for key in ("to", "from", "type", "changed_on")}
    assert read(from_v1.slab_history, {"slab_history": {"history": [kept]}}) == [
        SlabChange(type="UPGRADE", from_slab="Sand", to_slab="Reef", changed_on="2025-04-05T06:07:08+05:30")
    ]


READ_TRACKER = TierTracker(
    tracker_name="Two seasons",
    tracker_type="BILL_AMOUNT",
    tracker_mode="MOVING_WINDOW",
    tracker_case_name="180Days_Case",
    tracker_case_period_type="DAYS",
    tracker_case_period_value=180,
)


def test_a_gap_to_renew_is_read_with_its_strategies():
    (found,) = read(from_v1.gap_to_renew, ITEM)
    (strategy,) = found.renew_strategies
    assert vars(found) == {
        "program_id": "31",
        "tier_expiry_date": "2026-06-30",
        "renew_confirmed": False,
        "custom_expression": "((A AND B) OR C)",
        "expression_relation": [[1, 2], [3]],
        "renew_strategies": [strategy],
    }
    assert vars(strategy) == {
        "renew_based_on": "TRACKER",
        "tracker_entity_identifiers": READ_TRACKER,
        "renew_threshold": 12.0,
        "customer_renew_entity_value": 5.0,
        "customer_gap_to_renew_value": 7.0,
    }


def test_a_gap_to_upgrade_is_read_under_upstreams_misspelt_key():
    (found,) = read(from_v1.gap_to_upgrade, ITEM)
    (strategy,) = found.upgrade_strategies
    assert (found.program_id, found.custom_expression, found.expression_relation) == ("31", "(A OR B)", [[1], [2]])
    assert vars(strategy) == {
        "upgrade_based_on": "TRACKER_VALUE_BASED",
        "upgrade_entity_identifiers": READ_TRACKER,
        "upgrade_threshold": 4000.0,
        "customer_upgrade_entity_values": UpgradeProgress(
            current_value=1500.5, gap_to_upgrade=2499.5, value_valid_upto="2027-01-31"
        ),
    }


def upgraded(**strategy: Any) -> Any:
    """The strategy that is read from one with these keys besides the usual ones."""
    usual = {key: value for key, value in UPGRADE.items() if key != "upgrade_entity_identifers"}
    gap = {"upgrade_strategy": [usual | strategy]}
    (found,) = read(from_v1.gap_to_upgrade, {"points_summaries": [{"programId": "31", "gap_to_upgrade": gap}]})
    return found.upgrade_strategies[0]


@pytest.mark.parametrize("key", ["upgrade_entity_identifers", "upgrade_entity_identifiers"])
@pytest.mark.parametrize("value", [TRACKER, [TRACKER]], ids=["object", "list of one"])
def test_a_tracker_is_read_under_either_spelling_as_object_or_list(key: str, value: Any):
    assert upgraded(**{key: value}).upgrade_entity_identifiers == READ_TRACKER


@pytest.mark.parametrize("empty", [{}, [], "", None])
def test_a_strategy_without_a_tracker_has_none(empty: Any):
    assert upgraded(upgrade_entity_identifers=empty).upgrade_entity_identifiers is None


@pytest.mark.parametrize("empty", [{}, [], "", None])
def test_an_empty_tracker_under_one_spelling_does_not_hide_the_other(empty: Any):
    found = upgraded(upgrade_entity_identifers=empty, upgrade_entity_identifiers=TRACKER)
    assert found.upgrade_entity_identifiers == READ_TRACKER


def test_progress_is_read_from_a_list_of_one_too():
    values = UPGRADE["customer_upgrade_entity_values"]
    assert upgraded(customer_upgrade_entity_values=[values]) == upgraded()


@pytest.mark.parametrize("shape", [UPGRADE, [UPGRADE]], ids=["object", "list"])
def test_a_single_strategy_may_be_an_object(shape: Any):
    item = {"points_summaries": [{"programId": "31", "gap_to_upgrade": {"upgrade_strategy": shape}}]}
    (found,) = read(from_v1.gap_to_upgrade, item)
    assert len(found.upgrade_strategies) == 1


@pytest.mark.parametrize("gap", [None, "", [], {}, {"upgrade_strategy": []}, {"upgrade_strategy": ""}])
def test_at_the_top_there_is_no_gap_to_upgrade(gap: Any):
    assert read(from_v1.gap_to_upgrade, {"points_summaries": [{"programId": "31", "gap_to_upgrade": gap}]}) == []


@pytest.mark.parametrize("gap", [None, "", [], {}])
def test_in_the_base_tier_there_is_no_gap_to_renew(gap: Any):
    assert read(from_v1.gap_to_renew, {"points_summaries": [{"programId": "31", "gap_to_renew": gap}]}) == []


def test_a_renewal_that_is_safe_needs_no_strategies():
    gap = {"tier_expiry_date": "2026-06-30", "renew_confirmed": "true", "renew_strategy": []}
    (found,) = read(from_v1.gap_to_renew, {"points_summaries": [{"programId": "31", "gap_to_renew": gap}]})
    assert (found.renew_confirmed, found.renew_strategies) == (True, [])


def relation(value: Any, anomalies: int = 0) -> Any:
    gap = {"tier_expiry_date": "2026-06-30", "expression_relation": value}
    item = {"points_summaries": [{"programId": "31", "gap_to_renew": gap}]}
    (found,) = read(from_v1.gap_to_renew, item, anomalies)
    return found.expression_relation


RELATIONS: list[tuple[Any, list[list[int]] | None]] = [
    ([[1, 2], [3]], [[1, 2], [3]]),
    ([[1, 2], 3], [[1, 2], [3]]),
    ([1, 2], [[1], [2]]),
    ("[[1, 2], [3]]", [[1, 2], [3]]),
    ("[[1,2],3]", [[1, 2], [3]]),
    ([], None),
    ("", None),
    ("[]", None),
    (None, None),
]


@pytest.mark.parametrize(("value", "expected"), RELATIONS)
def test_an_expressions_relation_is_read_as_list_or_text_with_bare_numbers_or_without(value: Any, expected: Any):
    assert relation(value) == expected


@pytest.mark.parametrize("value", ["1 AND 2", [["A"]], [[[1]]], {"0": [1]}, 12, True])
def test_a_relation_that_is_none_is_null_and_an_anomaly(value: Any):
    assert relation(value, anomalies=1) is None


@each_source
def test_an_item_of_empty_elements_is_read_without_an_anomaly(kind: FacetKind, way: FacetSource):
    made = reader()
    way.read(made, EMPTY, {})
    assert made.anomalies == [], kind


@each_source
def test_the_well_formed_item_is_read_without_an_anomaly(kind: FacetKind, way: FacetSource):
    made = reader()
    assert way.read(made, ITEM, {}), kind
    assert made.anomalies == []


@given(item=st.one_of(spoilt(ITEM), json_objects_of(keys_of(ITEM)), st.dictionaries(st.text(), json_values())))
def test_no_source_ever_raises_for_any_item(item: Json):
    for _, way in SOURCES:
        way.read(reader(), item, {"days": 0})

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource
from gateway.model import from_v1
from gateway.model.details import Consent, Fraud, FraudV1, OptIn, PersonV1, PointsTotals, Promoter, TierUpgradeCriteria
from gateway.model.points import Balance, LoyaltyProgramV1, NextSlab
from gateway.model.profile import Membership, Person, Registration, Store, Till
from gateway.model.readers import Anomaly
from gateway.model.tiers import SlabChange
from tests.model.payloads import json_objects_of, json_values, keys_of, spoilt
from tests.model.reading import NOTHING, Json, everything, fields_of, oddities, places, read, reader, ways
from tests.model.v1_item import CHANGE, EMPTY, ITEM, PARTNER, SUMMARY
from tests.support.facets import example

SOURCES = ways(Endpoint.V1)
each_source = pytest.mark.parametrize(("kind", "way"), SOURCES, ids=[kind.name for kind, _ in SOURCES])


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


TOLD: list[tuple[Any, Any]] = [
    (from_v1.person_v1, PersonV1(gender="Female", source="instore")),
    (from_v1.promoter, Promoter(current_nps_status="PROMOTER")),
    (from_v1.consent, Consent(ndnc_status="NONE")),
    (from_v1.opt_in, OptIn(optin_status="NONE")),
    (from_v1.next_slab, NextSlab(next_slab="Lagoon", next_slab_description="Calm", next_slab_serial_number=3)),
    (from_v1.fraud, Fraud(status="MARKED", modified_on="2025-01-02T03:04:05+05:30")),
    (from_v1.fraud_v1, FraudV1(marked_by="desk", reason="why")),
    (from_v1.points_totals, PointsTotals(redeemed=1.0, expired=2.0, returned=3.0, adjusted=-4.0)),
    (from_v1.tier_upgrade_criteria, TierUpgradeCriteria(purchase_type="VISITS", min_purchase_value_required=12.0)),
]


@pytest.mark.parametrize(("how", "expected"), TOLD, ids=lambda one: type(one).__name__)
def test_a_small_record_is_read(how: Any, expected: Any):
    assert read(how, ITEM) == expected


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_promoter_status_that_nobody_knows_is_null(nothing: Any):
    assert read(from_v1.promoter, ITEM | {"current_nps_status": nothing}) == Promoter()


PROGRAM: Json = {
    "program_id": "1001",
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
    assert fields_of(found) == PROGRAM


def test_at_the_top_there_is_no_next_tier():
    top = SUMMARY | {"nextSlab": "", "nextSlabDescription": "", "nextSlabSerialNumber": "-1"}
    (found,) = read(from_v1.programs, {"points_summaries": {"points_summary": top}})
    assert (found.next_slab, found.next_slab_description, found.next_slab_serial_number) == (None, None, None)


def programs_v1(**changes: Any) -> Any:
    """What only V1.1 tells of a program whose summary has these keys otherwise."""
    (found,) = read(from_v1.programs_v1, {"points_summaries": {"points_summary": [SUMMARY | changes]}})
    return found


def test_what_only_v1_tells_of_a_program_are_its_total_points_and_its_partners_as_they_come():
    assert programs_v1() == LoyaltyProgramV1(
        program_id="1001", total_points=1015.5, linked_partner_program_details=[PARTNER]
    )


@pytest.mark.parametrize("nothing", NOTHING)
def test_total_points_that_most_organisations_leave_empty_are_null(nothing: Any):
    assert programs_v1(totalPoints=nothing).total_points is None


PARTNERS: dict[str, tuple[Any, list[Json] | None]] = {
    "native": ({"linked_partner_program": [PARTNER, PARTNER]}, [PARTNER, PARTNER]),
    "wrapped object": ({"linked_partner_program": PARTNER}, [PARTNER]),
    "bare list": ([PARTNER], [PARTNER]),
    "bare object": (PARTNER, [PARTNER]),
    "wrapper around nothing": ({"linked_partner_program": []}, None),
    "wrapper around empty text": ({"linked_partner_program": ""}, None),
    "empty list": ([], None),
    "empty object": ({}, None),
    "empty text": ("", None),
    "null": (None, None),
}


@pytest.mark.parametrize(("block", "expected"), PARTNERS.values(), ids=PARTNERS)
def test_linked_partners_are_taken_out_of_their_wrapper_untouched(block: Any, expected: Any):
    assert programs_v1(linked_partner_programs=block).linked_partner_program_details == expected


def test_a_program_without_linked_partners_says_nothing_of_them():
    summary = {key: value for key, value in SUMMARY.items() if key != "linked_partner_programs"}
    (found,) = read(from_v1.programs_v1, {"points_summaries": [summary]})
    assert found.linked_partner_program_details is None


SUMMARY_SHAPES: dict[str, tuple[Any, list[str]]] = {
    "native": ({"points_summary": [SUMMARY, SUMMARY | {"programId": 1002}]}, ["1001", "1002"]),
    "bare list": ([SUMMARY], ["1001"]),
    "wrapped object": ({"points_summary": SUMMARY}, ["1001"]),
    "bare object": (SUMMARY, ["1001"]),
    "without mlp": ({"points_summary": []}, []),
    "empty element": ([], []),
    "empty text": ("", []),
}


@pytest.mark.parametrize(("block", "ids"), SUMMARY_SHAPES.values(), ids=SUMMARY_SHAPES)
def test_programs_are_found_in_native_and_xml_born_bodies(block: Any, ids: list[str]):
    found = read(from_v1.programs, {"points_summaries": block})
    assert [program.program_id for program in found] == ids


@pytest.mark.parametrize("how", [way.read for kind, way in SOURCES if kind.name not in ("EXISTENCE", "MEMBERSHIP")])
def test_a_block_that_did_not_come_is_null(how: Any):
    assert read(how, {"user_id": "1"}, program_id="1001") is None


def test_one_program_is_picked_from_all():
    item = {"points_summaries": {"points_summary": [SUMMARY | {"programId": "1002"}, SUMMARY]}}
    assert fields_of(read(from_v1.program, item, program_id="1001")) == PROGRAM
    assert read(from_v1.program, item, program_id="1003") is None


@pytest.mark.parametrize("how", [from_v1.programs, from_v1.programs_v1])
def test_one_program_without_an_id_costs_the_others_nothing(how: Any):
    item = {"points_summaries": {"points_summary": [SUMMARY | {"programId": ""}, SUMMARY]}}
    assert [program.program_id for program in read(how, item)] == ["1001"]


def test_a_field_of_the_wrong_type_costs_its_program_nothing_else():
    (found,), odd = oddities(from_v1.programs, {"points_summaries": [SUMMARY | {"redeemed": {"points": 1}}]})
    assert fields_of(found) == PROGRAM | {"redeemed": None}
    assert odd == [Anomaly("redeemed", "number", "dict")]


def test_a_change_of_tier_is_read():
    assert read(from_v1.slab_history, ITEM) == [
        SlabChange(
            program_id="1001",
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


@each_source
def test_an_item_of_empty_elements_is_read_without_an_anomaly(kind: FacetKind, way: FacetSource):
    made = reader()
    way.read(made, EMPTY, example(kind).argument_values)
    assert made.anomalies == [], kind


@each_source
def test_the_well_formed_item_is_read_without_an_anomaly(kind: FacetKind, way: FacetSource):
    made = reader()
    assert way.read(made, ITEM, example(kind).argument_values), kind
    assert made.anomalies == []


@pytest.mark.parametrize("secret", ["xsecretx", {"xsecretx": "xsecretx"}, ["xsecretx"]], ids=["text", "object", "list"])
def test_what_is_said_of_a_field_that_cannot_be_read_never_has_its_value(secret: Any):
    item = copy.deepcopy(ITEM)
    for container, key in list(places(item)):
        if not isinstance(container[key], dict | list):
            container[key] = secret
    made = reader()
    everything(made, Endpoint.V1, item)
    assert made.anomalies
    assert "secret" not in repr(made.anomalies)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(item=st.one_of(spoilt(ITEM), json_objects_of(keys_of(ITEM)), st.dictionaries(st.text(), json_values())))
def test_no_source_ever_raises_for_any_item(item: Json):
    everything(reader(), Endpoint.V1, item)

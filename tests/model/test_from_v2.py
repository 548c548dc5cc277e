import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource
from gateway.model import from_v2
from gateway.model.details import Fraud, Origin, Originator
from gateway.model.points import Balance, GroupedProgram, LinkedPartnerProgram
from gateway.model.profile import CustomerStatus, Membership, Subscription
from gateway.model.readers import Anomaly
from tests.model.payloads import json_objects_of, json_values, keys_of, spoilt
from tests.model.reading import Json, everything, fields_of, oddities, places, read, reader, ways
from tests.model.v2_entity import EMPTY, ENTITY, PARTNER, PROGRAM, SUMMARY
from tests.support.facets import example

SOURCES = ways(Endpoint.V2)
each_source = pytest.mark.parametrize(("kind", "way"), SOURCES, ids=[kind.name for kind, _ in SOURCES])


def test_a_membership_is_read_from_the_second_attribution():
    assert read(from_v2.membership, ENTITY) == Membership(
        loyalty_type="non_loyalty",
        lifetime_purchases=230.0,
        registered_on="2024-02-29T10:00:00+05:30",
        updated_on="2025-12-31T23:59:59+05:30",
    )


def test_a_membership_of_a_type_alone_is_read():
    assert read(from_v2.membership, {"loyaltyInfo": {"loyaltyType": "loyalty"}}) == Membership(loyalty_type="loyalty")


def test_an_origin_is_who_made_and_who_changed_the_record():
    assert read(from_v2.origin, ENTITY) == Origin(
        associated_with="h1.t1",
        created_by=Originator(id="501", code="h1.t1", name="Till 1", type="TILL"),
        modified_by=Originator(id="502", code="h1.t2", name="Till 1", type="TILL"),
        created_from_source="INSTORE",
    )


def test_a_balance_is_the_part_of_the_summary_that_v1_tells_too():
    assert read(from_v2.balance, ENTITY) == Balance(lifetime_points=1015.0, loyalty_points=900.0, current_slab="Reef")


READ_SUMMARY: Json = {
    "redeemed": 40.0,
    "expired": 10.0,
    "returned": 5.0,
    "adjusted": -2.5,
    "cumulative_purchases": 12000.75,
    "next_slab": "Lagoon",
    "next_slab_description": "Third",
    "next_slab_serial_number": 3,
    "slab_sno": 2,
    "slab_expiry_date": "2126-06-30T23:59:59+05:30",
}


def test_the_rest_of_the_summary_is_read():
    rest, following = read(from_v2.balance_details, ENTITY), read(from_v2.next_slab, ENTITY)
    assert fields_of(rest) | fields_of(following) == READ_SUMMARY | {"loyalty_id": "5200001"}


def test_at_the_top_there_is_no_next_tier():
    top = SUMMARY | {"nextSlab": "", "nextSlabDescription": "", "nextSlabSerialNumber": -1}
    found = read(from_v2.next_slab, {"pointsSummary": top})
    assert (found.next_slab, found.next_slab_description, found.next_slab_serial_number) == (None, None, None)


def test_a_program_is_read():
    (found, _) = read(from_v2.programs, ENTITY)
    assert fields_of(found) == READ_SUMMARY | {
        "program_id": "1001",
        "program_title": "Harbour Club",
        "program_description": "Of the harbour",
        "program_points_to_currency_ratio": 0.25,
        "lifetime_points": 1015.0,
        "loyalty_points": 900.0,
        "delayed_points": 60.0,
        "delayed_returned_points": 6.0,
        "total_available_points": 960.0,
        "total_returned_points": 11.0,
        "current_slab": "Reef",
        "current_slab_description": "Second",
    }


def test_what_only_v2_tells_of_a_program_is_read():
    (found, _) = read(from_v2.programs_v2, ENTITY)
    assert (found.program_id, found.loyalty_id, found.delayed_expired_points) == ("1001", "5200001", 7.0)
    assert found.linked_partner_programs == [
        LinkedPartnerProgram(
            partner_program_id="8",
            partner_program_name="Coastal Air",
            partner_program_description="An airline",
            partner_program_type="EXTERNAL",
            partner_membership_id="CA-9",
            partner_tier_number=1,
            partner_tier_name="Gull",
            partner_tier_expiry_date="2026-12-29T23:59:59+05:30",
            tier_based=True,
            partner_program_membership_start_date="2025-01-01T05:30:00+05:30",
            partner_program_membership_end_date="2027-01-01T00:00:00+05:30",
            partner_program_membership_last_updated_date="2026-02-03T04:05:06+05:30",
        )
    ]


def test_a_partner_program_without_tiers_has_no_tier():
    untiered = {key: value for key, value in PARTNER.items() if "Tier" not in key} | {"tierBased": False}
    (found,) = read(from_v2.programs_v2, {"loyaltyProgramDetails": [PROGRAM | {"linkedPartnerPrograms": untiered}]})
    (partner,) = found.linked_partner_programs
    assert (partner.partner_tier_number, partner.partner_tier_name, partner.partner_tier_expiry_date) == (None,) * 3
    assert partner.tier_based is False


@pytest.mark.parametrize("how", [from_v2.programs, from_v2.programs_v2])
def test_one_program_without_an_id_costs_the_others_nothing(how: Any):
    entity = {"loyaltyProgramDetails": [PROGRAM | {"programId": None}, PROGRAM]}
    assert [program.program_id for program in read(how, entity)] == ["1001"]


def test_one_program_is_picked_from_all():
    assert read(from_v2.program, ENTITY, program_id="1002") == read(from_v2.programs, ENTITY)[1]
    assert read(from_v2.program, ENTITY, program_id="1003") is None


def test_a_group_of_programs_is_read():
    (found,) = read(from_v2.group_programs, ENTITY)
    assert fields_of(found) == {
        "group_program_id": "90",
        "title": "Coast",
        "description": "All of the coast",
        "programs_list": [GroupedProgram(id="1001", name="Harbour Club", description="Of the harbour")],
        "lifetime_points": 1015.0,
        "loyalty_points": 900.0,
        "promised_points": 60.0,
        "points_to_currency_ratio": 0.25,
    }


def test_a_status_is_three_keys_at_the_top():
    assert read(from_v2.status, ENTITY) == CustomerStatus(
        status_label="Active", status_last_updated_on="2025-10-28T13:19:47+05:30"
    )


def test_a_fraud_status_is_read_without_who_marked_it():
    assert read(from_v2.fraud, ENTITY) == Fraud(status="NOT_FRAUD", modified_on="2025-01-02T08:34:05+05:30")


def test_a_subscription_is_read():
    assert read(from_v2.subscriptions, ENTITY) == [
        Subscription(channel="SMS", priority="BULK", type="OPTOUT", account_id="shop-a", source_name="WECHAT")
    ]


def test_a_wrapper_without_its_list_is_no_subscription():
    assert not read(from_v2.subscriptions, {"subscriptionInfo": {"campaignId": 0, "communicationId": 0}})


WITHOUT_BLOCK = [
    pytest.param(way.read, id=kind.name) for kind, way in SOURCES if kind.name not in ("EXISTENCE", "ORIGIN")
]


@pytest.mark.parametrize("how", WITHOUT_BLOCK)
def test_a_block_that_did_not_come_is_null(how: Any):
    assert read(how, {"id": 1, "warnings": []}, program_id="1001") is None


def test_a_field_of_the_wrong_type_costs_its_block_nothing_else():
    entity = {"pointsSummary": SUMMARY | {"redeemed": [40]}}
    rest, odd = oddities(from_v2.balance_details, entity)
    following = read(from_v2.next_slab, entity)
    assert fields_of(rest) | fields_of(following) == READ_SUMMARY | {"redeemed": None, "loyalty_id": "5200001"}
    assert odd == [Anomaly("redeemed", "number", "list")]


def test_unknown_keys_are_passed_over():
    noisy = {"setCurrentSlab": True, "setRedeemed": True, "entity": {"x": 1}}
    assert read(from_v2.balance, ENTITY | {"pointsSummary": SUMMARY | noisy}) == read(from_v2.balance, ENTITY)


@each_source
def test_an_entity_of_empty_elements_is_read_without_an_anomaly(kind: FacetKind, way: FacetSource):
    made = reader()
    way.read(made, EMPTY, example(kind).argument_values)
    assert made.anomalies == [], kind


@each_source
def test_the_well_formed_entity_is_read_without_an_anomaly(kind: FacetKind, way: FacetSource):
    made = reader()
    assert way.read(made, ENTITY, example(kind).argument_values), kind
    assert made.anomalies == []


@pytest.mark.parametrize("secret", ["xsecretx", {"xsecretx": "xsecretx"}, ["xsecretx"]], ids=["text", "object", "list"])
def test_what_is_said_of_a_field_that_cannot_be_read_never_has_its_value(secret: Any):
    entity = copy.deepcopy(ENTITY)
    for container, key in list(places(entity)):
        if not isinstance(container[key], dict | list):
            container[key] = secret
    made = reader()
    everything(made, Endpoint.V2, entity)
    assert made.anomalies
    assert "secret" not in repr(made.anomalies)


@given(
    entity=st.one_of(spoilt(ENTITY), json_objects_of(keys_of(ENTITY)), st.dictionaries(st.text(), json_values())),
    source=st.sampled_from(["INSTORE", "WECHAT", "ALL"]),
    account=st.sampled_from(["", "shop-a"]),
)
def test_no_source_ever_raises_for_any_entity(entity: Json, source: str, account: str):
    everything(reader(), Endpoint.V2, entity, {"source": source, "account": account})

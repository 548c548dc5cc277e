from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource
from gateway.model import from_v2
from gateway.model.points import Balance, GroupedProgram, LinkedPartnerProgram
from gateway.model.profile import CommChannel, CustomerStatus, Identifier, Membership, Person, Subscription
from gateway.model.readers import Reader
from tests.model.payloads import json_objects_of, json_values, keys_of, spoilt

Json = dict[str, Any]

INSTORE: Json = {
    "fields": {"reef": "north"},
    "firstName": "Nila",
    "lastName": "Menon",
    "attribution": {"createDate": "2024-02-29T10:00:00+08:00", "modifiedDate": "2025-12-31T18:29:59Z"},
    "identifiers": [
        {"type": "mobile", "value": "919700000001"},
        {"type": "email", "value": "Nila@Example.test"},
        {"type": "externalId", "value": "HC-1"},
        {"type": "cardnumber", "value": "HCC-77", "seriesId": 4},
    ],
    "commChannels": [{"type": "mobile", "value": "919700000001", "primary": True, "verified": "false"}],
    "source": "INSTORE",
    "accountId": "",
}
WECHAT: Json = {
    "firstName": "妮拉",
    "lastName": "",
    "identifiers": [{"type": "wechat", "value": "wx-1"}, {"type": "unionId", "value": "union-1"}],
    "source": "WECHAT",
    "accountId": "shop-a",
}
OTHER_WECHAT: Json = WECHAT | {"firstName": "Nila B", "accountId": "shop-b"}
SUMMARY: Json = {
    "adjusted": -2.5,
    "cumulativePurchases": 12000.75,
    "currentSlab": "Reef",
    "expired": 10.0,
    "lifetimePoints": 1015.0,
    "loyaltyId": 5200001,
    "loyaltyPoints": 900,
    "nextSlab": "Lagoon",
    "nextSlabDescription": "Third",
    "nextSlabSerialNumber": 3,
    "redeemed": 40.0,
    "returned": 5.0,
    "slabExpiryDate": "2126-06-30T23:59:59+05:30",
    "slabSNo": 2,
}
PARTNER: Json = {
    "partnerProgramId": 8,
    "partnerProgramName": "Coastal Air",
    "partnerProgramDescription": "An airline",
    "partnerTierNumber": 1,
    "partnerTierName": "Gull",
    "partnerTierExpiryDate": "2026-12-29T23:59:59+05:30",
    "partnerMembershipId": "CA-9",
    "partnerProgramType": "EXTERNAL",
    "tierBased": True,
}
PROGRAM: Json = SUMMARY | {
    "programId": 31,
    "programTitle": "Harbour Club",
    "programDescription": "Of the harbour",
    "programPointsToCurrencyRatio": 0.25,
    "currentSlabDescription": "Second",
    "delayedPoints": 60.0,
    "delayedReturnedPoints": 6.0,
    "delayedExpiredPoints": 7.0,
    "totalAvailablePoints": 960.0,
    "totalReturnedPoints": 11.0,
    "linkedPartnerPrograms": [PARTNER],
}
GROUP: Json = {
    "groupProgramId": 90,
    "title": "Coast",
    "description": "All of the coast",
    "programsList": [{"id": 31, "name": "Harbour Club", "description": ""}],
    "lifetimePoints": 1015.0,
    "loyaltyPoints": 900.0,
    "promisedPoints": 60.0,
    "pointsToCurrencyRatio": 0.25,
}
CARD: Json = {
    "cardId": 418,
    "id": 418,
    "cardNumber": "HCC-77",
    "cardExternalId": "card-uuid",
    "type": "DIGITAL",
    "seriesId": 4,
    "seriesName": "Harbour cards",
    "seriesCode": "0042",
    "maxActiveCards": 2,
    "issuedDate": "2025-01-02T10:01:33Z",
    "createdDate": "2025-01-02",
    "expiryDays": 0,
    "expiryDate": "2027-01-02T00:00:00Z",
    "activeAndDigital": True,
    "transactionNotAllowed": False,
    "orgId": 100,
    "entityId": 501,
    "customerId": 700000000000000001,
    "statusInfo": {
        "id": 478,
        "status": "ACTIVE",
        "label": "In use",
        "labelId": 31,
        "isActive": True,
        "reason": "",
        "createdOn": "2025-01-02T10:01:33Z",
        "createdBy": 501,
        "autoUpdateTime": "2025-01-02",
    },
}
PROMOTED: Json = {
    "points": 20.0,
    "programId": 7,
    "promotionName": "Low tide",
    "promotionSource": {"promotionSourceId": -1, "promotionSourceType": "GOODWILL"},
    "issuedAt": {"code": "pier", "name": "Pier"},
    "issuedOn": "2025-03-04T05:06:07+05:30",
    "expiryDate": "2026-03-04T23:59:59+05:30",
}
ENTITY: Json = {
    "id": 700000000000000001,
    "fraudDetails": {"status": "NOT_FRAUD", "modifiedOn": "2025-01-02T03:04:05Z", "markedBy": {}},
    "promotionalPoints": {
        "customerPromotionType": [PROMOTED],
        "transactionPromotionType": [],
        "lineitemPromotionType": [],
    },
    "alternateCurrencyDetails": [
        {"programId": 7, "programName": "Shells", "alternateCurrencyData": {"name": "shell", "earned": 3.5}}
    ],
    "customerImage": [
        {
            "code": 200,
            "status": "true",
            "filePath": "http://pictures.example.test/1",
            "file": {"name": "one.png", "latestVersion": True, "lastModified": "2025-01-02 03:04:05"},
        }
    ],
    "expirySchedules": [
        {"points": 5.0, "expiryDate": "2027-01-31", "programId": 7, "pointsType": "bill_regular", "expiryType": "fixed"}
    ],
    "expiredPoints": [
        {
            "points": 5.0,
            "expiredOn": "2025-01-31",
            "programId": 7,
            "expiredPointsSummary": [{"points": 5.0, "strategyName": "tide", "newExpiryDate": "2025-01-31 23:59:59.0"}],
        }
    ],
    "profiles": [INSTORE, WECHAT, OTHER_WECHAT],
    "loyaltyInfo": {
        "loyaltyType": "non_loyalty",
        "attributionV2": {"createDate": "2024-02-29T10:00:00+05:30", "modifiedDate": "2025-12-31T18:29:59Z"},
        "lifetimePurchases": 230,
    },
    "pointsSummary": SUMMARY,
    "loyaltyProgramDetails": [PROGRAM, PROGRAM | {"programId": 32}],
    "groupLoyaltyProgramDetails": [GROUP],
    "cardDetails": [CARD],
    "statusLabel": "Active",
    "statusLabelReason": "",
    "statusLastUpdatedOn": "2025-10-28T13:19:47+05:30",
    "subscriptionInfo": {
        "subscriptions": [
            {"channel": "SMS", "priority": "BULK", "type": "OPTOUT", "accountId": "shop-a", "sourceName": "WECHAT"}
        ]
    },
    "warnings": [],
}
EMPTY: Json = {key: [] for key in ENTITY}

SOURCES = [(kind, way) for kind in CATALOG.values() for way in kind.sources if way.endpoint is Endpoint.V2]
each_source = pytest.mark.parametrize(("kind", "way"), SOURCES, ids=[kind.name for kind, _ in SOURCES])


def reader() -> Reader:
    return Reader(ZoneInfo("Asia/Kolkata"))


def read(how: Any, entity: Json, anomalies: int = 0, **arguments: str) -> Any:
    made = reader()
    found = how(made, entity, arguments)
    assert len(made.anomalies) == anomalies, made.anomalies
    return found


ASKED: dict[str, tuple[Json, str]] = {
    "nothing said means INSTORE": ({}, "Nila"),
    "the asked source": ({"source": "WECHAT", "account": "shop-a"}, "妮拉"),
    "the asked account of it": ({"source": "WECHAT", "account": "shop-b"}, "Nila B"),
    "the first of the source where no account was given": ({"source": "WECHAT", "account": ""}, "妮拉"),
    "the first of all where none fits": ({"source": "LINE", "account": "line-1"}, "Nila"),
    "the first of all for ALL": ({"source": "ALL", "account": ""}, "Nila"),
}


@pytest.mark.parametrize(("arguments", "name"), ASKED.values(), ids=ASKED)
def test_a_person_is_the_profile_that_was_asked_for(arguments: Json, name: str):
    assert read(from_v2.person, ENTITY, **arguments).first_name == name


def test_the_order_of_profiles_does_not_decide_between_those_that_fit():
    turned = ENTITY | {"profiles": ENTITY["profiles"][::-1]}
    assert read(from_v2.person, turned, source="WECHAT", account="shop-a").first_name == "妮拉"


def test_an_equal_account_of_another_source_does_not_make_a_profile_fit():
    entity = {"profiles": [INSTORE, WECHAT | {"source": "LINE", "firstName": "Line"}]}
    assert read(from_v2.person, entity, source="WECHAT", account="shop-a").first_name == "Nila"


def test_a_number_as_account_id_is_the_same_account():
    entity = {"profiles": [WECHAT, WECHAT | {"accountId": 22232, "firstName": "Number"}]}
    assert read(from_v2.person, entity, source="WECHAT", account="22232").first_name == "Number"


def test_a_source_in_small_letters_is_the_same_source():
    entity = {"profiles": [WECHAT, INSTORE | {"source": "instore"}]}
    assert read(from_v2.person, entity).first_name == "Nila"


def test_a_person_is_names_and_main_identifiers_of_the_profile():
    assert read(from_v2.person, ENTITY) == Person(
        first_name="Nila",
        last_name="Menon",
        mobile="919700000001",
        email="Nila@Example.test",
        external_id="HC-1",
    )


def test_a_person_has_no_identifier_that_only_another_profile_has():
    found = read(from_v2.person, ENTITY, source="WECHAT", account="shop-a")
    assert (found.mobile, found.email, found.external_id) == (None, None, None)


@pytest.mark.parametrize("spelling", ["externalId", "externalID", "EXTERNALID"])
def test_the_kind_of_an_identifier_may_be_spelt_in_any_case(spelling: str):
    entity = {"profiles": [INSTORE | {"identifiers": [{"type": spelling, "value": "HC-2"}]}]}
    assert read(from_v2.person, entity).external_id == "HC-2"


def test_of_two_identifiers_of_a_kind_the_first_is_the_persons():
    two = [{"type": "mobile", "value": "1"}, {"type": "mobile", "value": "2"}]
    assert read(from_v2.person, {"profiles": [INSTORE | {"identifiers": two}]}).mobile == "1"


@pytest.mark.parametrize("profiles", [None, [], "", {}])
def test_without_a_profile_there_is_no_person(profiles: Any):
    assert read(from_v2.person, {"id": 1, "profiles": profiles}) is None


NAMED_2020: Json = {key: value for key, value in INSTORE.items() if key != "identifiers"} | {
    "customerIdentifiers": INSTORE["identifiers"]
}


def test_identifiers_are_read_under_their_name_of_2020():
    assert read(from_v2.person, {"profiles": [NAMED_2020]}).mobile == "919700000001"
    assert len(read(from_v2.profiles, {"profiles": [NAMED_2020]}).profiles[0].identifiers) == 4


@pytest.mark.parametrize("empty", [[], None])
def test_an_empty_list_of_identifiers_does_not_hide_the_one_of_2020(empty: Any):
    assert read(from_v2.person, {"profiles": [NAMED_2020 | {"identifiers": empty}]}).mobile == "919700000001"


def test_a_profile_is_read_with_identifiers_channels_and_times():
    (found, *others) = read(from_v2.profiles, ENTITY).profiles
    assert len(others) == 2
    assert vars(found) == {
        "first_name": "Nila",
        "last_name": "Menon",
        "source": "INSTORE",
        "account_id": None,
        "identifiers": [Identifier(type=one["type"], value=one["value"]) for one in INSTORE["identifiers"]],
        "comm_channels": [CommChannel(type="mobile", value="919700000001", primary=True, verified=False)],
        "created_on": "2024-02-29T07:30:00+05:30",
        "modified_on": "2025-12-31T23:59:59+05:30",
    }


@pytest.mark.parametrize("spelling", ["cardnumber", "cardNumber"])
def test_the_kind_of_an_identifier_is_told_as_upstream_spells_it(spelling: str):
    profile = INSTORE | {"identifiers": [{"type": spelling, "value": "HCC-77"}]}
    (found,) = read(from_v2.profiles, {"profiles": [profile]}).profiles
    assert found.identifiers == [Identifier(type=spelling, value="HCC-77")]


def test_a_membership_is_read_from_the_second_attribution():
    assert read(from_v2.membership, ENTITY) == Membership(
        loyalty_type="non_loyalty",
        lifetime_purchases=230.0,
        registered_on="2024-02-29T10:00:00+05:30",
        updated_on="2025-12-31T23:59:59+05:30",
    )


def test_a_membership_of_a_type_alone_is_read():
    assert read(from_v2.membership, {"loyaltyInfo": {"loyaltyType": "loyalty"}}) == Membership(loyalty_type="loyalty")


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
    assert vars(rest) | vars(following) == READ_SUMMARY | {"loyalty_id": "5200001"}


def test_at_the_top_there_is_no_next_tier():
    top = SUMMARY | {"nextSlab": "", "nextSlabDescription": "", "nextSlabSerialNumber": -1}
    found = read(from_v2.next_slab, {"pointsSummary": top})
    assert (found.next_slab, found.next_slab_description, found.next_slab_serial_number) == (None, None, None)


def test_a_program_is_read():
    (found, _) = read(from_v2.programs, ENTITY)
    assert vars(found) == READ_SUMMARY | {
        "program_id": "31",
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
    assert (found.program_id, found.loyalty_id, found.delayed_expired_points) == ("31", "5200001", 7.0)
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
    assert [program.program_id for program in read(how, entity)] == ["31"]


def test_a_group_of_programs_is_read():
    (found,) = read(from_v2.group_programs, ENTITY)
    assert vars(found) == {
        "group_program_id": "90",
        "title": "Coast",
        "description": "All of the coast",
        "programs_list": [GroupedProgram(id="31", name="Harbour Club")],
        "lifetime_points": 1015.0,
        "loyalty_points": 900.0,
        "promised_points": 60.0,
        "points_to_currency_ratio": 0.25,
    }


def test_a_card_is_read():
    (found,) = read(from_v2.cards, ENTITY)
    status = found.status_info
    assert vars(found) == {
        "card_id": "418",
        "card_number": "HCC-77",
        "card_external_id": "card-uuid",
        "type": "DIGITAL",
        "series_id": "4",
        "series_name": "Harbour cards",
        "series_code": "0042",
        "max_active_cards": 2,
        "issued_date": "2025-01-02T15:31:33+05:30",
        "created_date": "2025-01-02",
        "expiry_days": 0,
        "expiry_date": "2027-01-02T05:30:00+05:30",
        "active_and_digital": True,
        "transaction_not_allowed": False,
        "org_id": "100",
        "entity_id": "501",
        "customer_id": "700000000000000001",
        "status_info": status,
    }
    assert vars(status) == {
        "id": "478",
        "status": "ACTIVE",
        "label": "In use",
        "label_id": "31",
        "is_active": True,
        "reason": None,
        "created_on": "2025-01-02T15:31:33+05:30",
        "created_by": "501",
        "auto_update_time": "2025-01-02",
    }


@pytest.mark.parametrize("key", ["cardId", "id"])
def test_a_cards_id_stands_under_either_key(key: str):
    entity = {"cardDetails": [{key: 418, "cardNumber": "HCC-77"}]}
    assert [card.card_id for card in read(from_v2.cards, entity)] == ["418"]


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_id_of_a_card_does_not_hide_the_other(empty: Any):
    assert [card.card_id for card in read(from_v2.cards, {"cardDetails": [{"cardId": empty, "id": 418}]})] == ["418"]


def test_a_status_is_three_keys_at_the_top():
    assert read(from_v2.status, ENTITY) == CustomerStatus(
        status_label="Active", status_last_updated_on="2025-10-28T13:19:47+05:30"
    )


def test_a_subscription_is_read():
    assert read(from_v2.subscriptions, ENTITY) == [
        Subscription(channel="SMS", priority="BULK", type="OPTOUT", account_id="shop-a", source_name="WECHAT")
    ]


def test_a_wrapper_without_its_list_is_no_subscription():
    assert not read(from_v2.subscriptions, {"subscriptionInfo": {"campaignId": 0, "communicationId": 0}})


NULL_WITHOUT_BLOCK = [from_v2.profiles, from_v2.membership, from_v2.balance, from_v2.balance_details, from_v2.programs]
NULL_WITHOUT_BLOCK += [from_v2.programs_v2, from_v2.group_programs, from_v2.cards, from_v2.status]
NULL_WITHOUT_BLOCK += [from_v2.subscriptions, from_v2.next_slab, from_v2.fraud, from_v2.promotional_points]
NULL_WITHOUT_BLOCK += [from_v2.expiry_schedules, from_v2.expired_points, from_v2.custom_fields]


@pytest.mark.parametrize("how", NULL_WITHOUT_BLOCK)
def test_a_block_that_did_not_come_is_null(how: Any):
    assert read(how, {"id": 1, "warnings": []}) is None


def test_a_field_of_the_wrong_type_costs_its_block_nothing_else():
    spoilt = {"pointsSummary": SUMMARY | {"redeemed": [40]}}
    rest, following = read(from_v2.balance_details, spoilt, anomalies=1), read(from_v2.next_slab, spoilt)
    assert vars(rest) | vars(following) == READ_SUMMARY | {"redeemed": None, "loyalty_id": "5200001"}


def test_unknown_keys_are_passed_over():
    noisy = {"setCurrentSlab": True, "setRedeemed": True, "entity": {"x": 1}}
    assert read(from_v2.balance, ENTITY | {"pointsSummary": SUMMARY | noisy}) == read(from_v2.balance, ENTITY)


@each_source
def test_an_entity_of_empty_elements_is_read_without_an_anomaly(kind: FacetKind, way: FacetSource):
    made = reader()
    way.read(made, EMPTY, {})
    assert made.anomalies == [], kind


@each_source
def test_the_well_formed_entity_is_read_without_an_anomaly(kind: FacetKind, way: FacetSource):
    made = reader()
    assert way.read(made, ENTITY, {}), kind
    assert made.anomalies == []


@given(
    entity=st.one_of(spoilt(ENTITY), json_objects_of(keys_of(ENTITY)), st.dictionaries(st.text(), json_values())),
    source=st.sampled_from(["INSTORE", "WECHAT", "ALL"]),
    account=st.sampled_from(["", "shop-a"]),
)
def test_no_source_ever_raises_for_any_entity(entity: Json, source: str, account: str):
    for _, way in SOURCES:
        way.read(reader(), entity, {"source": source, "account": account})

"""Profiles of V2: whose name the customer has, and what each of them says."""

from typing import Any

import pytest

from gateway.model import from_v2
from gateway.model.details import NamedValue
from gateway.model.profile import CommChannel, Identifier, Person, Profile
from tests.model.reading import Json, fields_of, read
from tests.model.v2_entity import ENTITY, INSTORE, WECHAT

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
    assert fields_of(found) == {
        "first_name": "Nila",
        "last_name": "Menon",
        "source": "INSTORE",
        "account_id": None,
        "identifiers": [Identifier(type=one["type"], value=one["value"]) for one in INSTORE["identifiers"]],
        "comm_channels": [CommChannel(type="mobile", value="919700000001", primary=True, verified=False)],
        "custom_fields": [NamedValue(name="ebb", value="6"), NamedValue(name="reef", value="north")],
        "created_on": "2024-02-29T07:30:00+05:30",
        "modified_on": "2025-12-31T23:59:59+05:30",
    }


@pytest.mark.parametrize("spelling", ["cardnumber", "cardNumber"])
def test_the_kind_of_an_identifier_is_told_as_upstream_spells_it(spelling: str):
    profile = INSTORE | {"identifiers": [{"type": spelling, "value": "HCC-77"}]}
    (found,) = read(from_v2.profiles, {"profiles": [profile]}).profiles
    assert found.identifiers == [Identifier(type=spelling, value="HCC-77")]


@pytest.mark.parametrize("fields", [None, "", [], {}])
def test_a_profile_without_custom_fields_has_none(fields: Any):
    (found,) = read(from_v2.profiles, {"profiles": [INSTORE | {"fields": fields}]}).profiles
    assert found.custom_fields == []


def test_each_profile_has_custom_fields_of_its_own():
    entity = {"profiles": [INSTORE, WECHAT | {"fields": {"reef": "south"}}]}
    _, other = read(from_v2.profiles, entity).profiles
    assert other.custom_fields == [NamedValue(name="reef", value="south")]


def test_a_profile_of_nothing_but_custom_fields_is_read():
    (found,) = read(from_v2.profiles, {"profiles": [{"fields": {"reef": "south"}}]}).profiles
    assert found == Profile(custom_fields=[NamedValue(name="reef", value="south")])

"""Loyalty cards of V2, with the fields that an organisation defines for them."""

from typing import Any

import pytest

from gateway.model import from_v2
from gateway.model.details import ExtendedField, NamedValue
from gateway.model.readers import Anomaly
from tests.model.reading import NOTHING, Json, fields_of, oddities, read
from tests.model.v2_entity import CARD, ENTITY


def test_a_card_is_read():
    (found,) = read(from_v2.cards, ENTITY)
    status = found.status_info
    assert fields_of(found) == {
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
        "custom_fields": [NamedValue(name="anchor", value="7"), NamedValue(name="shell", value="grey")],
        "extended_fields": [
            ExtendedField(name="edge", value="gold"),
            ExtendedField(name="gift", value=False),
            ExtendedField(name="weight", value=12.5),
        ],
        "status_info": status,
    }
    assert fields_of(status) == {
        "id": "478",
        "status": "ACTIVE",
        "label": "In use",
        "label_id": "31",
        "is_active": True,
        "reason": "handed out",
        "created_on": "2025-01-02T15:31:33+05:30",
        "created_by": "501",
        "entity_id": "418",
        "actions": [{"name": "NOTIFY"}],
        "auto_update_time": "2025-01-02",
    }


@pytest.mark.parametrize("key", ["cardId", "id"])
def test_a_cards_id_stands_under_either_key(key: str):
    entity = {"cardDetails": [{key: 418, "cardNumber": "HCC-77"}]}
    assert [card.card_id for card in read(from_v2.cards, entity)] == ["418"]


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_id_of_a_card_does_not_hide_the_other(empty: Any):
    assert [card.card_id for card in read(from_v2.cards, {"cardDetails": [{"cardId": empty, "id": 418}]})] == ["418"]


def card(**changes: Any) -> Any:
    (found,) = read(from_v2.cards, {"cardDetails": [CARD | changes]})
    return found


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_card_without_fields_of_the_organisation_has_none(nothing: Any):
    found = card(customFields=nothing, extendedFields=nothing)
    assert (found.custom_fields, found.extended_fields) == ([], [])
    assert found.card_number == "HCC-77"


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_field_of_a_card_without_a_value_is_still_there(nothing: Any):
    found = card(customFields={"shell": nothing}, extendedFields={"edge": nothing})
    assert found.custom_fields == [NamedValue(name="shell")]
    assert found.extended_fields == [ExtendedField(name="edge")]


@pytest.mark.parametrize("value", [{"a": 1}, ["x"], 0, False, " blank "])
def test_an_extended_field_of_a_card_is_handed_on_untouched(value: Any):
    assert card(extendedFields={"edge": value}).extended_fields[0].value is value


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_status_without_actions_has_none(nothing: Any):
    assert card(statusInfo=CARD["statusInfo"] | {"actions": nothing}).status_info.actions is None


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_card_without_a_status_has_none(nothing: Any):
    assert card(statusInfo=nothing).status_info is None


def test_fields_of_a_card_that_cannot_be_read_are_null_and_anomalies_without_their_values():
    spoilt = CARD | {"customFields": {"shell": ["grey"]}, "extendedFields": "none", "maxActiveCards": "two"}
    (found,), odd = oddities(from_v2.cards, {"cardDetails": [spoilt]})
    assert (found.custom_fields, found.extended_fields) == ([NamedValue(name="shell")], [])
    assert (found.max_active_cards, found.card_number) == (None, "HCC-77")
    assert sorted(odd, key=lambda one: one.field) == [
        Anomaly("extendedFields", "object", "str"),
        Anomaly("maxActiveCards", "number", "str"),
        Anomaly("value", "text", "list"),
    ]


UNKNOWN: list[Json] = [{"setCardId": True}, {"warnings": []}]


@pytest.mark.parametrize("block", UNKNOWN)
def test_a_block_without_anything_of_a_card_is_no_card(block: Json):
    assert read(from_v2.cards, {"cardDetails": [block, CARD]}) == [card()]

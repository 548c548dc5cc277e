"""Bills and coupons of V1.1: strings throughout, wrappers that come and go."""

from typing import Any

import pytest

from gateway.model import from_v1
from gateway.model.readers import Anomaly
from gateway.model.transactions import Coupon, Transaction
from tests.model.reading import NOTHING, Json, fields_of, oddities, read
from tests.model.v1_item import COUPON, ITEM, TRANSACTION

READ_COUPON = Coupon(
    id="81",
    series_id="9",
    code="TIDE-81",
    description="A boat trip",
    created_date="2026-01-02T03:04:05+05:30",
    valid_till="2026-12-31T23:59:59+05:30",
    redeemed=False,
    same_user_multiple_redeem=True,
)
READ_TRANSACTION: Json = {
    "id": "7001",
    "number": "HB-0007",
    "type": "REGULAR",
    "created_date": "2026-05-06T07:08:09+05:30",
    "store": "Harbour One",
}


def test_a_coupon_is_read():
    assert read(from_v1.coupons, ITEM) == [READ_COUPON]


def test_a_transaction_is_read():
    assert read(from_v1.transactions, ITEM) == [Transaction(**READ_TRANSACTION)]


def shapes(key: str, one: Json) -> dict[str, tuple[Any, int]]:
    """The ways to write a list, and how many there are in it."""
    return {
        f"{key} native": ({key: [one, one | {"id": "2"}]}, 2),
        f"{key} wrapped object": ({key: one}, 1),
        f"{key} bare list": ([one], 1),
        f"{key} bare object": (one, 1),
        f"{key} wrapper around nothing": ({key: []}, 0),
        f"{key} wrapper around empty text": ({key: ""}, 0),
        f"{key} empty list": ([], 0),
        f"{key} empty object": ({}, 0),
        f"{key} empty text": ("", 0),
        f"{key} list of an empty element": ([[]], 0),
    }


COUPONS, TRANSACTIONS = shapes("coupon", COUPON), shapes("transaction", TRANSACTION)


@pytest.mark.parametrize(("block", "expected"), COUPONS.values(), ids=COUPONS)
def test_coupons_are_found_in_native_and_xml_born_bodies(block: Any, expected: int):
    found = read(from_v1.coupons, {"coupons": block})
    assert found == [READ_COUPON, Coupon(**fields_of(READ_COUPON) | {"id": "2"})][:expected]


@pytest.mark.parametrize(("block", "expected"), TRANSACTIONS.values(), ids=TRANSACTIONS)
def test_transactions_are_found_in_native_and_xml_born_bodies(block: Any, expected: int):
    found = read(from_v1.transactions, {"transactions": block})
    assert found == [Transaction(**READ_TRANSACTION), Transaction(**READ_TRANSACTION | {"id": "2"})][:expected]


def test_coupons_and_transactions_keep_upstreams_order():
    numbers = ["3", "1", "2"]
    coupons = read(from_v1.coupons, {"coupons": {"coupon": [COUPON | {"id": one} for one in numbers]}})
    bills = read(
        from_v1.transactions, {"transactions": {"transaction": [TRANSACTION | {"id": one} for one in numbers]}}
    )
    assert [one.id for one in coupons] == [one.id for one in bills] == numbers


@pytest.mark.parametrize("how", [from_v1.coupons, from_v1.transactions])
@pytest.mark.parametrize("item", [{}, {"coupons": None, "transactions": None}])
def test_a_block_that_did_not_come_is_null(how: Any, item: Json):
    assert read(how, item) is None


def coupon(**changes: Any) -> Coupon:
    (found,) = read(from_v1.coupons, {"coupons": {"coupon": [COUPON | changes]}})
    return found


def test_a_coupon_of_numbers_is_the_same_coupon():
    assert coupon(id=81, series_id=9.0, redeemed=0, same_user_multiple_redeem=1) == READ_COUPON


def test_the_end_of_a_coupon_of_2017_has_no_time():
    assert coupon(valid_till="2009-10-01").valid_till == "2009-10-01T00:00:00+05:30"


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_coupon_that_says_little_is_read(nothing: Any):
    found = coupon(**dict.fromkeys(COUPON.keys() - {"code"}, nothing))
    assert found == Coupon(code="TIDE-81")


def test_fields_of_a_coupon_that_cannot_be_read_are_null_and_anomalies_without_their_values():
    spoilt = COUPON | {"redeemed": "perhaps", "valid_till": "soon", "code": ["TIDE"]}
    (found,), odd = oddities(from_v1.coupons, {"coupons": {"coupon": [spoilt]}})
    assert fields_of(found) == fields_of(READ_COUPON) | {"redeemed": None, "valid_till": None, "code": None}
    assert sorted(odd, key=lambda one: one.field) == [
        Anomaly("code", "text", "list"),
        Anomaly("redeemed", "boolean", "str"),
        Anomaly("valid_till", "time", "str"),
    ]


def test_a_coupon_that_is_none_costs_the_others_nothing():
    found, odd = oddities(from_v1.coupons, {"coupons": {"coupon": ["TIDE-80", COUPON]}})
    assert found == [READ_COUPON]
    assert odd == [Anomaly("coupon", "object", "str")]


def test_fields_of_a_transaction_that_cannot_be_read_are_null_and_anomalies_without_their_values():
    spoilt = TRANSACTION | {"store": {"code": "h1"}, "created_date": "yesterday"}
    (found,), odd = oddities(from_v1.transactions, {"transactions": {"transaction": [spoilt]}})
    assert found == Transaction(**READ_TRANSACTION | {"store": None, "created_date": None})
    assert odd == [Anomaly("created_date", "time", "str"), Anomaly("store", "text", "dict")]


ASKED: dict[str, tuple[Json, Json]] = {
    "neither": ({}, {}),
    "other arguments": ({"type": "ALL", "number": "HB-0007"}, {}),
    "tenders": ({"tenders": "true"}, {"tenders": TRANSACTION["tenders"]}),
    "credit notes": ({"credit_notes": "true"}, {"credit_notes": TRANSACTION["credit_notes"]}),
    "both": (
        {"tenders": "true", "credit_notes": "true"},
        {"tenders": TRANSACTION["tenders"], "credit_notes": TRANSACTION["credit_notes"]},
    ),
}


@pytest.mark.parametrize(("arguments", "told"), ASKED.values(), ids=ASKED)
def test_how_a_bill_was_paid_is_told_untouched_and_only_to_who_asked(arguments: Json, told: Json):
    assert read(from_v1.transactions, ITEM, **arguments) == [Transaction(**READ_TRANSACTION, **told)]


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_bill_of_which_upstream_does_not_say_how_it_was_paid_says_nothing(nothing: Any):
    item = {"transactions": [TRANSACTION | {"tenders": nothing, "credit_notes": nothing}]}
    (found,) = read(from_v1.transactions, item, tenders="true", credit_notes="true")
    assert (found.tenders, found.credit_notes) == (None, None)


@pytest.mark.parametrize("value", ["Cash", 5, False, 0, [1], {"tender": ""}])
def test_tenders_of_any_shape_are_handed_on(value: Any):
    (found,) = read(from_v1.transactions, {"transactions": [TRANSACTION | {"tenders": value}]}, tenders="true")
    assert found.tenders == value
    assert type(found.tenders) is type(value)

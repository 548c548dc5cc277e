"""Points given by promotions, as each endpoint tells it."""

from typing import Any

import pytest

from gateway.model import from_v1, from_v2
from gateway.model.profile import Store
from gateway.model.promotions import (
    PromotionalPoints,
    PromotionalPointsItem,
    PromotionPoints,
    PromotionPointsItem,
    PromotionSource,
)
from gateway.model.readers import Anomaly
from tests.model import v2_entity
from tests.model.reading import NOTHING, Json, fields_of, oddities, read
from tests.model.v1_item import ITEM, PROMOTED

READ_ITEM = PromotionPointsItem(
    points=20.5,
    issued_at=Store(code="pier", name="Pier"),
    issued_on="2025-03-04",
    expiry_date="2026-03-04",
)


def test_promotion_points_of_v1_are_read_by_what_they_were_given_for():
    assert read(from_v1.promotion_points, ITEM) == PromotionPoints(
        customer=[READ_ITEM],
        transactions=[PromotionPointsItem(**fields_of(READ_ITEM) | {"transaction_id": "7001"})],
        lineitems=[PromotionPointsItem(points=13.0, expiry_date="2026-03-05", transaction_id="7001", lineitem_id="5")],
    )


SHAPES: dict[str, tuple[Any, int]] = {
    "native": ({"item": [PROMOTED, PROMOTED]}, 2),
    "wrapped object": ({"item": PROMOTED}, 1),
    "bare list": ([PROMOTED], 1),
    "bare object": (PROMOTED, 1),
    "wrapper around nothing": ({"item": []}, 0),
    "wrapper around empty text": ({"item": ""}, 0),
    "empty list": ([], 0),
    "empty text": ("", 0),
    "list of an empty element": ([[]], 0),
    "null": (None, 0),
}


@pytest.mark.parametrize("key", ["customer", "transactions", "lineitems"])
@pytest.mark.parametrize(("block", "expected"), SHAPES.values(), ids=SHAPES)
def test_each_list_of_v1_is_found_in_native_and_xml_born_bodies(key: str, block: Any, expected: int):
    found = read(from_v1.promotion_points, {"promotion_points": {key: block}})
    assert fields_of(found) == {"customer": [], "transactions": [], "lineitems": []} | {key: [READ_ITEM] * expected}


@pytest.mark.parametrize("nothing", NOTHING)
def test_without_promotion_points_there_is_no_block_of_v1(nothing: Any):
    assert read(from_v1.promotion_points, {"promotion_points": nothing}) is None


def test_a_block_of_v1_with_nothing_in_it_is_three_empty_lists():
    assert read(from_v1.promotion_points, {"promotion_points": {"customer": ""}}) == PromotionPoints()


def one(**changes: Any) -> Json:
    return {"promotion_points": {"customer": {"item": [PROMOTED | changes]}}}


@pytest.mark.parametrize("issued_at", [[PROMOTED["issued_at"]], PROMOTED["issued_at"]], ids=["list of one", "object"])
def test_the_store_may_be_a_list_of_one(issued_at: Any):
    assert read(from_v1.promotion_points, one(issued_at=issued_at)).customer == [READ_ITEM]


@pytest.mark.parametrize("nothing", NOTHING)
def test_points_of_v1_without_a_store_have_none(nothing: Any):
    (found,) = read(from_v1.promotion_points, one(issued_at=nothing)).customer
    assert fields_of(found) == fields_of(READ_ITEM) | {"issued_at": None}


def test_the_time_of_a_day_of_v1_is_dropped_and_numbers_are_numbers():
    found = read(from_v1.promotion_points, one(points=20.5, issued_on="2025-03-04 05:06:07"))
    assert found.customer == [READ_ITEM]


def test_points_of_v1_that_cannot_be_read_are_null_and_anomalies_without_their_values():
    found, odd = oddities(from_v1.promotion_points, one(points="many", issued_on="04/03/2025", issued_at="Pier"))
    assert found.customer == [PromotionPointsItem(expiry_date="2026-03-04")]
    assert sorted(odd, key=lambda anomaly: anomaly.field) == [
        Anomaly("issued_at", "object", "str"),
        Anomaly("issued_on", "day", "str"),
        Anomaly("points", "number", "str"),
    ]


READ_PROMOTED = PromotionalPointsItem(
    points=20.0,
    program_id="7",
    promotion_name="Low tide",
    promotion_source=PromotionSource(promotion_source_id="-1", promotion_source_type="GOODWILL"),
    issued_at=Store(code="pier", name="Pier"),
    issued_on="2025-03-04T05:06:07+05:30",
    expiry_date="2026-03-04T23:59:59+05:30",
)


def test_promotional_points_of_v2_are_read():
    assert read(from_v2.promotional_points, v2_entity.ENTITY) == PromotionalPoints(
        customer_promotion_type=[READ_PROMOTED]
    )


@pytest.mark.parametrize("key", ["transactionPromotionType", "lineitemPromotionType"])
def test_the_lists_that_nobody_has_seen_filled_are_read_like_the_first(key: str):
    found = read(from_v2.promotional_points, {"promotionalPoints": {key: [v2_entity.PROMOTED]}})
    assert [*found.transaction_promotion_type, *found.lineitem_promotion_type] == [READ_PROMOTED]

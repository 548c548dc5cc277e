"""What an organisation defines itself: custom and extended fields, and segments. Maps on V2, lists on V1.1."""

from typing import Any

import pytest

from gateway.model import from_v1, from_v2
from gateway.model.details import ExtendedField, NamedValue
from gateway.model.readers import Anomaly
from gateway.model.segments import Segment, SegmentDetail, SegmentPartition
from tests.model import v1_item, v2_entity
from tests.model.reading import NOTHING, Json, oddities, read

# Custom fields: texts on both endpoints, told alike.

CUSTOM = [NamedValue(name="ebb", value="6"), NamedValue(name="reef", value="north")]


def test_custom_fields_are_told_alike_by_name_whatever_order_they_come_in():
    assert read(from_v1.custom_fields, v1_item.ITEM) == CUSTOM
    assert read(from_v2.custom_fields, v2_entity.ENTITY) == CUSTOM


def test_custom_fields_are_those_of_the_profile_that_was_asked_for():
    other = v2_entity.WECHAT | {"fields": {"reef": "south"}}
    found = read(from_v2.custom_fields, {"profiles": [v2_entity.INSTORE, other]}, source="WECHAT", account="shop-a")
    assert found == [NamedValue(name="reef", value="south")]


@pytest.mark.parametrize("nothing", NOTHING)
def test_without_a_profile_there_are_no_custom_fields(nothing: Any):
    assert read(from_v2.custom_fields, {"profiles": nothing}) is None


# Extended fields: typed on V2, texts on V1.1.

EXTENDED = [
    ExtendedField(name="budget", value=1000.5),
    ExtendedField(name="children", value=2),
    ExtendedField(name="dob", value=None),
    ExtendedField(name="gender", value="Female"),
    ExtendedField(name="newsletter", value=False),
]


def test_extended_fields_of_v2_keep_their_types_and_stand_by_name():
    found = read(from_v2.extended_fields, v2_entity.ENTITY)
    assert found == EXTENDED
    assert [type(one.value) for one in found] == [float, int, type(None), str, bool]


@pytest.mark.parametrize("value", [{"a": 1}, ["x"], " blank ", 0, 0.0])
def test_an_extended_field_of_v2_is_handed_on_untouched(value: Any):
    (found,) = read(from_v2.extended_fields, {"extendedFields": {"one": value}})
    assert found.value is value


@pytest.mark.parametrize("nothing", NOTHING)
def test_an_extended_field_of_v2_without_a_value_is_still_there(nothing: Any):
    assert read(from_v2.extended_fields, {"extendedFields": {"one": nothing}}) == [ExtendedField(name="one")]


def test_extended_fields_of_v1_are_texts_in_upstreams_order():
    assert read(from_v1.extended_fields, v1_item.ITEM) == [
        NamedValue(name="gender", value="Female"),
        NamedValue(name="city", value="Kochi"),
    ]


FIELD: Json = {"name": "reef", "value": "north"}
LISTS: dict[str, tuple[Any, list[NamedValue]]] = {
    "native": ({"field": [FIELD]}, [NamedValue(name="reef", value="north")]),
    "one object": ({"field": FIELD}, [NamedValue(name="reef", value="north")]),
    "bare list": ([FIELD], [NamedValue(name="reef", value="north")]),
    "without a value": ({"field": [{"name": "reef", "value": ""}]}, [NamedValue(name="reef")]),
    "without a value's key": ({"field": [{"name": "reef"}]}, [NamedValue(name="reef")]),
    "a number": ({"field": [{"name": "reef", "value": 6}]}, [NamedValue(name="reef", value="6")]),
    "without a name": ({"field": [{"name": "", "value": ""}]}, []),
    "wrapper around nothing": ({"field": []}, []),
    "empty text": ("", []),
    "empty list": ([], []),
    "list of an empty element": ([[]], []),
}


@pytest.mark.parametrize(
    ("how", "key"), [(from_v1.custom_fields, "custom_fields"), (from_v1.extended_fields, "extended_fields")]
)
@pytest.mark.parametrize(("block", "expected"), LISTS.values(), ids=LISTS)
def test_fields_of_v1_are_found_in_native_and_xml_born_bodies(how: Any, key: str, block: Any, expected: Any):
    assert read(how, {key: block}) == expected


@pytest.mark.parametrize(
    ("how", "key"), [(from_v1.custom_fields, "custom_fields"), (from_v1.extended_fields, "extended_fields")]
)
def test_a_field_of_v1_that_cannot_be_read_is_null_and_an_anomaly_without_its_value(how: Any, key: str):
    found, odd = oddities(how, {key: {"field": [{"name": "reef", "value": {"a": 1}}, {"name": "tide", "value": "1"}]}})
    assert found == [NamedValue(name="reef"), NamedValue(name="tide", value="1")]
    assert odd == [Anomaly("value", "text", "dict")]


# Segments: a map on V2, an old server's list on V1.1.


def test_segments_of_v2_stand_by_name_with_the_customers_partition():
    assert read(from_v2.segments, v2_entity.ENTITY) == [
        Segment(name="berth", value="4"),
        Segment(name="tide", value="high"),
    ]


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_segment_of_v2_without_a_partition_is_still_there(nothing: Any):
    assert read(from_v2.segments, {"segments": {"tide": nothing}}) == [Segment(name="tide")]


@pytest.mark.parametrize("nothing", [[], {}])
def test_who_is_in_no_segment_has_an_empty_list_on_v2(nothing: Any):
    assert read(from_v2.segments, {"segments": nothing}) == []
    assert read(from_v2.extended_fields, {"extendedFields": nothing}) == []


def test_a_partition_of_v2_that_is_none_is_null_and_an_anomaly_without_its_value():
    found, odd = oddities(from_v2.segments, {"segments": {"tide": {"high": 1}, "berth": "4"}})
    assert found == [Segment(name="berth", value="4"), Segment(name="tide")]
    assert odd == [Anomaly("value", "text", "dict")]


@pytest.mark.parametrize(("how", "key"), [(from_v2.segments, "segments"), (from_v2.extended_fields, "extendedFields")])
@pytest.mark.parametrize("value", ["tide", 4, ["tide"], True])
def test_a_map_of_v2_that_is_none_is_an_anomaly(how: Any, key: str, value: Any):
    found, odd = oddities(how, {key: value})
    assert not found
    assert odd == [Anomaly(key, "object", type(value).__name__)]


READ_SEGMENT = SegmentDetail(
    name="tide", type="LOYALTY", values=[SegmentPartition(name="high", description="Comes at high tide")]
)


def test_a_segment_of_v1_is_read_with_its_partitions():
    assert read(from_v1.segment_details, v1_item.ITEM) == [READ_SEGMENT]


SEGMENTS: dict[str, tuple[Any, int]] = {
    "native": ({"segment": [v1_item.SEGMENT, v1_item.SEGMENT]}, 2),
    "one object": ({"segment": v1_item.SEGMENT}, 1),
    "bare list": ([v1_item.SEGMENT], 1),
    "bare object": (v1_item.SEGMENT, 1),
    "without a name": ({"segment": [v1_item.SEGMENT | {"name": ""}]}, 0),
    "wrapper around nothing": ({"segment": []}, 0),
    "empty text": ("", 0),
    "list of an empty element": ([[]], 0),
}


@pytest.mark.parametrize(("block", "expected"), SEGMENTS.values(), ids=SEGMENTS)
def test_segments_of_v1_are_found_in_native_and_xml_born_bodies(block: Any, expected: int):
    assert read(from_v1.segment_details, {"segments": block}) == [READ_SEGMENT] * expected


PARTITION: Json = {"name": "high", "description": "Comes at high tide"}
PARTITIONS: dict[str, tuple[Any, list[SegmentPartition]]] = {
    "native": ({"value": [PARTITION, {"name": "2"}]}, [*READ_SEGMENT.values, SegmentPartition(name="2")]),
    "one object": ({"value": PARTITION}, READ_SEGMENT.values),
    "bare list": ([PARTITION], READ_SEGMENT.values),
    "bare object": (PARTITION, READ_SEGMENT.values),
    "without a description": ({"value": [{"name": "high", "description": ""}]}, [SegmentPartition(name="high")]),
    "wrapper around nothing": ({"value": []}, []),
    "empty object": ({}, []),
    "empty text": ("", []),
    "null": (None, []),
}


@pytest.mark.parametrize(("values", "expected"), PARTITIONS.values(), ids=PARTITIONS)
def test_partitions_of_v1_are_found_in_their_wrapper_or_without(values: Any, expected: Any):
    (found,) = read(from_v1.segment_details, {"segments": {"segment": [v1_item.SEGMENT | {"values": values}]}})
    assert (found.name, found.type, found.values) == ("tide", "LOYALTY", expected)


def test_a_segment_of_v1_without_partitions_is_read():
    assert read(from_v1.segment_details, {"segments": {"segment": {"name": "tide"}}}) == [SegmentDetail(name="tide")]


def test_a_partition_of_v1_that_is_none_is_an_anomaly_without_its_value():
    segment = v1_item.SEGMENT | {"type": ["LOYALTY"], "values": {"value": ["high"]}}
    (found,), odd = oddities(from_v1.segment_details, {"segments": {"segment": segment}})
    assert found == SegmentDetail(name="tide")
    assert sorted(odd, key=lambda one: one.field) == [
        Anomaly("type", "text", "list"),
        Anomaly("value", "object", "str"),
    ]

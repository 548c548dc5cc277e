import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.readers import Anomaly, Reader
from tests.model.payloads import ODD_SCALARS, json_values

ZONE = ZoneInfo("Asia/Kolkata")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")
HUGE = float("inf")  # what a reader sees of 1e400
NAN = float("nan")
NOTHING = (None, "", "   ", [], {})
SCALAR_READERS = ("text", "identity", "number", "integer", "flag", "moment", "day")

Case = tuple[str, Any, Any]


def read(reader: str, value: Any) -> tuple[Any, list[Anomaly]]:
    made = Reader(ZONE)
    return getattr(made, reader)({"key": value}, "key"), made.anomalies


READ: list[Case] = [
    ("text", "Tara", "Tara"),
    ("text", "Member Tier ", "Member Tier"),
    ("text", "\t Kopje \n", "Kopje"),
    ("text", 917_000_000_001, "917000000001"),
    ("text", 12.0, "12"),
    ("text", 12.5, "12.5"),
    ("text", "0", "0"),
    ("text", 0, "0"),
    ("identity", 5, "5"),
    ("identity", "5", "5"),
    ("identity", 5.0, "5"),
    ("identity", " 5 ", "5"),
    ("identity", 0, "0"),
    ("identity", 2**53 + 1, "9007199254740993"),
    ("identity", 2**63 - 1, "9223372036854775807"),
    ("identity", 2**64 + 1, "18446744073709551617"),
    ("identity", 379_499_720.0, "379499720"),
    ("identity", 1e15, "1000000000000000"),
    ("identity", "0007", "0007"),
    ("identity", "AB-7", "AB-7"),
    ("number", 12, 12.0),
    ("number", 12.5, 12.5),
    ("number", "12.5", 12.5),
    ("number", " 12.5 ", 12.5),
    ("number", "-0.01", -0.01),
    ("number", "0", 0.0),
    ("number", 0, 0.0),
    ("number", "5.632820109E9", 5_632_820_109.0),
    ("number", "5.632820109e+9", 5_632_820_109.0),
    ("integer", 3, 3),
    ("integer", "3", 3),
    ("integer", 3.0, 3),
    ("integer", "3.0", 3),
    ("integer", "3E2", 300),
    ("integer", 0, 0),
    ("integer", -2, -2),
    ("integer", 2**31 - 1, 2**31 - 1),
    ("flag", True, True),
    ("flag", False, False),
    ("flag", "true", True),
    ("flag", "TRUE ", True),
    ("flag", "1", True),
    ("flag", 1, True),
    ("flag", "false", False),
    ("flag", "False", False),
    ("flag", "0", False),
    ("flag", 0, False),
    ("moment", "2026-03-31 23:59:59", "2026-03-31T23:59:59+05:30"),
    ("moment", " 2026-03-31 23:59:59 ", "2026-03-31T23:59:59+05:30"),
    ("moment", "2026-03-31 23:59:59.0", "2026-03-31T23:59:59+05:30"),
    ("moment", "2026-03-31T23:59:59", "2026-03-31T23:59:59+05:30"),
    ("moment", "2026-03-31", "2026-03-31T00:00:00+05:30"),
    ("moment", "2026-03-31T23:59:59+05:30", "2026-03-31T23:59:59+05:30"),
    ("moment", "2026-03-31T23:59:59+08:00", "2026-03-31T21:29:59+05:30"),
    ("moment", "2026-03-31T23:59:59Z", "2026-04-01T05:29:59+05:30"),
    ("moment", "2121-02-18T23:59:59+05:30", "2121-02-18T23:59:59+05:30"),
    ("moment", "2126-02-18 23:59:59", "2126-02-18T23:59:59+05:30"),
    ("day", "2026-03-31", "2026-03-31"),
    ("day", " 2026-03-31 ", "2026-03-31"),
    ("day", "2026-03-31 23:59:59", "2026-03-31"),
    ("day", "2026-03-31 00:00:00.0", "2026-03-31"),
    ("day", "2026-03-31T23:59:59Z", "2026-03-31"),
    ("day", "2125-11-19", "2125-11-19"),
    ("block", {"a": 1}, {"a": 1}),
]


@pytest.mark.parametrize(("reader", "value", "expected"), READ)
def test_a_spelling_of_upstream_is_read_without_an_anomaly(reader: str, value: Any, expected: Any):
    found, anomalies = read(reader, value)
    assert (found, type(found), anomalies) == (expected, type(expected), [])


NULL_WITHOUT_ANOMALY: list[tuple[str, Any]] = [
    *((reader, value) for reader in (*SCALAR_READERS, "block") for value in NOTHING),
    ("integer", -1),
    ("integer", "-1"),
    ("integer", -1.0),
]


@pytest.mark.parametrize(("reader", "value"), NULL_WITHOUT_ANOMALY)
def test_what_upstream_writes_for_nothing_is_null_and_no_anomaly(reader: str, value: Any):
    assert read(reader, value) == (None, [])


@pytest.mark.parametrize("reader", [*SCALAR_READERS, "block", "blocks"])
def test_a_missing_key_is_null_and_no_anomaly(reader: str):
    made = Reader(ZONE)
    assert getattr(made, reader)({}, "key") is None
    assert made.anomalies == []


NULL_WITH_ANOMALY: list[Case] = [
    ("text", True, "text"),
    ("text", ["Tara"], "text"),
    ("text", {"name": "Tara"}, "text"),
    ("identity", True, "id"),
    ("identity", 5.5, "id"),
    ("identity", HUGE, "id"),
    ("identity", NAN, "id"),
    ("identity", [5], "id"),
    ("number", True, "number"),
    ("number", "twelve", "number"),
    ("number", "1,200", "number"),
    ("number", NAN, "number"),
    ("number", "NaN", "number"),
    ("number", HUGE, "number"),
    ("number", "1e400", "number"),
    ("number", "-Infinity", "number"),
    ("number", 10**400, "number"),
    ("number", [12], "number"),
    ("integer", 3.5, "integer"),
    ("integer", "3.5", "integer"),
    ("integer", "three", "number"),
    ("flag", "yes", "boolean"),
    ("flag", 2, "boolean"),
    ("flag", -1, "boolean"),
    ("flag", [True], "boolean"),
    ("moment", "0000-00-00 00:00:00", "time"),
    ("moment", "2026-02-30 00:00:00", "time"),
    ("moment", "31/03/2026", "time"),
    ("moment", "9999-12-31T23:59:59-12:00", "time"),
    ("moment", "0001-01-01T00:00:00+14:00", "time"),
    ("moment", 1_774_981_799_000, "time"),
    ("moment", True, "time"),
    ("moment", {"date": "2026-03-31"}, "time"),
    ("day", "0000-00-00", "day"),
    ("day", "2026-02-30", "day"),
    ("day", "31-03-2026", "day"),
    ("day", 20_260_331, "day"),
    ("block", "text", "object"),
    ("block", [{"a": 1}], "object"),
    ("block", 7, "object"),
]


@pytest.mark.parametrize(("reader", "value", "expected"), NULL_WITH_ANOMALY)
def test_what_cannot_be_read_is_null_and_one_anomaly_naming_field_and_types(reader: str, value: Any, expected: str):
    found, anomalies = read(reader, value)
    assert found is None
    assert [(one.field, one.expected) for one in anomalies] == [("key", expected)]


def test_an_anomaly_names_the_type_that_was_found():
    assert read("text", ["Tara"])[1] == [Anomaly("key", "text", "list")]


@pytest.mark.parametrize("reader", ["number", "integer", "flag", "moment", "day", "block", "blocks"])
def test_an_anomaly_never_contains_the_value(reader: str):
    _, anomalies = read(reader, "+91 98000 secret")
    assert len(anomalies) == 1
    assert "98000" not in repr(anomalies)


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, "3000000000", 2**53 + 1])
def test_an_integer_that_no_graphql_int_can_hold_is_null_and_an_anomaly(value: Any):
    found, anomalies = read("integer", value)
    assert found is None
    assert len(anomalies) == 1


@pytest.mark.parametrize("value", ["1900-01-01 00:00:00", "0001-01-01 00:00:00", "1900-01-01T00:00:00Z"])
def test_a_moment_before_there_were_time_zones_still_has_an_offset_of_hours_and_minutes(value: str):
    found, anomalies = read("moment", value)
    assert RFC_3339.fullmatch(found) if found else anomalies


def test_a_time_that_the_zone_skips_or_repeats_is_still_read():
    reader = Reader(ZoneInfo("Europe/Berlin"))
    block = {"skipped": "2026-03-29 02:30:00", "repeated": "2026-10-25 02:30:00"}
    assert [reader.moment(block, key) for key in block] == ["2026-03-29T02:30:00+01:00", "2026-10-25T02:30:00+02:00"]


ITEMS = [{"a": 1}, {"a": 2}]
LISTS: list[tuple[str, Any, list[Any]]] = [
    ("a wrapped list", {"outer": {"inner": ITEMS}}, ITEMS),
    ("a bare list, as XML-born bodies have it", {"outer": ITEMS}, ITEMS),
    ("one wrapped object", {"outer": {"inner": {"a": 1}}}, [{"a": 1}]),
    ("one bare object", {"outer": {"a": 1}}, [{"a": 1}]),
    ("an empty wrapped list", {"outer": {"inner": []}}, []),
    ("an empty wrapper", {"outer": {}}, []),
    ("an empty list", {"outer": []}, []),
    ("a list of one empty element", {"outer": [[]]}, []),
    ("an empty text", {"outer": ""}, []),
    ("null in the wrapper", {"outer": {"inner": None}}, []),
    ("an empty text in the wrapper", {"outer": {"inner": ""}}, []),
    ("nothing among the items", {"outer": [{"a": 1}, None, "", {}, [], {"a": 2}]}, ITEMS),
]


@pytest.mark.parametrize(("block", "expected"), [case[1:] for case in LISTS], ids=[case[0] for case in LISTS])
def test_a_list_is_read_however_it_is_wrapped(block: Any, expected: list[Any]):
    reader = Reader(ZONE)
    assert (reader.blocks(block, "outer", "inner"), reader.anomalies) == (expected, [])


@pytest.mark.parametrize("value", [7, "text", True, ["text"], [[{"a": 1}]]])
def test_an_item_that_is_no_object_is_left_out_and_an_anomaly(value: Any):
    reader = Reader(ZONE)
    assert reader.blocks({"outer": value}, "outer", "inner") == []
    assert [(one.field, one.expected) for one in reader.anomalies] == [("inner", "object")]


def test_an_item_that_is_no_object_costs_its_neighbours_nothing():
    reader = Reader(ZONE)
    assert reader.blocks({"list": [{"a": 1}, 7, {"a": 2}]}, "list") == ITEMS
    assert len(reader.anomalies) == 1


def _is_moment(value: Any) -> bool:
    return datetime.fromisoformat(value).utcoffset() is not None


def _is_block(value: Any) -> bool:
    return isinstance(value, dict) and bool(value)


def _is_relation(value: Any) -> bool:
    return bool(value) and all(type(one) is int for group in value for one in group)


DOCUMENTED: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: type(value) is str and value == value.strip() != "",
    "identity": lambda value: type(value) is str and value == value.strip() != "",
    "number": lambda value: type(value) is float and math.isfinite(value),
    "integer": lambda value: type(value) is int and abs(value) < 2**31 and value != -1,
    "flag": lambda value: type(value) is bool,
    "moment": lambda value: type(value) is str and _is_moment(value),
    "day": lambda value: type(value) is str and date.fromisoformat(value).isoformat() == value,
    "relation": _is_relation,
    "block": _is_block,
    "blocks": lambda value: type(value) is list and all(map(_is_block, value)),
}


@given(value=st.one_of(json_values(), ODD_SCALARS))
@pytest.mark.parametrize("reader", DOCUMENTED)
def test_no_reader_ever_raises_and_what_it_returns_is_of_its_type(reader: str, value: Any):
    found, anomalies = read(reader, value)
    assert found is None or DOCUMENTED[reader](found)
    if found is not None and reader != "blocks":
        assert anomalies == []

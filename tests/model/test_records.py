"""What every record of the graph is: a value with slots, which Strawberry, msgspec and the readings know alike."""

import dataclasses
from typing import Any

import msgspec
import pytest

from gateway.facets.catalog import CATALOG
from tests.support.everything import sample


def _records(value: Any) -> list[Any]:
    match value:
        case list():
            return [one for item in value for one in _records(item)]
        case _ if dataclasses.is_dataclass(value):
            inner = (getattr(value, field.name) for field in dataclasses.fields(value))
            return [value, *(one for part in inner for one in _records(part))]
        case _:
            return []


RECORDS = {type(one): one for kind in CATALOG.values() for one in _records(sample(kind.value))}
each = pytest.mark.parametrize("record", RECORDS.values(), ids=[kind.__name__ for kind in RECORDS])


def test_there_are_records() -> None:
    assert len(RECORDS) > 50


@each
def test_a_record_has_slots_alone(record: Any) -> None:
    assert not hasattr(record, "__dict__")


@each
def test_a_record_is_what_its_definition_says(record: Any) -> None:
    definition = type(record).__strawberry_definition__
    assert definition.origin is type(record)
    assert [one.python_name for one in definition.fields] == [one.name for one in dataclasses.fields(record)]
    assert all(one.origin in type(record).__mro__ for one in definition.fields)


@each
def test_a_record_has_nothing_to_do_once_it_is_made(record: Any) -> None:
    """A compiled reading makes it without its constructor."""
    assert not hasattr(record, "__post_init__")


@each
def test_a_record_goes_through_the_caches_bytes(record: Any) -> None:
    packed = msgspec.msgpack.encode(record, enc_hook=str)
    found = msgspec.msgpack.decode(packed, type=type(record))
    assert type(found) is type(record)
    assert msgspec.msgpack.encode(found) == packed

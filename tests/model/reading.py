"""Reading one payload in an organisation of India, and all ways that the catalog has to read it."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource
from gateway.model.readers import Anomaly, Block, Reader
from tests.support.facets import example

Json = dict[str, Any]
Way = tuple[FacetKind, FacetSource]

NOTHING: tuple[Any, ...] = (None, "", " ", [], {})
"""How upstream writes an empty value."""


def reader() -> Reader:
    return Reader(ZoneInfo("Asia/Kolkata"))


def read(how: Any, block: Block, anomalies: int = 0, **arguments: str) -> Any:
    """What is read from a block, which has so many fields that cannot be read."""
    made = reader()
    found = how(made, block, arguments)
    assert len(made.anomalies) == anomalies, made.anomalies
    return found


def oddities(how: Any, block: Block, **arguments: str) -> tuple[Any, list[Anomaly]]:
    """What is read from a block, and what is said of the fields that cannot be read."""
    made = reader()
    return how(made, block, arguments), made.anomalies


def ways(endpoint: Endpoint) -> list[Way]:
    return [(kind, way) for kind in CATALOG.values() for way in kind.sources if way.endpoint is endpoint]


def everything(made: Reader, endpoint: Endpoint, block: Block, more: Mapping[str, str] | None = None) -> list[Any]:
    """What every way of an endpoint reads from a block, with the arguments of an example of its facet."""
    return [way.read(made, block, {**example(kind).argument_values, **(more or {})}) for kind, way in ways(endpoint)]


def fields_of(record: Any) -> Json:
    """The fields of a record by name."""
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a payload, as its container and the key or index in it."""
    match value:
        case dict():
            pairs = list(value.items())
        case list():
            pairs = list(enumerate(value))
        case _:
            return
    for key, inner in pairs:
        yield value, key
        yield from places(inner)

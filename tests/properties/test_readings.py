"""Compiled reading equals reading field by field, whatever upstream sends: values, types, anomalies and their order."""

import os
import random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Endpoint
from gateway.model.readers import Reader
from tests.support.facets import example
from tests.support.payloads import Json, payloads, spoilt
from tests.support.plain_reading import PlainReader, plainly

NIGHTLY = os.environ.get("GATEWAY_TESTS_NIGHTLY") == "1"
ZONE = ZoneInfo("Asia/Kolkata")
SPOILT = 40_000 if NIGHTLY else 2_400
PARTS = 8
MORE: tuple[Json, ...] = ({"source": "WECHAT", "account": "shop-a"}, {"tenders": "true", "credit_notes": "true"})


def everything(reader: Reader, endpoint: Endpoint, block: Json) -> list[str]:
    """What each facet's way reads, written out, so that 1, 1.0 and True differ; and what could not be read."""
    arguments = [(kind, example(kind).argument_values) for kind in CATALOG.values()]
    arguments += [(CATALOG[name], more) for name, more in zip(("PERSON", "TRANSACTIONS"), MORE, strict=True)]
    found: list[Any] = [
        (kind.name, way.read(reader, block, given))
        for kind, given in arguments
        for way in kind.sources
        if way.endpoint is endpoint
    ]
    return [*map(repr, found), repr(list(dict.fromkeys(reader.anomalies)))]


def expected(endpoint: Endpoint, block: Json) -> list[str]:
    with plainly():
        return everything(PlainReader(ZONE), endpoint, block)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_payload_of_the_sandbox_is_read_alike(part: int) -> None:
    for payload in payloads()[part::PARTS]:
        assert everything(Reader(ZONE), payload.endpoint, payload.block) == expected(payload.endpoint, payload.block)


@pytest.mark.parametrize("part", range(PARTS))
def test_spoilt_payloads_are_read_alike(part: int) -> None:
    chance = random.Random(part)  # noqa: S311 - to find faults, not to hide anything
    rich = sorted(payloads(), key=lambda payload: -len(payload.body))[: len(payloads()) // 3]
    for _ in range(SPOILT // PARTS):
        payload = chance.choice(rich)
        block = spoilt(payload.block, chance)
        assert everything(Reader(ZONE), payload.endpoint, block) == expected(payload.endpoint, block)

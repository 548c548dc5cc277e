"""A page: what is read of it, in whatever order and however cold, is what reading everything at once gives."""

import json
import random
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from gateway.facets.catalog import CARDS, CATALOG, MEMBERSHIP, PERSON, POINTS
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.kind import FacetSource
from gateway.facets.page import Page
from gateway.model.excerpts import Readers
from gateway.model.readers import Reader
from gateway.sandbox.v1_xml import through_xml
from gateway.upstream import v1, v2
from gateway.upstream.answers import Found
from gateway.upstream.decoding import of_v1, of_v2
from tests.support.facets import example
from tests.support.payloads import Json, item, payloads, spoilt
from tests.upstream.calls import ID, target

ZONE = ZoneInfo("Asia/Kolkata")
V1, V2 = Endpoint.V1, Endpoint.V2
PARTS = 8
SPOILT = 100

Way = tuple[Facet, FacetSource]


def ways(endpoint: Endpoint) -> list[Way]:
    return [(example(kind), way) for kind in CATALOG.values() for way in kind.sources if way.endpoint is endpoint]


def pages(endpoint: Endpoint, body: bytes, *ids: str, readers: Readers | None = None) -> list[Page]:
    """The pages of the customers that an answer has, as the client makes them for these readers."""
    targets = {position: target((ID, asked))._replace(readers=readers) for position, asked in enumerate(ids)}
    if endpoint is V2:
        found = {0: v2.outcome(of_v2(body, readers).body, targets[0], body)}
    else:
        parsed, cuts = of_v1(body, readers, batch=len(ids) > 1)
        found = v1.outcomes(parsed, targets, body, cuts)
    return [outcome.page(endpoint, ZONE) for outcome in found.values() if isinstance(outcome, Found)]


def some(endpoint: Endpoint, chance: random.Random) -> Readers | None:
    """What was wanted when the page came: anything, or what some of the ways read."""
    read = [way.read for _, way in ways(endpoint)]
    return frozenset(chance.sample(read, chance.randint(0, len(read) // 2))) if chance.random() < 0.8 else None


def eagerly(block: Json, order: Sequence[Way]) -> list[str]:
    reader = Reader(ZONE)
    values = [repr(way.read(reader, block, facet.argument_values)) for facet, way in order]
    return [*values, *map(repr, dict.fromkeys(reader.anomalies))]


def from_page(page: Page, order: Sequence[Way], chance: random.Random) -> list[str]:
    values: list[str] = []
    anomalies: list[str] = []
    for facet, way in order:
        if chance.random() < 0.1:
            page.cool()
        value, untold = page.read(facet, way)
        values.append(repr(value))
        anomalies += map(repr, untold)
    return values + anomalies


def check(page: Page, block: Json, chance: random.Random) -> None:
    order = ways(page.endpoint)
    chance.shuffle(order)
    assert from_page(page, order, chance) == eagerly(block, order)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_page_of_every_payload_tells_what_reading_all_at_once_does(part: int) -> None:
    chance, checked = random.Random(part), 0  # noqa: S311
    for payload in payloads()[part::PARTS]:
        shown = str(payload.block.get("user_id" if payload.endpoint is V1 else "id"))
        for page in pages(payload.endpoint, payload.body, shown, readers=some(payload.endpoint, chance)):
            check(page, payload.block, chance)
            checked += 1
    assert checked > 200


@pytest.mark.parametrize("part", range(PARTS))
def test_a_page_of_a_spoilt_body_tells_what_reading_all_at_once_does(part: int) -> None:
    chance, checked = random.Random(part), 0  # noqa: S311
    rich = sorted(payloads(), key=lambda payload: -len(payload.body))[:1000]
    while checked < SPOILT:
        payload = chance.choice(rich)
        try:
            body = orjson.dumps(spoilt(orjson.loads(payload.body), chance))
        except TypeError:  # a number that no JSON of upstream's can hold
            continue
        shown = str(payload.block.get("user_id", payload.block.get("id")))
        for page in pages(payload.endpoint, body, shown, readers=some(payload.endpoint, chance)):
            parsed = orjson.loads(body)
            check(page, parsed if payload.endpoint is V2 else item(parsed), chance)
            checked += 1


def batch(xml_born: bool) -> tuple[list[Json], bytes]:
    """An answer for ten customers."""
    known = {
        str(one.block["user_id"]): one.block for one in payloads() if one.endpoint is V1 and "user_id" in one.block
    }
    items = list(known.values())[:10]
    body: Json = {"response": {"status": {"success": "true", "code": 200}, "customers": {"customer": items}}}
    body = through_xml(body) if xml_born else body
    return items, orjson.dumps(body)


@pytest.mark.parametrize("xml_born", [False, True])
@pytest.mark.parametrize("part", range(PARTS))
def test_a_page_out_of_a_batch_holds_its_own_customer_alone(xml_born: bool, part: int) -> None:
    items, body = batch(xml_born)
    chance = random.Random(part)  # noqa: S311
    found = pages(V1, body, *(str(one["user_id"]) for one in items), readers=some(V1, chance))
    assert len(found) == len(items)
    for page, whole in zip(found, orjson.loads(body)["response"]["customers"]["customer"], strict=True):
        assert orjson.loads(page.raw) == whole
        assert len(page) == len(page.raw) < len(body) / 4
        check(page, whole, chance)


def test_a_page_too_deep_to_be_written_alone_is_read_out_of_its_batch() -> None:
    deep: Any = "bottom"
    for _ in range(300):
        deep = [deep]
    _, body = batch(xml_born=False)
    parsed = orjson.loads(body)
    items = parsed["response"]["customers"]["customer"]
    items[3]["notes"] = deep
    items.append(7)  # nobody, so that the batch cannot be cut
    body = json.dumps(parsed).encode()
    found = pages(V1, body, *(str(one["user_id"]) for one in items[:10]))
    assert [page.place for page in found] == [3 if place == 3 else None for place in range(10)]
    found[3].cool()
    check(found[3], items[3], random.Random(1))  # noqa: S311


def page_of(block: Json) -> Page:
    return Page(V2, orjson.dumps(block), ZONE, frozenset({"91001"}))


def by_v2(facet: Facet) -> Way:
    return facet, next(way for way in CATALOG[facet.name].sources if way.endpoint is V2)


ODD: Json = {"profiles": [{"source": "INSTORE", "firstName": ["Nila"]}], "cardDetails": [7, {"cardId": True}]}


def test_an_anomaly_is_told_once_whichever_facets_meet_it_and_however_often() -> None:
    page = page_of(ODD)
    told = [(one.field, one.found) for one in page.read(*by_v2(PERSON()))[1]]
    assert told == [("firstName", "list")]
    page.cool()
    assert page.read(*by_v2(PERSON()))[1] == ()
    assert page.read(*by_v2(CATALOG["PROFILES"]()))[1] == ()
    assert len(page.read(*by_v2(CARDS()))[1]) == 2


def test_a_cool_page_holds_its_bytes_alone_and_can_be_read_again() -> None:
    page = page_of({"loyaltyInfo": {"loyaltyType": "loyalty"}})
    assert page.block is None
    value, _ = page.read(*by_v2(MEMBERSHIP()))
    assert page.block is not None
    page.cool()
    assert page.block is None
    assert page.read(*by_v2(MEMBERSHIP())) == (value, ())


def test_a_hot_page_is_parsed_once() -> None:
    page = page_of(ODD)
    page.read(*by_v2(PERSON()))
    block = page.block
    page.read(*by_v2(CARDS()))
    assert page.block is block


def test_a_page_decodes_what_it_was_made_for_and_all_of_it_for_another_reader() -> None:
    body = orjson.dumps({"id": 7, "loyaltyInfo": {"loyaltyType": "loyalty"}, **ODD})
    (page,) = pages(V2, body, "7", readers=frozenset({by_v2(MEMBERSHIP())[1].read}))
    assert page.block == {"id": 7, "loyaltyInfo": {"loyaltyType": "loyalty"}}
    page.read(*by_v2(MEMBERSHIP()))
    assert page.block is not None
    assert "profiles" not in page.block
    assert len(page.read(*by_v2(CARDS()))[1]) == 2
    assert page.block == orjson.loads(body)


def test_a_page_knows_what_upstream_could_not_bring() -> None:
    page = page_of({})
    assert page.partial(by_v2(POINTS())[1])
    assert not page.partial(by_v2(MEMBERSHIP())[1])


def test_a_page_is_not_read_by_the_other_endpoints_way() -> None:
    way = next(way for way in CATALOG["PERSON"].sources if way.endpoint is V1)
    with pytest.raises(LookupError, match=r"V2 does not bring PERSON this way"):
        page_of({}).read(PERSON(), way)

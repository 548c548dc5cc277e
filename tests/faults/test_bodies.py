"""Bodies that are no answer: cut off, not JSON, not an object, too deep, not UTF-8. Only their own fields are lost."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.graph import of_customer
from tests.faults.support import Api, Bench, Json, Said, Twist, on, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILLS: dict[Api, tuple[str, ...]] = {"V2": ("cards", "profiles"), "V1.1": ("slabHistory", "registeredBy")}
ALONE: dict[Api, str] = {
    "V2": "id firstName cards { cardId } profiles { identifiers { value } }",
    "V1.1": "id firstName slabHistory { to } registeredBy",
}
BOTH = f"{ALONE['V2']} {ALONE['V1.1']}"
both_apis = pytest.mark.parametrize("api", ["V2", "V1.1"])
one_gateway = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


async def takes_down(bench: Bench, api: Api, twist: Twist, seen: str = "UPSTREAM_UNAVAILABLE") -> None:
    """What the broken call alone fills is null with the code, and the rest stands."""
    well = await bench.well(of_customer(BOTH))
    alone, both = await bench.ask(of_customer(ALONE[api]), twist), await bench.ask(of_customer(BOTH), twist)
    assert told(alone) == (None, {"": seen})
    assert told(both) == lost(well, api, seen)


def lost(well: Json, api: Api, seen: str = "UPSTREAM_UNAVAILABLE") -> tuple[Json, dict[str, str]]:
    """The customer without what one call alone fills, and the codes that say so."""
    return {**well, **dict.fromkeys(FILLS[api])}, dict.fromkeys(FILLS[api], seen)


def saying(api: Api, body: bytes) -> Twist:
    return on(api, lambda said: said.saying(body))


@both_apis
@one_gateway
@given(place=st.floats(0, 1, exclude_max=True))
async def test_an_answer_cut_anywhere_is_no_answer(bench: Bench, api: Api, place: float) -> None:
    well = await bench.well(of_customer(BOTH))
    twist = on(api, lambda said: said.saying(said.body[: int(len(said.body) * place)]))
    assert told(await bench.ask(of_customer(BOTH), twist)) == lost(well, api)


@both_apis
@one_gateway
@given(place=st.floats(0, 1), rubbish=st.binary(min_size=1, max_size=4))
async def test_an_answer_with_rubbish_in_it_is_read_or_refused_whole(
    bench: Bench, api: Api, place: float, rubbish: bytes
) -> None:
    """Rubbish may still be JSON. Then what the other call fills is as ever, and nothing is a fault of the gateway."""

    def twist(said: Said) -> Said:
        at = int(len(said.body) * place)
        return said.saying(said.body[:at] + rubbish + said.body[at + len(rubbish) :])

    well = await bench.well(of_customer(BOTH))
    customer, _ = told(await bench.ask(of_customer(BOTH), on(api, twist)))
    for name in FILLS["V1.1" if api == "V2" else "V2"]:
        # Where both name an account, and not the same one, only one of the two is served.
        assert customer is None or customer["id"] != well["id"] or customer[name] in (well[name], None)


NO_ANSWERS: list[Any] = [
    *([], "x", "", 1, 0, -1.5, None, True, False, {}, [[]], [[[[]]]], [{}], [1, "x", None], {"": {}}, {"a": [{}]}),
    *({"response": None}, {"response": []}, {"response": {"customers": {"customer": [{}]}}}, [{"id": 1}]),
    *({"errors": [7]}, {"errors": "no"}, {"id": None}, {"id": []}, {"id": "x"}, {"data": {"id": 1}}),
]


@both_apis
@pytest.mark.parametrize("body", NO_ANSWERS, ids=json.dumps)
async def test_json_that_is_no_answer_is_a_failure(bench: Bench, api: Api, body: Any) -> None:
    await takes_down(bench, api, saying(api, json.dumps(body).encode()))


def deep(depth: int, inner: bytes = b"1") -> bytes:
    return b"[" * depth + inner + b"]" * depth


NOT_JSON = {
    "a page": b"<html><body>SECRET</body></html>",
    "blanks": b" \n\t ",
    "bytes": bytes(range(256)),
    "UTF-16": json.dumps({"id": 1}).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "two documents": b"{}{}",
    "NaN": b"NaN",
    "a huge number": b"1" * 400,
    "brackets that never close": b"[" * 200_000,
    "a million brackets": deep(500_000),
    "objects in objects": b'{"id":' * 100_000 + b"1" + b"}" * 100_000,
}


@both_apis
@pytest.mark.parametrize("what", NOT_JSON)
async def test_what_is_not_json_is_a_failure(bench: Bench, api: Api, what: str) -> None:
    await takes_down(bench, api, saying(api, NOT_JSON[what]))
    assert "SECRET" not in f"{bench.gateway.events}"


BROKEN_TEXTS = {
    "a stray byte": b"As\xffha",
    "half a character": b"As\xc3",
    "an overlong slash": b"As\xc0\xafha",
    "a surrogate": b"As\xed\xa0\x80ha",
    "half an emoji, escaped": b"As\\ud83d",
    "a control character": b"As\x01ha",
}


@both_apis
@pytest.mark.parametrize("what", BROKEN_TEXTS)
async def test_a_text_that_is_not_unicode_costs_its_call_and_no_other(bench: Bench, api: Api, what: str) -> None:
    def twist(said: Said) -> Said:
        assert b"Asha" in said.body
        return said.saying(said.body.replace(b"Asha", BROKEN_TEXTS[what]))

    await takes_down(bench, api, on(api, twist))


# --- as deep as JSON may be ---

DEEPEST = 1000
"""The parser takes up to 1024 levels, and Python's own `str` gives up before."""


def deepened(api: Api, *path: str) -> Twist:
    """An answer with something deep in one place, the levels of the place included."""

    def twist(said: Said) -> Said:
        body = said.json()
        found: Json = body if api == "V2" else body["response"]["customers"]["customer"][0]
        for key in path[:-1]:
            found = found[key][0] if isinstance(found[key], list) else found[key]
        found[path[-1]] = "DEEP"
        return said.saying(json.dumps(body).encode().replace(b'"DEEP"', deep(DEEPEST)))

    return on(api, twist)


HARMLESSLY_DEEP: list[tuple[Api, tuple[str, ...], str]] = [
    ("V2", ("associatedWith",), "associatedWith"),
    ("V2", ("cardDetails",), "cards"),
    ("V2", ("loyaltyInfo",), "loyaltyType"),
    ("V1.1", ("slab_history",), "slabHistory"),
    ("V1.1", ("registered_by",), "registeredBy"),
    ("V1.1", ("ndnc_status",), "ndncStatus"),
]
DEEP = "id associatedWith cards { cardId } loyaltyType slabHistory { to } registeredBy ndncStatus"


@pytest.mark.parametrize(("api", "path", "field"), HARMLESSLY_DEEP)
async def test_something_deep_in_a_field_is_that_fields_anomaly(
    bench: Bench, api: Api, path: tuple[str, ...], field: str
) -> None:
    well = await bench.well(of_customer(DEEP))
    customer, codes = told(await bench.ask(of_customer(DEEP), deepened(api, *path)))
    assert codes == {}
    assert customer[field] in (None, [])
    assert {**well, field: None} == {**customer, field: None}


@pytest.mark.parametrize(
    ("api", "path"),
    [
        ("V2", ("profiles", "source")),
        ("V2", ("profiles", "accountId")),
        ("V1.1", ("item_status", "success")),
        ("V1.1", ("survivor_account_retrieved",)),
    ],
)
async def test_something_deep_where_a_word_decides_is_no_fault_of_the_gateway(
    bench: Bench, api: Api, path: tuple[str, ...]
) -> None:
    await bench.ask(of_customer(BOTH), deepened(api, *path))

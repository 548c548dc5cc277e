"""Entries: when they are worth what, and that they come out of their bytes as they went in, or not at all."""

from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.entries import FORMAT, Absent, Entry, Fresh, Missing, packed, state, unpacked
from gateway.facets.catalog import CATALOG, EXISTENCE, PERSON
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.parameters import parameters, source, sources
from gateway.model.profile import Person
from gateway.model.readers import Reader
from gateway.sandbox import create_sandbox
from tests.support.facets import EXAMPLES, SEEDS, example

ZONE = ZoneInfo("Asia/Kolkata")
CUSTOMERS = (
    "100000006",
    "100000036",
    "100000037",
    "100000001",
    "100000003",
    "100000016",
    "100000041",
    "100000038",
    "100000066",
    "100000071",
    "100000072",
)


async def payload(endpoint: Endpoint, customer: str, facets: frozenset[Facet]) -> Any:
    """What the sandbox tells of a customer when it is asked for these facets."""
    sandbox = create_sandbox()
    carried = parameters(endpoint, facets, SEEDS)
    asked = dict(carried.flags) | ({"embed": ",".join(carried.embeds)} if carried.embeds else {})
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox),
        base_url="http://upstream",
        headers={"Authorization": sandbox.credentials.basic},
    ) as http:
        if endpoint is Endpoint.V2:
            return (await http.get(f"/v2/customers/{customer}", params={"source": "INSTORE", **asked})).json()
        answer = (await http.get("/v1.1/customer/get", params={"id": customer, **asked})).json()
        return answer["response"]["customers"]["customer"][0]


WAYS = [(facet, way.endpoint) for facet in EXAMPLES for way in sources(facet, SEEDS)]


@pytest.mark.parametrize("customer", CUSTOMERS)
@pytest.mark.parametrize(("facet", "endpoint"), WAYS, ids=str)
async def test_a_value_of_every_facet_comes_out_as_it_went_in(facet: Facet, endpoint: Endpoint, customer: str) -> None:
    way = source(facet, endpoint, SEEDS)
    assert way is not None
    block = await payload(endpoint, customer, frozenset({facet}))
    value = way.read(Reader(ZONE), block, facet.argument_values)
    entry = Entry(value, 1_790_000_000.25, 60.0, endpoint)
    assert unpacked(facet, packed(entry)) == entry


@pytest.mark.parametrize("facet", EXAMPLES, ids=str)
async def test_some_customer_has_something_of_every_facet(facet: Facet) -> None:
    """Else the round trips above would be those of nothing."""
    for way in sources(facet, SEEDS):
        for customer in CUSTOMERS:
            block = await payload(way.endpoint, customer, frozenset({facet}))
            if block and way.read(Reader(ZONE), block, facet.argument_values):
                break
        else:
            pytest.fail(f"nobody has {facet} on {way.endpoint.value}")


# --- states ---

FETCHED, LIFE = 1000.0, 60.0


@pytest.mark.parametrize(
    ("now", "usable"),
    [(999.999, False), (1000.0, True), (1059.999, True), (1060.0, False), (5000.0, False), (0.0, False)],
)
@pytest.mark.parametrize("value", [None, True, [], 0])
def test_an_entry_is_usable_from_when_it_is_fetched_until_its_time_is_over(
    value: object, now: float, usable: bool
) -> None:
    entry = Entry(value, FETCHED, LIFE, Endpoint.V2)
    worth = (Absent(entry) if value is None else Fresh(entry)) if usable else Missing()
    assert state(entry, now) == worth


def test_no_entry_is_missing() -> None:
    assert state(None, FETCHED) == Missing()


def test_an_entry_without_a_life_is_never_usable() -> None:
    assert state(Entry(True, FETCHED, 0.0, Endpoint.V1), FETCHED) == Missing()


# --- bytes that are no entry ---

ENTRY = Entry(
    Person(first_name="Asha", last_name=None, mobile="1", email=None, external_id=None), 5.0, 6.0, Endpoint.V2
)
DATA = packed(ENTRY)
WHOLE = (FORMAT, 5.0, 6.0, "V2", True)


def test_no_bytes_are_no_entry() -> None:
    assert unpacked(PERSON(), None) is None


@pytest.mark.parametrize(
    "other",
    [
        (FORMAT + 1, *WHOLE[1:]),
        (FORMAT - 1, *WHOLE[1:]),
        ("1", *WHOLE[1:]),
        (*WHOLE[:3], "V3", True),
        (*WHOLE[:3], None, True),
        (*WHOLE[:4], "true"),
        (*WHOLE[:4], [True]),
        (*WHOLE[:4], {}),
        WHOLE[:4],
        (*WHOLE, 1),
        [],
        None,
        {"value": True},
    ],
    ids=repr,
)
def test_an_entry_of_another_form_is_a_miss(other: object) -> None:
    assert unpacked(EXISTENCE(), msgspec.msgpack.encode(WHOLE)) == Entry(True, 5.0, 6.0, Endpoint.V2)
    assert unpacked(EXISTENCE(), msgspec.msgpack.encode(other)) is None


def test_a_value_of_another_facet_is_a_miss() -> None:
    assert unpacked(CATALOG["CARDS"](), DATA) is None


@pytest.mark.parametrize("length", range(len(DATA)))
def test_truncated_bytes_are_a_miss(length: int) -> None:
    assert unpacked(PERSON(), DATA[:length]) is None


def test_bytes_behind_an_entry_are_a_miss() -> None:
    assert unpacked(PERSON(), DATA + b"\x00") is None


@given(st.binary(max_size=60), st.sampled_from(sorted(CATALOG)))
def test_any_bytes_are_an_entry_or_a_miss(data: bytes, name: str) -> None:
    """No bytes at all raise: a shared store may hold anything."""
    assert isinstance(unpacked(example(CATALOG[name]), data), Entry | None)


@given(st.integers(0, len(DATA) - 1), st.integers(0, 255))
def test_one_changed_byte_raises_nothing(position: int, byte: int) -> None:
    spoilt = DATA[:position] + bytes([byte]) + DATA[position + 1 :]
    assert isinstance(unpacked(PERSON(), spoilt), Entry | None)

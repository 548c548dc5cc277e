"""Entries: when they are worth what, and that they come out of their bytes as they went in, or not at all."""

from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.entries import FORMAT, FUTURE_S, Absent, Entry, Fresh, Missing, Stale, packed, state, unpacked
from gateway.facets.catalog import CATALOG, EXISTENCE, PERSON
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.kind import Lifetime
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
    entry = Entry(value, 1_790_000_000.25, CATALOG[facet.name].lifetime, endpoint, took_s=0.125)
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

FETCHED, LIFE = 1000.0, Lifetime(fresh_for=60.0, stale_for=30.0, error_stale_for=600.0)


def fetched(value: object = True, life: Lifetime = LIFE, took_s: float = 0.0) -> Entry:
    return Entry(value, FETCHED, life, Endpoint.V2, took_s)


@pytest.mark.parametrize("value", [None, True, [], 0])
@pytest.mark.parametrize("age", [0.0, 0.001, 59.999])
def test_an_entry_is_served_as_it_is_while_it_is_fresh(value: object, age: float) -> None:
    entry = fetched(value)
    assert state(entry, FETCHED + age) == (Absent(entry) if value is None else Fresh(entry))


@pytest.mark.parametrize("value", [None, True, [], 0])
@pytest.mark.parametrize("age", [60.0, 89.999])
def test_after_that_it_is_served_while_it_is_fetched_anew(value: object, age: float) -> None:
    assert state(fetched(value), FETCHED + age) == Stale(fetched(value))


@pytest.mark.parametrize("age", [90.0, 659.999])
def test_after_that_it_stands_in_where_upstream_fails(age: float) -> None:
    assert state(fetched(), FETCHED + age) == Missing(spare=fetched())


@pytest.mark.parametrize("age", [660.0, 661.0, 1e9])
def test_after_that_it_is_of_no_use(age: float) -> None:
    assert state(fetched(), FETCHED + age) == Missing()


def test_no_entry_is_missing() -> None:
    assert state(None, FETCHED) == Missing()


def test_an_entry_without_a_life_is_never_usable() -> None:
    assert state(fetched(life=Lifetime(0.0, 0.0, 0.0)), FETCHED) == Missing()


def test_what_is_served_long_while_stale_need_not_stand_in() -> None:
    life = Lifetime(fresh_for=10.0, stale_for=100.0, error_stale_for=50.0)
    assert life.whole == 110.0
    assert state(fetched(life=life), FETCHED + 109.0) == Stale(fetched(life=life))
    assert state(fetched(life=life), FETCHED + 110.0) == Missing()


def test_a_clock_that_is_a_little_behind_takes_an_entry_for_new() -> None:
    assert state(fetched(), FETCHED - FUTURE_S) == Fresh(fetched())
    assert state(fetched(), FETCHED - FUTURE_S - 0.001) == Missing()


@pytest.mark.parametrize("age", [0.0, 59.0, 70.0, 100.0])
def test_whatever_was_fetched_before_an_invalidation_is_not_even_a_spare(age: float) -> None:
    now = FETCHED + age
    assert state(fetched(), now, invalidated_at=FETCHED) == Missing()
    assert state(fetched(), now, invalidated_at=FETCHED + 1e6) == Missing()
    assert state(fetched(), now, invalidated_at=FETCHED - 0.001) == state(fetched(), now) != Missing()


@pytest.mark.parametrize("age", [20.001, 59.0, 70.0, 100.0])
def test_what_is_older_than_a_request_accepts_is_not_even_a_spare(age: float) -> None:
    assert state(fetched(), FETCHED + age, most_age=20.0) == Missing()


@pytest.mark.parametrize("age", [0.0, 19.0, 20.0])
def test_what_is_young_enough_for_a_request_is_served(age: float) -> None:
    assert state(fetched(), FETCHED + age, most_age=20.0) == Fresh(fetched())


# --- early refresh ---

SLOW = fetched(took_s=2.0)
draws = st.floats(0.0, 1.0, exclude_min=True)
ages = st.floats(0.0, 59.999)


@given(ages)
def test_the_largest_draw_refreshes_nothing_early(age: float) -> None:
    assert state(SLOW, FETCHED + age, draw=1.0) == Fresh(SLOW)


def test_a_small_draw_refreshes_a_slow_fetch_early_and_still_serves_it() -> None:
    assert state(SLOW, FETCHED + 55.0, draw=1e-3) == Stale(SLOW)
    assert state(SLOW, FETCHED + 55.0, draw=0.5) == Fresh(SLOW)
    assert state(SLOW, FETCHED, draw=1e-3) == Fresh(SLOW)


@given(ages, draws)
def test_a_fetch_that_takes_no_time_is_never_repeated_early(age: float, draw: float) -> None:
    assert state(fetched(), FETCHED + age, draw=draw) == Fresh(fetched())


@given(st.tuples(ages, ages), st.tuples(draws, draws), st.tuples(st.floats(0.0, 9.0), st.floats(0.0, 9.0)))
def test_the_older_the_dearer_and_the_smaller_the_draw_the_sooner_it_is_refreshed(
    aged: tuple[float, float], drawn: tuple[float, float], took: tuple[float, float]
) -> None:
    less = state(fetched(took_s=min(took)), FETCHED + min(aged), draw=max(drawn))
    more = state(fetched(took_s=max(took)), FETCHED + max(aged), draw=min(drawn))
    assert isinstance(less, Fresh | Stale)
    assert isinstance(more, Fresh | Stale)
    assert isinstance(more, Stale) or not isinstance(less, Stale)


# --- bytes that are no entry ---

ENTRY = Entry(
    Person(first_name="Asha", last_name=None, mobile="1", email=None, external_id=None), 5.0, LIFE, Endpoint.V2
)
DATA = packed(ENTRY)
WHOLE = (FORMAT, 5.0, 0.5, (60.0, 30.0, 600.0), "V2", True)


def test_no_bytes_are_no_entry() -> None:
    assert unpacked(PERSON(), None) is None


@pytest.mark.parametrize(
    "other",
    [
        (FORMAT + 1, *WHOLE[1:]),
        (FORMAT - 1, *WHOLE[1:]),
        ("1", *WHOLE[1:]),
        (FORMAT, float("nan"), *WHOLE[2:]),
        (FORMAT, float("inf"), *WHOLE[2:]),
        (FORMAT, 5.0, 60.0, "V2", True),
        (*WHOLE[:3], (60.0, 30.0), *WHOLE[4:]),
        (*WHOLE[:4], "V3", True),
        (*WHOLE[:4], None, True),
        (*WHOLE[:5], "true"),
        (*WHOLE[:5], [True]),
        (*WHOLE[:5], {}),
        WHOLE[:5],
        (*WHOLE, 1),
        [],
        None,
        {"value": True},
    ],
    ids=repr,
)
def test_an_entry_of_another_form_is_a_miss(other: object) -> None:
    assert unpacked(EXISTENCE(), msgspec.msgpack.encode(WHOLE)) == Entry(True, 5.0, LIFE, Endpoint.V2, 0.5)
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

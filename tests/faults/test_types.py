"""Wrong types in every place of an answer: the field is null and counted, its neighbours are served, nothing leaks."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.telemetry.events import AnomalyMet
from tests.faults.graph import EVERYTHING, leaves, raw_fields
from tests.faults.spoiling import ENVELOPE, NOTHING, Path, Whole, whole
from tests.faults.support import bench, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

one_gateway = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="v2")
async def _v2() -> AsyncIterator[Whole]:
    async with bench() as here:
        yield await whole(here, "V2")


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="v1")
async def _v1() -> AsyncIterator[Whole]:
    async with bench() as here:
        yield await whole(here, "V1.1")


# --- what is compared ---


async def test_the_two_queries_together_select_the_whole_graph(v1: Whole, v2: Whole) -> None:
    selected = set(leaves(v1.selected)) | set(leaves(v2.selected))
    assert set(leaves(EVERYTHING)) == selected


def _filled(value: Any, path: tuple[str, ...]) -> bool:
    if isinstance(value, list):
        return any(_filled(item, path) for item in value)
    if value is None:
        return False
    return not path or _filled(value[path[0]], path[1:])


async def test_the_customer_has_nearly_everything(v1: Whole, v2: Whole) -> None:
    for one in (v1, v2):
        wanted = list(leaves(one.selected))
        empty = [".".join(path) for path in wanted if not _filled(one.customer, path)]
        assert len(empty) <= len(wanted) / 8, empty


async def test_most_keys_change_few_fields_and_most_fields_rest_on_few_keys(v1: Whole, v2: Whole) -> None:
    """Else it would say little that nothing else changes."""
    for one in (v1, v2):
        filled = {name for name, value in one.customer.items() if value not in NOTHING}
        apart = {key: fields for key, fields in one.may_change.items() if key not in ENVELOPE[one.api]}
        assert set().union(*apart.values()) == filled - {"id"}
        assert all(len(fields) <= len(filled) / 3 for fields in apart.values())


# --- any value in any place ---

SPELLINGS = ("1e400", "NaN", "1_0", "9999-12-31T23:59:59-14:00", "0001-01-01 00:00:00", "[[", "[[1, 2], 3]", "\0")
SCALARS = st.one_of(
    st.sampled_from(SPELLINGS),
    st.sampled_from(
        [None, True, False, 0, 1, -1, 7, 2**31, 2**53 + 1, 2**64, -(2**70), 0.0, -1.5, 1e308, "", " ", "x", "7", "-1"]
    ),
    st.text(max_size=12).filter(lambda text: text.isprintable()),
)
VALUES = st.one_of(
    SCALARS,
    st.sampled_from([[], {}, [[]], [{}], {"a": 1}, [{"a": 1}], [None], [1, "x", None, {"a": [1]}], [[[1], 2], 3]]),
    st.lists(SCALARS, max_size=3),
    st.dictionaries(st.text(max_size=4), SCALARS, max_size=3),
)


async def is_confined(whole: Whole, data: st.DataObject) -> None:
    """Another value anywhere is no fault of the gateway, and changes only what rests on the key it is under."""
    path = data.draw(st.sampled_from(whole.places()), label="place")
    new = data.draw(VALUES, label="value")
    answer = await whole.ask({path: new})
    changed = whole.changed(answer)
    if whole.key(path) in ENVELOPE[whole.api]:
        assert changed in (frozenset(), frozenset({"id"}), frozenset(whole.customer))
    else:
        assert changed <= whole.allowed(path)
        assert "errors" not in answer


@one_gateway
@given(data=st.data())
async def test_another_value_anywhere_in_v2_costs_its_own_fields_alone(v2: Whole, data: st.DataObject) -> None:
    await is_confined(v2, data)


@one_gateway
@given(data=st.data())
async def test_another_value_anywhere_in_v1_costs_its_own_fields_alone(v1: Whole, data: st.DataObject) -> None:
    await is_confined(v1, data)


# --- an object in every place ---


MAPS = {"fields", "segments", "customFields", "extendedFields"}


def secret(number: int) -> Any:
    return {"unexpected": [f"SECRET-{number}-"]}


async def spoil_each(whole: Whole) -> tuple[set[Path], set[Path], set[Path]]:
    """Every place once with an object: where it is told, where more changes than may, and where nobody counts it."""
    leaks, spread, uncounted = set[Path](), set[Path](), set[Path]()
    raw = raw_fields(whole.selected)
    for group in whole.apart():
        answer = await whole.ask({path: secret(number) for number, path in enumerate(group)})
        customer, codes = told(answer)
        changed, events = whole.changed(answer), whole.bench.gateway.events
        may_tell = {name: value for name, value in (customer or {}).items() if name in raw}
        must_not_tell = [{**answer, "data": {**(customer or {}), **dict.fromkeys(raw)}}, events]
        leaks |= {path for number, path in enumerate(group) if f"SECRET-{number}-" in f"{must_not_tell}"}
        if whole.key(group[0]) in ENVELOPE[whole.api]:
            continue
        if codes or not changed <= set().union(*(whole.allowed(path) for path in group)):
            spread |= set(group)
        counted = {event.field for event in events if isinstance(event, AnomalyMet) and event.found == "dict"}
        for number, path in enumerate(group):
            # A map is read as a list of names and values, and a name is the organisation's own word.
            name = "value" if MAPS & set(path[-2:-1]) else next(key for key in reversed(path) if isinstance(key, str))
            handed_on = f"SECRET-{number}-" in f"{may_tell}"
            if whole.is_leaf(path) and changed & whole.allowed(path) and name not in counted and not handed_on:
                uncounted.add(path)
    return leaks, spread, uncounted


async def test_an_object_in_every_place_of_v2_is_counted_and_never_told(v2: Whole) -> None:
    assert await spoil_each(v2) == (set(), set(), set())


async def test_an_object_in_every_place_of_v1_is_counted_and_never_told(v1: Whole) -> None:
    assert await spoil_each(v1) == (set(), set(), set())

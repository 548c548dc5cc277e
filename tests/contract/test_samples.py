"""The published payloads of upstream: all of them are read, and what the graph offers is not lost on the way.

`files` says which file is what, `fields` which upstream key is which field of ours and which keys we do not offer. A
file or a key in no table fails a test, so that nothing gets lost in silence.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Endpoint
from gateway.model.readers import Reader
from gateway.upstream import v1, v2
from gateway.upstream.answers import Deleted, Failed, Found, NotFound, Outcome
from tests.contract.fields import FIELDS, MAPS, NOT_OFFERED, SERIALS, WHOLE
from tests.contract.files import ANOTHER_CALL, CUSTOMERS, REFUSALS
from tests.support.facets import example
from tests.upstream.calls import ID, MOBILE, target

SAMPLES = Path(__file__).parents[3] / "shared" / "reference" / "samples"
ZONE = ZoneInfo("Asia/Kolkata")
V1, V2 = Endpoint.V1, Endpoint.V2
Json = dict[str, Any]

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(),
    reason=f"THE CONTRACT WITH UPSTREAM IS NOT CHECKED: its published payloads are not at {SAMPLES}",
)

# How a payload is read, and how it is walked.

Place = int | str
Leaf = tuple[str, tuple[Place, ...], Any]


@cache
def content(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def bodies(name: str) -> list[Any]:
    return CUSTOMERS[name][1](content(name))


def item_of(body: Json) -> Json:
    """The one customer of a V1.1 body, found without the code under test."""
    customers = body.get("response", body)["customers"]
    found = customers if isinstance(customers, list) else customers["customer"]
    return found[0] if isinstance(found, list) else found


def asked_alone(endpoint: Endpoint, body: Any) -> tuple[Json, Outcome]:
    """The customer's block as it was sent, and what our code makes of the body for one who asked by id."""
    if endpoint is V2:
        return body, v2.outcome(body, target((ID, str(body["id"]))))
    item = item_of(body)
    return item, v1.outcomes(body, {0: target((ID, str(item.get("user_id", "1"))))})[0]


def read(endpoint: Endpoint, found: Found) -> tuple[dict[str, Any], Reader]:
    """Every facet that the catalog has a source for, by name."""
    reader = Reader(ZONE)
    records = {
        kind.name: way.read(reader, found.block, example(kind).argument_values)
        for kind in CATALOG.values()
        for way in kind.sources
        if way.endpoint is endpoint
    }
    programs = [one.program_id for one in records["PROGRAMS"] or []]
    gaps = {name: in_places(records[name], programs) for name in records if name.startswith("GAP_")}
    return records | gaps | {"ID": found.id}, reader


def in_places(gaps: list[Any] | None, programs: list[str]) -> list[Any]:
    """Gaps at the places of their programs: upstream has them in there, and not every program has one."""
    by_program = {gap.program_id: gap for gap in gaps or []}
    return [by_program.get(program) for program in programs]


def leaves(value: Any, path: str = "", places: tuple[Place, ...] = ()) -> Iterator[Leaf]:
    """Every scalar and every empty list or object of a payload, with its path and its places in lists and maps.

    What is handed on whole is one leaf.
    """
    if path in MAPS and value:
        for name, inner in named(value):
            yield f"{path}{{}}", (*places, name), inner
        return
    match value:
        case dict() if value and path not in WHOLE:
            for key, inner in value.items():
                yield from leaves(inner, f"{path}.{key}" if path else key, places)
        case list() if value and path not in WHOLE:
            for place, inner in enumerate(value):
                yield from leaves(inner, f"{path}[]", (*places, place))
        case _:
            yield path, places, value


def named(value: Any) -> Iterator[tuple[str, Any]]:
    """The pairs of a map, of a list of names and values, or of the only name and value."""
    match value:
        case {"name": name, "value": inner}:
            yield name, inner
        case dict():
            yield from value.items()
        case _:
            yield from ((one["name"], one["value"]) for one in value)


def resolved(records: Mapping[str, Any], path: str, places: tuple[Place, ...]) -> Any:
    """The value at a path of ours; null where there is none on the way."""
    left = iter(places)
    value: Any = records
    for name in path.split("."):
        key = name.removesuffix("[]").removesuffix("{}")
        value = value[key] if isinstance(value, dict) else getattr(value, key)
        if value is not None and name.endswith(("[]", "{}")):
            place = next(left, 0)
            if isinstance(place, str):
                value = next((one.value for one in value if one.name == place), LOST)
            else:
                value = value[place] if place < len(value) else None
        if value is None:
            return None
    return value


LOST = object()
"""Of a name that is not in a map of ours."""


def same(theirs: Any, ours: Any, path: str) -> bool:
    """Whether both mean the same: numbers as numbers, times as instants, nothing as null."""
    if theirs in ("", None) or theirs in ([], {}):
        return ours is None or ours == []
    if path.endswith(".raw"):
        return theirs == ours
    if path.endswith(SERIALS) and float(theirs) == -1:
        return ours is None
    match ours:
        case bool():
            return str(theirs).lower() == str(ours).lower()
        case int() | float():
            return float(theirs) == ours
        case str():
            text = str(theirs).strip()
            text = text.lower() if path == "MEMBERSHIP.loyalty_type" else text
            return text == ours or _instant(text) == _instant(ours) is not None
        case _:
            return False


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def covers(row: str, path: str) -> bool:
    return path == row or path.startswith((f"{row}.", f"{row}[", f"{row}{{"))


def has_no_tier(endpoint: Endpoint, block: Json, path: str) -> bool:
    """On V1.1 who has no tier is not in the default program, and their points of it are no points."""
    return endpoint is V1 and path in ("lifetime_points", "loyalty_points") and not block.get("current_slab")


# The contract.


def test_every_published_payload_is_in_exactly_one_table():
    named = [*CUSTOMERS, *REFUSALS, *ANOTHER_CALL]
    assert sorted(named) == sorted(path.stem for path in SAMPLES.glob("*.json"))


@pytest.mark.parametrize("name", CUSTOMERS)
def test_a_published_customer_is_found_and_read_without_an_anomaly(name: str):
    endpoint, _ = CUSTOMERS[name]
    for body in bodies(name):
        _, found = asked_alone(endpoint, body)
        assert isinstance(found, Found), found
        _, reader = read(endpoint, found)
        assert reader.anomalies == []


@pytest.mark.parametrize("name", CUSTOMERS)
def test_every_value_of_a_published_customer_that_the_graph_offers_is_in_its_field(name: str):
    endpoint, _ = CUSTOMERS[name]
    lost: list[str] = []
    for body in bodies(name):
        block, found = asked_alone(endpoint, body)
        assert isinstance(found, Found), found
        records, _ = read(endpoint, found)
        for path, places, value in leaves(block):
            field = FIELDS[endpoint].get(path)
            if field is None or has_no_tier(endpoint, block, path):
                continue
            ours = resolved(records, field, places)
            if not same(value, ours, field):
                lost.append(f"{path}{list(places)}: {value!r} became {field} = {ours!r}")
    assert lost == []


@pytest.mark.parametrize("name", CUSTOMERS)
def test_every_key_of_a_published_customer_is_offered_or_known_not_to_be(name: str):
    endpoint, _ = CUSTOMERS[name]
    unknown = set()
    for body in bodies(name):
        block, _ = asked_alone(endpoint, body)
        for path, _, value in leaves(block):
            empty_of_known = value in ([], {}, "", None) and any(covers(path, row) for row in FIELDS[endpoint])
            if path not in FIELDS[endpoint] and not empty_of_known:
                unknown |= {path} if not any(covers(row, path) for row in NOT_OFFERED[endpoint]) else set()
    assert sorted(unknown) == []


@pytest.mark.parametrize("endpoint", list(Endpoint))
def test_the_tables_have_no_row_that_no_payload_needs(endpoint: Endpoint):
    seen = {
        path
        for name, (of, _) in CUSTOMERS.items()
        if of is endpoint
        for body in bodies(name)
        for path, _, _ in leaves(body if of is V2 else item_of(body))
    }
    rows = {*FIELDS[endpoint], *NOT_OFFERED[endpoint]}
    assert sorted(row for row in rows if not any(covers(row, path) for path in seen)) == []


@pytest.mark.parametrize("endpoint", list(Endpoint))
def test_no_key_is_both_offered_and_not(endpoint: Endpoint):
    both = [path for path in FIELDS[endpoint] if any(covers(row, path) for row in NOT_OFFERED[endpoint])]
    assert both == []


@pytest.mark.parametrize("name", [name for name, (endpoint, _) in CUSTOMERS.items() if endpoint is V2])
def test_the_person_is_the_first_profile_of_a_published_customer(name: str):
    for body in bodies(name):
        if not (profiles := body.get("profiles")):
            continue
        _, found = asked_alone(V2, body)
        assert isinstance(found, Found)
        person = read(V2, found)[0]["PERSON"]
        values = {one["type"]: one["value"] for one in profiles[0]["identifiers"]}
        assert (person.mobile, person.email, person.external_id) == tuple(
            values.get(kind) for kind in ("mobile", "email", "externalId")
        )
        assert (person.first_name, person.last_name) == tuple(
            profiles[0].get(key) or None for key in ("firstName", "lastName")
        )
        custom = read(V2, found)[0]["CUSTOM_FIELDS"]
        assert {one.name: one.value for one in custom} == {
            key: value or None for key, value in profiles[0].get("fields", {}).items()
        }


@pytest.mark.parametrize("name", REFUSALS)
def test_a_published_refusal_is_what_it_says(name: str):
    endpoint, expected = REFUSALS[name]
    body = content(name)
    if endpoint is V2:
        outcomes = [v2.outcome(body, target((MOBILE, "1")))]
    else:
        items = (body["response"].get("customers") or {}).get("customer") or [None, None]
        alone = [body if item is None else {"response": _with(body, item)} for item in items]
        outcomes = [v1.outcomes(one, {0: target((ID, "172157568"))})[0] for one in alone]
    said = [type(one.error if isinstance(one, Failed) else one) for one in outcomes]
    assert said == expected


def _with(body: Json, item: Json) -> Json:
    return {**body["response"], "customers": {"customer": [item]}}


def test_a_published_batch_that_failed_says_so_of_each_who_can_be_told():
    asked = {position: target((ID, number)) for position, number in enumerate(("5", "172157568"))}
    outcomes = v1.outcomes(content("v11_get_bulk_all-failed_500_pii-deleted"), asked)
    assert outcomes[1] == Deleted()
    assert not isinstance(outcomes[0], Found | NotFound)

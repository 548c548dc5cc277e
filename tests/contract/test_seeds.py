"""The two seed documents: everything that they name is asked for and offered, or known not to be.

`seed_files` finds the names, `seeds` says what each of them is of ours. Nothing gets lost in silence.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from graphql import GraphQLEnumType, GraphQLObjectType, build_schema, get_named_type, is_leaf_type
from strawberry.utils.str_converters import to_camel_case

from gateway.app import schema_text
from gateway.facets.capabilities import V1_POSSIBLE, V2_KINDS, ById, Capabilities
from gateway.facets.catalog import ALWAYS
from gateway.facets.facet import Endpoint, IdentifierKind, Source
from gateway.upstream import v1, v2
from gateway.upstream.auth import NoCredential
from gateway.upstream.client import UpstreamClient
from tests.contract import seed_files as files
from tests.contract.seeds import (
    ENUMS,
    EXCLUDED_FIELDS,
    EXCLUDED_PARAMETERS,
    FIELDS,
    GRAPH_ARGUMENTS,
    IN_PAYLOAD,
    UNLISTED_PARAMETERS,
    WRAPPED,
)
from tests.model.reading import everything, reader, ways
from tests.model.v1_item import ITEM
from tests.model.v2_entity import ENTITY
from tests.upstream.calls import MOBILE, call, target

V1, V2 = Endpoint.V1, Endpoint.V2
each_endpoint = pytest.mark.parametrize("endpoint", [V1, V2])

pytestmark = pytest.mark.skipif(
    not files.REFERENCE.is_dir(),
    reason=f"THE CONTRACT WITH UPSTREAM IS NOT CHECKED: its seed documents are not at {files.REFERENCE}",
)

SCHEMA = build_schema(schema_text())

# What the gateway can send, and what the graph has.


def identifying(endpoint: Endpoint) -> set[str]:
    """The parameters that say who is asked for, of every kind of identifier and every form of the call."""
    found: set[str] = set()
    for kind in V1_POSSIBLE if endpoint is V1 else V2_KINDS | {IdentifierKind.ID}:
        one = target((kind, "7"), source=Source.WECHAT, account="shop-a")
        if endpoint is V1:
            requests = [v1.request(call(V1, one), [one], Capabilities())]
        else:
            requests = [v2.request(call(V2, one), one, Capabilities(v2_by_id=by_id)) for by_id in ById]
        found |= {name for request in requests for name, _ in request.parameters}
    return found


def of_catalog(endpoint: Endpoint) -> set[str]:
    """The parameters of all ways of the catalog."""
    sources = [way for _, way in ways(endpoint)]
    named = {name for way in sources for group in (way.flags, way.unvalued) for name in group}
    suppressing = {way.suppressor.parameter for way in sources if way.suppressor}
    return named | suppressing | chosen(endpoint)


def chosen(endpoint: Endpoint) -> set[str]:
    """The parameters whose value is a caller's to choose."""
    return {name for _, way in ways(endpoint) for group in (way.valued, way.narrowed) for name in group}


def embeds() -> set[str]:
    """Every value of V2's `embed`."""
    asked = {name for _, way in ways(V2) for name in way.embeds}
    suppressing = {way.suppressor for _, way in ways(V2) if way.suppressor}
    return asked | {one.value for one in suppressing if one.parameter == "embed"}


SENT = {endpoint: identifying(endpoint) | of_catalog(endpoint) | ALWAYS[endpoint].keys() for endpoint in (V1, V2)}


def place(path: str) -> Any:
    """The named type at a path of the graph, such as `Customer.loyaltyPrograms.redeemed`."""
    first, *names = path.split(".")
    found: Any = SCHEMA.type_map[first]
    for name in names:
        assert isinstance(found, GraphQLObjectType), f"{path}: {found} has no fields"
        assert name in found.fields, f"{path}: {found.name} has no field {name}"
        found = get_named_type(found.fields[name].type)
    return found


# The documents are read whole.


def test_the_tables_of_the_seeds_are_found_whole():
    assert len(files.parameters_of_v1()) == 49
    assert len(files.fields_of_v1()) == len(set(files.fields_of_v1())) == 97
    assert files.parameters_of_v2() == [
        "source",
        "accountId",
        "embed",
        "identifierName",
        "identifierValue",
        "includedFraudDetails",
        "includedUserGroup2LoyaltyDetails",
        "userGroup2Id",
        "includedAllUserGroup2",
    ]
    assert len(files.fields_of_v2()) == len(set(files.fields_of_v2())) == 85
    assert [line.split()[0] for line in files.unread_of_v2()] == ["Field", "Values:", "ParameterData"]
    assert (len(files.embeds_of_v2()), len(files.embeds_of_facts())) == (14, 16)
    assert (len(files.parameters_of_facts_on_v1()), len(files.parameters_of_facts_on_v2())) == (48, 30)


PARAMETERS = {
    V1: lambda: {*files.parameters_of_v1(), *files.parameters_of_facts_on_v1()},
    V2: lambda: {*files.parameters_of_v2(), *files.parameters_of_facts_on_v2()},
}
"""Every parameter that the documents list."""
FIELDS_OF = {V1: files.fields_of_v1, V2: files.fields_of_v2}

# Parameters.


def is_sent(endpoint: Endpoint, name: str) -> bool:
    return name.removeprefix("embed=") in embeds() if name.startswith("embed=") else name in SENT[endpoint]


@each_endpoint
def test_every_parameter_of_the_documents_can_be_sent_or_is_known_not_to_be(endpoint: Endpoint):
    missing = {name for name in PARAMETERS[endpoint]() if not is_sent(endpoint, name)}
    assert missing == EXCLUDED_PARAMETERS[endpoint].keys()


@each_endpoint
def test_every_parameter_that_can_be_sent_is_in_the_documents(endpoint: Endpoint):
    assert SENT[endpoint] - PARAMETERS[endpoint]() == UNLISTED_PARAMETERS[endpoint].keys()


def test_every_embed_of_the_documents_can_be_sent_and_no_other():
    assert embeds() == {*files.embeds_of_v2(), *files.embeds_of_facts()}
    assert set(files.embeds_of_facts()) - set(files.embeds_of_v2()) == {"returnedPoints", "alternateCurrencies"}


@each_endpoint
def test_a_value_that_is_the_callers_to_choose_is_an_argument_in_the_graph(endpoint: Endpoint):
    assert chosen(endpoint) == GRAPH_ARGUMENTS[endpoint].keys()
    for path in GRAPH_ARGUMENTS[endpoint].values():
        owner, field, argument = re.split(r"[.()]", path)[:3]
        assert argument in place(owner).fields[field].args, path


@pytest.mark.parametrize(("parameter", "enum"), ENUMS.items())
def test_the_values_that_the_seed_lists_for_a_parameter_are_those_of_the_graph(parameter: str, enum: str):
    found = SCHEMA.type_map[enum]
    assert isinstance(found, GraphQLEnumType)
    assert {name.lower() for name in found.values} == {name.lower() for name in files.values_of_v1(parameter)}


def test_the_sources_and_kinds_of_identifiers_that_the_seed_names_are_known():
    assert set(files.values_of_v2("source")) <= {source.value for source in Source}
    named = {
        dict(v2.request(call(V2, one), one, Capabilities()).parameters).get("identifierName")
        for one in (target((kind, "7")) for kind in V2_KINDS)
    }
    assert set(files.values_of_v2("identifierName")) <= named


async def test_the_additional_header_of_the_seed_can_be_sent():
    assert files.headers_of_v1() == ["language"]
    seen: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(500, stream=httpx.ByteStream(b""))

    one = target((MOBILE, "919700000001"))
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://upstream") as http:
        client = UpstreamClient(http, NoCredential(), capabilities=Capabilities(), timeout_s=10.0)
        await client.perform(call(V1, one), {0: one}, "zh")
    assert [headers["language"] for headers in seen] == ["zh"]


# Response fields.


@each_endpoint
def test_every_response_field_of_a_seed_is_in_the_graph_or_known_not_to_be(endpoint: Endpoint):
    seed, rows = FIELDS_OF[endpoint](), [*FIELDS[endpoint], *EXCLUDED_FIELDS[endpoint]]
    assert sorted(set(seed) - set(rows)) == [], "in the seed, in no table"
    assert sorted(set(rows) - set(seed)) == [], "in a table, not in the seed"
    assert len(rows) == len(set(rows)), "both offered and not"


ROWS = [(endpoint, theirs, ours) for endpoint, fields in FIELDS.items() for theirs, ours in fields.items()]
each_row = pytest.mark.parametrize(
    ("endpoint", "theirs", "ours"), ROWS, ids=[f"{endpoint.value}-{theirs}" for endpoint, theirs, _ in ROWS]
)


@each_row
def test_the_graph_has_the_place_of_a_response_field(endpoint: Endpoint, theirs: str, ours: str):
    assert place(ours) is not None, (endpoint, theirs)


PAYLOADS = {V1: ITEM, V2: ENTITY}
BY_UPSTREAM = {(V2, "id")}
"""What is read by `gateway.upstream` rather than by a reader of a facet."""


@each_row
def test_a_reader_misses_a_response_field_that_does_not_come(endpoint: Endpoint, theirs: str, ours: str):
    """The field is taken out of a well-formed payload: something else is read, and what is missing bears our name."""
    if (endpoint, theirs) in BY_UPSTREAM:
        return
    path = IN_PAYLOAD.get(theirs, theirs.removeprefix("customer.").replace(*WRAPPED))
    whole, without = WHOLE[endpoint], told(endpoint, removed(PAYLOADS[endpoint], path))
    missed = {names for names, value in whole.items() if without.get(names, GONE) != value}
    assert missed, f"nobody reads {path}"
    if is_leaf_type(place(ours)):
        assert ours.rpartition(".")[2] in {name for names in missed for name in names}


GONE = object()
Names = tuple[Any, ...]


def told(endpoint: Endpoint, payload: Mapping[str, Any]) -> dict[Names, Any]:
    """Every value that the facets of an endpoint hold, by the graph's names on the way to it."""
    read = everything(reader(), endpoint, payload)
    return {
        (kind.name, number, *names): value
        for number, ((kind, _), record) in enumerate(zip(ways(endpoint), read, strict=True))
        for names, value in values(record)
    }


def values(record: Any) -> Iterator[tuple[Names, Any]]:
    if isinstance(record, list):
        for index, inner in enumerate(record):
            yield from (((index, *names), value) for names, value in values(inner))
    elif definition := getattr(type(record), "__strawberry_definition__", None):
        for field in definition.fields:
            name = field.graphql_name or to_camel_case(field.python_name)
            yield from (((name, *names), value) for names, value in values(getattr(record, field.python_name)))
    else:
        yield (), record


def removed(payload: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The payload without a key, in every object of every list on the way; it must have been there."""
    found = copy.deepcopy(dict(payload))
    *way, last = path.split(".")
    blocks: list[Any] = [found]
    for key in way:
        inner = [block[key] for block in blocks]
        blocks = [one for value in inner for one in (value if isinstance(value, list) else [value])]
    assert blocks
    assert all(last in block for block in blocks), f"the well-formed payload has no {path}"
    for block in blocks:
        del block[last]
    return found


WHOLE = {endpoint: told(endpoint, payload) for endpoint, payload in PAYLOADS.items()}

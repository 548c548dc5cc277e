"""Documents are validated once and kept within bounds; the schema tells everything of itself, or nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLScalarType

from gateway.errors import LimitExceeded
from gateway.graphql import documents as module
from gateway.graphql.documents import Documents
from gateway.graphql.refusals import InvalidDocument
from gateway.settings.limits import LimitSettings
from resolvers.schema import Graph, build_schema
from tests.graphql.support import configured
from tests.support.gateway import GatewayUnderTest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return build_schema()


@pytest.fixture
def validated(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The documents that were really validated, in order."""
    seen: list[object] = []
    real = module.validate

    def counted(schema: Any, node: Any, *args: Any, **others: Any) -> Any:
        seen.append(node)
        return real(schema, node, *args, **others)

    monkeypatch.setattr(module, "validate", counted)
    return seen


def of(graph: Graph, most: int = 10) -> Documents:
    return Documents(graph.schema, lambda _: None, LimitSettings(documents=most), introspection=True)


def text(number: int) -> str:
    return f"{{ a{number}: __typename }}"


def test_a_document_is_validated_once(graph: Graph, validated: list[object]) -> None:
    documents = of(graph)
    assert documents.get(text(1)) is documents.get(text(1))
    assert len(validated) == 1


def test_the_least_recently_used_document_goes_first(graph: Graph, validated: list[object]) -> None:
    documents = of(graph, most=2)
    for number in (1, 2, 1, 3):
        documents.get(text(number))
    del validated[:]
    documents.get(text(1))
    documents.get(text(3))
    assert validated == []
    documents.get(text(2))
    assert len(validated) == 1


def test_documents_in_turn_beyond_the_bound_are_validated_every_time(graph: Graph, validated: list[object]) -> None:
    documents = of(graph, most=2)
    for number in (1, 2, 3, 1, 2, 3):
        documents.get(text(number))
    assert len(validated) == 6


@pytest.mark.parametrize("wrong", ["{ nothing }", "{", "{ a: __typename a: viewer { id } }"])
def test_an_invalid_document_takes_no_place(graph: Graph, validated: list[object], wrong: str) -> None:
    documents = of(graph, most=1)
    documents.get(text(1))
    with pytest.raises(InvalidDocument):
        documents.get(wrong)
    del validated[:]
    documents.get(text(1))
    assert validated == []


async def test_different_variables_share_one_document(gateway: GatewayUnderTest, validated: list[object]) -> None:
    query = "query($m: String!) { customer(by: {mobile: $m}) { firstName } }"
    names = [
        (await gateway.ask(query, {"m": f"9198000000{number}"}))["data"]["customer"]["firstName"]
        for number in (41, 42, 43)
    ]
    assert (names, len(validated)) == (["Ishan", "Meera", "Kabir"], 1)


def test_documents_are_kept_up_to_so_many_tokens(graph: Graph, validated: list[object]) -> None:
    limits = LimitSettings(documents=100, documents_tokens=20)
    documents = Documents(graph.schema, lambda _: None, limits, introspection=False)
    for number in (1, 2, 3, 4, 4, 1):  # five tokens each
        documents.get(text(number))
    assert len(validated) == 4
    documents.get("{ b: __typename c: __typename d: __typename }")
    del validated[:]
    documents.get(text(1))
    documents.get(text(2))
    assert len(validated) == 1


WRONG = [
    "{ nothing }",
    "{",
    "{ a: __typename a: viewer { id } }",
    "{" + "a{" * 30 + "}" * 31,
    "{ ...F } fragment F on Query { ...F }",
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_refusal_is_remembered(graph: Graph, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    documents = of(graph)
    with pytest.raises((InvalidDocument, LimitExceeded)) as first:
        documents.get(wrong)
    monkeypatch.delattr(module, "parse")
    with pytest.raises(type(first.value)) as second:
        documents.get(wrong)
    assert (str(second.value), vars(second.value)) == (str(first.value), vars(first.value))
    assert second.value is not first.value, "it would hold on to the first request"


def test_few_refusals_are_remembered(graph: Graph, validated: list[object]) -> None:
    documents = of(graph)
    for number in [*range(module.REFUSALS + 1), 0]:
        with pytest.raises(InvalidDocument):
            documents.get(f"{{ nothing{number} }}")
    assert len(validated) == module.REFUSALS + 2


def test_what_is_remembered_of_a_refusal_is_not_the_document(graph: Graph) -> None:
    with pytest.raises(InvalidDocument) as refusal:
        of(graph).get("{ " + "nothing" * 1000 + " }")
    (error,) = refusal.value.errors
    assert (error.nodes, error.source) == (None, None)
    assert len(error.message) < 600
    assert error.formatted["locations"] == [{"line": 1, "column": 3}]


@pytest.mark.parametrize(("introspection", "most"), [(False, 10), (True, 3)])
def test_so_many_errors_are_looked_for(graph: Graph, introspection: bool, most: int) -> None:
    documents = Documents(graph.schema, lambda _: None, LimitSettings(), introspection=introspection)
    with pytest.raises(InvalidDocument) as refusal:
        documents.get("{" + "".join(f" nothing{number}" for number in range(40)) + "}")
    assert len(refusal.value.errors) == most + 1
    assert "Too many validation errors" in refusal.value.errors[-1].message


# --- introspection ---

ASKING_FOR_THE_SCHEMA = [
    "{ __schema { types { name } } }",
    '{ __type(name: "Customer") { name } }',
    "{ ... on Query { s: __schema { queryType { name } } } }",
    "query { ...F } fragment F on Query { __schema { queryType { name } } }",
]


@pytest.mark.parametrize("query", ASKING_FOR_THE_SCHEMA)
async def test_introspection_that_is_off_is_refused(query: str) -> None:
    async with configured() as gateway:
        response = await gateway.post(query)
    assert response.status_code == 400
    assert "data" not in response.json()
    assert response.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("query", ASKING_FOR_THE_SCHEMA)
async def test_introspection_that_is_on_costs_no_call(gateway: GatewayUnderTest, query: str) -> None:
    assert (await gateway.ask(query)).keys() == {"data"}
    assert gateway.sandbox.requests == []


async def test_the_schema_is_told_again_without_working_it_out(
    gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await gateway.ask("{ __schema { queryType { name } } }")
    monkeypatch.setattr("gateway.graphql.reference.graphql_execute", None)
    assert await gateway.ask("{ __schema { queryType { name } } }") == first


async def test_the_typename_is_told_without_introspection() -> None:
    async with configured() as gateway:
        assert await gateway.ask("{ __typename }") == {"data": {"__typename": "Query"}}


NEARLY_RIGHT: list[tuple[str, dict[str, Any] | None]] = [
    ("{ custome(by: {id: 1}) { id } }", None),
    ("{ customer(by: {id: 1}) { frstName } }", None),
    ("{ customer(by: {id: 1}, sorce: INSTORE) { id } }", None),
    ("{ customer(by: {mobil: 1}) { id } }", None),
    ('{ customer(by: {id: 1}, source: "INSTORE") { id } }', None),
    ("{ customer(by: {id: 1}, source: INSTOR) { id } }", None),
    ("query($by: CustomrBy!) { customer(by: $by) { id } }", None),
    ("{ ... on Custmer { id } }", None),
    ("query($by: CustomerBy!) { customer(by: $by) { id } }", {"by": {"mobil": "1"}}),
    ("query($s: Source!) { customer(by: {id: 1}, source: $s) { id } }", {"s": "INSTOR"}),
]


@pytest.mark.parametrize(("query", "variables"), NEARLY_RIGHT)
async def test_no_name_is_suggested_while_introspection_is_off(query: str, variables: dict[str, Any] | None) -> None:
    async with configured() as gateway:
        response = await gateway.post(query, variables)
    assert response.json()["errors"]
    assert "did you mean" not in response.text.lower()


@pytest.mark.parametrize(("query", "variables"), NEARLY_RIGHT)
async def test_names_are_suggested_while_introspection_is_on(
    gateway: GatewayUnderTest, query: str, variables: dict[str, Any] | None
) -> None:
    assert "did you mean" in (await gateway.post(query, variables)).text.lower()


# --- the schema ---


def described(graph: Graph) -> Iterator[tuple[str, str | None]]:
    """Everything of the graph that a reader of the explorer can open, with its description."""
    for name, found in graph.schema.type_map.items():
        if name.startswith("__") or (isinstance(found, GraphQLScalarType) and name in BUILT_IN):
            continue
        yield name, found.description
        if isinstance(found, GraphQLEnumType):
            yield from ((f"{name}.{value}", one.description) for value, one in found.values.items())
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            yield from ((f"{name}.{field}", one.description) for field, one in found.fields.items())
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType):
            for field, one in found.fields.items():
                yield from ((f"{name}.{field}({argument})", given.description) for argument, given in one.args.items())


BUILT_IN = {"Int", "Float", "String", "Boolean", "ID"}


def test_everything_in_the_graph_is_described(graph: Graph) -> None:
    found = dict(described(graph))
    assert len(found) > 200
    assert [name for name, description in found.items() if not (description or "").strip()] == []


def test_every_description_is_a_sentence(graph: Graph) -> None:
    assert [
        name
        for name, description in described(graph)
        if description and (description != description.strip() or not description.endswith((".", "`")))
    ] == []


def test_every_home_is_a_field_of_the_schema(graph: Graph) -> None:
    missing = [
        (parent, field)
        for parent, field in graph.homes
        if field not in getattr(graph.schema.type_map.get(parent), "fields", {})
    ]
    assert missing == []


def test_every_field_of_a_customer_has_a_home(graph: Graph) -> None:
    customer: Any = graph.schema.type_map["Customer"]
    homeless = {field for field in customer.fields if ("Customer", field) not in graph.homes}
    assert homeless == {"id", "mergedFrom"}


def test_every_argument_of_a_home_is_an_argument_of_its_field_and_of_its_facet(graph: Graph) -> None:
    for (parent, field), lives in graph.homes.items():
        known: Any = graph.schema.type_map[parent]
        assert set(lives.arguments.values()) <= set(known.fields[field].args), (parent, field)
        assert lives.within or set(lives.arguments) == {one.name for one in lives.on.parameters}, (parent, field)


def test_every_field_on_a_facet_is_nullable(graph: Graph) -> None:
    """One facet failing takes down its own field and nothing else."""
    nested: Any = graph.schema.type_map
    assert [key for key in graph.homes if str(nested[key[0]].fields[key[1]].type).endswith("!")] == []


def test_schema_graphql_is_the_schema(graph: Graph) -> None:
    assert (ROOT / "schema.graphql").read_text() == graph.sdl

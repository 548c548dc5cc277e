"""What the projection declines, what it leaves to graphql-core, and what its requests share."""

from typing import Any

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse, validate
from graphql.execution.collect_fields import FragmentDetails

from gateway.facets.addresses import address, identifier
from gateway.facets.facet import Address, IdentifierKind, Source
from gateway.facets.needs import Operation
from gateway.graphql.projection import Bound, Compiled, Deopt, Found, compiled
from gateway.graphql.selection import MOST
from gateway.graphql.settling import REMEMBERED
from gateway.model import cards, points, tiers
from gateway.model.profile import Person
from resolvers.schema import build_schema

GRAPH = build_schema()
ID = {"id": "1"}
ASHA = Person(first_name="Asha", last_name="Rao")


def operation_of(text: str) -> Operation:
    document = parse(text)
    assert not validate(GRAPH.schema, document)
    fragments = {
        one.name.value: FragmentDetails(one) for one in document.definitions if isinstance(one, FragmentDefinitionNode)
    }
    (node,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    assert GRAPH.schema.query_type
    return Operation(GRAPH.schema, GRAPH.schema.query_type, node, fragments)


def projection_of(text: str) -> Compiled | None:
    return compiled(operation_of(text), GRAPH.homes, GRAPH.shapes)


def projection(text: str) -> Compiled:
    found = projection_of(text)
    assert found
    return found


def bound(compiled: Compiled, **variables: Any) -> Bound:
    found = compiled.bind(variables, None, 10)
    assert found
    return found


def answer(text: str, *values: Any, **variables: Any) -> Any:
    """The answer of a customer with these values."""
    found = projection(text)
    return found.project(bound(found, **variables), [[Found("1", (), values)]])


# --- what is declined ---


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Customer") { name } customer(by: {id: 1}) { id } }',
        "{ customer(by: {id: 1}) { " + " ".join(f"a{number}: firstName" for number in range(MOST)) + " } }",
    ],
)
def test_introspection_and_very_large_operations_are_declined(text: str) -> None:
    assert projection_of(text) is None


def test_fragments_that_double_are_written_out_once() -> None:
    doubled = " ".join(
        f"fragment F{n} on Customer {{ ...F{n + 1} b{n}: cards {{ ...G }} ...F{n + 1} @skip(if: $x) }}"
        for n in range(40)
    )
    text = f"query ($x: Boolean!) {{ customer(by: {{id: 1}}) {{ ...F0 @include(if: $x) ...F0 }} }} {doubled}"
    text += " fragment F40 on Customer { id } fragment G on Card { type }"
    found = projection(text)
    assert found.project(bound(found, x=True), [[None]]) == {"customer": None}


@pytest.mark.parametrize(
    "field", [("Customer", "gapToRenew"), ("Customer", "firstName"), ("RenewStrategy", "renewBasedOn")]
)
def test_a_field_without_a_shape_is_declined(field: tuple[str, str]) -> None:
    operation = operation_of("{ customer(by: {id: 1}) { firstName gapToRenew { renewStrategies { renewBasedOn } } } }")
    assert compiled(operation, GRAPH.homes, GRAPH.shapes)
    shapes = {place: shape for place, shape in GRAPH.shapes.items() if place != field}
    assert compiled(operation, GRAPH.homes, shapes) is None


def test_a_field_that_lives_nowhere_is_declined() -> None:
    homes = {place: home for place, home in GRAPH.homes.items() if place != ("Customer", "firstName")}
    assert compiled(operation_of("{ customer(by: {id: 1}) { firstName } }"), homes, GRAPH.shapes) is None


# --- what is not bound ---


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"id": None},
        {"id": True},
        {"id": "1", "days": None},
        {"id": "1", "days": -1},
        {"id": "1", "days": 2.5},
        {"id": "1", "days": [1]},
        {"id": "1", "of": "x" * 201},
        {"id": "1", "more": [{"id": "1"}] * 10},
        {"id": "1", "more": [{"id": "1", "email": "a@b"}]},
        {"id": "1", "more": [{"id": None}]},
        {"id": "1", "more": [{"nobody": "1"}]},
        {"id": "1", "more": [{}]},
    ],
)
def test_variables_that_are_not_plain_are_not_bound(variables: dict[str, Any]) -> None:
    found = projection(
        """query ($id: ID!, $days: Int = 0, $of: ID, $more: [CustomerBy!]! = []) {
          customer(by: {id: $id}) { gapToRenew(inDays: $days, programId: $of) { programId } }
          customers(by: $more) { id } }"""
    )
    assert found.bind({"id": 1, "more": {"id": "2"}, "of": None, "unknown": 1}, None, 10)
    assert found.bind(variables, None, 10) is None


# --- what is shared ---


def test_requests_with_the_same_values_share_facets_and_causes() -> None:
    found = projection(
        "query ($id: ID!, $x: Boolean!) { customer(by: {id: $id}) { firstName cards @include(if: $x) { type } } }"
    )
    (one,), (other,), (less,) = (bound(found, id=key, x=x).roots for key, x in (("1", True), ("2", True), ("1", False)))
    assert one.facets is other.facets
    assert one.entries[0].causes is other.entries[0].causes
    assert one.entries[0].address != other.entries[0].address
    assert list(map(str, filter(None, one.facets))) == ["PERSON", "CARDS"]
    assert less.facets == (one.facets[0], None)


def test_what_is_remembered_is_bounded() -> None:
    found = projection("query ($days: Int!) { customer(by: {id: 1}) { gapToRenew(inDays: $days) { programId } } }")
    for days in range(3000):
        bound(found, days=days)
    assert len(found._settling._settled) <= REMEMBERED // 3  # noqa: SLF001


@pytest.mark.parametrize("value", ["1", "100000001", "9" * 18, str(2**63 - 1), "007", "0", " 5", "5\n"])
def test_an_id_that_is_plain_is_the_address_that_any_is(value: str) -> None:
    slow = Address((identifier(IdentifierKind.ID, value, argument="by.id"),), Source.INSTORE)
    assert address({"id": value}, Source.INSTORE, " ") == slow


# --- the answer ---


def test_conditions_decide_what_is_there_and_in_which_order() -> None:
    text = """query ($x: Boolean!) { customer(by: {id: 1}) {
      last: lastName @include(if: $x) firstName last: lastName ...F @skip(if: $x) ...F } }
      fragment F on Customer { id ... @include(if: $x) { __typename } }"""
    told = answer(text, ASHA, x=True)["customer"]
    assert list(told.items()) == [("last", "Rao"), ("firstName", "Asha"), ("id", "1"), ("__typename", "Customer")]
    told = answer(text, ASHA, x=False)["customer"]
    assert list(told.items()) == [("firstName", "Asha"), ("last", "Rao"), ("id", "1")]


def test_an_alias_is_only_ever_a_key() -> None:
    names = ["__class__", "class", "None", "odd", "v0", "f", "x", "_", "__import__"]
    text = f"{{ customer(by: {{id: 1}}) {{ {' '.join(f'{name}: firstName' for name in names)} }} }}"
    assert answer(text, ASHA) == {"customer": dict.fromkeys(names, "Asha")}


GAP: dict[str, Any] = {"program_id": "1"}
PROGRAM: Any = points.LoyaltyProgram(**GAP)
CARDS = "{ customer(by: {id: 1}) { cards { type statusInfo { __typename } customFields { name } } } }"
RELATION = "{ customer(by: {id: 1}) { gapToUpgrade { expressionRelation } } }"
PROGRAMS = "{ customer(by: {id: 1}) { loyaltyPrograms { programId totalPoints } } }"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{ customer(by: {id: 1}) { firstName } }", [cards.Card()]),
        ("{ customer(by: {id: 1}) { firstName } }", []),
        ("{ customer(by: {id: 1}) { firstName } }", [ASHA, ASHA]),
        (CARDS, [cards.Card()]),
        (CARDS, ["ab"]),
        (CARDS, [{}]),
        (CARDS, [[None]]),
        (CARDS, [[PROGRAM]]),
        (CARDS, [[cards.Card(status_info=5)]]),  # type: ignore
        (CARDS, [[cards.Card(custom_fields=None)]]),  # type: ignore
        (CARDS, [[cards.Card(custom_fields="")]]),  # type: ignore
        (RELATION, [[tiers.GapToUpgrade(**GAP)], [tiers.GapToUpgradeV1(**GAP, expression_relation=[[2**31]])]]),
        (RELATION, [[tiers.GapToUpgrade(**GAP)], [tiers.GapToUpgradeV1(**GAP, expression_relation=[[True]])]]),
        (PROGRAMS, [[points.LoyaltyProgram(program_id=None)], None]),  # type: ignore
        (PROGRAMS, [[PROGRAM], 5]),
        (PROGRAMS, [[PROGRAM], [PROGRAM]]),
    ],
)
def test_what_no_reader_makes_is_left_to_the_reference(text: str, values: list[Any]) -> None:
    with pytest.raises(Deopt):
        answer(text, *values)


@pytest.mark.parametrize("found", [[], [[]], [[None, None]]])
def test_values_that_do_not_fit_the_binding_are_left_to_the_reference(found: list[Any]) -> None:
    one = projection("{ customer(by: {id: 1}) { id } }")
    with pytest.raises(Deopt):
        one.project(bound(one), found)

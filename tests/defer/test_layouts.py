"""The two layouts of an answer in parts, over results as graphql-core gives them. Pure."""

from typing import Any

import pytest
from graphql import GraphQLError, OperationDefinitionNode, build_schema, parse, print_ast, validate
from graphql.execution import CompletedResult, IncrementalDeferResult, PendingResult
from graphql.execution import SubsequentIncrementalExecutionResult as Further

from gateway.graphql.incremental import Numbered, Pathed, deferrals, undeferred

PENDING = [PendingResult("0", ["customer"], "a"), PendingResult("1", ["customer", "cards", 0], None)]


def shown(error: GraphQLError) -> dict[str, Any]:
    return {"message": error.message}


def test_the_first_payload_says_what_is_to_come() -> None:
    told = Numbered().first({"customer": {}}, [{"message": "no"}], PENDING)
    assert told == {
        "errors": [{"message": "no"}],
        "data": {"customer": {}},
        "pending": [{"id": "0", "path": ["customer"], "label": "a"}, {"id": "1", "path": ["customer", "cards", 0]}],
        "hasNext": True,
    }
    assert Pathed().first({"customer": {}}, [], PENDING) == {"data": {"customer": {}}, "hasNext": True}


def test_pieces_have_a_number_or_their_path() -> None:
    result = Further(
        has_next=True,
        pending=[PendingResult("2", ["customer"], "inner")],
        incremental=[
            IncrementalDeferResult({"points": None}, "0", errors=[GraphQLError("secret")]),
            IncrementalDeferResult({"title": "x"}, "0", sub_path=["programs", 1]),
        ],
        completed=[CompletedResult("0")],
    )
    numbered, pathed = Numbered(), Pathed()
    numbered.first({}, [], PENDING)
    pathed.first({}, [], PENDING)
    assert numbered.further(result, shown) == {
        "pending": [{"id": "2", "path": ["customer"], "label": "inner"}],
        "incremental": [
            {"data": {"points": None}, "id": "0", "errors": [{"message": "secret"}]},
            {"data": {"title": "x"}, "id": "0", "subPath": ["programs", 1]},
        ],
        "completed": [{"id": "0"}],
        "hasNext": True,
    }
    assert pathed.further(result, shown) == {
        "incremental": [
            {"data": {"points": None}, "errors": [{"message": "secret"}], "path": ["customer"], "label": "a"},
            {"data": {"title": "x"}, "path": ["customer", "programs", 1], "label": "a"},
        ],
        "hasNext": True,
    }


def test_a_fragment_that_failed_says_so() -> None:
    result = Further(has_next=True, completed=[CompletedResult("1", [GraphQLError("lost")])])
    numbered, pathed = Numbered(), Pathed()
    pathed.first({}, [], PENDING)
    assert numbered.further(result, shown)["completed"] == [{"id": "1", "errors": [{"message": "lost"}]}]
    assert pathed.further(result, shown)["incremental"] == [
        {"data": None, "errors": [{"message": "lost"}], "path": ["customer", "cards", 0]}
    ]


def test_by_paths_a_fragment_whose_fields_came_with_another_is_told_of_too() -> None:
    pathed = Pathed()
    pathed.first({}, [], PENDING)
    shared = Further(
        has_next=True, incremental=[IncrementalDeferResult({"a": 1}, "1")], completed=[CompletedResult("1")]
    )
    assert len(pathed.further(shared, shown)["incremental"]) == 1
    empty = Further(has_next=True, completed=[CompletedResult("0")])
    assert pathed.further(empty, shown)["incremental"] == [{"data": {}, "path": ["customer"], "label": "a"}]


@pytest.mark.parametrize("layout", [Numbered(), Pathed()])
def test_what_says_nothing_is_no_payload(layout: Numbered | Pathed) -> None:
    assert layout.further(Further(has_next=False), shown) == {}


SCHEMA = build_schema("""
    directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
    union U = T
    type Query { one: T! many: [T]! any: [U]! defer: T }
    type T { b: Int inner: T list: [T!] }
""")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ one { ... @defer { b } } }", 1),
        ("{ ... @defer { one { ... @defer { b } ... @defer { b } } } }", 3),
        ('{ one { ...F @defer(if: true, label: "l") } } fragment F on T { b }', 1),
        ("{ one { ...F ...F } } fragment F on T { ...G } fragment G on T { ... @defer { b } }", 2),
        ("query ($d: Boolean!) { one { ... @defer(if: $d) { b } } }", 1),
        ("{ many { ... @defer { b } } }", 1),
        ("{ many { list { ... @defer { b inner { ... @defer { b } } list { ... @defer { b } } } } } }", 120),
        ("{ any { ... on T @defer { list { ... @defer { b } } } } }", 11),
        ("{ __schema { types { ... @defer { name } } } }", 1),
        ("{ one { ... @defer(if: false) { b } } }", 0),
        ("{ defer { ... @include(if: true) { b } } }", 0),
    ],
)
def test_what_is_deferred_is_counted_and_taken_out(text: str, expected: int) -> None:
    document = parse(text)
    assert not validate(SCHEMA, document)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert deferrals(document, operation, SCHEMA) == expected
    plain = undeferred(document)
    assert "@defer" not in print_ast(plain)
    assert (plain is document) is ("@defer" not in text)

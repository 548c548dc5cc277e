"""A text is validated by the rules that it can break, and found as wrong as by all of them."""

import re
from collections.abc import Sequence
from random import Random

import pytest
from graphql import (
    ASTValidationRule,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    TypeInfo,
    ValidationContext,
    parse,
    specified_rules,
    validate,
)
from graphql.language import ast
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.graphql.rules import Rule, breakable
from resolvers.schema import build_schema
from tests.golden.test_golden import CASES

SCHEMA = build_schema().schema
ALL: Sequence[Rule] = (*specified_rules, NoSchemaIntrospectionCustomRule)
HOME = '{ customer(by: {mobile: "919800000001"}) { firstName } }'
WRONG = {
    "type Query { a: Int }": "ExecutableDefinitions",
    "mutation { a }": "KnownOperationTypes",
    "query A { __typename } query A { __typename }": "UniqueOperationNames",
    "{ __typename } query A { __typename }": "LoneAnonymousOperation",
    "subscription { a b }": "SingleFieldSubscriptions",
    "query ($a: Nothing) { __typename @skip(if: $a) }": "KnownTypeNames",
    "{ customer(by: {id: 1}) { ... on ID { a } } }": "FragmentsOnCompositeTypes",
    "fragment A on ID { a }": "FragmentsOnCompositeTypes, unused",
    "query ($a: Customer) { __typename }": "VariablesAreInputTypes",
    "{ customer(by: {id: 1}) }": "ScalarLeafs",
    "{ nothing }": "FieldsOnCorrectType",
    "{ ...A } fragment A on Query { __typename } fragment A on Query { __typename }": "UniqueFragmentNames",
    "{ ...A }": "KnownFragmentNames",
    "{ __typename } fragment A on Query { __typename }": "NoUnusedFragments",
    "{ ...A } fragment A on Customer { id }": "PossibleFragmentSpreads",
    "{ ...A } fragment A on Query { ...A }": "NoFragmentCycles",
    "query ($a: ID, $a: ID) { customer(by: {id: $a}) { id } }": "UniqueVariableNames",
    "{ customer(by: {id: $a}) { id } }": "NoUndefinedVariables",
    "query ($a: ID) { __typename }": "NoUnusedVariables",
    "{ __typename @nothing }": "KnownDirectives",
    "{ __typename @skip(if: true) @skip(if: true) }": "UniqueDirectivesPerLocation",
    "query ($a: String) { ... @defer(label: $a) { __typename } }": "DeferStreamDirectiveLabel",
    "{ customer(by: {id: 1}, nothing: 1) { id } }": "KnownArgumentNames",
    "{ customer(by: {id: 1}, by: {id: 1}) { id } }": "UniqueArgumentNames",
    "{ customer(by: 1) { id } }": "ValuesOfCorrectType",
    "{ customer { id } }": "ProvidedRequiredArguments",
    "query ($a: Int) { customer(by: {id: $a}) { id } }": "VariablesInAllowedPosition",
    "{ a: customer(by: {id: 1}) { id } a: customer(by: {id: 2}) { id } }": "OverlappingFieldsCanBeMerged",
    "{ customer(by: {id: 1, id: 2}) { id } }": "UniqueInputFieldNames",
    "{ __schema { queryType { name } } }": "NoSchemaIntrospection",
    "{ __type(name: 1) { fields { type { fields { type { fields { type { fields { name } } } } } } } } }": "depth",
}
TEXTS = sorted({HOME, *WRONG, *(case.read_text() for case in CASES)})
TOKEN = re.compile(r"\.\.\.|\w+|\"[^\"]*\"|[^\s\w]")


def told(text: str, rules: Sequence[Rule]) -> list[tuple[str, object]]:
    errors: list[GraphQLError] = validate(SCHEMA, parse(text), rules, max_errors=10)
    return [(error.message, error.locations) for error in errors]


@pytest.mark.parametrize("text", WRONG, ids=WRONG.get)
def test_what_is_wrong_is_found(text: str) -> None:
    found = told(text, breakable(text, ALL))
    assert found
    assert found == told(text, ALL)


def test_a_plain_text_is_asked_less() -> None:
    assert len(breakable(HOME, ALL)) < len(ALL) - 15
    assert told(HOME, breakable(HOME, ALL)) == []


def test_a_rule_that_nobody_thought_of_is_asked() -> None:
    class Another(ASTValidationRule):
        """One that a later version brings."""

    assert issubclass(breakable(HOME, (*ALL, Another))[-1], Another)


def test_a_rule_is_asked_where_it_has_something_to_say() -> None:
    """What is remembered of a rule is what graphql-core finds out."""
    kinds = [snake(name.removesuffix("Node")) for name in vars(ast) if name.endswith("Node")]
    context = ValidationContext(SCHEMA, parse(HOME), TypeInfo(SCHEMA), lambda _: None)
    for rule, ours in zip(ALL, breakable("@ $ ... fragment subscription __", ALL), strict=True):
        theirs, remembering = rule(context), ours(context)
        for kind in kinds:
            said = [method and method.__name__ for method in theirs.get_enter_leave_for_kind(kind)]
            assert [method and method.__name__ for method in remembering.get_enter_leave_for_kind(kind)] == said


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


@settings(deadline=None)
@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.randoms(use_true_random=False))
def test_spoilt_texts_are_found_as_wrong(one: str, other: str, draw: Random) -> None:
    """Tokens of one text are put into another's, or taken out."""
    tokens, others = TOKEN.findall(one), TOKEN.findall(other)
    for _ in range(3):
        place = draw.randrange(len(tokens) + 1)
        tokens[place : place + draw.randint(0, 1)] = [draw.choice(others)] * draw.randint(0, 1)
    text = " ".join(tokens)
    try:
        parse(text)
    except GraphQLError:
        return
    assert told(text, breakable(text, ALL)) == told(text, ALL)

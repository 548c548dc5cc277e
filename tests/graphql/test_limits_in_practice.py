"""The default limits let through what is really asked, with room; nothing that they let through is dear to judge."""

from dataclasses import asdict
from itertools import cycle, islice
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_introspection_query, get_named_type, parse, validate

from gateway.graphiql.examples import EXAMPLES
from gateway.graphql.documents import Documents
from gateway.graphql.introspection import resolved
from gateway.graphql.limits import Outline
from gateway.settings.limits import LimitSettings
from resolvers.schema import build_schema
from tests.golden.test_golden import CASES
from tests.support.selecting import every_field

SCHEMA = build_schema().schema
LIMITS = LimitSettings()
CUSTOMER: Any = SCHEMA.type_map["Customer"]
PLAIN = [
    name for name, field in CUSTOMER.fields.items() if not isinstance(get_named_type(field.type), GraphQLObjectType)
]
INTROSPECTION = get_introspection_query(
    descriptions=True,
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
)


ALL = every_field(CUSTOMER)
EVERY_FIELD = f"query($by: CustomerBy!) {{ customer(by: $by) {{ {ALL} }} }}"


def components(count: int) -> str:
    """A page whose components each bring a fragment of their own, as Relay and Apollo write them."""
    spread = " ".join(f"...C{number}" for number in range(count))
    written = (
        f"fragment C{number} on Customer {{ __typename id {' '.join(islice(cycle(PLAIN), number, number + 6))} }}"
        for number in range(count)
    )
    return f'{{ customer(by: {{id: "1"}}) {{ {spread} }} }} {" ".join(written)}'


NESTED_COMPONENTS = """
query Page($id: ID!) { customer(by: {id: $id}) { __typename id ...Page } }
fragment Page on Customer { __typename id ...Header ...Tiers ...Wallet }
fragment Header on Customer { __typename id firstName lastName ...Avatar }
fragment Avatar on Customer { __typename id firstName }
fragment Tiers on Customer { __typename id loyaltyPrograms { __typename programId ...Tier ...Progress } }
fragment Tier on LoyaltyProgram { __typename programId currentSlab nextSlab }
fragment Progress on LoyaltyProgram { __typename programId gapToUpgrade(inDays: 30) { __typename } }
fragment Wallet on Customer { __typename id points { __typename } ...Avatar }
"""
BY_ALIAS = " ".join(f'c{number}: customer(by: {{mobile: "9198000000{number}"}}) {{ ...F }}' for number in range(10, 40))
BY_LIST = ", ".join(f'{{externalId: "CRM-{number}"}}' for number in range(100))
REAL = {
    "every field": EVERY_FIELD,
    "every field of two customers": "query($a: CustomerBy!, $b: CustomerBy!) { a: customer(by: $a) { ...E } "
    f"b: customer(by: $b) {{ ...E }} }} fragment E on Customer {{ {ALL} }}",
    "introspection": INTROSPECTION,
    "a page of components": components(50),
    "a page of nested components": NESTED_COMPONENTS,
    "30 customers by alias": f"{{ {BY_ALIAS} }} fragment F on Customer {{ id loyaltyPrograms {{ a: currentSlab }} }}",
    "100 customers in a list": f"{{ customers(by: [{BY_LIST}]) {{ id firstName }} }}",
    "half a page of comments": "# what this is for\n" * 300 + "{ __typename }",
    **{example.title: example.query for example in EXAMPLES},
    **{file.stem: file.read_text() for file in CASES if not file.stem.startswith("bad_")},
}


@pytest.mark.parametrize("name", REAL)
def test_what_is_really_asked_is_within_the_limits(name: str) -> None:
    Documents(SCHEMA, lambda _: None, LIMITS, introspection=True).get(REAL[name])


def test_every_field_once_has_room() -> None:
    document: Any = parse(EVERY_FIELD)
    assert validate(SCHEMA, document) == []
    measured = asdict(Outline(document).size()) | {
        "document_tokens": document.token_count,
        "document_characters": len(EVERY_FIELD),
    }
    assert {name: value for name, value in measured.items() if 1.8 * value > LIMITS.bounds[name]} == {}


def test_introspection_has_room() -> None:
    outline = Outline(parse(INTROSPECTION))
    assert 1.5 * resolved(outline, SCHEMA, 1_000_000) < LIMITS.introspection
    assert 1.3 * outline.size().depth < LIMITS.depth


def test_the_golden_cases_are_among_them() -> None:
    assert len(REAL) > 60

"""Nothing that clients of the last release rely on is gone: docs/schema-policy.md."""

from collections.abc import Mapping

import pytest
from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, build_schema

from tests.schema.released import ON_PURPOSE, RELEASED, SCHEMA, breaks


def released() -> GraphQLSchema:
    return build_schema(RELEASED.read_text())


def now() -> GraphQLSchema:
    return build_schema(SCHEMA.read_text())


def fields(schema: GraphQLSchema, name: str) -> dict[str, GraphQLField]:
    found = schema.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found.fields


def test_the_schema_breaks_nothing_of_the_released_one() -> None:
    assert breaks(released(), now(), ON_PURPOSE) == []


def test_nothing_is_on_purpose_that_is_not_done() -> None:
    """After a release the list is empty: what it names is in the released schema no more."""

    def needed(place: str) -> bool:
        return breaks(released(), now(), {one: why for one, why in ON_PURPOSE.items() if one != place}) != []

    assert [place for place in ON_PURPOSE if not needed(place)] == []


def test_a_field_that_is_removed_is_caught() -> None:
    changed = released()
    del fields(changed, "Customer")["firstName"]
    assert breaks(released(), changed, {}) == ["Field Customer.firstName was removed."]


def test_a_field_that_becomes_nullable_is_caught() -> None:
    changed = released()
    field = fields(changed, "Customer")["id"]
    assert isinstance(field.type, GraphQLNonNull)
    field.type = field.type.of_type
    assert breaks(released(), changed, {}) == ["Field Customer.id changed type from ID! to ID."]


# --- what is a break ---

EXAMPLE = """
type Query { person(by: By!, source: Source! = SHOP): Person }
type Person { id: ID! names: [String!]! age: Int old: Old @deprecated(reason: "Use `age`.") visits(limit: Int): Int }
type Old { age: Int }
input By { id: ID mobile: String }
enum Source { SHOP APP }
"""


def breaks_of_example(old: str, new: str, on_purpose: Mapping[str, str] | None = None) -> list[str]:
    assert old in EXAMPLE
    return breaks(build_schema(EXAMPLE), build_schema(EXAMPLE.replace(old, new)), on_purpose or {})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("age: Int old", "old"),
        ("id: ID! names", "id: ID names"),
        ("[String!]!", "[String!]"),
        ("[String!]!", "[String]!"),
        ("age: Int old", "age: Float old"),
        ("limit: Int", "limit: Int!"),
        ("(limit: Int)", ""),
        ("(limit: Int)", "(limit: Int, since: String!)"),
        ("source: Source! = SHOP", "source: Source! = APP"),
        ("source: Source! = SHOP", "source: Source!"),
        ("SHOP APP", "SHOP"),
        ("id: ID mobile", "id: ID! mobile"),
        (" mobile: String", ""),
        (" mobile: String", " mobile: String email: String!"),
    ],
)
def test_a_breaking_change_is_caught(old: str, new: str) -> None:
    assert len(breaks_of_example(old, new)) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("age: Int old", "age: Int city: String old"),
        ("age: Int old", "age: Int! old"),
        ("age: Int old", 'age: Int @deprecated(reason: "Use `id`.") old'),
        ("limit: Int", "limit: Int, since: String"),
        ("SHOP APP", "SHOP APP WEB"),
        (" mobile: String", " mobile: String email: String"),
        ("type Old { age: Int }", "type Old { age: Int } type New { age: Int }"),
    ],
)
def test_what_the_policy_allows_is_no_break(old: str, new: str) -> None:
    assert breaks_of_example(old, new) == []


# --- what goes on purpose ---

OLD_FIELD = ' old: Old @deprecated(reason: "Use `age`.")'


def test_what_was_deprecated_goes_where_that_is_said() -> None:
    assert len(breaks_of_example(OLD_FIELD, "")) == 1
    assert breaks_of_example(OLD_FIELD, "", {"Person.old": "Nobody asks for it."}) == []


def test_a_type_goes_with_its_last_field() -> None:
    example = EXAMPLE.replace(OLD_FIELD, "").replace("type Old { age: Int }", "")
    why = {"Person.old": "Nobody asks for it.", "Old": "With its field."}
    assert breaks(build_schema(EXAMPLE), build_schema(example), why) == []
    kept = EXAMPLE.replace("age: Int old", "age: Int olds: [Old] old")
    assert breaks(build_schema(kept), build_schema(example), why) != []


def test_nothing_else_goes_whatever_is_said() -> None:
    why = {"Person.age": "Because.", "Person.id": "Because.", "Source.APP": "Because."}
    for old, new in (("age: Int old", "old"), ("id: ID! names", "id: ID names"), ("SHOP APP", "SHOP")):
        assert len(breaks_of_example(old, new, why)) == 1

"""The schema of the last release, and what is held against it: docs/schema-policy.md."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    find_breaking_changes,
    find_dangerous_changes,
    get_named_type,
)
from graphql.utilities import DangerousChangeType

ROOT: Final = Path(__file__).parents[2]
SCHEMA: Final = ROOT / "schema.graphql"
RELEASED: Final = ROOT / "docs/released/schema.graphql"

ON_PURPOSE: Final[Mapping[str, str]] = {}
"""What the next release removes, as `Type.field`, `Enum.VALUE` or `Type`, and why. Empty again after it."""

DANGEROUS: Final = (DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE,)
"""What breaks nobody's document and yet changes an answer. Enums may grow, and arguments may be added."""


def breaks(released: GraphQLSchema, now: GraphQLSchema, on_purpose: Mapping[str, str]) -> list[str]:
    """What a client of the release would stumble over, but for what goes on purpose and may."""
    changes = [
        *find_breaking_changes(released, now),
        *(change for change in find_dangerous_changes(released, now) if change.type in DANGEROUS),
    ]
    found = ((one.description, coordinate(one.description)) for one in changes)
    return [
        description
        for description, place in found
        if not (place in on_purpose and "was removed" in description and is_deprecated(released, place))
    ]


def coordinate(description: str) -> str:
    """What a change is about, from graphql-core's words: `Type.field`, else the type."""
    dotted = re.search(r"[A-Z]\w*\.\w+", description)
    return dotted[0] if dotted else description.split()[0]


def is_deprecated(schema: GraphQLSchema, place: str) -> bool:
    """Whether clients were told that it goes. A type goes with the last field of it that does not."""
    name, _, member = place.partition(".")
    found = schema.type_map[name]
    if not member:
        return all(field.deprecation_reason for field in _fields_of(schema, name))
    if isinstance(found, GraphQLEnumType):
        return found.values[member].deprecation_reason is not None
    return isinstance(found, GraphQLObjectType) and found.fields[member].deprecation_reason is not None


def _fields_of(schema: GraphQLSchema, name: str) -> list[GraphQLField]:
    objects = (one for one in schema.type_map.values() if isinstance(one, GraphQLObjectType))
    return [field for one in objects for field in one.fields.values() if get_named_type(field.type).name == name]

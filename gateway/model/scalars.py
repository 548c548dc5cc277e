"""Scalars of the graph that are strings with a meaning.

A time is kept as its canonical ISO 8601 text, never as a Python datetime: the text is what upstream gave, what
the cache stores and what the answer carries, so nothing is lost or re-rendered on the way.
"""

from collections.abc import Mapping
from typing import Final, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

DateTime = NewType("DateTime", str)
"""An instant with an offset, such as `2026-03-31T23:59:59+05:30`."""

Date = NewType("Date", str)
"""A calendar day, such as `2026-03-31`."""

Json = NewType("Json", object)
"""Any JSON value: what upstream sent, untouched."""

SCALARS: Final[Mapping[object, ScalarDefinition]] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant as ISO 8601 with an offset, in the time zone of the upstream organisation: "
            "`2026-03-31T23:59:59+05:30`."
        ),
        serialize=str,
        parse_value=str,
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    ),
    Date: strawberry.scalar(
        name="Date",
        description="A calendar day as ISO 8601: `2026-03-31`.",
        serialize=str,
        parse_value=str,
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value, handed on as upstream sent it.",
        serialize=lambda value: value,
        parse_value=lambda value: value,
        specified_by_url="https://ecma-international.org/publications-and-standards/standards/ecma-404/",
    ),
}

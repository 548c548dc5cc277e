"""What an operator can set of the limits. The defaults keep every refusal below 50 ms of CPU."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Final

from gateway.settings.base import Group, setting


class LimitSettings(Group):
    """What one request may ask. The fields named as one of `gateway.graphql.limits.Size` bound that count."""

    customers: int = setting("Customers in one request, over all root fields.", default=100, at_least=1, at_most=10_000)
    cost: int = setting(
        "Work that one request may make upstream if nothing is cached: ten for each call, one for each "
        "facet of each customer.",
        default=2_500,
        at_least=11,
    )
    deferred: int = setting(
        "Parts that one answer may come in: fragments with `@defer` times customers, and times ten in a list of a "
        "customer's. What defers more often comes in one piece.",
        default=100,
        at_least=0,
    )
    header_bytes: int = setting("Bytes of all request headers together.", default=32 * 1024, at_least=1024)
    query_string_bytes: int = setting("Bytes of the query string of a GET.", default=64 * 1024, at_least=1024)
    body_bytes: int = setting("Bytes of a request body.", default=256 * 1024, at_least=1024)
    event_bytes: int = setting("Bytes of a webhook's body.", default=1024 * 1024, at_least=1024)
    json_depth: int = setting("Levels of JSON in a request body.", default=32, at_least=4, at_most=200)
    json_values: int = setting(
        "JSON values in a request body; one of `customers` takes two, or three for each of several identifiers.",
        default=3_000,
        at_least=100,
    )
    document_characters: int = setting("Characters of a GraphQL document.", default=32 * 1024, at_least=100)
    document_tokens: int = setting("Tokens of a GraphQL document, and its lines.", default=1_500, at_least=100)
    operations: int = setting("Operations in a document.", default=10, at_least=1)
    fragments: int = setting("Fragments in a document.", default=100, at_least=0)
    variables: int = setting("Variables in a document.", default=100, at_least=0)
    spreads: int = setting("Fragment spreads in a document.", default=300, at_least=0)
    directives: int = setting("Directives in a document.", default=200, at_least=0)
    node_directives: int = setting(
        "Directives on one field, fragment or other part of a document.", default=5, at_least=0
    )
    literals: int = setting("Values written in a document instead of given as variables.", default=400, at_least=0)
    depth: int = setting("Fields within fields; introspection takes 15.", default=20, at_least=1, at_most=100)
    roots: int = setting("Root fields of an operation.", default=50, at_least=1)
    breadth: int = setting("Fields of one selection, those of its fragments among them.", default=500, at_least=1)
    aliases: int = setting("Aliases, a fragment's as often as it is spread.", default=100, at_least=0)
    selections: int = setting(
        "Fields, spreads and inline fragments, a fragment's as often as it is spread.", default=5_000, at_least=1
    )
    comparisons: int = setting(
        "Comparisons of fields and fragments that fill one place of the answer; one takes about 1 µs.",
        default=15_000,
        at_least=1,
    )
    introspection: int = setting(
        "Fields that introspection answers; the whole schema has about 6,000.", default=10_000, at_least=1
    )
    documents: int = setting("Parsed documents kept.", default=200, at_least=1)
    documents_tokens: int = setting(
        "Tokens of all parsed documents kept; 1,000 take about 0.4 MB, compiled half as much again.",
        default=100_000,
        at_least=1,
    )

    @property
    def bounds(self) -> Mapping[str, int]:
        """Every limit by its name."""
        return {name: getattr(self, name) for name in NAMES}


NAMES: Final = tuple(one.name for one in fields(LimitSettings))

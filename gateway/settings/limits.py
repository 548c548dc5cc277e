"""What an operator can set of the limits. The defaults keep every refusal below 50 ms of CPU."""

from collections.abc import Mapping
from typing import Final

from pydantic import Field

from gateway.settings.base import Frozen


class LimitSettings(Frozen):
    """What one request may ask. The fields named as one of `gateway.graphql.limits.Size` bound that count."""

    customers: int = Field(100, ge=1, le=10_000, description="Customers in one request, over all root fields.")
    cost: int = Field(
        2_500,
        ge=11,
        description="Work that one request may make upstream if nothing is cached: ten for each call, one for each "
        "facet of each customer.",
    )
    header_bytes: int = Field(32 * 1024, ge=1024, description="Bytes of all request headers together.")
    query_string_bytes: int = Field(64 * 1024, ge=1024, description="Bytes of the query string of a GET.")
    body_bytes: int = Field(256 * 1024, ge=1024, description="Bytes of a request body.")
    event_bytes: int = Field(1024 * 1024, ge=1024, description="Bytes of a webhook's body.")
    json_depth: int = Field(32, ge=4, le=200, description="Levels of JSON in a request body.")
    json_values: int = Field(
        3_000,
        ge=100,
        description="JSON values in a request body; one of `customers` takes two, or three for each of several "
        "identifiers.",
    )
    document_characters: int = Field(32 * 1024, ge=100, description="Characters of a GraphQL document.")
    document_tokens: int = Field(1_500, ge=100, description="Tokens of a GraphQL document, and its lines.")
    operations: int = Field(10, ge=1, description="Operations in a document.")
    fragments: int = Field(100, ge=0, description="Fragments in a document.")
    variables: int = Field(100, ge=0, description="Variables in a document.")
    spreads: int = Field(300, ge=0, description="Fragment spreads in a document.")
    directives: int = Field(200, ge=0, description="Directives in a document.")
    node_directives: int = Field(5, ge=0, description="Directives on one field, fragment or other part of a document.")
    literals: int = Field(400, ge=0, description="Values written in a document instead of given as variables.")
    depth: int = Field(20, ge=1, le=100, description="Fields within fields; introspection takes 15.")
    roots: int = Field(50, ge=1, description="Root fields of an operation.")
    breadth: int = Field(500, ge=1, description="Fields of one selection, those of its fragments among them.")
    aliases: int = Field(100, ge=0, description="Aliases, a fragment's as often as it is spread.")
    selections: int = Field(
        5_000, ge=1, description="Fields, spreads and inline fragments, a fragment's as often as it is spread."
    )
    comparisons: int = Field(
        15_000,
        ge=1,
        description="Comparisons of fields and fragments that fill one place of the answer; one takes about 1 µs.",
    )
    introspection: int = Field(
        10_000, ge=1, description="Fields that introspection answers; the whole schema has about 6,000."
    )
    documents: int = Field(200, ge=1, description="Parsed documents kept.")
    documents_tokens: int = Field(
        100_000,
        ge=1,
        description="Tokens of all parsed documents kept; 1,000 take about 0.4 MB, compiled half as much again.",
    )

    @property
    def bounds(self) -> Mapping[str, int]:
        """Every limit by its name."""
        return {name: getattr(self, name) for name in NAMES}


NAMES: Final = tuple(LimitSettings.model_fields)

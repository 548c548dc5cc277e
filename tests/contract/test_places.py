"""Where the schema says that upstream tells a field is where upstream tells it.

The tables of fields, which are held against every published payload, are the other witness.
"""

import re
from collections.abc import Iterator

import pytest
from graphql import GraphQLObjectType

from gateway.facets.facet import Endpoint
from resolvers.schema import build_schema
from tests.contract.fields import FIELDS

SCHEMA = build_schema().schema
TYPES = [one for one in SCHEMA.type_map.values() if isinstance(one, GraphQLObjectType) and one.name[:2] != "__"]
SENTENCE = re.compile(r"(V2 and V1\.1|V2 only:|V2|V1\.1 only:|V1\.1) ((?:`[^`]+`(?:, )?)+)")
WRAPPERS = re.compile(r"\.(item|schedule|history|coupon|transaction|field|segment)(?=\[\])")
"""V1.1's wrappers of lists, which bodies born as XML do not have."""

UNTOLD = {
    *((name, field) for name in ("Segment", "ExtendedField") for field in ("name", "value")),  # of a map
    *((one.name, "raw") for one in TYPES if "raw" in one.fields),  # the block that the type tells
    *(("Query", field) for field in SCHEMA.query_type.fields),  # ours
    ("Customer", "mergedFrom"),  # ours
    ("Customer", "points"),  # its fields lie in two blocks, and at the top of V1.1's item
}


def told(description: str | None) -> Iterator[tuple[Endpoint, str]]:
    """What a description tells, path by path."""
    for endpoints, paths in SENTENCE.findall(description or ""):
        for endpoint in Endpoint:
            if endpoint.value in endpoints:
                yield from ((endpoint, path) for path in re.findall(r"`([^`]+)`", paths))


def whole() -> Iterator[tuple[Endpoint, str]]:
    """Every path that the schema tells, as it is and within the blocks of its type."""
    for kind in TYPES:
        blocks = list(told(kind.description))
        yield from blocks
        for field in kind.fields.values():
            for endpoint, path in told(field.description):
                yield endpoint, path
                yield from ((endpoint, f"{block}.{path}") for where, block in blocks if where is endpoint)


TOLD = {endpoint: {WRAPPERS.sub("", path) for where, path in whole() if where is endpoint} for endpoint in Endpoint}


def is_told(row: str, endpoint: Endpoint) -> bool:
    """Whether the schema tells a row of the tables: to the letter, or but for what `…` stands for."""
    plain = WRAPPERS.sub("", row.replace("{}", "[]")).removesuffix("[]")
    return any(
        re.fullmatch(re.escape(path).replace("…", r"[a-zA-Z_]+"), form)
        for path in TOLD[endpoint]
        for form in (plain, f"{plain}[]")
    )


@pytest.mark.parametrize("endpoint", Endpoint)
def test_what_payloads_show_and_the_graph_offers_is_told_where_it_is(endpoint: Endpoint) -> None:
    assert [row for row in FIELDS[endpoint] if not is_told(row, endpoint)] == []


def test_every_field_tells_where_it_is_from_or_is_of_those_that_cannot() -> None:
    fields = {(one.name, name): list(told(field.description)) for one in TYPES for name, field in one.fields.items()}
    assert {place for place, found in fields.items() if not found} == UNTOLD


def test_a_path_that_nobody_tells_is_missed() -> None:
    assert not is_told("cardDetails[].colour", Endpoint.V2)
    assert not is_told("cardDetails[].cardNumber", Endpoint.V1)
    assert is_told("promotionalPoints.customerPromotionType[].points", Endpoint.V2)


def test_arguments_tell_as_what_they_are_sent() -> None:
    customer = SCHEMA.type_map["Customer"]
    assert isinstance(customer, GraphQLObjectType)
    coupons, gap = customer.fields["coupons"].args, customer.fields["gapToRenew"].args
    assert (coupons["seriesId"].description or "").endswith(" Sent to V1.1 as `coupon_offer`.")
    assert (gap["inDays"].description or "").endswith(" Sent to V2 as `gapToRenew`, to V1.1 as `gap_to_renew_for`.")
    assert "Sent" not in (gap["programId"].description or "")

"""Planned calls and the customers they are for, as the planner would have made them."""

from gateway.facets.catalog import EXISTENCE
from gateway.facets.facet import Address, Endpoint, Facet, Identifier, IdentifierKind, Source
from gateway.facets.plan import Call
from gateway.upstream.answers import Target

ID = IdentifierKind.ID
MOBILE = IdentifierKind.MOBILE
EMAIL = IdentifierKind.EMAIL
EXTERNAL_ID = IdentifierKind.EXTERNAL_ID
CARD_NUMBER = IdentifierKind.CARD_NUMBER
CARD_EXTERNAL_ID = IdentifierKind.CARD_EXTERNAL_ID
WECHAT = IdentifierKind.WECHAT


def target(
    *identifiers: tuple[IdentifierKind, str], source: Source = Source.INSTORE, account: str | None = None
) -> Target:
    """One customer, named by these."""
    found = tuple(Identifier(kind, value) for kind, value in identifiers)
    return Target(Address(found, source, account), found)


def call(endpoint: Endpoint, *targets: Target, facets: tuple[Facet, ...] = ()) -> Call:
    """The call for these customers, all named by the kinds of the first."""
    by = tuple(one.kind for one in targets[0].identifiers)
    return Call(endpoint, 1, by, tuple(range(len(targets))), frozenset({EXISTENCE(), *facets}))

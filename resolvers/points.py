"""The default program's points."""

import strawberry

from gateway.context import Customer
from gateway.facets.catalog import NEXT_SLAB, POINTS, POINTS_V2
from resolvers.fields import spreads


@strawberry.type(
    description="Points and tier in the organisation's default program. For all programs see `loyaltyPrograms`."
)
@spreads(POINTS)
@spreads(NEXT_SLAB)
@spreads(POINTS_V2)
class PointsSummary:
    """What either endpoint tells of the default program, and the rest that V2 alone tells."""

    known: strawberry.Private[Customer]

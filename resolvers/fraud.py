"""Whether the customer is suspected of fraud."""

import strawberry

from gateway.context import Customer
from gateway.facets.catalog import FRAUD, FRAUD_V1
from resolvers.fields import spreads


@strawberry.type(description="The customer's fraud status.")
@spreads(FRAUD)
@spreads(FRAUD_V1)
class FraudDetails:
    """What either endpoint tells, and what V1.1 alone tells."""

    known: strawberry.Private[Customer]

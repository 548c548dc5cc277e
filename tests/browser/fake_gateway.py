"""A stand-in for the gateway: the real explorer over a made-up schema with the graph's names.

It answers every customer with the same made-up person, so that the explorer has something to show.
"""

from typing import Any

from graphql import GraphQLResolveInfo, build_schema, default_field_resolver, graphql
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.graphiql.examples import EXAMPLES
from gateway.graphiql.page import Explorer

SCHEMA = build_schema('''
"""A moment, with an offset."""
scalar DateTime
"""A day."""
scalar Date

type Query {
  """One customer, by one identifier."""
  customer(by: CustomerBy!): Customer
  """Several customers, in the order of `by`."""
  customers(by: [CustomerBy!]!): [Customer]!
}

input CustomerBy @oneOf { id: ID  mobile: String  email: String  externalId: String  cardNumber: String }

"""A member of the program."""
type Customer {
  id: ID!
  """First name."""
  firstName: String
  """Last name."""
  lastName: String
  mobile: String
  email: String
  externalId: String
  registeredOn: DateTime
  registeredStore: Store
  points: Balance
  loyaltyPrograms: [LoyaltyProgram!]
  cards: [Card!]
  slabHistory: [SlabChange!]
  gapToRenew(inDays: Int! = 0, programId: ID): [GapToRenew!]
  gapToUpgrade(inDays: Int! = 0, programId: ID): [GapToUpgrade!]
  status: CustomerStatus
  subscriptions: [Subscription!]
}

type Store { code: String  name: String }
type Balance { currentSlab: String  loyaltyPoints: Float  lifetimePoints: Float }
type LoyaltyProgram {
  programId: ID!  programTitle: String  currentSlab: String  nextSlab: String
  loyaltyPoints: Float  lifetimePoints: Float  slabExpiryDate: DateTime
}
type Card { cardNumber: String  type: String  seriesName: String  statusInfo: CardStatus }
type CardStatus { label: String  status: String }
type SlabChange { programId: ID  type: String  from: String  to: String  changedOn: DateTime  store: Store }
type GapToRenew {
  programId: ID!  tierExpiryDate: Date  renewConfirmed: Boolean  renewStrategies: [RenewStrategy!]!
}
type RenewStrategy {
  renewBasedOn: String  renewThreshold: Float  customerRenewEntityValue: Float  customerGapToRenewValue: Float
}
type GapToUpgrade { programId: ID!  upgradeStrategies: [UpgradeStrategy!]! }
type UpgradeStrategy { upgradeBasedOn: String  upgradeThreshold: Float }
type CustomerStatus { statusLabel: String  statusLabelReason: String }
type Subscription { channel: String  priority: String  type: String }
''')

CUSTOMER: dict[str, Any] = {
    "id": "100000001",
    "firstName": "Asha",
    "lastName": "Rao",
    "registeredOn": "2021-04-12T10:15:00+05:30",
    "registeredStore": {"code": "harbour", "name": "Harbour Street"},
    "points": {"currentSlab": "Gold", "loyaltyPoints": 18420.5, "lifetimePoints": 30820.75},
    "loyaltyPrograms": [
        {
            "programId": "1001",
            "programTitle": "Capital",
            "currentSlab": "Gold",
            "nextSlab": "Platinum",
            "loyaltyPoints": 18420.5,
            "slabExpiryDate": "2026-12-31T23:59:59+05:30",
        }
    ],
    "cards": [
        {"cardNumber": "CAPD0000000101", "type": "DIGITAL", "statusInfo": {"label": "ACTIVE", "status": "ACTIVE"}}
    ],
    "slabHistory": [{"programId": "1001", "type": "UPGRADE", "from": "Silver", "to": "Gold"}],
    "gapToRenew": [{"programId": "1001", "renewConfirmed": False, "renewStrategies": []}],
    "gapToUpgrade": [{"programId": "1001", "upgradeStrategies": []}],
    "status": {"statusLabel": "Active"},
    "subscriptions": [{"channel": "SMS", "priority": "BULK", "type": "OPTIN"}],
}


def create_app() -> Starlette:
    """`/graphql` (the page for a browser's GET, JSON for a POST) and the explorer's files."""
    explorer = Explorer(EXAMPLES)

    async def endpoint(request: Request) -> Response:
        if request.method == "GET":
            return explorer.page()
        body = await request.json()
        result = await graphql(
            SCHEMA,
            body["query"],
            variable_values=body.get("variables"),
            operation_name=body.get("operationName"),
            field_resolver=_resolve,
        )
        return JSONResponse(result.formatted, media_type="application/graphql-response+json")

    return Starlette(routes=[Route("/graphql", endpoint, methods=["GET", "POST"]), *explorer.routes()])


def _resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    match info.field_name:
        case "customer":
            return CUSTOMER
        case "customers":
            return [CUSTOMER for _ in arguments["by"]]
        case _:
            return default_field_resolver(source, info)

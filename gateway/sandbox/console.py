"""`/_sandbox`: what the sandbox was asked, who is in it, and its fault knobs. No credential needed."""

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from .data import Person, Profile
from .faults import Faults

if TYPE_CHECKING:
    from .app import Sandbox

INDEX = """\
Sandbox upstream: a simulated loyalty platform. {count} customers, none of them real.

V2, one customer
  curl -H '{auth}' '{base}/v2/customers/lookup/customerDetails?source=INSTORE&identifierName=mobile\
&identifierValue=919800000001&embed=points,mlp&gapToUpgrade=0&gapToRenew=30'
V2, one customer by id
  curl -H '{auth}' '{base}/v2/customers/100000001?source=INSTORE&embed=subscriptions,customerStatus'
V1.1, one customer with tier history
  curl -H '{auth}' '{base}/v1.1/customer/get?format=json&mobile=919800000001&user_id=true&mlp=true&slab_history=true'
V1.1, a batch: one unknown, one deleted, one merged into another
  curl -H '{auth}' '{base}/v1.1/customer/get?format=json&user_id=true&mobile=919800000002,910000000000,\
919800000019,919800000017,919800000001'
A token instead of Basic, sent as X-CAP-API-OAUTH-TOKEN (key and secret are whatever the sandbox was made with)
  curl -d '{{"key": "sandbox-key", "secret": "sandbox-secret"}}' '{base}/v3/oauth/token/generate'

Who is here, and why     curl '{base}/_sandbox/customers'
What was asked           curl '{base}/_sandbox/requests'      forget it: curl -X DELETE ...
Misbehave                curl -X PUT -d '{{"v2_lookup": {{"delay_s": 2}}, "shuffle": true}}' '{base}/_sandbox/faults'
                         curl -X PUT -d '{{"v1_get": {{"without": ["segments"], "xml_born": true}}}}' \
'{base}/_sandbox/faults'
Behave                   curl -X PUT -d '{{}}' '{base}/_sandbox/faults'
"""


def routes(sandbox: "Sandbox") -> list[Route]:
    """The console's routes over one sandbox."""

    async def index(request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        auth = f"Authorization: {sandbox.credentials.basic}"
        return PlainTextResponse(INDEX.format(base=base, auth=auth, count=len(sandbox.customers)))

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            sandbox.requests.clear()
            return Response(status_code=204)
        return _json(sandbox.requests)

    async def customers(_: Request) -> Response:
        return _json([_introduced(person) for person in sandbox.customers])

    async def faults(request: Request) -> Response:
        if request.method == "PUT":
            try:
                given = msgspec.json.decode(await request.body(), type=Faults)
            except msgspec.DecodeError as wrong:
                return PlainTextResponse(f"{wrong}\n", 400)
            sandbox.faults.replace(given)
        return _json(sandbox.faults)

    return [
        Route("/_sandbox", index),
        Route("/_sandbox/requests", requests, methods=["GET", "DELETE"]),
        Route("/_sandbox/customers", customers),
        Route("/_sandbox/faults", faults, methods=["GET", "PUT"]),
    ]


def _introduced(person: Person) -> dict[str, Any]:
    """Who a customer is and how to ask for them."""
    cards = {
        "cardnumber": [card.number for card in person.cards],
        "cardExternalId": [card.external_id for card in person.cards if card.external_id],
    }
    first, *others = person.profiles
    return {
        "key": person.key,
        "role": person.role,
        "id": person.id,
        **_named(first, {name: values for name, values in cards.items() if values}),
        "elsewhere": [_named(profile, {}) for profile in others],
    }


def _named(profile: Profile, cards: dict[str, list[str]]) -> dict[str, Any]:
    """A profile's place, and what its customer is called there."""
    named = {"mobile": profile.mobile, "email": profile.email, "externalId": profile.external_id, **profile.handles}
    identifiers = {name: value for name, value in named.items() if value}
    return {"source": profile.source, "accountId": profile.account_id, "identifiers": {**identifiers, **cards}}


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")

"""What tests of requests under way share."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from tests.support.gateway import GatewayUnderTest
from tests.support.upstream import DEADLINE_S, V1
from tests.webhooks.payloads import flat
from tests.webhooks.payloads import named as naming

ID, MOBILE = '{id: "100000001"}', '{mobile: "919800000001"}'
SECRET = "the secret of upstream's events"
WHOLE = "firstName registeredBy slabHistory { to } cards { cardId }"
"""What needs both calls."""


def asha(fields: str, by: str = ID) -> str:
    """A query for fields of one customer."""
    return f"{{ customer(by: {by}) {{ {fields} }} }}"


def begin(asking: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """A request that nobody waits for yet."""
    return asyncio.create_task(asking)


async def ended(*asking: asyncio.Task[Any]) -> list[Any]:
    """What they got, as soon as all have it."""
    async with asyncio.timeout(DEADLINE_S):
        return await asyncio.gather(*asking)


def explained(gateway: GatewayUnderTest, query: str, **headers: str) -> asyncio.Task[Any]:
    """Begins to ask; the answer will say what came from where."""
    return begin(gateway.ask(query, x_gateway_explain="analyze", **headers))


def told(answer: dict[str, Any]) -> tuple[list[str], int]:
    """What was joined, and how many calls were made for the request itself."""
    explain = answer["extensions"]["explain"]
    return explain["cache"]["joined"], len(explain["calls"])


async def event(gateway: GatewayUnderTest, name: str, customer: int = 100000001) -> None:
    """Lets upstream tell that something happened to a customer."""
    body = flat(name, naming(customer), id=f"{name}-{customer}")
    answer = await gateway.http.post("/events/capillary", json=body, headers={"x-webhook-key": SECRET})
    assert answer.status_code == 200


class Versions:
    """Upstream's answers with a version for a first name."""

    def __init__(self) -> None:
        self.now = 1

    def __call__(self, path: str, body: Any) -> Any:
        """Puts it in."""
        if path == V1:
            for one in body["response"]["customers"]["customer"]:
                one["firstname"] = str(self.now)
        else:
            for profile in body["profiles"]:
                profile["firstName"] = str(self.now)
        return body

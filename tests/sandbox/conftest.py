from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.sandbox import Person, Sandbox, create_sandbox

Json = dict[str, Any]


class Caller:
    """Asks one sandbox over HTTP, with a credential it accepts."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=sandbox),
            base_url="http://upstream",
            headers={"Authorization": sandbox.credentials.basic},
        )

    async def v1(self, **params: Any) -> Json:
        answer = await self.http.get("/v1.1/customer/get", params={"format": "json", **params})
        assert answer.status_code == 200
        return answer.json()["response"]

    async def items(self, **params: Any) -> list[Json]:
        found = (await self.v1(**params))["customers"]["customer"]
        return found if isinstance(found, list) else [found]

    async def item(self, person: Person, **params: Any) -> Json:
        (item,) = await self.items(id=person.id, **params)
        return item

    async def v2(self, name: str | None = None, value: str | None = None, **params: Any) -> Json:
        asked = {"source": "INSTORE", "identifierName": name, "identifierValue": value, **params}
        asked = {key: given for key, given in asked.items() if given is not None}
        answer = await self.http.get("/v2/customers/lookup/customerDetails", params=asked)
        assert answer.status_code == 200
        return answer.json()

    async def v2_of(self, person: Person, **params: Any) -> Json:
        source = {"source": person.profile.source, "accountId": person.profile.account_id}
        answer = await self.http.get(f"/v2/customers/{person.id}", params={**source, **params})
        assert answer.status_code == 200
        return answer.json()


@pytest.fixture
def sandbox() -> Sandbox:
    return create_sandbox()


@pytest.fixture
async def upstream(sandbox: Sandbox) -> AsyncIterator[Caller]:
    caller = Caller(sandbox)
    async with caller.http:
        yield caller

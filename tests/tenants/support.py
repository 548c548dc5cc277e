"""A gateway before two organisations with the same customers under the same identifiers, but other names."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx

from gateway.app import create_app
from gateway.sandbox import CUSTOMERS, Person, Sandbox, create_sandbox
from gateway.settings import Settings
from tests.support.clock import Clock
from tests.support.gateway import ACCEPT

ASHA = '{ customer(by: {mobile: "919800000001"}) { id firstName } }'
SECRET = "the secret of upstream's events"


def renamed(name: str, customers: tuple[Person, ...] = CUSTOMERS) -> list[Person]:
    """The customers, each called by the name of their organisation."""
    return [
        replace(one, profiles=tuple(replace(profile, first_name=name) for profile in one.profiles)) for one in customers
    ]


@dataclass
class Two:
    """The gateway, and the upstreams of `acme` and `globe`."""

    http: httpx.AsyncClient
    sandboxes: Mapping[str, Sandbox]

    async def post(self, tenant: str, query: str, **headers: str) -> httpx.Response:
        """One request for a tenant, known by its host."""
        sent = {"host": f"{tenant}.example.com", "accept": ACCEPT} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return await self.http.post("/graphql", json={"query": query}, headers=sent)

    async def name(self, tenant: str, query: str = ASHA, **headers: str) -> str | None:
        """The first name that the answer tells; null for nobody."""
        answer = (await self.post(tenant, query, **headers)).json()
        assert "errors" not in answer, answer
        found = answer["data"]["customer"]
        return found and found["firstName"]

    def calls(self) -> dict[str, int]:
        """How often each upstream was asked."""
        return {name: len(sandbox.requests) for name, sandbox in self.sandboxes.items()}

    def forget(self) -> None:
        """What they were asked so far."""
        for sandbox in self.sandboxes.values():
            sandbox.requests.clear()


@asynccontextmanager
async def two(*, clock: Clock | None = None, **others: Any) -> AsyncIterator[Two]:
    """A gateway before both, with these settings besides."""
    sandboxes = {name: create_sandbox(customers=renamed(name.title())) for name in ("acme", "globe")}
    upstream = {"base_url": "http://sandbox", "username": "till.sandbox", "password": "sandbox"}
    tenants = {
        name: {"upstream": upstream, "hosts": f"{name}.example.com", "organisation": organisation}
        for name, organisation in (("acme", "100"), ("globe", "200"))
    }
    settings = Settings(**{"tenants": tenants, "explain": True, "webhooks": {"secret": SECRET}, **others})
    app = create_app(settings, sandbox=sandboxes, emit=lambda _: None, clock=clock or Clock())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        yield Two(http, sandboxes)

"""Gateways before a watched upstream, in virtual time."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.app import Gateway, build
from gateway.auth.callers import EVERYTHING, Staff
from gateway.graphql.answers import Answer, GraphQLRequest
from gateway.sandbox import EndpointFault, Sandbox, create_sandbox
from gateway.settings import Settings
from gateway.tenants import Tenant
from gateway.upstream.deadlines import moment
from tests.driver.support import before
from tests.support.gateway import GatewayUnderTest

WITHOUT_CACHE = {"max_bytes": 0}
V1, V2 = "V1.1", "V2"
PEOPLE = [f"1000000{number}" for number in range(27, 74)]
"""Customers of whom both endpoints tell."""


@dataclass
class Asked:
    """One request that upstream got."""

    at: float
    api: str
    params: Mapping[str, str]


@dataclass
class Watched:
    """The sandbox, with a note of what it was asked when, and how much of it at once."""

    sandbox: Sandbox = field(default_factory=create_sandbox)
    latency_s: float = 0.05
    asked: list[Asked] = field(default_factory=list[Asked])
    flying: int = 0
    most: int = 0
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    judge: Callable[[], None] | None = None
    """Is called when a request arrives, before it is answered."""
    sick: str = ""
    """A customer whose tier history upstream fails at."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.flying += 1
        self.most = max(self.most, self.flying)
        began = moment()
        try:
            await asyncio.sleep(self.latency_s * (1 + next(self._numbers) % 100 / 1000))  # no two take the same time
            if self.judge is not None:
                self.judge()
            asked = scope["query_string"].decode()
            if self.sick and self.sick in asked and "slab_history" in asked:
                await Response("a fault of one customer", 500)(scope, receive, send)
            else:
                await self.sandbox(scope, receive, send)
        finally:
            self.flying -= 1
            request = self.sandbox.requests[-1] if self.sandbox.requests else None
            api = V1 if scope["path"].startswith("/v1.1/") else V2
            self.asked.append(Asked(began, api, request.params if request else {}))

    def misbehave(self, *endpoints: str, **fault: Any) -> None:
        """From now on; at every endpoint where none is named."""
        for endpoint in endpoints or ("v1_get", "v2_lookup", "v2_by_id"):
            setattr(self.sandbox.faults, endpoint, EndpointFault(**fault))

    def behave(self) -> None:
        """As it should, from now on; what it was asked is forgotten."""
        self.sandbox.clear()
        self.asked.clear()

    def busiest(self, seconds: float) -> int:
        """The most requests in any so many seconds."""
        times = sorted(one.at for one in self.asked)
        return max((sum(at <= other < at + seconds - 1e-6 for other in times) for at in times), default=0)


@asynccontextmanager
async def standing(**upstream: Any) -> AsyncIterator[tuple[GatewayUnderTest, Watched]]:
    """A gateway that keeps nothing, with these settings of upstream."""
    watched = Watched()
    cache = upstream.pop("cache", WITHOUT_CACHE)
    async with before(watched, watched.sandbox, cache=cache, **upstream) as gateway:
        yield gateway, watched


@dataclass
class Wired:
    """The pieces of a gateway with one organisation."""

    gateway: Gateway
    tenant: Tenant

    async def ask(self, query: str, turn: str = "") -> Answer:
        """The answer to a caller in whose turn it is."""
        request, caller = GraphQLRequest(query), Staff(turn, EVERYTHING)
        scope = self.tenant.scope({})
        return await self.gateway.execution.answer(request, self.tenant.driver, scope, caller=caller)


@asynccontextmanager
async def wired(**upstream: Any) -> AsyncIterator[tuple[Wired, Watched]]:
    """The pieces of a gateway, with these settings of upstream."""
    watched, cache = Watched(), upstream.pop("cache", WITHOUT_CACHE)
    credential = {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata"}
    settings = Settings(upstream={**credential, **upstream}, cache=cache)
    gateway = build(settings, sandbox=cast("Sandbox", watched), emit=lambda _: None)
    (tenant,) = gateway.tenants
    async with tenant.http:
        yield Wired(gateway, tenant), watched
        await tenant.finish()


def of(customer: str, fields: str) -> str:
    """A question about a customer, by id."""
    return f'{{ customer(by: {{id: "{customer}"}}) {{ {fields} }} }}'


async def crowd(gateway: GatewayUnderTest, count: int, fields: str, *, at_once: int = 20) -> list[dict[str, Any]]:
    """So many requests about different customers, so many of them at the same time."""
    answers: list[dict[str, Any]] = []
    people = itertools.cycle(PEOPLE)
    for start in range(0, count, at_once):
        asked = [gateway.ask(of(next(people), fields)) for _ in range(min(at_once, count - start))]
        answers += await asyncio.gather(*asked)
    return answers


def events(gateway: GatewayUnderTest, kind: type) -> Sequence[Any]:
    """What operators were told of a kind."""
    return [event for event in gateway.events if isinstance(event, kind)]

"""Gateways before an upstream whose every answer a test can twist: status, bytes, headers."""

import dataclasses
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import httpx
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from gateway.app import create_app
from gateway.sandbox import Sandbox, create_sandbox
from gateway.settings import Settings
from gateway.settings.limits import LimitSettings
from gateway.telemetry.events import Event
from tests.support.gateway import ASKED_ONCE, GatewayUnderTest

Json = dict[str, Any]
Api = Literal["V2", "V1.1"]
ASHA = "919800000001"
LOOKUP = "/v2/customers/lookup/customerDetails"


@dataclass(frozen=True)
class Said:
    """What upstream says to one request."""

    body: bytes
    status: int = 200
    media: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def json(self) -> Any:
        return json.loads(self.body)

    def saying(self, body: Any, status: int | None = None) -> "Said":
        """The same with another body: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return replace(self, body=data, status=self.status if status is None else status)


@dataclass(frozen=True)
class Asked:
    """One request to upstream."""

    path: str
    query: str
    token: str | None

    @property
    def api(self) -> Api | None:
        """Which of the two calls it is; null for another, such as for a token."""
        return "V1.1" if self.path.startswith("/v1.1/") else "V2" if self.path.startswith("/v2/") else None


Twist = Callable[[Asked, Said], Said]


class Upstream:
    """The sandbox, its answers twisted as long as `twist` is set. `asked` is what it was asked."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.twist: Twist | None = None
        self.asked: list[Asked] = []
        self._said: dict[Asked, Said] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = dict(scope["headers"]).get(b"x-cap-api-oauth-token")
        asked = Asked(scope["path"], scope["query_string"].decode(), token.decode() if token else None)
        self.asked.append(asked)
        said = self._said.get(asked) or await self._ask(scope, receive)
        if asked.api:  # what the sandbox says of a customer does not change
            self._said[asked] = said
        if self.twist is not None:
            said = self.twist(asked, said)
        await Response(said.body, said.status, dict(said.headers), media_type=said.media)(scope, receive, send)

    async def _ask(self, scope: Scope, receive: Receive) -> Said:
        status, body = 0, b""

        async def keep(message: Message) -> None:
            nonlocal status, body
            status = message.get("status", status)
            body += message.get("body", b"")

        await self.sandbox(scope, receive, keep)
        return Said(body, status)


def on(api: Api, twist: Callable[[Said], Said]) -> Twist:
    """Twists what one of the two calls says."""
    return lambda asked, said: twist(said) if asked.api == api else said


def _without_limits() -> dict[str, int]:
    """Every limit of a request as high as it goes: these tests ask for everything at once."""
    return {
        one.name: one.metadata["at_most"] or 10_000_000 for one in dataclasses.fields(LimitSettings) if one.type is int
    }


@asynccontextmanager
async def before(app: Any, sandbox: Sandbox, upstream: Mapping[str, Any] | None = None) -> AsyncIterator[Any]:
    """A gateway that keeps nothing, before an ASGI application."""
    events: list[Event] = []
    credential = {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata"}
    chosen = {**ASKED_ONCE, **credential, **(upstream or {})}
    settings = Settings(
        explain=True, introspection=True, cache={"max_bytes": 0}, limits=_without_limits(), upstream=chosen
    )
    gateway = create_app(settings, sandbox=app, emit=events.append)
    async with (
        gateway.router.lifespan_context(gateway),
        httpx.AsyncClient(transport=httpx.ASGITransport(gateway), base_url="http://gateway") as http,
    ):
        yield GatewayUnderTest(http, sandbox, events)


class Bench:
    """A gateway and the upstream before it."""

    def __init__(self, gateway: GatewayUnderTest, upstream: Upstream) -> None:
        self.gateway = gateway
        self.upstream = upstream
        self._well: dict[str, Json] = {}

    async def well(self, query: str) -> Json:
        """The customer while upstream is well: every field has a value."""
        if query not in self._well:
            customer, codes = told(await self.ask(query))
            assert codes == {}
            assert all(value is not None for value in customer.values())
            self._well[query] = customer
        return self._well[query]

    async def ask(self, query: str, twist: Twist | None = None) -> Json:
        """The answer while upstream is twisted, and what must hold of every answer whatever upstream says."""
        self.upstream.twist = twist
        self.upstream.asked.clear()
        self.gateway.events.clear()
        response = await self.gateway.post(query)
        answer = response.json()
        assert response.status_code == 200, answer
        assert not [event for event in self.gateway.events if type(event).__name__ == "FaultMet"]
        assert "INTERNAL" not in {error["extensions"]["code"] for error in answer.get("errors", ())}
        return answer


@asynccontextmanager
async def bench(upstream: Mapping[str, Any] | None = None) -> AsyncIterator[Bench]:
    """A gateway of its own."""
    twisted = Upstream(create_sandbox())
    async with before(twisted, twisted.sandbox, upstream) as gateway:
        yield Bench(gateway, twisted)


def told(answer: Json) -> tuple[Any, dict[str, str]]:
    """The customer of an answer, and the codes of its errors by their paths below the customer ("" for itself)."""
    codes = {".".join(map(str, error["path"][1:])): error["extensions"]["code"] for error in answer.get("errors", ())}
    assert len(codes) == len(answer.get("errors", ()))
    return answer["data"]["customer"], codes

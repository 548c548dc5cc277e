"""A gateway in this process over a sandbox of its own, asked as a client asks: over HTTP."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.app import create_app
from gateway.sandbox import Habits, Sandbox, create_sandbox
from gateway.settings import Settings
from gateway.telemetry.events import CallBegan, DocumentCompiled, Emit, Event
from gateway.telemetry.requests import RequestAnswered, RequestBegan, RequestRepeated
from tests.support.asking import AtOnceFirst

ACCEPT = "application/graphql-response+json"
UNLIMITED = dict.fromkeys(
    [
        *("document_characters", "document_tokens", "body_bytes", "fragments", "spreads", "directives", "literals"),
        *("breadth", "aliases", "selections", "comparisons", "cost", "deferred"),
    ],
    1_000_000,
)
"""Limits that no random operation meets."""
ASKED_ONCE = {"attempts": 1, "breaker_calls": 0, "part_open_s": 0}
"""Settings of an upstream that is asked as often as the plan says, whatever it answers."""


ORDINARY = (RequestBegan, RequestAnswered, RequestRepeated, DocumentCompiled, CallBegan)
"""Events that every request has."""


def beside_the_ordinary(events: list[Event]) -> Emit:
    """Collects what every request does not have."""
    return lambda event: None if isinstance(event, ORDINARY) else events.append(event)


class Weighed:
    """An upstream as the gateway sees it. `sent` is how many bytes its answers had, without their headers."""

    def __init__(self, upstream: ASGIApp) -> None:
        self.sent = 0
        self._upstream = upstream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counting(message: Message) -> None:
            self.sent += len(message.get("body", b""))
            await send(message)

        await self._upstream(scope, receive, counting)


class GatewayUnderTest:
    """`ask` is the client, `sandbox` the upstream it stands before, `upstream` the same on scales, `events` what
    operators would have seen beside what every request has, `application` what a server would call."""

    application: ASGIApp

    def __init__(
        self, http: httpx.AsyncClient, sandbox: Sandbox, events: list[Event], upstream: Weighed | None = None
    ) -> None:
        self.http = http
        self.sandbox = sandbox
        self.upstream = upstream or Weighed(sandbox)
        self.events = events

    async def post(self, query: str, variables: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """One POST; a header is named as in Python: `x_gateway_explain`."""
        body = {"query": query} | ({"variables": variables} if variables is not None else {})
        sent = {"accept": ACCEPT} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post("/graphql", json=body, headers=sent)

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """The answer to one operation."""
        return (await self.post(query, variables, **headers)).json()

    def calls(self) -> list[dict[str, Any]]:
        """What upstream was asked, as path and parameters, in an order that does not depend on timing."""
        asked = [{"path": request.path, "params": dict(request.params)} for request in self.sandbox.requests]
        return sorted(asked, key=lambda call: (call["path"], sorted(call["params"].items())))


@asynccontextmanager
async def running(
    *,
    by_id: str = "path",
    habits: Mapping[str, Any] | None = None,
    clock: Callable[[], float] = time.time,
    emit: Emit | None = None,
    **settings: Any,
) -> AsyncIterator[GatewayUnderTest]:
    """A gateway as `gateway dev` would start it, with these settings besides, before an upstream with these habits.

    With an `emit`, that hears of what happens in the place of `events`.
    """
    sandbox = create_sandbox(by_id=by_id, habits=Habits(**(habits or {})))
    events: list[Event] = []
    upstream = {
        "username": "till.sandbox",
        "password": "sandbox",
        "timezone": "Asia/Kolkata",
        "v2_by_id": by_id,
        **settings.pop("upstream", {}),
    }
    chosen = Settings(**{"graphiql": True, "explain": True, "introspection": True, **settings}, upstream=upstream)
    weighed = Weighed(sandbox)
    app = create_app(chosen, sandbox=weighed, emit=emit or beside_the_ordinary(events), clock=clock)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(AtOnceFirst(app)), base_url="http://gateway") as http,
    ):
        gateway = GatewayUnderTest(http, sandbox, events, weighed)
        gateway.application = app
        yield gateway

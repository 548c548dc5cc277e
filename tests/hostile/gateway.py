"""A gateway that hostile requests are sent to, as an ASGI server would, and what one of them costs."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.routing import Mount
from starlette.types import ASGIApp, Message

from gateway.app import create_app
from gateway.sandbox import Sandbox, create_sandbox
from gateway.settings import Settings
from gateway.telemetry.events import Event, FaultMet
from tests.hostile import exchanges, floods, fragments, introspection, payloads, texts, values
from tests.hostile.requests import Hostile

FAMILIES = {
    "fragments": fragments,
    "floods": floods,
    "introspection": introspection,
    "texts": texts,
    "values": values,
    "payloads": payloads,
    "exchanges": exchanges,
}
CORPUS = {f"{family}: {one.name}": one for family, module in FAMILIES.items() for one in module.corpus()}


@dataclass(frozen=True)
class Reply:
    """What came back; a status of null where nothing did."""

    status: int | None
    body: bytes

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The GraphQL errors in it."""
        try:
            found: Any = json.loads(self.body)
        except ValueError:
            return []
        return found.get("errors", []) if isinstance(found, dict) else []


@dataclass(frozen=True)
class Target:
    """A gateway without the sandbox's own address; `sandbox` is its upstream, `events` what operators see."""

    app: ASGIApp
    sandbox: Sandbox
    events: list[Event]

    @property
    def faults(self) -> list[FaultMet]:
        """The gateway's own faults so far."""
        return [event for event in self.events if isinstance(event, FaultMet)]

    async def send(self, request: Hostile) -> Reply:
        """Sends a request through the ASGI interface, and waits for the whole answer."""
        incoming = _incoming(request)
        status, body = None, bytearray()

        async def receive() -> Message:
            return next(incoming)

        async def answer(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            body.extend(message.get("body", b""))

        await self.app(_scope(request), receive, answer)
        return Reply(status, bytes(body))

    async def cost(self, request: Hostile) -> float:
        """Seconds of CPU that the process takes for a request."""
        started = time.process_time()
        await self.send(request)
        return time.process_time() - started


def _scope(request: Hostile) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "root_path": "",
        "query_string": request.query_string,
        "headers": list(request.headers),
        "client": ("127.0.0.1", 50_000),
        "server": ("gateway", 80),
    }


def _incoming(request: Hostile) -> Iterator[Message]:
    for index, part in enumerate(request.parts):
        more = request.vanishes or index < len(request.parts) - 1
        yield {"type": "http.request", "body": part, "more_body": more}
    if not request.parts and not request.vanishes:
        yield {"type": "http.request", "body": b"", "more_body": False}
    while True:
        yield {"type": "http.disconnect"}


@asynccontextmanager
async def target(*, explorable: bool) -> AsyncIterator[Target]:
    """A gateway before a sandbox: as `serve` starts it, or with introspection, explain and explorer."""
    sandbox, events = create_sandbox(), list[Event]()
    upstream = {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata"}
    secret = {"secret": exchanges.SECRET}
    switched = dict.fromkeys(("introspection", "explain", "graphiql"), explorable)
    chosen = Settings(upstream=upstream, webhooks=secret, admin=secret, **switched)
    app = create_app(chosen, sandbox=sandbox, emit=events.append)
    app.router.routes = [
        route for route in app.router.routes if not (isinstance(route, Mount) and route.app is sandbox)
    ]
    async with app.router.lifespan_context(app):
        yield Target(app, sandbox, events)

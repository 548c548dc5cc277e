"""Gateways before upstreams that misbehave in ways the sandbox has no knob for."""

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.app import create_app
from gateway.sandbox import Sandbox, create_sandbox
from gateway.settings import Settings
from gateway.telemetry.events import Event
from tests.support.gateway import GatewayUnderTest

Rewrite = Callable[[str, dict[str, str], Any], Any]
"""From the path, the parameters and the decoded body of a sandbox answer to the body that is sent instead."""

NOT_FOUND_V2 = {"warnings": [], "errors": [{"status": False, "code": 8015, "message": "No customer"}]}


def not_found_v1() -> dict[str, Any]:
    """A V1.1 answer that knows nobody."""
    item = {"item_status": {"success": "false", "code": "1012", "message": "", "warnings": {"warning": []}}}
    status = {"success": "false", "code": 500, "message": "All of the requests failed"}
    return {"response": {"status": status, "customers": {"customer": [item]}}}


def item(body: Any) -> dict[str, Any]:
    """The first item of a V1.1 answer."""
    return body["response"]["customers"]["customer"][0]


class Rewriting:
    """The sandbox, with its answers rewritten as long as `rewrite` is set."""

    def __init__(self, sandbox: Sandbox, rewrite: Rewrite) -> None:
        self.sandbox = sandbox
        self.rewrite: Rewrite | None = rewrite
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://sandbox")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path, params = request.url.path, dict(request.query_params)
        headers = {"authorization": request.headers["authorization"]}
        answer = await self._http.get(path, params=request.query_params, headers=headers)
        body = answer.content
        if self.rewrite is not None:
            body = json.dumps(self.rewrite(path, params, answer.json())).encode()
        await Response(body, answer.status_code, media_type="application/json")(scope, receive, send)


@asynccontextmanager
async def before(
    upstream: Any,
    sandbox: Sandbox,
    *,
    clock: Callable[[], float] = time.time,
    cache: Mapping[str, Any] | None = None,
    webhooks: Mapping[str, Any] | None = None,
    **chosen: Any,
) -> AsyncIterator[GatewayUnderTest]:
    """A gateway before any ASGI application; `sandbox` is the one behind it that records.

    `cache` and `webhooks` are settings of those, `chosen` are settings of upstream.
    """
    events: list[Event] = []
    credential = {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata"}
    others = {"cache": cache or {}, "webhooks": webhooks or {}}
    settings = Settings(explain=True, introspection=True, upstream={**credential, **chosen}, **others)
    app = create_app(settings, sandbox=cast("Sandbox", upstream), emit=events.append, clock=clock)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        gateway = GatewayUnderTest(http, sandbox, events)
        gateway.application = app
        yield gateway


@asynccontextmanager
async def rewriting(rewrite: Rewrite, **chosen: Any) -> AsyncIterator[tuple[GatewayUnderTest, Rewriting]]:
    """A gateway before a sandbox whose answers are rewritten."""
    upstream = Rewriting(create_sandbox(), rewrite)
    async with before(upstream, upstream.sandbox, **chosen) as gateway:
        yield gateway, upstream


def errors(answer: dict[str, Any]) -> dict[str, str]:
    """The codes of an answer's errors by their paths."""
    found = [(".".join(map(str, error["path"])), error["extensions"]["code"]) for error in answer.get("errors", ())]
    assert len(found) == len(dict(found))
    return dict(found)

"""A gateway whose every setting a test may choose, also those that `running` fixes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from gateway.app import create_app
from gateway.sandbox import create_sandbox
from gateway.settings import Settings
from gateway.telemetry.events import Event
from tests.support.gateway import GatewayUnderTest, beside_the_ordinary


@asynccontextmanager
async def configured(**chosen: Any) -> AsyncIterator[GatewayUnderTest]:
    """A gateway as `gateway serve` would start it, before a sandbox, with these settings."""
    sandbox = create_sandbox()
    events: list[Event] = []
    upstream = {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata"}
    app = create_app(Settings(upstream=upstream, **chosen), sandbox=sandbox, emit=beside_the_ordinary(events))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        yield GatewayUnderTest(http, sandbox, events)

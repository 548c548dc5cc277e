"""The connections that the gateway makes of its settings."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from gateway.app import build
from gateway.facets.facet import Endpoint
from gateway.settings import Settings
from gateway.tenants import Tenant
from gateway.upstream.answers import Found
from tests.upstream.calls import ID, call, target
from tests.upstream.wire import Exchange, Wire, answering, listening

ASHA = target((ID, "71000071"))
FOUND = json.dumps({"id": 71000071, "profiles": [], "warnings": []}).encode()


@asynccontextmanager
async def wired(wire: Wire, **upstream: Any) -> AsyncIterator[Tenant]:
    """The only organisation of a gateway in front of that upstream."""
    settings = Settings(upstream={"base_url": wire.url, "auth": "none", **upstream})  # type: ignore[arg-type]
    (tenant,) = build(settings, sandbox=None, emit=lambda _: None, clock=time.time).tenants
    async with tenant.http:
        yield tenant
        await tenant.finish()


async def asked(tenant: Tenant) -> Any:
    """The customer."""
    return (await tenant.client.perform(call(Endpoint.V2, ASHA), {0: ASHA})).outcomes[0]


async def test_calls_do_not_go_through_httpx(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(httpx.AsyncClient, "send")
    async with listening(answering(FOUND)) as wire, wired(wire) as tenant:
        assert isinstance(await asked(tenant), Found)


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch):
    async with listening(answering(FOUND)) as wire, listening(answering(b"", status=502)) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        async with wired(wire) as tenant:
            assert isinstance(await asked(tenant), Found)
            assert (await tenant.http.get("/")).status_code == 200
    assert proxy.exchanges == []


@pytest.mark.parametrize("through_httpx", [False, True])
async def test_a_cookie_of_one_caller_does_not_go_out_with_the_next_ones_request(through_httpx: bool):
    async def say(exchange: Exchange) -> None:
        await exchange.answer(FOUND, "Set-Cookie: session=of-somebody; Path=/")

    async def watch(_: httpx.Request) -> None:
        pass

    async with listening(say) as wire, wired(wire) as tenant:
        tenant.http.event_hooks = {"request": [watch] * through_httpx}
        for _ in range(2):
            assert isinstance(await asked(tenant), Found)
    assert ["cookie" in exchange.headers for exchange in wire.exchanges] == [False, False]

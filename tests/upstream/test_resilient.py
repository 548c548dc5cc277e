"""The piece around the client over real sockets: connections that are refused, cut and lied about."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from gateway.context import Scope
from gateway.errors import UpstreamUnreachable
from gateway.facets.capabilities import Capabilities
from gateway.facets.facet import Endpoint
from gateway.telemetry.events import CallRetried, Event
from gateway.upstream.answers import Failed, Found
from gateway.upstream.auth import NoCredential
from gateway.upstream.client import UpstreamClient
from gateway.upstream.policy import Policy
from gateway.upstream.resilient import ResilientClient
from gateway.upstream.transport import PooledTransport
from tests.upstream.calls import ID, call, target
from tests.upstream.wire import Exchange, Say, Wire, answering, closed_port, head, listening

ASHA = target((ID, "71000071"))
SCOPE = Scope("http://upstream", "none")
FOUND = {"id": 71000071, "profiles": [], "warnings": []}


@asynccontextmanager
async def asking(url: str, events: list[Event], **policy: Any) -> AsyncIterator[ResilientClient]:
    """The client over its own pool; it waits for nothing before it asks again."""
    transport = PooledTransport(max_connections=4)
    async with httpx.AsyncClient(transport=transport, base_url=url, timeout=10.0, trust_env=False) as http:
        wire = transport.wire(http.base_url)
        client = UpstreamClient(http, NoCredential(), capabilities=Capabilities(), timeout_s=10.0, wire=wire)
        found = ResilientClient(client, Capabilities(), Policy(attempts=2, **policy), events.append, draw=lambda: 0.0)
        yield found
        await found.close()


async def cut_in_the_middle(exchange: Exchange) -> None:
    await exchange.say(head("Content-Length: 100") + b'{"id": 7')
    exchange.writer.close()


async def cut_at_once(exchange: Exchange) -> None:
    exchange.writer.close()


async def too_short(exchange: Exchange) -> None:
    await exchange.say(head("Content-Length: 1000", "Connection: close") + b"{}")
    exchange.writer.close()


def then_well(first: Say) -> Say:
    """The first answer as told, every later one as it should be."""
    answers = iter([first])

    async def say(exchange: Exchange) -> None:
        await next(answers, answering(FOUND))(exchange)

    return say


FIRST: dict[str, Say] = {
    "cut in the middle": cut_in_the_middle,
    "cut at once": cut_at_once,
    "too short": too_short,
    "503": answering(b"", status=503),
    "503 with a Retry-After": answering(b"", "Retry-After: 0", status=503),
    "429 with a Retry-After": answering(b"", "Retry-After: 0", status=429),
    "500": answering(b"Internal", status=500),
    "half of it": answering(b'{"id": 7'),
}


@pytest.mark.parametrize("first", FIRST)
async def test_what_goes_wrong_once_goes_well_the_second_time(first: str) -> None:
    events: list[Event] = []
    async with listening(then_well(FIRST[first])) as wire, asking(wire.url, events) as client:
        performed = await client.perform(call(Endpoint.V2, ASHA), {0: ASHA}, SCOPE)
    assert isinstance(performed.outcomes[0], Found)
    assert (performed.attempts, performed.status, len(wire.exchanges)) == (2, 200, 2)
    assert [type(event) for event in events].count(CallRetried) == 1


async def test_a_server_that_is_not_there_is_tried_twice_and_is_a_failure() -> None:
    events: list[Event] = []
    async with asking(await closed_port(), events) as client:
        performed = await client.perform(call(Endpoint.V2, ASHA), {0: ASHA}, SCOPE)
    assert performed.attempts == 2
    assert isinstance(performed.outcomes[0], Failed)
    assert isinstance(performed.outcomes[0].error, UpstreamUnreachable)


async def test_an_open_breaker_keeps_upstream_from_being_asked() -> None:
    wire: Wire
    async with (
        listening(answering(b"", status=503)) as wire,
        asking(wire.url, [], breaker_calls=4, retry_burst=0) as client,
    ):
        ends = [await client.perform(call(Endpoint.V2, ASHA), {0: ASHA}, SCOPE) for _ in range(10)]
        other = await client.perform(call(Endpoint.V1, ASHA), {0: ASHA}, SCOPE)
    assert [one.attempts for one in ends] == [1] * 4 + [0] * 6
    assert (other.attempts, len(wire.exchanges)) == (1, 5)

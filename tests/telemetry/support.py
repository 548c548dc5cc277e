"""What tests of telemetry ask with, what they read lines from, and what no line may hold."""

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from functools import cache
from io import BytesIO
from typing import Any, cast

import httpx

from gateway.app import create_app
from gateway.sandbox import CUSTOMERS, Sandbox
from gateway.settings import Settings
from gateway.telemetry.events import Emit, Event
from gateway.telemetry.requests import RequestAnswered
from tests.support.gateway import GatewayUnderTest
from tests.support.upstream import Upstream

MOBILE = "919800000001"
HOME = (
    "query Home($mobile: String!) { customer(by: {mobile: $mobile}) { firstName cards { type } slabHistory { to } } }"
)
ASKED = {"mobile": MOBILE}


@asynccontextmanager
async def over(upstream: Upstream, emit: Emit, **settings: Any) -> AsyncIterator[GatewayUnderTest]:
    """A gateway before an upstream that a test can hold or rewrite. It counts."""
    credential = {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata"}
    chosen = Settings(upstream=credential, metrics={"enabled": True}, **settings)
    app = create_app(chosen, sandbox=cast("Sandbox", upstream), emit=emit)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        yield GatewayUnderTest(http, upstream.sandbox, [])


class Lines(BytesIO):
    """A file that a log is written to."""

    @property
    def text(self) -> str:
        """All of it."""
        return self.getvalue().decode()

    @property
    def all(self) -> list[dict[str, Any]]:
        """Its lines."""
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        """Its lines of one event."""
        return [line for line in self.all if line["event"] == event]


class Heard(list[Event]):
    """Every event."""

    @property
    def answered(self) -> list[RequestAnswered]:
        """The requests that are over."""
        return [event for event in self if isinstance(event, RequestAnswered)]


def _values() -> Iterator[object]:
    for person in CUSTOMERS:
        yield from (person.id, person.loyalty_id, person.merged_into)
        for profile in person.profiles:
            yield from (profile.first_name, profile.last_name, profile.mobile, profile.email, profile.external_id)
            yield from profile.handles.values()
        for card in person.cards:
            yield from (card.id, card.number, card.external_id)
        yield from (coupon.code for coupon in person.coupons)
        yield from (bill.number for bill in person.transactions)
        for group in person.groups:
            yield from (group.external_id, *(member.mobile for member in group.members))


@cache
def personal() -> re.Pattern[str]:
    """Whatever of the sandbox names or belongs to somebody: long numbers, addresses, credentials and upstream's paths
    anywhere, all else as a word. A text of two characters proves nothing."""
    values = {str(value) for value in _values() if value and len(str(value)) > 2}
    values |= {json.dumps(value)[1:-1] for value in values}
    anywhere = {value for value in values if "@" in value or re.search(r"\d{9}", value)}
    anywhere |= {"sandbox", "till.", "Basic ", "Bearer ", "://", "/v1.1/", "/v2/"}
    words = "|".join(map(re.escape, sorted(values - anywhere, key=len, reverse=True)))
    rest = "|".join(map(re.escape, sorted(anywhere, key=len, reverse=True)))
    return re.compile(rf"(?<![0-9A-Za-z])(?:{words})(?![0-9A-Za-z])|{rest}", re.IGNORECASE)


def told(texts: Iterable[str]) -> set[str]:
    """What of that is in these texts."""
    return {found.group() for text in texts for found in personal().finditer(text)}

"""Nothing of anybody is in a log, a metric or a trace, however much is logged and whatever goes wrong."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.sandbox import CUSTOMERS, Faults
from gateway.telemetry.events import AnomalyMet, Emit, Event, FaultMet, together
from gateway.telemetry.log import Log, configure_logs
from gateway.telemetry.traces import Traces
from tests.support.gateway import GatewayUnderTest, running
from tests.support.upstream import Upstream
from tests.telemetry.support import ASKED, HOME, Lines, over, told

CASES = sorted((Path(__file__).parents[1] / "golden/cases").glob("*.graphql"))
PERSON = CUSTOMERS[0]
SECRET = "Basic-of-upstream-events"


class Told:
    """Everything that operators could see: lines of our own and of libraries, metrics, spans, the events themselves."""

    def __init__(self) -> None:
        self.lines = Lines()
        self.events: list[Event] = []
        self._spans = InMemorySpanExporter()
        # What the process is called would be random, and may look like somebody's number.
        provider = TracerProvider(resource=Resource({}), shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._spans))
        self.emit: Emit = together(Traces(provider), Log("debug", self.lines), self.events.append)
        self._metrics = ""

    @asynccontextmanager
    async def by(self, gateway: GatewayUnderTest) -> AsyncIterator[GatewayUnderTest]:
        """A gateway that tells it."""
        yield gateway
        self._metrics += (await gateway.http.get("/metrics")).text

    @property
    def texts(self) -> list[str]:
        """All of it."""
        spans = [span.to_json() for span in self._spans.get_finished_spans()]
        assert self.lines.text
        assert spans
        assert "gateway_requests_total" in self._metrics
        return [self.lines.text, self._metrics, *spans, *map(repr, self.events)]


@pytest.fixture
def everything() -> Iterator[Told]:
    """With what libraries say, at the level at which they say the most."""
    told, root = Told(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    configure_logs("debug", told.lines)
    yield told
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_golden_case_tells_of_nobody(file: Path, everything: Told) -> None:
    query, case = file.read_text(), json.loads(file.with_suffix(".json").read_text())

    async def ask() -> None:
        settings = {"metrics": {"enabled": True}, **case.get("settings", {})}
        async with running(emit=everything.emit, **settings) as gateway, everything.by(gateway):
            for earlier in case.get("before", []):
                await gateway.ask(earlier)
            gateway.sandbox.faults.replace(msgspec.convert(case.get("faults", {}), Faults))
            await gateway.ask(query, case.get("variables"))

    asyncio.run(ask())
    assert told(everything.texts) == set()


FAULTS: Mapping[str, Mapping[str, Any]] = {
    "slow": {"delay_s": 0.01},
    **{f"status {status}": {"status": status} for status in (400, 401, 403, 404, 429, 500, 503)},
    **{f"body {body}": {"body": body} for body in ("truncated", "html", "empty")},
    "partial": {"partial": True},
    "refused in xml": {"xml_auth": True},
    "born as xml": {"xml_born": True},
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_of_upstream_tells_of_nobody(fault: str, everything: Told) -> None:
    async with running(emit=everything.emit, metrics={"enabled": True}) as gateway, everything.by(gateway):
        for endpoint in ("v1_get", "v2_lookup", "v2_by_id"):
            for name, value in FAULTS[fault].items():
                setattr(getattr(gateway.sandbox.faults, endpoint), name, value)
        await gateway.ask(HOME, ASKED)
        await gateway.ask(f'{{ customer(by: {{id: "{PERSON.id}"}}) {{ cards {{ cardNumber }} status {{ label }} }} }}')
    assert told(everything.texts) == set()


KEPT = {"id", "user_id", "mobile", "item_status", "status", "warnings", "errors"}
"""What says whose an answer is, and that it is one."""


def spoilt(value: Any) -> Any:
    """Every number is somebody's name and mobile number, every text a list of it: none of it can be read."""
    match value:
        case dict():
            return {key: one if key in KEPT else spoilt(one) for key, one in value.items()}
        case list():
            return [spoilt(one) for one in value]
        case bool() | None:
            return value
        case int() | float():
            return f"{PERSON.profile.first_name} {PERSON.profile.mobile}"
        case other:
            return [[other]]


async def test_a_payload_that_cannot_be_read_tells_of_nobody(everything: Told) -> None:
    upstream = Upstream(lambda _, body: spoilt(body))
    query = "{ customer(by: {mobile: %s}) { registeredOn points { lifetimePoints } slabHistory { to } updatedOn } }"
    async with over(upstream, everything.emit) as gateway, everything.by(gateway):
        await gateway.ask(query % json.dumps(PERSON.profile.mobile))
    assert [event for event in everything.events if isinstance(event, AnomalyMet)]
    assert told(everything.texts) == set()


class Unreadable:
    """A reader whose every method fails with somebody's data."""

    anomalies: tuple[()] = ()

    def __init__(self, *_: object) -> None:
        pass

    def __getattr__(self, name: str) -> None:
        raise LookupError(f"{PERSON.profile.first_name} {PERSON.profile.mobile}")


def broken(*_: object) -> None:
    raise LookupError(f"{PERSON.profile.first_name} {PERSON.profile.mobile}")


@pytest.mark.parametrize(
    ("place", "fault", "where"),
    [
        ("gateway.facets.page.Reader", Unreadable, "SLAB_HISTORY"),
        ("gateway.performer.ways", broken, "driver"),
        ("gateway.graphql.execution.needs.read", broken, "endpoint"),
        ("gateway.session.SessionCustomer.value", broken, "execution"),
    ],
)
async def test_a_fault_of_ours_tells_of_nobody(
    place: str, fault: object, where: str, everything: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, fault)
    async with running(emit=everything.emit, metrics={"enabled": True}) as gateway, everything.by(gateway):
        await gateway.ask(HOME, ASKED)
    assert FaultMet("LookupError", where) in everything.events
    assert told(everything.texts) == set()


async def test_a_request_that_is_none_tells_of_nobody(everything: Told) -> None:
    mobile, name = PERSON.profile.mobile, PERSON.profile.first_name
    async with running(emit=everything.emit, metrics={"enabled": True}) as gateway, everything.by(gateway):
        for query in (
            f'{{ customer(by: {{mobile: "{mobile}"}}) {{ {name} }} }}',
            f'{{ customer(by: {{mobile: "{mobile}", email: "x"}}) {{ id }} }}',
            f"query Q{mobile} {{ a{mobile}: __typename }}",
            f"query {'A' * 100} {{ __typename }}",
            f"{{ {name}",
            f'{{ customer(by: {{email: "{name},{mobile}"}}) {{ id }} }} # {mobile}',
        ):
            await gateway.ask(query)
        await gateway.ask(HOME, {"mobile": [mobile]}, authorization=f"Bearer {mobile}", traceparent=str(mobile))
        await gateway.http.get(
            "/graphql", params={"query": HOME, "variables": json.dumps(ASKED), "operationName": mobile}
        )
        await gateway.http.post("/graphql", content=f"{name} {mobile}", headers={"content-type": "application/json"})
        await gateway.http.get(f"/{mobile}", params={"mobile": mobile})
    assert told(everything.texts) == set()


async def test_an_event_of_upstream_tells_of_nobody(everything: Told) -> None:
    webhooks = {"secret": SECRET}
    body = {"eventName": "customerUpdated", "data": {"customerId": PERSON.id, "mobile": PERSON.profile.mobile}}
    settings = {"webhooks": webhooks, "admin": {"secret": SECRET}, "metrics": {"enabled": True}}
    async with running(emit=everything.emit, **settings) as gateway, everything.by(gateway):
        for secret in (SECRET, "wrong"):
            await gateway.http.post("/events/capillary", json=body, headers={"x-webhook-key": secret})
            purge = {"by": {"mobile": PERSON.profile.mobile}}
            proof = {"authorization": f"Bearer {secret}"}
            await gateway.http.post("/admin/cache/purge", json=purge, headers=proof)
        await gateway.ask(HOME, ASKED)
    assert told(everything.texts) == set()


# --- the net ---


@pytest.mark.parametrize(
    "text",
    [
        f'"mobile:{PERSON.profile.mobile}"',
        f"'{PERSON.profile.first_name}'",
        f"({PERSON.profile.email})",
        f"id={PERSON.id}",
        PERSON.cards[0].number,
        PERSON.coupons[0].code,
        "GET http://upstream",
        "till.sandbox",
        "sandbox-token-000001",
        "Basic dGlsbA==",
        json.dumps(next(person.profile.first_name for person in CUSTOMERS if person.key == "devanagari")),
    ],
)
def test_what_is_somebodys_would_be_seen(text: str) -> None:
    assert told([f'{{"event":"X","a":{text}}}']) != set()


def test_it_would_be_seen_in_a_line_in_a_metric_and_in_a_span(everything: Told) -> None:
    """What the other tests read is really where operators look."""

    async def ask() -> None:
        async with running(emit=everything.emit, metrics={"enabled": True}) as gateway, everything.by(gateway):
            await gateway.ask("query Planted { __typename }")

    asyncio.run(ask())
    log, metrics, *rest = everything.texts
    assert '"operation":"Planted"' in log
    assert 'outcome="answered"' in metrics
    assert any('"graphql.operation.name": "Planted"' in text for text in rest)
    assert any("name='Planted'" in text for text in rest)

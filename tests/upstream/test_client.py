import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import httpx
import pytest

from gateway.errors import (
    GatewayError,
    UpstreamBroken,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    UpstreamUnreachable,
)
from gateway.facets.capabilities import Capabilities
from gateway.facets.facet import Endpoint
from gateway.upstream import client
from gateway.upstream.answers import Deleted, Failed, Found, NotFound, Outcome, Target
from gateway.upstream.auth import BasicCredential
from gateway.upstream.client import Performed, UpstreamClient
from gateway.upstream.transport import PooledTransport
from tests.upstream.calls import EMAIL, ID, MOBILE, call, target
from tests.upstream.wire import Exchange, Say, Wire, answering, closed_port, head, listening

V1, V2 = Endpoint.V1, Endpoint.V2
MOBILE_NUMBER, ADDRESS, CUSTOMER = "919700000001", "nila@example.test", "71000071"
BY_MOBILE, BY_EMAIL, BY_ID = target((MOBILE, MOBILE_NUMBER)), target((EMAIL, ADDRESS)), target((ID, CUSTOMER))
FOUND_V1 = {
    "response": {
        "status": {"success": "true", "code": 200},
        "customers": {
            "customer": [
                {"user_id": CUSTOMER, "mobile": MOBILE_NUMBER, "item_status": {"success": "true", "code": "1000"}}
            ]
        },
    }
}
FOUND_V2 = {"id": int(CUSTOMER), "profiles": [], "warnings": []}
FOUND = {V1: FOUND_V1, V2: FOUND_V2}
both = pytest.mark.parametrize("endpoint", [V1, V2])


@pytest.fixture(params=["httpx", "wire"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Everything here is so on both ways to upstream."""
    if request.param == "httpx":
        monkeypatch.delattr(PooledTransport, "wire")
    return request.param


@asynccontextmanager
async def client_of(
    url: str, *, timeout_s: float = 10.0, connections: int = 4, **more: Any
) -> AsyncIterator[UpstreamClient]:
    """The client over its own pool, wired as the gateway wires it."""
    transport = PooledTransport(max_connections=connections)
    async with httpx.AsyncClient(transport=transport, base_url=url, timeout=10.0, trust_env=False) as http:
        wired = hasattr(transport, "wire")  # isinstance remembers what the class had when it was asked first
        wire = transport.wire(http.base_url) if wired else None
        credential = BasicCredential("till.secret", "hunter2")
        yield UpstreamClient(http, credential, capabilities=Capabilities(), timeout_s=timeout_s, wire=wire, **more)


@asynccontextmanager
async def asking(say: Say, **more: Any) -> AsyncIterator[tuple[UpstreamClient, Wire]]:
    """The client, and the server it asks."""
    async with listening(say) as wire, client_of(wire.url, **more) as upstream:
        yield upstream, wire


async def performed(say: Say, endpoint: Endpoint, *targets: Target, **more: Any) -> Performed:
    asked = targets or (BY_MOBILE,)
    async with asking(say, **more) as (upstream, _):
        return await upstream.perform(call(endpoint, *asked), dict(enumerate(asked)))


async def outcome(say: Say, endpoint: Endpoint, asked: Target = BY_MOBILE, **more: Any) -> Outcome:
    return (await performed(say, endpoint, asked, **more)).outcomes[0]


def error_of(found: Outcome) -> GatewayError:
    assert isinstance(found, Failed), found
    return found.error


# What is sent.


@both
async def test_a_call_is_one_get_with_its_parameters_and_proof(endpoint: Endpoint):
    async with asking(answering(FOUND[endpoint])) as (upstream, wire):
        planned = call(endpoint, BY_MOBILE)
        await upstream.perform(planned, {0: BY_MOBILE})
    (exchange,) = wire.exchanges
    request = upstream.request(planned, {0: BY_MOBILE})
    asked = httpx.URL(exchange.line.split(" ")[1])
    assert (exchange.line.split(" ")[0], asked.path) == ("GET", request.path)
    assert tuple(asked.params.multi_items()) == request.parameters
    assert exchange.headers["authorization"].startswith("Basic ")
    assert exchange.headers["accept"] == "application/json"


@both
@pytest.mark.parametrize(("language", "sent"), [("zh", "zh"), (None, None), ("", None)])
async def test_a_language_is_sent_only_when_one_is_given(endpoint: Endpoint, language: str | None, sent: str | None):
    async with asking(answering(FOUND[endpoint])) as (upstream, wire):
        await upstream.perform(call(endpoint, BY_MOBILE), {0: BY_MOBILE}, language)
    assert wire.exchanges[0].headers.get("language") == sent


async def test_a_call_says_the_same_on_both_ways(monkeypatch: pytest.MonkeyPatch):
    heads: list[bytes] = []

    async def say(exchange: Exchange) -> None:
        heads.append(exchange.line.encode() + repr(sorted(exchange.headers.items())).encode())
        await exchange.answer(b"{}")

    async with listening(say) as wire:
        for _ in range(2):
            async with client_of(f"{wire.url}/some/prefix/", country_code="91") as upstream:
                await upstream.perform(call(V2, BY_EMAIL), {0: BY_EMAIL}, "zh")
                await upstream.perform(call(V2, BY_ID), {0: BY_ID})
                await upstream.perform(call(V1, BY_MOBILE), {0: BY_MOBILE})
            monkeypatch.delattr(PooledTransport, "wire", raising=False)
    assert heads[:3] == heads[3:]
    assert b"/some/prefix/v2/customers/lookup" in heads[0]


async def test_a_client_with_event_hooks_goes_through_httpx():
    seen: list[httpx.Request] = []

    async def watch(request: httpx.Request) -> None:
        seen.append(request)

    async with asking(answering(FOUND_V2)) as (upstream, _):
        upstream._http.event_hooks = {"request": [watch]}  # noqa: SLF001 - as telemetry sets them after the wiring
        found = await upstream.perform(call(V2, BY_MOBILE), {0: BY_MOBILE})
    assert isinstance(found.outcomes[0], Found)
    assert len(seen) == 1


# What comes back.


@both
async def test_a_customer_is_found(endpoint: Endpoint):
    found = await performed(answering(FOUND[endpoint]), endpoint)
    assert isinstance(found.outcomes[0], Found)
    assert (found.outcomes[0].id, found.status) == (CUSTOMER, 200)


async def test_outcomes_keep_the_positions_of_the_needs():
    async with asking(answering(FOUND_V1)) as (upstream, _):
        targets = {4: target((MOBILE, "1")), 7: BY_MOBILE}
        found = await upstream.perform(call(V1, *targets.values()), targets)
    assert set(found.outcomes) == {4, 7}
    assert isinstance(found.outcomes[7], Found)


@both
async def test_time_and_size_of_a_call_are_told(endpoint: Endpoint):
    ticks = count(100.0, 0.25)
    found = await performed(answering(FOUND[endpoint]), endpoint, clock=lambda: next(ticks))
    assert (found.milliseconds, found.size) == (250.0, len(json.dumps(FOUND[endpoint])))


@both
async def test_a_gzip_body_counts_by_its_unpacked_size(endpoint: Endpoint):
    data = json.dumps(FOUND[endpoint]).encode()
    found = await performed(answering(gzip.compress(data), "Content-Encoding: gzip"), endpoint)
    assert isinstance(found.outcomes[0], Found)
    assert found.size == len(data)


@pytest.mark.parametrize("status", [200, 201, 400, 404, 500])
async def test_a_body_of_v1_counts_under_any_http_status(status: int):
    refused = {"mobile": MOBILE_NUMBER, "item_status": {"success": "false", "code": "8109"}}
    body = {"response": {"status": {"success": "false", "code": 500}, "customers": {"customer": [refused]}}}
    assert await outcome(answering(body, status=status), V1) == Deleted()


@pytest.mark.parametrize("status", [200, 400, 404, 500])
async def test_an_error_in_a_body_of_v2_counts_under_any_http_status(status: int):
    assert await outcome(answering({"errors": [{"code": 8015}]}, status=status), V2) == NotFound()


async def test_a_blank_400_by_id_is_an_id_that_is_none():
    assert await outcome(answering(b"", status=400), V2, BY_ID) == NotFound()


async def test_a_blank_400_of_the_lookup_does_not_say_that_the_customer_is_missing():
    assert type(error_of(await outcome(answering(b"", status=400), V2, BY_MOBILE))) is UpstreamUnavailable


async def test_a_page_under_400_by_id_does_not_say_that_the_customer_is_missing():
    page = answering(b"<html>Bad Request: header too large</html>", status=400)
    assert type(error_of(await outcome(page, V2, BY_ID))) is UpstreamUnavailable


STATUSES: list[tuple[int, type]] = [
    (401, UpstreamUnauthorized),
    (403, UpstreamUnauthorized),
    (429, UpstreamRateLimited),
    (302, UpstreamUnavailable),
    (404, UpstreamUnavailable),
    (461, UpstreamUnavailable),
    (500, UpstreamUnavailable),
    (502, UpstreamUnavailable),
    (503, UpstreamUnavailable),
    (521, UpstreamUnavailable),
]
WITHOUT_DATA: list[Any] = [b"", b"<html>Gateway page</html>", {"message": "no"}, [], None, 7]


@both
@pytest.mark.parametrize(("status", "error"), STATUSES)
@pytest.mark.parametrize("body", WITHOUT_DATA, ids=["blank", "html", "object", "list", "null", "number"])
async def test_a_status_without_data_is_the_failure_it_stands_for(
    endpoint: Endpoint, status: int, error: type, body: Any
):
    found = await performed(answering(body, status=status), endpoint)
    assert isinstance(error_of(found.outcomes[0]), error)
    assert found.status == status


@both
@pytest.mark.parametrize("status", [401, 403, 429])
async def test_a_refusal_counts_whatever_its_body_says(endpoint: Endpoint, status: int):
    assert isinstance(await outcome(answering(FOUND[endpoint], status=status), endpoint), Failed)


@both
@pytest.mark.parametrize("body", [b"", b"<html></html>", b'{"id": 71', b"\xff\xfe", b"NaN", b"[" * 100_000])
async def test_an_answer_that_is_not_json_is_a_failure(endpoint: Endpoint, body: bytes):
    assert type(error_of(await outcome(answering(body), endpoint))) is UpstreamBroken


@both
@pytest.mark.parametrize("status", [429, 503])
async def test_what_upstream_asks_to_wait_is_told(endpoint: Endpoint, status: int):
    found = await performed(answering(b"", "rEtry-aFter: 7", status=status), endpoint)
    assert found.retry_after_s == 7.0


@both
async def test_a_wait_that_comes_with_an_answer_is_not_told(endpoint: Endpoint):
    assert (await performed(answering(FOUND[endpoint], "Retry-After: 7"), endpoint)).retry_after_s is None


async def test_a_failure_is_every_customers_of_the_batch():
    found = await performed(answering(b"", status=503), V1, BY_MOBILE, target((MOBILE, "2")), target((MOBILE, "3")))
    assert [type(error_of(found.outcomes[position])) for position in range(3)] == [UpstreamBroken] * 3


# What goes wrong on the way.


async def half(exchange: Exchange) -> None:
    await exchange.say(head("Content-Length: 100") + b'{"id":')
    await exchange.never()


async def cut_off(exchange: Exchange) -> None:
    await exchange.say(head("Content-Length: 100") + b'{"id":')
    exchange.writer.close()


async def silent_close(exchange: Exchange) -> None:
    exchange.writer.close()


async def not_http(exchange: Exchange) -> None:
    await exchange.say(b"SSH-2.0-OpenSSH\r\n\r\n")


BROKEN: dict[str, tuple[Say, type]] = {
    "never answers": (Exchange.never, UpstreamTimeout),
    "stops in the middle": (half, UpstreamTimeout),
    "closes in the middle": (cut_off, UpstreamUnreachable),
    "closes at once": (silent_close, UpstreamUnreachable),
    "does not speak HTTP": (not_http, UpstreamUnreachable),
    "says gzip and is not": (answering(b"{}", "Content-Encoding: gzip"), UpstreamUnavailable),
}


@both
@pytest.mark.parametrize(("say", "error"), BROKEN.values(), ids=BROKEN)
async def test_an_upstream_that_breaks_is_a_failure(endpoint: Endpoint, say: Say, error: type):
    patience = 0.05 if error is UpstreamTimeout else 10.0
    assert type(error_of(await outcome(say, endpoint, timeout_s=patience))) is error


@both
async def test_an_upstream_that_is_not_there_is_a_failure(endpoint: Endpoint):
    async with client_of(await closed_port()) as upstream:
        found = await upstream.perform(call(endpoint, BY_MOBILE), {0: BY_MOBILE})
    assert (type(error_of(found.outcomes[0])), found.status) == (UpstreamUnreachable, None)


@both
async def test_a_call_that_timed_out_gives_its_connection_back(endpoint: Endpoint):
    async def say(exchange: Exchange) -> None:
        first = exchange is wire.exchanges[0]
        await (exchange.never() if first else exchange.answer(json.dumps(FOUND[endpoint]).encode()))

    async with asking(say, connections=1) as (patient, wire):
        late = await patient.perform(call(endpoint, BY_MOBILE), {0: BY_MOBILE}, timeout_s=0.05)
        assert isinstance(error_of(late.outcomes[0]), UpstreamTimeout)
        found = await patient.perform(call(endpoint, BY_MOBILE), {0: BY_MOBILE})
    assert isinstance(found.outcomes[0], Found)


@both
async def test_an_answer_larger_than_can_be_read_is_a_failure(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "MOST_BYTES", len(json.dumps(FOUND[endpoint])) - 1)
    assert type(error_of(await outcome(answering(FOUND[endpoint]), endpoint))) is UpstreamUnavailable


@both
async def test_an_answer_as_large_as_can_be_read_is_read(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "MOST_BYTES", len(json.dumps(FOUND[endpoint])))
    assert isinstance(await outcome(answering(FOUND[endpoint]), endpoint), Found)


async def test_an_endless_answer_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "MOST_BYTES", 100_000)

    async def endless(exchange: Exchange) -> None:
        await exchange.say(head("Transfer-Encoding: chunked"))
        while True:
            await exchange.say(b"1000\r\n" + b" " * 0x1000 + b"\r\n")

    assert type(error_of(await outcome(endless, V2))) is UpstreamUnavailable


@both
async def test_a_call_that_is_cancelled_is_cancelled(endpoint: Endpoint):
    async with asking(Exchange.never) as (upstream, wire):
        task = asyncio.create_task(upstream.perform(call(endpoint, BY_MOBILE), {0: BY_MOBILE}))
        await wire.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@both
@pytest.mark.parametrize("language", ["é", "zh\r\nx-evil: 1"])
async def test_a_language_that_no_header_can_carry_is_a_failure_and_raises_nothing(endpoint: Endpoint, language: str):
    async with asking(answering(FOUND[endpoint])) as (upstream, wire):
        found = await upstream.perform(call(endpoint, BY_MOBILE), {0: BY_MOBILE}, language)
    assert isinstance(found.outcomes[0], Failed)
    assert wire.exchanges == []


# What is never told.


def v1_failing(code: Any) -> Any:
    refused = {"mobile": MOBILE_NUMBER, "email": ADDRESS, "id": CUSTOMER}
    refused |= {"item_status": {"success": "false", "code": code, "message": f"no {MOBILE_NUMBER} {ADDRESS}"}}
    return {"response": {"status": {"success": "false", "code": 500}, "customers": {"customer": [refused]}}}


def v2_failing(code: Any) -> Any:
    return {"errors": [{"status": False, "code": code, "message": f"no {MOBILE_NUMBER} {ADDRESS} {CUSTOMER}"}]}


NO_CODES = (MOBILE_NUMBER, int(MOBILE_NUMBER), float(MOBILE_NUMBER), {"mobile": MOBILE_NUMBER})
EVERY_FAILURE: dict[str, Say] = {
    **{name: say for name, (say, _) in BROKEN.items()},
    **{f"HTTP {status}": answering(b"", status=status) for status, _ in STATUSES},
    **{f"V1.1 {code}": answering(v1_failing(code)) for code in ("400", "1015", "1044", "1060", "8014", *NO_CODES)},
    **{f"V2 {code}": answering(v2_failing(code)) for code in (8013, 8003, 8011, 8062, 401, 8130, *NO_CODES)},
    "without an id": answering({"warnings": []}),
    "not JSON": answering(f"<html>{MOBILE_NUMBER} {ADDRESS} {CUSTOMER}</html>".encode()),
}


@both
@pytest.mark.parametrize("asked", [BY_MOBILE, BY_EMAIL, BY_ID], ids=["mobile", "email", "id"])
@pytest.mark.parametrize("say", EVERY_FAILURE.values(), ids=EVERY_FAILURE)
async def test_no_error_names_an_address_a_credential_or_a_person(endpoint: Endpoint, asked: Target, say: Say):
    async with asking(say, timeout_s=0.05 if say in (Exchange.never, half) else 10.0) as (upstream, wire):
        found = (await upstream.perform(call(endpoint, asked), {0: asked})).outcomes[0]
    error = error_of(found)
    told = f"{error} {error!r} {error.message} {error.extensions}"
    host, port = httpx.URL(wire.url).host, str(httpx.URL(wire.url).port)
    private = [host, port, "http:", "/v2", "/v1.1", "till.secret", "hunter2", "Basic", MOBILE_NUMBER, ADDRESS, CUSTOMER]
    assert not [one for one in private if one in told]

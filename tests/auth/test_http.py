"""Asking callers who they are, over HTTP: before the request is read, and what stays open."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest

from gateway.telemetry.events import Event, FaultMet, KeysFailed, KeysFetched
from tests.auth.support import AUDIENCE, ISSUER, JWT, Guarded, bearer, claims, guarded, key, key_set, made_keys, signed
from tests.support.clock import Clock
from tests.support.gateway import running
from tests.upstream.wire import answering, listening

QUERY = '{ customer(by: {id: "100000001"}) { firstName } }'
VIEWER = "{ viewer { firstName } }"


@pytest.fixture
async def here() -> AsyncIterator[Guarded]:
    async with guarded() as found:
        yield found


async def sent(here: Guarded, *headers: tuple[str, str], body: bytes = b"", method: str = "POST") -> httpx.Response:
    every = [("content-type", "application/json"), ("accept", "application/graphql-response+json"), *headers]
    content = body or json.dumps({"query": QUERY}).encode()
    return await here.gateway.http.request(method, "/graphql", content=content, headers=every)


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return error["extensions"]["code"]


# --- 401, 403, 400, 503 ---


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", "Bearer lgk_wrong")],
        [("x-api-key", "wrong")],
        [("authorization", "Basic dGlsbDpzYW5kYm94")],
        [("authorization", "Bearer a.b.c")],
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_who_is_not_known_is_refused_with_401_and_a_challenge(
    here: Guarded, headers: Sequence[tuple[str, str]], accept: str
) -> None:
    response = await here.gateway.http.post("/graphql", json={"query": QUERY}, headers=[("accept", accept), *headers])
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer realm=")
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    assert code(response) == "UNAUTHENTICATED"
    assert "data" not in response.json()
    assert here.gateway.calls() == []


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"query": "{"}', b'{"query": "{ nothing }"}', b"x" * 3_000_000])
async def test_nothing_of_the_request_is_read_before(here: Guarded, body: bytes) -> None:
    assert (await sent(here, body=body)).status_code == 401


async def test_a_body_that_never_comes_is_not_waited_for(here: Guarded) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body is read")
        yield b""

    headers = {"content-type": "application/json", "accept": "application/json"}
    response = await here.gateway.http.post("/graphql", content=never(), headers=headers)
    assert response.status_code == 401


async def test_get_is_asked_as_post_is(here: Guarded) -> None:
    asked = {"params": {"query": QUERY}, "headers": {"accept": "application/json"}}
    assert (await here.gateway.http.get("/graphql", **asked)).status_code == 401
    asked["headers"] |= here.staff()
    assert (await here.gateway.http.get("/graphql", **asked)).json()["data"] == {"customer": {"firstName": "Asha"}}


async def test_two_credentials_are_no_request(here: Guarded) -> None:
    (one,) = here.staff("all").values()
    (other,) = here.member(customer="100000001").values()
    for headers in ([("authorization", one), ("authorization", other)], [("authorization", other), ("x-api-key", "k")]):
        response = await sent(here, *headers)
        assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_token_of_nobody_is_forbidden_everything(here: Guarded) -> None:
    response = await sent(here, *here.member().items(), body=json.dumps({"query": "{ __typename }"}).encode())
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")
    assert "data" not in response.json()


async def test_a_forbidden_field_is_a_field_error_with_200(here: Guarded) -> None:
    body = json.dumps({"query": '{ customer(by: {id: "100000002"}) { id } }'}).encode()
    response = await sent(here, *here.member(customer="100000001").items(), body=body)
    assert response.status_code == 200
    assert response.json()["data"] == {"customer": None}
    assert code(response) == "FORBIDDEN"


async def test_an_expired_token_is_told_so(here: Guarded) -> None:
    headers = here.member(customer="100000001")
    assert (await sent(here, *headers.items())).status_code == 200
    here.clock.step(3600 + 30)
    response = await sent(here, *headers.items())
    assert response.headers["www-authenticate"] == (
        'Bearer realm="graphql", error="invalid_token", error_description="The token has expired."'
    )
    (token,) = headers.values()
    assert token.split(".")[1] not in response.text


async def test_an_answer_depends_on_who_asks(here: Guarded) -> None:
    """A browser that keeps answers must not show one person's to the next."""
    response = await sent(here, *here.staff().items())
    assert {"authorization", "x-api-key"} <= {name.strip() for name in response.headers["vary"].split(",")}
    assert response.headers["cache-control"].startswith("private")


# --- explain ---


@pytest.mark.parametrize("mode", ["plan", "analyze", "nonsense"])
async def test_explain_is_for_staff(here: Guarded, mode: str) -> None:
    response = await sent(here, *here.member(customer="100000001").items(), ("x-gateway-explain", mode))
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")
    assert here.gateway.calls() == []


async def test_staff_without_permissions_are_explained_what_they_may_see(here: Guarded) -> None:
    query = '{ customer(by: {id: "100000001"}) { firstName fraud { status } } }'
    for name, facets in (("all", ["FRAUD", "PERSON"]), ("plain", ["PERSON"])):
        answer = await here.gateway.ask(query, x_gateway_explain="plan", **here.staff(name))
        assert [call["facets"] for call in answer["extensions"]["explain"]["calls"]] == [facets]


# --- what stays open, and what has a secret of its own ---


async def test_health_and_the_explorer_are_open(here: Guarded) -> None:
    http = here.gateway.http
    assert (await http.get("/healthz")).status_code == 200
    assert (await http.get("/readyz")).status_code == 200
    page = await http.get("/graphql", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")


async def test_a_page_with_a_query_is_no_way_in(here: Guarded) -> None:
    answer = await here.gateway.http.get("/graphql", params={"query": QUERY}, headers={"accept": "text/html, */*"})
    assert answer.status_code == 401


async def test_webhooks_and_the_purge_keep_their_own_secrets() -> None:
    async with guarded(webhooks={"secret": "events"}, admin={"secret": "operators"}) as here:
        http = here.gateway.http
        assert (await http.post("/events/capillary", json=[], headers=here.staff())).status_code == 401
        assert (await http.post("/admin/cache/purge", json={}, headers=here.staff())).status_code == 401
        assert (await http.post("/events/capillary", json=[], headers={"x-webhook-key": "events"})).status_code == 200
        purge = {"by": {"id": "100000001"}}
        headers = {"authorization": "Bearer operators"}
        assert (await http.post("/admin/cache/purge", json=purge, headers=headers)).status_code == 200
        assert (await sent(here, ("authorization", "Bearer operators"))).status_code == 401


# --- the modes ---


async def test_without_a_mode_nobody_is_asked() -> None:
    for auth in ({}, {"mode": "none"}):
        async with running(auth=auth) as gateway:
            assert (await gateway.ask(QUERY))["data"] == {"customer": {"firstName": "Asha"}}
            answer = await gateway.ask(QUERY, authorization="Bearer whatever", x_api_key="whatever")
            assert "errors" not in answer
            assert await gateway.ask(VIEWER) == {"data": {"viewer": None}}


async def test_keys_alone() -> None:
    keys, entries = made_keys(old="", new="fraud")
    async with running(auth={"mode": "api_key", "api_keys": ",".join(map(str, entries))}) as gateway:
        fraud = '{ customer(by: {id: "100000001"}) { fraud { status } } }'
        old = await gateway.ask(fraud, x_api_key=keys["old"])
        assert old["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert "errors" not in await gateway.ask(fraud, **bearer(keys["new"]))
        token = signed(claims(Clock().now, scope="staff"))
        assert (await gateway.post(QUERY, **bearer(token))).status_code == 401


async def test_tokens_alone() -> None:
    keys, _ = made_keys(crm="")
    clock = Clock()
    async with running(auth={"mode": "jwt", "jwt": {**JWT, "jwks": key_set()}}, clock=clock) as gateway:
        assert (await gateway.post(QUERY, x_api_key=keys["crm"])).status_code == 401
        assert "errors" not in await gateway.ask(QUERY, **bearer(signed(claims(clock.now, scope="staff"))))


async def test_keys_are_fetched_from_the_issuer_over_http() -> None:
    """With a real client over a real socket: fetched once, lost, and back after a rotation."""
    clock = Clock()
    async with listening(answering(key_set().encode())) as issuer:
        jwt: dict[str, Any] = {**JWT, "jwks_url": f"{issuer.url}/keys"}
        async with running(auth={"mode": "jwt", "jwt": jwt}, clock=clock) as gateway:
            for _ in range(3):
                token = signed(claims(clock.now, customer="100000001"))
                assert (await gateway.ask(VIEWER, **bearer(token)))["data"] == {"viewer": {"firstName": "Asha"}}
            assert len(issuer.exchanges) == 1
            assert issuer.exchanges[0].line == "GET /keys HTTP/1.1"
            assert told(gateway.events) == [KeysFetched(1)]
            token = signed(claims(clock.now, customer="100000001"), key("ES256", 2))
            assert (await gateway.post(VIEWER, **bearer(token))).status_code == 401
            assert len(issuer.exchanges) == 1, "too early to ask again"


async def test_without_the_issuer_s_keys_it_is_503_and_not_the_caller_s_fault() -> None:
    clock = Clock()
    async with listening(answering(b"<html>", status=500)) as issuer:
        jwt: dict[str, Any] = {**JWT, "jwks_url": f"{issuer.url}/keys"}
        async with running(auth={"mode": "jwt", "jwt": jwt}, clock=clock) as gateway:
            response = await gateway.post(VIEWER, **bearer(signed(claims(clock.now, customer="100000001"))))
            assert (response.status_code, code(response)) == (503, "AUTH_UNAVAILABLE")
            assert response.headers["retry-after"] == "1"
            assert told(gateway.events) == [KeysFailed("HTTP 500")]
            assert issuer.url not in response.text


def told(events: Sequence[Event]) -> list[Event]:
    assert not any(isinstance(event, FaultMet) for event in events)
    return [event for event in events if isinstance(event, KeysFetched | KeysFailed)]


def test_these_tokens_are_of_the_issuer_of_the_settings() -> None:
    assert (JWT["issuer"], JWT["audience"]) == (ISSUER, AUDIENCE)

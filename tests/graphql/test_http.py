"""GraphQL over HTTP beyond the media types: charsets, codings, doubles, safe methods, HEAD and OPTIONS."""

import gzip
import json
from typing import Any

import brotli
import httpx
import pytest
from starlette.types import Message

from gateway.app import create_app
from gateway.sandbox import create_sandbox
from gateway.settings import Settings
from gateway.telemetry.events import FaultMet
from tests.graphql.support import configured
from tests.support.gateway import GatewayUnderTest

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
MOBILE = "919800000001"
FIRST_NAME = f'{{ customer(by: {{mobile: "{MOBILE}"}}) {{ firstName }} }}'
ASHA = {"customer": {"firstName": "Asha"}}
WIDE = "{ __schema { types { name description fields { name description } } } }"


async def post(gateway: GatewayUnderTest, text: str = FIRST_NAME, **headers: str) -> httpx.Response:
    named = {"content-type": JSON} | {name.replace("_", "-"): value for name, value in headers.items()}
    return await gateway.http.post("/graphql", content=json.dumps({"query": text}), headers=named)


async def get(gateway: GatewayUnderTest, text: str = FIRST_NAME, method: str = "GET", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await gateway.http.request(method, "/graphql", params={"query": text}, headers=named)


# --- charsets and codings of a request ---


@pytest.mark.parametrize(
    "content_type", [f"{JSON};charset=utf-8", f'{JSON}; charset="UTF-8"', f"{JSON}; CHARSET=utf8", f"{JSON};v=1"]
)
async def test_a_body_in_utf_8_is_read(gateway: GatewayUnderTest, content_type: str) -> None:
    assert (await post(gateway, content_type=content_type)).json()["data"] == ASHA


@pytest.mark.parametrize("charset", ["latin1", "iso-8859-1", "utf-16", "us-ascii", "utf-8, latin1", ""])
async def test_a_body_in_another_charset_is_415(gateway: GatewayUnderTest, charset: str) -> None:
    response = await post(gateway, content_type=f"{JSON}; charset={charset}")
    assert (response.status_code, gateway.sandbox.requests) == (415, [])


async def test_two_content_types_are_415(gateway: GatewayUnderTest) -> None:
    """A proxy may have looked at the other one."""
    headers = [("content-type", JSON), ("content-type", "text/plain")]
    response = await gateway.http.post("/graphql", content=json.dumps({"query": FIRST_NAME}), headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd", "gzip, identity"])
async def test_a_compressed_body_is_415_and_told_what_is_taken(gateway: GatewayUnderTest, coding: str) -> None:
    """A few bytes could become a gigabyte."""
    body = gzip.compress(json.dumps({"query": FIRST_NAME}).encode())
    headers = {"content-type": JSON, "content-encoding": coding}
    response = await gateway.http.post("/graphql", content=body, headers=headers)
    assert (response.status_code, response.headers["accept-encoding"]) == (415, "identity")
    assert gateway.sandbox.requests == []


async def test_a_body_that_is_said_to_be_as_it_is_is_read(gateway: GatewayUnderTest) -> None:
    assert (await post(gateway, content_encoding="identity")).json()["data"] == ASHA


async def test_a_byte_order_mark_is_named(gateway: GatewayUnderTest) -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"query": FIRST_NAME}).encode()
    response = await gateway.http.post("/graphql", content=body, headers={"content-type": JSON})
    assert response.status_code == 400
    assert "byte order mark" in response.text


async def test_a_body_that_says_to_be_too_long_is_refused_before_it_comes(gateway: GatewayUnderTest) -> None:
    async def never() -> Any:
        raise AssertionError("was read")
        yield b""

    request = gateway.http.build_request("POST", "/graphql", content=never())
    request.headers.pop("transfer-encoding")
    request.headers.update({"content-type": JSON, "content-length": "9999999999999999999999"})
    response = await gateway.http.send(request)
    assert (response.status_code, response.headers["connection"]) == (413, "close")


async def test_a_client_that_leaves_in_its_body_is_no_fault() -> None:
    events: list[object] = []
    app = create_app(Settings(upstream={"username": "u"}), sandbox=create_sandbox(), emit=events.append)
    coming: list[Message] = [
        {"type": "http.request", "body": b'{"query": "', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    await app(scope, receive, send)
    assert (sent, [event for event in events if isinstance(event, FaultMet)], coming) == ([], [], [])


# --- parameters of a GET ---


@pytest.mark.parametrize("name", ["query", "variables", "operationName", "extensions", "documentId", "doc_id", "id"])
async def test_a_parameter_given_twice_is_named(gateway: GatewayUnderTest, name: str) -> None:
    """Whoever looked at the first must not be fooled by the second, even where they are alike."""
    response = await gateway.http.get("/graphql", params=[("query", FIRST_NAME), (name, "{}"), (name, "{}")])
    assert (response.status_code, gateway.sandbox.requests) == (400, [])
    assert response.json()["errors"][0]["message"] == f"{name}: is given twice."


async def test_other_parameters_may_come_as_often_as_they_like(gateway: GatewayUnderTest) -> None:
    params = [("query", FIRST_NAME), ("utm", "1"), ("utm", "2")]
    assert (await gateway.http.get("/graphql", params=params)).json()["data"] == ASHA


@pytest.mark.parametrize(
    "raw", ["query=%ff", "query=%7B__typename%7D&variables=%7B%22a%22%3A%22%c3%22%7D", "&".join(["a=1"] * 100)]
)
async def test_a_query_string_that_cannot_be_read_is_400(gateway: GatewayUnderTest, raw: str) -> None:
    """A replaced character would ask for somebody else."""
    assert (await gateway.http.get(f"/graphql?{raw}")).status_code == 400


# --- safe methods ---

UNSAFE = [
    ("mutation { nothing }", {}),
    ("subscription { nothing }", {}),
    ("mutation A { a }", {"operationName": "A"}),
    ("query A { __typename } mutation B { b }", {"operationName": "B"}),
    ("#query\nmutation{a}", {}),
]


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("text", "others"), UNSAFE)
async def test_what_is_no_query_cannot_be_sent_by_get(
    gateway: GatewayUnderTest, method: str, text: str, others: dict[str, str], accept: str
) -> None:
    response = await gateway.http.request(
        method, "/graphql", params={"query": text, **others}, headers={"accept": accept}
    )
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert gateway.sandbox.requests == []


HARMLESS = [
    ('{ customer(by: {mobile: "mutation"}) { id } }', {}, 200),
    ("query mutation { __typename }", {}, 200),
    ("query A { __typename } # subscription", {}, 200),
    ("query A { __typename } mutation B { b }", {"operationName": "A"}, 200),
    ("mutation {", {}, 200),
    ("mutation A { a } mutation B { b }", {}, 200),
    ("mutation A { a }", {"operationName": "B"}, 200),
]


@pytest.mark.parametrize(("text", "others", "status"), HARMLESS)
async def test_a_query_that_only_looks_like_something_else_is_judged_as_itself(
    gateway: GatewayUnderTest, text: str, others: dict[str, str], status: int
) -> None:
    params = {"query": text, **others}
    assert (await gateway.http.get("/graphql", params=params, headers={"accept": JSON})).status_code == status


async def test_head_is_get_without_its_body(gateway: GatewayUnderTest) -> None:
    await get(gateway)  # so that both cost the same
    found, head = await get(gateway), await get(gateway, method="HEAD")
    assert head.content == b""
    differing = {"x-request-id", "cache-control"}
    assert {name: value for name, value in head.headers.items() if name not in differing} == {
        name: value for name, value in found.headers.items() if name not in differing
    }


async def test_head_of_the_page(gateway: GatewayUnderTest) -> None:
    head = await gateway.http.head("/graphql", headers={"accept": "text/html"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/html")


async def test_options_tells_what_is_allowed(gateway: GatewayUnderTest) -> None:
    response = await gateway.http.options("/graphql")
    assert (response.status_code, response.headers["allow"], response.content) == (204, "GET, HEAD, OPTIONS, POST", b"")


# --- headers of every answer ---


@pytest.mark.parametrize("text", [FIRST_NAME, "{ nothing }", "{"])
async def test_every_answer_is_closed_to_frames_strangers_and_guesses(gateway: GatewayUnderTest, text: str) -> None:
    for response in (await post(gateway, text), await get(gateway, text)):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        assert response.headers["referrer-policy"] == "no-referrer"
        varies = set(response.headers["vary"].split(", "))
        assert varies == {
            "accept",
            "accept-encoding",
            "accept-language",
            "authorization",
            "x-api-key",
            "x-cap-api-oauth-token",
            "origin",
            "x-gateway-explain",
        }


async def test_the_page_keeps_its_own_policy(gateway: GatewayUnderTest) -> None:
    page = await gateway.http.get("/graphql", headers={"accept": "text/html"})
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy  # so default-src holds: nothing inline and nothing evaluated runs
    assert "unsafe-eval" not in policy


async def test_a_refusal_is_not_kept(gateway: GatewayUnderTest) -> None:
    for response in (await post(gateway, content_type="text/plain"), await get(gateway, "mutation { a }")):
        assert response.headers["cache-control"] == "no-store"


# --- compression ---


def decoded(response: httpx.Response) -> Any:
    """httpx has done it already."""
    return response.json()


@pytest.mark.parametrize(("accept", "expected"), [("br", "br"), ("gzip", "gzip"), ("gzip;q=1, br;q=0.5", "gzip")])
async def test_a_long_answer_is_compressed(gateway: GatewayUnderTest, accept: str, expected: str) -> None:
    plain = await post(gateway, WIDE, accept_encoding="identity")
    response = await post(gateway, WIDE, accept_encoding=accept)
    assert "content-encoding" not in plain.headers
    assert response.headers["content-encoding"] == expected
    assert int(response.headers["content-length"]) < len(plain.content) / 3
    assert decoded(response) == plain.json()


async def test_the_bytes_are_what_they_are_said_to_be(gateway: GatewayUnderTest) -> None:
    """Read by hand: httpx would take an answer that is not compressed at all."""
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
    for coding, decompress in unpack.items():
        async with gateway.http.stream(
            "POST", "/graphql", json={"query": WIDE}, headers={"accept-encoding": coding}
        ) as response:
            raw = b"".join([part async for part in response.aiter_raw()])
        assert "types" in json.loads(decompress(raw))["data"]["__schema"]


async def test_a_short_answer_is_left_as_it_is(gateway: GatewayUnderTest) -> None:
    response = await post(gateway, accept_encoding="br, gzip")
    assert "content-encoding" not in response.headers
    assert response.json()["data"] == ASHA


async def test_from_how_many_bytes_is_a_setting() -> None:
    async with configured(http={"compress_from_bytes": 10}) as eager:
        assert (await post(eager, accept_encoding="gzip")).headers["content-encoding"] == "gzip"
    async with configured(introspection=True, http={"compress_from_bytes": 0}) as never:
        assert "content-encoding" not in (await post(never, WIDE, accept_encoding="gzip")).headers


async def test_a_very_long_answer_is_compressed_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.graphql import compression

    monkeypatch.setattr(compression, "_BESIDE", 100)
    assert gzip.decompress(await compression.compressed(b"a" * 1000, "gzip")) == b"a" * 1000


# --- the two tables of statuses ---

FAILED_FIELD = '{ customer(by: {mobile: ""}) { id } }'
TABLE = [
    ({"query": "{ __typename }"}, 200, 200, 200, 200),
    ({"query": FAILED_FIELD}, 200, 200, 294, 200),
    ({"query": "{"}, 400, 200, 400, 400),
    ({"query": "{ nothing }"}, 400, 200, 422, 422),
    ({"query": "query A { __typename } query B { __typename }"}, 400, 200, 422, 422),
    ({"query": "query($a: Int!) { __typename }"}, 400, 200, 422, 422),
    ({"query": 1}, 400, 400, 422, 422),
    ({}, 400, 400, 422, 422),
    ("nonsense", 400, 400, 400, 400),
]


@pytest.mark.parametrize(("body", "response", "plain", "released_response", "released_plain"), TABLE)
async def test_the_status_says_what_the_chosen_table_says(
    body: object, response: int, plain: int, released_response: int, released_plain: int
) -> None:
    content = body if isinstance(body, str) else json.dumps(body)
    found: list[tuple[int, str]] = []
    for codes in ("established", "released"):
        async with configured(http={"status_codes": codes}) as gateway:
            for accept in (RESPONSE, JSON):
                headers = {"content-type": JSON, "accept": accept}
                answer = await gateway.http.post("/graphql", content=content, headers=headers)
                found.append((answer.status_code, answer.headers["content-type"].partition(";")[0]))
    failed = RESPONSE if released_plain >= 300 else JSON
    assert found == [(response, RESPONSE), (plain, JSON), (released_response, RESPONSE), (released_plain, failed)]

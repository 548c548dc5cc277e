"""Pages of other origins: what they may ask, what they may read, and what they cannot cause."""

from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from gateway.errors import BadRequest
from gateway.graphql.origins import EXPOSED, CrossOrigin
from gateway.settings import BadSettings, load
from tests.graphql.support import configured

APP = "https://app.example.com"
OTHER = "https://other.example.com"
QUERY = '{ customer(by: {mobile: "919800000001"}) { firstName } }'
CORS = {"origins": f"{APP},http://localhost:3000"}


def cors_of(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.startswith("access-control-")}


async def preflight(origin: str, asked: str = "content-type,authorization", **chosen: Any) -> httpx.Response:
    async with configured(cors=chosen or CORS) as gateway:
        headers = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": asked}
        return await gateway.http.options("/graphql", headers=headers)


# --- CORS ---


@pytest.mark.parametrize("origin", [APP, "http://localhost:3000"])
async def test_a_preflight_from_a_configured_origin_is_agreed_to(origin: str) -> None:
    response = await preflight(origin)
    assert (response.status_code, response.content) == (204, b"")
    told = cors_of(response)
    assert told["access-control-allow-origin"] == origin
    assert told["access-control-allow-methods"] == "GET, HEAD, POST"
    assert told["access-control-max-age"] == "7200"
    assert {"content-type", "authorization", "x-api-key", "graphql-require-preflight"} <= set(
        told["access-control-allow-headers"].split(", ")
    )
    assert "access-control-allow-credentials" not in told
    assert "origin" in response.headers["vary"]


@pytest.mark.parametrize(
    "origin", [OTHER, "http://app.example.com", f"{APP}:8443", f"{APP}.evil.com", "null", APP.upper(), f"{APP}/", ""]
)
async def test_a_preflight_from_anybody_else_is_not(origin: str) -> None:
    response = await preflight(origin)
    assert (response.status_code, cors_of(response)) == (403, {})


async def test_without_configured_origins_nobody_is_agreed_to() -> None:
    response = await preflight(APP, origins="")
    assert (response.status_code, cors_of(response)) == (403, {})


async def test_an_answer_may_be_read_by_the_page_that_asked() -> None:
    async with configured(cors=CORS) as gateway:
        for body in ({"query": QUERY}, {"query": "{ nothing }"}, {}):
            response = await gateway.http.post("/graphql", json=body, headers={"origin": APP})
            assert cors_of(response) == {
                "access-control-allow-origin": APP,
                "access-control-expose-headers": EXPOSED,
            }


async def test_an_answer_tells_a_stranger_s_page_nothing() -> None:
    async with configured(cors=CORS) as gateway:
        response = await gateway.http.post("/graphql", json={"query": QUERY}, headers={"origin": OTHER})
        assert cors_of(response) == {}
        assert cors_of(await gateway.http.post("/graphql", json={"query": QUERY})) == {}


async def test_credentials_are_agreed_to_by_name_only() -> None:
    told = cors_of(await preflight(APP, origins=APP, credentials=True))
    assert told["access-control-allow-origin"] == APP
    assert told["access-control-allow-credentials"] == "true"


async def test_every_origin_may_ask_where_that_is_configured_but_never_with_credentials() -> None:
    told = cors_of(await preflight(OTHER, origins="*"))
    assert told["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in told
    with pytest.raises(BadSettings, match="GATEWAY_CORS__CREDENTIALS: not with the origin"):
        load({}, {"cors": {"origins": "*", "credentials": True}, "upstream": {"auth": "none"}})


async def test_further_headers_can_be_allowed() -> None:
    told = cors_of(await preflight(APP, origins=APP, headers="x-device, x-build", max_age_s=60))
    assert told["access-control-allow-headers"].endswith("x-device, x-build")
    assert told["access-control-max-age"] == "60"


@pytest.mark.parametrize(
    "origin",
    [
        "app.example.com",
        f"{APP}/",
        f"{APP}/path",
        "https://",
        "null",
        "ftp://a.b",
        "https://a b",
        "https://*.b",
        "HTTPS://a.b",
    ],
)
def test_what_is_no_origin_stops_the_start(origin: str) -> None:
    with pytest.raises(BadSettings, match=r"GATEWAY_CORS__ORIGINS: .* is no origin"):
        load({}, {"cors": {"origins": origin}, "upstream": {"auth": "none"}})


# --- a GET that somebody else's page causes ---

ADMITTED = [
    ("a program", {}),
    ("a page of ours", {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}),
    ("the address bar", {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}),
    ("a configured page", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "origin": APP}),
    ("a configured page of the same site", {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "origin": APP}),
    ("an old browser's page of ours", {"origin": "http://gateway"}),
    ("an old browser's configured page", {"origin": APP}),
    ("Apollo's client", {"sec-fetch-site": "cross-site", "origin": OTHER, "x-apollo-operation-name": "A"}),
    ("Apollo's header", {"sec-fetch-site": "cross-site", "apollo-require-preflight": "true"}),
    ("the specification's header", {"sec-fetch-site": "cross-site", "graphql-require-preflight": "1"}),
    ("a content type that is asked about", {"sec-fetch-site": "cross-site", "content-type": "application/json"}),
]
REFUSED = [
    ("an image", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}),
    ("a link", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}),
    ("a stranger's script", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "origin": OTHER}),
    ("a sibling's script", {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "origin": OTHER}),
    ("an old browser's script", {"origin": OTHER}),
    ("an opaque origin", {"origin": "null"}),
    ("what is no origin", {"origin": "http://["}),
    ("a form", {"sec-fetch-site": "cross-site", "content-type": "application/x-www-form-urlencoded"}),
    ("plain text", {"sec-fetch-site": "cross-site", "content-type": "text/plain; a=application/json"}),
    ("no type at all", {"sec-fetch-site": "cross-site", "content-type": "nonsense"}),
    ("a password the browser knows", {"sec-fetch-site": "cross-site", "authorization": "Basic YTpi"}),
    ("a site we have no word for", {"sec-fetch-site": "neighbouring"}),
]


@pytest.mark.parametrize("headers", [headers for _, headers in ADMITTED], ids=[name for name, _ in ADMITTED])
async def test_a_get_is_answered_to(headers: dict[str, str]) -> None:
    async with configured(cors=CORS) as gateway:
        response = await gateway.http.get("/graphql", params={"query": QUERY}, headers=headers)
        assert response.json()["data"] == {"customer": {"firstName": "Asha"}}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("headers", [headers for _, headers in REFUSED], ids=[name for name, _ in REFUSED])
async def test_a_get_costs_nothing_that_was_caused_by(headers: dict[str, str], method: str) -> None:
    async with configured(cors=CORS) as gateway:
        response = await gateway.http.request(method, "/graphql", params={"query": QUERY}, headers=headers)
        assert (response.status_code, gateway.sandbox.requests) == (403, [])
        assert response.headers["cache-control"] == "no-store"


async def test_a_link_still_opens_the_explorer() -> None:
    headers = {"accept": "text/html", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    async with configured(graphiql=True) as gateway:
        assert (await gateway.http.get("/graphql", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "http://gateway"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"graphql-require-preflight": "1"}, 200),
        ({"origin": APP}, 200),
    ],
)
async def test_a_get_can_be_asked_to_prove_that_it_was_asked_about(headers: dict[str, str], status: int) -> None:
    async with configured(cors=CORS, http={"get_needs_header": True}) as gateway:
        response = await gateway.http.get("/graphql", params={"query": QUERY}, headers=headers)
        assert response.status_code == status


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
async def test_what_a_page_can_post_unasked_is_not_read(content_type: str | None) -> None:
    async with configured() as gateway:
        request = gateway.http.build_request("POST", "/graphql", content=f'{{"query": "{QUERY}"}}')
        if content_type:
            request.headers["content-type"] = content_type
        assert (await gateway.http.send(request)).status_code == 415


@given(st.dictionaries(st.sampled_from(["origin", "host", "sec-fetch-site", "content-type"]), st.text(max_size=20)))
def test_no_headers_at_all_make_a_fault(given_headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("utf-8", "ignore")) for name, value in given_headers.items()]
    policy, headers = CrossOrigin(frozenset({APP})), Headers(raw=raw)
    policy.told(headers)
    for judge in (policy.admit, policy.preflight):
        with suppress(BadRequest):
            judge(headers)

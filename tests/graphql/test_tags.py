"""A client that has an answer already asks whether it is still the answer, and is told so in a few bytes."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.graphql.tags import Tags, has
from tests.driver.asking import MOBILE, SECRET, asha, event
from tests.support.gateway import GatewayUnderTest, running

QUERY = asha("id firstName", MOBILE)


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayUnderTest]:
    async with running(webhooks={"secret": SECRET}) as gateway:
        yield gateway


async def get(gateway: GatewayUnderTest, query: str = QUERY, method: str = "GET", **headers: str) -> httpx.Response:
    sent = {"accept": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return await gateway.http.request(method, "/graphql", params={"query": query}, headers=sent)


async def test_the_tag_is_of_the_data_and_not_of_what_it_cost(gateway: GatewayUnderTest) -> None:
    """Met first, compiled, known at a glance, known by its bytes."""
    answers = [await get(gateway) for _ in range(6)]
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert len({answer.content for answer in answers}) == 2
    other = await get(gateway, asha("id lastName", MOBILE))
    assert other.headers["etag"] != answers[0].headers["etag"]


@pytest.mark.parametrize("times", range(5))
async def test_who_has_it_gets_no_body(gateway: GatewayUnderTest, times: int) -> None:
    first = await get(gateway)
    for _ in range(times):
        again = await get(gateway, if_none_match=first.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
    again = await get(gateway, if_none_match=f'"other", {first.headers["etag"]}')
    assert (again.status_code, again.content) == (304, b"")
    assert "content-type" not in again.headers
    assert {again.headers[name] for name in ("etag", "vary")} == {first.headers[name] for name in ("etag", "vary")}
    assert again.headers["cache-control"].startswith("private, max-age=")
    assert len(gateway.calls()) == 1
    whole = await get(gateway)
    assert (whole.status_code, whole.json()["data"]) == (200, first.json()["data"])


async def test_who_has_another_gets_the_answer(gateway: GatewayUnderTest) -> None:
    for tag in ('"other"', "", "nonsense"):
        assert (await get(gateway, if_none_match=tag)).json()["data"]["customer"]["firstName"]


async def test_after_a_change_it_is_asked_for_anew(gateway: GatewayUnderTest) -> None:
    first = await get(gateway)
    await event(gateway, "customerUpdated", 100000001)
    again = await get(gateway, if_none_match=first.headers["etag"])
    assert again.status_code == 304  # it changed and is the same, which only upstream can tell
    assert len(gateway.calls()) == 2


async def test_head_has_the_tag_too(gateway: GatewayUnderTest) -> None:
    found = await get(gateway)
    head = await get(gateway, method="HEAD", if_none_match=found.headers["etag"])
    assert (head.status_code, head.headers["etag"]) == (304, found.headers["etag"])


@pytest.mark.parametrize("headers", [{"x_gateway_explain": "analyze"}, {"x_gateway_explain": "plan"}])
async def test_what_is_asked_for_besides_has_none(gateway: GatewayUnderTest, headers: dict[str, str]) -> None:
    first = await get(gateway)
    assert "etag" not in (await get(gateway, **headers)).headers
    again = await get(gateway, **headers, if_none_match=first.headers["etag"])
    assert (again.status_code, "explain" in again.json()["extensions"]) == (200, True)


@pytest.mark.parametrize("query", ["{ nothing }", asha("fraudStatus { nothing }"), "{ __typename }"])
async def test_what_may_not_be_kept_has_none(gateway: GatewayUnderTest, query: str) -> None:
    assert "etag" not in (await get(gateway, query)).headers


async def test_a_post_has_none(gateway: GatewayUnderTest) -> None:
    assert "etag" not in (await gateway.post(QUERY)).headers


@pytest.mark.parametrize(
    ("said", "expected"),
    [('W/"a"', True), ('"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False), ("a", False), ("", False)],
)
def test_tags_are_compared_weakly(said: str, expected: Any) -> None:
    assert has(said, 'W/"a"') is expected


def test_tags_differ_by_data() -> None:
    tags = Tags(b"of replicas")
    assert tags.of({"a": 1}) == Tags(b"of replicas").of({"a": 1})
    assert len({tags.of({"a": 1}), tags.of({"a": 2}), tags.of(None), Tags(b"of others").of({"a": 1})}) == 4

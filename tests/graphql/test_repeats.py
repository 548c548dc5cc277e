"""Answers as bytes: what they save, and that nobody gets one that is not theirs, or not true any more."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from gateway.auth.callers import ANYONE, Member, Staff
from gateway.facets.catalog import PERSON
from gateway.facets.facet import Identifier, IdentifierKind
from gateway.graphql.repeats import HARMLESS, OVERHEAD, Kept, Repeats
from gateway.graphql.reply import Reply
from gateway.telemetry.requests import RequestAnswered
from tests.driver.asking import MOBILE, SECRET, asha, broken, event
from tests.support.clock import Clock
from tests.support.gateway import GatewayUnderTest, running
from tests.tenants.support import two

QUERY = asha("id firstName cards { cardNumber }", MOBILE)
WARM = 4
"""The first time an operation is met, then it is compiled, then known at a glance, and from then on known by bytes."""


class Found:
    """How often an answer was given as bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        find = Repeats.find

        def counting(repeats: Repeats, key: Any) -> Any:
            found = find(repeats, key)
            self.times += found is not None
            return found

        monkeypatch.setattr(Repeats, "find", counting)

    def again(self) -> int:
        """How often since this was asked last."""
        times, self.times = self.times, 0
        return times


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Found:
    return Found(monkeypatch)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def gateway(clock: Clock, found: Found) -> AsyncIterator[GatewayUnderTest]:
    assert not found.times
    async with running(clock=clock, webhooks={"secret": SECRET}) as gateway:
        yield gateway


async def warm(gateway: GatewayUnderTest, query: str = QUERY, **headers: str) -> httpx.Response:
    """Asks until the answer is known by its bytes."""
    for _ in range(WARM - 1):
        await gateway.post(query, **headers)
    return await gateway.post(query, **headers)


async def test_the_same_request_has_the_same_bytes(gateway: GatewayUnderTest, found: Found) -> None:
    first = await gateway.post(QUERY)
    for _ in range(5):
        again = await gateway.post(QUERY)
        assert again.json()["data"] == first.json()["data"]
    assert found.again() == 5 - 2
    assert again.json()["extensions"]["cost"] == {**first.json()["extensions"]["cost"], "actual": 0}
    assert {name for name, _ in again.headers.raw} == {name for name, _ in first.headers.raw}
    assert len(gateway.calls()) == 1


async def test_an_answer_says_for_how_long_it_may_be_kept_now(
    gateway: GatewayUnderTest, found: Found, clock: Clock
) -> None:
    await warm(gateway)
    clock.step(10)
    response = await gateway.post(QUERY)
    assert found.again() == 2
    assert response.headers.get_list("cache-control") == [f"private, max-age={PERSON.fresh_for - 10}"]


async def test_it_ends_with_what_is_known_of_whom_the_identifier_names(
    gateway: GatewayUnderTest, found: Found, clock: Clock
) -> None:
    await warm(gateway)
    found.again()
    clock.step(60)
    gateway.sandbox.requests.clear()
    await gateway.post(QUERY)
    assert (found.again(), len(gateway.calls())) == (0, 1)


async def test_it_ends_with_its_shortest_facet(gateway: GatewayUnderTest, found: Found, clock: Clock) -> None:
    by_id = asha("id firstName")
    await warm(gateway, by_id)
    clock.step(PERSON.fresh_for - 1)
    await warm(gateway, by_id)
    assert found.again() == 1 + WARM  # that an id names itself has no end
    clock.step(2)
    await gateway.post(by_id)
    assert found.again() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "application/json"},
        {"accept_encoding": "gzip"},
        {"accept_language": "zh"},
        {"authorization": "Bearer other"},
        {"x_api_key": "other"},
        {"x_cap_api_oauth_token": "other"},
        {"origin": "https://elsewhere.example"},
        {"cache_control": "max-age=5"},
        {"cookie": "a=b"},
        {"x_anything": "else"},
    ],
    ids=lambda headers: next(iter(headers)),
)
async def test_another_header_is_another_request(
    gateway: GatewayUnderTest, found: Found, headers: dict[str, str]
) -> None:
    await warm(gateway)
    found.again()
    await gateway.post(QUERY, **headers)
    assert found.again() == 0


async def test_headers_that_change_no_answer_change_nothing(gateway: GatewayUnderTest, found: Found) -> None:
    await warm(gateway)
    found.again()
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    one = await gateway.post(QUERY, user_agent="another", traceparent=trace, x_request_id="7")
    other = await gateway.post(QUERY)
    assert found.again() == 2
    assert one.content == other.content
    assert one.headers["x-request-id"] != other.headers["x-request-id"]


async def test_another_body_is_another_request(gateway: GatewayUnderTest, found: Found) -> None:
    await warm(gateway)
    found.again()
    other = await gateway.post(QUERY + " ")
    assert found.again() == 0
    assert other.json()["data"] == (await gateway.post(QUERY)).json()["data"]


@pytest.mark.parametrize("name", ["customerUpdated", "pointsIssued"])
async def test_it_ends_when_the_customer_changes(
    gateway: GatewayUnderTest, found: Found, clock: Clock, name: str
) -> None:
    await warm(gateway)
    clock.step(1)
    await event(gateway, name, 100000001)
    clock.step(1)
    found.again()
    gateway.sandbox.requests.clear()
    await gateway.post(QUERY)
    assert (found.again(), len(gateway.calls())) == (0, 1)


async def test_it_stays_when_somebody_else_changes(gateway: GatewayUnderTest, found: Found, clock: Clock) -> None:
    await warm(gateway)
    clock.step(1)
    await event(gateway, "customerUpdated", 100000041)
    clock.step(1)
    found.again()
    await gateway.post(QUERY)
    assert found.again() == 1


async def test_it_ends_when_anything_newer_is_known_of_the_customer(
    gateway: GatewayUnderTest, found: Found, clock: Clock
) -> None:
    await warm(gateway)
    clock.step(1)
    await gateway.post(QUERY, cache_control="no-cache")
    found.again()
    await gateway.post(QUERY)
    assert found.again() == 0


async def test_what_failed_is_not_kept(gateway: GatewayUnderTest, found: Found) -> None:
    await warm(gateway)
    broken(gateway, status=503)
    worse = asha("id slabHistory { fromSlab toSlab }", MOBILE)
    for _ in range(6):
        assert "errors" in (await gateway.post(worse)).json()
    assert found.again() == 1


async def test_an_explained_request_is_always_answered_anew(found: Found) -> None:
    async with running() as gateway:
        for _ in range(6):
            assert "explain" in (await gateway.ask(QUERY, x_gateway_explain="analyze"))["extensions"]
    assert found.again() == 0


async def test_with_no_room_none_is_kept(found: Found) -> None:
    async with running(cache={"answer_bytes": 0}) as gateway:
        await warm(gateway)
        await warm(gateway)
    assert found.again() == 0


async def test_tenants_share_nothing(found: Found) -> None:
    async with two() as both:
        for _ in range(6):
            assert (await both.name("acme"), await both.name("globe")) == ("Acme", "Globe")
    assert found.again() == 7


async def test_get_and_post_are_two_requests(gateway: GatewayUnderTest, found: Found) -> None:
    await warm(gateway)
    found.again()
    asked = {"params": {"query": QUERY}, "headers": {"accept": "application/json", "graphql-require-preflight": "1"}}
    first = await gateway.http.get("/graphql", **asked)
    assert found.again() == 0
    again = await gateway.http.get("/graphql", **asked)
    assert (found.again(), again.content) == (1, first.content)


# --- the table itself ---

HEADERS = [(b"authorization", b"Bearer a"), (b"accept", b"application/json")]
OWN = Identifier(IdentifierKind.MOBILE, "919800000001")


def test_a_key_depends_on_the_caller_and_tells_nothing() -> None:
    repeats = Repeats(most_bytes=10**6)
    callers = [ANYONE, Staff("crm", frozenset()), Member("app", frozenset(), frozenset({OWN}))]
    keys = [repeats.key(caller, HEADERS, b"POST", b"919800000001") for caller in callers]
    assert len(set(keys)) == 3
    assert all(len(key[1]) == 16 for key in keys)
    assert repeats.key(ANYONE, HEADERS, b"POST", b"919800000001") == keys[0]
    assert Repeats(most_bytes=10**6).key(ANYONE, HEADERS, b"POST", b"919800000001") != keys[0]


def test_what_is_sent_cannot_be_read_as_something_else() -> None:
    repeats = Repeats(most_bytes=10**6)
    assert repeats.key(ANYONE, [(b"a", b"bc")], b"") != repeats.key(ANYONE, [(b"ab", b"c")], b"")
    assert repeats.key(ANYONE, [], b"POST", b"a") != repeats.key(ANYONE, [], b"POSTa", b"")


def test_the_header_that_names_a_tenant_is_never_harmless() -> None:
    name = sorted(HARMLESS)[0].decode()
    plain, relevant = Repeats(most_bytes=1), Repeats(most_bytes=1, relevant=[name.title()])
    one, other = [(name.encode(), b"acme")], [(name.encode(), b"globe")]
    assert plain.key(ANYONE, one) == plain.key(ANYONE, other)
    assert relevant.key(ANYONE, one) != relevant.key(ANYONE, other)


def test_another_caller_has_another_answer_whatever_they_send() -> None:
    """A token may come to stand for somebody who may see less."""
    driver: Any = SimpleNamespace(stands=None, changes=None)
    repeats, kept = Repeats(most_bytes=10**6), Kept(60, driver, (), RequestAnswered("", 0.0))
    before, after = ANYONE, Staff("", frozenset())
    (_, sent) = key = repeats.key(before, HEADERS, b"POST", b"")
    repeats.keep(key, Reply(200, [], b"all"), kept)
    assert repeats.find((after, sent)) is None
    repeats.keep((after, sent), Reply(200, [], b"less"), kept)
    found = repeats.find((after, sent))
    assert found is not None
    assert found[0].body == b"less"
    assert repeats.find((before, sent)) is None
    assert repeats.bytes_held == OVERHEAD + len(b"less")


def test_the_least_recently_used_goes_first() -> None:
    driver: Any = SimpleNamespace(stands=None, changes=None)
    repeats, kept = Repeats(most_bytes=3 * (OVERHEAD + 10)), Kept(60, driver, (), RequestAnswered("", 0.0))
    keys = [repeats.key(ANYONE, [], text.encode()) for text in "abcd"]
    for key in keys[:3]:
        repeats.keep(key, Reply(200, [], b"0123456789"), kept)
    first = [repeats.find(key) is not None for key in keys[:1]]
    repeats.keep(keys[3], Reply(200, [], b"0123456789"), kept)
    assert first == [True]
    assert [repeats.find(key) is not None for key in keys] == [True, False, True, True]
    repeats.keep(keys[1], Reply(200, [], bytes(10 * OVERHEAD)), kept)
    assert repeats.find(keys[1]) is None
    assert repeats.bytes_held <= 3 * (OVERHEAD + 10)

"""Keys of an issuer: how often they are fetched, and what serves when they cannot be."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from gateway.auth.jwks import MOST_BYTES, FetchedKeys, Keys, KeysUnreadable, fetcher, read
from gateway.errors import AuthUnavailable
from gateway.telemetry.events import Event, KeysFailed, KeysFetched
from tests.auth.support import key, key_set
from tests.support.clock import Clock

FRESH_S, KEEP_S, COOLDOWN_S = 600.0, 3600.0, 30.0
OLD, NEW = key("ES256", 1), key("ES256", 2)


def named(kid: str | None) -> Callable[[Keys], Keys]:
    """The keys of this id."""
    return lambda keys: [one for one in keys if one.id == kid]


class Issuer:
    """An issuer whose answer a test chooses: a text, a fault, or none until it is let go."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.events: list[Event] = []
        self.fetches = 0
        self.answer: str | Exception = key_set(OLD)
        self.gate = asyncio.Event()
        self.gate.set()
        self.closed = False
        self.source = FetchedKeys(
            self.fetch,
            self.events.append,
            fresh_for_s=FRESH_S,
            keep_for_s=KEEP_S,
            cooldown_s=COOLDOWN_S,
            clock=self.clock,
            close=self.close,
        )

    async def fetch(self) -> bytes:
        self.fetches += 1
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer.encode()

    async def close(self) -> None:
        self.closed = True

    async def has(self, kid: str | None) -> bool:
        return bool(await self.source.keys(named(kid)))

    async def settle(self) -> None:
        """Lets what runs behind come to its end."""
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


async def test_keys_are_fetched_when_first_needed_and_once(issuer: Issuer) -> None:
    assert issuer.fetches == 0
    assert [await issuer.has(OLD.kid) for _ in range(5)] == [True] * 5
    assert issuer.fetches == 1
    assert issuer.events == [KeysFetched(1)]


async def test_all_who_need_them_first_share_one_fetch(issuer: Issuer) -> None:
    issuer.gate.clear()
    waiting = [asyncio.create_task(issuer.has(OLD.kid)) for _ in range(50)]
    await issuer.settle()
    issuer.gate.set()
    assert await asyncio.gather(*waiting) == [True] * 50
    assert issuer.fetches == 1


async def test_one_who_goes_away_does_not_end_the_fetch_of_the_others(issuer: Issuer) -> None:
    issuer.gate.clear()
    first, second = (asyncio.create_task(issuer.has(OLD.kid)) for _ in range(2))
    await issuer.settle()
    first.cancel()
    await issuer.settle()
    issuer.gate.set()
    assert await second
    assert issuer.fetches == 1


async def test_they_are_fetched_anew_behind_the_answer_when_they_are_no_longer_fresh(issuer: Issuer) -> None:
    await issuer.has(OLD.kid)
    issuer.clock.step(FRESH_S)
    await issuer.has(OLD.kid)
    assert issuer.fetches == 1
    issuer.clock.step(1)
    issuer.gate.clear()
    assert await issuer.has(OLD.kid), "nobody waits for it"
    assert await issuer.has(OLD.kid)
    await issuer.settle()
    assert issuer.fetches == 2
    issuer.answer = key_set(NEW)
    issuer.gate.set()
    await issuer.settle()
    assert await issuer.has(NEW.kid)
    assert not await issuer.has(OLD.kid), "what the issuer withdrew is not accepted any more"
    assert issuer.fetches == 2


async def test_a_token_of_a_new_key_has_them_fetched_at_once(issuer: Issuer) -> None:
    await issuer.has(OLD.kid)
    issuer.answer = key_set(OLD, NEW)
    issuer.clock.step(COOLDOWN_S)
    assert await issuer.has(NEW.kid)
    assert await issuer.has(OLD.kid)
    assert issuer.fetches == 2


async def test_a_burst_of_unknown_keys_costs_one_fetch_in_each_cooldown(issuer: Issuer) -> None:
    await issuer.has(OLD.kid)
    for turn in range(1, 6):
        issuer.clock.step(COOLDOWN_S - 1)
        assert await asyncio.gather(*(issuer.has(f"unknown-{n}") for n in range(100))) == [False] * 100
        assert issuer.fetches == turn, "too early for another"
        issuer.clock.step(1)
        assert await asyncio.gather(*(issuer.has(f"unknown-{n}") for n in range(100))) == [False] * 100
        assert [await issuer.has(f"later-{n}") for n in range(10)] == [False] * 10
        assert issuer.fetches == turn + 1


async def test_so_does_one_while_the_issuer_is_down(issuer: Issuer) -> None:
    await issuer.has(OLD.kid)
    issuer.answer = httpx.ConnectError("https://issuer.example refused")
    issuer.clock.step(COOLDOWN_S)
    for _ in range(100):
        assert not await issuer.has("unknown")
        assert await issuer.has(OLD.kid)
    assert issuer.fetches == 2


FAULTS: Sequence[str | Exception] = (
    httpx.ConnectError("no route"),
    httpx.ReadTimeout("slow"),
    TimeoutError(),
    KeysUnreadable("HTTP 500"),
    "",
    "<html>",
    "[]",
    "{}",
    '{"keys": {}}',
    '{"keys": []}',
    '{"keys": [1, null, "a"]}',
    '{"keys": [{"kty": "RSA", "n": "AQAB"}]}',
    '{"keys": [{"kty": "EC", "crv": "P-256", "x": 1, "y": 2}]}',
    '{"keys": [{"kty": ["EC"]}]}',
)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_the_old_keys_serve_for_a_while_when_the_issuer_fails(issuer: Issuer, fault: str | Exception) -> None:
    await issuer.has(OLD.kid)
    issuer.answer = fault
    issuer.clock.step(FRESH_S + KEEP_S)
    assert await issuer.has(OLD.kid)
    await issuer.settle()
    assert issuer.fetches == 2
    issuer.clock.step(1)
    with pytest.raises(AuthUnavailable):
        await issuer.has(OLD.kid)
    assert isinstance(issuer.events[-1], KeysFailed)
    issuer.answer = key_set(OLD)
    issuer.clock.step(COOLDOWN_S)
    assert await issuer.has(OLD.kid), "it is back"


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_without_any_keys_it_is_said_and_tried_again_each_second(issuer: Issuer, fault: str | Exception) -> None:
    issuer.answer = fault
    for _ in range(20):
        with pytest.raises(AuthUnavailable) as refusal:
            await issuer.has(OLD.kid)
    assert issuer.fetches == 1
    assert (refusal.value.status, refusal.value.headers) == (503, {"retry-after": "1"})
    issuer.answer = key_set(OLD)
    issuer.clock.step(1)
    assert await issuer.has(OLD.kid)
    assert issuer.fetches == 2


async def test_a_slow_issuer_keeps_nobody_waiting_who_has_a_known_key(issuer: Issuer) -> None:
    await issuer.has(OLD.kid)
    issuer.clock.step(COOLDOWN_S)
    issuer.gate.clear()
    waiting = asyncio.create_task(issuer.has("unknown"))
    await issuer.settle()
    assert not waiting.done()
    assert await issuer.has(OLD.kid)
    issuer.gate.set()
    assert await waiting is False


async def test_no_event_tells_where_the_issuer_is(issuer: Issuer) -> None:
    issuer.answer = httpx.ConnectError("https://issuer.example:8443/keys?secret=1")
    with pytest.raises(AuthUnavailable):
        await issuer.has(OLD.kid)
    assert issuer.events == [KeysFailed("ConnectError")]


async def test_closing_ends_a_fetch(issuer: Issuer) -> None:
    issuer.gate.clear()
    waiting = asyncio.create_task(issuer.has(OLD.kid))
    await issuer.settle()
    await issuer.source.close()
    assert issuer.closed
    with pytest.raises(asyncio.CancelledError):
        await waiting


# --- what a key set may hold ---


def test_what_is_of_no_use_is_passed_over() -> None:
    good = json.loads(key_set())["keys"][0]
    private = key().as_dict(private=True)
    odd: list[Any] = [
        {**good, "use": "enc"},
        {**good, "key_ops": ["encrypt"]},
        {**good, "kid": 7},
        {**good, "alg": ["ES256"]},
        {"kty": "AKP", "pub": "AAAA"},
        {"kty": "oct", "k": "AAAA"},
        {"kty": "EC", "crv": "P-999", "x": "AAAA", "y": "AAAA"},
    ]
    (found,) = read(json.dumps({"keys": [*odd, private], "more": 1}).encode())
    assert found.id == key().kid
    assert not found.key.is_private, "only public parts are taken over"


def test_a_curve_is_no_other_algorithm_s() -> None:
    (found,) = read(key_set(ECKey.import_key(OLD.as_dict())).encode())
    assert found.fits(OLD.kid, "ES256")
    assert not found.fits(OLD.kid, "RS256")
    assert not found.fits(OLD.kid, "EdDSA")
    assert not found.fits("other", "ES256")
    assert not found.fits("", "ES256")


# --- fetching ---


def answering(respond: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(respond))


async def test_a_fetch_sends_no_credential_and_takes_the_body() -> None:
    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, text=key_set())

    async with answering(respond) as http:
        assert read(await fetcher(http, "https://issuer.example/keys", 1.0)())
    assert [str(one.url) for one in seen] == ["https://issuer.example/keys"]
    assert not {"authorization", "cookie"} & set(seen[0].headers)


@pytest.mark.parametrize("status", [204, 301, 302, 304, 401, 404, 500, 503])
async def test_an_answer_that_is_not_200_is_none(status: int) -> None:
    """A redirection least of all: whoever can redirect could bring keys of their own."""
    elsewhere = {"location": "https://evil.example/keys"}
    async with answering(lambda _: httpx.Response(status, headers=elsewhere, text=key_set())) as http:
        with pytest.raises(KeysUnreadable, match=f"HTTP {status}"):
            await fetcher(http, "https://issuer.example/keys", 1.0)()


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    async with answering(lambda _: httpx.Response(200, content=b" " * (MOST_BYTES + 1))) as http:
        with pytest.raises(KeysUnreadable, match="too large"):
            await fetcher(http, "https://issuer.example/keys", 1.0)()


async def test_a_fetch_is_given_up_after_its_time() -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with httpx.AsyncClient(transport=httpx.MockTransport(never)) as http:
        with pytest.raises(TimeoutError):
            await fetcher(http, "https://issuer.example/keys", 0.001)()

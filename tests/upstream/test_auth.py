import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from gateway.context import Credential, Scope
from gateway.errors import GatewayError, UpstreamBroken, UpstreamTimeout, UpstreamUnauthorized, UpstreamUnavailable
from gateway.facets.capabilities import Capabilities
from gateway.facets.facet import Endpoint
from gateway.sandbox import EndpointFault, Sandbox, create_sandbox
from gateway.upstream.answers import Failed, Found
from gateway.upstream.auth import BasicCredential, NoCredential, OAuthCredential
from gateway.upstream.client import Performed, UpstreamClient
from tests.upstream.calls import ID, call, target

KEY, SECRET = "sandbox-key", "sandbox-secret"
TOKEN = "/v3/oauth/token/generate"
HEADER = "X-CAP-API-OAUTH-TOKEN"
TTL_S = 300


class Clock:
    """The time, which stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    return create_sandbox(token_ttl_s=TTL_S, clock=clock)


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://upstream") as http:
        yield http


@pytest.fixture
def oauth(http: httpx.AsyncClient, clock: Clock) -> OAuthCredential:
    return OAuthCredential(http, KEY, SECRET, clock=clock)


def tokens_asked(sandbox: Sandbox) -> int:
    return sum(request.path == TOKEN for request in sandbox.requests)


class Issuer:
    """A token endpoint that answers when it is told to, as it is told to."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.arrived = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        self.arrived.set()
        await self.go.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        answer.request = request
        return answer

    def credential(self, clock: Callable[[], float]) -> OAuthCredential:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self), base_url="http://upstream")
        return OAuthCredential(http, KEY, SECRET, clock=clock)


def issued(token: Any, ttl: Any = TTL_S) -> httpx.Response:
    return httpx.Response(200, json={"data": {"accessToken": token, "ttlSeconds": ttl}, "errors": None})


# Basic and none.


async def test_basic_is_the_user_name_with_the_md5_of_the_password():
    digest = hashlib.md5(b"p\xc3\xa4ss", usedforsecurity=False).hexdigest()
    token = base64.b64encode(f"till.1:{digest}".encode()).decode()
    assert await BasicCredential("till.1", "päss").headers() == {"Authorization": f"Basic {token}"}


async def test_the_sandbox_accepts_the_basic_header(sandbox: Sandbox):
    assert (await BasicCredential("till.sandbox", "sandbox").headers())["Authorization"] == sandbox.credentials.basic


async def test_a_refused_password_is_not_tried_again():
    basic = BasicCredential("till.1", "pass")
    assert basic.refused(await basic.headers()) is False


async def test_no_credential_is_no_header_and_nothing_to_try_again():
    assert (await NoCredential().headers(), NoCredential().refused({})) == ({}, False)


def test_credentials_that_may_see_different_things_have_different_principals(http: httpx.AsyncClient):
    principals = [
        NoCredential().principal,
        *(BasicCredential(user, word).principal for user, word in (("a", "1"), ("a", "2"), ("b", "1"))),
        *(OAuthCredential(http, key, word).principal for key, word in (("a", "1"), ("a", "2"), ("b", "1"))),
    ]
    assert len(set(principals)) == 7


# The life of a token.


async def test_a_token_is_fetched_and_sent_in_its_header(oauth: OAuthCredential, sandbox: Sandbox):
    assert await oauth.headers() == {HEADER: "sandbox-token-000001"}
    assert sandbox.requests[0].method == "POST"


async def test_many_at_once_share_one_token(oauth: OAuthCredential, sandbox: Sandbox):
    found = await asyncio.gather(*(oauth.headers() for _ in range(50)))
    assert {headers[HEADER] for headers in found} == {"sandbox-token-000001"}
    assert tokens_asked(sandbox) == 1


LIVES = [(300, 270.0), (3600, 3240.0), (60, 50.0), (100, 90.0), (12, 6.0)]
"""Seconds a token lives, and after how many it is renewed."""


@pytest.mark.parametrize(("life", "renewed_after"), LIVES)
async def test_a_token_is_renewed_before_it_ends_and_not_before_that(clock: Clock, life: int, renewed_after: float):
    issuer = Issuer(issued("first", life), issued("second", life))
    issuer.go.set()
    oauth = issuer.credential(clock)
    await oauth.headers()
    clock.now += renewed_after - 0.1
    assert (await oauth.headers())[HEADER] == "first"
    clock.now += 0.1
    assert (await oauth.headers())[HEADER] == "second"


async def test_a_tokens_life_counts_from_when_it_was_asked_for(clock: Clock):
    issuer = Issuer(issued("slow", 300), issued("next", 300))
    oauth = issuer.credential(clock)
    waiting = asyncio.create_task(oauth.headers())
    await issuer.arrived.wait()
    clock.now += 100
    issuer.go.set()
    await waiting
    clock.now += 170
    assert (await oauth.headers())[HEADER] == "next"


async def test_there_is_one_renewal_at_a_time(clock: Clock):
    issuer = Issuer(issued("first"), issued("second"))
    issuer.go.set()
    oauth = issuer.credential(clock)
    await oauth.headers()
    issuer.go.clear()
    issuer.arrived.clear()
    clock.now += TTL_S
    early = [asyncio.create_task(oauth.headers()) for _ in range(10)]
    await issuer.arrived.wait()
    late = [asyncio.create_task(oauth.headers()) for _ in range(10)]
    issuer.go.set()
    found = await asyncio.gather(*early, *late)
    assert ({headers[HEADER] for headers in found}, issuer.asked) == ({"second"}, 2)


async def test_one_who_goes_away_takes_the_token_from_nobody(clock: Clock):
    issuer = Issuer(issued("first"))
    oauth = issuer.credential(clock)
    leaver, waiter = asyncio.create_task(oauth.headers()), asyncio.create_task(oauth.headers())
    await issuer.arrived.wait()
    leaver.cancel()
    issuer.go.set()
    assert (await waiter)[HEADER] == "first"
    assert issuer.asked == 1


async def test_a_token_that_everybody_left_is_there_for_the_next(clock: Clock):
    issuer = Issuer(issued("first"))
    oauth = issuer.credential(clock)
    leaver = asyncio.create_task(oauth.headers())
    await issuer.arrived.wait()
    leaver.cancel()
    await asyncio.gather(leaver, return_exceptions=True)
    issuer.go.set()
    assert (await oauth.headers())[HEADER] == "first"
    assert issuer.asked == 1


# A refused token.


def client(http: httpx.AsyncClient, credential: Credential) -> UpstreamClient:
    return UpstreamClient(http, credential, capabilities=Capabilities(), timeout_s=5.0)


async def perform(upstream: UpstreamClient, sandbox: Sandbox, endpoint: Endpoint = Endpoint.V1) -> Performed:
    asked = target((ID, str(sandbox.customers[0].id)))
    return await upstream.perform(call(endpoint, asked), {0: asked})


@pytest.mark.parametrize("endpoint", list(Endpoint))
async def test_a_token_that_upstream_forgot_is_renewed_and_the_call_answered(
    http: httpx.AsyncClient, oauth: OAuthCredential, sandbox: Sandbox, endpoint: Endpoint
):
    upstream = client(http, oauth)
    await perform(upstream, sandbox, endpoint)
    sandbox.credentials.forget_tokens()
    performed = await perform(upstream, sandbox, endpoint)
    assert isinstance(performed.outcomes[0], Found)
    assert (performed.status, tokens_asked(sandbox)) == (200, 2)


async def test_many_whose_token_was_refused_renew_it_once(
    http: httpx.AsyncClient, oauth: OAuthCredential, sandbox: Sandbox
):
    upstream = client(http, oauth)
    await perform(upstream, sandbox)
    sandbox.credentials.forget_tokens()
    performed = await asyncio.gather(*(perform(upstream, sandbox) for _ in range(20)))
    assert all(isinstance(one.outcomes[0], Found) for one in performed)
    assert tokens_asked(sandbox) == 2


async def test_an_upstream_that_refuses_every_token_is_asked_twice_and_no_more(
    http: httpx.AsyncClient, oauth: OAuthCredential, sandbox: Sandbox
):
    sandbox.faults.v1_get = EndpointFault(status=401)
    performed = await perform(client(http, oauth), sandbox)
    failed = performed.outcomes[0]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, UpstreamUnauthorized)
    assert (tokens_asked(sandbox), len(sandbox.requests) - tokens_asked(sandbox)) == (2, 2)


async def test_a_token_that_was_replaced_meanwhile_is_not_dropped_for_the_old_ones_refusal(
    oauth: OAuthCredential, sandbox: Sandbox
):
    old = await oauth.headers()
    assert oauth.refused(old)
    new = await oauth.headers()
    assert oauth.refused(old)
    assert await oauth.headers() is new
    assert tokens_asked(sandbox) == 2


async def test_a_refused_password_is_asked_with_once(http: httpx.AsyncClient, sandbox: Sandbox):
    performed = await perform(client(http, BasicCredential("till.sandbox", "wrong")), sandbox)
    assert isinstance(performed.outcomes[0], Failed)
    assert (performed.status, len(sandbox.requests)) == (401, 1)


# No token.


async def test_a_wrong_secret_is_unauthorized(http: httpx.AsyncClient):
    with pytest.raises(UpstreamUnauthorized):
        await OAuthCredential(http, KEY, "wrong").headers()


async def test_a_call_without_a_token_fails_with_why_and_is_not_made(http: httpx.AsyncClient, sandbox: Sandbox):
    performed = await perform(client(http, OAuthCredential(http, KEY, "wrong")), sandbox)
    failed = performed.outcomes[0]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, UpstreamUnauthorized)
    assert (performed.status, [request.path for request in sandbox.requests]) == (None, [TOKEN])


NOT_UTF_8 = b'{"data": {"accessToken": "\xff", "ttlSeconds": 9}, "errors": null}'
NO_TOKEN: dict[str, tuple[httpx.Response | Exception, type[GatewayError]]] = {
    "down": (httpx.ConnectError("http://upstream: refused"), UpstreamUnavailable),
    "slow to connect": (httpx.ConnectTimeout("http://upstream"), UpstreamTimeout),
    "slow": (httpx.ReadTimeout("http://upstream"), UpstreamTimeout),
    "broken off": (httpx.RemoteProtocolError("http://upstream"), UpstreamUnavailable),
    "500": (httpx.Response(500, text="Internal"), UpstreamBroken),
    "html": (httpx.Response(200, text="<html>Gateway page</html>"), UpstreamUnavailable),
    "empty": (httpx.Response(200), UpstreamUnavailable),
    "cut off": (httpx.Response(200, text='{"data": {"accessToken"'), UpstreamUnavailable),
    "not UTF-8": (httpx.Response(200, content=NOT_UTF_8), UpstreamUnavailable),
    "a list": (httpx.Response(200, json=[]), UpstreamUnavailable),
    "null": (httpx.Response(200, json=None), UpstreamUnavailable),
    "data is a text": (httpx.Response(200, json={"data": "token"}), UpstreamUnavailable),
    "no token": (httpx.Response(200, json={"data": {"ttlSeconds": 300}}), UpstreamUnavailable),
    "no life": (httpx.Response(200, json={"data": {"accessToken": "t"}}), UpstreamUnavailable),
    "life as a text": (issued("t", "300"), UpstreamUnavailable),
    "token as a number": (issued(7), UpstreamUnavailable),
    "a bad client": (
        httpx.Response(200, json={"data": None, "errors": [{"code": 320001, "message": "Invalid client"}]}),
        UpstreamUnauthorized,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "error"), NO_TOKEN.values(), ids=NO_TOKEN)
async def test_without_a_token_every_waiter_sees_why_and_the_next_tries_again(
    clock: Clock, answer: httpx.Response | Exception, error: type[GatewayError]
):
    issuer = Issuer(answer, issued("later"))
    oauth = issuer.credential(clock)
    waiting = [asyncio.create_task(oauth.headers()) for _ in range(5)]
    await issuer.arrived.wait()
    issuer.go.set()
    seen = await asyncio.gather(*waiting, return_exceptions=True)
    assert ({type(one) for one in seen}, issuer.asked) == ({error}, 1)
    assert (await oauth.headers())[HEADER] == "later"


@pytest.mark.parametrize("token", ["tökén", "two\r\nlines", ""])
async def test_a_token_that_no_header_can_carry_fails_the_call_and_raises_nothing(clock: Clock, token: str):
    issuer = Issuer(issued(token), issued(token))
    issuer.go.set()
    oauth = issuer.credential(clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_sandbox()), base_url="http://upstream") as http:
        performed = await client(http, oauth).perform(call(Endpoint.V1, target((ID, "71"))), {0: target((ID, "71"))})
    assert isinstance(performed.outcomes[0], Failed)


async def test_a_token_that_comes_too_late_is_a_timeout_for_the_call_and_is_kept_for_the_next(clock: Clock):
    issuer = Issuer(issued("late"))
    oauth = issuer.credential(clock)
    http = httpx.AsyncClient(transport=httpx.MockTransport(issuer))
    upstream = UpstreamClient(http, oauth, capabilities=Capabilities(), timeout_s=0.01)
    asked = target((ID, "71"))
    failed = (await upstream.perform(call(Endpoint.V1, asked), {0: asked})).outcomes[0]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, UpstreamTimeout)
    issuer.go.set()
    assert (await oauth.headers())[HEADER] == "late"
    assert issuer.asked == 1


# What is never told.


@pytest.mark.parametrize(("answer", "error"), NO_TOKEN.values(), ids=NO_TOKEN)
async def test_no_error_about_a_token_names_key_secret_or_address(
    clock: Clock, answer: httpx.Response | Exception, error: type[GatewayError]
):
    issuer = Issuer(answer)
    issuer.go.set()
    with pytest.raises(error) as raised:
        await issuer.credential(clock).headers()
    told = f"{raised.value} {raised.value!r} {raised.value.extensions} {raised.value.message}"
    assert not [secret for secret in (KEY, SECRET, "upstream:", "http", TOKEN) if secret in told]


async def test_no_credential_shows_its_secret(http: httpx.AsyncClient):
    basic, oauth = BasicCredential("till.1", "hunter2"), OAuthCredential(http, KEY, SECRET)
    usable = hashlib.md5(b"hunter2", usedforsecurity=False).hexdigest()
    token = (await oauth.headers())[HEADER]
    shown = f"{basic!r} {basic} {oauth!r} {oauth}"
    assert not [secret for secret in ("hunter2", usable, SECRET, token) if secret in shown]


def test_no_principal_is_enough_to_log_in_with(http: httpx.AsyncClient):
    """Upstream takes the MD5 for the password, so whoever reads the digest can log in."""
    usable = hashlib.md5(b"hunter2", usedforsecurity=False).hexdigest()
    scopes = [
        Scope("http://upstream", one.principal)
        for one in (BasicCredential("till.1", "hunter2"), OAuthCredential(http, KEY, SECRET))
    ]
    assert not [secret for secret in ("hunter2", usable, SECRET) if secret in repr(scopes)]

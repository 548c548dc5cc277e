"""Upstream asked with the caller's own credential, which is the scope of everything that is kept of the answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.sandbox import EndpointFault
from gateway.tenants import ACCEPTED_FOR_S
from tests.driver.support import errors
from tests.support.clock import Clock
from tests.support.gateway import GatewayUnderTest, running

ASHA = '{ customer(by: {id: "100000001"}) { id firstName cards { cardNumber } } }'
HEADER = "x_cap_api_oauth_token"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def gateway(clock: Clock) -> AsyncIterator[GatewayUnderTest]:
    async with running(clock=clock, upstream={"auth": "passthrough", "username": "", "password": ""}) as gateway:
        yield gateway


def token(gateway: GatewayUnderTest) -> str:
    """A credential that upstream accepts, of somebody new."""
    given = {"key": "sandbox-key", "secret": "sandbox-secret"}
    return gateway.sandbox.credentials.generate(given)["data"]["accessToken"]


async def asked(gateway: GatewayUnderTest, credential: str, query: str = ASHA) -> dict:
    gateway.sandbox.requests.clear()
    return await gateway.ask(query, x_gateway_explain="analyze", **{HEADER: credential})


async def test_upstream_is_asked_with_what_the_caller_sends(gateway: GatewayUnderTest) -> None:
    basic = gateway.sandbox.credentials.basic
    assert "errors" not in await gateway.ask(ASHA, authorization=basic)
    assert "errors" not in await gateway.ask(ASHA, **{HEADER: token(gateway)})


async def test_who_sends_nothing_is_told_so_before_any_call(gateway: GatewayUnderTest) -> None:
    answer = await gateway.post(ASHA)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert gateway.sandbox.requests == []


async def test_whose_credential_upstream_refuses_is_told_that_it_is_theirs(gateway: GatewayUnderTest) -> None:
    answer = await asked(gateway, "stolen")
    assert (answer["data"], errors(answer)) == ({"customer": None}, {"customer": "UNAUTHENTICATED"})
    assert "stolen" not in str(answer)


async def test_nothing_is_shared_between_two_who_may_see_different_things(gateway: GatewayUnderTest) -> None:
    one, other = token(gateway), token(gateway)
    answers = await asyncio.gather(*(gateway.ask(ASHA, **{HEADER: who}) for who in (one, other) * 10))
    assert [answer for answer in answers if "errors" in answer] == []
    assert len(gateway.sandbox.requests) == 2
    await asked(gateway, one)
    assert gateway.sandbox.requests == []
    assert errors(await asked(gateway, "nobody")) == {"customer": "UNAUTHENTICATED"}


async def test_what_is_kept_is_served_while_upstream_has_accepted_the_credential_lately(
    gateway: GatewayUnderTest, clock: Clock
) -> None:
    credential = token(gateway)
    await asked(gateway, credential)
    clock.step(ACCEPTED_FOR_S / 2)
    await asked(gateway, credential)
    assert gateway.sandbox.requests == []
    clock.step(ACCEPTED_FOR_S / 2 + 1)
    told = (await asked(gateway, credential))["extensions"]["explain"]["cache"]
    assert (told["hit"], told["stale"], len(gateway.sandbox.requests)) == ([], [], 1)
    clock.step(ACCEPTED_FOR_S / 2)
    await asked(gateway, credential, '{ customer(by: {id: "100000001"}) { id } }')
    assert gateway.sandbox.requests == []


async def test_a_credential_that_ended_gets_nothing_of_what_it_saw_before(
    gateway: GatewayUnderTest, clock: Clock
) -> None:
    credential = token(gateway)
    await asked(gateway, credential)
    gateway.sandbox.credentials.forget_tokens()
    clock.step(ACCEPTED_FOR_S + 1)
    answer = await asked(gateway, credential)
    assert (answer["data"], errors(answer)) == ({"customer": None}, {"customer": "UNAUTHENTICATED"})


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_ends_it_at_once(gateway: GatewayUnderTest, clock: Clock, status: int) -> None:
    credential = token(gateway)
    await asked(gateway, credential)
    gateway.sandbox.faults.v1_get = EndpointFault(status=status, times=1)
    await asked(gateway, credential, '{ customer(by: {id: "100000001"}) { slabHistory { to } } }')
    clock.step(1)
    await asked(gateway, credential)
    assert len(gateway.sandbox.requests) == 1

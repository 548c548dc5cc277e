"""Those who share a call: nobody hangs or is let down when it fails, a client vanishes, or the customer changes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.sandbox import EndpointFault
from gateway.upstream.client import UpstreamClient
from tests.driver.flying import MOBILE, SECRET, WHOLE, Versions, asha, begin, ended, event
from tests.driver.support import NOT_FOUND_V2, before, errors, item, not_found_v1
from tests.support.clock import Clock
from tests.support.gateway import ASKED_ONCE, GatewayUnderTest
from tests.support.upstream import V1, Upstream, idle, quiet, together


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
async def gateway(upstream: Upstream, clock: Clock) -> AsyncIterator[GatewayUnderTest]:
    async with before(upstream, upstream.sandbox, clock=clock, webhooks={"secret": SECRET}, **ASKED_ONCE) as gateway:
        yield gateway


# --- leaders that fail ---


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 503}, "UPSTREAM_UNAVAILABLE"),
        ({"status": 429}, "UPSTREAM_RATE_LIMITED"),
        ({"status": 401}, "UPSTREAM_UNAUTHORIZED"),
        ({"body": "html"}, "UPSTREAM_UNAVAILABLE"),
    ],
    ids=str,
)
async def test_who_joined_a_flight_that_fails_gets_its_error(
    gateway: GatewayUnderTest, upstream: Upstream, fault: dict[str, Any], code: str
) -> None:
    upstream.hold()
    upstream.sandbox.faults.v2_by_id = EndpointFault(**fault, times=1)
    asked = [begin(gateway.ask(asha("status { statusLabel }"))) for _ in range(20)]
    await upstream.asked()
    await quiet()
    upstream.release()
    assert [errors(answer) for answer in await ended(*asked)] == [{"customer": code}] * 20
    assert upstream.paths() == ["V2"]
    assert (await gateway.ask(asha("status { statusLabel }")))["data"]["customer"]["status"]


async def test_what_stands_in_for_the_leader_stands_in_for_those_who_accept_it_and_say_so(
    gateway: GatewayUnderTest, upstream: Upstream, clock: Clock
) -> None:
    await gateway.ask(asha("firstName"))
    clock.step(1000)
    upstream.sandbox.faults.v2_by_id = EndpointFault(status=503)
    upstream.hold()
    leading = begin(gateway.ask(asha("firstName")))
    await upstream.asked(2)
    joining = begin(gateway.ask(asha("firstName")))
    strict = begin(gateway.ask(asha("firstName"), cache_control="max-age=5"))
    await quiet()
    upstream.release()
    *spared, refused = await ended(leading, joining, strict)
    for answer in spared:
        assert answer["data"]["customer"] == {"firstName": "Asha"}
        assert answer["extensions"]["staleIfError"] == ["EXISTENCE", "PERSON"]
    assert (refused["data"], errors(refused)) == ({"customer": None}, {"customer": "UPSTREAM_UNAVAILABLE"})
    assert upstream.arrived == 2


async def test_who_joined_a_flight_that_never_ends_gets_a_timeout(upstream: Upstream, clock: Clock) -> None:
    async with before(upstream, upstream.sandbox, clock=clock, timeout_s=0.05) as gateway:
        upstream.hold()
        answers = await together(20, lambda: gateway.ask(asha("status { statusLabel }")))
        assert [errors(answer) for answer in answers] == [{"customer": "UPSTREAM_TIMEOUT"}] * 20
        upstream.release()
        assert (await gateway.ask(asha("status { statusLabel }")))["data"]["customer"]["status"]


async def test_who_joined_a_flight_that_crashes_is_told_and_the_next_is_answered(
    gateway: GatewayUnderTest, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    perform, crashes, gate = UpstreamClient.perform, [True], asyncio.Event()

    async def once(*arguments: Any) -> Any:
        if crashes:
            crashes.clear()
            await gate.wait()
            raise ZeroDivisionError
        return await perform(*arguments)

    monkeypatch.setattr(UpstreamClient, "perform", once)
    asked = [begin(gateway.ask(asha("firstName"))) for _ in range(20)]
    await quiet()
    gate.set()
    assert [errors(answer) for answer in await ended(*asked)] == [{"customer": "INTERNAL"}] * 20
    assert (await gateway.ask(asha("firstName")))["data"]["customer"] == {"firstName": "Asha"}
    assert upstream.paths() == ["V2"]


async def test_who_joined_one_of_two_calls_does_not_wait_for_the_other(
    gateway: GatewayUnderTest, upstream: Upstream
) -> None:
    """The other request's own plan has ended; only its answer has not."""
    upstream.hold()
    leading = begin(gateway.ask(asha("slabHistory { to }")))
    await upstream.asked()
    joining = begin(gateway.ask(asha("slabHistory { to } status { statusLabel }")))
    await upstream.asked(2)
    upstream.sandbox.faults.v2_by_id = EndpointFault(status=503)
    upstream.release()
    for answer in await ended(leading, joining):
        assert answer["data"]["customer"]["slabHistory"]


# --- clients that vanish ---


async def test_a_leader_who_vanishes_leaves_the_call_to_those_who_joined(
    gateway: GatewayUnderTest, upstream: Upstream
) -> None:
    upstream.hold()
    leading = begin(gateway.ask(asha(WHOLE)))
    await upstream.asked(2)
    joining = [begin(gateway.ask(asha(WHOLE))) for _ in range(20)]
    await quiet()
    leading.cancel()
    await asyncio.wait([leading])
    upstream.release()
    assert [errors(answer) for answer in await ended(*joining)] == [{}] * 20
    assert upstream.paths() == ["V1.1", "V2"]


async def test_those_who_joined_and_vanish_leave_the_leader_alone(
    gateway: GatewayUnderTest, upstream: Upstream
) -> None:
    upstream.hold()
    leading = begin(gateway.ask(asha(WHOLE)))
    await upstream.asked(2)
    joining = [begin(gateway.ask(asha(WHOLE))) for _ in range(20)]
    await quiet()
    for one in joining:
        one.cancel()
    await asyncio.wait(joining)
    upstream.release()
    (answer,) = await ended(leading)
    assert errors(answer) == {}
    await idle()
    assert upstream.paths() == ["V1.1", "V2"]


# --- what changes while a call is under way ---


async def test_who_begins_after_a_change_does_not_get_what_began_before(
    gateway: GatewayUnderTest, upstream: Upstream, clock: Clock
) -> None:
    upstream.rewrite = versions = Versions()
    upstream.hold()
    before_it = begin(gateway.ask(asha("firstName")))
    await upstream.asked()
    clock.step(1)
    versions.now += 1
    await event(gateway, "customerUpdated")
    clock.step(1)
    after = [begin(gateway.ask(asha("firstName"))) for _ in range(20)]
    await quiet()
    upstream.release()
    old, *new = [answer["data"]["customer"]["firstName"] for answer in await ended(before_it, *after)]
    assert (old, new) == ("1", ["2"] * 20)
    assert upstream.paths() == ["V2", "V2"]
    assert (await gateway.ask(asha("firstName")))["data"]["customer"]["firstName"] == "2"
    assert upstream.arrived == 2


async def test_a_change_of_another_customer_makes_nobody_ask_again(
    gateway: GatewayUnderTest, upstream: Upstream, clock: Clock
) -> None:
    upstream.hold()
    asked = [begin(gateway.ask(asha("firstName")))]
    await upstream.asked()
    clock.step(1)
    await event(gateway, "customerUpdated", 100000041)
    clock.step(1)
    asked.append(begin(gateway.ask(asha("firstName"))))
    await quiet()
    upstream.release()
    await ended(*asked)
    assert upstream.paths() == ["V2"]


@pytest.mark.parametrize("fields", ["firstName", "slabHistory { to }"])
async def test_who_begins_after_somebody_was_added_does_not_join_who_found_nobody(
    gateway: GatewayUnderTest, upstream: Upstream, clock: Clock, fields: str
) -> None:
    upstream.rewrite = lambda path, _: not_found_v1() if path == V1 else NOT_FOUND_V2
    upstream.hold()
    before_it = begin(gateway.ask(asha(fields, MOBILE)))
    await upstream.asked()
    clock.step(1)
    upstream.rewrite = None
    await event(gateway, "customerAdded")
    clock.step(1)
    after = begin(gateway.ask(asha(fields, MOBILE)))
    await quiet()
    upstream.release()
    old, new = await ended(before_it, after)
    assert old["data"] == {"customer": None}
    assert new["data"]["customer"] is not None


async def test_who_joins_learns_that_the_customer_was_deleted(gateway: GatewayUnderTest, upstream: Upstream) -> None:
    def deleted(path: str, body: Any) -> Any:
        if path == V1:
            item(body)["item_status"] = {"success": "false", "code": "8109", "message": ""}
        return body

    upstream.rewrite = deleted
    upstream.hold()
    asked = [begin(gateway.ask(asha("status { statusLabel } slabHistory { to }")))]
    await upstream.asked(2)
    asked.append(begin(gateway.ask(asha("status { statusLabel }"))))
    await quiet()
    upstream.release()
    for answer in await ended(*asked):
        assert (answer["data"], errors(answer)) == ({"customer": None}, {"customer": "CUSTOMER_DELETED"})


async def test_after_a_change_of_a_customer_an_identifier_is_proven_anew(
    gateway: GatewayUnderTest, upstream: Upstream, clock: Clock
) -> None:
    """It may be another's by now; asked by the id that was remembered, upstream would not say so."""
    await gateway.ask(asha("slabHistory { to }", MOBILE))
    clock.step(1)
    await event(gateway, "customerUpdated")
    clock.step(1)
    upstream.sandbox.requests.clear()
    await gateway.ask(asha("slabHistory { to }", MOBILE))
    assert [call["params"].get("mobile") for call in gateway.calls()] == ["919800000001"]

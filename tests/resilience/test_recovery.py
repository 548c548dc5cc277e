"""Upstream that fails for a moment, half of the time, or altogether: what it is asked, and how soon all is well."""

import asyncio
import os
from typing import Any

import pytest

from gateway.telemetry.events import BreakerChanged, CallMade, CallRetried
from tests.driver.support import errors
from tests.resilience.support import V1, V2, crowd, events, of, standing

ASHA = "100000001"
BOTH = "firstName registeredBy slabHistory { to } cards { cardId }"
TRANSIENT: dict[str, dict[str, Any]] = {
    "500": {"status": 500},
    "502": {"status": 502, "body": "html"},
    "503": {"status": 503},
    "503 with Retry-After": {"status": 503, "retry_after_s": 2},
    "429 with Retry-After": {"status": 429, "retry_after_s": 2},
    "cut connection": {"reset": True},
    "wrong length": {"body": "short"},
    "half a body": {"body": "truncated"},
    "a page": {"body": "html"},
    "nothing": {"body": "empty"},
    "too slow": {"delay_s": 9},
    "stalls": {"stall_s": 9},
}
LASTING: dict[str, dict[str, Any]] = {
    "400": {"status": 400},
    "404": {"status": 404},
    "401": {"status": 401},
    "403": {"status": 403},
    "XML": {"xml_auth": True},
    "429 without Retry-After": {"status": 429},
}


@pytest.mark.parametrize("fault", TRANSIENT)
@pytest.mark.parametrize("endpoint", ["v1_get", "v2_by_id"])
async def test_what_fails_once_is_asked_again(fault: str, endpoint: str) -> None:
    async with standing(timeout_s=3) as (gateway, upstream):
        upstream.misbehave(endpoint, **TRANSIENT[fault], times=1)
        answer = await gateway.ask(of(ASHA, BOTH), x_gateway_explain="analyze")
        assert "errors" not in answer
        first, again = (one.at for one in upstream.asked if one.api == (V1 if endpoint == "v1_get" else V2))
        assert again - first >= TRANSIENT[fault].get("retry_after_s", 0)
        attempts = {call["endpoint"]: call["attempts"] for call in answer["extensions"]["explain"]["calls"]}
        failed, well = (V1, V2) if endpoint == "v1_get" else (V2, V1)
        assert attempts == {failed: 2, well: 1}
        assert [event.attempt for event in events(gateway, CallRetried)] == [2]
        assert len(events(gateway, CallMade)) == 3


@pytest.mark.parametrize("fault", LASTING)
async def test_what_will_not_change_is_not_asked_again(fault: str) -> None:
    async with standing() as (gateway, upstream):
        upstream.misbehave("v1_get", **LASTING[fault])
        answer = await gateway.ask(of(ASHA, BOTH))
        assert set(errors(answer)) == {"customer.registeredBy", "customer.slabHistory"}
        assert [one.api for one in upstream.asked].count(V1) == 1


@pytest.mark.parametrize(
    ("fault", "breaker_calls"),
    [("503", 0), ("503", 20), ("cut connection", 0), ("a page", 20)]
    + [("cut connection", 20), ("a page", 0)] * (os.environ.get("GATEWAY_TESTS_NIGHTLY") == "1"),
)
async def test_a_storm_of_failures_is_no_storm_of_retries(fault: str, breaker_calls: int) -> None:
    async with standing(breaker_calls=breaker_calls) as (gateway, upstream):
        upstream.misbehave(**TRANSIENT[fault], chance=0.5)
        answers = await crowd(gateway, 400, "cards { cardId }")
        failed = sum("errors" in answer for answer in answers)
        assert len(upstream.asked) <= 1.1 * 400
        assert failed < 0.75 * 400 or breaker_calls
        if not breaker_calls:
            assert len(upstream.asked) >= 400
        upstream.behave()
        await asyncio.sleep(7)
        assert "errors" not in await gateway.ask(of(ASHA, BOTH)), "the one that finds upstream well again"
        assert not any("errors" in answer for answer in await crowd(gateway, 100, BOTH))


async def test_an_upstream_that_fails_altogether_is_left_alone_and_found_well_within_seconds() -> None:
    async with standing() as (gateway, upstream):
        upstream.misbehave(status=500)
        answers = await crowd(gateway, 400, BOTH)
        assert all(answer["data"]["customer"] is None for answer in answers)
        assert len(upstream.asked) < 100
        assert {event.state for event in events(gateway, BreakerChanged)} >= {"open"}
        upstream.asked.clear()
        for _ in range(60):
            await crowd(gateway, 10, BOTH)
            await asyncio.sleep(1)
        assert len(upstream.asked) <= 2 * (60 / 4 + 1) * 2, "a probe and, at most, one question why it failed"
        upstream.behave()
        await asyncio.sleep(6.1)
        assert not any("errors" in answer for answer in await crowd(gateway, 5, BOTH, at_once=1))
        assert not any("errors" in answer for answer in await crowd(gateway, 100, BOTH))


async def test_a_refused_credential_opens_nothing() -> None:
    async with standing() as (gateway, upstream):
        upstream.misbehave(status=401)
        await crowd(gateway, 100, "cards { cardId }")
        upstream.behave()
        assert not any("errors" in answer for answer in await crowd(gateway, 50, BOTH))
        assert events(gateway, BreakerChanged) == []


# --- planning around an open breaker ---


@pytest.mark.parametrize(
    ("down", "other", "lost"),
    [
        (("v2_by_id", "v2_lookup"), V1, {"customer.cards"}),
        (("v1_get",), V2, {"customer.slabHistory", "customer.registeredBy"}),
    ],
)
async def test_what_both_endpoints_bring_is_asked_of_the_one_that_is_well(
    down: tuple[str, ...], other: str, lost: set[str]
) -> None:
    async with standing() as (gateway, upstream):
        upstream.misbehave(*down, status=503)
        await crowd(gateway, 60, BOTH)
        assert "open" in {event.state for event in events(gateway, BreakerChanged)}
        upstream.asked.clear()
        answer = await gateway.ask(of(ASHA, f"{BOTH} loyaltyPrograms {{ programId }}"), x_gateway_explain="analyze")
        assert errors(answer) == dict.fromkeys(lost, "UPSTREAM_UNAVAILABLE")
        assert {error["extensions"]["reason"] for error in answer["errors"]} == {"breaker"}
        assert answer["data"]["customer"]["firstName"] == "Asha"
        assert answer["data"]["customer"]["loyaltyPrograms"]
        assert [one.api for one in upstream.asked] == [other]
        assert [call["endpoint"] for call in answer["extensions"]["explain"]["calls"]] == [other]
        both = await gateway.ask(of(ASHA, "firstName loyaltyPrograms { programId }"))
        assert "errors" not in both


async def test_what_an_open_breaker_keeps_from_being_asked_is_served_from_what_is_known() -> None:
    async with standing(cache={"fresh_for": "*=0", "stale_for": "*=0", "error_stale_for": "*=3400"}) as (
        gateway,
        upstream,
    ):
        first = await gateway.ask(of(ASHA, BOTH))
        upstream.misbehave(status=503)
        await crowd(gateway, 60, BOTH)
        upstream.asked.clear()
        answer = await gateway.ask(of(ASHA, BOTH))
        assert (answer["data"], upstream.asked) == (first["data"], [])
        assert answer["extensions"]["staleIfError"] == ["CARDS", "EXISTENCE", "PERSON", "REGISTRATION", "SLAB_HISTORY"]

"""Refused credentials, in every body that upstream is known to send (facts 4): the code is right, nothing leaks."""

from typing import Any

import pytest

from tests.faults.graph import of_customer
from tests.faults.support import Api, Asked, Bench, Json, Said, Twist, bench, on, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

PERSONAL = "SECRET 919800000001 till.sandbox https://upstream.example"
FILLS: dict[Api, tuple[str, ...]] = {"V2": ("cards", "status"), "V1.1": ("slabHistory", "registeredBy")}
ALONE: dict[Api, str] = {
    "V2": "id firstName cards { cardId } status { statusLabel }",
    "V1.1": "id firstName slabHistory { to } registeredBy",
}
BOTH = f"{ALONE['V2']} {ALONE['V1.1']}"
both_apis = pytest.mark.parametrize("api", ["V2", "V1.1"])


def native(code: Any, success: Any) -> Json:
    """V1.1's own form; its `success` is "true" in captured refusals."""
    return {"response": {"status": {"success": success, "code": code, "message": PERSONAL}, "customers": None}}


def listed(code: Any) -> Json:
    """V2's own form."""
    return {"warnings": [], "errors": [{"status": False, "code": code, "message": PERSONAL}]}


def xml(code: int) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<response><status><success>false</success>'
        f"<code>{code}</code><message>{PERSONAL}</message></status></response>\n"
    ).encode()


OF_GATEWAY: Json = {"errorCode": 4000, "message": f"Not authorized. Access is denied! {PERSONAL}"}
UNSURE: Json = {"errorCode": 4001, "message": f"Authorization status unavailable! {PERSONAL}"}
UNAUTHORIZED, UNAVAILABLE = "UPSTREAM_UNAUTHORIZED", "UPSTREAM_UNAVAILABLE"

REFUSALS: list[tuple[Api, str, int, Any, str]] = [
    ("V1.1", "401, success is true", 401, native("401", "true"), UNAUTHORIZED),
    ("V1.1", "401, success is true", 200, native("401", "true"), UNAUTHORIZED),
    ("V1.1", "498, success is true", 401, native("498", "true"), UNAUTHORIZED),
    ("V1.1", "498, success is true", 200, native("498", "true"), UNAUTHORIZED),
    ("V1.1", "498, success is true", 498, native("498", "true"), UNAUTHORIZED),
    ("V1.1", "403, real boolean", 403, native(403, False), UNAUTHORIZED),
    ("V1.1", "403, real boolean", 200, native(403, False), UNAUTHORIZED),
    ("V1.1", "403, real boolean", 500, native(403, False), UNAUTHORIZED),
    ("V2", "401 in errors", 401, listed(401), UNAUTHORIZED),
    ("V2", "401 in errors", 200, listed(401), UNAUTHORIZED),
    ("V2", "498 in errors", 200, listed(498), UNAUTHORIZED),
    ("V2", "403 in errors", 403, listed(403), UNAUTHORIZED),
    ("V2", "401 in V1.1's form", 401, native("401", "true"), UNAUTHORIZED),
    ("V2", "403 in V1.1's form", 403, native(403, False), UNAUTHORIZED),
    *((api, "errorCode 4000", 403, OF_GATEWAY, UNAUTHORIZED) for api in FILLS),
    ("V2", "4000 in errors", 403, listed(4000), UNAUTHORIZED),
    ("V2", "4000 in errors", 200, listed(4000), UNAUTHORIZED),
    *((api, "errorCode 4001: ask again", 503, UNSURE, UNAVAILABLE) for api in FILLS),
    ("V2", "4001 in errors: ask again", 503, listed(4001), UNAVAILABLE),
    ("V2", "4001 in errors: ask again", 200, listed(4001), UNAVAILABLE),
    ("V1.1", "4001 as the code: ask again", 503, native(4001, "false"), UNAVAILABLE),
    *((api, "XML 401", 401, xml(401), UNAUTHORIZED) for api in FILLS),
    *((api, "XML 498", 401, xml(498), UNAUTHORIZED) for api in FILLS),
    *((api, "XML 403", 403, xml(403), UNAUTHORIZED) for api in FILLS),
    *((api, "nothing", 401, b"", UNAUTHORIZED) for api in FILLS),
    *((api, "a page", 403, b"<html>SECRET</html>", UNAUTHORIZED) for api in FILLS),
    *((api, "a text", 401, b'"SECRET"', UNAUTHORIZED) for api in FILLS),
]
NOT_YET: list[tuple[Api, str, int, Any, str]] = [
    *((api, "XML 401", 200, xml(401), UNAUTHORIZED) for api in FILLS),
    *((api, "XML 498", 200, xml(498), UNAUTHORIZED) for api in FILLS),
]


def each(refusals: list[tuple[Api, str, int, Any, str]]) -> pytest.MarkDecorator:
    cases = [
        pytest.param(api, status, body, seen, id=f"{api} {what} under HTTP {status}")
        for api, what, status, body, seen in refusals
    ]
    return pytest.mark.parametrize(("api", "status", "body", "seen"), cases)


async def takes_down(bench: Bench, api: Api, twist: Twist, seen: str) -> None:
    """What the refusing call alone fills is null with the code, the rest stands, and no text of upstream is told."""
    well = await bench.well(of_customer(BOTH))
    alone, both = await bench.ask(of_customer(ALONE[api]), twist), await bench.ask(of_customer(BOTH), twist)
    assert "SECRET" not in f"{alone}{both}{bench.gateway.events}"
    assert told(alone) == (None, {"": seen})
    assert told(both) == ({**well, **dict.fromkeys(FILLS[api])}, dict.fromkeys(FILLS[api], seen))


@each(REFUSALS)
async def test_a_refusal_takes_down_its_own_fields(bench: Bench, api: Api, status: int, body: Any, seen: str) -> None:
    await takes_down(bench, api, on(api, lambda said: said.saying(body, status)), seen)


@each(NOT_YET)
async def test_an_xml_refusal_under_http_200_takes_down_its_own_fields(
    bench: Bench, api: Api, status: int, body: Any, seen: str
) -> None:
    await takes_down(bench, api, on(api, lambda said: said.saying(body, status)), seen)


@both_apis
async def test_a_word_that_looks_like_a_refusal_is_not_one(bench: Bench, api: Api) -> None:
    """Only JSON upstream's status or error is read, never a customer's own text."""
    well = await bench.well(of_customer(BOTH))
    tells = {"code": "401", "message": xml(401).decode(), "errorCode": 4000}

    def twist(said: Said) -> Said:
        body = said.json()
        entity = body if api == "V2" else body["response"]["customers"]["customer"][0]
        entity.update(tells)
        return said.saying(body)

    assert told(await bench.ask(of_customer(BOTH), on(api, twist))) == (well, {})


# --- a token that upstream no longer takes ---

OAUTH = {"auth": "oauth", "oauth_key": "sandbox-key", "oauth_secret": "sandbox-secret"}
EXPIRED: dict[str, tuple[int, Any]] = {
    "401 by HTTP status": (401, native("401", "true")),
    "498 under HTTP 401": (401, native("498", "true")),
    "XML under HTTP 401": (401, xml(401)),
}
EXPIRED_IN_BODY: dict[str, tuple[int, Any]] = {
    "498 under HTTP 200": (200, native("498", "true")),
    "401 under HTTP 200": (200, native("401", "true")),
    "498 under HTTP 498": (498, native("498", "true")),
}


async def renewed(api: Api, status: int, body: Any) -> None:
    """The first token is refused; the second must be fetched and do."""
    tokens: list[str] = []

    def twist(asked: Asked, said: Said) -> Said:
        if asked.token is None:
            return said
        tokens.append(asked.token)
        return said.saying(body, status) if asked.token == tokens[0] else said

    async with bench(OAUTH) as here:
        customer, codes = told(await here.ask(of_customer(ALONE[api]), twist))
        assert (codes, len(set(tokens))) == ({}, 2)
        assert customer["firstName"] == "Asha"


@both_apis
@pytest.mark.parametrize("how", EXPIRED)
async def test_a_token_that_is_refused_is_renewed(api: Api, how: str) -> None:
    await renewed(api, *EXPIRED[how])


@pytest.mark.parametrize("how", EXPIRED_IN_BODY)
async def test_a_token_that_is_refused_in_the_body_is_renewed(how: str) -> None:
    await renewed("V1.1", *EXPIRED_IN_BODY[how])


async def test_a_token_that_v2_refuses_in_its_errors_is_renewed() -> None:
    await renewed("V2", 200, listed(498))


@both_apis
async def test_a_token_that_stays_refused_is_renewed_once(api: Api) -> None:
    async with bench(OAUTH) as here:
        answer = await here.ask(of_customer(ALONE[api]), on(api, lambda said: said.saying(native("401", "true"), 401)))
        assert told(answer) == (None, {"": UNAUTHORIZED})
        assert [asked.api for asked in here.upstream.asked if asked.token] == [api, api]
        assert "SECRET" not in f"{answer}{here.gateway.events}"

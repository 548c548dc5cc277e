"""The calls of a probe: each made once, told before it is made, for one customer; and what they weighed."""

from itertools import count

import pytest

from gateway.facets.facet import Source
from gateway.sandbox import create_sandbox
from tests.probe.support import ASHA, NOOR, Upstream, probed, replaced, usual

LOOKUP = "/v2/customers/lookup/customerDetails"
OF_ASHA = {
    "100000001",
    "919800000001",
    "asha.rao@example.com",
    "EXT-0001",
    "CAPD0000000101",
    "CAPD0000000102",
    "wallet-0101",
}


@pytest.mark.parametrize("customer", [ASHA, "id=100000001", "email=ASHA.RAO@example.com", NOOR, "id=100000004"])
@pytest.mark.parametrize("by_id", ["path", "lookup", "none"])
async def test_nothing_is_asked_twice(customer: str, by_id: str) -> None:
    sandbox = create_sandbox(by_id=by_id)  # type: ignore[arg-type]
    await probed(customer, sandbox)
    asked = [(request.path, frozenset(request.params.items())) for request in sandbox.requests]
    assert [one for one in asked if asked.count(one) > 1] == []


@pytest.mark.parametrize("by_id", ["path", "lookup", "none"])
@pytest.mark.parametrize("customer", [ASHA, "id=100000001", "cardExternalId=wallet-0101"])
async def test_every_call_is_for_that_one_customer(customer: str, by_id: str) -> None:
    found = await probed(customer, create_sandbox(by_id=by_id))  # type: ignore[arg-type]
    assert {len(call.named()) for call in found.asked} == {1}
    assert {name for call in found.asked for name in call.named()} <= OF_ASHA


@pytest.mark.parametrize("by_id", ["path", "lookup", "none"])
async def test_a_probe_makes_some_sixty_calls(by_id: str) -> None:
    sandbox = create_sandbox(by_id=by_id)  # type: ignore[arg-type]
    await probed(ASHA, sandbox)
    assert 50 < len(sandbox.requests) < 75


async def test_every_call_is_told_before_it_is_made_and_without_its_customer() -> None:
    upstream = Upstream(create_sandbox())
    told: list[tuple[str, int]] = []
    found = await probed(ASHA, transport=upstream, tell=lambda text: told.append((text, len(upstream.asked))))
    assert [before for _, before in told] == list(range(len(found.asked)))
    ends = {True: "V2  ", False: "V1.1  "}
    assert [
        text
        for (text, _), call in zip(told, found.asked, strict=True)
        if not text.startswith(ends[call.path.startswith("/v2")])
    ] == []
    assert [name for name in OF_ASHA for text, _ in told if name in text] == []


async def test_a_probe_at_a_source_names_it_and_its_account_with_every_call_of_v2() -> None:
    found = await probed("line=line-sandbox-0072", source=Source.LINE, account="line-main")
    v2 = [call for call in found.asked if call.path.startswith("/v2")]
    elsewhere = [call for call in v2 if call.params["source"] != "LINE"]
    assert {call.params["accountId"] for call in v2 if call not in elsewhere} == {"line-main"}
    # Identifiers of the other profiles are tried where they are at home, once each, and nothing else is.
    assert all("embed" not in call.params or call.params["embed"] == "ignoreCardDetails" for call in elsewhere)
    assert len(elsewhere) == len({call.params["identifierName"] for call in elsewhere})
    assert [call for call in found.asked if call.path.startswith("/v1.1") and "accountId" in call.params] == []


# --- figures ---


@pytest.mark.parametrize("customer", [ASHA, NOOR])
async def test_what_a_call_adds_is_what_its_answer_has_more_than_the_plain_one(customer: str) -> None:
    found = await usual(customer)
    for endpoint in ("V2", "V1.1"):
        rows = [answer for answer in found.findings.answers if answer.endpoint.value == endpoint]
        assert rows[0].shown == "(plain)"
        assert [row.added for row in rows] == [row.size - rows[0].size for row in rows]
        assert max(row.added for row in rows) > 1000


async def test_a_size_is_that_of_the_answer() -> None:
    found = await usual(ASHA)
    told = {answer.shown: answer.size for answer in found.findings.answers if answer.endpoint.value == "V2"}
    by_embed = {
        call.params.get("embed"): call.size
        for call in found.asked
        if call.path == LOOKUP and call.params.keys() <= {"source", "identifierName", "identifierValue", "embed"}
        if call.params["identifierName"] == "mobile"
    }
    assert told["embed=points"] == by_embed["ignoreCardDetails,points"]
    assert told["embed=mlp"] == by_embed["ignoreCardDetails,mlp"]
    assert told["without embed=ignoreCardDetails"] == by_embed[None]
    assert told["(plain)"] == by_embed["ignoreCardDetails"]


async def test_what_an_embed_adds_grows_with_it() -> None:
    longer = replaced("programTitle", "x" * 10_000)
    found, plain = await probed(ASHA, transport=Upstream(create_sandbox(), rewrite=longer)), await usual(ASHA)
    added, before = ({key: row[1] for key, row in one.rows.items()} for one in (found, plain))
    grown = {key for key in added if added[key] - before[key] > 9_000}  # type: ignore[operator]
    assert grown == {("V2", "embed=mlp")}


async def test_the_time_of_a_call_is_from_before_it_to_after_it() -> None:
    ticks = count()
    found = await probed(ASHA, clock=lambda: next(ticks) ** 2 / 1000)
    times = [round(answer.milliseconds) for answer in found.findings.answers]
    assert len(set(times)) == len(times)
    assert [time for time in times if time % 4 != 1] == []

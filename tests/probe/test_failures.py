"""An upstream that fails: wholly, which ends a probe; or for one call, which costs no more than what it asked."""

from typing import Any

import httpx
import pytest

from gateway.errors import (
    GatewayError,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from gateway.sandbox import EndpointFault, create_sandbox
from gateway.upstream.auth import BasicCredential
from tests.probe.support import ASHA, Probed, Upstream, probed, usual

SECRETS = ("919800000001", "upstream.example", "hunter2", "sandbox", "till")


class Down(httpx.AsyncBaseTransport):
    """Nobody listens."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("all of upstream.example is down", request=request)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 503}, UpstreamUnavailable),
        ({"status": 429}, UpstreamRateLimited),
        ({"status": 403}, UpstreamUnauthorized),
        ({"xml_auth": True}, UpstreamUnauthorized),
        ({"body": "html"}, UpstreamUnavailable),
        ({"body": "empty"}, UpstreamUnavailable),
        ({"body": "truncated"}, UpstreamUnavailable),
    ],
    ids=str,
)
@pytest.mark.parametrize("customer", [ASHA, "id=100000001"])
async def test_an_upstream_that_fails_every_call_ends_the_probe(
    customer: str, fault: dict[str, Any], error: type[GatewayError]
) -> None:
    sandbox = create_sandbox()
    sandbox.faults.v1_get = sandbox.faults.v2_lookup = sandbox.faults.v2_by_id = EndpointFault(**fault)
    with pytest.raises(error) as refusal:
        await probed(customer, sandbox)
    assert [secret for secret in SECRETS if secret in str(refusal.value)] == []
    assert len(sandbox.requests) <= 2


async def test_a_refused_credential_is_told_without_it() -> None:
    credential = BasicCredential("till.sandbox", "hunter2")
    with pytest.raises(UpstreamUnauthorized, match="credential") as refusal:
        await probed(ASHA, credential=credential)
    assert [secret for secret in SECRETS if secret in str(refusal.value)] == []


async def test_an_upstream_that_is_down_is_told_without_its_address() -> None:
    with pytest.raises(UpstreamUnavailable, match="could not be reached") as refusal:
        await probed(ASHA, transport=Down())
    assert [secret for secret in SECRETS if secret in str(refusal.value)] == []


async def test_an_upstream_that_does_not_answer_is_given_up() -> None:
    sandbox = create_sandbox()
    sandbox.faults.v1_get = sandbox.faults.v2_lookup = EndpointFault(delay_s=600)
    with pytest.raises(UpstreamTimeout, match="in time"):
        await probed(ASHA, sandbox, timeout_s=0.02)


@pytest.mark.parametrize("customer", [ASHA, "email=asha.rao@example.com"])
async def test_one_endpoint_that_is_down_leaves_the_other_to_be_probed(customer: str) -> None:
    sandbox = create_sandbox()
    sandbox.faults.v1_get = EndpointFault(status=503)
    found = await probed(customer, sandbox)
    problems = {(answer.endpoint.value, answer.problem) for answer in found.findings.answers}
    assert problems == {("V2", None), ("V1.1", "Upstream answered with HTTP status 503.")}
    assert found.settings["GAPS"] is None
    assert found.settings["BATCH_SIZE"] is None
    assert found.settings["V2_BY_ID"] == "path"


# --- one call ---


async def failing(number: int, by_id: Any = "path", customer: str = ASHA) -> Probed:
    return await probed(customer, transport=Upstream(create_sandbox(by_id=by_id), failing={number}))


def number_of(clean: Probed, path: str, *, times: int = 1, without: str = "", **params: str) -> int:
    """Which call carries these parameters; the `times`th of them."""
    found = [
        number
        for number, call in enumerate(clean.asked, 1)
        if call.path.startswith(path) and params.items() <= call.params.items() and without not in call.params
    ]
    return found[times - 1]


async def test_a_call_for_facets_that_fails_costs_its_row_and_nothing_else() -> None:
    clean = await usual(ASHA)
    known = {number_of(clean, "/v1.1", without="gap_to_renew_for", mlp="true")}  # the list of programs, see below
    wrong: list[str] = []
    tried = 0
    for number in range(3, len(clean.asked) + 1, 3):
        found = await failing(number)
        changed = {key for key in clean.rows if found.rows.get(key) != clean.rows[key]}
        if number in known or not changed or any("(plain)" in key for key in changed):
            continue
        tried += 1
        (key,) = changed if len(changed) == 1 else [None]
        *_, facets, problem = found.rows[key] if key else (None, None)
        lost = {"IGNORE_CARD_DETAILS"} if key == ("V2", "without embed=ignoreCardDetails") else set[str]()
        expected = clean.settings | dict.fromkeys(lost)
        if (facets, problem) != ({}, "Upstream answered with HTTP status 503.") or found.settings != expected:
            wrong.append(f"{number}: {changed}")
    assert wrong == []
    assert tried > len(clean.rows) // 4


async def test_a_row_without_an_answer_shows_its_problem() -> None:
    clean = await usual(ASHA)
    found = await failing(number_of(clean, "/v2", embed="ignoreCardDetails,points"))
    (line,) = [line for line in found.findings.table().splitlines() if line.startswith("embed=points ")]
    assert line.endswith("  Upstream answered with HTTP status 503.")
    (row,) = [row for row in found.findings.as_json()["answers"] if row["embeds"] == ["points"]]
    assert (row["facets"], row["problem"]) == ({}, "Upstream answered with HTTP status 503.")


BY_ID = "/v2/customers/100000001"
V1, LOOKUP = "/v1.1", "/v2/customers/lookup"
FAILURES = [
    pytest.param(V1, {"gap_to_renew_for": "0", "gap_to_upgrade_for": "0"}, id="gaps of V1.1"),
    pytest.param(LOOKUP, {"embed": "gapDetails,ignoreCardDetails,mlp"}, id="gaps by embed"),
    pytest.param(LOOKUP, {"includedOnlyCurrentProfile": "true"}, id="current profile"),
    pytest.param(V1, {"id": ",".join(["100000001"] * 10)}, id="batch of 10"),
    pytest.param(V1, {"id": ",".join(["100000001"] * 20)}, id="batch of 20"),
    pytest.param(BY_ID, {}, id="by id"),
    pytest.param(LOOKUP, {"gapToRenew": "0"}, id="gaps by flag"),
    pytest.param(V1, {"mobile": "919800000001"}, id="V1.1 by mobile"),
    pytest.param(V1, {"email": "asha.rao@example.com"}, id="V1.1 by email"),
    pytest.param(LOOKUP, {"identifierName": "mobile"}, id="V2 by mobile"),
    pytest.param(LOOKUP, {"identifierName": "cardnumber"}, id="V2 by card"),
]


@pytest.mark.parametrize(("path", "params"), FAILURES)
async def test_a_call_that_fails_leaves_every_setting_as_it_is_or_not_seen(path: str, params: dict[str, str]) -> None:
    clean = await usual(ASHA)
    found = await failing(number_of(clean, path, **params))
    wrong = {name for name, value in found.settings.items() if value not in (None, clean.settings[name])}
    assert wrong == set()


async def test_without_the_plain_call_nothing_is_told_of_what_the_others_add() -> None:
    clean = await usual(ASHA)
    found = await failing(number_of(clean, V1, without="mlp", id="100000001", transactions="false", notes="false"))
    added = {row.shown: row.added for row in clean.findings.answers if row.endpoint.value == "V1.1"}
    told = [row for row in found.findings.answers if row.endpoint.value == "V1.1" and not row.problem]
    assert len(told) == len(added) - 1
    assert [row.shown for row in told if row.added not in (None, added[row.shown])] == []


async def test_without_the_list_of_programs_none_is_made_up() -> None:
    clean = await usual(ASHA)
    found = await failing(number_of(clean, V1, without="gap_to_renew_for", mlp="true"))
    assert {call.params.get("program_id") for call in found.asked} <= {None, "1001"}

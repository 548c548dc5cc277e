"""From a probe over its environment file to a gateway before the same upstream: it may count on what the file says."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from math import ceil
from typing import Any

import httpx
import pytest

from gateway.app import create_app
from gateway.facets.capabilities import V1_KINDS, V1_POSSIBLE, V2_KINDS, ById, Capabilities, Gaps
from gateway.sandbox import Sandbox
from gateway.settings import Settings, load
from gateway.telemetry.events import Event
from tests.probe.support import ASHA, NOOR, ORGANISATIONS, Organisation, probed
from tests.support.gateway import GatewayUnderTest

CREDENTIAL = {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata"}
GAPS = """
  gapToRenew(inDays: 0) { programId tierExpiryDate renewConfirmed renewStrategies { renewThreshold } }
  gapToUpgrade(inDays: 0) { programId upgradeStrategies { upgradeBasedOn upgradeThreshold } }
"""
TODAY = f'{{ customer(by: {{mobile: "919800000001"}}) {{ firstName {GAPS} }} }}'
NAME = '{ customer(by: {mobile: "919800000072"}) { firstName } }'
CROWD = [f"{100000041 + n}" for n in range(23)]
_BY = " ".join(f'{{id: "{one}"}}' for one in CROWD)
MANY = f"{{ customers(by: [{_BY}]) {{ id slabHistory {{ to }} }} }}"
QUESTIONS = {
    "gaps of today": TODAY,
    "gaps to come": '{ customer(by: {mobile: "919800000001"}) { gapToUpgrade(inDays: 30) { programId upgradeStrategies '
    "{ customerUpgradeEntityValues { gapToUpgrade } } } slabHistory { to } } }",
    "cards": '{ customer(by: {email: "asha.rao@example.com"}) { firstName cards { cardNumber type } } }',
    "no cards": '{ customer(by: {externalId: "EXT-0001"}) { points { loyaltyPoints } status { statusLabel } } }',
    "by id": f'{{ customer(by: {{id: "100000001"}}) {{ firstName cards {{ cardNumber }} {GAPS} }} }}',
    "by card": f'{{ customer(by: {{cardNumber: "CAPD0000000101"}}) {{ id slabHistory {{ to }} {GAPS} }} }}',
    "profiles": '{ customer(by: {mobile: "919800000072"}) { profiles { source identifiers { type value } } } }',
    "one profile": NAME,
    "at a source": '{ customer(by: {line: "line-sandbox-0072"}, source: LINE, accountId: "line-main") { firstName } }',
    "many": MANY,
}


_FILES: dict[Organisation, str] = {}


async def file_of(organisation: Organisation) -> str:
    """The environment file of a probe with each of two customers: what only the second shows is added."""
    if organisation in _FILES:
        return _FILES[organisation]
    first, second = await probed(ASHA, organisation.sandbox()), await probed(NOOR, organisation.sandbox())
    (profiles,) = [line for line in second.findings.as_settings().splitlines() if "ONLY_CURRENT_PROFILE" in line]
    return _FILES.setdefault(organisation, f"{first.findings.as_settings()}{profiles}\n")


def loaded(file: str, patched: pytest.MonkeyPatch) -> Settings:
    """The settings of a gateway that is started with the file as its environment."""
    for name in [name for name in os.environ if name.upper().startswith("GATEWAY_")]:
        patched.delenv(name)
    for line in file.splitlines():
        if not line.startswith("#"):
            name, _, value = line.partition("=")
            patched.setenv(name, value)
    return load(os.environ, {"upstream": CREDENTIAL})


@asynccontextmanager
async def before(sandbox: Sandbox, settings: Settings) -> AsyncGenerator[GatewayUnderTest]:
    events: list[Event] = []
    app = create_app(settings, sandbox=sandbox, emit=events.append)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        yield GatewayUnderTest(http, sandbox, events)


def careful(organisation: Organisation) -> Settings:
    """For a gateway that counts on nothing that organisations differ in, but for the way to ask by id."""
    cannot = {"gaps": "v1", "ignore_card_details": False, "only_current_profile": False, "batch_size": 1}
    return Settings(upstream={**CREDENTIAL, **cannot, "v2_by_id": organisation.by_id})  # type: ignore[arg-type]


@pytest.mark.parametrize("organisation", ORGANISATIONS[::3], ids=str)
async def test_the_file_says_what_the_organisation_can_do(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loaded(await file_of(organisation), monkeypatch).upstream.capabilities == Capabilities(
        v2_by_id=ById(organisation.by_id),
        batch_size=int(organisation.settings["BATCH_SIZE"] or 0),
        gaps=Gaps(organisation.settings["GAPS"] or ""),
        ignore_card_details=organisation.ignore_card_details,
        only_current_profile=organisation.only_current_profile,
        v1_kinds=V1_POSSIBLE if organisation.card_number_on_v1 else V1_KINDS,
        v2_kinds=V2_KINDS,
    )


@pytest.mark.parametrize("organisation", ORGANISATIONS[::3], ids=str)
async def test_a_gateway_that_counts_on_the_file_answers_as_a_careful_one(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = organisation.sandbox()
    expected: dict[str, Any] = {}
    async with before(sandbox, careful(organisation)) as gateway:
        for name, question in QUESTIONS.items():
            expected[name] = await gateway.ask(question)
    careful_calls = len(sandbox.requests)
    sandbox.clear()
    assert [name for name, answer in expected.items() if "errors" in answer or None in answer["data"].values()] == []
    async with before(sandbox, loaded(await file_of(organisation), monkeypatch)) as gateway:
        for name, question in QUESTIONS.items():
            answer = await gateway.ask(question)
            assert (name, answer["data"], answer.get("errors")) == (name, expected[name]["data"], None)
    assert len(sandbox.requests) < careful_calls


@pytest.mark.parametrize("organisation", ORGANISATIONS[::3], ids=str)
async def test_a_gateway_uses_what_the_file_allows(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(await file_of(organisation), monkeypatch)
    asked: dict[str, list[dict[str, Any]]] = {}
    for question in (TODAY, NAME, MANY):
        async with before(organisation.sandbox(), settings) as gateway:
            await gateway.ask(question)
            asked[question] = gateway.calls()
    (today,) = asked[TODAY]
    embeds = {"flags": "mlp", "details": "gapDetails,mlp", "v1": ""}[organisation.settings["GAPS"] or ""]
    assert today["path"].startswith("/v2") is (organisation.settings["GAPS"] != "v1")
    carried = [name for name in today["params"].get("embed", "").split(",") if name != "ignoreCardDetails"]
    assert ",".join(sorted(carried)) == embeds
    assert ("gapToRenew" in today["params"]) is (organisation.settings["GAPS"] == "flags")
    (name,) = [call["params"] for call in asked[NAME]]
    assert (name.get("embed") == "ignoreCardDetails") is organisation.ignore_card_details
    assert (name.get("includedOnlyCurrentProfile") == "true") is organisation.only_current_profile
    assert len(asked[MANY]) == ceil(len(CROWD) / int(organisation.settings["BATCH_SIZE"] or 0))

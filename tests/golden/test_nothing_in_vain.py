"""No parameter is sent for nothing: without any one of them a golden call brings less, or more than was asked for."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.parameters import source
from gateway.model.readers import Reader
from gateway.sandbox import Habits, create_sandbox
from gateway.settings.upstream import UpstreamSettings
from tests.golden.test_golden import CASES
from tests.support.gateway import running

Json = dict[str, Any]

EXEMPT = {"format", "user_id", "source", "accountId", "identifierName", "identifierValue"}
EXEMPT |= {"id", "mobile", "email", "external_id", "card_external_id", "card_number"}
SUPPRESSED = {"ignoreCardDetails": "cardDetails", "transactions": "transactions", "notes": "notes"}
NARROWED: Mapping[str, Callable[[Json], list[Json]]] = {
    "program_id": lambda body: body["points_summaries"]["points_summary"],
    "includedOnlyCurrentProfile": lambda body: body["profiles"],
}
"""Parameters that keep the rest of a list away."""

HAVE_NOTHING = {"base_tier", "no_program", "no_such_program", "top_tier", "unknown_customer"}
"""Cases about customers of whom a wanted facet holds nothing: with or without its flag, nothing comes."""


def plain_cases() -> Iterator[Path]:
    for file in CASES:
        if file.stem in HAVE_NOTHING:
            continue
        case = json.loads(file.with_suffix(".json").read_text())
        if case["calls"] and not {"faults", "before"} & case.keys() and "errors" not in case["answer"]:
            yield file


def capabilities(case: Json) -> Capabilities:
    chosen = {"v2_by_id": case.get("settings", {}).get("by_id", "path"), **case.get("settings", {}).get("upstream", {})}
    return UpstreamSettings(username="-", **chosen).capabilities


async def explained(query: str, case: Json) -> list[tuple[Json, frozenset[Facet]]]:
    """The calls of a case, each with the facets it was made for."""
    async with running(**case.get("settings", {})) as gateway:
        answer = await gateway.ask(query, case.get("variables"), x_gateway_explain="analyze")
        made = answer["extensions"]["explain"]["calls"]
        asked = [{"path": request.path, "params": dict(request.params)} for request in gateway.sandbox.requests]
    assert len(made) == len(asked)
    return [(call, facets(told)) for call, told in zip(asked, in_order(made, asked), strict=True)]


def in_order(made: list[Json], asked: list[Json]) -> Iterator[Json]:
    """What explain tells of each request; it tells them in the order in which they ended."""
    for request in asked:
        yield next(
            told
            for told in made
            if told["endpoint"] == ("V1.1" if request["path"].startswith("/v1.1") else "V2")
            and all(told["params"].get(name) == value for name, value in sendable(request["params"]).items())
            and len(told["params"]) == len(request["params"])
        )


def sendable(params: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in params.items() if name not in EXEMPT}


def facets(told: Json) -> frozenset[Facet]:
    return frozenset(facet(text) for text in told["facets"])


def facet(text: str) -> Facet:
    name, _, arguments = text.partition("(")
    pairs = (pair.split("=") for pair in arguments.rstrip(")").split(", ") if pair)
    return CATALOG[name](**{key: int(value) if key == "days" else value for key, value in pairs})


def without(params: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The parameters with one of them, or one embed, left out."""
    for name, value in sendable(params).items():
        rest = {key: other for key, other in params.items() if key != name}
        if name != "embed":
            yield name, rest
            continue
        for embed in value.split(","):
            others = ",".join(one for one in value.split(",") if one != embed)
            yield embed, rest | ({"embed": others} if others else {})


async def bodies(path: str, params: Mapping[str, str], case: Json) -> list[Json]:
    chosen = case.get("settings", {})
    sandbox = create_sandbox(by_id=chosen.get("by_id", "path"), habits=Habits(**chosen.get("habits", {})))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox),
        base_url="http://upstream",
        headers={"Authorization": sandbox.credentials.basic},
    ) as http:
        body = (await http.get(path, params=dict(params))).json()
    return body["response"]["customers"]["customer"] if path.startswith("/v1.1") else [body]


def read(path: str, wanted: frozenset[Facet], found: list[Json], able: Capabilities) -> list[Any]:
    endpoint = Endpoint.V1 if path.startswith("/v1.1") else Endpoint.V2
    reader = Reader(ZoneInfo("Asia/Kolkata"))
    ways = [(one, source(one, endpoint, able)) for one in sorted(wanted)]
    return [way.read(reader, body, one.argument_values) for body in found for one, way in ways if way is not None]


@pytest.mark.parametrize("file", tuple(plain_cases()), ids=lambda file: file.stem)
def test_no_parameter_of_a_golden_call_is_sent_for_nothing(file: Path) -> None:
    case = json.loads(file.with_suffix(".json").read_text())
    able = capabilities(case)
    for call, wanted in asyncio.run(explained(file.read_text(), case)):
        whole = asyncio.run(bodies(call["path"], call["params"], case))
        for name, rest in without(call["params"]):
            fewer = asyncio.run(bodies(call["path"], rest, case))
            if name in SUPPRESSED:
                assert any(SUPPRESSED[name] in body for body in fewer), (name, "suppresses nothing")
                assert not any(SUPPRESSED[name] in body for body in whole)
            elif name in NARROWED:
                assert all(
                    len(NARROWED[name](more)) > len(NARROWED[name](less))
                    for more, less in zip(fewer, whole, strict=True)
                )
            else:
                assert read(call["path"], wanted, fewer, able) != read(call["path"], wanted, whole, able), (name, call)

"""Every facet has a golden case on each endpoint that can bring it."""

import asyncio
import json
from pathlib import Path
from typing import Any

from gateway.facets.catalog import CATALOG
from tests.golden.test_golden import CASES
from tests.support.gateway import running
from tests.support.virtual import VirtualLoop


def test_every_facet_is_asked_of_every_endpoint_that_brings_it() -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        made = [call for file in CASES for call in runner.run(calls(file.read_text(), recorded(file)))]
    asked = {(call["endpoint"], facet.partition("(")[0]) for call in made for facet in call["facets"]}
    brought = {(way.endpoint.value, kind.name) for kind in CATALOG.values() for way in kind.sources}
    assert brought - asked == set()


def recorded(file: Path) -> dict[str, Any]:
    return json.loads(file.with_suffix(".json").read_text())


async def calls(query: str, case: dict[str, Any]) -> list[dict[str, Any]]:
    """What a case asks of upstream, as explain tells it."""
    async with running(**case.get("settings", {})) as gateway:
        answer = await gateway.ask(query, case.get("variables"), x_gateway_explain="analyze")
    return answer.get("extensions", {}).get("explain", {}).get("calls", [])

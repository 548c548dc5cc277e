"""Every facet has a golden case on each endpoint that can bring it."""

import json

from gateway.facets.catalog import CATALOG
from tests.golden.test_golden import CASES
from tests.support.gateway import running


async def test_every_facet_is_asked_of_every_endpoint_that_brings_it() -> None:
    asked: set[tuple[str, str]] = set()
    for file in CASES:
        case = json.loads(file.with_suffix(".json").read_text())
        async with running(**case.get("settings", {})) as gateway:
            answer = await gateway.ask(file.read_text(), case.get("variables"), x_gateway_explain="analyze")
        for call in answer.get("extensions", {}).get("explain", {}).get("calls", ()):
            asked |= {(call["endpoint"], facet.partition("(")[0]) for facet in call["facets"]}
    brought = {(way.endpoint.value, kind.name) for kind in CATALOG.values() for way in kind.sources}
    assert brought - asked == set()

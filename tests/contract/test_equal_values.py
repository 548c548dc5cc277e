"""Where both endpoints bring a facet, they tell it alike: for everybody in the sandbox."""

from dataclasses import asdict, is_dataclass
from zoneinfo import ZoneInfo

import httpx
import pytest

from gateway.facets.capabilities import Capabilities, Gaps
from gateway.facets.catalog import EXISTENCE, GAP_TO_RENEW, GAP_TO_UPGRADE
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.parameters import parameters, source, sources
from gateway.model.readers import Block, Reader
from gateway.sandbox import CUSTOMERS, create_sandbox
from tests.support.facets import EXAMPLES, RICH, SEEDS

SHARED = [
    (facet, capabilities)
    for capabilities in (SEEDS, RICH, Capabilities(gaps=Gaps.DETAILS))
    for facet in (*EXAMPLES, GAP_TO_RENEW(days=0), GAP_TO_UPGRADE(days=0))
    if len(sources(facet, capabilities)) > 1 and facet != EXISTENCE()
]
GONE = {"deleted", "merged_victim"}
"""Who is not told alike by nature: V2 does not know the one and answers with the other's old self."""
ELSEWHERE = {"wechat_only"}
"""Who has no INSTORE profile, which is the only one that V1.1 knows."""


async def blocks(facet: Facet, capabilities: Capabilities) -> list[tuple[str, Block, Block]]:
    """Both payloads of everybody, each asked for the facet alone."""
    sandbox = create_sandbox()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox),
        base_url="http://upstream",
        headers={"Authorization": sandbox.credentials.basic},
    ) as http:
        v1, v2 = (parameters(endpoint, frozenset({facet}), capabilities) for endpoint in (Endpoint.V1, Endpoint.V2))
        found: list[tuple[str, Block, Block]] = []
        for person in CUSTOMERS:
            if person.key in GONE | ELSEWHERE:
                continue
            one = await http.get("/v1.1/customer/get", params={"id": str(person.id), **dict(v1.flags)})
            other = await http.get(
                f"/v2/customers/{person.id}",
                params={"source": "INSTORE", "embed": ",".join(v2.embeds), **dict(v2.flags)},
            )
            found.append((person.key, one.json()["response"]["customers"]["customer"][0], other.json()))
        return found


@pytest.mark.parametrize(
    ("facet", "capabilities"), SHARED, ids=lambda one: one.gaps.value if isinstance(one, Capabilities) else str(one)
)
async def test_both_endpoints_tell_a_shared_facet_alike(facet: Facet, capabilities: Capabilities) -> None:
    v1, v2 = source(facet, Endpoint.V1, capabilities), source(facet, Endpoint.V2, capabilities)
    assert v1 is not None
    assert v2 is not None
    told = 0
    for key, item, entity in await blocks(facet, capabilities):
        reader = Reader(ZoneInfo("Asia/Kolkata"))
        one, other = (way.read(reader, told, facet.argument_values) for way, told in ((v1, item), (v2, entity)))
        assert one == other or _only_nulls(one, other), key
        told += bool(one)
    assert told > 0, "nobody has it, so nothing was compared"


def _only_nulls(*values: object) -> bool:
    """No block, and a block of nulls, are the same to whoever reads its fields."""
    return all(value is None or (is_dataclass(value) and not any(asdict(value).values())) for value in values)

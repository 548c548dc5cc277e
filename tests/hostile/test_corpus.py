"""Hostile requests: each refused at once and for little, none reaches upstream, and others are served beside them."""

import asyncio
import gc
import json
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from tests.hostile.gateway import CORPUS, FAMILIES, Target, target
from tests.hostile.requests import asking

NORMAL = asking("a normal request", '{ customer(by: {mobile: "919800000001"}) { firstName } }')
ASHA = {"customer": {"firstName": "Asha"}}
MOST_CPU_S = 0.25
"""Five times what is meant: the figure itself is for `bench/hostile.py`, on a quiet machine."""
MOST_BYTES = 20_000
"""Of an answer: it may not grow with what was sent."""


@pytest.fixture(params=[False, True], ids=["as served", "explorable"])
async def gateway(request: pytest.FixtureRequest) -> AsyncIterator[Target]:
    async with target(explorable=request.param) as found:
        yield found


def test_the_corpus_is_large_and_its_names_are_distinct() -> None:
    assert len(CORPUS) >= 400
    assert len(CORPUS) == sum(len(list(module.corpus())) for module in FAMILIES.values())


async def test_every_request_is_refused_and_none_reaches_upstream(gateway: Target) -> None:
    wrong: dict[str, object] = {}
    for name, request in CORPUS.items():
        reply = await gateway.send(request)
        refused = reply.status is not None and (400 <= reply.status < 500 or reply.status in request.allowed)
        if not refused and not (reply.status == 200 and reply.errors) and not request.vanishes:
            wrong[name] = (reply.status, reply.body[:200])
        elif gateway.sandbox.requests or gateway.faults:
            wrong[name] = ([one.path for one in gateway.sandbox.requests], gateway.faults)
        elif len(reply.body) > MOST_BYTES:
            wrong[name] = len(reply.body)
        gateway.sandbox.clear()
        gateway.events.clear()
    assert wrong == {}


async def test_no_request_costs_much(gateway: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.graphql.documents.REFUSALS", 0)
    dear = CORPUS
    for _ in range(3):  # what is dear once may be the machine's
        costs = {name: await gateway.cost(one) for name, one in dear.items()}
        dear = {name: dear[name] for name, cost in costs.items() if cost > MOST_CPU_S}
    assert sorted(dear) == []


async def test_normal_requests_beside_them_are_served(gateway: Target) -> None:
    async def ask() -> object:
        return json.loads((await gateway.send(NORMAL)).body)["data"]

    beside: list[object] = []
    hostile = list(CORPUS.values())
    for start in range(0, len(hostile), 25):
        several = asyncio.gather(*map(gateway.send, hostile[start : start + 25]))
        beside.append(await ask())
        await several
    assert beside == [ASHA] * len(beside)
    assert len(beside) > 10


async def test_memory_stays_as_it_is() -> None:
    """What one round of everything leaves behind, another round does not leave again."""
    async with target(explorable=True) as gateway:

        async def everything() -> int:
            for request in CORPUS.values():
                await gateway.send(request)
            gateway.events.clear()
            gc.collect()
            return tracemalloc.get_traced_memory()[0]

        await everything()
        tracemalloc.start()
        try:
            once = await everything()
            twice = await everything()
        finally:
            tracemalloc.stop()
    assert twice - once < 100_000

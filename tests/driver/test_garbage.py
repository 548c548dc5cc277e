"""A request ends with its last use. What is left in a circle waits for the collector, which then looks at all there is:
that was a tenth of the CPU of a request, and pauses of 20 ms."""

import gc
from collections.abc import Iterator

import pytest

from tests.support.gateway import running

BOTH = "query($id: ID!) { customer(by: {id: $id}) { firstName cards { cardNumber } slabHistory { from } } }"
LIST = 'query($id: ID!) { customers(by: [{id: $id}, {mobile: "919800000001"}]) { firstName slabHistory { from } } }'
FIRST, OTHER, NOBODY = 100000001, 100000002, 999999999


@pytest.fixture
def collected() -> Iterator[list[object]]:
    """What the collector finds from the first time on that it is told to keep it."""
    gc.disable()
    yield gc.garbage
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


@pytest.mark.parametrize("query", [BOTH, LIST])
@pytest.mark.parametrize("whom", [OTHER, NOBODY])
async def test_a_request_leaves_nothing_for_the_collector(collected: list[object], query: str, whom: int) -> None:
    """What was fetched for it, what was known, and the same again. Documents that come again are answered so."""
    async with running() as gateway:
        for _ in range(2):
            await gateway.ask(query, {"id": FIRST})
        gateway.sandbox.clear()
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        for _ in range(3):
            await gateway.ask(query, {"id": whom})
        gc.collect()
        ours = {type(one).__name__ for one in collected if type(one).__module__.startswith(("gateway", "resolvers"))}
        assert gateway.sandbox.requests
    assert ours == set()

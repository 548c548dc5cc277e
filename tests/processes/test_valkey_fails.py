"""A Valkey that dies (kill -9) or stalls (SIGSTOP) under load: nobody is refused, and nobody waits for it."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tests.processes.support import Cluster, cluster, eventually, steadily
from tests.support.valkey import Valkey

UPSTREAM_S = 0.05
DEADLINE_S = 0.1
MOST_S = 3.0
"""Far above upstream's latency and a deadline or two, for a busy machine; far below any timeout but ours."""
QUERIES = [
    f'{{ customer(by: {{mobile: "9198000000{number}"}}) {{ firstName {facet} }} }}'
    for number in range(41, 66)
    for facet in ("points { loyaltyPoints }", "cards { type }", "slabHistory { to }")
]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    settings = {
        "GATEWAY_CACHE__DEADLINE_S": str(DEADLINE_S),
        "GATEWAY_CACHE__CLOCK_SKEW_S": "0",
        "GATEWAY_CACHE__FRESH_FOR": "*=3",
    }
    with cluster(2, tmp_path_factory.mktemp("valkey"), **settings) as replicas:
        yield replicas


@pytest.mark.parametrize(
    ("hurt", "heal"), [(Valkey.stop, Valkey.start), (Valkey.stall, Valkey.resume)], ids=["killed", "stalled"]
)
async def test_no_request_fails_or_waits_and_the_cache_is_used_again_afterwards(
    two: Cluster, hurt: Callable[[Valkey], None], heal: Callable[[Valkey], None]
) -> None:
    delay = {"delay_s": UPSTREAM_S}
    two.faults(v1_get=delay, v2_lookup=delay)
    addresses = [replica.address for replica in two.replicas]
    asking = asyncio.create_task(steadily(addresses, QUERIES, seconds=5, askers=12, pause_s=0.1))
    await asyncio.sleep(1)
    hurt(two.valkey)
    await asyncio.sleep(2)
    refused = await asyncio.to_thread(two.purge, 0, id="100000041")
    heal(two.valkey)  # not in a thread: the server ends with the one that started it
    load = await asking
    assert refused == 503  # what must not get lost is not taken
    assert load.failures == []
    assert len(load.seconds) > 100
    assert max(load.seconds) < UPSTREAM_S + DEADLINE_S + MOST_S
    await asyncio.to_thread(eventually, lambda: two.purge(0, id="100000041") == two.purge(1, id="100000041") == 200)
    two.forget_requests()
    fresh = '{ customer(by: {id: "100000041"}) { firstName } }'
    assert two.ask(0, fresh) == two.ask(1, fresh)
    assert two.calls() == ["/v2/customers/100000041"]

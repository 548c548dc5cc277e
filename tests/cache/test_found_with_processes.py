"""What only real processes before a real Valkey showed, told without them."""

import asyncio
import time

from gateway.cache.facet_cache import FacetCache
from gateway.cache.guarded import GuardedStore
from gateway.cache.memory import MemoryStore
from gateway.cache.sealed import SealedStore
from gateway.facets.catalog import CARDS
from gateway.telemetry.events import Event
from tests.cache.support import ASHA, SCOPE, SECRET, put


class Prompt(MemoryStore):
    """A store that answers a moment later, as a server near by does."""

    async def multi_get(self, keys: list[str]) -> list[bytes | None]:
        """After a millisecond."""
        await asyncio.sleep(0.001)
        return await super().multi_get(keys)


async def test_a_store_that_answered_in_time_is_not_blamed_for_what_this_process_is_late_by() -> None:
    told: list[Event] = []
    store = Prompt(max_bytes=10**6)
    await put(store, "key", b"value")
    guarded = GuardedStore(store, emit=told.append, deadline_s=0.02)
    asking = asyncio.create_task(guarded.multi_get(["key"]))
    await asyncio.sleep(0)
    time.sleep(0.05)  # noqa: ASYNC251 - the process does something else: parses, plans, answers
    assert await asking == [b"value"]
    assert told == []


async def test_with_encryption_too_replicas_see_what_one_of_them_is_fetching() -> None:
    store = SealedStore(MemoryStore(max_bytes=10**6), keys=[bytes(32)])
    cache = FacetCache(store, secret=SECRET)
    assert await cache.lease(SCOPE, (ASHA, "INSTORE", ""), [CARDS()], 5.0)
    assert await cache.leased(SCOPE, (ASHA, "INSTORE", "")) == {CARDS()}

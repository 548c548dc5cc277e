"""One gateway for each module of these tests: it keeps nothing, so no test sees another's upstream."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.faults.support import Bench, bench


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="bench")
async def _bench() -> AsyncIterator[Bench]:
    async with bench() as found:
        yield found

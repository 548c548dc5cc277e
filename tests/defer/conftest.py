"""Time of these tests passes when all wait, not by the clock on the wall."""

from collections.abc import Callable, Mapping

from tests.support.virtual import VirtualLoop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], VirtualLoop]]:
    return {"virtual": VirtualLoop}

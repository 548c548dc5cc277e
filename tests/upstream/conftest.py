"""The tests of connections run on both event loops that the gateway may run on: each closes and cancels in its way."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

BOTH = ("test_connection", "test_pool", "test_transport")


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    loops: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
    return {**loops, "uvloop": uvloop.new_event_loop} if item.path.stem in BOTH else loops

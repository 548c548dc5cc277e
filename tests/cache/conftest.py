"""Stores on a real server: one for all tests of a process, or one that a test may break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.valkey import Valkey


@pytest.fixture(scope="session")
def common_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A server for the whole session; use `valkey`."""
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def valkey(common_valkey: Valkey) -> Valkey:
    """An empty server that must be left as well as it was."""
    common_valkey.tell("FLUSHALL")
    return common_valkey


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A server that a test may stall or kill."""
    server = Valkey(tmp_path)
    server.start()
    yield server
    server.stop()

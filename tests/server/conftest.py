"""One sandbox for all tests that start a gateway of their own."""

from collections.abc import Iterator

import pytest

from tests.cli.support import Process
from tests.server.support import upstream


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Process]:
    with upstream() as process:
        yield process

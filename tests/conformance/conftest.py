"""A gateway on a socket, and the public suites that npm holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli import DEV
from tests.support.listening import Listening, listening
from tests.support.node import NodeProject, node_project


@pytest.fixture(scope="module")
def dev() -> Iterator[Listening]:
    """As `gateway dev` starts it."""
    with listening(**DEV) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def serving() -> Iterator[Listening]:
    """As `gateway serve` starts it."""
    with listening() as gateway:
        yield gateway


@pytest.fixture(scope="session")
def node() -> NodeProject:
    """Runs a program of this folder. Without node tests are skipped aloud, but not by `make test-conformance`."""
    return node_project(Path(__file__).parent, what="NO PUBLIC SUITES", variable="GATEWAY_TESTS_CONFORMANCE")

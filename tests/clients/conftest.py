"""A gateway on a socket and the clients that are run against it. Each folder of programs has a fixture here."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli import DEV
from tests.support.listening import Listening, listening
from tests.support.node import NodeProject, node_project

HERE = Path(__file__).parent
VARIABLE = "GATEWAY_TESTS_CLIENTS"


def clients_project(folder: Path) -> NodeProject:
    """The programs of a folder. Their packages are many, so they are installed where somebody asks for these tests."""
    if os.environ.get(VARIABLE) != "1":
        pytest.skip(f"NO CLIENTS: `make test-clients` runs them (needs Node and npm; sets {VARIABLE}=1)")
    return node_project(folder, what="NO CLIENTS", variable=VARIABLE)


@pytest.fixture(scope="session")
def js() -> NodeProject:
    """The JavaScript clients, in one project."""
    return clients_project(HERE / "js")


@pytest.fixture
def listener() -> Iterator[Listening]:
    """A gateway as `gateway dev` starts it, that knows nothing yet."""
    with listening(**DEV) as gateway:
        yield gateway

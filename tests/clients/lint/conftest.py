"""The linters of schemas that npm holds."""

import pytest

from tests.clients.conftest import HERE, clients_project
from tests.support.node import NodeProject


@pytest.fixture(scope="session")
def lint_node() -> NodeProject:
    """The programs of this folder."""
    return clients_project(HERE / "lint")

"""The linters of schemas that npm holds."""

import os
from pathlib import Path

import pytest

from tests.support.node import Node, NoNode, NoPackages, node_in


@pytest.fixture(scope="session")
def lint_node() -> Node:
    """Node for the programs of this folder, where `make test-clients` asks for it; it allows no skip then."""
    if os.environ.get("GATEWAY_TESTS_CLIENTS") != "1":
        pytest.skip("NO LINT: it needs node, and packages of the network: run make test-clients")
    try:
        return node_in(Path(__file__).parent)
    except (NoNode, NoPackages) as missing:
        pytest.fail(f"NO LINT: {missing}")

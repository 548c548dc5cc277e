"""A federating gateway from npm composes the graph with another one, and asks both."""

import pytest

from gateway.cli import DEV
from tests.clients.conftest import HERE, clients_project
from tests.clients.support import V1, V2
from tests.support.listening import listening
from tests.support.node import NodeProject

pytestmark = pytest.mark.clients

ASHA, DEV_, NOBODY = "100000001", "100000002", "999999999"


@pytest.fixture(scope="session")
def federation() -> NodeProject:
    return clients_project(HERE / "federation")


def test_two_graphs_are_one(federation: NodeProject) -> None:
    """Every customer that the other graph refers to is in one request, and so in one plan."""
    with listening(**DEV, federation=True) as gateway:
        found = federation("main.mjs", gateway.url, DEV_, NOBODY, ASHA)
        calls = gateway.calls()
    assert found["hints"] == []
    assert "errors" not in found["orders"]
    customers = [order["customer"] for order in found["orders"]["data"]["orders"]]
    assert [one["id"] for one in customers] == [DEV_, NOBODY, ASHA]
    assert [one["firstName"] for one in customers] == ["Dev", None, "Asha"]
    assert customers[2]["slabHistory"]
    assert found["customer"] == {"data": {"customer": {"id": ASHA, "firstName": "Asha"}}}
    assert found["referred"] == [3]
    batch, alone, own = calls  # of who is not found a batch does not say so
    assert batch.startswith(f"{V1}?format=json&id={DEV_},{NOBODY},{ASHA}&")
    assert alone.startswith(f"{V1}?format=json&id={NOBODY}&")
    assert own.startswith(V2)

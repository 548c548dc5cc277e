"""Real clients: Apollo's and urql's, as applications use them."""

from typing import Any

import pytest

from tests.conformance.conftest import Listening
from tests.support.node import NodeProject

pytestmark = pytest.mark.conformance

RESPONSE = "application/graphql-response+json; charset=utf-8"


def sent(told: dict[str, Any]) -> list[tuple[str, bool, bool, int]]:
    """Of every request: its method, whether it had a text and a hash, and the status of its answer."""
    assert {request["type"] for request in told["requests"]} == {RESPONSE}
    return [(one["method"], one["text"], one["hash"], one["status"]) for one in told["requests"]]


def test_clients_are_answered_and_send_a_known_hash_alone(node: NodeProject, dev: Listening) -> None:
    told = node("clients.mjs", dev.url)
    for answers in (one["answers"] for one in told.values()):
        assert [answer["customer"]["firstName"] for answer in answers] == ["Asha", "Asha"]
    unknown, registering, known = ("GET", False, True, 200), (True, True, 200), ("GET", False, True, 200)
    assert sent(told["apollo"]) == [unknown, ("POST", *registering), known]
    assert sent(told["urqlPersisted"]) == [unknown, ("GET", *registering), known]
    assert sent(told["urql"]) == [("GET", True, False, 200)] * 2
    assert dev.events == [event for event in dev.events if type(event).__name__ != "FaultMet"]

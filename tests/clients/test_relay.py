"""Relay: documents that its compiler persists are the gateway's manifest, and its store keeps customers by id."""

import json
import shutil

import pytest

from tests.clients.conftest import HERE
from tests.clients.support import V2
from tests.support.listening import listening
from tests.support.node import NodeProject

pytestmark = pytest.mark.clients

MANIFEST = HERE / "js/relay/__generated__/persisted_queries.json"


@pytest.fixture(scope="module")
def compiled(js: NodeProject) -> NodeProject:
    """The project with what relay-compiler makes of its questions. It wants the manifest to exist, and adds what has
    no artifact yet."""
    shutil.rmtree(MANIFEST.parent, ignore_errors=True)
    MANIFEST.parent.mkdir()
    MANIFEST.write_text("{}")
    js.printed("node_modules/.bin/relay-compiler", "relay.config.json")
    return js


@pytest.mark.parametrize("member", ["doc_id", "id"])
def test_persisted_queries_are_answered_by_a_gateway_that_takes_nothing_else(
    compiled: NodeProject, member: str
) -> None:
    manifest = json.loads(MANIFEST.read_text())
    assert len(manifest) == 2
    with listening(documents={"mode": "only", "manifest": str(MANIFEST)}) as gateway:
        told = compiled("relay/main.mjs", gateway.url, member)
        calls = gateway.calls()
    assert told["texts"] == [None, None]
    assert {one["document"] for one in told["requests"]} == manifest.keys()
    assert [(one["text"], one["status"]) for one in told["requests"]] == [(False, 200)] * 3
    assert told["header"]["data"]["customer"] == {
        "id": "100000001",
        "firstName": "Asha",
        "points": {"loyaltyPoints": 6120.25, "currentSlab": "Gold"},
    }
    assert [told[name]["sent"] for name in ("header", "again", "cards", "refused")] == [1, 1, 2, 3]
    assert told["record"] == ["cards", "firstName", "id", "points"]
    assert (told["refused"]["data"], told["codes"]) == ({"customer": None}, ["BAD_USER_INPUT"])
    # Relay asks for all of its second question; the gateway pays for the cards alone.
    assert len(calls) == 2
    assert calls[1] == f"{V2}100000001?source=INSTORE"

"""urql with graphcache: what it keeps, what it is told, and what it sends."""

import pytest

from gateway.cli import DEV, SANDBOX
from gateway.telemetry.requests import RequestBegan
from tests.clients.support import V1, V2, told_by
from tests.support.gateway import ASKED_ONCE
from tests.support.listening import Listening, listening
from tests.support.node import NodeProject

pytestmark = pytest.mark.clients


def test_a_customer_is_kept_under_the_id_and_known_fields_cost_nothing(js: NodeProject, listener: Listening) -> None:
    told = js("urql.mjs", listener.url, "cache")
    assert [told[name]["sent"] for name in ("header", "cards", "known", "byId")] == [1, 2, 2, 2]
    assert told["known"]["data"]["customer"] == {
        "id": "100000001",
        "email": "asha.rao@example.com",
        "cards": [
            {"cardId": "8101", "cardNumber": "CAPD0000000101"},
            {"cardId": "8102", "cardNumber": "CAPD0000000102"},
        ],
    }
    assert told["byId"]["data"] == {"customer": {"id": "100000001", "firstName": "Asha"}}
    first, second = listener.calls()
    assert first.startswith(f"{V2}lookup/customerDetails?embed=customerStatus,ignoreCardDetails,points&")
    assert second == f"{V2}100000001?source=INSTORE"
    assert told_by(listener, RequestBegan) == 2


def test_errors_have_their_codes_and_a_failed_field_is_asked_for_again(js: NodeProject) -> None:
    with listening(**{**DEV, "upstream": {**SANDBOX, **ASKED_ONCE}}) as gateway:
        told = js("urql.mjs", gateway.url, "errors")
        calls = [call.partition("?")[0] for call in gateway.calls()]
    assert {one.get("network") for one in told.values()} == {None}
    assert told["invalid"]["codes"] == [["GRAPHQL_VALIDATION_FAILED", None]]
    assert told["badInput"]["codes"] == [["BAD_USER_INPUT", "customer"]]
    assert told["unknown"] == {"data": {"customer": None}, "sent": 3}
    half, whole = told["half"], told["whole"]
    assert half["codes"] == [["UPSTREAM_UNAVAILABLE", "customer.slabHistory"]]
    assert half["data"]["customer"]["cards"] == [{"cardId": "8101"}, {"cardId": "8102"}]
    assert half["data"]["customer"]["slabHistory"] is None
    assert whole["data"]["customer"]["slabHistory"][0] == {"to": "Gold"}
    assert (half["sent"], whole["sent"]) == (4, 5)
    # The first lookup is of the unknown customer; the half that came is not asked for again.
    assert calls == [*[f"{V2}lookup/customerDetails"] * 2, V1, V1]


def test_a_document_is_sent_once_and_its_hash_from_then_on(js: NodeProject, listener: Listening) -> None:
    (unknown, registering, known) = js("urql.mjs", listener.url, "persisted")["requests"]
    assert [one["text"] for one in (unknown, registering, known)] == [False, True, False]
    assert {one["method"] for one in (unknown, registering, known)} == {"GET"}
    assert {one["status"] for one in (unknown, registering, known)} == {200}
    assert unknown["hash"] == registering["hash"] == known["hash"]
    assert len(listener.calls()) == 1

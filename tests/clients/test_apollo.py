"""Apollo Client 4: what it keeps, what it is told, what it sends, and what it gives up."""

from typing import Any

import pytest

from gateway.cli import DEV, SANDBOX
from gateway.telemetry.requests import RequestAnswered, RequestBegan
from tests.clients.support import V1, V2, told_by
from tests.support.gateway import ASKED_ONCE
from tests.support.listening import Listening, listening
from tests.support.node import NodeProject

pytestmark = pytest.mark.clients

RESPONSE = "application/graphql-response+json; charset=utf-8"


def test_a_customer_is_kept_under_the_id_and_only_what_is_not_known_is_paid_for(
    js: NodeProject, listener: Listening
) -> None:
    told = js("apollo.mjs", listener.url, "cache")
    assert [told[name]["sent"] for name in ("header", "cards", "known", "byId")] == [1, 2, 2, 2]
    assert told["known"]["data"]["customer"]["email"] == "asha.rao@example.com"
    assert told["known"]["data"]["customer"]["points"]["currentSlab"] == "Gold"
    assert told["byId"]["data"]["customer"]["firstName"] == "Asha"
    assert [card["cardNumber"] for card in told["byId"]["data"]["customer"]["cards"]] == [
        "CAPD0000000101",
        "CAPD0000000102",
    ]
    assert {"Customer:100000001", 'Card:{"cardId":"8101"}'} <= set(told["entities"])
    # The second question repeats nothing upstream: the gateway knows the customer's id by then.
    first, second = listener.calls()
    assert first.startswith(f"{V2}lookup/customerDetails?embed=customerStatus,ignoreCardDetails,points&")
    assert second == f"{V2}100000001?source=INSTORE"
    assert told_by(listener, RequestBegan) == 2


def test_every_kind_of_error_has_its_code(js: NodeProject, listener: Listening) -> None:
    told = js("apollo.mjs", listener.url, "errors")
    assert told["types"] == [RESPONSE]
    assert thrown(told["invalid"]) == [["GRAPHQL_VALIDATION_FAILED", None]]
    assert thrown(told["badVariable"]) == [["GRAPHQL_VALIDATION_FAILED", None]]
    assert thrown(told["badInput"]) == [["BAD_USER_INPUT", "customer"]]
    assert thrown(told["deleted"]) == [["CUSTOMER_DELETED", "customer"]]
    assert told["unknown"] == {"data": {"customer": None}, "sent": 5}
    assert [call.partition("?")[0] for call in listener.calls()] == [V1, f"{V2}lookup/customerDetails"]


def test_half_an_answer_is_refused_or_taken_as_the_client_chooses(js: NodeProject) -> None:
    with listening(**{**DEV, "upstream": {**SANDBOX, **ASKED_ONCE}}) as gateway:
        told = js("apollo.mjs", gateway.url, "partial")
        calls = [call.partition("?")[0] for call in gateway.calls()]
    lost = [["UPSTREAM_UNAVAILABLE", "customer.slabHistory"]]
    assert thrown(told["refused"]) == lost
    half, kept, whole = told["half"], told["kept"], told["whole"]
    assert half["error"] == {"kind": "graphql", "codes": lost}
    assert half["data"]["customer"]["slabHistory"] is None
    assert [card["cardId"] for card in half["data"]["customer"]["cards"]] == ["8101", "8102"]
    # Apollo keeps the null of what failed, and tells no error of it again: see examples/README.md.
    assert kept == {"data": half["data"], "sent": half["sent"]}
    assert whole["data"]["customer"]["slabHistory"][0]["to"] == "Gold"
    # The half that came is not asked for again.
    assert calls == [f"{V2}lookup/customerDetails", V1, V1, V1]


def test_a_document_is_sent_once_and_its_hash_from_then_on(js: NodeProject, listener: Listening) -> None:
    told = js("apollo.mjs", listener.url, "persisted")
    sent = [(one["method"], one["text"], one["hash"] is not None, one["status"]) for one in told["first"]]
    assert sent == [("POST", False, True, 200), ("POST", True, True, 200), ("POST", False, True, 200)]
    (other,) = told["second"]
    assert (other["method"], other["text"], other["status"]) == ("GET", False, 200)
    assert len({one["hash"] for one in [*told["first"], other]}) == 1
    assert len(listener.calls()) == 1


def test_a_request_that_is_given_up_ends_at_the_client_and_hinders_nobody(js: NodeProject, listener: Listening) -> None:
    told = js("apollo.mjs", listener.url, "abort")
    assert told["ended"] == "AbortError"
    given_up, other, again = told["requests"]
    assert "status" not in given_up
    assert (other["status"], again["status"]) == (200, 200)
    assert told["other"]["data"]["customer"]["id"] == "100000002"
    assert told["again"]["data"]["customer"]["firstName"] == "Asha"
    # The client's next try takes the call that is under way, or what it brought: it costs nothing.
    assert sorted(call.rpartition("identifierValue=")[2][:12] for call in listener.calls()) == [
        "919800000001",
        "919800000002",
    ]
    assert told_by(listener, RequestBegan) == told_by(listener, RequestAnswered) == 3


def thrown(told: dict[str, Any]) -> list[list[str | None]]:
    assert told["thrown"]["kind"] == "graphql"
    return told["thrown"]["codes"]

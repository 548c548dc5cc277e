"""Clients that take what is deferred later: what is there is shown before V1.1 has answered."""

import pytest

from gateway.cli import DEV
from gateway.telemetry.requests import RequestAnswered
from tests.clients.support import V1, V2, told_by
from tests.support.gate import Gate
from tests.support.listening import listening
from tests.support.node import NodeProject

pytestmark = pytest.mark.clients

ANSWERED = {
    "apollo2022": 'multipart/mixed; boundary="-"; deferSpec=20220824',
    "apolloAlpha9": 'multipart/mixed; boundary="-"; incrementalSpec=v0.2',
    "graphqlSse": "text/event-stream; charset=utf-8",
    "urql": 'multipart/mixed; boundary="-"',
}


@pytest.mark.parametrize("client", ANSWERED)
def test_the_cards_are_shown_before_v1_has_answered(js: NodeProject, client: str) -> None:
    with listening(between=Gate().between, **DEV) as gateway:
        told = js("defer.mjs", gateway.url, client)
        calls = [call.partition("?")[0] for call in gateway.calls()]
    first, *_, last = told["shown"]
    assert first == {"cards": 2, "history": None, "more": True}
    assert last == {"cards": 2, "history": 4, "more": False}
    assert [one["type"] for one in told["requests"]] == [ANSWERED[client]]
    assert sorted(calls) == [V1, f"{V2}lookup/customerDetails"]
    assert told_by(gateway, RequestAnswered) == 1

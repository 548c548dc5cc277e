"""Answers in parts over a real socket: each part is there when it was sent, and who leaves is missed."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from gateway.telemetry.requests import RequestAnswered, RequestOutcome
from tests.defer.support import HISTORY
from tests.support.gate import Gate
from tests.support.listening import Listening, listening
from tests.support.parts import EVENTS, MULTIPART, STREAMS, asked, put_together, rest


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("accept", STREAMS)
def test_the_first_part_comes_before_v1_has_answered(gate: Gate, accept: str, method: str) -> None:
    with listening(between=gate.between) as gateway, asked(gateway.url, HISTORY, accept, method) as payload:
        first = payload()
        assert first is not None
        assert first["data"]["customer"]["firstName"] == "Asha"
        gate.await_somebody()
        assert not gate.is_open
        gate.open()
        whole = put_together([first, *rest(payload)])
    assert len(whole["data"]["customer"]["slabHistory"]) == 4
    assert len(gateway.calls()) == 2


def test_who_leaves_is_missed_and_who_waits_for_the_same_call_is_not(gate: Gate) -> None:
    with listening(between=gate.between) as gateway, asked(gateway.url, HISTORY, EVENTS) as staying:
        first = staying()
        assert first is not None
        with asked(gateway.url, HISTORY, MULTIPART) as leaving:
            assert leaving() is not None
        while not answered(gateway):  # the request of who left comes to its end
            httpx.get(gateway.url.replace("/graphql", "/healthz"), trust_env=False).raise_for_status()
        gate.open()
        assert put_together([first, *rest(staying)])["data"]["customer"]["slabHistory"]
    assert [one.outcome for one in answered(gateway)] == [RequestOutcome.ABANDONED, RequestOutcome.ANSWERED]
    assert len(gateway.calls()) == 2


def test_a_gateway_that_stops_sends_what_is_still_to_come(gate: Gate) -> None:
    with ExitStack() as stack:
        gateway = stack.enter_context(listening(between=gate.between))
        with asked(gateway.url, HISTORY, MULTIPART) as payload:
            first = payload()
            assert first is not None
            stopping = threading.Thread(target=stack.close)
            stopping.start()
            while listens(gateway):
                pass
            gate.open()
            assert put_together([first, *rest(payload)])["data"]["customer"]["slabHistory"]
        stopping.join()


def test_a_connection_that_brought_parts_takes_the_next_request(gate: Gate) -> None:
    gate.open()
    with listening(between=gate.between) as gateway, httpx.Client(trust_env=False) as http:
        for accept in (MULTIPART, "application/json", EVENTS):
            answer = http.post(gateway.url, json={"query": HISTORY}, headers={"accept": accept})
            assert (answer.status_code, "slabHistory" in answer.text) == (200, True)


def answered(gateway: Listening) -> list[RequestAnswered]:
    return [event for event in gateway.events if isinstance(event, RequestAnswered)]


def listens(gateway: Listening) -> bool:
    address = urlsplit(gateway.url)
    try:
        socket.create_connection((address.hostname or "", address.port or 0)).close()
    except ConnectionError:  # refused, or reset in the moment in which it stops listening
        return False
    return True

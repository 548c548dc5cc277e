"""A client that closes its connection before there was an answer."""

import json
import socket
from urllib.parse import urlsplit

import httpx

from gateway.sandbox import Faults
from gateway.sandbox.faults import EndpointFault
from gateway.telemetry.requests import RequestAnswered, RequestOutcome
from tests.support.listening import Listening, listening

BODY = json.dumps({"query": '{ customer(by: {mobile: "919800000001"}) { firstName } }'}).encode()
HEAD = b"POST /graphql HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"


def left_alone() -> Listening:
    """A gateway after a client left it while upstream, which takes a second, was asked."""
    with listening() as gateway:
        gateway.sandbox.faults.replace(Faults(v2_lookup=EndpointFault(delay_s=1, times=1)))
        address = urlsplit(gateway.url)
        with socket.create_connection((address.hostname or "", address.port or 0)) as client:
            client.sendall(HEAD % len(BODY) + BODY)
            with httpx.Client(base_url=gateway.url.removesuffix("/graphql"), trust_env=False) as another:
                while not gateway.sandbox.requests:
                    another.get("/healthz").raise_for_status()
    return gateway  # it stopped when everything that ran was done


def test_its_request_ends_and_asks_upstream_once() -> None:
    gateway = left_alone()
    assert len(gateway.sandbox.requests) == 1
    assert len([event for event in gateway.events if isinstance(event, RequestAnswered)]) == 1


def test_its_request_is_told_as_abandoned() -> None:
    (answered,) = [event for event in left_alone().events if isinstance(event, RequestAnswered)]
    assert answered.outcome is RequestOutcome.ABANDONED

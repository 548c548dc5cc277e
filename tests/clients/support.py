"""What the tests of the clients share."""

from gateway.telemetry.events import Event
from tests.support.listening import Listening

V1 = "/v1.1/customer/get"
V2 = "/v2/customers/"


def told_by(gateway: Listening, kind: type[Event]) -> int:
    """How many events of a kind operators would have seen."""
    return sum(isinstance(event, kind) for event in gateway.events)

"""The sandbox upstream: a simulated Capillary cluster in one ASGI application.

It is an implementation of the *documented* upstream, independent of the gateway that asks it:
nothing in here imports from the rest of `gateway`, so that a shared misunderstanding cannot hide.
"""

from .app import RecordedRequest, Sandbox, create_sandbox
from .data import Person
from .faults import EndpointFault, Faults
from .habits import Habits
from .people import CUSTOMERS, person

__all__ = [
    "CUSTOMERS",
    "EndpointFault",
    "Faults",
    "Habits",
    "Person",
    "RecordedRequest",
    "Sandbox",
    "create_sandbox",
    "person",
]

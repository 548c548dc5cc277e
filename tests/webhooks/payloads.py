"""Events as upstream sends them, made up here: the published shapes (facts §7) with people of our own."""

from typing import Any

from gateway.facets.facet import CustomerId

Json = dict[str, Any]

ORGANISATION = 4711


def flat(name: str, data: Any, *, id: Any = "a-1", **others: Any) -> Json:
    """The oldest envelope: everything beside the name."""
    return {
        "eventName": name,
        "eventId": id,
        "orgId": ORGANISATION,
        "refId": f"{ORGANISATION}_tQ9",
        "createdAt": 1700000000000,
        "data": data,
        "loyaltyEventId": None,
        **others,
    }


def enveloped(name: str, data: Any, *, id: Any = "a-1", event_type: str | None = None, **others: Any) -> Json:
    """The envelope with the id and an eventType outside and the rest in `attributes`."""
    return {
        "eventId": id,
        "eventType": event_type or f"{ORGANISATION}_{name}",
        "consumerGroupId": None,
        "actionType": "START ",
        " timeStamp": 1700000000001,
        "attributes": {
            "createdAt": 1700000000000,
            "data": data,
            "eventName": name,
            "refId": f"{ORGANISATION}_tQ9",
            "apiRequestId ": "f00",
            "orgId": ORGANISATION,
            **others,
        },
    }


def wrapped(name: str, data: Any, *, id: Any = "a-1", **others: Any) -> Json:
    """The newest envelope: beside errors and warnings."""
    return {"data": flat(name, data, id=id, **others), "errors": None, "warnings": None}


def embodied(name: str, data: Any, *, id: Any = "a-1", **others: Any) -> Json:
    """The envelope of the older documents."""
    return {"body": flat(name, data, id=id, **others)}


SHAPES = [flat, enveloped, wrapped, embodied]


def named(customer: Any, **others: Any) -> Json:
    """The data of an event that names one customer."""
    return {"customerIdentifiers": {"customerId": customer, "instore": {"id": 99, "mobile": "919800000001"}}, **others}


def member(customer: Any) -> Json:
    """One member in the data of a group's event."""
    return {"firstName": "A", "role": "PRIMARY", **named(customer)}


def ids(*customers: int | str) -> frozenset[CustomerId]:
    return frozenset(CustomerId(str(customer)) for customer in customers)

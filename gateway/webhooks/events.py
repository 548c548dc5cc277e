"""What an event of upstream's notification service says of our cache: whom it names and what it changes. Pure.

Upstream sends one event in several envelopes, and spells keys and numbers in several ways (facts §7). Every function
here is total: a value of another type than expected is as good as none, and nothing raises.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from gateway.facets.facet import CustomerId

CHANGING: Final = frozenset(
    {
        "customerAdded",
        "customerUpdated",
        "customerSubscription",
        "loyaltyCustomerMerge",
        "labelCreated",
        "labelUpdated",
        "transactionAdded",
        "transactionUpdated",
        "transactionRejected",
        "rejectedTransactionRetrigger",
        "notInterestedBillAdded",
        "retroBillAdded",
        "pointsIssued",
        "pointsRedeemed",
        "pointsExpired",
        "promisedToCurrentPointsConversion",
        "pointsTransferredInitiated",
        "pointsTransferredReceived",
        "redeemedPointsReversed",
        "issuedPointsReversed",
        "manualPointsAdjustment",
        "pointsExpiryChange",
        "singlePointsExpiryUpdated",
        "pointsContributionToGroup",
        "tierUpgraded",
        "tierRenewed",
        "tierDowngraded",
        "partnerProgramLinked",
        "partnerProgramUpdated",
        "partnerProgramDelinked",
        "CouponIssue",
        "IssueBulkCoupon",
        "CouponRedeem",
        "rewardIssued",
        "cardUpdated",
        "groupCreated",
        "groupUpdated",
        "groupMemberAdded",
        "groupMemberRemoved",
        "alternateCurrenciesIssued",
        "issuedAlternateCurrenciesReversed",
        "promisedToCurrentAlternateCurrencyConversion",
    }
)
"""The events after which a customer is not what they were (facts §7)."""

ADDING: Final = frozenset({"customerAdded", "loyaltyCustomerMerge"})
"""The events after which an identifier that was not found may be found."""

REMINDERS: Final = frozenset({"tierDowngradeReminder", "pointsExpiryReminder", "supplementaryMembershipExpiryReminder"})
"""The events that only tell what is going to happen (facts §7)."""

OTHER: Final = "other"
"""The label of an event that no table here has."""

_REFERRING: Final = frozenset({"customerAdded"})
"""The events whose refId is known to be `orgId_customerId`; of others it is a transaction or a card (facts §7)."""

_LONGEST: Final = 200
"""Characters of a name, id or card number; the longest that upstream is known to send are far below."""

_SPELLINGS: Final = {name.casefold(): name for name in CHANGING | REMINDERS}
_ORGANISATION_PREFIX: Final = re.compile(r"^[0-9]+_")
_REFERENCE: Final = re.compile(r"([0-9]+)_([0-9]+)")
_NUMBER: Final = re.compile(r"([0-9]{1,40})(?:\.([0-9]{1,40}))?(?:[eE]\+?([0-9]{1,2}))?")

_Block = Mapping[str, object]
"""An object of the payload under the normal form of its keys, without its nulls."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. Its text shows no customer.

    `id` is null for an event that has none, as a merge in the documents (facts §7). `cards` are the card numbers of an
    event that names no customer by id. `changes` says whether something that we keep may have changed; an event of an
    unknown name does when it names somebody: better once too often. `adds` says whether what was not found before may
    be found now.
    """

    name: str
    id: str | None = field(repr=False)
    organisation: str | None
    customers: frozenset[CustomerId] = field(repr=False)
    cards: frozenset[str] = field(repr=False)
    changes: bool
    adds: bool

    @property
    def label(self) -> str:
        """The name, of a bounded set: one that the tables here have, or `other`."""
        return self.name if self.name in CHANGING or self.name in REMINDERS else OTHER


def read(payload: object) -> Event | None:
    """The event in a decoded body, or null for what is no event at all: what has no name."""
    layers = _layers(payload)
    name = _name(layers)
    if name is None:
        return None
    organisation = _organisation(layers)
    customers = _customers(payload) or _referred(layers, name, organisation)
    cards = frozenset[str]() if customers else _cards(payload)
    return Event(
        name=name,
        id=_first(layers, "eventid"),
        organisation=organisation,
        customers=customers,
        cards=cards,
        changes=_changes(name, named=bool(customers or cards)),
        adds=name in ADDING,
    )


def _changes(name: str, *, named: bool) -> bool:
    if name.casefold().endswith("reminder"):
        return False
    return name in CHANGING or named


# --- the envelope ---


def _layers(payload: object, wrappers: int = 2) -> tuple[_Block, ...]:
    """The blocks that have the event's own fields, outermost first; none where there is no event.

    Four envelopes are published: flat; `attributes` around it, with the event's id outside; `data` around it, beside
    errors and warnings; `body` around it. The `data` of an event is not looked into: that of a target has an eventName
    and an eventId of its own, which are the triggering activity's.
    """
    if not isinstance(payload, dict):
        return ()
    block = _block(cast("Mapping[object, object]", payload))
    attributes = block.get("attributes")
    if isinstance(attributes, dict):
        return block, _block(cast("Mapping[object, object]", attributes))
    if "eventname" in block or "eventtype" in block:
        return (block,)
    for wrapper in ("body", "data") if wrappers else ():
        if inner := _layers(block.get(wrapper), wrappers - 1):
            return block, *inner
    return ()


def _name(layers: tuple[_Block, ...]) -> str | None:
    """The name in upstream's spelling; of an eventType without the organisation that some begin with."""
    given = _first(layers, "eventname") or _first(layers, "eventtype")
    if given is None:
        return None
    name = _ORGANISATION_PREFIX.sub("", "".join(given.split()))
    return _SPELLINGS.get(name.casefold(), name) or None


def _organisation(layers: tuple[_Block, ...]) -> str | None:
    given = _first(layers, "orgid")
    return given and (_whole(given) or given)


def _referred(layers: tuple[_Block, ...], name: str, organisation: str | None) -> frozenset[CustomerId]:
    """The customer in the refId, where it is one."""
    found = _REFERENCE.fullmatch(_first(layers, "refid") or "") if name in _REFERRING else None
    if found is None or organisation not in (None, found[1]):
        return frozenset()
    return _ids([found[2]])


def _first(layers: tuple[_Block, ...], key: str) -> str | None:
    return next((text for layer in layers if (text := _text(layer.get(key))) is not None), None)


# --- whom it names ---


def _customers(payload: object) -> frozenset[CustomerId]:
    """Every customer named by id, wherever: one or two `…CustomerIdentifiers`, a group's members, a list of coupons."""
    return _ids(value for key, value in _leaves(payload) if key.endswith(("customerid", "customerids")))


def _cards(payload: object) -> frozenset[str]:
    found = (_text(value) for key, value in _leaves(payload) if key in ("cardnumber", "cardnumbers"))
    return frozenset(text for text in found if text is not None)


def _leaves(payload: object) -> Iterator[tuple[str, object]]:
    """Every scalar with the normal form of its key; an item of a list is under the key of the list.

    `{"entityType": "USER", "entityId": 5}` gives customer 5 too: in every captured event it is the customer's id.
    """
    waiting: list[tuple[str, object]] = [("", payload)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            members = cast("Mapping[object, object]", value)
            waiting += ((_key(name), member) for name, member in members.items())
            block = _block(members)
            if block.get("entitytype") == "USER":
                waiting.append(("customerid", block.get("entityid")))
        elif isinstance(value, list):
            waiting += ((key, item) for item in cast("list[object]", value))
        else:
            yield key, value


# --- scalars ---


def _block(members: Mapping[object, object]) -> _Block:
    found: dict[str, object] = {}
    for name, member in members.items():
        if member is not None:
            found.setdefault(_key(name), member)
    return found


def _key(name: object) -> str:
    """The normal form of a key: the documents have `" timeStamp"`, `"apiRequestId "`, `"target PeriodName"`."""
    return "".join(name.split()).casefold() if isinstance(name, str) else ""


def _ids(values: Iterator[object] | list[object]) -> frozenset[CustomerId]:
    """The customer ids among the values. Neither 0 nor -1, which stand for nobody, is one."""
    found = (_whole(text) for value in values if (text := _text(value)) is not None)
    return frozenset(CustomerId(digits) for digits in found if digits not in (None, "0"))


def _text(value: object) -> str | None:
    """A text or a whole number as text, or null for what cannot be one: nobody can look for it, or store it."""
    match value:
        case bool():
            return None
        case str():
            text = value.strip()
        case int() if value.bit_length() <= 512:
            text = str(value)
        case float() if math.isfinite(value) and value.is_integer():
            text = str(int(value))
        case _:
            return None
    return text if 0 < len(text) <= _LONGEST and text.isprintable() else None


def _whole(text: str) -> str | None:
    """The digits of a whole number, exactly: of `379499720`, `379499720.0` and `3.7949972E8`; never of a float."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    whole, fraction, exponent = found[1], (found[2] or "").rstrip("0"), int(found[3] or 0)
    if len(fraction) > exponent:
        return None
    return (whole + fraction.ljust(exponent, "0")).lstrip("0") or "0"

"""A card as V2 words it: among the identifiers, in full, and by its points. Facts §1.3 cardDetails."""

from typing import Any

from .data import ORG_ID, Card, Person

Json = dict[str, Any]


def identifier(card: Card) -> Json:
    """The card among a profile's identifiers, with the newer status object."""
    entry: Json = {
        "type": "cardnumber",
        "value": card.number,
        "seriesId": card.series_id,
        "statusLabelInfo": {
            "orgId": ORG_ID,
            "type": "CARD",
            "internalStatus": card.status,
            "default": False,
        },
        "cardId": card.id,
    }
    if card.external_id:
        entry["cardExternalId"] = card.external_id
    return entry


def detail(person: Person, card: Card) -> Json:
    """The card in full; the optional keys are absent when there is nothing to say."""
    entry: Json = {
        "cardId": card.id,
        "issuedDate": card.issued.isoformat(timespec="seconds"),
        "createdDate": card.issued.date().isoformat(),
        "expiryDays": (card.expires - card.issued.date()).days if card.expires else 0,
        "seriesName": card.series_name,
        "customerId": person.id,
        "maxActiveCards": 3,
        "extendedFields": dict(card.extended),
        "customFields": dict(card.custom),
        "type": card.type,
        "cardNumber": card.number,
        "seriesId": card.series_id,
        "seriesCode": f"series-{card.series_id}",
        "orgId": ORG_ID,
        "entityId": person.till.id,
        "statusInfo": _status(person, card),
        "id": card.id,
        "transactionNotAllowed": card.status != "ACTIVE",
        "activeAndDigital": card.status == "ACTIVE" and card.type == "DIGITAL",
    }
    if card.external_id:
        entry["cardExternalId"] = card.external_id
    if card.expires:
        entry["expiryDate"] = card.expires.isoformat()
    return entry


def loyalty(card: Card) -> Json:
    """What was collected with the card, for `embed=cardLoyaltyDetails`.

    That embed is documented by name only (facts §1.2): the shape, the words of `pointsSummary` beside
    those that name the card, is a guess.
    """
    return {
        "cardId": card.id,
        "cardNumber": card.number,
        "seriesId": card.series_id,
        "redeemed": card.redeemed,
        "lifetimePoints": card.lifetime,
        "loyaltyPoints": round(card.lifetime - card.redeemed, 3),
    }


def _status(person: Person, card: Card) -> Json:
    return {
        "reason": card.reason,
        "createdBy": person.till.id,
        "actions": [],
        "autoUpdateTime": card.issued.date().isoformat(),
        "createdOn": card.issued.isoformat(timespec="seconds"),
        "entityId": card.id,
        "id": card.id * 10 + 1,
        "isActive": True,  # of this status entry, not of the card
        "labelId": 31,
        "label": card.label,
        "status": card.status,
    }

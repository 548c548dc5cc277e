"""One customer as V2 words it: camelCase, typed, times with an offset. Facts §1.2, §1.3."""

from collections.abc import Mapping
from typing import Any

from . import images, v2_cards, v2_currencies, v2_groups, v2_points
from .data import Fleet, Image, Person
from .faults import Part
from .organisation import default_state
from .v2_profiles import attribution, iso, profiles

Json = dict[str, Any]
Params = Mapping[str, str]


def embeds(params: Params) -> frozenset[str]:
    """The blocks asked for; case and blanks do not matter, unknown names do nothing (facts §1.1)."""
    return frozenset(name.strip().lower() for name in params.get("embed", "").split(","))


def entity(person: Person, params: Params, *, lost: frozenset[Part] = frozenset()) -> Json:
    """The customer with the blocks asked for, but for those `lost`, of which a warning tells."""
    wanted = embeds(params)
    body: Json = {"id": person.id, "profiles": profiles(person, params), **_loyalty(person)}
    if params.get("includedFraudDetails", "").lower() == "true":
        body["fraudDetails"] = _fraud(person)
    body["segments"] = dict(person.segments) if "segments" in wanted - lost else {}
    body["associatedWith"] = person.till.code
    body["extendedFields"] = dict(person.extended)
    if "points" not in lost:
        body |= _points(person, params, wanted)
    if "subscriptions" in wanted - lost:
        body["subscriptionInfo"] = {"subscriptions": _subscriptions(person)}
    if "customerstatus" in wanted and person.status:
        body["statusLabel"] = person.status.label
        body["statusLabelReason"] = person.status.reason
        body["statusLastUpdatedOn"] = iso(person.status.updated)
    if "promotionalpoints" in wanted:
        body["promotionalPoints"] = _promotions(person)
    body |= _rarely_asked(person, wanted) | v2_groups.user_groups2(person, params)
    if "ignorecarddetails" not in wanted:
        body["cardDetails"] = [v2_cards.detail(person, card) for card in person.cards]
    body["warnings"] = _warnings(lost, wanted)
    return body


def victim(person: Person) -> Json:
    """A merged account's own few blocks, under warning 8069 (facts §1.4)."""
    return {
        "id": person.id,
        "profiles": profiles(person, {}),
        **_loyalty(person),
        "segments": {},
        "extendedFields": {},
        "warnings": [_warning(8069, "The customer is merged into another account")],
    }


def _warnings(lost: frozenset[Part], wanted: frozenset[str]) -> list[Json]:
    """What could not be fetched: points whatever was asked for, the rest where it was."""
    told = [_warning(91001, "Points could not be fetched")] if "points" in lost else []
    if "subscriptions" in lost & wanted:
        told.append(_warning(91002, "Subscriptions could not be fetched"))
    if "segments" in lost & wanted:
        told.append(_warning(91004, "Segments could not be fetched"))
    return told


def _warning(code: int, message: str) -> Json:
    return {"status": False, "code": code, "message": message}


def _loyalty(person: Person) -> Json:
    profile = person.profile
    state = default_state(person.programs)
    info = {
        "loyaltyType": "loyalty" if person.loyalty else "non_loyalty",
        "attributionV2": {
            **attribution(profile, person.till),
            "createdFromSource": profile.source.lower(),
        },
        "lifetimePurchases": state.purchases if state else 0.0,
    }
    return {"loyaltyInfo": info}


def _fraud(person: Person) -> Json:
    details: Json = {"status": person.fraud.status, "markedBy": {}}
    if person.fraud.modified:
        details["modifiedOn"] = iso(person.fraud.modified)
    return details


def _points(person: Person, params: Params, wanted: frozenset[str]) -> Json:
    blocks: Json = {}
    state = default_state(person.programs)
    if "points" in wanted and state:
        blocks["pointsSummary"] = v2_points.summary(state, person.loyalty_id)
    if "mlp" in wanted:
        blocks["loyaltyProgramDetails"] = v2_points.programs(person, params, today="gapdetails" in wanted)
        blocks["groupLoyaltyProgramDetails"] = v2_points.groups(person.programs)
    if "expiryschedules" in wanted:
        blocks["expirySchedules"] = v2_points.expiry_schedules(person.programs)
    if "expiredpoints" in wanted:
        blocks["expiredPoints"] = v2_points.expired_points(person.programs)
    if "returnedpoints" in wanted:
        blocks["returnedPoints"] = v2_points.returned_points(person.programs)
    if "alternatecurrencies" in wanted:
        blocks["alternateCurrencyDetails"] = v2_currencies.currencies(person)
    if "cardloyaltydetails" in wanted:
        blocks["cardLoyaltyDetails"] = [v2_cards.loyalty(card) for card in person.cards]
    return blocks


def _rarely_asked(person: Person, wanted: frozenset[str]) -> Json:
    blocks: Json = {}
    if "customerimage" in wanted:
        blocks["customerImage"] = [_image(person.image)] if person.image else []
    if "usergroup" in wanted:
        blocks |= v2_groups.user_group(person)
    if "fleetparentdetails" in wanted and person.fleet:
        blocks["fleetParentDetails"] = _fleet(person.fleet)
    return blocks


def _image(image: Image) -> Json:
    """The picture; `status` is a string (facts §1.3)."""
    file = {
        "acl": "PRIVATE",
        "fileHandle": image.handle,
        "lastModified": image.modified.strftime("%Y-%m-%d %H:%M:%S"),
        "latestVersion": True,
        "name": f"{image.handle}.png",
        "namespace": "customer_image",
        "s3Token": "",
        "version": "1",
    }
    links = {"filePath": images.plain(image), "secureFilePath": images.secure(image)}
    return {"code": 200, "file": file, **links, "message": "Customer image found", "status": "true"}


def _fleet(fleet: Fleet) -> Json:
    """The customer's parent in a fleet; the names are those of the association analogue (no sample)."""
    return {
        "hierarchyCode": fleet.hierarchy_code,
        "hierarchyId": fleet.hierarchy_id,
        "roleCode": fleet.role_code,
        "parent": {
            "id": fleet.parent.id,
            "profiles": profiles(fleet.parent, {}),
            "extendedFields": dict(fleet.parent.extended),
        },
    }


def _subscriptions(person: Person) -> list[Json]:
    profile = person.profile
    return [
        {
            "channel": entry.channel,
            "priority": entry.priority,
            "type": "OPTIN" if entry.opted_in else "OPTOUT",
            "accountId": profile.account_id,
            "sourceName": profile.source,
        }
        for entry in person.subscriptions
    ]


def _promotions(person: Person) -> Json:
    """Points given outside a purchase, in three lists.

    Samples never fill the last two (facts §1.2): their items here are those of the first with the ids
    that V1.1 has for them.
    """
    lists: dict[str, list[Json]] = {
        "customerPromotionType": [],
        "transactionPromotionType": [],
        "lineitemPromotionType": [],
    }
    for promotion in person.promotions:
        item: Json = {
            "points": promotion.points,
            "issuedAt": {"code": promotion.store.code, "name": promotion.store.name},
            "issuedOn": iso(promotion.issued),
            "expiryDate": iso(promotion.expires),
            "promotionSource": {"promotionSourceId": -1, "promotionSourceType": "GOODWILL"},
            "programId": promotion.program_id,
            "promotionName": promotion.name,
        }
        if promotion.transaction_id is None:
            lists["customerPromotionType"].append(item)
        elif promotion.lineitem_id is None:
            lists["transactionPromotionType"].append({"transactionId": promotion.transaction_id, **item})
        else:
            ids = {"lineitemId": promotion.lineitem_id, "transactionId": promotion.transaction_id}
            lists["lineitemPromotionType"].append({**ids, **item})
    return lists

"""One customer as V2 words it: camelCase, typed, times with an offset. Facts §1.2, §1.3."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import v2_cards, v2_points
from .data import Person, Profile, Till
from .masking import visible_profiles
from .organisation import default_state

Json = dict[str, Any]
Params = Mapping[str, str]


def embeds(params: Params) -> frozenset[str]:
    """The blocks asked for; case and blanks do not matter, unknown names do nothing (facts §1.1)."""
    return frozenset(name.strip().lower() for name in params.get("embed", "").split(","))


def entity(person: Person, params: Params, *, partial: bool = False) -> Json:
    """The customer with the blocks asked for; `partial` leaves the points out and warns 91001."""
    wanted = embeds(params)
    body: Json = {"id": person.id, "profiles": _profiles(person, params), **_loyalty(person)}
    if params.get("includedFraudDetails", "").lower() == "true":
        body["fraudDetails"] = _fraud(person)
    body["segments"] = dict(person.segments) if "segments" in wanted else {}
    body["associatedWith"] = person.till.code
    body["extendedFields"] = dict(person.extended)
    if not partial:
        body |= _points(person, params, wanted)
    if "subscriptions" in wanted:
        body["subscriptionInfo"] = {"subscriptions": _subscriptions(person)}
    if "customerstatus" in wanted and person.status:
        body["statusLabel"] = person.status.label
        body["statusLabelReason"] = person.status.reason
        body["statusLastUpdatedOn"] = iso(person.status.updated)
    if "promotionalpoints" in wanted:
        body["promotionalPoints"] = _promotions(person)
    if "ignorecarddetails" not in wanted:
        body["cardDetails"] = [v2_cards.detail(person, card) for card in person.cards]
    body["warnings"] = [_warning(91001, "Points could not be fetched")] if partial else []
    return body


def victim(person: Person) -> Json:
    """A merged account's own few blocks, under warning 8069 (facts §1.4)."""
    return {
        "id": person.id,
        "profiles": _profiles(person, {}),
        **_loyalty(person),
        "segments": {},
        "extendedFields": {},
        "warnings": [_warning(8069, "The customer is merged into another account")],
    }


def iso(at: datetime) -> str:
    """A time with the organisation's offset."""
    return at.isoformat(timespec="seconds")


def _warning(code: int, message: str) -> Json:
    return {"status": False, "code": code, "message": message}


def _profiles(person: Person, params: Params) -> list[Json]:
    shown = visible_profiles(person)
    if params.get("includedOnlyCurrentProfile", "").lower() == "true":
        source = params.get("source", "").upper()
        shown = tuple(profile for profile in shown if source in {profile.source, "ALL"})
    return [_profile(person, profile) for profile in shown]


def _profile(person: Person, profile: Profile) -> Json:
    named = [
        {"type": kind, "value": value}
        for kind, value in (
            ("mobile", profile.mobile),
            ("email", profile.email),
            ("externalId", profile.external_id),
            ("wechat", profile.wechat),
        )
        if value
    ]
    return {
        "firstName": profile.first_name,
        "lastName": profile.last_name,
        "attribution": _attribution(profile, person.till),
        "fields": dict(profile.fields),
        "allFields": {},
        "identifiers": [*named, *(v2_cards.identifier(card) for card in person.cards)],
        "commChannels": [_channel(entry) for entry in named if entry["type"] != "externalId"],
        "source": profile.source,
        "userId": person.id,
        "accountId": profile.account_id,
        "conflictingProfileList": [],
        "autoUpdateTime": iso(profile.modified),
        "identifiersAll": named,
    }


def _channel(identifier: Json) -> Json:
    return {
        **identifier,
        "primary": True,
        "verified": False,
        "meta": {"residence": False, "office": False},
        "attributes": {},
    }


def _attribution(profile: Profile, till: Till) -> Json:
    by = {
        "id": till.id,
        "code": till.code,
        "name": till.name,
        "type": "TILL",
        "referenceId": -1,
        "default": False,
    }
    return {
        "createDate": iso(profile.created),
        "createdBy": by,
        "modifiedBy": by,
        "modifiedDate": iso(profile.modified),
    }


def _loyalty(person: Person) -> Json:
    profile = person.profile
    state = default_state(person.programs)
    info = {
        "loyaltyType": "loyalty" if person.loyalty else "non_loyalty",
        "attributionV2": {
            **_attribution(profile, person.till),
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
        blocks["loyaltyProgramDetails"] = v2_points.programs(person, params)
        blocks["groupLoyaltyProgramDetails"] = v2_points.groups(person)
    if "expiryschedules" in wanted:
        blocks["expirySchedules"] = v2_points.expiry_schedules(person)
    if "expiredpoints" in wanted:
        blocks["expiredPoints"] = v2_points.expired_points(person)
    return blocks


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
    items = [
        {
            "points": promotion.points,
            "issuedAt": {"code": promotion.store.code, "name": promotion.store.name},
            "issuedOn": iso(promotion.issued),
            "expiryDate": iso(promotion.expires),
            "promotionSource": {"promotionSourceId": -1, "promotionSourceType": "GOODWILL"},
            "programId": promotion.program_id,
            "promotionName": promotion.name,
        }
        for promotion in person.promotions
    ]
    return {"customerPromotionType": items, "transactionPromotionType": [], "lineitemPromotionType": []}

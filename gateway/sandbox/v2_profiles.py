"""A customer's profiles as V2 words them. Facts §1.3."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import v2_cards
from .data import Person, Profile, Till
from .masking import visible_profiles

Json = dict[str, Any]
Params = Mapping[str, str]
REACHED_BY = frozenset({"mobile", "email", "wechat"})
"""The identifiers that samples list among the channels too."""


def profiles(person: Person, params: Params) -> list[Json]:
    """Every profile, or only that of `source` when the caller says so (facts §1.1)."""
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
            *profile.handles.items(),
        )
        if value
    ]
    return {
        "firstName": profile.first_name,
        "lastName": profile.last_name,
        "attribution": attribution(profile, person.till),
        "fields": dict(profile.fields),
        "allFields": {},
        "identifiers": [*named, *(v2_cards.identifier(card) for card in person.cards)],
        "commChannels": [_channel(entry) for entry in named if entry["type"] in REACHED_BY],
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


def attribution(profile: Profile, till: Till) -> Json:
    """Who registered and last changed a profile, and when."""
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


def iso(at: datetime) -> str:
    """A time with the organisation's offset."""
    return at.isoformat(timespec="seconds")

"""Reads V2's customer entity (`customerDetails` and by id) into the graph's values. Facts §1.3."""

from collections.abc import Callable
from typing import Final, TypeVar

from gateway.model.cards import Card
from gateway.model.currencies import AlternateCurrency
from gateway.model.details import Fraud, NamedValue, Origin
from gateway.model.dialect import Dialect
from gateway.model.expiry import ExpiredPoints, ExpirySchedule
from gateway.model.images import CustomerImage
from gateway.model.points import (
    Balance,
    BalanceDetails,
    GroupLoyaltyProgram,
    LoyaltyProgram,
    LoyaltyProgramV2,
    NextSlab,
)
from gateway.model.profile import CustomerStatus, Membership, Person, Profile, Profiles, Subscription
from gateway.model.promotions import PromotionalPoints
from gateway.model.readers import Arguments, Block, Reader

Record = TypeVar("Record")

V2: Final = Dialect(
    lambda graph_name, _: graph_name,
    {
        Membership: {"registered_on": ("createDate",), "updated_on": ("modifiedDate",)},
        Profile: {
            "created_on": ("createDate",),
            "modified_on": ("modifiedDate",),
            "identifiers": ("identifiers", "customerIdentifiers"),
        },
        Card: {"card_id": ("cardId", "id")},
    },
)
"""V2 spells as the graph does: the graph took its words from V2. `customerIdentifiers` is its spelling of 2020."""


def person(reader: Reader, entity: Block, arguments: Arguments) -> Person | None:
    """Names and identifiers of the profile of the asked source and account, else of the first profile.

    A request for WECHAT may answer with an INSTORE profile only (sample v2_lookup_embed-mlp_2022).
    """
    profile = _asked_profile(reader.blocks(entity, "profiles") or [], arguments)
    if profile is None:
        return None
    known = V2.record(reader, Profile, profile) or Profile()
    identifiers = {identifier.type.lower(): identifier.value for identifier in reversed(known.identifiers)}
    return Person(
        first_name=known.first_name,
        last_name=known.last_name,
        mobile=identifiers.get("mobile"),
        email=identifiers.get("email"),
        external_id=identifiers.get("externalid"),
    )


def _asked_profile(profiles: list[Block], arguments: Arguments) -> Block | None:
    source, account = str(arguments.get("source", "INSTORE")), str(arguments.get("account", ""))

    def distance(profile: Block) -> int:
        if str(profile.get("source", "")).upper() != source:
            return 2
        return int(str(profile.get("accountId") or "") != account)

    return min(profiles, key=distance, default=None)


def profiles(reader: Reader, entity: Block, _: Arguments) -> Profiles | None:
    """All profiles, each with the dates of its `attribution`."""
    found = reader.blocks(entity, "profiles")
    if found is None:
        return None
    flat = ({**(reader.block(item, "attribution") or {}), **item} for item in found)
    return Profiles(profiles=[profile for item in flat if (profile := V2.record(reader, Profile, item))])


def membership(reader: Reader, entity: Block, _: Arguments) -> Membership | None:
    """`loyaltyInfo` with the dates of its `attributionV2`; the type is in small letters here, in capitals on V1.1."""
    info = reader.block(entity, "loyaltyInfo")
    if info is None:
        return None
    loyalty_type = reader.text(info, "loyaltyType")
    flat = {**(reader.block(info, "attributionV2") or {}), **info, "loyaltyType": loyalty_type and loyalty_type.lower()}
    return V2.record(reader, Membership, flat)


def origin(reader: Reader, entity: Block, _: Arguments) -> Origin | None:
    """`associatedWith` beside what `loyaltyInfo.attributionV2` says of who."""
    info = reader.block(entity, "loyaltyInfo") or {}
    flat = {**(reader.block(info, "attributionV2") or {}), "associatedWith": entity.get("associatedWith")}
    return V2.record(reader, Origin, flat)


def custom_fields(reader: Reader, entity: Block, arguments: Arguments) -> list[NamedValue] | None:
    """`fields` of the asked profile, a map without an order; by name, so that both endpoints tell it alike."""
    profile = _asked_profile(reader.blocks(entity, "profiles") or [], arguments)
    if profile is None:
        return None
    fields = reader.block(profile, "fields") or {}
    return [NamedValue(name=name, value=reader.text(fields, name)) for name in sorted(fields)]


def status(reader: Reader, entity: Block, _: Arguments) -> CustomerStatus | None:
    """`embed=customerStatus`: three keys at the top of the entity."""
    return V2.record(reader, CustomerStatus, entity) if "statusLabel" in entity else None


def _one(kind: type[Record], key: str) -> Callable[[Reader, Block, Arguments], Record | None]:
    return lambda reader, entity, _: V2.record(reader, kind, reader.block(entity, key))


def _many(kind: type[Record], *path: str) -> Callable[[Reader, Block, Arguments], list[Record] | None]:
    return lambda reader, entity, _: V2.records(reader, kind, entity, *path)


balance = _one(Balance, "pointsSummary")
balance_details = _one(BalanceDetails, "pointsSummary")
next_slab = _one(NextSlab, "pointsSummary")
fraud = _one(Fraud, "fraudDetails")
promotional_points = _one(PromotionalPoints, "promotionalPoints")
expiry_schedules = _many(ExpirySchedule, "expirySchedules")
expired_points = _many(ExpiredPoints, "expiredPoints")
programs = _many(LoyaltyProgram, "loyaltyProgramDetails")
programs_v2 = _many(LoyaltyProgramV2, "loyaltyProgramDetails")
cards = _many(Card, "cardDetails")
alternate_currencies = _many(AlternateCurrency, "alternateCurrencyDetails")
images = _many(CustomerImage, "customerImage")
group_programs = _many(GroupLoyaltyProgram, "groupLoyaltyProgramDetails")
subscriptions = _many(Subscription, "subscriptionInfo", "subscriptions")

"""Reads V2's customer entity (`customerDetails` and by id) into the graph's values. Facts §1.3."""

from collections.abc import Callable
from typing import TypeVar

from gateway.model.cards import Card
from gateway.model.currencies import AlternateCurrency
from gateway.model.details import ExtendedField, Fraud, NamedValue, Origin
from gateway.model.dialects import V2
from gateway.model.excerpts import BlockReader, along, joined, reads, whole
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
from gateway.model.segments import Segment
from gateway.model.tiers import GapToRenew, GapToUpgrade
from gateway.model.undocumented import CardLoyaltyDetails, FleetParent, Raw, ReturnedPoints, UserGroup, UserGroups2

Record = TypeVar("Record")
SomeRaw = TypeVar("SomeRaw", bound=Raw)


@reads(whole("profiles"))
def person(reader: Reader, entity: Block, arguments: Arguments) -> Person | None:
    """Names and identifiers of the profile of the asked source and account, else of the first profile.

    A request for WECHAT may answer with an INSTORE profile only (sample v2_lookup_embed-mlp_2022).
    """
    profile = _asked_profile(reader, entity, arguments)
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


def _asked_profile(reader: Reader, entity: Block, arguments: Arguments) -> Block | None:
    source, account = str(arguments.get("source", "INSTORE")), str(arguments.get("account", ""))

    def distance(profile: Block) -> int:
        if (reader.text(profile, "source") or "").upper() != source:
            return 2
        return int((reader.text(profile, "accountId") or "") != account)

    return min(reader.blocks(entity, "profiles") or [], key=distance, default=None)


@reads(whole("profiles"))
def profiles(reader: Reader, entity: Block, _: Arguments) -> Profiles | None:
    """All profiles, each with the dates of its `attribution`."""
    found = reader.blocks(entity, "profiles")
    if found is None:
        return None
    flat = (
        {
            **(reader.block(item, "attribution") or {}),
            **item,
            **({"customFields": _named(reader.block(item, "fields"))} if "fields" in item else {}),
        }
        for item in found
    )
    return Profiles(profiles=[profile for item in flat if (profile := V2.record(reader, Profile, item))])


@reads(whole("loyaltyInfo"))
def membership(reader: Reader, entity: Block, _: Arguments) -> Membership | None:
    """`loyaltyInfo` with the dates of its `attributionV2`; the type is in small letters here, in capitals on V1.1."""
    info = reader.block(entity, "loyaltyInfo")
    if info is None:
        return None
    loyalty_type = reader.text(info, "loyaltyType")
    flat = {**(reader.block(info, "attributionV2") or {}), **info, "loyaltyType": loyalty_type and loyalty_type.lower()}
    return V2.record(reader, Membership, flat)


@reads(whole("loyaltyInfo", "associatedWith"))
def origin(reader: Reader, entity: Block, _: Arguments) -> Origin | None:
    """`associatedWith` beside what `loyaltyInfo.attributionV2` says of who."""
    info = reader.block(entity, "loyaltyInfo") or {}
    flat = {**(reader.block(info, "attributionV2") or {}), "associatedWith": entity.get("associatedWith")}
    return V2.record(reader, Origin, flat)


@reads(whole("profiles"))
def custom_fields(reader: Reader, entity: Block, arguments: Arguments) -> list[NamedValue] | None:
    """`fields` of the asked profile, a map without an order; by name, so that both endpoints tell it alike."""
    profile = _asked_profile(reader, entity, arguments)
    if profile is None:
        return None
    return _listed(reader, NamedValue, profile, "fields")


@reads(whole("extendedFields"))
def extended_fields(reader: Reader, entity: Block, _: Arguments) -> list[ExtendedField] | None:
    """`extendedFields`, a typed map without an order; by name."""
    return None if entity.get("extendedFields") is None else _listed(reader, ExtendedField, entity, "extendedFields")


@reads(whole("segments"))
def segments(reader: Reader, entity: Block, _: Arguments) -> list[Segment] | None:
    """`segments`, a map of segment to partition; by name."""
    return None if entity.get("segments") is None else _listed(reader, Segment, entity, "segments")


def _named(fields: Block | None) -> list[Block]:
    """A map as a list, by name."""
    return [{"name": name, "value": value} for name, value in sorted((fields or {}).items())]


def _listed(reader: Reader, kind: type[Record], block: Block, key: str) -> list[Record]:
    return [record for field in _named(reader.block(block, key)) if (record := V2.record(reader, kind, field))]


@reads(whole("cardDetails"))
def cards(reader: Reader, entity: Block, _: Arguments) -> list[Card] | None:
    """`cardDetails[]`, each with its two maps of fields as lists."""
    found = reader.blocks(entity, "cardDetails")
    if found is None:
        return None
    flat = (
        {**card, **{key: _named(reader.block(card, key)) for key in ("customFields", "extendedFields") if key in card}}
        for card in found
    )
    return [card for block in flat if (card := V2.record(reader, Card, block))]


@reads(along(("loyaltyProgramDetails",), V2.excerpt(LoyaltyProgram)))
def program(reader: Reader, entity: Block, arguments: Arguments) -> LoyaltyProgram | None:
    """The one program asked for, picked from all."""
    listed = programs(reader, entity, arguments) or []
    return next((one for one in listed if one.program_id == arguments["program_id"]), None)


@reads(whole("loyaltyProgramDetails"))
def gap_to_renew(reader: Reader, entity: Block, _: Arguments) -> list[GapToRenew] | None:
    """`gapToRenewSummary` of every program that has one: an object, though a table calls it a list (facts §6.5)."""
    return _gaps(reader, entity, GapToRenew, lambda item: reader.first(item, "gapToRenewSummary"))


@reads(whole("loyaltyProgramDetails"))
def gap_to_upgrade(reader: Reader, entity: Block, _: Arguments) -> list[GapToUpgrade] | None:
    """`upgradeStrategies` of every program that has some; empty at the top."""
    found = _gaps(reader, entity, GapToUpgrade, lambda item: item if "upgradeStrategies" in item else None)
    return None if found is None else [gap for gap in found if gap.upgrade_strategies]


def _gaps(
    reader: Reader, entity: Block, kind: type[Record], find: Callable[[Block], Block | None]
) -> list[Record] | None:
    found = reader.blocks(entity, "loyaltyProgramDetails")
    if found is None:
        return None
    return [
        gap
        for item in found
        if (block := find(item)) and (gap := V2.record(reader, kind, {**block, "programId": item.get("programId")}))
    ]


@reads(joined(V2.excerpt(CustomerStatus), whole("statusLabel")))
def status(reader: Reader, entity: Block, _: Arguments) -> CustomerStatus | None:
    """`embed=customerStatus`: three keys at the top of the entity."""
    return V2.record(reader, CustomerStatus, entity) if "statusLabel" in entity else None


def _raw(kind: type[SomeRaw], name: str) -> BlockReader[SomeRaw | None]:
    """Of a block that no document shows: under the key of its embed, or another that is spelt almost like it."""

    @reads(None)
    def read(reader: Reader, entity: Block, _: Arguments) -> SomeRaw | None:
        alike = (reader.raw(entity, key) for key in entity if _spelling(key) == _spelling(name))
        found = next((block for block in alike if block is not None), None)
        return None if found is None else kind(raw=found)

    return read


def _spelling(key: str) -> str:
    """Whether in capitals, and whether one or many, is what upstream's spellings differ in."""
    return key.lower().replace("s", "")


def _one(kind: type[Record], key: str) -> BlockReader[Record | None]:
    return BlockReader(
        lambda reader, entity, _: V2.record(reader, kind, reader.block(entity, key)), along((key,), V2.excerpt(kind))
    )


def _many(kind: type[Record], *path: str) -> BlockReader[list[Record] | None]:
    return BlockReader(lambda reader, entity, _: V2.records(reader, kind, entity, *path), along(path, V2.excerpt(kind)))


balance = _one(Balance, "pointsSummary")
balance_details = _one(BalanceDetails, "pointsSummary")
next_slab = _one(NextSlab, "pointsSummary")
fraud = _one(Fraud, "fraudDetails")
promotional_points = _one(PromotionalPoints, "promotionalPoints")
expiry_schedules = _many(ExpirySchedule, "expirySchedules")
expired_points = _many(ExpiredPoints, "expiredPoints")
programs = _many(LoyaltyProgram, "loyaltyProgramDetails")
programs_v2 = _many(LoyaltyProgramV2, "loyaltyProgramDetails")
alternate_currencies = _many(AlternateCurrency, "alternateCurrencyDetails")
images = _many(CustomerImage, "customerImage")
group_programs = _many(GroupLoyaltyProgram, "groupLoyaltyProgramDetails")
subscriptions = _many(Subscription, "subscriptionInfo", "subscriptions")
user_group = _raw(UserGroup, "userGroup")
user_groups2 = _raw(UserGroups2, "userGroups2")
fleet_parent = _raw(FleetParent, "fleetParentDetails")
returned_points = _raw(ReturnedPoints, "returnedPoints")
card_loyalty = _raw(CardLoyaltyDetails, "cardLoyaltyDetails")

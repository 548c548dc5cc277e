"""Reads V2's customer entity (`customerDetails` and by id) into the graph's values. Facts §1.3."""

from collections.abc import Callable
from typing import TypeVar

import strawberry

from gateway.model.cards import Card, CardStatus
from gateway.model.points import (
    Balance,
    BalanceDetails,
    GroupedProgram,
    GroupLoyaltyProgram,
    LinkedPartnerProgram,
    LoyaltyProgram,
    LoyaltyProgramV2,
)
from gateway.model.profile import (
    CommChannel,
    CustomerStatus,
    Identifier,
    Membership,
    Person,
    Profile,
    Profiles,
    Subscription,
)
from gateway.model.readers import Arguments, Block, Reader

Value = TypeVar("Value")


def person(reader: Reader, entity: Block, arguments: Arguments) -> Person | None:
    """Names and identifiers of the profile of the asked source and account, else of the first profile.

    A request for WECHAT may answer with an INSTORE profile only (sample v2_lookup_embed-mlp_2022).
    """
    profiles = reader.blocks(entity, "profiles") or []
    profile = _asked_profile(profiles, arguments)
    if profile is None:
        return None
    identifiers = {
        (reader.text(item, "type") or "").lower(): reader.text(item, "value")
        for item in reversed(_identifiers(reader, profile))
    }
    return Person(
        first_name=reader.text(profile, "firstName"),
        last_name=reader.text(profile, "lastName"),
        mobile=identifiers.get("mobile"),
        email=identifiers.get("email"),
        external_id=identifiers.get("externalid"),
    )


def _asked_profile(profiles: list[Block], arguments: Arguments) -> Block | None:
    source, account = str(arguments.get("source", "INSTORE")), str(arguments.get("account", ""))

    def distance(profile: Block) -> tuple[bool, bool]:
        return (
            str(profile.get("source", "")).upper() != source,
            str(profile.get("accountId") or "") != account,
        )

    return min(profiles, key=distance, default=None)


def _identifiers(reader: Reader, profile: Block) -> list[Block]:
    """The 2020 documents call the list `customerIdentifiers`."""
    return reader.blocks(profile, "identifiers") or reader.blocks(profile, "customerIdentifiers") or []


def profiles(reader: Reader, entity: Block, _: Arguments) -> Profiles | None:
    """All profiles."""
    found = reader.blocks(entity, "profiles")
    return None if found is None else Profiles(profiles=[_profile(reader, item) for item in found])


def _profile(reader: Reader, block: Block) -> Profile:
    attribution = reader.block(block, "attribution") or {}
    return Profile(
        first_name=reader.text(block, "firstName"),
        last_name=reader.text(block, "lastName"),
        source=reader.text(block, "source"),
        account_id=reader.text(block, "accountId"),
        identifiers=[
            Identifier(type=kind, value=reader.text(item, "value"))
            for item in _identifiers(reader, block)
            if (kind := reader.text(item, "type"))
        ],
        comm_channels=[
            CommChannel(
                type=kind,
                value=reader.text(item, "value"),
                primary=reader.flag(item, "primary"),
                verified=reader.flag(item, "verified"),
            )
            for item in reader.blocks(block, "commChannels") or []
            if (kind := reader.text(item, "type"))
        ],
        created_on=reader.moment(attribution, "createDate"),
        modified_on=reader.moment(attribution, "modifiedDate"),
    )


def membership(reader: Reader, entity: Block, _: Arguments) -> Membership | None:
    """`loyaltyInfo` with its second attribution block."""
    info = reader.block(entity, "loyaltyInfo")
    if info is None:
        return None
    attribution = reader.block(info, "attributionV2") or {}
    loyalty_type = reader.text(info, "loyaltyType")
    return Membership(
        loyalty_type=loyalty_type and loyalty_type.lower(),
        lifetime_purchases=reader.number(info, "lifetimePurchases"),
        registered_on=reader.moment(attribution, "createDate"),
        updated_on=reader.moment(attribution, "modifiedDate"),
    )


def balance(reader: Reader, entity: Block, _: Arguments) -> Balance | None:
    """The shared part of `pointsSummary`."""
    summary = reader.block(entity, "pointsSummary")
    if summary is None:
        return None
    return Balance(
        lifetime_points=reader.number(summary, "lifetimePoints"),
        loyalty_points=reader.number(summary, "loyaltyPoints"),
        current_slab=reader.text(summary, "currentSlab"),
    )


def balance_details(reader: Reader, entity: Block, _: Arguments) -> BalanceDetails | None:
    """The rest of `pointsSummary`."""
    summary = reader.block(entity, "pointsSummary")
    if summary is None:
        return None
    return BalanceDetails(
        redeemed=reader.number(summary, "redeemed"),
        expired=reader.number(summary, "expired"),
        returned=reader.number(summary, "returned"),
        adjusted=reader.number(summary, "adjusted"),
        cumulative_purchases=reader.number(summary, "cumulativePurchases"),
        loyalty_id=identity(reader, summary, "loyaltyId"),
        next_slab=reader.text(summary, "nextSlab"),
        next_slab_description=reader.text(summary, "nextSlabDescription"),
        next_slab_serial_number=reader.serial(summary, "nextSlabSerialNumber"),
        slab_sno=reader.serial(summary, "slabSNo"),
        slab_expiry_date=reader.moment(summary, "slabExpiryDate"),
    )


def programs(reader: Reader, entity: Block, _: Arguments) -> list[LoyaltyProgram] | None:
    """`loyaltyProgramDetails[]`, the part that V1.1 tells too."""
    return _each_program(reader, entity, _program)


def _program(reader: Reader, block: Block, program_id: strawberry.ID) -> LoyaltyProgram:
    return LoyaltyProgram(
        program_id=program_id,
        program_title=reader.text(block, "programTitle"),
        program_description=reader.text(block, "programDescription"),
        program_points_to_currency_ratio=reader.number(block, "programPointsToCurrencyRatio"),
        lifetime_points=reader.number(block, "lifetimePoints"),
        loyalty_points=reader.number(block, "loyaltyPoints"),
        redeemed=reader.number(block, "redeemed"),
        expired=reader.number(block, "expired"),
        returned=reader.number(block, "returned"),
        adjusted=reader.number(block, "adjusted"),
        delayed_points=reader.number(block, "delayedPoints"),
        delayed_returned_points=reader.number(block, "delayedReturnedPoints"),
        total_available_points=reader.number(block, "totalAvailablePoints"),
        total_returned_points=reader.number(block, "totalReturnedPoints"),
        cumulative_purchases=reader.number(block, "cumulativePurchases"),
        current_slab=reader.text(block, "currentSlab"),
        current_slab_description=reader.text(block, "currentSlabDescription"),
        slab_sno=reader.serial(block, "slabSNo"),
        slab_expiry_date=reader.moment(block, "slabExpiryDate"),
        next_slab=reader.text(block, "nextSlab"),
        next_slab_description=reader.text(block, "nextSlabDescription"),
        next_slab_serial_number=reader.serial(block, "nextSlabSerialNumber"),
    )


def programs_v2(reader: Reader, entity: Block, _: Arguments) -> list[LoyaltyProgramV2] | None:
    """`loyaltyProgramDetails[]`, the part that V2 alone tells."""
    return _each_program(reader, entity, _program_v2)


def _program_v2(reader: Reader, block: Block, program_id: strawberry.ID) -> LoyaltyProgramV2:
    return LoyaltyProgramV2(
        program_id=program_id,
        loyalty_id=identity(reader, block, "loyaltyId"),
        delayed_expired_points=reader.number(block, "delayedExpiredPoints"),
        linked_partner_programs=[
            LinkedPartnerProgram(
                partner_program_id=identity(reader, item, "partnerProgramId"),
                partner_program_name=reader.text(item, "partnerProgramName"),
                partner_program_description=reader.text(item, "partnerProgramDescription"),
                partner_program_type=reader.text(item, "partnerProgramType"),
                partner_membership_id=reader.text(item, "partnerMembershipId"),
                partner_tier_number=reader.serial(item, "partnerTierNumber"),
                partner_tier_name=reader.text(item, "partnerTierName"),
                partner_tier_expiry_date=reader.moment(item, "partnerTierExpiryDate"),
                tier_based=reader.flag(item, "tierBased"),
            )
            for item in reader.blocks(block, "linkedPartnerPrograms") or []
        ],
    )


def _each_program(
    reader: Reader, entity: Block, read: Callable[[Reader, Block, strawberry.ID], Value]
) -> list[Value] | None:
    found = reader.blocks(entity, "loyaltyProgramDetails")
    if found is None:
        return None
    return [read(reader, item, key) for item in found if (key := identity(reader, item, "programId"))]


def group_programs(reader: Reader, entity: Block, _: Arguments) -> list[GroupLoyaltyProgram] | None:
    """`groupLoyaltyProgramDetails[]`."""
    found = reader.blocks(entity, "groupLoyaltyProgramDetails")
    if found is None:
        return None
    return [
        GroupLoyaltyProgram(
            group_program_id=key,
            title=reader.text(item, "title"),
            description=reader.text(item, "description"),
            programs_list=[
                GroupedProgram(
                    id=program_id,
                    name=reader.text(program, "name"),
                    description=reader.text(program, "description"),
                )
                for program in reader.blocks(item, "programsList") or []
                if (program_id := identity(reader, program, "id"))
            ],
            lifetime_points=reader.number(item, "lifetimePoints"),
            loyalty_points=reader.number(item, "loyaltyPoints"),
            promised_points=reader.number(item, "promisedPoints"),
            points_to_currency_ratio=reader.number(item, "pointsToCurrencyRatio"),
        )
        for item in found
        if (key := identity(reader, item, "groupProgramId"))
    ]


def cards(reader: Reader, entity: Block, _: Arguments) -> list[Card] | None:
    """`cardDetails[]`."""
    found = reader.blocks(entity, "cardDetails")
    return None if found is None else [_card(reader, item) for item in found]


def _card(reader: Reader, block: Block) -> Card:
    status = reader.block(block, "statusInfo")
    return Card(
        card_id=identity(reader, block, "cardId") or identity(reader, block, "id"),
        card_number=reader.text(block, "cardNumber"),
        card_external_id=reader.text(block, "cardExternalId"),
        type=reader.text(block, "type"),
        series_id=identity(reader, block, "seriesId"),
        series_name=reader.text(block, "seriesName"),
        series_code=reader.text(block, "seriesCode"),
        max_active_cards=reader.integer(block, "maxActiveCards"),
        issued_date=reader.moment(block, "issuedDate"),
        created_date=reader.day(block, "createdDate"),
        expiry_days=reader.integer(block, "expiryDays"),
        expiry_date=reader.moment(block, "expiryDate"),
        active_and_digital=reader.flag(block, "activeAndDigital"),
        transaction_not_allowed=reader.flag(block, "transactionNotAllowed"),
        org_id=identity(reader, block, "orgId"),
        entity_id=identity(reader, block, "entityId"),
        customer_id=identity(reader, block, "customerId"),
        status_info=None if status is None else _card_status(reader, status),
    )


def _card_status(reader: Reader, block: Block) -> CardStatus:
    return CardStatus(
        id=identity(reader, block, "id"),
        status=reader.text(block, "status"),
        label=reader.text(block, "label"),
        label_id=identity(reader, block, "labelId"),
        is_active=reader.flag(block, "isActive"),
        reason=reader.text(block, "reason"),
        created_on=reader.moment(block, "createdOn"),
        created_by=identity(reader, block, "createdBy"),
        auto_update_time=reader.day(block, "autoUpdateTime"),
    )


def status(reader: Reader, entity: Block, _: Arguments) -> CustomerStatus | None:
    """`embed=customerStatus`: three keys at the top of the entity."""
    if "statusLabel" not in entity:
        return None
    return CustomerStatus(
        status_label=reader.text(entity, "statusLabel"),
        status_label_reason=reader.text(entity, "statusLabelReason"),
        status_last_updated_on=reader.moment(entity, "statusLastUpdatedOn"),
    )


def subscriptions(reader: Reader, entity: Block, _: Arguments) -> list[Subscription] | None:
    """`subscriptionInfo.subscriptions[]`."""
    found = reader.blocks(entity, "subscriptionInfo", "subscriptions")
    if found is None:
        return None
    return [
        Subscription(
            channel=reader.text(item, "channel"),
            priority=reader.text(item, "priority"),
            type=reader.text(item, "type"),
            account_id=reader.text(item, "accountId"),
            source_name=reader.text(item, "sourceName"),
        )
        for item in found
    ]


def identity(reader: Reader, block: Block, key: str) -> strawberry.ID | None:
    """An id of the graph."""
    found = reader.identity(block, key)
    return None if found is None else strawberry.ID(found)

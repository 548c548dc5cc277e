"""Loyalty cards."""

import strawberry

from gateway.model.describe import described, listed, record
from gateway.model.details import ExtendedField, NamedValue
from gateway.model.scalars import Date, DateTime, Json


@record(description="The status of a card, and who set it.", v2="cardDetails[].statusInfo")
class CardStatus:
    """V2 `cardDetails[].statusInfo`."""

    id: strawberry.ID | None = described("The id of this status entry.")
    status: str | None = described("The status: `ACTIVE`, `SUSPENDED`, `EXPIRED`, `DELETED`, `NOT_ISSUED` and others.")
    label: str | None = described("The organisation's own label of the status.")
    label_id: strawberry.ID | None = described("The label's id.")
    is_active: bool | None = described("Whether this status entry is the one in force.")
    reason: str | None = described("Why the status was set.")
    created_on: DateTime | None = described("When the status was set.")
    created_by: strawberry.ID | None = described("The id of the till or user that set the status.")
    entity_id: strawberry.ID | None = described("The id of what the status belongs to, usually the card.")
    actions: Json | None = described("What upstream lists as actions of the status; empty in every published payload.")
    auto_update_time: Date | None = described("The day of the last automatic change.")


@record(description="A loyalty card of the customer.", v2="cardDetails[]")
class Card:
    """V2 `cardDetails[]`, which comes with every V2 call unless it is suppressed."""

    card_id: strawberry.ID | None = described("The card's id.")
    card_number: str | None = described("The number on the card: `CAPD0000000101`.")
    card_external_id: str | None = described("The brand's own id of the card.")
    type: str | None = described("What kind of card: `PHYSICAL` or `DIGITAL`.")
    series_id: strawberry.ID | None = described("The id of the card series.")
    series_name: str | None = described("The name of the card series.")
    series_code: str | None = described("The code of the card series.")
    max_active_cards: int | None = described("How many active cards of the series a customer may hold.")
    issued_date: DateTime | None = described("When the card was issued.")
    created_date: Date | None = described("The day the card was created.")
    expiry_days: int | None = described("How many days the card is valid after issue; 0 for no end.")
    expiry_date: DateTime | None = described("When the card ends; null where it does not.")
    active_and_digital: bool | None = described("Whether the card is active and digital.")
    transaction_not_allowed: bool | None = described("Whether transactions are refused with the card.")
    org_id: strawberry.ID | None = described("The id of the organisation.")
    entity_id: strawberry.ID | None = described("The id of the till or store the card belongs to.")
    customer_id: strawberry.ID | None = described("The id of the customer the card is issued to.")
    custom_fields: list[NamedValue] = listed(
        "Fields that the organisation defines for cards, by name.", v2="cardDetails[].customFields"
    )
    extended_fields: list[ExtendedField] = listed(
        "Typed fields that the organisation defines for cards, by name.", v2="cardDetails[].extendedFields"
    )
    status_info: CardStatus | None = described("The card's status.")

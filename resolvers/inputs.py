"""How a caller names a customer."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

from gateway.facets.facet import IdentifierKind, Source

_SOURCES = {
    Source.INSTORE: "Stores and everything else that is not an account of its own. Has no accounts.",
    Source.WECHAT: "WeChat; needs `accountId`.",
    Source.MARTJACK: "The MartJack web shop; needs `accountId`.",
    Source.FACEBOOK: "Facebook; needs `accountId`.",
    Source.WEB_ENGAGE: "WebEngage; needs `accountId`.",
    Source.TMALL: "Tmall; needs `accountId`.",
    Source.TAOBAO: "Taobao; needs `accountId`.",
    Source.JD: "JD; needs `accountId`.",
    Source.ECOMMERCE: "A web shop; needs `accountId` where there are several.",
    Source.WEBSITE: "A web site; needs `accountId` where there are several.",
    Source.LINE: "LINE; needs `accountId`.",
    Source.MOBILE_APP: "A mobile app; needs `accountId`.",
    Source.MAPP_SDK: "An app that uses the mobile SDK; needs `accountId`.",
    Source.OTHERS: "Any other source.",
    Source.ALL: "All sources; a source with several accounts still needs `accountId`.",
}

_KINDS = {
    IdentifierKind.ID: "Upstream's customer id.",
    IdentifierKind.MOBILE: "Mobile number.",
    IdentifierKind.EMAIL: "Email address.",
    IdentifierKind.EXTERNAL_ID: "The brand's own id.",
    IdentifierKind.CARD_NUMBER: "Number of a loyalty card.",
    IdentifierKind.CARD_EXTERNAL_ID: "The brand's own id of a loyalty card.",
    IdentifierKind.WECHAT: "WeChat open id.",
    IdentifierKind.MARTJACK_ID: "Id in the MartJack web shop.",
    IdentifierKind.FB_ID: "Facebook id.",
    IdentifierKind.LINE: "LINE user id.",
    IdentifierKind.CUID: "Id of a user of a mobile app.",
    IdentifierKind.UNION_ID: "WeChat union id, the same in all accounts of one owner.",
}


def offer(members: type[Enum], name: str, description: str, meanings: Mapping[Any, str]) -> None:
    """Makes the planner's enum an enum of the graph, every value with its meaning."""
    definition: Any = vars(strawberry.enum(members, name=name, description=description))["__strawberry_definition__"]
    for value in definition.values:
        value.description = meanings[members(value.value)]


offer(Source, "Source", "Where an identifier is registered. The same person may have a profile in each.", _SOURCES)
offer(IdentifierKind, "IdentifierType", "A kind of identifier.", _KINDS)


@strawberry.input(description="One of several identifiers of one customer.")
class CustomerIdentifier:
    """See `CustomerBy.identifiers`."""

    kind: IdentifierKind = strawberry.field(description="What kind of identifier it is.")
    value: str = strawberry.field(description="The identifier.")


@strawberry.input(one_of=True, description="Names one customer: exactly one of these fields.")
class CustomerBy:
    """The field names are the values of `IdentifierKind`, and `identifiers`."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description="Upstream's customer id: `100000001`. The same in both upstream calls."
    )
    mobile: strawberry.Maybe[str] = strawberry.field(
        description="Mobile number with country code: `919800000001`. A plus sign, blanks and dashes are dropped."
    )
    email: strawberry.Maybe[str] = strawberry.field(description="Email address.")
    external_id: strawberry.Maybe[str] = strawberry.field(
        description="The brand's own id of the customer, such as a membership number."
    )
    card_number: strawberry.Maybe[str] = strawberry.field(description="Number of a loyalty card of the customer.")
    card_external_id: strawberry.Maybe[str] = strawberry.field(
        description="The brand's own id of a loyalty card of the customer."
    )
    wechat: strawberry.Maybe[str] = strawberry.field(
        description="WeChat open id; goes with `source: WECHAT` and an `accountId`."
    )
    martjack_id: strawberry.Maybe[str] = strawberry.field(
        description="Id in the MartJack web shop; goes with `source: MARTJACK` and an `accountId`."
    )
    fb_id: strawberry.Maybe[str] = strawberry.field(
        description="Facebook id; goes with `source: FACEBOOK` and an `accountId`."
    )
    line: strawberry.Maybe[str] = strawberry.field(
        description="LINE user id; goes with `source: LINE` and an `accountId`."
    )
    cuid: strawberry.Maybe[str] = strawberry.field(
        description="Id of a user of a mobile app; goes with `source: MOBILE_APP` and an `accountId`."
    )
    union_id: strawberry.Maybe[str] = strawberry.field(
        description="WeChat union id; goes with `source: WECHAT` and an `accountId`."
    )
    identifiers: strawberry.Maybe[list[CustomerIdentifier]] = strawberry.field(
        description=(
            "Several identifiers of one and the same customer, for organisations with dual eligibility, "
            "where one identifier alone may name several people."
        )
    )

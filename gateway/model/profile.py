"""Who the customer is: names, identifiers, channels and how they came to be registered."""

from gateway.model.describe import described, listed, record, required
from gateway.model.details import NamedValue
from gateway.model.scalars import DateTime


@record(description="One identifier under which upstream knows the customer.", v2="profiles[].identifiers[]")
class Identifier:
    """V2 `profiles[].identifiers[]`."""

    type: str = required(
        "Upstream's name of the identifier's kind: `mobile`, `email`, `externalId`, `cardnumber`, `wechat`, "
        "`line`, `cuid`, `unionId` and others that an organisation defines."
    )
    value: str | None = described("The identifier itself. Masked where upstream masks it for this credential.")


@record(description="An address on which the customer can be reached.", v2="profiles[].commChannels[]")
class CommChannel:
    """V2 `profiles[].commChannels[]`."""

    type: str = required("The channel: `mobile`, `email`, `wechat`, `push` and others.")
    value: str | None = described("The number, address or token of the channel: `919800000001`.")
    primary: bool | None = described("Whether it is the customer's main channel of its type.")
    verified: bool | None = described("Whether the customer has proved that the channel is theirs.")


@record(description="What one source (a store, WeChat, a web shop) knows of the customer.", v2="profiles[]")
class Profile:
    """V2 `profiles[]`, one per source and account."""

    first_name: str | None = described("First name in this profile.")
    last_name: str | None = described("Last name in this profile.")
    source: str | None = described("The source the profile belongs to, such as `INSTORE` or `WECHAT`.")
    account_id: str | None = described("The account of the source, for sources that have several; null for `INSTORE`.")
    identifiers: list[Identifier] = listed("The identifiers registered with this source.")
    comm_channels: list[CommChannel] = listed("The channels registered with this source.")
    custom_fields: list[NamedValue] = listed(
        "Fields that the organisation defines, of this profile, by name.", v2="profiles[].fields"
    )
    created_on: DateTime | None = described("When the profile was created.", v2="profiles[].attribution.createDate")
    modified_on: DateTime | None = described(
        "When the profile was last changed.", v2="profiles[].attribution.modifiedDate"
    )


@record(v2="")
class Profiles:
    """All profiles of a customer: what V2 alone brings, with every call."""

    profiles: list[Profile] | None = described("Every profile of the customer, one per source and account.")


@record(v2="profiles[]", v1="")
class Person:
    """Names and main identifiers of the profile that was asked for: V2 `profiles[]`, V1.1 `firstname`, `mobile`, …"""

    first_name: str | None = described("First name, as registered with the asked `source`.")
    last_name: str | None = described("Last name, as registered with the asked `source`.")
    mobile: str | None = described(
        "Mobile number with country code and no plus sign: `919800000001`.", v2="profiles[].identifiers[].value"
    )
    email: str | None = described("Email address, spelt as it was registered.", v2="profiles[].identifiers[].value")
    external_id: str | None = described(
        "The brand's own id of the customer, such as a membership number.", v2="profiles[].identifiers[].value"
    )


@record(v2="loyaltyInfo", v1="")
class Membership:
    """The customer's standing as a member: V2 `loyaltyInfo`, V1.1 `type`, `registered_on`, `lifetime_purchases`."""

    loyalty_type: str | None = described("`loyalty` for a member of the program, `non_loyalty` otherwise.")
    lifetime_purchases: float | None = described(
        "All purchases so far as an amount in the organisation's currency, returns not taken off: `41200.5`."
    )
    registered_on: DateTime | None = described("When the customer joined.", v2="loyaltyInfo.attributionV2.createDate")
    updated_on: DateTime | None = described(
        "When the customer's record last changed.", v2="loyaltyInfo.attributionV2.modifiedDate"
    )


@record(
    description="A store of the organisation.",
    v2="promotionalPoints.…[].issuedAt",
    v1="registered_store, slab_history.history[].store, promotion_points.….item[].issued_at",
)
class Store:
    """V1.1 `registered_store` and `slab_history.history[].store`."""

    code: str | None = described("The store's code, as other systems of the organisation know it.")
    name: str | None = described("The store's name.")


@record(description="A till (point of sale) of a store.", v1="registered_till")
class Till:
    """V1.1 `registered_till`."""

    code: str | None = described("The till's code, as other systems of the organisation know it.")
    name: str | None = described("The till's name.")


@record(v1="")
class Registration:
    """Where the customer registered: V1.1 alone knows, and tells unasked."""

    registered_store: Store | None = described("The store where the customer registered.")
    registered_till: Till | None = described("The till at which the customer registered.")
    registered_by: str | None = described("Who registered the customer, usually the name of a store.")


@record(description="The customer's status label, as the organisation defines its labels.", v2="")
class CustomerStatus:
    """V2 `embed=customerStatus`."""

    status_label: str | None = described("The label, such as `Active`, `Suspended` or `Deleted`.")
    status_label_reason: str | None = described("Why the label was given.")
    status_last_updated_on: DateTime | None = described("When the label last changed.")


@record(
    description="Whether the customer wants messages of one kind on one channel.", v2="subscriptionInfo.subscriptions[]"
)
class Subscription:
    """V2 `subscriptionInfo.subscriptions[]`."""

    channel: str | None = described("`SMS`, `EMAIL`, `WHATSAPP`, `ANDROID`, `IOS` and others.")
    priority: str | None = described("`TRANS` for messages about a transaction, `BULK` for marketing.")
    type: str | None = described("`OPTIN` or `OPTOUT`.")
    account_id: str | None = described("The account of the source, where the source has several.")
    source_name: str | None = described("The source the subscription belongs to.")

"""What else upstream keeps of a customer: fraud, fields of the organisation's own, who touched the record."""

import strawberry

from gateway.model.describe import described, record, required
from gateway.model.scalars import DateTime, Json


@record(v2="fraudDetails", v1="fraud_details")
class Fraud:
    """V2 `fraudDetails`, V1.1 `fraud_details`, in the part that both tell."""

    status: str | None = described("`NONE`, `NOT_FRAUD`, `MARKED`, `CONFIRMED`, `RECONFIRMED` and others.")
    modified_on: DateTime | None = described("When the status last changed.")


@record(v1="fraud_details")
class FraudV1:
    """What V1.1 alone tells of it."""

    marked_by: str | None = described("Who set the status.")
    reason: str | None = described("Why the status was set.")


@record(
    description="A field that the organisation defines itself.",
    v2="profiles[].fields, cardDetails[].customFields",
    v1="custom_fields.field[], extended_fields.field[]",
)
class NamedValue:
    """V2 `profiles[].fields`, V1.1 `custom_fields.field[]`."""

    name: str = required("The field's name.", v2="")
    value: str | None = described("Its value, always a text; a number or a day is written out.", v2="")


@record(
    description="A field that the organisation defines itself, with a type of its own.",
    v2="extendedFields, cardDetails[].extendedFields",
)
class ExtendedField:
    """V2 `extendedFields` and `cardDetails[].extendedFields`."""

    name: str = required("The field's name.", v2="")
    value: Json | None = described("Its value: a text, a number or a truth value.", v2="")


@record(
    description="A till or user on whose behalf a record was made or changed.",
    v2="loyaltyInfo.attributionV2.createdBy, loyaltyInfo.attributionV2.modifiedBy",
)
class Originator:
    """V2 `attributionV2.createdBy` and `modifiedBy`."""

    id: strawberry.ID | None = described("Its id upstream.")
    code: str | None = described("The code of the till or user.")
    name: str | None = described("The name of the till or user.")
    type: str | None = described("What it is, usually `TILL`.")


@record(v2="loyaltyInfo.attributionV2")
class Origin:
    """Who made and changed the customer's record: V2 alone tells, with every call."""

    associated_with: str | None = described("The code of the till the customer belongs to.", v2="associatedWith")
    created_by: Originator | None = described("Who registered the customer.")
    modified_by: Originator | None = described("Who last changed the customer's record.")
    created_from_source: str | None = described("The source from which the record was made.")


@record(v1="")
class PersonV1:
    """What V1.1 alone tells of the person, with every call."""

    gender: str | None = described("Gender, as the organisation writes it, such as `F` or `Female`.")
    source: str | None = described("The source through which the customer was acquired: `instore`.")


@record(v1="")
class Promoter:
    """V1.1 `current_nps_status`, which comes with `next_slab` (seed V1.1, next_slab)."""

    current_nps_status: str | None = described("The customer's net promoter status.")


@record(v1="")
class Consent:
    """Whether the customer may be written to: V1.1 `ndnc_status`."""

    ndnc_status: str | None = described("Whether the mobile number is on a do-not-call list; `NONE` if not known.")


@record(v1="")
class OptIn:
    """V1.1 `optin_status`."""

    optin_status: str | None = described("Which services the customer opted in to; `NONE` if none.")


@record(description="What all programs together did with the customer's points.", v1="points_summary")
class PointsTotals:
    """V1.1 `points_summary`, which is not `points_summaries`."""

    redeemed: float | None = described("Points of all programs spent so far.")
    expired: float | None = described("Points of all programs that expired unspent.")
    returned: float | None = described("Points of all programs taken back because of returned goods.")
    adjusted: float | None = described("Points of all programs added (positive) or taken (negative) by hand.")


@record(description="What the next tier asks for, where it does not rest on a tracker.", v1="tier_update_criteria")
class TierUpgradeCriteria:
    """V1.1 `tier_update_criteria`: asked for as upgrade, answered as update."""

    purchase_type: str | None = described("What counts, such as `CUMULATIVE_PURCHASES`.")
    description: str | None = described("What upstream says of it.")
    min_purchase_value_required: float | None = described(
        "How much is needed, in the unit of `purchaseType`: an amount of money for purchases."
    )

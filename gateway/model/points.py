"""Points of the customer and of each loyalty program."""

import strawberry

from gateway.model.describe import described, listed, record, required
from gateway.model.scalars import DateTime, Json


@record(v2="pointsSummary", v1="")
class Balance:
    """The default program's balance, in the part that both endpoints tell."""

    lifetime_points: float | None = described("Points earned so far, spent ones included: `5200`.")
    loyalty_points: float | None = described("Points that can be spent now: `1250.5`. They may have fractions.")
    current_slab: str | None = described("The name of the current tier: `Gold`.")


@record(v2="pointsSummary")
class BalanceDetails:
    """The rest of V2 `embed=points` (`pointsSummary`), which V1.1 does not tell of the default program."""

    redeemed: float | None = described("Points spent so far.")
    expired: float | None = described("Points that expired unspent.")
    returned: float | None = described("Points taken back because of returned goods.")
    adjusted: float | None = described("Points added (positive) or taken (negative) by hand.")
    cumulative_purchases: float | None = described("Purchases counted by the program, as an amount in its currency.")
    loyalty_id: strawberry.ID | None = described("The id of the customer's loyalty record.")
    slab_sno: int | None = described("The current tier's number, counted from 1.", name="slabSNo")
    slab_expiry_date: DateTime | None = described(
        "When the current tier ends. About a hundred years ahead means never."
    )


@record(v2="pointsSummary", v1="")
class NextSlab:
    """The default program's next tier: V2 `pointsSummary`, V1.1 with `next_slab=true`."""

    next_slab: str | None = described("The name of the next tier; null at the top.")
    next_slab_description: str | None = described("What upstream says of the next tier; null at the top.")
    next_slab_serial_number: int | None = described("The next tier's number, counted from 1; null at the top.")


@record(
    description="A program of a partner that is linked to the customer's loyalty program.",
    v2="loyaltyProgramDetails[].linkedPartnerPrograms[]",
)
class LinkedPartnerProgram:
    """V2 `loyaltyProgramDetails[].linkedPartnerPrograms[]`."""

    partner_program_id: strawberry.ID | None = described("The partner program's id.")
    partner_program_name: str | None = described("The partner program's name.")
    partner_program_description: str | None = described("The partner program's description.")
    partner_program_type: str | None = described("How the programs are linked: `EXTERNAL` or `SUPPLEMENTARY`.")
    partner_membership_id: str | None = described("The customer's membership number with the partner.")
    partner_tier_number: int | None = described("The tier's number; null where the partner program has no tiers.")
    partner_tier_name: str | None = described("The tier's name; null where the partner program has no tiers.")
    partner_tier_expiry_date: DateTime | None = described("When the partner tier ends.")
    tier_based: bool | None = described("Whether the partner program has tiers.")
    partner_program_membership_start_date: DateTime | None = described("When the membership with the partner began.")
    partner_program_membership_end_date: DateTime | None = described("When the membership with the partner ends.")
    partner_program_membership_last_updated_date: DateTime | None = described("When the membership last changed.")


@record(
    description="The customer's standing in one loyalty program.",
    v2="loyaltyProgramDetails[]",
    v1="points_summaries.points_summary[]",
)
class LoyaltyProgram:
    """V2 `loyaltyProgramDetails[]`, V1.1 `points_summaries.points_summary[]`, in the part that both tell."""

    program_id: strawberry.ID = required("The program's id.")
    program_title: str | None = described("The program's name.")
    program_description: str | None = described("The program's description.")
    program_points_to_currency_ratio: float | None = described(
        "How many points are worth one unit of the program's currency: at `10`, 100 points are worth 10."
    )
    lifetime_points: float | None = described("Points earned so far, spent ones included: `5200`.")
    loyalty_points: float | None = described("Points that can be spent now: `1250.5`. They may have fractions.")
    redeemed: float | None = described("Points spent so far.")
    expired: float | None = described("Points that expired unspent.")
    returned: float | None = described("Points taken back because of returned goods.")
    adjusted: float | None = described("Points added (positive) or taken (negative) by hand.")
    delayed_points: float | None = described("Points promised, not yet to be spent.")
    delayed_returned_points: float | None = described("Promised points taken back because of returned goods.")
    total_available_points: float | None = described("Points to be spent, those of promotions included.")
    total_returned_points: float | None = described("All points taken back because of returned goods.")
    cumulative_purchases: float | None = described("Purchases counted by the program, as an amount in its currency.")
    current_slab: str | None = described("The name of the current tier: `Gold`.")
    current_slab_description: str | None = described("What upstream says of the current tier.")
    slab_sno: int | None = described("The current tier's number, counted from 1.", name="slabSNo")
    slab_expiry_date: DateTime | None = described(
        "When the current tier ends. About a hundred years ahead means never."
    )
    next_slab: str | None = described("The name of the next tier; null at the top.")
    next_slab_description: str | None = described("What upstream says of the next tier; null at the top.")
    next_slab_serial_number: int | None = described("The next tier's number, counted from 1; null at the top.")


@record(v2="loyaltyProgramDetails[]")
class LoyaltyProgramV2:
    """What V2 alone tells of a loyalty program; `program_id` joins it to the rest."""

    program_id: strawberry.ID = required("The program's id.")
    loyalty_id: strawberry.ID | None = described("The id of the customer's loyalty record, the same in all programs.")
    delayed_expired_points: float | None = described("Promised points that expired.")
    linked_partner_programs: list[LinkedPartnerProgram] = listed("Partners' programs linked to this one.")


@record(v1="points_summaries.points_summary[]")
class LoyaltyProgramV1:
    """What V1.1 alone tells of a loyalty program; `program_id` joins it to the rest."""

    program_id: strawberry.ID = required("The program's id.")
    total_points: float | None = described("All points earned in the program; most organisations leave it empty.")
    linked_partner_program_details: Json | None = described(
        "Linked partner programs as V1.1 sends them.",
        v1="points_summaries.points_summary[].linked_partner_programs.linked_partner_program[]",
        deprecated="Use `linkedPartnerPrograms`: the same programs, with named and typed fields.",
    )


@record(
    description="A loyalty program named within a group of programs.", v2="groupLoyaltyProgramDetails[].programsList[]"
)
class GroupedProgram:
    """V2 `groupLoyaltyProgramDetails[].programsList[]`."""

    id: strawberry.ID = required("The program's id.")
    name: str | None = described("The program's name.")
    description: str | None = described("The program's description.")


@record(description="A group of loyalty programs that share a balance.", v2="groupLoyaltyProgramDetails[]")
class GroupLoyaltyProgram:
    """V2 `groupLoyaltyProgramDetails[]`: groups of programs, not of people."""

    group_program_id: strawberry.ID = required("The group's id.")
    title: str | None = described("The group's name.")
    description: str | None = described("The group's description.")
    programs_list: list[GroupedProgram] = listed("The programs in the group.")
    lifetime_points: float | None = described("Points earned so far in all programs of the group.")
    loyalty_points: float | None = described("Points that can be spent now in the group.")
    promised_points: float | None = described("Points promised, not yet to be spent.")
    points_to_currency_ratio: float | None = described(
        "How many points are worth one unit of the group's currency: at `10`, 100 points are worth 10."
    )

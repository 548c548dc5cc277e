"""The organisation's programs, as V1.1 lists them beside a customer."""

import strawberry

from gateway.model.describe import described, listed, record


@record(
    description="A tier of a partner's program.",
    v1="programs_list.program[].PartnerPrograms.PartnerProgram[].partnerProgramTiers[]",
)
class PartnerProgramTier:
    """V1.1 `partnerProgramTiers[]`."""

    tier_number: int | None = described("The tier's number, counted from 1.")
    tier_name: str | None = described("The tier's name.")


@record(
    description="A partner's program that can be linked to a program of the organisation.",
    v1="programs_list.program[].PartnerPrograms.PartnerProgram[]",
)
class PartnerProgram:
    """V1.1 `PartnerPrograms.PartnerProgram[]`."""

    partner_program_id: strawberry.ID | None = described("The partner program's id.")
    partner_program_name: str | None = described("The name.")
    partner_program_description: str | None = described("The description.")
    partner_program_type: str | None = described("How the programs can be linked: `EXTERNAL` or `SUPPLEMENTARY`.")
    is_tier_based: bool | None = described("Whether it has tiers.")
    points_exchange_rate: float | None = described("How many of its points one point of the program is worth.")
    membership_period_type: str | None = described("The unit of a membership's length, such as `DAYS`.")
    membership_period_value: int | None = described("A membership's length, in `membershipPeriodType`.")
    partner_program_tiers: list[PartnerProgramTier] = listed("Its tiers.")


@record(description="A loyalty program of the organisation.", v1="programs_list.program[]")
class Program:
    """V1.1 `programs_list.program[]` (sample v11_get_program_summary_excerpt)."""

    program_id: strawberry.ID | None = described("The program's id.")
    program_name: str | None = described("The name.")
    program_description: str | None = described("The description.")
    is_default: bool | None = described("Whether it is the organisation's default program.")
    points_to_currency_ratio: float | None = described(
        "How many points are worth one unit of its currency: at `10`, 100 points are worth 10."
    )
    partner_programs: list[PartnerProgram] = listed(
        "Partners' programs that can be linked to it.", v1="programs_list.program[].PartnerPrograms.PartnerProgram[]"
    )

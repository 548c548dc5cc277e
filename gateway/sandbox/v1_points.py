"""Points, tiers and gaps of a V1.1 item: camelCase beside snake_case, every scalar a string. Facts §2.2."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from . import gaps
from .data import Person
from .organisation import DEFAULT_PROGRAM, PROGRAMS, default_state, group_states
from .programs import Partner, PartnerLink, PointsLot, ProgramState, Rule, Tracker
from .v1_text import stamp, text

Json = dict[str, Any]


def summaries(person: Person, params: Mapping[str, str]) -> list[Json]:
    """One entry per program, or only that of `program_id`."""
    only = params.get("program_id") or params.get("programId")
    return [_summary(state, params) for state in person.programs if only in {None, "", str(state.program.id)}]


def groups(person: Person) -> list[Json]:
    """One entry per group of programs, summed over the customer's programs in it."""
    return [
        {
            "group_program_id": str(group.id),
            "title": group.title,
            "description": group.description,
            "lifetime_points": text(round(sum(state.lifetime for state in states), 3)),
            "loyalty_points": text(round(sum(state.balance for state in states), 3)),
            "promised_points": text(round(sum(state.delayed for state in states), 3)),
        }
        for group, states in group_states(person.programs)
    ]


def _summary(state: ProgramState, params: Mapping[str, str]) -> Json:
    entry: Json = {
        "programId": str(state.program.id),
        "redeemed": text(state.redeemed),
        "expired": text(state.expired),
        "returned": text(state.returned),
        "adjusted": text(state.adjusted),
        "lifetimePoints": text(state.lifetime),
        "loyaltyPoints": text(state.balance),
        "cumulativePurchases": text(state.purchases),
        "currentSlab": state.current.name,
        "currentSlabDescription": state.current.description,
        "nextSlab": state.next.name if state.next else "",
        "nextSlabSerialNumber": str(state.tier + 1 if state.next else -1),
        "nextSlabDescription": state.next.description if state.next else "",
        "slabSNo": str(state.tier),
        "slabExpiryDate": stamp(state.tier_expires),
        "totalPoints": "",
        "delayed_points": text(state.delayed),
        "delayed_returned_points": "0",
        "total_available_points": text(state.available),
        "total_returned_points": text(state.returned),
        "program_title": state.program.title,
        "program_description": state.program.description,
        "program_points_to_currency_ratio": text(state.program.ratio),
        "linked_partner_programs": {"linked_partner_program": [_link(link) for link in state.links]},
    }
    to_upgrade = gaps.horizon(params.get("gap_to_upgrade_for"))
    if to_upgrade is not None:
        entry["gap_to_upgrade"] = _gap_to_upgrade(state, to_upgrade)
    to_renew = gaps.horizon(params.get("gap_to_renew_for"))
    renewal = gaps.to_renew(state, to_renew) if to_renew is not None else None
    if renewal:
        entry["gap_to_renew"] = _gap_to_renew(renewal)
    return entry


def _link(link: PartnerLink) -> Json:
    entry = {
        "partner_program_id": str(link.id),
        "partner_program_name": link.name,
        "partner_program_description": link.name,
        "partner_membership_id": link.membership_id,
        "partner_program_type": link.type,
        "tier_based": text(link.tier_number is not None),
    }
    if link.tier_number is not None:
        entry |= {
            "partner_tier_number": str(link.tier_number),
            "partner_tier_name": link.tier_name,
            "partner_tier_expiry_date": stamp(link.tier_expires),
        }
    return entry


def _gap_to_upgrade(state: ProgramState, days: int) -> Json:
    strategies = [
        {
            "upgrade_based_on": gap.rule.based_on,
            "upgrade_entity_identifers": _identifiers(gap.rule.tracker),  # spelt so upstream
            "upgrade_threshold": text(gap.rule.threshold),
            "customer_upgrade_entity_values": {
                "current_value": text(gap.value),
                "gap_to_upgrade": text(gap.missing),
                "value_valid_upto": gap.valid_upto.isoformat(),
            },
        }
        for gap in gaps.to_upgrade(state, days)
    ]
    return {**_expression(state), "upgrade_strategy": strategies}


def _expression(state: ProgramState) -> Json:
    if not (state.program.either and len(state.current.upgrade) > 1):
        return {}
    letters = [chr(ord("A") + n) for n in range(len(state.current.upgrade))]
    relation = ", ".join(f"[{n + 1}]" for n in range(len(letters)))
    return {"custom_expression": f"({' OR '.join(letters)})", "expression_relation": f"[{relation}]"}


def _gap_to_renew(renewal: gaps.Renewal) -> Json:
    return {
        "tier_expiry_date": renewal.expires.isoformat(),
        "renew_confirmed": text(renewal.confirmed),
        "renew_strategy": [
            {
                "renew_based_on": gap.rule.based_on,
                "renew_entity_identifiers": _identifiers(gap.rule.tracker),
                "renew_threshold": text(gap.rule.threshold),
                "customer_renew_entity_value": text(gap.value),
                "customer_gap_to_renew_value": text(gap.missing),
            }
            for gap in renewal.gaps
        ],
    }


def _identifiers(tracker: Tracker | None) -> Json:
    if tracker is None:
        return {}
    return {
        "tracker_name": tracker.name,
        "tracker_type": tracker.type,
        "tracker_mode": tracker.mode,
        "tracker_case_name": f"{tracker.period_days} days",
        "tracker_case_period_type": "DAYS",
        "tracker_case_period_value": str(tracker.period_days),
    }


def next_slab(person: Person) -> Json:
    """The next tier of the default program; empty strings at the top."""
    state = default_state(person.programs)
    tier = state.next if state else None
    return {
        "next_slab": tier.name if tier else "",
        "next_slab_serial_number": str(state.tier + 1) if state and tier else "",
        "next_slab_description": tier.description if tier else "",
    }


def upgrade_criteria(person: Person) -> Json:
    """The first upgrade rule that is not a tracker's; absent at the top tier (facts §2.1)."""
    state = default_state(person.programs)
    rules: tuple[Rule, ...] = state.current.upgrade if state else ()
    rule = next((rule for rule in rules if rule.tracker is None), None)
    if rule is None:
        return {}
    criteria = {
        "purchase_type": rule.based_on,
        "description": "",
        "min_purchase_value_required": text(rule.threshold),
    }
    return {"tier_update_criteria": criteria}


def totals(person: Person) -> Json:
    """What left the default program: not to be confused with `points_summaries`."""
    state = default_state(person.programs)
    if state is None:
        return {"points_summary": dict.fromkeys(("expired", "redeemed", "adjusted", "returned"), "0")}
    names = ("expired", "redeemed", "adjusted", "returned")
    return {"points_summary": {name: text(getattr(state, name)) for name in names}}


def expiry_schedule(person: Person) -> Json:
    """Points to come off, summed per day, soonest first; the inner key is absent when there are none."""
    rows = sorted(_per_day(state.expiring for state in person.programs).items())
    items = [{"points": text(points), "expiry_date": day.isoformat()} for day, points in rows]
    return {"expiry_schedule": {"schedule": items} if items else {}}


def expired_points(person: Person) -> Json:
    """Points that ran out, summed per day, latest first; the inner key is absent when there are none."""
    rows = sorted(_per_day(state.expired_lots for state in person.programs).items(), reverse=True)
    items = [{"points": text(points), "expired_on": day.isoformat()} for day, points in rows]
    return {"expired_points": {"item": items} if items else {}}


def _per_day(lots_of_programs: Iterable[tuple[PointsLot, ...]]) -> dict[date, float]:
    days: dict[date, float] = {}
    for lots in lots_of_programs:
        for lot in lots:
            days[lot.on] = days.get(lot.on, 0.0) + lot.points
    return days


def programs_list() -> Json:
    """Every program of the organisation, the same for whoever asks (facts §6.17)."""
    return {
        "programs_list": {
            "program": [
                {
                    "programId": str(program.id),
                    "programName": program.title,
                    "programDescription": program.description,
                    "isDefault": text(program is DEFAULT_PROGRAM),
                    "pointsToCurrencyRatio": text(program.ratio),
                    "PartnerPrograms": {"PartnerProgram": [_partner(partner) for partner in program.partners]},
                }
                for program in PROGRAMS
            ]
        }
    }


def _partner(partner: Partner) -> Json:
    return {
        "partnerProgramId": str(partner.id),
        "partnerProgramName": partner.name,
        "partnerProgramDescription": partner.name,
        "isTierBased": text(bool(partner.tiers)),
        "pointsExchangeRate": "1",
        "partnerProgramType": partner.type,
        "membershipPeriodType": partner.period_type,
        "membershipPeriodValue": str(partner.period),
        "partnerProgramTiers": [
            {"tierNumber": str(number), "tierName": name} for number, name in enumerate(partner.tiers, 1)
        ],
    }


def retention_criteria(person: Person) -> Json:
    """What keeps the tier of the default program; absent where no visits or purchases do.

    In no sample; the names are those of the old interface description (facts §2.1).
    """
    state = default_state(person.programs)
    wanted = {rule.based_on: text(rule.threshold) for rule in (state.current.renew if state else ())}
    if state is None or not {"VISITS", "PURCHASE"} & set(wanted):
        return {}
    criteria = {
        "programId": str(state.program.id),
        "visits": wanted.get("VISITS", "0"),
        "purchase": wanted.get("PURCHASE", "0"),
    }
    return {"membership_retention_criteria": criteria}


def delayed_accrual(person: Person) -> Json:
    """Promised points and the day they convert, soonest first.

    Documented only as "promised points and conversion details" (facts §2.1): the shape, that of
    `expired_points`, is a guess.
    """
    lots = sorted((lot.on, state.program.id, lot.points) for state in person.programs for lot in state.promised)
    items = [
        {"points": text(points), "conversion_date": day.isoformat(), "program_id": str(program_id)}
        for day, program_id, points in lots
    ]
    return {"delayed_accrual": {"item": items} if items else {}}


def trackers(person: Person) -> Json:
    """The trackers that decide about the customer's tiers, each with its value today; "" when none.

    Documented without a shape (facts §2.1): the names are those beside the gaps, the value's is a guess.
    """
    rows: list[Json] = []
    for state in person.programs:
        renewal = gaps.to_renew(state, 0)
        for gap in (*gaps.to_upgrade(state, 0), *(renewal.gaps if renewal else ())):
            if gap.rule.tracker:
                program = {"program_id": str(state.program.id)}
                rows.append({**program, **_identifiers(gap.rule.tracker), "tracker_value": text(gap.value)})
    return {"trackers": {"tracker": rows} if rows else ""}

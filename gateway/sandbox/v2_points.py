"""Points, tiers and gaps as V2 words them: camelCase and floats. Facts §1.3."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from . import gaps
from .data import INDIA, Person
from .organisation import PROGRAMS, group_states
from .programs import PartnerLink, ProgramState, Tracker

Json = dict[str, Any]


def summary(state: ProgramState, loyalty_id: int) -> Json:
    """The default program's points for `embed=points`; the program is not named."""
    return {
        "redeemed": state.redeemed,
        "expired": state.expired,
        "returned": state.returned,
        "adjusted": state.adjusted,
        "lifetimePoints": state.lifetime,
        "loyaltyPoints": state.balance,
        "cumulativePurchases": state.purchases,
        "loyaltyId": loyalty_id,
        "currentSlab": state.current.name,
        "nextSlab": state.next.name if state.next else "",
        "nextSlabSerialNumber": state.tier + 1 if state.next else -1,
        "nextSlabDescription": state.next.description if state.next else "",
        "slabSNo": state.tier,
        "slabExpiryDate": state.tier_expires.isoformat(timespec="seconds"),
    }


def programs(person: Person, params: Mapping[str, str], *, today: bool = False) -> list[Json]:
    """One entry per program for `embed=mlp`, with the gaps asked for; `today` asks for both gaps of today."""
    otherwise = 0 if today else None
    to_upgrade, to_renew = (gaps.horizon(params.get(name)) for name in ("gapToUpgrade", "gapToRenew"))
    return [
        program(
            state,
            person.loyalty_id,
            to_upgrade=otherwise if to_upgrade is None else to_upgrade,
            to_renew=otherwise if to_renew is None else to_renew,
        )
        for state in person.programs
    ]


def program(
    state: ProgramState, loyalty_id: int, *, to_upgrade: int | None = None, to_renew: int | None = None
) -> Json:
    """One program, with the gaps so many days ahead; None leaves a gap out."""
    entry = {
        **summary(state, loyalty_id),
        "currentSlabDescription": state.current.description,
        "programId": state.program.id,
        "delayedPoints": state.delayed,
        "delayedReturnedPoints": 0.0,
        "delayedExpiredPoints": 0.0,
        "totalAvailablePoints": state.available,
        "totalReturnedPoints": state.returned,
        "linkedPartnerPrograms": [_link(link) for link in state.links],
        "programTitle": state.program.title,
        "programDescription": state.program.description,
        "programPointsToCurrencyRatio": state.program.ratio,
    }
    if to_upgrade is not None:
        entry["upgradeStrategies"] = [strategy(gap) for gap in gaps.to_upgrade(state, to_upgrade)]
    kept = gaps.to_renew(state, to_renew) if to_renew is not None else None
    if kept:
        entry["gapToRenewSummary"] = renewal(kept)
    return entry


def _link(link: PartnerLink) -> Json:
    entry: Json = {
        "partnerProgramId": link.id,
        "partnerProgramName": link.name,
        "partnerProgramDescription": link.name,
        "partnerMembershipId": link.membership_id,
        "partnerProgramType": link.type,
        "tierBased": link.tier_number is not None,
    }
    if link.tier_number is not None and link.tier_expires:
        entry |= {
            "partnerTierNumber": link.tier_number,
            "partnerTierName": link.tier_name,
            "partnerTierExpiryDate": link.tier_expires.isoformat(timespec="seconds"),
        }
    return entry


def strategy(gap: gaps.Gap) -> Json:
    """One gap to the next tier."""
    return {
        "upgradeBasedOn": gap.rule.based_on,
        "upgradeThreshold": gap.rule.threshold,
        "customerUpgradeEntityValues": {
            "currentValue": gap.value,
            "gapToUpgrade": gap.missing,
            "valueValidUpto": gap.valid_upto.isoformat(),
        },
    }


def renewal(kept: gaps.Renewal) -> Json:
    """What keeping the tier takes."""
    return {
        "tierExpiryDate": kept.expires.isoformat(),
        "renewConfirmed": kept.confirmed,
        "renewStrategies": [
            {
                "renewBasedOn": gap.rule.based_on,
                **({"trackerEntityIdentifiers": _tracker(gap.rule.tracker)} if gap.rule.tracker else {}),
                "renewThreshold": gap.rule.threshold,
                "customerRenewEntityValue": gap.value,
                "customerGapToRenewValue": gap.missing,
            }
            for gap in kept.gaps
        ],
    }


def _tracker(tracker: Tracker) -> Json:
    return {
        "trackerName": tracker.name,
        "trackerType": tracker.type,
        "trackerMode": tracker.mode,
        "trackerCaseName": f"{tracker.period_days} days",
        "trackerCasePeriodType": "DAYS",
        "trackerCasePeriodValue": str(tracker.period_days),
    }


def groups(states: tuple[ProgramState, ...]) -> list[Json]:
    """One entry per group of programs, listing all of its programs, summed over the states given."""
    known = {program.id: program for program in PROGRAMS}
    return [
        {
            "groupProgramId": group.id,
            "title": group.title,
            "description": group.description,
            "programsList": [
                {"id": one, "name": known[one].title, "description": known[one].description}
                for one in group.program_ids
            ],
            "lifetimePoints": round(sum(state.lifetime for state in members), 3),
            "loyaltyPoints": round(sum(state.balance for state in members), 3),
            "promisedPoints": round(sum(state.delayed for state in members), 3),
            "pointsToCurrencyRatio": 1.0,
        }
        for group, members in group_states(states)
    ]


def expiry_schedules(states: tuple[ProgramState, ...]) -> list[Json]:
    """Points to come off, per program and day, soonest first."""
    lots = sorted((lot.on, state.program.id, lot.points) for state in states for lot in state.expiring)
    return [
        {
            "points": points,
            "expiryDate": day.isoformat(),
            "expiryDateISO": _midnight(day),
            "programId": program_id,
            "pointsType": "bill_regular",
            "expiryType": "fixed",
        }
        for day, program_id, points in lots
    ]


def expired_points(states: tuple[ProgramState, ...]) -> list[Json]:
    """Points that ran out, per program and day, latest first."""
    lots = sorted(
        ((lot.on, state.program.id, lot.points) for state in states for lot in state.expired_lots),
        reverse=True,
    )
    return [
        {
            "points": points,
            "expiredOn": day.isoformat(),
            "programId": program_id,
            "expiredPointsSummary": [],
        }
        for day, program_id, points in lots
    ]


def returned_points(states: tuple[ProgramState, ...]) -> list[Json]:
    """Points taken back with returned goods, latest first; upstream shows the shape only in a picture."""
    lots = sorted(
        ((lot.on, state.program.id, lot.points) for state in states for lot in state.returned_lots), reverse=True
    )
    return [
        {"points": points, "returnedOn": day.isoformat(), "programId": program_id} for day, program_id, points in lots
    ]


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), INDIA).isoformat(timespec="seconds")

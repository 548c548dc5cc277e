"""How far a customer is from keeping a tier or reaching the next, on a given day.

Computed once and worded by both endpoints, which is why they cannot disagree. Facts §1.3, §2.2.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from .data import TODAY
from .programs import ProgramState, Rule


@dataclass(frozen=True, slots=True)
class Gap:
    """One rule, the value reached, the value missing and the day the value stops counting."""

    rule: Rule
    value: float
    missing: float
    valid_upto: date


@dataclass(frozen=True, slots=True)
class Renewal:
    """What keeping a tier beyond its expiry takes; every rule must be met."""

    expires: date
    gaps: tuple[Gap, ...]

    @property
    def confirmed(self) -> bool:
        """Whether the tier is as good as renewed."""
        return all(gap.missing == 0.0 for gap in self.gaps)


def horizon(text: str | None) -> int | None:
    """The days asked for; None for anything but a whole number from 0 (negatives are unsupported)."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > 5:
        return None
    return int(text)


def to_upgrade(state: ProgramState, days: int) -> tuple[Gap, ...]:
    """The gaps to the next tier, `days` ahead; none at the top."""
    return tuple(_measure(rule, state, days) for rule in state.current.upgrade)


def to_renew(state: ProgramState, days: int) -> Renewal | None:
    """The gaps to keeping the tier, `days` ahead; None in the base tier, which nobody can lose."""
    if state.tier == 1:
        return None
    return Renewal(state.tier_expires.date(), tuple(_measure(rule, state, days) for rule in state.current.renew))


def _measure(rule: Rule, state: ProgramState, days: int) -> Gap:
    day = TODAY + timedelta(days=days)
    value, valid_upto = _value(rule, state, day)
    return Gap(rule, value, round(max(rule.threshold - value, 0.0), 3), valid_upto)


def _value(rule: Rule, state: ProgramState, day: date) -> tuple[float, date]:
    if rule.based_on == "CUMULATIVE_PURCHASES":
        return state.purchases, state.tier_expires.date()
    if rule.based_on in {"CURRENT_POINTS", "POINTS"}:
        gone = sum(lot.points for lot in state.expiring if lot.on <= day)
        later = [lot.on for lot in state.expiring if lot.on > day]
        return round(max(state.balance - gone, 0.0), 3), min(later, default=state.tier_expires.date())
    period = rule.tracker.period_days if rule.tracker else 365
    start = day - timedelta(days=period)
    counted = [visit for visit in state.visits if start < visit.day <= day]
    value = len(counted) if rule.based_on == "VISITS" else round(sum(visit.amount for visit in counted), 3)
    # Facts §2.2: the first award that still counts, or today, plus the tracker's period.
    first = min((visit.day for visit in counted), default=day)
    return float(value), first + timedelta(days=period)

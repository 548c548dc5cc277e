"""The shapes of a loyalty program, and of where a customer stands in one."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Tracker:
    """A value counted over a window that moves with the day it is asked for."""

    name: str
    period_days: int
    type: str = "BILL_AMOUNT"
    mode: str = "MOVING_WINDOW"


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of an upgrade or a renewal: what is measured, and how much of it is wanted."""

    based_on: str
    threshold: float
    tracker: Tracker | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """A slab of a program, with the rules to leave it upwards and to stay in it."""

    name: str
    description: str
    upgrade: tuple[Rule, ...] = ()
    """What lifts a customer from this tier to the next; empty at the top."""
    renew: tuple[Rule, ...] = ()
    """What keeps a customer in this tier; empty at the base."""
    padded: bool = False
    """V1.1 sends the name with a trailing blank at customer level (seen, facts §2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A partner's program, as far as the organisation knows it; one without tiers has none."""

    id: int
    name: str
    type: str = "EXTERNAL"
    tiers: tuple[str, ...] = ()
    period_type: str = ""
    period: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A loyalty program; its tiers run from base to top."""

    id: int
    title: str
    description: str
    tiers: tuple[Tier, ...]
    ratio: float = 1.0
    """Points to currency."""
    either: bool = False
    """Meeting any one upgrade rule is enough: V1.1 then sends a custom expression."""
    partners: tuple[Partner, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgramGroup:
    """Programs whose points are shown as one sum."""

    id: int
    title: str
    description: str
    program_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """One purchase, as far as windows count it."""

    day: date
    amount: float


@dataclass(frozen=True, slots=True)
class PointsLot:
    """Points that expire, expired, were returned or convert on one day."""

    points: float
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerLink:
    """A membership in a partner's program; one without tiers has no tier fields (facts §1.3)."""

    id: int
    name: str
    membership_id: str
    type: str = "EXTERNAL"
    tier_number: int | None = None
    tier_name: str = ""
    tier_expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramState:
    """Where a customer stands in one program."""

    program: Program
    tier: int
    """Serial number of the tier, counted from 1 (facts §1.3 slabSNo)."""
    tier_expires: datetime
    lifetime: float = 0.0
    redeemed: float = 0.0
    adjusted: float = 0.0
    purchases: float = 0.0
    expired_lots: tuple[PointsLot, ...] = ()
    expiring: tuple[PointsLot, ...] = ()
    returned_lots: tuple[PointsLot, ...] = ()
    promised: tuple[PointsLot, ...] = ()
    """Points issued but not yet usable, each with the day on which it converts."""
    visits: tuple[Visit, ...] = ()
    links: tuple[PartnerLink, ...] = ()
    none_available: bool = False
    """Reports no available points although there is a balance (seen, facts §6.16)."""

    @property
    def expired(self) -> float:
        """All points that ran out."""
        return sum((lot.points for lot in self.expired_lots), 0.0)

    @property
    def returned(self) -> float:
        """All points taken back with returned goods."""
        return sum((lot.points for lot in self.returned_lots), 0.0)

    @property
    def delayed(self) -> float:
        """All points promised."""
        return sum((lot.points for lot in self.promised), 0.0)

    @property
    def balance(self) -> float:
        """Current points: what was earned, less what left."""
        return round(self.lifetime - self.redeemed - self.expired - self.returned + self.adjusted, 3)

    @property
    def available(self) -> float:
        """What may be spent now."""
        return 0.0 if self.none_available else self.balance

    @property
    def current(self) -> Tier:
        """The tier the customer is in."""
        return self.program.tiers[self.tier - 1]

    @property
    def next(self) -> Tier | None:
        """The tier above, None at the top."""
        return self.program.tiers[self.tier] if self.tier < len(self.program.tiers) else None

"""The shapes of the simulated organisation: what is true, before an endpoint words it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

ORG_ID = 4711
INDIA = timezone(timedelta(hours=5, minutes=30), "Asia/Kolkata")
TODAY = date(2026, 11, 21)
"""The sandbox's only notion of now, so that an answer never depends on the day it was asked for."""


@dataclass(frozen=True, slots=True)
class Store:
    """A shop; what a customer was registered or served at."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Till:
    """A point of sale of a store; the "who" of every attribution."""

    id: int
    code: str
    name: str
    store: Store


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
    """Points that expire, or expired, on one day."""

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
    returned: float = 0.0
    adjusted: float = 0.0
    purchases: float = 0.0
    delayed: float = 0.0
    expired_lots: tuple[PointsLot, ...] = ()
    expiring: tuple[PointsLot, ...] = ()
    visits: tuple[Visit, ...] = ()
    links: tuple[PartnerLink, ...] = ()
    none_available: bool = False
    """Reports no available points although there is a balance (seen, facts §6.16)."""

    @property
    def expired(self) -> float:
        """All points that ran out."""
        return sum((lot.points for lot in self.expired_lots), 0.0)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class SlabChange:
    """One change, or renewal, of a tier."""

    program_id: int
    type: str
    source: str
    target: str
    at: datetime
    store: Store | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card of a customer; any number of them, each in a state of its own."""

    id: int
    number: str
    issued: datetime
    status: str = "ACTIVE"
    label: str = "ACTIVE"
    reason: str = ""
    expires: date | None = None
    external_id: str | None = None
    series_id: int = 71
    series_name: str = "capital-digital"
    type: str = "DIGITAL"
    custom: Mapping[str, str] = field(default_factory=dict[str, str])
    extended: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Subscription:
    """The consent for one channel and priority."""

    channel: str
    priority: str
    opted_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """A coupon a customer was issued, good or not."""

    id: int
    series_id: int
    code: str
    description: str
    created: datetime
    valid_till: datetime
    redeemed: bool = False
    reusable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A bill, or the return of one."""

    id: int
    number: str
    type: str
    at: datetime
    store: Store


@dataclass(frozen=True, slots=True)
class Promotion:
    """Points given outside a purchase."""

    name: str
    points: float
    issued: datetime
    expires: datetime
    program_id: int
    store: Store


@dataclass(frozen=True, slots=True)
class Status:
    """The customer status label that V2 alone knows."""

    label: str
    reason: str
    updated: datetime


@dataclass(frozen=True, slots=True)
class Fraud:
    """The fraud mark; by default there is none."""

    status: str = "NONE"
    marked_by: str = ""
    modified: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one source (and account) knows of a customer; identifiers are unique within it."""

    source: str = "INSTORE"
    account_id: str = ""
    first_name: str = ""
    last_name: str = ""
    mobile: str | None = None
    email: str | None = None
    external_id: str | None = None
    wechat: str | None = None
    created: datetime
    modified: datetime
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One simulated customer; `role` says why they are here, `key` is how a test names them."""

    key: str
    role: str
    id: int
    profiles: tuple[Profile, ...]
    till: Till
    loyalty: bool = True
    loyalty_id: int = 0
    programs: tuple[ProgramState, ...] = ()
    slab_history: tuple[SlabChange, ...] = ()
    """Newest first, as upstream sends it (facts §2.2)."""
    cards: tuple[Card, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    segments: Mapping[str, str] = field(default_factory=dict[str, str])
    extended: Mapping[str, object] = field(default_factory=dict[str, object])
    status: Status | None = None
    fraud: Fraud = Fraud()
    merged_into: int | None = None
    deleted: bool = False
    masked: bool = False

    @property
    def profile(self) -> Profile:
        """The primary profile, the only one V1.1 can show."""
        return self.profiles[0]

"""The shapes of the simulated organisation: what is true, before an endpoint words it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from .programs import ProgramState

ORG_ID = 4711
INDIA = timezone(timedelta(hours=5, minutes=30), "Asia/Kolkata")
TODAY = date(2026, 11, 21)
"""The sandbox's only notion of now, so that an answer never depends on the day it was asked for."""

HandleKind = Literal["wechat", "unionId", "martjackId", "fbId", "line", "cuid"]
"""What V2 calls the identifiers that a source of its own has given (facts §1.3, §3)."""


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
    source_expires: datetime | None = None
    """When the tier left would have ended; documented, and missing from the sample (facts §2.2)."""
    target_expires: datetime | None = None
    """When the tier reached ends; likewise."""


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
    lifetime: float = 0.0
    """Points ever collected with this card."""
    redeemed: float = 0.0
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
    till: Till | None = None
    """Where it was issued, if at a till."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A bill, or the return of one."""

    id: int
    number: str
    type: str
    at: datetime
    store: Store
    till_code: str = ""
    amount: float = 0.0
    tender: str = "CASH"


@dataclass(frozen=True, slots=True)
class Promotion:
    """Points given outside a purchase, or on top of a bill, or of one line of it."""

    name: str
    points: float
    issued: datetime
    expires: datetime
    program_id: int
    store: Store
    transaction_id: int | None = None
    lineitem_id: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What someone at a till wrote down about a customer."""

    text: str
    added: datetime
    by: Till


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


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of the customer, reachable by links that hold for an hour."""

    handle: str
    modified: datetime
    signed: datetime
    """When the links were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """What a customer has in an alternate currency of a program."""

    program_id: int
    program_name: str
    name: str
    lifetime: float
    redeemed: float = 0.0
    expired: float = 0.0
    returned: float = 0.0
    delayed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMember:
    """A customer's place in a user group."""

    user_id: int
    loyalty_id: int
    first_name: str
    last_name: str
    mobile: str
    joined: datetime
    primary: bool = False
    default: bool = True
    """Whether this is the customer's own group, among several."""
    active: bool = True
    programs: tuple[ProgramState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroup:
    """Customers who collect together, and where the group as such stands."""

    id: int
    external_id: str
    name: str
    created: datetime
    created_by: int
    members: tuple[GroupMember, ...]
    programs: tuple[ProgramState, ...] = ()
    max_size: int = 6
    purchases: float = 0.0
    extended: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """A customer's place below another customer in a hierarchy."""

    hierarchy_code: str
    hierarchy_id: int
    role_code: str
    parent: "Person"


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
    handles: Mapping[HandleKind, str] = field(default_factory=dict[HandleKind, str])
    """What the source itself calls the customer."""
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
    image: Image | None = None
    currencies: tuple[Currency, ...] = ()
    groups: tuple[UserGroup, ...] = ()
    fleet: Fleet | None = None
    segments: Mapping[str, str] = field(default_factory=dict[str, str])
    extended: Mapping[str, object] = field(default_factory=dict[str, object])
    gender: str | None = None
    nps: str | None = None
    """The answer to "would you recommend us", by the usual three words: upstream documents none."""
    notes: tuple[Note, ...] = ()
    status: Status | None = None
    fraud: Fraud = Fraud()
    merged_into: int | None = None
    deleted: bool = False
    masked: bool = False

    @property
    def profile(self) -> Profile:
        """The primary profile, the only one V1.1 can show."""
        return self.profiles[0]

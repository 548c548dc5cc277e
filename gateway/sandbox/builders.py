"""Short ways to say what a simulated customer has; all deterministic."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .data import INDIA, TODAY, Coupon, Person, Profile, SlabChange, Status, Store, Subscription, Till, Transaction
from .organisation import CAPITAL, HARBOUR_TILL
from .programs import Program, ProgramState, Visit

FIRST_ID = 100_000_000
CHANNELS = ("SMS", "EMAIL", "ANDROID", "IOS")
REGISTERED = "2021-04-12 10:15:00"


def at(text: str) -> datetime:
    """A local time of the organisation, from "2026-01-31 10:00:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=INDIA)


def never(since: str = REGISTERED) -> datetime:
    """The end of the day a hundred years later, which upstream means as "never" (facts §6.12)."""
    start = at(since)
    return start.replace(year=start.year + 100, hour=23, minute=59, second=59)


def visits(*, every: int, amount: float, count: int, latest: int = 3) -> tuple[Visit, ...]:
    """`count` visits of one amount, `every` so many days, the newest `latest` days ago."""
    return tuple(Visit(TODAY - timedelta(days=latest + every * n), amount) for n in range(count))


def enrolled(
    program: Program,
    tier: int = 1,
    lifetime: float = 0.0,
    *,
    expires: str | None = None,
    each: float = 0.0,
    every: int = 20,
    count: int = 0,
    redeemed: float = 0.0,
) -> ProgramState:
    """A plain state: `count` visits of `each`, and purchases that are their sum."""
    made = visits(every=every, amount=each, count=count)
    return ProgramState(
        program=program,
        tier=tier,
        tier_expires=at(expires) if expires else never(),
        lifetime=lifetime,
        purchases=round(each * count, 3),
        visits=made,
        redeemed=redeemed,
    )


def history(program: Program, *steps: tuple[str, int, int, Store | None]) -> tuple[SlabChange, ...]:
    """Tier changes of one program from (time, from, to, store), newest first; the type follows."""
    changes: list[SlabChange] = []
    for time, source, target, store in steps:
        kind = "RENEW" if source == target else "UPGRADE" if target > source else "DOWNGRADE"
        changes.append(
            SlabChange(
                program_id=program.id,
                type=kind,
                source=program.tiers[source - 1].name,
                target=program.tiers[target - 1].name,
                at=at(time),
                store=store,
                notes=f"nightly evaluation: {kind.lower()}" if store is None else f"at {store.name}",
            )
        )
    return tuple(changes)


def bills(number: int, count: int, *, returns: int = 0, till: Till = HARBOUR_TILL) -> tuple[Transaction, ...]:
    """`count` regular bills and `returns` returned ones, newest first."""
    rows: list[Transaction] = []
    for n in range(count + returns):
        kind = "REGULAR" if n < count else "RETURN"
        when = datetime(2026, 11, 18, 18, 5, 9, tzinfo=INDIA) - timedelta(days=12 * n)
        bill = f"SB-{number:04d}-{n + 1:03d}"
        rows.append(
            Transaction(
                id=number * 1000 + n,
                number=bill,
                type=kind,
                at=when,
                store=till.store,
                till_code=till.code,
                amount=1500.0 + 125.5 * n,
                tender=("CASH", "CARD")[n % 2],
            )
        )
    return tuple(rows)


def vouchers(number: int, count: int) -> tuple[Coupon, ...]:
    """`count` coupons, newest first: every second still good, the rest redeemed or run out."""
    made: list[Coupon] = []
    for n in range(count):
        created = datetime(2026, 11, 10, 9, 0, tzinfo=INDIA) - timedelta(days=25 * n)
        lasting = 200 if n % 2 == 0 else 20
        made.append(
            Coupon(
                id=number * 100 + n,
                series_id=301 + n % 3,
                code=f"CAP{number:04d}{n:02d}",
                description=("10% off", "Free coffee", "Late check-out")[n % 3],
                created=created,
                valid_till=(created + timedelta(days=lasting)).replace(hour=23, minute=59, second=59),
                redeemed=n % 4 == 1,
                reusable=n % 3 == 2,
                till=HARBOUR_TILL if n % 2 == 0 else None,
            )
        )
    return tuple(made)


def subscribed(*, out: tuple[tuple[str, str], ...] = ()) -> tuple[Subscription, ...]:
    """Every channel and priority, opted in but for `out`."""
    return tuple(
        Subscription(channel, priority, (channel, priority) not in out)
        for priority in ("TRANS", "BULK")
        for channel in CHANNELS
    )


def instore(
    number: int,
    first: str,
    last: str,
    *,
    email: str | None = "",
    registered: str = REGISTERED,
    updated: str = "2026-10-02 16:45:30",
    fields: Mapping[str, str] | None = None,
) -> Profile:
    """The INSTORE profile of customer `number`; its identifiers follow from it and the names."""
    return Profile(
        first_name=first,
        last_name=last,
        mobile=f"9198000000{number:02d}",
        email=f"{first}.{last}@example.com".lower() if email == "" else email,
        external_id=f"EXT-{number:04d}",
        created=at(registered),
        modified=at(updated),
        fields=fields or {},
    )


SILVER = enrolled(CAPITAL, 2, 9400.0, expires="2027-03-31 23:59:59", each=1500.0, every=30, count=11)


def special(
    number: int,
    key: str,
    role: str,
    first: str,
    last: str,
    *,
    email: str | None = "",
    fields: Mapping[str, str] | None = None,
    **rest: Any,
) -> Person:
    """Customer `number` with one base-tier program; whatever `rest` says replaces or adds."""
    had: dict[str, Any] = {
        "id": FIRST_ID + number,
        "loyalty_id": 5_200_000 + number,
        "profiles": (instore(number, first, last, email=email, fields=fields),),
        "till": HARBOUR_TILL,
        "programs": (enrolled(CAPITAL, 1, 800.0, each=950.0, count=6),),
        "subscriptions": subscribed(),
        "status": Status("Active", "", at(REGISTERED)),
    }
    return Person(key=key, role=role, **{**had, **rest})

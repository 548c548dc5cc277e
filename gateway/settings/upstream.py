"""What an operator can set of the upstream organisation, and of how its failures are met."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.facets.capabilities import V1_KINDS, V1_POSSIBLE, V2_KINDS, ById, Capabilities, Gaps
from gateway.facets.facet import IdentifierKind
from gateway.settings.base import Group, setting, split, written
from gateway.settings.values import Secret, Url
from gateway.upstream.policy import Policy

UPSTREAM: Final = "GATEWAY_UPSTREAM__"


class UpstreamAuth(StrEnum):
    """How the gateway proves itself upstream."""

    BASIC = "basic"
    OAUTH = "oauth"
    PASSTHROUGH = "passthrough"
    NONE = "none"


def _incomplete(auth: str, *names: str) -> str:
    return f"{UPSTREAM}AUTH is {auth}: set {' and '.join(UPSTREAM + name for name in names)} too"


def _listed(kinds: Iterable[IdentifierKind]) -> str:
    return ",".join(kind for kind in IdentifierKind if kind in set(kinds))


def _among(possible: Iterable[IdentifierKind]) -> Callable[[str], object]:
    def check(text: str) -> None:
        unknown = [name for name in split(text) if name not in set(possible)]
        if unknown:
            raise ValueError(f"names what there is not: {', '.join(unknown)}; choose from {_listed(possible)}")

    return check


def _known_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last for a directory of zones, such as Asia
        raise ValueError("is not a time zone; give a name such as Asia/Kolkata") from None


class UpstreamSettings(Group):
    """The Capillary organisation that is asked."""

    base_url: Url | None = setting(
        "Scheme and host of the upstream API, such as `https://eu.api.example.com`.", default=None
    )
    auth: UpstreamAuth = setting(
        "How the gateway proves itself: `basic`, `oauth`, `none`, or `passthrough`: with what each caller "
        "sends in `Authorization` or `X-CAP-API-OAUTH-TOKEN`.",
        default=UpstreamAuth.BASIC,
    )
    username: str = setting("Till user name, for `basic`.", default="")
    password: Secret = setting("Till password in clear, for `basic`; upstream gets its MD5.", default=Secret(""))
    oauth_key: str = setting("Client key, for `oauth`.", default="")
    oauth_secret: Secret = setting("Client secret, for `oauth`.", default=Secret(""))
    timezone: str = setting(
        "The organisation's time zone, such as `Asia/Kolkata`: V1.1's times are in it, all are told in it.",
        default="UTC",
        check=_known_zone,
    )
    timeout_s: float = setting(
        "Seconds after which one attempt at an upstream call is given up.", default=10.0, above=0, at_most=120
    )
    deadline_s: float = setting(
        "Seconds that a request has for all its upstream calls, attempts and waits.", default=15.0, above=0, at_most=600
    )
    max_connections: int = setting("Connections to upstream at the same time.", default=256, at_least=1, at_most=10_000)
    batch_size: int = setting("Customers in one V1.1 call.", default=10, at_least=1, at_most=100)
    country_code: str = setting(
        "Sent as `X-CAP-CLIENT-COUNTRYCODE` with every upstream call; upstream shows it without a meaning.",
        default="",
        check=written(r"\d{0,4}", "must be four digits at the most"),
    )
    v2_by_id: ById = setting("How V2 takes a customer id: `path`, `lookup` or `none`.", default=ById.PATH)
    gaps: Gaps = setting(
        "Who tells gaps beside V1.1: `flags` for V2's gapToRenew= and gapToUpgrade=, `details` for its "
        "embed=gapDetails, `v1` for nobody.",
        default=Gaps.V1,
    )
    ignore_card_details: bool = setting("Whether V2 honours `embed=ignoreCardDetails`.", default=True)
    only_current_profile: bool = setting("Whether V2 honours `includedOnlyCurrentProfile`.", default=False)
    v1_identifiers: str = setting(
        "Identifiers that V1.1 takes; `cardNumber` can be added.", default=_listed(V1_KINDS), check=_among(V1_POSSIBLE)
    )
    v2_identifiers: str = setting(
        "Identifiers that V2's lookup takes.", default=_listed(V2_KINDS), check=_among(V2_KINDS)
    )

    attempts: int = setting(
        "Attempts at an upstream call, the first included; 1: no retries.", default=2, at_least=1, at_most=5
    )
    retry_share: float = setting(
        "Retries and hedges that are paid for, as a share of the calls that succeed.",
        default=0.1,
        at_least=0,
        at_most=1,
    )
    retry_burst: int = setting("Retries and hedges that are paid for in advance.", default=5, at_least=0, at_most=1000)
    breaker_calls: int = setting(
        "The fewest calls of an endpoint after which its breaker may open; 0: never.",
        default=20,
        at_least=0,
        at_most=10_000,
    )
    breaker_failures: float = setting(
        "The share of failures at which the breaker opens.", default=0.5, above=0, at_most=1
    )
    breaker_window_s: float = setting("Seconds over which the breaker counts.", default=10.0, at_least=1, at_most=600)
    breaker_open_s: float = setting(
        "Seconds, give or take a fifth, until an endpoint that fails is tried again.", default=5.0, above=0, at_most=600
    )
    part_open_s: float = setting(
        "Seconds, give or take a fifth, until an embed or flag that makes calls fail is tried again; 0: "
        "nobody looks for one.",
        default=10.0,
        at_least=0,
        at_most=3600,
    )
    max_in_flight: int = setting(
        "Upstream calls at the same time; 0: as many as connections.", default=0, at_least=0, at_most=10_000
    )
    calls_per_second: int = setting(
        "Upstream calls in any second, of this process; 0: no limit.", default=0, at_least=0, at_most=100_000
    )
    calls_per_minute: int = setting(
        "Upstream calls in any minute, of this process; 0: no limit.", default=0, at_least=0, at_most=1_000_000
    )
    queue_calls: int = setting("Upstream calls that wait; more are refused.", default=1000, at_least=0, at_most=100_000)
    queue_s: float = setting(
        "Seconds that an upstream call waits before it is refused.", default=2.0, at_least=0, at_most=120
    )
    hedge: bool = setting(
        "Whether a call slower than 95 of 100 is made a second time; the first answer counts.", default=False
    )

    def check(self) -> None:
        """A credential must be whole."""
        match self.auth:
            case UpstreamAuth.BASIC if self.base_url and not self.username:
                raise ValueError(_incomplete("basic", "USERNAME", "PASSWORD"))
            case UpstreamAuth.OAUTH if not (self.oauth_key and self.oauth_secret):
                raise ValueError(_incomplete("oauth", "OAUTH_KEY", "OAUTH_SECRET"))
            case _:
                pass

    @property
    def capabilities(self) -> Capabilities:
        """What the planner may count on."""
        return Capabilities(
            v2_by_id=self.v2_by_id,
            batch_size=self.batch_size,
            gaps=self.gaps,
            ignore_card_details=self.ignore_card_details,
            only_current_profile=self.only_current_profile,
            v1_kinds=frozenset(map(IdentifierKind, split(self.v1_identifiers))),
            v2_kinds=frozenset(map(IdentifierKind, split(self.v2_identifiers))),
        )

    @property
    def policy(self) -> Policy:
        """How its failures are met."""
        return Policy(
            timeout_s=self.timeout_s,
            attempts=self.attempts,
            retry_share=self.retry_share,
            retry_burst=self.retry_burst,
            breaker_calls=self.breaker_calls,
            breaker_failures=self.breaker_failures,
            breaker_window_s=self.breaker_window_s,
            breaker_open_s=self.breaker_open_s,
            facet_open_s=self.part_open_s,
            in_flight=self.max_in_flight or self.max_connections,
            per_second=self.calls_per_second,
            per_minute=self.calls_per_minute,
            queue_calls=self.queue_calls,
            queue_s=self.queue_s,
            hedge=self.hedge,
        )

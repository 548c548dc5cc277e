"""What an operator can set of the upstream organisation, and of how its failures are met."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AnyHttpUrl, Field, SecretStr, ValidationInfo, field_validator, model_validator

from gateway.facets.capabilities import V1_KINDS, V1_POSSIBLE, V2_KINDS, ById, Capabilities, Gaps
from gateway.facets.facet import IdentifierKind
from gateway.settings.base import Frozen, split
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


class UpstreamSettings(Frozen):
    """The Capillary organisation that is asked."""

    base_url: AnyHttpUrl | None = Field(
        None, description="Scheme and host of the upstream API, such as `https://eu.api.example.com`."
    )
    auth: UpstreamAuth = Field(
        UpstreamAuth.BASIC,
        description="How the gateway proves itself: `basic`, `oauth`, `none`, or `passthrough`: with what each caller "
        "sends in `Authorization` or `X-CAP-API-OAUTH-TOKEN`.",
    )
    username: str = Field("", description="Till user name, for `basic`.")
    password: SecretStr = Field(
        SecretStr(""), description="Till password in clear, for `basic`; upstream gets its MD5."
    )
    oauth_key: str = Field("", description="Client key, for `oauth`.")
    oauth_secret: SecretStr = Field(SecretStr(""), description="Client secret, for `oauth`.")
    timezone: str = Field(
        "UTC",
        description="The organisation's time zone, such as `Asia/Kolkata`: V1.1's times are in it, all are told in it.",
    )
    timeout_s: float = Field(
        10.0, gt=0, le=120, description="Seconds after which one attempt at an upstream call is given up."
    )
    deadline_s: float = Field(
        15.0, gt=0, le=600, description="Seconds that a request has for all its upstream calls, attempts and waits."
    )
    max_connections: int = Field(64, ge=1, le=10_000, description="Connections to upstream at the same time.")
    batch_size: int = Field(10, ge=1, le=100, description="Customers in one V1.1 call.")
    country_code: str = Field(
        "",
        pattern=r"^\d{0,4}$",
        description="Sent as `X-CAP-CLIENT-COUNTRYCODE` with every upstream call; upstream shows it without a meaning.",
    )
    v2_by_id: ById = Field(ById.PATH, description="How V2 takes a customer id: `path`, `lookup` or `none`.")
    gaps: Gaps = Field(
        Gaps.V1,
        description="Who tells gaps beside V1.1: `flags` for V2's gapToRenew= and gapToUpgrade=, `details` for its "
        "embed=gapDetails, `v1` for nobody.",
    )
    ignore_card_details: bool = Field(True, description="Whether V2 honours `embed=ignoreCardDetails`.")
    only_current_profile: bool = Field(False, description="Whether V2 honours `includedOnlyCurrentProfile`.")
    v1_identifiers: str = Field(
        _listed(V1_KINDS), description="Identifiers that V1.1 takes; `cardNumber` can be added."
    )
    v2_identifiers: str = Field(_listed(V2_KINDS), description="Identifiers that V2's lookup takes.")

    attempts: int = Field(2, ge=1, le=5, description="Attempts at an upstream call, the first included; 1: no retries.")
    retry_share: float = Field(
        0.1, ge=0, le=1, description="Retries and hedges that are paid for, as a share of the calls that succeed."
    )
    retry_burst: int = Field(5, ge=0, le=1000, description="Retries and hedges that are paid for in advance.")
    breaker_calls: int = Field(
        20, ge=0, le=10_000, description="The fewest calls of an endpoint after which its breaker may open; 0: never."
    )
    breaker_failures: float = Field(0.5, gt=0, le=1, description="The share of failures at which the breaker opens.")
    breaker_window_s: float = Field(10.0, ge=1, le=600, description="Seconds over which the breaker counts.")
    breaker_open_s: float = Field(
        5.0, gt=0, le=600, description="Seconds, give or take a fifth, until an endpoint that fails is tried again."
    )
    part_open_s: float = Field(
        10.0,
        ge=0,
        le=3600,
        description="Seconds, give or take a fifth, until an embed or flag that makes calls fail is tried again; 0: "
        "nobody looks for one.",
    )
    max_in_flight: int = Field(
        0, ge=0, le=10_000, description="Upstream calls at the same time; 0: as many as connections."
    )
    calls_per_second: int = Field(
        0, ge=0, le=100_000, description="Upstream calls in any second, of this process; 0: no limit."
    )
    calls_per_minute: int = Field(
        0, ge=0, le=1_000_000, description="Upstream calls in any minute, of this process; 0: no limit."
    )
    queue_calls: int = Field(1000, ge=0, le=100_000, description="Upstream calls that wait; more are refused.")
    queue_s: float = Field(2.0, ge=0, le=120, description="Seconds that an upstream call waits before it is refused.")
    hedge: bool = Field(
        False, description="Whether a call slower than 95 of 100 is made a second time; the first answer counts."
    )

    @field_validator("v1_identifiers", "v2_identifiers")
    @classmethod
    def _known_kinds(cls, value: str, info: ValidationInfo) -> str:
        possible = V1_POSSIBLE if info.field_name == "v1_identifiers" else V2_KINDS
        unknown = [name for name in split(value) if name not in set(possible)]
        if unknown:
            raise ValueError(f"names what there is not: {', '.join(unknown)}; choose from {_listed(possible)}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("is not a time zone; give a name such as Asia/Kolkata") from None
        return value

    @model_validator(mode="after")
    def _complete(self) -> "UpstreamSettings":
        match self.auth:
            case UpstreamAuth.BASIC if self.base_url and not self.username:
                raise ValueError(_incomplete("basic", "USERNAME", "PASSWORD"))
            case UpstreamAuth.OAUTH if not (self.oauth_key and self.oauth_secret.get_secret_value()):
                raise ValueError(_incomplete("oauth", "OAUTH_KEY", "OAUTH_SECRET"))
            case _:
                return self

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

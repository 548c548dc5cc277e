"""What one request carries through the gateway: whose view of upstream it is, and the customers of its answer."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from gateway.facets.facet import CustomerId, Facet


class Credential(Protocol):
    """Something that can head an upstream request with proof of who asks."""

    @property
    def principal(self) -> str:
        """Who it is, for the scope: two credentials that may see different things have different principals."""
        ...

    def at_hand(self) -> Mapping[str, str] | None:
        """The headers to send, where nothing has to be waited for."""
        ...

    async def headers(self) -> Mapping[str, str]:
        """The headers to send. Raises an `UpstreamError` where no proof can be had."""
        ...

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Told that upstream refused these headers; says whether new ones are worth a try."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose view of upstream an answer is. No cache key, batch or flight can be made without one.

    `credential` is the caller's own, where upstream is asked with it and not with the gateway's; `principal` says which
    of them two scopes share. What such a scope brought is served only while upstream accepted the credential within the
    last `accepted_for_s` seconds.
    """

    tenant: str
    principal: str
    attribution: str = ""
    language: str = ""
    credential: Credential | None = field(default=None, compare=False, repr=False)
    accepted_for_s: float = field(default=math.inf, compare=False)
    view: tuple[str, str, str, str] = field(init=False, compare=False, repr=False)
    """What of it is in keys."""
    _hash: int = field(init=False, compare=False, repr=False)
    """Everything that is kept or under way has one in its key."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "view", (self.tenant, self.principal, self.attribution, self.language))
        object.__setattr__(self, "_hash", hash(self.view))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a request may take of upstream: until when (seconds of the event loop's clock), and in whose turn."""

    until: float = math.inf
    turn: str = ""
    """Callers with different texts here take turns where upstream is asked as much as it may be. Never personal."""


class Customer(Protocol):
    """One customer of the answer, as resolvers see them."""

    @property
    def id(self) -> CustomerId:
        """Their canonical id; known once they are known to exist."""
        ...

    @property
    def merged_from(self) -> tuple[CustomerId, ...]:
        """Ids of accounts that were merged into this one, as far as this request met them."""
        ...

    async def exists(self) -> bool:
        """Whether upstream knows them. Raises a `GatewayError` where that cannot be said."""
        ...

    async def value(self, facet: Facet) -> Any:
        """The facet's value, null where upstream certified that there is none. Raises a `GatewayError`."""
        ...

    def facet_of_profile(self, name: str) -> Facet:
        """The facet of that name for the source and account the customer was asked for by."""
        ...


class Session(Protocol):
    """The customers of one request. The whole need is known before the first of them is awaited."""

    def customer(self, key: str, index: int = 0) -> Customer:
        """The customer at a root field's response key and place.

        Raises `BadUserInput` for one who cannot be, `Forbidden` for one whom the caller may not see.
        """
        ...

    def viewer(self, key: str) -> Customer | None:
        """The customer whom the caller's token names; null where it names none. Raises as `customer` does."""
        ...


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The context value of an execution."""

    session: Session

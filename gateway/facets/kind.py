"""What the catalog says of a facet: the kind, its arguments, and the sources that bring it. Values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from gateway.facets.capabilities import Capabilities
from gateway.facets.facet import Address, Endpoint, Facet
from gateway.model.excerpts import BlockReader
from gateway.model.readers import Arguments

Take = Callable[[Any, str], str | int | None]
"""From what a caller wrote and the name of the graph argument to what is sent, if anything. Raises `BadUserInput`."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Which organisations something holds for, in words for the documentation and as a function."""

    says: str
    holds: Callable[[Capabilities, Arguments], bool]


ALWAYS_SO = Condition("", lambda _capabilities, _arguments: True)
"""Of what every organisation has."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a facet. An optional one that is not given is not sent."""

    name: str
    take: Take
    required: bool = False


@dataclass(frozen=True, slots=True)
class Suppressor:
    """What keeps a block out of a call that it would come with unasked, where upstream honours it."""

    parameter: str
    value: str
    honoured: Condition = ALWAYS_SO


@dataclass(frozen=True, slots=True)
class FacetSource:
    """One way to get a facet.

    `embeds` and `flags` are what the call must carry, prerequisites included. `valued` are flags whose value is an
    argument of the facet: one call can carry only one set of them; `unvalued` are sent in their place where no
    argument is given. `narrowed` are flags with a value that keep the rest of a block away: they are sent where all
    facets of the call that they touch (`touched_by`) agree on them, and left out otherwise. `cost` is the relative
    upstream work for one customer.
    """

    endpoint: Endpoint
    read: BlockReader[Any]
    embeds: frozenset[str] = frozenset()
    flags: Mapping[str, str] = field(default_factory=dict[str, str])
    valued: Mapping[str, str] = field(default_factory=dict[str, str])
    unvalued: Mapping[str, str] = field(default_factory=dict[str, str])
    narrowed: Mapping[str, str] = field(default_factory=dict[str, str])
    touched_by: frozenset[str] = frozenset()
    suppressor: Suppressor | None = None
    cost: int = 1
    partial_codes: frozenset[str] = frozenset()
    """Warning codes which say that upstream could not bring the block this time."""
    available: Condition = ALWAYS_SO
    """Which organisations have this way, for which arguments."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long an entry is served, in seconds: as it is; after that, while it is fetched anew; when upstream fails."""

    fresh_for: float
    stale_for: float
    error_stale_for: float

    @property
    def whole(self) -> float:
        """After this an entry is of no use."""
        return self.fresh_for + max(self.stale_for, self.error_stale_for)


LONGEST_SPARE: Final = 3600
"""Seconds beyond its freshness for which an entry stands in for an upstream that fails, at the most."""


class Permission(StrEnum):
    """What a caller must hold to see a sensitive facet. The value is its name in tokens and settings."""

    FRAUD = "fraud"
    NDNC = "ndnc"
    IMAGE = "image"
    TRANSACTIONS = "transactions"


@dataclass(frozen=True, slots=True)
class FacetKind:
    """One row of the catalog. `value` is the type an entry of it holds; times are in seconds."""

    name: str
    brings: str
    value: Any
    sources: tuple[FacetSource, ...]
    parameters: tuple[Parameter, ...] = ()
    of_profile: bool = False
    """Whether it depends on the source and account asked for, and so takes them as arguments."""
    permission: Permission | None = None
    """What a caller must hold to see it; without one, whoever may see the customer sees it."""
    fresh_for: int = 300
    stale_for: int | None = None
    """As long as it is fresh, unless said otherwise."""
    error_stale_for: int | None = None
    """Twelve times as long as it is fresh, an hour at most, unless said otherwise."""

    @property
    def lifetime(self) -> Lifetime:
        """How long its entries are served, unless a setting says otherwise."""
        return Lifetime(
            self.fresh_for,
            self.fresh_for if self.stale_for is None else self.stale_for,
            min(12 * self.fresh_for, LONGEST_SPARE) if self.error_stale_for is None else self.error_stale_for,
        )

    def __call__(self, **arguments: str | int) -> Facet:
        """The facet of this kind with these arguments."""
        return Facet(self.name, tuple(sorted(arguments.items()))) if arguments else Facet(self.name)

    def of(self, address: Address, **arguments: str | int) -> Facet:
        """The facet as wanted of an address: facets of the profile differ by source and account."""
        return self(**arguments, **dict(address.profile if self.of_profile else ()))

    def taken(self, given: Mapping[str, Any], called: Mapping[str, str]) -> Mapping[str, str | int]:
        """The arguments that a caller gave, as they are sent; what is null or left out is not among them.

        `called` are the graph's names of them, for `BadUserInput`.
        """
        return {
            parameter.name: taken
            for parameter in self.parameters
            if given.get(parameter.name) is not None
            and (taken := parameter.take(given[parameter.name], called.get(parameter.name, parameter.name))) is not None
        }

    @property
    def unasked(self) -> bool:
        """Whether there is a facet of this kind without arguments, that may come with a call for others."""
        return not any(parameter.required for parameter in self.parameters)

"""What the catalog says of a facet: the kind, and the sources that bring it. Values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.facets.facet import Address, Endpoint, Facet
from gateway.model.readers import Arguments, Block, Reader

Read = Callable[[Reader, Block, Arguments], Any]


@dataclass(frozen=True, slots=True)
class FacetSource:
    """One way to get a facet.

    `embeds` and `flags` are what the call must carry, prerequisites included. `valued` are flags whose value is an
    argument of the facet: one call can carry only one value of each. `suppressed_by` names what keeps a block out
    that would come unasked. `cost` is the relative upstream work for one customer.
    """

    endpoint: Endpoint
    read: Read
    embeds: frozenset[str] = frozenset()
    flags: Mapping[str, str] = field(default_factory=dict[str, str])
    valued: Mapping[str, str] = field(default_factory=dict[str, str])
    suppressed_by: Mapping[str, str] = field(default_factory=dict[str, str])
    cost: int = 1
    partial_codes: frozenset[str] = frozenset()
    """Warning codes which say that upstream could not bring the block this time."""


@dataclass(frozen=True, slots=True)
class FacetKind:
    """One row of the catalog. `value` is the type an entry of it holds; `fresh_for` is in seconds."""

    name: str
    brings: str
    value: Any
    sources: tuple[FacetSource, ...]
    parameters: tuple[str, ...] = ()
    of_profile: bool = False
    """Whether it depends on the source and account asked for, and so takes them as arguments."""
    fresh_for: int = 300

    def __call__(self, **arguments: str | int) -> Facet:
        """The facet of this kind with these arguments."""
        return Facet(self.name, tuple(sorted(arguments.items())))

    def of(self, address: Address, **arguments: str | int) -> Facet:
        """The facet as wanted of an address: facets of the profile differ by source and account."""
        return self(**arguments, **dict(address.profile if self.of_profile else ()))

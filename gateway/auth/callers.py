"""Callers: who asks, as far as they have proved it. Values only."""

from dataclasses import dataclass
from typing import Final

from gateway.facets.facet import CustomerId, Identifier, IdentifierKind, Source
from gateway.facets.kind import Permission

EVERYTHING: Final = frozenset(Permission)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works for the brand, or a system of theirs. May look anyone up."""

    name: str
    """Which client it is, never which person."""
    permissions: frozenset[Permission]
    tenant: str | None = None
    """The only tenant that they may ask, where their token says so."""


@dataclass(frozen=True, slots=True)
class Member:
    """A customer. May see themselves alone, by the identifiers that their token carries."""

    name: str
    """Which client they use, never who they are."""
    permissions: frozenset[Permission]
    identifiers: frozenset[Identifier]
    """All of one customer, an id among them where the token names one; none in a token that names nobody."""
    source: Source = Source.INSTORE
    """The source at which the identifiers are registered, and its account."""
    account: str | None = None
    tenant: str | None = None
    """The only tenant that they may ask, where their token says so."""

    @property
    def subject(self) -> CustomerId | None:
        """The customer's id, where the token names it: whoever an identifier leads to must be this one."""
        return next((CustomerId(one.value) for one in self.identifiers if one.kind is IdentifierKind.ID), None)


Caller = Staff | Member

ANYONE: Final = Staff("", EVERYTHING)
"""Every caller where nobody is asked who they are: something in front of the gateway decides."""

__all__ = ["ANYONE", "EVERYTHING", "Caller", "Member", "Permission", "Staff"]

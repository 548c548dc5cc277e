"""The names under which things lie in a store. No identifier, account or credential can be read from one. Pure."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from gateway.context import Scope
from gateway.facets.addresses import normal_form
from gateway.facets.facet import Address, CustomerId, Facet, IdentifierKind
from gateway.model.cards import Card

LATELY: Final = 1024
"""Keys that are remembered: one request uses the same several times."""
VIEWS: Final = 256
"""Views of upstream of which it is remembered how their keys begin."""

_IDENTITY: Final = "i"

Name = tuple[CustomerId, str, str] | Address
"""A customer's id as seen at a source and account, or how they were asked for while their id is not known."""


View = tuple[str, ...]
"""Whose view of upstream a key is of: what many of them begin with."""


class Keys:
    """Keyed hashes. Two deployments with different secrets do not find, nor guess, each other's keys."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.blake2b(secret, digest_size=32).digest()
        self._key = lru_cache(LATELY)(self._key_of)
        self._identity = lru_cache(LATELY)(self._identity_of)
        self._begun = lru_cache(VIEWS)(self._begin)

    def facets(self, scope: Scope, customer: CustomerId, facets: Iterable[Facet]) -> list[str]:
        """Where entries of a customer lie, seen under a scope."""
        record = self._hash("f", scope.view, customer)
        found: list[str] = []
        for facet in facets:
            own = record.copy()
            own.update(str(facet).encode())
            found.append(f"f:{own.hexdigest()}")
        return found

    def record(self, scope: Scope, customer: CustomerId) -> str:
        """Where everything known of a customer lies in this process, seen under a scope."""
        return self._key("p", scope.view, customer)

    def identity(self, scope: Scope, address: Address) -> str:
        """Where it lies whom an address names, seen under a scope."""
        return self._identity(scope.view, address)

    def name(self, tenant: str, kind: IdentifierKind, value: str) -> str:
        """Where it lies whom an identifier names in any scope of a tenant: to invalidate, never to answer."""
        return self._key("c", (tenant, kind), normal_form(kind, value))

    def invalidated(self, tenant: str, customer: CustomerId) -> str:
        """Where it lies since when everything known of a customer is old."""
        return self._key("g", (tenant,), customer)

    def nobodies(self, tenant: str) -> str:
        """Where it lies since when everything not found is old."""
        return self._key("n", (tenant,))

    def revoked(self, scope: Scope) -> str:
        """Where it lies since when everything seen under a scope is old."""
        return self._key("r", scope.view)

    def accepted(self, scope: Scope) -> str:
        """Where it lies when upstream last accepted the credential of a scope."""
        return self._key("a", scope.view)

    def lease(self, scope: Scope, name: Name) -> str:
        """Where it lies who is fetching a customer right now."""
        return "l" + (
            self.identity(scope, name) if isinstance(name, Address) else self._key(_IDENTITY, scope.view, *name)
        )

    def once(self, *parts: str) -> str:
        """Where it lies that something was done already."""
        return self._key("o", (), *parts)

    def _identity_of(self, view: View, address: Address) -> str:
        values = (f"{one.kind}={normal_form(one.kind, one.value)}" for one in address.identifiers)
        return self._key_of(_IDENTITY, view, address.source, address.account or "", *values)

    def _key_of(self, kind: str, view: View, *parts: str) -> str:
        return f"{kind}:{self._hash(kind, view, *parts).hexdigest()}"

    def _hash(self, kind: str, view: View, *parts: str) -> "hashlib.blake2b":
        found = self._begun(kind, view).copy()
        found.update("".join([f"{len(part)}:{part}" for part in parts]).encode())
        return found

    def _begin(self, kind: str, view: View) -> "hashlib.blake2b":
        text = "".join(f"{len(part)}:{part}" for part in (kind, *view))
        return hashlib.blake2b(text.encode(), key=self._secret, digest_size=16)


def identifiers(address: Address, cards: Iterable[Card]) -> set[tuple[IdentifierKind, str]]:
    """Every identifier by which a customer may be invalidated: those asked by, and their cards."""
    found = {(one.kind, one.value) for one in address.identifiers if one.kind is not IdentifierKind.ID}
    return found | {(IdentifierKind.CARD_NUMBER, card.card_number) for card in cards if card.card_number}


def names_somebody(key: str) -> bool:
    """Whether it is whom an address names that lies under the key of a stamp, and not since when something is old."""
    return key.startswith(f"{_IDENTITY}:")

"""The policy: what a caller may ask for and see. Decided over needs, before a cache or upstream is asked. Pure.

| caller | `customer`, `customers`, `_entities` | `viewer` | facets with a permission |
| --- | --- | --- | --- |
| staff | anyone | null | if they hold it |
| member | by the identifiers of their token, at its source | themselves | if they hold it |
| member whose token names nobody | nobody | forbidden | none |

A refusal says the same whether or not there is such a customer. Whom a member's identifiers lead to is checked again
when it is known (`is_theirs`), because an identifier may have come to name somebody else since the token was issued.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.auth.callers import EVERYTHING, Caller, Member, Permission, Staff
from gateway.errors import Forbidden
from gateway.facets.addresses import normal_form
from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Address, CustomerId, Identifier, IdentifierKind
from gateway.facets.needs import Entry, Roots, Wanted

SENSITIVE: Final[Mapping[str, Permission]] = {
    kind.name: kind.permission for kind in CATALOG.values() if kind.permission is not None
}
"""The facets, by name, that ask for a permission."""

_RANKS: Final = {kind: rank for rank, kind in enumerate(IdentifierKind)}


def not_theirs() -> Forbidden:
    """The refusal of a customer."""
    return Forbidden("You may not see this customer.")


def unpermitted(permission: Permission) -> Forbidden:
    """The refusal of a field."""
    return Forbidden(f"You may not see this field: it needs the permission {permission}.", permission=permission.value)


def viewer(caller: Caller) -> Address | Forbidden | None:
    """Whom `viewer` stands for: the customer by the first identifier of their token, in the order of `IdentifierKind`.

    That is the id where the token names one, else the mobile number, the email address and so on.
    """
    match caller:
        case Staff():
            return None
        case Member(identifiers=identifiers) if identifiers:
            first = min(identifiers, key=lambda one: (_RANKS[one.kind], one.value))
            return Address((first,), caller.source, caller.account)
        case Member():
            return not_theirs()


def permitted(roots: Roots, caller: Caller) -> Roots:
    """The needs that the caller may have: a refused customer is the refusal, a refused facet is not wanted."""
    if isinstance(caller, Staff) and caller.permissions >= EVERYTHING:
        return roots
    refused = unseen(caller)
    return {key: [_permitted(entry, caller, refused) for entry in entries] for key, entries in roots.items()}


def _permitted(entry: Entry, caller: Caller, refused: Mapping[str, Permission]) -> Entry:
    match entry:
        case Wanted(address) if not may_ask(caller, address):
            return not_theirs()
        case Wanted(address, causes):
            return Wanted(address, {facet: paths for facet, paths in causes.items() if facet.name not in refused})
        case problem:
            return problem


def unseen(caller: Caller) -> Mapping[str, Permission]:
    """The facets, by name, that the caller may see of nobody, with the permission that they miss."""
    return {name: permission for name, permission in SENSITIVE.items() if permission not in caller.permissions}


def may_ask(caller: Caller, address: Address) -> bool:
    """Whether the caller may ask for the customer of an address: of several identifiers, all must be theirs."""
    match caller:
        case Staff():
            return True
        case Member():
            theirs = set(map(_comparable, caller.identifiers))
            here = (address.source, address.account or "") == (caller.source, caller.account or "")
            return here and bool(address.identifiers) and theirs.issuperset(map(_comparable, address.identifiers))


def _comparable(identifier: Identifier) -> tuple[IdentifierKind, str]:
    """Beyond ASCII to the letter: `straße` and `strasse` fold into one, and may be two people's addresses."""
    text = identifier.value
    return identifier.kind, normal_form(identifier.kind, text) if text.isascii() else text


def by_own_id(caller: Caller) -> Address | None:
    """The address of the token's id; null where there is none, and then nothing to check anybody against."""
    if not isinstance(caller, Member) or caller.subject is None:
        return None
    return Address((Identifier(IdentifierKind.ID, caller.subject),), caller.source, caller.account)


def is_theirs(
    caller: Caller,
    address: Address,
    found: CustomerId | None,
    hint: CustomerId | None,
    victims: Sequence[CustomerId],
    survivor: CustomerId | None = None,
) -> bool:
    """Whether whoever was met behind an address is one whom the caller may see.

    `found` is who answered, `hint` whose cached facets may be shown, `victims` accounts that were merged into them;
    `survivor` is who the token's own id was found to lead to. Whoever is asked for by that id is its customer: upstream
    answers with another id only for an account that it has merged. A survivor is the same person as their victims.
    """
    own = by_own_id(caller)
    if own is None or own.identifiers == address.identifiers:
        return True
    (subject,) = own.identifiers
    same = {None, subject.value, survivor, *((found,) if CustomerId(subject.value) in victims else ())}
    return same.issuperset((found, hint))

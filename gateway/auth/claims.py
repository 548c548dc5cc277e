"""From the claims of a verified token to a caller. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from gateway.auth.callers import Caller, Member, Permission, Staff
from gateway.errors import BadUserInput, Forbidden, Unauthenticated
from gateway.facets.addresses import identifier
from gateway.facets.facet import Identifier, IdentifierKind, Source

Claims = Mapping[str, Any]

_CLIENT_CLAIMS: Final = ("azp", "client_id", "appid")
_LONGEST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claim says what. A name is a claim's own, or a path of names with dots into nested ones."""

    staff: tuple[str, str] | None = None
    """The claim by which staff are known, and the value that must be in it."""
    identifiers: tuple[tuple[IdentifierKind, str], ...] = ()
    """For each kind of identifier the claim that carries the customer's own."""
    permissions: str = "scope"
    permission_prefix: str = ""
    member_permissions: frozenset[Permission] = frozenset()
    """What every customer holds, whatever their token says."""
    source: str = ""
    account: str = ""
    tenant: str = ""
    """Every token must have this one, where it has a name."""


def caller(claims: Claims, names: ClaimNames) -> Caller:
    """Who the token is of.

    Raises `Forbidden` for one that is neither of staff nor of a customer, and `Unauthenticated` for a claim that
    cannot be what it is meant to be: one that were passed over could let somebody in as another.
    """
    granted, tenant = _permissions(claims, names), _text(claims, names.tenant)
    if names.tenant and tenant is None:
        raise Forbidden("The token names no tenant.")
    if names.staff is not None and names.staff[1] in _words(_claim(claims, names.staff[0])):
        return Staff(_client(claims), granted, tenant)
    found = frozenset(one for kind, claim in names.identifiers for one in _identifiers(claims, kind, claim))
    if not found:
        raise Forbidden("The token names neither staff nor a customer.")
    source, account = _source(claims, names.source), _text(claims, names.account)
    return Member(_client(claims), granted | names.member_permissions, found, source, account, tenant)


def _claim(claims: Claims, name: str) -> Any:
    """The claim of that whole name, or at that path; null where there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        if not isinstance(found, dict):
            return None
        found = cast("Claims", found).get(part)
    return found


def _words(value: Any) -> frozenset[str]:
    """The values of a claim that is a list, or a text with blanks between them as `scope` is."""
    if isinstance(value, str):
        return frozenset(value.split())
    listed = cast("list[Any]", value) if isinstance(value, list) else []
    return frozenset(one for one in listed if isinstance(one, str))


def _permissions(claims: Claims, names: ClaimNames) -> frozenset[Permission]:
    words = _words(_claim(claims, names.permissions))
    return frozenset(one for one in Permission if f"{names.permission_prefix}{one}" in words)


def _identifiers(claims: Claims, kind: IdentifierKind, name: str) -> Iterator[Identifier]:
    """The customer's identifiers of a kind: a text or a number, or for all but the id a list of them.

    What the issuer says is not verified (`email_verified: false`) is not theirs: they may have typed in another's.
    """
    if _claim(claims, f"{name}_verified") not in (None, True, "true"):
        return
    value = _claim(claims, name)
    several = isinstance(value, list) and kind is not IdentifierKind.ID
    many: list[Any] = cast("list[Any]", value) if several else [value]
    for one in many:
        if one is None or one == "":
            continue
        if isinstance(one, bool) or not isinstance(one, str | int):
            raise Unauthenticated(f"The claim {name} of the token is not an identifier.")
        try:
            yield identifier(kind, str(one), argument=name)
        except (BadUserInput, ValueError):  # ValueError: a number too long for Python to write
            raise Unauthenticated(f"The claim {name} of the token is not an identifier.") from None


def _source(claims: Claims, name: str) -> Source:
    said = _text(claims, name)
    try:
        return Source(said) if said else Source.INSTORE
    except ValueError:
        raise Unauthenticated(f"The claim {name} of the token is not a source.") from None


def _text(claims: Claims, name: str) -> str | None:
    """A claim that is a text; null where it is not asked for, missing or empty."""
    value = _claim(claims, name) if name else None
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    raise Unauthenticated(f"The claim {name} of the token is not a text.")


def _client(claims: Claims) -> str:
    """The client that the token was issued to, for logs; never a person. Empty where the token does not say."""
    told = next((claims[name] for name in _CLIENT_CLAIMS if isinstance(claims.get(name), str)), "")
    return told if len(told) <= _LONGEST_NAME and told.isascii() and told.isprintable() else ""

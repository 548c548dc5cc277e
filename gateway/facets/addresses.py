"""From what a caller wrote in `CustomerBy` to an address, and the normal form in which identifiers compare. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from gateway.errors import BadUserInput
from gateway.facets.facet import Address, Identifier, IdentifierKind, Source

LONGEST: Final = 200
"""Characters of an identifier; the longest that upstream is known to issue are far below."""

_BIGGEST_ID: Final = 2**63 - 1
_PLAIN_ID: Final = re.compile("[1-9][0-9]{0,17}").fullmatch
"""Tells an id that is in normal form already, as nearly all are."""
_MOBILE_DECORATION: Final = re.compile(r"[\s().-]")
_NOT_PRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f]")


def address(by: Mapping[str, Any], source: Source, account: str | None, *, argument: str = "by") -> Address:
    """The address that `CustomerBy`, `source` and `accountId` name. Raises `BadUserInput` naming the argument."""
    ((name, value),) = by.items()
    account = account_of(account)
    if name == "id" and account is None and value.__class__ is str and _PLAIN_ID(value):
        return Address((Identifier(IdentifierKind.ID, value),), source)
    if account is not None and source is Source.INSTORE:
        raise BadUserInput("accountId", "the source INSTORE has no accounts; name another source or leave it out")
    if account is not None:
        _check_text(account, "accountId")
    if name == "identifiers":
        return Address(_several(cast("Sequence[Mapping[str, Any]]", value), argument), source, account)
    return Address((identifier(IdentifierKind(name), str(value), argument=f"{argument}.{name}"),), source, account)


def account_of(given: str | None) -> str | None:
    """The account of an address; a blank one is none."""
    return (given or "").strip() or None


def _several(given: Sequence[Mapping[str, Any]], argument: str) -> tuple[Identifier, ...]:
    where = f"{argument}.identifiers"
    if not given:
        raise BadUserInput(where, "is empty; give at least one identifier")
    found = tuple(
        identifier(IdentifierKind(one["kind"]), str(one["value"]), argument=f"{where}[{index}].value")
        for index, one in enumerate(given)
    )
    kinds = [one.kind for one in found]
    if len(kinds) > 1 and IdentifierKind.ID in kinds:
        raise BadUserInput(where, "names an id beside others; an id needs no company, ask by `id`")
    if len(set(kinds)) < len(kinds):
        raise BadUserInput(where, "names one kind twice; they must be identifiers of one customer")
    return found


def identifier(kind: IdentifierKind, value: str, *, argument: str) -> Identifier:
    """An identifier as it is sent upstream. Raises `BadUserInput` naming the argument, never the value."""
    text = value.strip()
    _check_text(text, argument)
    match kind:
        case IdentifierKind.ID:
            if not (text.isascii() and text.isdigit() and int(text) <= _BIGGEST_ID):
                raise BadUserInput(argument, "is not a customer id; an id is a whole number")
            text = str(int(text))
        case IdentifierKind.MOBILE:
            text = _MOBILE_DECORATION.sub("", text).removeprefix("+")
            if not (text.isascii() and text.isdigit()):
                raise BadUserInput(argument, "is not a mobile number; give the digits with the country code")
        case IdentifierKind.EMAIL:
            if "@" not in text:
                raise BadUserInput(argument, "is not an email address")
        case _:
            pass
    return Identifier(kind, text)


def _check_text(text: str, argument: str) -> None:
    if not text:
        raise BadUserInput(argument, "is empty")
    if "," in text:
        raise BadUserInput(argument, "contains a comma, which upstream would read as two values")
    if len(text) > LONGEST:
        raise BadUserInput(argument, f"is longer than {LONGEST} characters")
    if _NOT_PRINTABLE.search(text):
        raise BadUserInput(argument, "contains control characters")


def normal_form(kind: IdentifierKind, value: str) -> str:
    """The form in which two spellings of one identifier are equal."""
    match kind:
        case IdentifierKind.MOBILE:
            return _MOBILE_DECORATION.sub("", value.strip()).removeprefix("+")
        case IdentifierKind.EMAIL:
            return value.strip().casefold()
        case _:
            return value.strip()

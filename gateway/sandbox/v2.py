"""V2: which single customer a request names, and the refusals in its error list. Facts §1.1, §1.4."""

from collections.abc import Mapping
from typing import Any

from . import v2_entity
from .data import Person
from .directory import INSTORE, Directory, Kind
from .faults import Part

Json = dict[str, Any]
Params = Mapping[str, str]

IDENTIFIERS: dict[str, Kind] = {
    "mobile": "mobile",
    "email": "email",
    "externalid": "externalId",
    "cardnumber": "cardnumber",
    "cardexternalid": "cardExternalId",
    "wechat": "wechat",
    "unionid": "unionId",
    "martjackid": "martjackId",
    "fbid": "fbId",
    "line": "line",
    "cuid": "cuid",
    "id": "id",
}
# fmt: off
SOURCES = frozenset({
    "INSTORE", "MARTJACK", "WECHAT", "ALL", "MAPP_SDK", "FACEBOOK", "WEB_ENGAGE", "TMALL",
    "TAOBAO", "JD", "ECOMMERCE", "WEBSITE", "LINE", "MOBILE_APP", "OTHERS",
})
# fmt: on
MESSAGES = {
    8003: "Source is missing or not a known one",
    8012: "Source is not a known one",
    8013: "Identifier name is not a known one",
    8015: "No customer with the given identifiers",
    8130: "Identifier names and values do not pair up",
    11013: "identifierName, identifierValue and source are mandatory",
}


def lookup(
    directory: Directory, params: Params, *, takes_id: bool = False, lost: frozenset[Part] = frozenset()
) -> Json:
    """The customer whom `identifierName` and `identifierValue` name in `source`; HTTP 200 whatever it says.

    Several identifiers, in the same order in both, name ONE customer (dual eligibility, facts §3): the
    external id decides if it is among them, else the first. With `takes_id` an id is an identifier too.
    """
    basic = params.get("basicIdentifierLookup", "").lower() == "true"
    if not all(params.get(name) for name in ("identifierName", "identifierValue", "source")):
        return error(8130 if basic and params.get("source") else 11013)
    source = params["source"].upper()
    if source not in SOURCES:
        return error(8003)
    names = [name.strip().lower() for name in params["identifierName"].split(",")]
    if any(name not in IDENTIFIERS or (name == "id" and not takes_id) for name in names):
        return error(8013)
    values = [params["identifierValue"]]
    if len(names) > 1:
        values = params["identifierValue"].split(",")
        if len(names) != len(values):
            return error(8130)
    primary = names.index("externalid") if "externalid" in names else 0
    kind, value, within = IDENTIFIERS[names[primary]], values[primary], _within(source, params)
    person = _at(directory, value, within) if kind == "id" else directory.find(kind, value, within)
    return _answer(person, params, lost=lost)


def by_id(directory: Directory, id: str, params: Params, *, lost: frozenset[Part] = frozenset()) -> Json | None:
    """The customer with this id, if they have a profile in `source`; None for what is not an id at all."""
    if not _is_id(id):
        return None
    if not params.get("source"):
        return error(8003)
    source = params["source"].upper()
    if source not in SOURCES:
        return error(8012)
    return _answer(_at(directory, id, _within(source, params)), params, lost=lost)


def error(code: int, message: str | None = None) -> Json:
    """An answer that is only a refusal."""
    return {
        "warnings": [],
        "errors": [{"status": False, "code": code, "message": message or MESSAGES[code]}],
    }


def _within(source: str, params: Params) -> list[tuple[str, str]]:
    """The (source, account) pairs searched; only INSTORE goes without an account (facts §1.1)."""
    account = params.get("accountId", "")
    if source == "INSTORE":
        return [INSTORE]
    if source == "ALL":
        return [INSTORE, *((name, account) for name in sorted(SOURCES) if account)]
    return [(source, account)] if account else []


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _at(directory: Directory, id: str, within: list[tuple[str, str]]) -> Person | None:
    """The customer with this id, if one of their profiles is searched."""
    person = directory.by_id(int(id)) if _is_id(id) else None
    known = person and any((profile.source, profile.account_id) in within for profile in person.profiles)
    return person if known else None


def _answer(person: Person | None, params: Params, *, lost: frozenset[Part]) -> Json:
    if person is None or person.deleted:
        return error(8015)
    if person.merged_into is not None:
        return v2_entity.victim(person)
    return v2_entity.entity(person, params, lost=lost)

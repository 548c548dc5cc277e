"""V1.1 `customer/get`: which customers a request names, and the batch they come back in. Facts §2."""

from collections.abc import Mapping
from typing import Any

from . import v1_item
from .data import Person
from .directory import Directory, Kind
from .faults import Part
from .v1_xml import through_xml

Json = dict[str, Any]
Params = Mapping[str, str]

# In the order of precedence (facts §3), which is not documented for the last two.
IDENTIFIERS: dict[str, Kind] = {
    "mobile": "mobile",
    "external_id": "externalId",
    "email": "email",
    "id": "id",
    "card_number": "cardnumber",
    "card_external_id": "cardExternalId",
}
MESSAGES = {
    "400": "The input is invalid: check the request's parameters",
    "1011": "No customer for the given identifier",
    "1012": "No customer with the given mobile, email or external id",
    "1060": "Too many identifiers in one request",
    "8109": "Customer is deleted after PII delete request",
}


def customer_get(
    directory: Directory,
    params: Params,
    *,
    batch_limit: int = 10,
    shuffle: bool = False,
    lost: frozenset[Part] = frozenset(),
    xml_born: bool = False,
) -> Json:
    """The whole answer to a V1.1 request; HTTP 200 whatever it says.

    Customers come by ascending id and failures last, whatever was asked first. `shuffle` turns that
    round; what is `lost` is left out, with a warning; `xml_born` sends the answer as XML had it.
    """
    answer = _answer(directory, params, batch_limit=batch_limit, shuffle=shuffle, lost=lost)
    return through_xml(answer) if xml_born else answer


def _answer(directory: Directory, params: Params, *, batch_limit: int, shuffle: bool, lost: frozenset[Part]) -> Json:
    if params.get("format", "json").lower() != "json":
        return api_error(406, "Only format=json is served here")
    given = {name: _values(params[name]) for name in IDENTIFIERS if _values(params.get(name, ""))}
    if not given:
        return api_error(400, "No identifier in the request")
    name = next(iter(given))
    values = given[name] if len(given) == 1 else given[name][:1]
    if len(values) > batch_limit:
        return _batch([], [_failed("1060") for _ in values], shuffle=False)

    found: list[tuple[int, Json]] = []
    failures: list[Json] = []
    for value in values:
        person = _find(directory, name, value)
        if isinstance(person, str):
            failures.append(_failed(person))
        elif person.deleted:
            failures.append(_failed("8109", {name: value}))
        else:
            shown = directory.survivor_of(person)
            found.append((shown.id, v1_item.customer(shown, params, survivor=shown is not person, lost=lost)))
    found.sort(key=lambda pair: pair[0])
    return _batch([item for _, item in found], failures, shuffle=shuffle)


def api_error(code: int | str, message: str, *, success: str = "false") -> Json:
    """An answer about the request as a whole, with no customers in it."""
    return {"response": {"status": {"success": success, "code": code, "message": message}, "customers": None}}


def unauthorized(*, expired: bool) -> Json:
    """The refusal of a credential, whose `success` is "true" as upstream has it (facts §4)."""
    code, message = ("498", "Token expired") if expired else ("401", "Unauthorized")
    return api_error(code, message, success="true")


def _values(text: str) -> list[str]:
    return [value.strip() for value in text.split(",") if value.strip()]


def _find(directory: Directory, name: str, value: str) -> Person | str:
    """The customer, or the code that says why there is none."""
    if name == "id":
        if not (value.isascii() and value.isdigit()):
            return "400"
        return (directory.by_id(int(value)) if len(value) < 20 else None) or "1011"
    missing = "1011" if name.startswith("card_") else "1012"
    return directory.find(IDENTIFIERS[name], value) or missing


def _failed(code: str, identifier: Json | None = None) -> Json:
    status: Json = {"success": "false", "code": code, "message": MESSAGES[code], "warnings": {"warning": []}}
    return {**(identifier or {}), "item_status": status}


def _batch(found: list[Json], failures: list[Json], *, shuffle: bool) -> Json:
    if not failures:
        success, code, message = "true", 200, "Success"
    elif found:
        success, code, message = "true", 201, "Some of the requests failed"
    else:
        success, code, message = "false", 500, "All of the requests failed"
    items = [*found, *failures]
    if shuffle:
        items.reverse()
    status = {
        "success": success,
        "code": code,
        "message": message,
        "total": str(len(items)),
        "success_count": str(len(found)),
    }
    return {"response": {"status": status, "customers": {"customer": items}}}

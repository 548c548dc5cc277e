"""V2 `customerDetails` on the wire: from a planned call to a request, and from a body to outcomes. Pure. Facts §1."""

from typing import Any, Final, cast
from urllib.parse import quote

from gateway.errors import (
    BadUserInput,
    UpstreamBroken,
    UpstreamPartial,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from gateway.facets.capabilities import ById, Capabilities
from gateway.facets.facet import CustomerId, IdentifierKind
from gateway.facets.plan import Call
from gateway.facets.routes import BY_ID
from gateway.model.readers import Block, identity_of
from gateway.upstream.answers import Deleted, Failed, Found, NotFound, Outcome, Target
from gateway.upstream.codes import SERVER_FAULTS, code_of, failure, warned
from gateway.upstream.request import UpstreamRequest

LOOKUP_PATH: Final = "/v2/customers/lookup/customerDetails"
BY_ID_PATH: Final = "/v2/customers/{id}"

_NAMES: Final = {
    IdentifierKind.ID: "id",
    IdentifierKind.MOBILE: "mobile",
    IdentifierKind.EMAIL: "email",
    IdentifierKind.EXTERNAL_ID: "externalId",
    IdentifierKind.CARD_NUMBER: "cardnumber",
    IdentifierKind.CARD_EXTERNAL_ID: "cardExternalId",
    IdentifierKind.WECHAT: "wechat",
    IdentifierKind.MARTJACK_ID: "martjackId",
    IdentifierKind.FB_ID: "fbId",
    IdentifierKind.LINE: "line",
    IdentifierKind.CUID: "cuid",
    IdentifierKind.UNION_ID: "unionId",
}

_NOT_FOUND: Final = frozenset({"8015", "8065", "8089", "816", "1011", "1012", "1013"})
_DELETED: Final = "8109"
_VICTIM: Final = "8069"
"""The one asked for was merged, and this is still their own block."""
_SURVIVOR: Final = "91009"
"""The one asked for was merged, and this is the survivor's block; some tables list the code under errors."""
_BAD_INPUT: Final = {
    "8013": ("by", "upstream does not take this identifier"),
    "8130": ("by", "upstream does not take this identifier"),
    "11013": ("by", "upstream misses the identifier or the source"),
    "8003": ("source", "upstream does not know this source"),
    "8012": ("source", "upstream does not know this source"),
    "8011": ("accountId", "upstream does not know this account"),
    "8045": ("accountId", "upstream needs an account for this source"),
}
_PARTIAL: Final = frozenset({"8062", "8063"})
_UNAUTHORIZED: Final = frozenset({"401", "403", "498", "4000"})


def request(call: Call, target: Target, capabilities: Capabilities) -> UpstreamRequest:
    """The request for one customer."""
    carried = call.parameters(capabilities)
    parameters: list[tuple[str, str]] = [("source", target.address.source.value)]
    if target.address.account:
        parameters.append(("accountId", target.address.account))
    path = shown = LOOKUP_PATH
    identifying = None
    if call.by == BY_ID and capabilities.v2_by_id is ById.PATH:
        path, shown = BY_ID_PATH.replace("{id}", quote(target.identifiers[0].value, safe="")), BY_ID_PATH
    else:
        identifying = "identifierValue"
        parameters += [
            ("identifierName", ",".join(_NAMES[one.kind] for one in target.identifiers)),
            (identifying, ",".join(one.value for one in target.identifiers)),
        ]
    if carried.embeds:
        parameters.append(("embed", ",".join(carried.embeds)))
    return UpstreamRequest(path, shown, (*parameters, *carried.flags), identifying)


def outcome(body: object, target: Target, raw: bytes = b"") -> Outcome:
    """What a body says of the customer. Errors come with HTTP 200 as well (facts §1.4). `raw` is it as it came."""
    if not isinstance(body, dict):
        return Failed(UpstreamUnavailable("Upstream (V2) answered something that is not a customer."))
    entity = cast("Block", body)
    codes = _codes(entity.get("errors"))
    if refusals := [code for code in codes if code != _SURVIVOR]:
        return _refusal(refusals)
    found = identity_of(entity.get("id"))
    if found is None or not found.isdigit():
        return Failed(UpstreamUnavailable("Upstream (V2) answered a customer without an id."))
    warnings = warned((*_codes(entity.get("warnings")), *codes))
    merged = _VICTIM in warnings or _SURVIVOR in warnings
    asked = target.identifiers[0]
    if asked.kind is IdentifierKind.ID and asked.value != found and not merged:
        return Failed(UpstreamUnavailable("Upstream (V2) answered for another customer; the answer is discarded."))
    of_victim = _VICTIM in warnings
    return Found(CustomerId(found), entity, merged, warnings, of_victim, raw=raw, readers=target.readers)


def refused(status: int, *, blank: bool, by_id: bool) -> Outcome:
    """What an answer without a readable body says. By id, a blank 400 stands for an id that is none (facts §1.4)."""
    return NotFound() if status == 400 and blank and by_id else Failed(failure(status))


def _codes(items: Any) -> list[str]:
    listed = cast("list[Any]", items) if isinstance(items, list) else []
    return [code_of(cast("Block", item)) for item in listed if isinstance(item, dict)]


def _refusal(codes: list[str]) -> Outcome:
    for code in codes:
        if code in _NOT_FOUND:
            return NotFound()
        if code == _DELETED:
            return Deleted()
        if code in _BAD_INPUT:
            return Failed(BadUserInput(*_BAD_INPUT[code]))
        if code in _PARTIAL:
            return Failed(UpstreamPartial("Upstream (V2) could not bring all it was asked for."))
        if code in _UNAUTHORIZED:
            return Failed(UpstreamUnauthorized("Upstream refused the gateway's credential."))
        if code in SERVER_FAULTS:
            return Failed(UpstreamBroken(f"Upstream (V2) answered with error {code}."))
    return Failed(UpstreamUnavailable(f"Upstream (V2) answered with error {codes[0]}."))

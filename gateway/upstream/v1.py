"""V1.1 `customer/get` on the wire: from a planned call to a request, and from a body to outcomes. Pure. Facts §2."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

import orjson

from gateway.errors import (
    BadUserInput,
    GatewayError,
    UpstreamBroken,
    UpstreamInputRefused,
    UpstreamRateLimited,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from gateway.facets.addresses import normal_form
from gateway.facets.capabilities import Capabilities
from gateway.facets.facet import CustomerId, Identifier, IdentifierKind
from gateway.facets.plan import Call
from gateway.model.envelope import block_of, items, listed, response_of
from gateway.model.readers import Block, flag_of, identity_of
from gateway.upstream.answers import Deleted, Failed, Found, NotFound, Outcome, Target, Unattributed
from gateway.upstream.codes import SERVER_FAULTS, code_of, warned
from gateway.upstream.request import UpstreamRequest

PATH: Final = "/v1.1/customer/get"

_NAMES: Final = {
    IdentifierKind.ID: "id",
    IdentifierKind.MOBILE: "mobile",
    IdentifierKind.EMAIL: "email",
    IdentifierKind.EXTERNAL_ID: "external_id",
    IdentifierKind.CARD_NUMBER: "card_number",
    IdentifierKind.CARD_EXTERNAL_ID: "card_external_id",
}
_CARRIED: Final[Mapping[IdentifierKind, tuple[str, ...]]] = {
    IdentifierKind.ID: ("user_id", "id"),
    IdentifierKind.MOBILE: ("mobile",),
    IdentifierKind.EMAIL: ("email",),
    IdentifierKind.EXTERNAL_ID: ("external_id",),
}
"""Where an item carries an identifier of a kind: found ones have `user_id`, failed ones the name they were asked by."""

_NO_WARNINGS: Final = frozenset[str]()

_Key = tuple[IdentifierKind, str]
"""An identifier in its normal form."""

_NOT_FOUND: Final = frozenset({"1011", "1012", "816", "1013", "1020"})
_DELETED: Final = "8109"
_MERGED: Final = "91009"
_BAD_INPUT: Final = frozenset({"400", "1015"})
_NO_PERMISSION: Final = frozenset({"1044", "401", "403", "498"})


def request(call: Call, targets: Sequence[Target], capabilities: Capabilities) -> UpstreamRequest:
    """The request for one batch: one identifier kind, the values joined by commas."""
    name = _NAMES[targets[0].identifiers[0].kind]
    values = ",".join(target.identifiers[0].value for target in targets)
    return UpstreamRequest(PATH, PATH, ((name, values), *call.parameters(capabilities).flags), name)


def outcomes(
    body: object, targets: Mapping[int, Target], raw: bytes = b"", cuts: Sequence[bytes] = ()
) -> Mapping[int, Outcome]:
    """What a body says of each customer of the batch, by position in the needs.

    `raw` is the body as it came, `cuts` the text of each item; a batch without them was decoded whole. An item is
    attributed only by an identifier it carries, compared in normal form; the only item of a call for one customer is
    theirs.
    """
    found, failed = _items(body)
    if failed is not None:
        return dict.fromkeys(targets, Failed(failed))
    if len(targets) == 1 and len(found) < 2:
        ((position, target),) = targets.items()
        return {position: _outcome(found[0], target, raw, 0) if found else NotFound()}

    def text(place: int) -> tuple[bytes, int | None]:
        if cuts:
            return cuts[place], None
        return (raw, place) if len(targets) == 1 else _cut(found[place], raw, place)

    carried = _carried(found, {target.identifiers[0].kind for target in targets.values()})
    return {
        position: _attributed(
            _outcome(found[place], target, *text(place)) for place in carried.get(_key(target.identifiers[0]), ())
        )
        for position, target in targets.items()
    }


def _attributed(found: Iterable[Outcome]) -> Outcome:
    """The outcome of the item that carries the identifier; where a victim's survivor is in the batch too, its own."""
    return min(found, key=lambda outcome: isinstance(outcome, Found) and outcome.merged, default=Unattributed())


def _carried(items: Sequence[Block], kinds: Iterable[IdentifierKind]) -> Mapping[_Key, Sequence[int]]:
    """The places of the items that carry an identifier of these kinds."""
    found: dict[_Key, list[int]] = {}
    for kind in kinds:
        for place, item in enumerate(items):
            carried = [value for name in _CARRIED.get(kind, ()) if (value := identity_of(item.get(name)))]
            for value in {normal_form(kind, value) for value in carried}:
                found.setdefault((kind, value), []).append(place)
    return found


def _cut(item: Block, raw: bytes, place: int) -> tuple[bytes, int | None]:
    """An item's bytes, so that nobody who keeps them keeps the whole batch, but for one that is too deep to write.

    They are copied, because what orjson gives goes on holding the room that it was written in: up to twice as much.
    """
    try:
        return bytes(memoryview(orjson.dumps(item))), None
    except orjson.JSONEncodeError:
        return raw, place


def _key(identifier: Identifier) -> _Key:
    return identifier.kind, normal_form(identifier.kind, identifier.value)


def _items(body: object) -> tuple[Sequence[Block], GatewayError | None]:
    """The items of an answer, in a native or an XML-born body; or why there are none."""
    response = response_of(body)
    status = block_of(response.get("status"))
    code = code_of(status)
    if code in _NO_PERMISSION:
        return [], UpstreamUnauthorized("Upstream refused the gateway's credential.")
    if code in _BAD_INPUT:
        return [], UpstreamInputRefused(f"Upstream (V1.1) answered with code {code}.")
    if code == "429":
        return [], UpstreamRateLimited("Upstream refused the call because there were too many.")
    if not status:
        return [], UpstreamUnavailable("Upstream (V1.1) answered something that is not a list of customers.")
    found = items(response)
    if not found and any(one is not None and one != "" for one in listed(response)):
        return [], UpstreamUnavailable("Upstream (V1.1) answered customers that cannot be read.")
    if not found and code in SERVER_FAULTS:
        return [], UpstreamBroken(f"Upstream (V1.1) answered with code {code}.")
    if not found and code not in ("200", "201"):
        return [], UpstreamUnavailable(f"Upstream (V1.1) answered with code {code}.")
    return found, None


def _outcome(item: Block, target: Target, raw: bytes, place: int | None) -> Outcome:
    status = block_of(item.get("item_status"))
    code = code_of(status)
    if code == _DELETED:
        return Deleted()
    if flag_of(status.get("success")) is False:
        return _refusal(code)
    asked = target.identifiers[0]
    found = identity_of(item.get("user_id")) or (asked.value if asked.kind is IdentifierKind.ID else "")
    if not found.isdigit():
        return Failed(UpstreamUnavailable("Upstream (V1.1) answered a customer without an id."))
    warnings = _warnings(status) if status.get("warnings") else _NO_WARNINGS
    survivor = item.get("survivor_account_retrieved")
    merged = _MERGED in warnings or (survivor is not None and flag_of(survivor) is True)
    if asked.kind is IdentifierKind.ID and found != asked.value and not merged:
        return Failed(UpstreamUnavailable("Upstream (V1.1) answered for another customer; the answer is discarded."))
    return Found(CustomerId(found), item, merged, warnings, raw=raw, place=place, readers=target.readers)


def _refusal(code: str) -> Outcome:
    if code in _NOT_FOUND:
        return NotFound()
    if code in _BAD_INPUT:
        return Failed(BadUserInput("by", "upstream does not take this identifier"))
    if code in _NO_PERMISSION:
        return Failed(UpstreamUnauthorized("Upstream does not let the gateway's credential see this customer."))
    return Failed(UpstreamUnavailable(f"Upstream (V1.1) answered with item code {code}."))


def _warnings(status: Block) -> frozenset[str]:
    """Warnings are bare code strings; an XML-born body has one string, or an empty list for the wrapper."""
    found: Any = block_of(status.get("warnings")).get("warning")
    listed = cast("list[object]", found) if isinstance(found, list) else [found]
    return warned(code_of(block_of(one) or {"code": one}) for one in listed if one)

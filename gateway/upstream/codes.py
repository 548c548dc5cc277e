"""What a status says, in HTTP or in a body: shared by both endpoints and the token call. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from gateway.errors import (
    GatewayError,
    UpstreamBroken,
    UpstreamRateLimited,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from gateway.model.readers import Block, identity_of


def code_of(block: Block) -> str:
    """The `code` of a status, error or warning, a number or a text upstream. What is no code is not repeated."""
    found = identity_of(block.get("code"))
    return found if found and len(found) <= _LONGEST and found.isdecimal() else "unknown"


def warned(codes: Iterable[str]) -> frozenset[str]:
    """The codes as a set: the same one for the same codes. Upstream warns of the same all day, and pages keep it."""
    return _warned(tuple(codes))


@lru_cache(maxsize=256)
def _warned(codes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(codes)


_LONGEST: Final = 6
"""Digits of a code."""
_REFUSED_IN_JSON: Final = re.compile(rb'"code"\s*:\s*"?(401|498)\b')
_REFUSED_IN_XML: Final = re.compile(rb"<code>\s*(401|403|498)\s*</code>")
SERVER_FAULTS: Final = frozenset({"500", "502", "503", "504", "4001"})
"""Codes in a body which say that upstream itself failed; 4001: its own authorization cannot be reached (facts §4)."""
_SHORT: Final = 2048
"""A refusal is short; nothing further in is looked at."""


def expired(status: int, body: bytes) -> bool:
    """Whether a credential was refused, in HTTP or in the body under another status (facts §4)."""
    if status in (401, 498):
        return True
    if len(body) > _SHORT and body.startswith(b"{"):
        return False
    head = body[:_SHORT]
    in_body = _REFUSED_IN_JSON.search(head) if len(body) <= _SHORT else None
    return bool(in_body) or bool(_xml(head) and _REFUSED_IN_XML.search(head))


def refusal_in_xml(body: bytes) -> GatewayError | None:
    """The refusal of a credential that comes in XML even to who asks for JSON (facts §4)."""
    head = body[:_SHORT]
    if _xml(head) and _REFUSED_IN_XML.search(head):
        return UpstreamUnauthorized("Upstream refused the gateway's credential.")
    return None


def _xml(head: bytes) -> bool:
    return head.lstrip().startswith(b"<")


def failure(status: int) -> GatewayError:
    """The error that an HTTP status stands for, where no body says more."""
    if status in (401, 403, 498):
        return UpstreamUnauthorized("Upstream refused the gateway's credential.")
    if status == 429:
        return UpstreamRateLimited("Upstream refused the call because there were too many.")
    if status == 200:
        return UpstreamBroken("Upstream answered something that is not JSON.")
    if status >= 500:
        return UpstreamBroken(f"Upstream answered with HTTP status {status}.")
    return UpstreamUnavailable(f"Upstream answered with HTTP status {status}.")

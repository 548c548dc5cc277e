"""What a status says, in HTTP or in a body: shared by both endpoints and the token call. Pure."""

import re
from datetime import UTC

from gateway.errors import GatewayError, UpstreamRateLimited, UpstreamUnauthorized, UpstreamUnavailable
from gateway.model.readers import Block, Reader


def code_of(block: Block) -> str:
    """The `code` of a status, error or warning, a number or a text upstream. What is no code is not repeated."""
    found = Reader(UTC).identity(block, "code") or ""
    return found if re.fullmatch(r"\d{1,6}", found) else "unknown"


def failure(status: int) -> GatewayError:
    """The error that an HTTP status stands for, where no body says more."""
    if status in (401, 403):
        return UpstreamUnauthorized("Upstream refused the gateway's credential.")
    if status == 429:
        return UpstreamRateLimited("Upstream refused the call because there were too many.")
    if status == 200:
        return UpstreamUnavailable("Upstream answered something that is not JSON.")
    return UpstreamUnavailable(f"Upstream answered with HTTP status {status}.")

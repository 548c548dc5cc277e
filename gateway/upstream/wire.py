"""The port by which a GET goes to upstream without what httpx builds around one."""

from collections.abc import Awaitable
from typing import Final, NamedTuple, Protocol, runtime_checkable

import httpx

MOST_BYTES: Final = 16 * 1024 * 1024
"""An answer larger than this is not read to its end. The largest documented one has about 80 KB."""

Headers = list[tuple[bytes, bytes]]


class WireReply(NamedTuple):
    """An answer that came whole. The headers are as upstream wrote them, without those behind the body."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: bytes) -> str | None:
        """The first header of that name, given in lower case."""
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == name), None)


class Wire(Protocol):
    """The way to one upstream."""

    def get(self, target: bytes, headers: bytes, *, until: float, most: int) -> Awaitable[WireReply]:
        """Asks for a target, with header lines that each end in CRLF, and gives the unpacked body of what is answered.

        Both are written as they are. It takes until a moment of the event loop's clock at the most, and `most` bytes,
        packed or not. Raises httpx's transport errors, and `UpstreamUnavailable` for a body that is too large or cannot
        be unpacked.
        """
        ...


@runtime_checkable
class Wired(Protocol):
    """An httpx transport that has such a way too, over the same connections."""

    def wire(self, url: httpx.URL) -> Wire:
        """The way to the upstream at a URL, of which scheme, host and port count."""
        ...

"""The body of an answer as it comes in: unpacked, and never more of it than is allowed."""

import zlib
from typing import Final

from gateway.errors import UpstreamUnavailable

_GZIP: Final = 16 + zlib.MAX_WBITS


class Body:
    """Takes parts as they come from the wire. Raises `UpstreamUnavailable` for what is too large or not readable.

    httpx unpacks a part before anybody can say how much is too much: 264 bytes were seen to take 144 MB.
    """

    def __init__(self, encoding: str, *, most: int) -> None:
        self.read = bytearray()
        self._most = most
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip"):
            raise UpstreamUnavailable("Upstream answered in an encoding that was not asked for.")
        self._unpack = zlib.decompressobj(_GZIP) if encoding == "gzip" else None

    def take(self, part: bytes) -> None:
        """Adds a part."""
        if self._unpack is None:
            self.read += part
        else:
            try:
                self.read += self._unpack.decompress(part, self._most + 1 - len(self.read))
            except zlib.error as error:
                raise UpstreamUnavailable("Upstream answered what cannot be unpacked.") from error
        if len(self.read) > self._most:
            raise UpstreamUnavailable("Upstream answered more than can be read.")

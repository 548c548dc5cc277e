"""The body of an answer as it comes in: unpacked, and never more of it than is allowed."""

import zlib
from typing import Final

from gateway.errors import UpstreamUnavailable

_GZIP: Final = 16 + zlib.MAX_WBITS


class Body:
    """Takes parts as they come from the wire. Raises `UpstreamUnavailable` for what is too large or not readable.

    httpx unpacks a part before anybody can say how much is too much: 264 bytes were seen to take 144 MB.
    """

    __slots__ = ("_most", "_parts", "_size", "_unpack")

    def __init__(self, encoding: str, *, most: int) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._most = most
        if encoding:
            encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip"):
            raise UpstreamUnavailable("Upstream answered in an encoding that was not asked for.")
        self._unpack = zlib.decompressobj(_GZIP) if encoding == "gzip" else None

    def take(self, part: bytes) -> None:
        """Adds a part."""
        if self._unpack is not None:
            try:
                part = self._unpack.decompress(part, self._most + 1 - self._size)
            except zlib.error as error:
                raise UpstreamUnavailable("Upstream answered what cannot be unpacked.") from error
        self._size += len(part)
        if self._size > self._most:
            raise UpstreamUnavailable("Upstream answered more than can be read.")
        self._parts.append(part)

    def whole(self) -> bytes:
        """All that came, in one piece."""
        parts = self._parts
        return parts[0] if len(parts) == 1 else b"".join(parts)

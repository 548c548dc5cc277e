"""One customer's block of an answer, as the bytes that came: read facet by facet, when each is wanted."""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, Final

import orjson

from gateway.model.readers import Anomaly, Arguments, Block, Reader

Read = Callable[[Reader, Block, Arguments], Any]

OVERHEAD: Final = 200
"""Bytes that a page costs beside its text."""


class Page:
    """The JSON text of one block. `zone` is that of upstream's unzoned times.

    The text is parsed when something is read and nothing of it is at hand any more; `cool` lets go of what is.
    """

    __slots__ = ("_block", "_raw", "_zone")

    def __init__(self, raw: bytes, zone: tzinfo, block: Block | None = None) -> None:
        self._raw = raw
        self._zone = zone
        self._block = block

    def __len__(self) -> int:
        return len(self._raw) + OVERHEAD

    def read(self, read: Read, arguments: Mapping[str, str | int]) -> tuple[Any, Sequence[Anomaly]]:
        """What a reader finds in the block, and what it could not read. Raises whatever the reader does."""
        if self._block is None:
            self._block = orjson.loads(self._raw)
        reader = Reader(self._zone)
        return read(reader, self._block, arguments), reader.anomalies

    def cool(self) -> None:
        """Keeps the text alone."""
        self._block = None

"""What a call brought of one customer, as it came: any facet of it can be read now or later. Pure."""

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

import orjson

from gateway.facets.facet import Endpoint, Facet
from gateway.facets.kind import FacetSource
from gateway.model.envelope import items, response_of
from gateway.model.readers import Anomaly, Block, Reader


@dataclass(slots=True, eq=False)
class Page:
    """The bytes of one customer's block, which can be parsed, and `zone`, which upstream's unzoned times are of.

    `raw` is the block, or with `place` a body of V1.1 in which it is at that place among the customers. `block` is what
    became of it: a page is hot while it has that, and parses again when it is read cold. `warnings` are the codes that
    came with it.
    """

    endpoint: Endpoint
    raw: bytes = field(repr=False)
    zone: tzinfo
    warnings: frozenset[str] = frozenset()
    place: int | None = None
    block: Block | None = field(default=None, repr=False)
    _told: set[Anomaly] | None = field(default=None, init=False, repr=False)

    def __len__(self) -> int:
        """The bytes that it holds once it is cool."""
        return len(self.raw)

    def read(self, facet: Facet, way: FacetSource) -> tuple[Any, tuple[Anomaly, ...]]:
        """A facet's value by a way of this endpoint, and what could not be read that no reading before has told.

        JSON that is handed on as it came is part of what the page reads from: it must not be changed. Raises what the
        way raises, which then told nothing.
        """
        if way.endpoint is not self.endpoint:
            raise LookupError(f"{self.endpoint.value} does not bring {facet} this way")
        reader, block = Reader(self.zone), self.block
        value = way.read(reader, self._parsed() if block is None else block, facet.argument_values)
        return value, self._untold(reader.anomalies) if reader.anomalies else ()

    def partial(self, way: FacetSource) -> bool:
        """Whether upstream said that it could not bring what this way reads."""
        return not way.partial_codes.isdisjoint(self.warnings)

    def cool(self) -> None:
        """Lets go of what was parsed, which takes many times the bytes."""
        self.block = None

    def _parsed(self) -> Block:
        parsed: Any = orjson.loads(self.raw)
        found = self.block = parsed if self.place is None else items(response_of(parsed))[self.place]
        return found

    def _untold(self, anomalies: list[Anomaly]) -> tuple[Anomaly, ...]:
        """Facets that read the same block meet the same ones. There are as many as fields and types, at the most."""
        told = self._told = self._told or set()
        found = tuple(anomaly for anomaly in dict.fromkeys(anomalies) if anomaly not in told)
        told.update(found)
        return found

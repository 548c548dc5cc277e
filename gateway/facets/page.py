"""What a call brought of one customer, as it came: any facet of it can be read now or later. Pure."""

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, Final

from gateway.facets.facet import Endpoint, Facet
from gateway.facets.kind import FacetSource
from gateway.model.envelope import items, response_of
from gateway.model.excerpts import Readers, decoded, decoder
from gateway.model.readers import Anomaly, Block, Reader

_WHOLE: Final = decoder(None)


@dataclass(slots=True, eq=False)
class Page:
    """The bytes of one customer's block, which can be decoded, and `zone`, which upstream's unzoned times are of.

    `raw` is the block, or with `place` a body of V1.1 in which it is at that place among the customers. `block` is what
    became of it, for these `readers` alone if they are told: a page is hot while it has that, and decodes again, and
    then all of it, for others and when it is read cold. `warnings` are the codes that came with it.
    """

    endpoint: Endpoint
    raw: bytes = field(repr=False)
    zone: tzinfo
    warnings: frozenset[str] = frozenset()
    place: int | None = None
    block: Block | None = field(default=None, repr=False)
    readers: Readers | None = field(default=None, repr=False)
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
        block, readers = self.block, self.readers
        if block is None or (readers is not None and way.read not in readers):
            block = self._decoded()
        reader = Reader(self.zone)
        value = way.read.read(reader, block, facet.argument_values)
        return value, self._untold(reader.anomalies) if reader.anomalies else ()

    def partial(self, way: FacetSource) -> bool:
        """Whether upstream said that it could not bring what this way reads."""
        return not way.partial_codes.isdisjoint(self.warnings)

    def cool(self) -> None:
        """Lets go of what was decoded, which takes many times the bytes."""
        self.block = None

    def _decoded(self) -> Block:
        whole: Any = decoded(self.raw, _WHOLE)
        found = self.block = whole if self.place is None else items(response_of(whole))[self.place]
        self.readers = None
        return found

    def _untold(self, anomalies: list[Anomaly]) -> tuple[Anomaly, ...]:
        """Facets that read the same block meet the same ones. There are as many as fields and types, at the most."""
        told = self._told = self._told or set()
        found = tuple(anomaly for anomaly in dict.fromkeys(anomalies) if anomaly not in told)
        told.update(found)
        return found

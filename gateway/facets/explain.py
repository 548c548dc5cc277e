"""What explain says of a request: its calls with the fields that caused them, and what came from the cache. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.facets.facet import Facet
from gateway.facets.plan import Call


@dataclass(frozen=True, slots=True)
class ExplainedCall:
    """One call. `customers` and `params` are masked; `status` and `ms` are null for a call that was not made."""

    call: Call
    path: str
    params: Mapping[str, str]
    customers: Sequence[str]
    cause: Mapping[Facet, Sequence[str]]
    status: int | None = None
    ms: float | None = None

    def as_json(self) -> Mapping[str, Any]:
        """The form of `extensions.explain.calls[]`."""
        return {
            "endpoint": self.call.endpoint.value,
            "path": self.path,
            "params": dict(self.params),
            "customers": list(self.customers),
            "facets": sorted(map(str, self.call.facets)),
            "wave": self.call.wave,
            "status": self.status,
            "ms": None if self.ms is None else round(self.ms, 2),
            "cause": {str(facet): list(paths) for facet, paths in sorted(self.cause.items())},
        }


@dataclass(slots=True)
class Explanation:
    """Collects what happened while a request was answered."""

    calls: list[ExplainedCall] = field(default_factory=list[ExplainedCall])
    lower_bound: int = 0
    """Calls that no plan could have gone below, given what was known."""
    hit: list[Facet] = field(default_factory=list[Facet])
    missed: list[Facet] = field(default_factory=list[Facet])

    def as_json(self) -> Mapping[str, Any]:
        """The form of `extensions.explain`. Nothing is served stale or joined in flight yet, so those are empty."""
        return {
            "calls": [call.as_json() for call in self.calls],
            "lowerBound": self.lower_bound,
            "cache": {
                "hit": sorted(map(str, self.hit)),
                "stale": [],
                "missed": sorted(map(str, self.missed)),
                "joined": [],
            },
        }


def causes_of(call: Call, wanted: Iterable[Mapping[Facet, tuple[str, ...]]]) -> Mapping[Facet, Sequence[str]]:
    """For each facet the call is made for, the fields that want it, each once."""
    found: dict[Facet, dict[str, None]] = {facet: {} for facet in call.facets}
    for causes in wanted:
        for facet in call.facets:
            found[facet] |= dict.fromkeys(causes.get(facet, ()))
    return {facet: list(paths) for facet, paths in found.items()}

"""What explain says of a request: its calls with the fields that caused them, and what came from the cache. Pure."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gateway.facets.cost import upstream_cost
from gateway.facets.facet import Facet
from gateway.facets.plan import Call


@dataclass(frozen=True, slots=True)
class Shown:
    """What a call looks like to people. `customers` and `params` are masked.

    `identifying` is the parameter whose value names the customers, if one does. `sends` are the parameters that each
    facet needs, as `name=value`.
    """

    path: str
    params: Mapping[str, str]
    identifying: str | None
    customers: Sequence[str]
    cause: Mapping[Facet, Sequence[str]]
    sends: Mapping[Facet, Sequence[str]]


@dataclass(frozen=True, slots=True)
class ExplainedCall:
    """One call; `shown` works out how it looks, for who asks. One not made has nothing but these two.

    `began` is when, in Unix seconds; `size` is how many bytes the body had, uncompressed.
    """

    call: Call
    shown: Callable[[], Shown]
    status: int | None = None
    ms: float | None = None
    attempts: int | None = None
    began: float | None = None
    size: int | None = None

    @property
    def made(self) -> bool:
        """Whether it was made, not only planned."""
        return self.ms is not None

    def told(self) -> str:
        """For operators, without anybody's values: `V1.1[PROGRAMS,SLAB_HISTORY]x3 200 41ms`, a dash for no status."""
        names = ",".join(sorted({facet.name for facet in self.call.facets}))
        status = "-" if self.status is None else self.status
        return f"{self.call.endpoint.value}[{names}]x{len(self.call.customers)} {status} {self.ms or 0.0:.0f}ms"

    def as_json(self, since: float) -> Mapping[str, Any]:
        """The form of `extensions.explain.calls[]`. `since` is when the first of the calls began."""
        shown = self.shown()
        return {
            "endpoint": self.call.endpoint.value,
            "path": shown.path,
            "params": dict(shown.params),
            "identifying": shown.identifying,
            "customers": list(shown.customers),
            "facets": sorted(map(str, self.call.facets)),
            "wave": self.call.wave,
            "status": self.status,
            "start": None if self.began is None else round((self.began - since) * 1000, 2),
            "ms": None if self.ms is None else round(self.ms, 2),
            "bytes": self.size,
            "attempts": self.attempts,
            "cause": {str(facet): list(paths) for facet, paths in sorted(shown.cause.items())},
            "sends": {str(facet): list(sent) for facet, sent in sorted(shown.sends.items())},
        }


class Counts(NamedTuple):
    """What is counted of an explanation: calls made, and the names of facets with what the cache knew of each."""

    made: int
    facets: Sequence[tuple[str, str]]


@dataclass(slots=True, eq=False)
class Explanation:
    """Collects what happened while a request was answered."""

    calls: list[ExplainedCall] = field(default_factory=list[ExplainedCall])
    cold: int = 0
    """Calls that would have been made if nothing had been known of anybody."""
    lower_bound: int = 0
    """Calls that no plan could have gone below, given what was known."""
    hit: list[Facet] = field(default_factory=list[Facet])
    stale: list[Facet] = field(default_factory=list[Facet])
    missed: list[Facet] = field(default_factory=list[Facet])
    joined: list[Facet] = field(default_factory=list[Facet])
    """What somebody else was fetching already."""
    spared: list[Facet] = field(default_factory=list[Facet])
    """What upstream failed to bring, so that an older value was served."""
    ages: dict[Facet, float] = field(default_factory=dict[Facet, float])
    """Seconds since upstream was asked for what was served from the cache; the oldest of several customers."""
    fresh_for: float = math.inf
    """Seconds for which everything served stays fresh."""
    _counts: Counts | None = field(default=None, init=False, repr=False)

    def counts(self) -> Counts:
        """What is counted of it, when nothing more will be noted; worked out once for all who repeat the answer."""
        if self._counts is None:
            states = (
                ("hit", self.hit),
                ("stale", self.stale),
                ("missed", self.missed),
                ("joined", self.joined),
                ("spared", self.spared),
            )
            facets = [(facet.name, state) for state, found in states for facet in found]
            self._counts = Counts(sum(call.made for call in self.calls), facets)
        return self._counts

    @property
    def cost(self) -> int:
        """What was made upstream for this request, or would have been (see `facets.cost`)."""
        return upstream_cost(explained.call for explained in self.calls)

    def served(self, facet: Facet, age: float, fresh_for: float, *, cached: bool = False) -> None:
        """Notes a facet that the answer rests on."""
        self.lasting(max(0.0, fresh_for - age))
        if cached:
            self.ages[facet] = max(age, self.ages.get(facet, 0.0))

    def lasting(self, seconds: float) -> None:
        """Notes that something the answer rests on stays fresh for so long."""
        self.fresh_for = min(self.fresh_for, seconds)

    def as_json(self, wanted: Iterable[Mapping[Facet, tuple[str, ...]]] = ()) -> Mapping[str, Any]:
        """The form of `extensions.explain`. `wanted`: the facets of each customer, and which fields want them."""
        since = min((call.began for call in self.calls if call.began is not None), default=0.0)
        return {
            "calls": [call.as_json(since) for call in self.calls],
            "lowerBound": self.lower_bound,
            "fields": {str(facet): list(paths) for facet, paths in sorted(fields_of(wanted).items())},
            "cache": {
                "hit": sorted(map(str, self.hit)),
                "stale": sorted(map(str, self.stale)),
                "missed": sorted(map(str, self.missed)),
                "joined": sorted(map(str, self.joined)),
                "spared": sorted(map(str, self.spared)),
                "ages": {str(facet): round(age, 1) for facet, age in sorted(self.ages.items())},
            },
        }


def fields_of(wanted: Iterable[Mapping[Facet, tuple[str, ...]]]) -> Mapping[Facet, Sequence[str]]:
    """For each facet that is wanted of any customer, the fields that want it, each once."""
    found: dict[Facet, dict[str, None]] = {}
    for causes in wanted:
        for facet, paths in causes.items():
            found.setdefault(facet, {}).update(dict.fromkeys(paths))
    return {facet: list(paths) for facet, paths in found.items()}


def causes_of(call: Call, wanted: Iterable[Mapping[Facet, tuple[str, ...]]]) -> Mapping[Facet, Sequence[str]]:
    """For each facet the call is made for, the fields that want it, each once."""
    found: dict[Facet, dict[str, None]] = {facet: {} for facet in call.facets}
    for causes in wanted:
        for facet in call.facets:
            found[facet] |= dict.fromkeys(causes.get(facet, ()))
    return {facet: list(paths) for facet, paths in found.items()}

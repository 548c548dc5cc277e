"""Which facets make a call fail, found by asking for parts of it; and which are left out for a while. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTENCE
from gateway.facets.facet import Facet
from gateway.facets.parameters import Parameters, parameters
from gateway.facets.plan import Call
from gateway.upstream.retries import Draw

Facets = frozenset[Facet]

MOST_QUESTIONS: Final = 24
"""Calls of one search, before what it found is confirmed. One culprit of 40 facets takes 13."""
MOST_BROKEN: Final = 64
"""Facets left out at the same time; with more of them it is not facets that are broken."""


class Bisection:
    """Finds the facets that make a call fail, in questions of one or more calls at a time.

    The first is what needs no parameter: where that fails too, it is not for the parameters. Then halves of what
    failed, down to facets that need the same parameters. Those accused in the end are asked for twice more, beside
    what needs no parameter, because a bad day of upstream's accuses anybody.
    Where questions that fail take long (`slow`), all parts are asked for at once instead of halves.
    """

    def __init__(self, call: Call, capabilities: Capabilities, *, slow: bool = False) -> None:
        groups: dict[Parameters, set[Facet]] = {}
        plain = parameters(call.endpoint, frozenset({EXISTENCE()}), capabilities)
        for facet in sorted(call.facets):
            needed = parameters(call.endpoint, frozenset({facet}), capabilities)
            groups.setdefault(needed, set()).add(facet)
        self._bare = frozenset(groups.pop(plain, {EXISTENCE()}))
        self._groups = [frozenset(group) for _, group in sorted(groups.items(), key=lambda one: repr(one[0]))]
        self._left = MOST_QUESTIONS
        self._slow = slow
        self._open: list[Sequence[Facets]] = [()]
        self._accused: list[Facets] = []
        self._confirming = False
        self.culprits: Facets = frozenset()
        """Those found, at the end."""

    @property
    def hopeless(self) -> bool:
        """Whether there is nothing to tell apart."""
        return not self._groups

    def questions(self) -> list[Facets]:
        """The facets of the calls that are to be made next, at the same time; none: the search is over."""
        return [Facets().union(*part) if part else self._bare for part in self._open]

    def answered(self, failed: Sequence[bool]) -> None:
        """Told which of the calls failed, in their order."""
        if self._confirming:
            self._open, (bare, *again) = [], failed
            sure = [group for place, group in enumerate(self._accused) if all(again[2 * place : 2 * place + 2])]
            self.culprits = Facets() if bare else Facets().union(*sure)
            return
        self._left -= len(failed)
        asked, self._open = self._open, []
        for part, bad in zip(asked, failed, strict=True):
            match part:
                case ():
                    self._open += [] if bad else self._first()
                case (only,):
                    self._accused += [only] if bad else []
                case _:
                    self._open += _halves(part) if bad else ()
        if len(self._open) > self._left:
            self._open = []
        if not self._open and self._accused:
            self._confirming = True
            self._open = [(), *((group,) for group in self._accused for _ in range(2))]

    def _first(self) -> Iterator[Sequence[Facets]]:
        if self._slow and len(self._groups) <= self._left:
            return ((group,) for group in self._groups)
        return _halves(self._groups)


def _halves(groups: Sequence[Facets]) -> Iterator[Sequence[Facets]]:
    """Both halves of groups that fail together; of one alone, itself."""
    middle = len(groups) // 2
    yield from (tuple(half) for half in (groups[:middle], groups[middle:]) if half)


class BrokenFacets:
    """The facets of one endpoint that are left out, each until it is worth another try. Times are seconds."""

    def __init__(self, *, open_s: float, draw: Draw) -> None:
        self._open_s = open_s
        self._draw = draw
        self._until: dict[Facet, float] = {}
        self._tried: set[Facet] = set()
        self.facets: Facets = frozenset()
        """Those left out."""

    def found(self, facets: Facets, now: float) -> None:
        """Leaves facets out from now on, or for longer."""
        for facet in facets:
            if facet in self._until or len(self._until) < MOST_BROKEN:
                self._until[facet] = now + self._open_s * (0.8 + 0.4 * self._draw())
        self._tried -= facets
        self.facets = frozenset(self._until)

    def due(self, now: float) -> Facets:
        """The facets that are worth another try, and that nobody is trying."""
        return Facets(facet for facet, until in self._until.items() if until <= now) - self._tried

    def take(self, facet: Facet, now: float) -> bool:
        """Whether a facet is to be tried; then whoever asks tries it, and says how that ended."""
        due = facet in self.due(now)
        if due:
            self._tried.add(facet)
        return due

    def tried(self, facet: Facet, now: float, *, succeeded: bool) -> None:
        """Told how the try ended; one that could not be made did not succeed."""
        self.found(frozenset({facet}), now)
        if succeeded:
            del self._until[facet]
            self.facets = frozenset(self._until)

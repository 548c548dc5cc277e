"""Looks for the facets that make an endpoint fail, and tries those again that are left out. Behind the requests."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from gateway.context import Scope
from gateway.facets.capabilities import Capabilities
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.plan import Call
from gateway.telemetry.events import Emit, FacetBreakerChanged
from gateway.upstream.answers import Target
from gateway.upstream.suspects import Bisection, BrokenFacets, Facets

Targets = Mapping[int, Target]


class Question(NamedTuple):
    """A call that is made for what it says of upstream, not for its answer."""

    call: Call
    targets: Targets
    scope: Scope


Ask = Callable[[Question], Awaitable[bool | None]]
"""Whether upstream fails at the question; null where that cannot be said."""


class Investigator:
    """The detective of one endpoint.

    One search at a time; after one that found nothing the next may begin `rest_s` later, so that an upstream that
    fails altogether gets a single call more in that time. `relieved` is called when facets are found guilty of what
    the endpoint was blamed for.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        capabilities: Capabilities,
        broken: BrokenFacets,
        ask: Ask,
        emit: Emit,
        *,
        rest_s: float,
        relieved: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self._endpoint = endpoint
        self._capabilities = capabilities
        self._broken = broken
        self._ask = ask
        self._emit = emit
        self._rest_s = rest_s
        self._relieved = relieved
        self._clock = clock
        self._search: asyncio.Task[Facets] | None = None
        self._rests_until = float("-inf")
        self._cleared: set[Facet] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    def succeeded(self, question: Question) -> None:
        """Told of a call that succeeded: nothing on it fails always."""
        if self._search is not None:
            self._cleared |= question.call.facets

    def try_again(self, question: Question) -> None:
        """Tries a facet that is left out, behind the requests, if nobody does already. It is the only one asked for."""
        (facet,) = question.call.facets
        if self._broken.take(facet, self._clock()):
            self._keep(asyncio.create_task(self._try(facet, question)))

    async def culprits(self, question: Question, until: float, *, slow: bool) -> Facets:
        """The facets that made a call fail, as far as that is found before `until`. Empty: it failed as a whole.

        `slow`: it took too long.
        """
        facets = question.call.facets
        if known := facets & self._broken.facets:
            return known
        began = self._search is None and self._begin(question, slow=slow)
        search = self._search
        known = await self.known(question, until)
        if began and search is not None and search.done() and not search.cancelled():
            return facets & search.result()
        return known

    @property
    def searching(self) -> bool:
        """Whether a search is under way."""
        return self._search is not None

    async def known(self, question: Question, until: float) -> Facets:
        """The facets of a call that are left out, after the search that is under way, if that ends before `until`."""
        if self._search is not None:
            left = until - self._clock()
            await asyncio.wait({self._search}, timeout=left if math.isfinite(left) else None)
        return question.call.facets & self._broken.facets

    async def close(self) -> None:
        """Ends whatever is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, question: Question, *, slow: bool) -> bool:
        bisection = Bisection(question.call, self._capabilities, slow=slow)
        if self._clock() < self._rests_until or bisection.hopeless:
            return False
        self._cleared.clear()
        self._search = asyncio.create_task(self._find(bisection, question))
        self._search.add_done_callback(self._ended)
        self._keep(self._search)
        return True

    def _ended(self, _: asyncio.Task[Facets]) -> None:
        self._search = None

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _find(self, bisection: Bisection, question: Question) -> Facets:
        """Searches. What others were given meanwhile is not remembered: it fails for this customer, or by chance."""
        while asked := bisection.questions():
            parts = (question._replace(call=replace(question.call, facets=facets)) for facets in asked)
            failed = await asyncio.gather(*map(self._ask, parts))
            if None in failed:
                break
            bisection.answered([bool(one) for one in failed])
        if guilty := bisection.culprits - self._cleared:
            self._broken.found(guilty, self._clock())
            self._relieved()
            for name in sorted({facet.name for facet in guilty}):
                self._emit(FacetBreakerChanged(self._endpoint, name, left_out=True))
        else:
            self._rests_until = self._clock() + self._rest_s
        return bisection.culprits

    async def _try(self, facet: Facet, question: Question) -> None:
        well = False
        try:
            well = await self._ask(question) is False
        finally:
            self._broken.tried(facet, self._clock(), succeeded=well)
        if well:
            self._emit(FacetBreakerChanged(self._endpoint, facet.name, left_out=False))

"""Calls that an unwell upstream does not take the gateway down with: the one piece around `UpstreamClient.perform`.

A call passes, from outside to inside: the search for facets that make it fail (`investigator`), retries (`retries`),
the endpoint's breaker (`breaker`), the queues before it and before upstream (`turnstile`), `hedging`, and the client's
own timeout. Everything that decides is pure and apart; here it is only put together.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from gateway.context import Allowance, Scope
from gateway.errors import Overloaded, UpstreamTimeout, UpstreamUnavailable
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTS
from gateway.facets.facet import Endpoint
from gateway.facets.plan import Call
from gateway.telemetry.events import BreakerChanged, CallHedged, CallRetried, CallShed, Emit, RateLowered
from gateway.telemetry.spans import Calling
from gateway.upstream.answers import Performed, Target
from gateway.upstream.breaker import BreakerState
from gateway.upstream.client import UpstreamClient, all_failed
from gateway.upstream.deadlines import moment
from gateway.upstream.hedging import first_answer
from gateway.upstream.investigator import Investigator, Question, Targets
from gateway.upstream.outlook import FAIR, Outlook
from gateway.upstream.policy import Policy
from gateway.upstream.rate import Rate
from gateway.upstream.request import UpstreamRequest
from gateway.upstream.retries import Draw, pause
from gateway.upstream.sides import Side
from gateway.upstream.suspects import Facets
from gateway.upstream.turnstile import Passage, Turnstile
from gateway.upstream.verdicts import Verdict, blames_parameters, verdict

_Ended = tuple[Performed, Verdict]
"""A call that came to its end, and what that says of upstream."""


class ResilientClient:
    """The calls of one upstream organisation, as `policy` says.

    `clock` is in the seconds of `Allowance.until`; `draw` gives random numbers from 0 to 1.
    """

    def __init__(
        self,
        client: UpstreamClient,
        capabilities: Capabilities,
        policy: Policy,
        emit: Emit,
        *,
        clock: Callable[[], float] = moment,
        draw: Draw = random.random,
    ) -> None:
        self._client = client
        self._policy = policy
        self._emit = emit
        self._clock = clock
        self._draw = draw
        queue = partial(Turnstile, queue=policy.queue_calls, queue_s=policy.queue_s, clock=clock)
        every = queue(Rate([(policy.per_second, 1.0), (policy.per_minute, 60.0)]), in_flight=policy.in_flight)
        self._v1, self._v2 = (
            Side(endpoint, policy, draw, Passage(queue(Rate()), every)) for endpoint in (Endpoint.V1, Endpoint.V2)
        )
        if policy.facet_open_s:
            for side in (self._v1, self._v2):
                side.investigator = self._investigator(side, capabilities)

    def request(self, call: Call, targets: Mapping[int, Target]) -> UpstreamRequest:
        """The request that a call is, without sending it."""
        return self._client.request(call, targets)

    def outlook(self) -> Outlook:
        """What a plan should not count on now."""
        sides = (self._v1, self._v2)
        if all(side.breaker.state is BreakerState.CLOSED and not side.broken.facets for side in sides):
            return FAIR
        now = self._clock()
        return Outlook(
            frozenset(side.endpoint for side in sides if not side.breaker.offers(now)),
            frozenset((side.endpoint, facet) for side in sides for facet in side.broken.facets),
            frozenset((side.endpoint, facet) for side in sides for facet in side.due(now)),
        )

    def try_again(self, call: Call, targets: Targets, scope: Scope) -> None:
        """Tries a facet that is left out, behind the requests."""
        if investigator := self._side(call.endpoint).investigator:
            investigator.try_again(Question(call, targets, scope))

    def _side(self, endpoint: Endpoint) -> Side:
        return self._v2 if endpoint is Endpoint.V2 else self._v1

    async def perform(
        self, call: Call, targets: Targets, scope: Scope, allowance: Allowance | None = None
    ) -> Performed:
        """Makes a call, as often as it takes, within what the request may take. Never raises but when cancelled."""
        allowance = allowance or Allowance()
        side, question = self._side(call.endpoint), Question(call, targets, scope)
        performed, ended = await self._retried(side, question, allowance)
        if ended is Verdict.ANSWERED and performed.attempts == 1 and not blames_parameters(performed):
            return performed
        lost = await self._lost(side, question, (performed, ended), allowance.until)
        if lost is None:
            return performed
        rest = replace(call, facets=call.facets - lost or frozenset({EXISTS}))
        without, _ = await self._retried(side, question._replace(call=rest), allowance)
        if not without.attempts:
            return performed
        return replace(
            without,
            lost=lost,
            attempts=performed.attempts + without.attempts,
            milliseconds=performed.milliseconds + without.milliseconds,
        )

    async def _lost(self, side: Side, question: Question, last: _Ended, until: float) -> Facets | None:
        """The facets without which a call that failed is worth asking for; null where it is not."""
        if (investigator := side.investigator) is None:
            return None
        performed, ended = last
        if performed.attempts and blames_parameters(performed):
            return await investigator.culprits(question, until, slow=ended is Verdict.LATE) or None
        if not performed.attempts and investigator.searching:  # the breaker may have opened for one facet
            lost = await investigator.known(question, until)
            return lost if side.breaker.state is BreakerState.CLOSED else None
        return None

    async def close(self) -> None:
        """Ends whatever is under way behind the requests."""
        for side in (self._v1, self._v2):
            if side.investigator is not None:
                await side.investigator.close()

    async def _retried(self, side: Side, question: Question, allowance: Allowance) -> _Ended:
        """A call, made again where that may help, is paid for and fits in the time."""
        last = await self._attempt(side, question, allowance)
        attempts, spent = 1, 0.0
        while last[0].attempts:
            wait = self._wait(side, last, attempts, allowance.until)
            if wait is None:
                break
            self._emit(CallRetried(side.endpoint, last[1].name.lower(), attempts + 1))
            await asyncio.sleep(wait)
            again = await self._attempt(side, question, allowance)
            if not again[0].attempts:
                break
            attempts, spent, last = attempts + 1, spent + last[0].milliseconds, again
        if attempts == 1:
            return last
        performed, ended = last
        return replace(performed, attempts=attempts, milliseconds=spent + performed.milliseconds), ended

    def _wait(self, side: Side, last: _Ended, attempts: int, until: float) -> float | None:
        """Seconds until the next attempt; null where there is none. Too many calls are repeated only when told to."""
        performed, ended = last
        match ended:
            case Verdict.ANSWERED:
                if attempts == 1:
                    side.budget.succeeded()
                return None
            case Verdict.UNKNOWN:
                return None
            case Verdict.LIMITED if performed.retry_after_s is None:
                return None
            case Verdict.BROKEN | Verdict.LATE | Verdict.LIMITED if attempts >= self._policy.attempts:
                return None
            case Verdict.BROKEN | Verdict.LATE | Verdict.LIMITED:
                wait = max(pause(attempts, self._draw()), performed.retry_after_s or 0.0)
                return wait if self._clock() + wait < until and side.budget.take() else None

    async def _attempt(self, side: Side, question: Question, allowance: Allowance) -> _Ended:
        """One call, where the breaker and the queue let it through in time."""
        now = self._clock()
        if now >= allowance.until:
            return _unmade(question, UpstreamTimeout("The time for this request is over."))
        if not side.breaker.admits(now):
            return _unmade(question, _avoided(side.endpoint))
        if not side.passage.enter_now(now):
            try:
                await side.passage.enter(allowance.turn, allowance.until)
            except Overloaded as full:
                self._emit(CallShed(side.endpoint))
                return _unmade(question, full)
            now = self._clock()
        return await self._guarded(side, question, now, allowance.until)

    async def _guarded(self, side: Side, question: Question, now: float, until: float) -> _Ended:
        """One call that has its turn; the breaker hears how it ended, and the queues that it did."""
        breaker, before = side.breaker, side.breaker.state
        entered = well = None
        try:
            entered = breaker.enter(now)
            if breaker.state is not before:
                self._tell(side)
            if entered is None:
                return _unmade(question, _avoided(side.endpoint))
            given = min(self._policy.timeout_s, until - now)
            found = await (self._hedged if self._policy.hedge else self._sent)(side, question, now, given)
            well = _well(found[1], in_full=given >= self._policy.timeout_s / 2)
            return found
        finally:
            now, before = self._clock(), breaker.state
            if entered is not None:
                breaker.ended(entered, now, succeeded=well)
            side.passage.leave(now)
            if breaker.state is not before:
                self._tell(side)

    async def _hedged(self, side: Side, question: Question, now: float, given: float) -> _Ended:
        """A call, and where it takes longer than nearly all do, the same once more."""
        slow, second = side.latencies.slow, False
        if slow is None or slow >= given:
            return await self._sent(side, question, now, given)

        def once_more() -> bool:
            nonlocal second
            second = side.passage.enter_now(self._clock())
            if second and not side.budget.take():
                side.passage.leave(self._clock())
                second = False
            return second

        try:
            found, won = await first_answer(
                lambda: self._sent(side, question, now, given), slow, once_more, lambda one: one[1] is Verdict.ANSWERED
            )
            if second:
                self._emit(CallHedged(side.endpoint, won=won))
            return found
        finally:
            if second:
                side.passage.leave(self._clock())

    async def _sent(self, side: Side, question: Question, now: float, given: float) -> _Ended:
        """One request to upstream, in so many seconds; the only place where one is sent."""
        call, targets, scope = question
        began = self._clock() if self._policy.hedge else now  # the same call sent once more begins later
        with Calling(self._emit, call.endpoint, call.facets, len(targets)) as calling:
            performed = await self._client.perform(call, targets, scope.language or None, given, scope.credential)
            calling.ended(performed.status, performed.milliseconds, performed.size)
        ended = verdict(performed)
        match ended:
            case Verdict.ANSWERED:
                if self._policy.hedge:
                    side.latencies.took(self._clock() - began)
                if side.investigator is not None and side.investigator.searching:
                    side.investigator.succeeded(question)
            case Verdict.LIMITED:
                if side.passage.refused(now, performed.retry_after_s):
                    self._emit(RateLowered(call.endpoint, performed.retry_after_s))
            case Verdict.BROKEN | Verdict.LATE | Verdict.UNKNOWN:
                pass
        return performed, ended

    async def _asked(self, side: Side, question: Question) -> bool | None:
        """Whether a call fails that is made to find out why others do: on credit, and past the breaker."""
        side.budget.owe()
        try:
            await side.passage.enter("", self._clock() + self._policy.queue_s)
        except Overloaded:
            return None
        try:
            performed, ended = await self._sent(side, question, self._clock(), self._policy.timeout_s)
        finally:
            side.passage.leave(self._clock())
        if blames_parameters(performed):
            return True
        return False if ended is Verdict.ANSWERED else None

    def _investigator(self, side: Side, capabilities: Capabilities) -> Investigator:
        def relieved() -> None:
            before = side.breaker.state
            side.breaker.close()
            if side.breaker.state is not before:
                self._tell(side)

        return Investigator(
            side.endpoint,
            capabilities,
            side.broken,
            partial(self._asked, side),
            self._emit,
            rest_s=self._policy.breaker_open_s,
            relieved=relieved,
            clock=self._clock,
        )

    def _tell(self, side: Side) -> None:
        self._emit(BreakerChanged(side.endpoint, side.breaker.state.value))


def _well(ended: Verdict, *, in_full: bool) -> bool | None:
    """Whether an endpoint is well that a call ended at so. Who has little time cannot blame it for taking more."""
    match ended:
        case Verdict.ANSWERED:
            return True
        case Verdict.BROKEN:
            return False
        case Verdict.LATE:
            return False if in_full else None
        case Verdict.LIMITED | Verdict.UNKNOWN:
            return None


def _avoided(endpoint: Endpoint) -> UpstreamUnavailable:
    return UpstreamUnavailable(f"Upstream ({endpoint.value}) fails and is left alone for a moment.", reason="breaker")


def _unmade(question: Question, error: UpstreamTimeout | UpstreamUnavailable | Overloaded) -> _Ended:
    """The end of a call that was not made."""
    return Performed(all_failed(question.targets, error), None, 0.0, 0, attempts=0), Verdict.UNKNOWN

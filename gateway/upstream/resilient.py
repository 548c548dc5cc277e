"""Calls that an unwell upstream does not take the gateway down with: the one piece around `UpstreamClient.perform`.

A call passes, from outside to inside: the search for facets that make it fail (`investigator`), retries (`retries`),
the endpoint's breaker (`breaker`), the queues before it and before upstream (`turnstile`), `hedging`, and the client's
own timeout. Everything that decides is pure and apart; here it is only put together.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from gateway.context import Allowance, Scope
from gateway.errors import Overloaded, UpstreamTimeout, UpstreamUnavailable
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTENCE
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
from gateway.upstream.turnstile import Turnstile
from gateway.upstream.verdicts import Verdict, blames_parameters, verdict

MEANS: dict[Verdict, bool | None] = {
    Verdict.ANSWERED: True,
    Verdict.BROKEN: False,
    Verdict.LATE: False,
    Verdict.LIMITED: None,
    Verdict.UNKNOWN: None,
}
"""Whether an endpoint that a call ended at so is well."""


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
        limits = Rate([(policy.per_second, 1.0), (policy.per_minute, 60.0)])
        self._queue = Turnstile(
            limits, in_flight=policy.in_flight, queue=policy.queue_calls, queue_s=policy.queue_s, clock=clock
        )
        self._sides = {endpoint: Side(endpoint, policy, draw, clock) for endpoint in Endpoint}
        self._investigators = {
            side.endpoint: self._investigator(side, capabilities)
            for side in self._sides.values()
            if policy.facet_open_s
        }

    def request(self, call: Call, targets: Mapping[int, Target]) -> UpstreamRequest:
        """The request that a call is, without sending it."""
        return self._client.request(call, targets)

    def outlook(self) -> Outlook:
        """What a plan should not count on now."""
        sides = self._sides.values()
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
        if investigator := self._investigators.get(call.endpoint):
            investigator.try_again(Question(call, targets, scope))

    async def perform(
        self, call: Call, targets: Targets, scope: Scope, allowance: Allowance | None = None
    ) -> Performed:
        """Makes a call, as often as it takes, within what the request may take. Never raises but when cancelled."""
        allowance = allowance or Allowance()
        side, question = self._sides[call.endpoint], Question(call, targets, scope)
        performed = await self._retried(side, question, allowance)
        if (investigator := self._investigators.get(call.endpoint)) is None:
            return performed
        if performed.attempts and blames_parameters(performed):
            lost = await investigator.culprits(question, allowance.until)
            hopeless = not lost
        elif not performed.attempts and investigator.searching:  # the breaker may have opened for one facet
            lost = await investigator.known(question, allowance.until)
            hopeless = side.breaker.state is not BreakerState.CLOSED
        else:
            return performed
        if hopeless:
            return performed
        rest = replace(call, facets=call.facets - lost or frozenset({EXISTENCE()}))
        without = await self._retried(side, replace(question, call=rest), allowance)
        if not without.attempts:
            return performed
        return replace(
            without,
            lost=lost,
            attempts=performed.attempts + without.attempts,
            milliseconds=performed.milliseconds + without.milliseconds,
        )

    async def close(self) -> None:
        """Ends whatever is under way behind the requests."""
        for investigator in self._investigators.values():
            await investigator.close()

    async def _retried(self, side: Side, question: Question, allowance: Allowance) -> Performed:
        """A call, made again where that may help, is paid for and fits in the time."""
        attempts, spent = 1, 0.0
        performed = await self._attempt(side, question, allowance)
        while performed.attempts:
            spent += performed.milliseconds
            ended = verdict(performed)
            wait = self._wait(side, ended, performed, attempts, allowance.until)
            if wait is None:
                break
            self._emit(CallRetried(side.endpoint, ended.name.lower(), attempts + 1))
            await asyncio.sleep(wait)
            again = await self._attempt(side, question, allowance)
            if not again.attempts:
                break
            attempts, performed = attempts + 1, again
        return replace(performed, attempts=attempts, milliseconds=spent) if attempts > 1 else performed

    def _wait(self, side: Side, ended: Verdict, performed: Performed, attempts: int, until: float) -> float | None:
        """Seconds until the next attempt; null where there is none. Too many calls are repeated only when told to."""
        if ended is Verdict.ANSWERED or ended is Verdict.UNKNOWN:
            if ended is Verdict.ANSWERED and attempts == 1:
                side.budget.succeeded()
            return None
        told = performed.retry_after_s
        if attempts >= self._policy.attempts or (ended is Verdict.LIMITED and told is None):
            return None
        wait = max(pause(attempts, self._draw()), told or 0.0)
        return wait if self._clock() + wait < until and side.budget.take() else None

    async def _attempt(self, side: Side, question: Question, allowance: Allowance) -> Performed:
        """One call, where the breaker and the queue let it through in time."""
        now = self._clock()
        if now >= allowance.until:
            return _unmade(question, UpstreamTimeout("The time for this request is over."))
        if side.breaker.state is BreakerState.OPEN and not side.breaker.admits(now):
            return _unmade(question, _avoided(side.endpoint))
        try:
            await self._enter(side, allowance)
        except Overloaded as full:
            self._emit(CallShed(side.endpoint))
            return _unmade(question, full)
        try:
            return await self._guarded(side, question, allowance.until)
        finally:
            self._leave(side)

    async def _enter(self, side: Side, allowance: Allowance) -> None:
        """Waits for a call's turn, first before its endpoint: who waits there holds up nobody who asks the other."""
        if not side.throttle.enter_now():
            await side.throttle.enter(allowance.turn, allowance.until)
        if self._queue.enter_now():
            return
        try:
            await self._queue.enter(allowance.turn, allowance.until)
        except BaseException:
            side.throttle.leave()
            raise

    def _leave(self, side: Side) -> None:
        self._queue.leave()
        side.throttle.leave()

    async def _guarded(self, side: Side, question: Question, until: float) -> Performed:
        """One call that has its turn; the breaker hears how it ended."""
        began, before = self._clock(), side.breaker.state
        entered = side.breaker.enter(began)
        self._tell(side, before)
        if entered is None:
            return _unmade(question, _avoided(side.endpoint))
        well: bool | None = None
        try:
            given = min(self._policy.timeout_s, until - began)
            performed = await (self._hedged if self._policy.hedge else self._sent)(side, question, given)
            ended = verdict(performed)
            well = MEANS[ended]
            if ended is Verdict.LATE and given < self._policy.timeout_s / 2:
                well = None  # it was given too little time to be blamed for taking more
            return performed
        finally:
            before = side.breaker.state
            side.breaker.ended(entered, self._clock(), succeeded=well)
            self._tell(side, before)

    async def _hedged(self, side: Side, question: Question, given: float) -> Performed:
        """A call, and where it takes longer than nearly all do, the same once more."""
        slow = side.latencies.slow
        if slow is None or slow >= given:
            return await self._sent(side, question, given)
        second = False

        def once_more() -> bool:
            nonlocal second
            second = side.budget.take() and self._queue.enter_now()
            return second

        try:
            performed, won = await first_answer(lambda: self._sent(side, question, given), slow, once_more)
            if second:
                self._emit(CallHedged(side.endpoint, won=won))
            return performed
        finally:
            if second:
                self._queue.leave()

    async def _sent(self, side: Side, question: Question, given: float) -> Performed:
        """One request to upstream, in so many seconds; the only place where one is sent."""
        began = self._clock()
        call, targets, scope = question.call, question.targets, question.scope
        with Calling(self._emit, call.endpoint, call.facets, len(targets)) as calling:
            performed = await self._client.perform(call, targets, scope.language or None, given, scope.credential)
            calling.ended(performed.status, performed.milliseconds, performed.size)
        match verdict(performed):
            case Verdict.ANSWERED:
                if self._policy.hedge:
                    side.latencies.took(self._clock() - began)
                if (investigator := self._investigators.get(call.endpoint)) and not blames_parameters(performed):
                    investigator.succeeded(question)
            case Verdict.LIMITED:
                if side.throttle.refused(began, performed.retry_after_s):
                    self._emit(RateLowered(call.endpoint, performed.retry_after_s))
            case _:
                pass
        return performed

    def _investigator(self, side: Side, capabilities: Capabilities) -> Investigator:
        async def ask(question: Question) -> bool | None:
            """On credit, past the breaker: one search at a time is all there is of these."""
            side.budget.owe()
            try:
                await self._enter(side, Allowance(self._clock() + self._policy.queue_s))
            except Overloaded:
                return None
            try:
                performed = await self._sent(side, question, self._policy.timeout_s)
            finally:
                self._leave(side)
            if blames_parameters(performed):
                return True
            return False if verdict(performed) is Verdict.ANSWERED else None

        def relieved() -> None:
            before = side.breaker.state
            side.breaker.close()
            self._tell(side, before)

        return Investigator(
            side.endpoint,
            capabilities,
            side.broken,
            ask,
            self._emit,
            rest_s=self._policy.breaker_open_s,
            relieved=relieved,
            clock=self._clock,
        )

    def _tell(self, side: Side, before: BreakerState) -> None:
        if side.breaker.state is not before:
            self._emit(BreakerChanged(side.endpoint, side.breaker.state.value))


def _avoided(endpoint: Endpoint) -> UpstreamUnavailable:
    return UpstreamUnavailable(f"Upstream ({endpoint.value}) fails and is left alone for a moment.", reason="breaker")


def _unmade(question: Question, error: UpstreamTimeout | UpstreamUnavailable | Overloaded) -> Performed:
    """The end of a call that was not made."""
    return Performed(all_failed(question.targets, error), None, 0.0, 0, attempts=0)

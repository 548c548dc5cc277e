"""What is known of one endpoint, and what is done about it."""

from collections.abc import Callable

from gateway.facets.facet import Endpoint, Facet
from gateway.upstream.breaker import Breaker, BreakerState
from gateway.upstream.policy import Policy
from gateway.upstream.rate import Rate
from gateway.upstream.retries import Draw, Latencies, RetryBudget
from gateway.upstream.suspects import BrokenFacets
from gateway.upstream.turnstile import Turnstile


class Side:
    """One endpoint of an upstream organisation."""

    def __init__(self, endpoint: Endpoint, policy: Policy, draw: Draw, clock: Callable[[], float]) -> None:
        self.endpoint = endpoint
        self.breaker = Breaker(
            calls=policy.breaker_calls,
            failures=policy.breaker_failures,
            window_s=policy.breaker_window_s,
            open_s=policy.breaker_open_s,
            draw=draw,
        )
        self.budget = RetryBudget(share=policy.retry_share, burst=policy.retry_burst)
        self.latencies = Latencies()
        self.throttle = Turnstile(Rate(), queue=policy.queue_calls, queue_s=policy.queue_s, clock=clock)
        """Slow for as long as the endpoint refuses calls for there being too many."""
        self.broken = BrokenFacets(open_s=policy.facet_open_s, draw=draw)

    def due(self, now: float) -> frozenset[Facet]:
        """The facets left out that are worth another try; none while the endpoint fails as a whole."""
        return self.broken.due(now) if self.breaker.state is BreakerState.CLOSED else frozenset()

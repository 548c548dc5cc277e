"""What is known of one endpoint, and what is done about it."""

from gateway.facets.facet import Endpoint, Facet
from gateway.upstream.breaker import Breaker, BreakerState
from gateway.upstream.investigator import Investigator
from gateway.upstream.policy import Policy
from gateway.upstream.retries import Draw, Latencies, RetryBudget
from gateway.upstream.suspects import BrokenFacets
from gateway.upstream.turnstile import Passage


class Side:
    """One endpoint of an upstream organisation."""

    def __init__(self, endpoint: Endpoint, policy: Policy, draw: Draw, passage: Passage) -> None:
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
        self.passage = passage
        self.investigator: Investigator | None = None
        self.broken = BrokenFacets(open_s=policy.facet_open_s, draw=draw)

    def due(self, now: float) -> frozenset[Facet]:
        """The facets left out that are worth another try; none while the endpoint fails as a whole."""
        return self.broken.due(now) if self.breaker.state is BreakerState.CLOSED else frozenset()

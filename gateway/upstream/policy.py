"""How much trouble is taken over an upstream that misbehaves. Values only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of `gateway.upstream.resilient`; the defaults switch all of it off. Times are seconds."""

    timeout_s: float = 10.0
    """The longest that one attempt takes."""
    attempts: int = 1
    retry_share: float = 0.1
    retry_burst: int = 5
    breaker_calls: int = 0
    """The fewest calls that open a breaker; 0: it never opens."""
    breaker_failures: float = 0.5
    breaker_window_s: float = 10.0
    breaker_open_s: float = 5.0
    facet_open_s: float = 0.0
    """How long a facet that makes calls fail is left out before it is tried again; 0: nobody looks for one."""
    in_flight: int = 0
    """Calls at once; 0: any number."""
    per_second: int = 0
    per_minute: int = 0
    queue_calls: int = 1000
    queue_s: float = 2.0
    hedge: bool = False

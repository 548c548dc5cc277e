"""What a performed call says of the upstream that was asked. Pure."""

from enum import Enum, auto

from gateway.errors import (
    UpstreamBroken,
    UpstreamInputRefused,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnreachable,
)
from gateway.upstream.answers import Failed, Performed


class Verdict(Enum):
    """Kinds of ends."""

    ANSWERED = auto()
    """Upstream is there and does its work, though it may have refused this call or our credential."""
    BROKEN = auto()
    """It was not reached, failed, or said what nobody can read."""
    LATE = auto()
    LIMITED = auto()
    """It is asked too often."""
    UNKNOWN = auto()
    """The call ended for reasons that are not the endpoint's: there was no token, or the answer was too large."""


def verdict(performed: Performed) -> Verdict:
    """What the end of a call says of its endpoint."""
    outcome = next(iter(performed.outcomes.values()))
    if not isinstance(outcome, Failed) or any(not isinstance(one, Failed) for one in performed.outcomes.values()):
        return Verdict.ANSWERED
    match outcome.error:
        case UpstreamTimeout():
            return Verdict.LATE
        case UpstreamRateLimited():
            return Verdict.LIMITED
        case UpstreamUnreachable():
            return Verdict.BROKEN
        case _ if performed.status is None:
            return Verdict.UNKNOWN
        case UpstreamBroken():
            return Verdict.BROKEN
        case UpstreamUnavailable() if performed.status >= 500:
            return Verdict.BROKEN
        case _:
            return Verdict.ANSWERED


def blames_parameters(performed: Performed) -> bool:
    """Whether the call may have failed for what it carried: upstream refused it, worked in vain, or never ended.

    Not where nothing came: a proxy or a network does not look at parameters.
    """
    outcome = next(iter(performed.outcomes.values()))
    if not isinstance(outcome, Failed):
        return False
    match verdict(performed):
        case Verdict.LATE:
            return True
        case Verdict.BROKEN:
            return performed.status is not None and performed.status >= 500 and performed.size > 0
        case _:
            return isinstance(outcome.error, UpstreamInputRefused)

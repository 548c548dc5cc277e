"""What a client asks, and what it gets. Pure values."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.cache.local import Stands
from gateway.errors import GatewayError
from gateway.graphql.incremental import Payload
from gateway.graphql.negotiation import Parts


class Explain(StrEnum):
    """What the request header `x-gateway-explain` can ask for."""

    PLAN = "plan"
    """Which calls would be made; none is made and `data` is null."""
    ANALYZE = "analyze"
    """The answer, and which calls were made for it."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client asks, whatever the HTTP method it came by. `parts` is how it takes what is deferred later."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    operation_name: str | None = None
    parts: Parts | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client gets. `executed` is false for a request error, which has no `data` at all.

    Where it comes in parts, `parts` are its payloads, the first at hand, and nothing else of it is said but its
    `errors`, as far as they came. They are to be closed.
    """

    data: Mapping[str, Any] | None = None
    errors: Sequence[Mapping[str, Any]] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict[str, Any])
    executed: bool = True
    fresh_for: int = 0
    """Seconds for which the whole answer stays as it is, as far as can be said; 0 where some of it is not."""
    stands: Sequence[Stands] = ()
    """What it rests on, where it was all known here: the same request has the same answer while all of this stands."""
    retry_after_s: int | None = None
    """Where nothing could be served for there being too much to ask upstream: when to come back."""
    parts: AsyncGenerator[Payload] | None = None

    def as_json(self) -> Mapping[str, Any]:
        """The response map of the GraphQL specification."""
        found: dict[str, Any] = {}
        if self.errors:
            found["errors"] = list(self.errors)
        if self.executed:
            found["data"] = self.data
        if self.extensions:
            found["extensions"] = self.extensions
        return found


def refused(error: GatewayError) -> Answer:
    """The answer to a request that is not executed."""
    return Answer(errors=[{"message": error.message, "extensions": dict(error.extensions)}], executed=False)

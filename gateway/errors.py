"""What can go wrong, in four kinds: ours, the caller's, an outcome, transient.

Leaf errors are raised, kinds are caught. A message says what is wrong to the one who can mend it and carries no
upstream URL, credential, stack or personal data: it may always be shown to the caller.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar


class Code(StrEnum):
    """The closed set of `extensions.code`. The docstrings are the text of `docs/errors.md`."""

    def __new__(cls, value: str, meaning: str) -> "Code":
        """A code is its own text; `meaning` is for the documentation."""
        code = str.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    meaning: str

    BAD_REQUEST = "BAD_REQUEST", "The HTTP request is not a GraphQL request: body, media type or parameter."
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED", "The document is not GraphQL."
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED", "The document or its variables do not fit the schema."
    BAD_USER_INPUT = "BAD_USER_INPUT", "An argument has a value that cannot be; the message names the argument."
    UNAUTHENTICATED = "UNAUTHENTICATED", "The caller did not prove who they are; HTTP 401, and the message says why."
    FORBIDDEN = "FORBIDDEN", "The caller may not see this customer or field. It does not tell whether it exists."
    AUTH_UNAVAILABLE = "AUTH_UNAVAILABLE", "Tokens cannot be checked right now, because their issuer gives no keys."
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED", "The request is too large; the message names limit, value and bound."
    PERSISTED_QUERY_NOT_FOUND = (
        "PERSISTED_QUERY_NOT_FOUND",
        "The document that the request names is not known; a client that registers documents sends it with its text.",
    )
    PERSISTED_QUERY_NOT_SUPPORTED = (
        "PERSISTED_QUERY_NOT_SUPPORTED",
        "No documents are known by a hash here; the client sends its texts.",
    )
    PERSISTED_QUERY_ONLY = (
        "PERSISTED_QUERY_ONLY",
        "Only the operator's documents are answered, and this is none of them.",
    )
    CUSTOMER_DELETED = "CUSTOMER_DELETED", "The customer asked to be forgotten; their data is gone (upstream 8109)."
    UPSTREAM_UNAVAILABLE = "UPSTREAM_UNAVAILABLE", "Upstream could not be reached or did not answer sensibly."
    UPSTREAM_TIMEOUT = "UPSTREAM_TIMEOUT", "Upstream did not answer in time."
    UPSTREAM_RATE_LIMITED = "UPSTREAM_RATE_LIMITED", "Upstream refused the call because there were too many."
    UPSTREAM_PARTIAL = "UPSTREAM_PARTIAL", "Upstream answered, but without this part."
    UPSTREAM_UNAUTHORIZED = "UPSTREAM_UNAUTHORIZED", "Upstream refused the gateway's credential."
    OVERLOADED = (
        "OVERLOADED",
        "There is more to ask upstream than it may be asked; `retryAfter` says when to come back, in seconds.",
    )
    INTERNAL = "INTERNAL", "A fault of the gateway; it is logged under the request's id."


class GatewayError(Exception):
    """An error that may be shown to the caller."""

    code: ClassVar[Code]

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    @property
    def extensions(self) -> Mapping[str, Any]:
        """What an answer carries beside the message."""
        return {"code": self.code.value, **self.details}


class InternalError(GatewayError):
    """Ours: a promise between our own pieces was broken."""

    code = Code.INTERNAL


class CallerError(GatewayError):
    """The caller's: asking again without a change is pointless."""

    code = Code.BAD_REQUEST


class HttpRefusal(GatewayError):
    """Refuses a whole HTTP request. `status` and `headers` say so in HTTP."""

    status: int
    headers: Mapping[str, str]


class BadRequest(HttpRefusal, CallerError):
    """The HTTP request is not a GraphQL request. `status` is the HTTP status that says so."""

    def __init__(self, message: str, *, status: int = 400, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


class Unauthenticated(HttpRefusal, CallerError):
    """The caller did not prove who they are. `error` is RFC 6750's word for it; none where nothing was tried."""

    code = Code.UNAUTHENTICATED
    status = 401

    def __init__(self, message: str, error: str = "invalid_token") -> None:
        super().__init__(message)
        told = f', error="{error}", error_description="{message}"' if error else ""
        self.headers = {"www-authenticate": f'Bearer realm="graphql"{told}'}


class Forbidden(HttpRefusal, CallerError):
    """The caller is known and may not: the whole request, one customer or one field."""

    code = Code.FORBIDDEN
    status = 403
    headers: Mapping[str, str] = {}


class AuthUnavailable(HttpRefusal):
    """Transient: no token can be checked, because the keys of its issuer cannot be fetched."""

    code = Code.AUTH_UNAVAILABLE
    status = 503

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("Tokens cannot be checked right now; try again.")
        self.headers = {"retry-after": str(max(1, round(retry_after_s)))}


class BadUserInput(CallerError):
    """An argument has a value that cannot be."""

    code = Code.BAD_USER_INPUT

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(f"{argument}: {problem}", argument=argument)


class LimitExceeded(CallerError):
    """The request is too large."""

    code = Code.LIMIT_EXCEEDED

    def __init__(self, limit: str, value: int, bound: int, *, argument: str) -> None:
        message = f"{argument}: {value} {limit} are more than the limit of {bound}"
        super().__init__(message, argument=argument, limit=limit, value=value, bound=bound)


class Outcome(GatewayError):
    """Not a fault: a fact about the customer that an answer cannot say in its data."""


class CustomerDeleted(Outcome):
    """The customer was deleted on their own request (V1.1 item code 8109)."""

    code = Code.CUSTOMER_DELETED

    def __init__(self) -> None:
        super().__init__("The customer was deleted after a request to remove personal data.")


class UpstreamError(GatewayError):
    """Transient or upstream's: asking again later may help. Takes down the facets of one call and nothing else."""

    code = Code.UPSTREAM_UNAVAILABLE


class UpstreamUnavailable(UpstreamError):
    """Not reached, a 5xx, or a body that is not what it should be."""


class UpstreamUnreachable(UpstreamUnavailable):
    """The connection failed: no answer came, or not all of it."""


class UpstreamBroken(UpstreamUnavailable):
    """Upstream says that it failed, or answered what cannot be read."""


class UpstreamInputRefused(UpstreamUnavailable):
    """Upstream says that the call as such is wrong: a parameter it does not take, or no identifier that it knows."""


class UpstreamTimeout(UpstreamError):
    """No answer in time."""

    code = Code.UPSTREAM_TIMEOUT


class UpstreamRateLimited(UpstreamError):
    """HTTP 429."""

    code = Code.UPSTREAM_RATE_LIMITED


class UpstreamPartial(UpstreamError):
    """The answer came without a part it should have, or only one endpoint knew the customer."""

    code = Code.UPSTREAM_PARTIAL


class UpstreamUnauthorized(UpstreamError):
    """HTTP 401 or 403, or their codes in a body."""

    code = Code.UPSTREAM_UNAUTHORIZED


class CallerRefused(UpstreamUnauthorized):
    """The same, where it is the caller's own credential that upstream was asked with."""

    code = Code.UNAUTHENTICATED


class Overloaded(UpstreamError):
    """Not asked at all: upstream is asked as much as it may be, or the queue before it is full."""

    code = Code.OVERLOADED

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("Upstream is asked as much as it may be; come back later.", retryAfter=retry_after_s)
        self.retry_after_s = retry_after_s

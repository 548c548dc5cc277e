"""Which HTTP status an answer has. Pure.

The specification's release of September 2026 recommends 422 and 294 where its draft, the public audits of it and the
clients of today have 400 and 200; both are within what it demands. Which table holds is a setting.
"""

from typing import Final

from gateway.errors import CallerError, Code, HttpRefusal
from gateway.graphql.answers import Answer
from gateway.graphql.negotiation import JSON_TYPE, RESPONSE_TYPE
from gateway.graphql.persisted import PersistedQueryNotFound, PersistedQueryNotSupported
from gateway.graphql.reading import NotJson
from gateway.settings.edge import StatusCodes

PARTIAL_SUCCESS: Final = 294
UNPROCESSABLE: Final = 422
OVERLOADED: Final = 503


def status_of(answer: Answer, media_type: str, codes: StatusCodes) -> int:
    """The status of what the execution answered."""
    if answer.retry_after_s is not None:
        return OVERLOADED
    match codes:
        case StatusCodes.ESTABLISHED:
            return 200 if answer.executed or media_type == JSON_TYPE else 400
        case StatusCodes.RELEASED if answer.executed:
            return PARTIAL_SUCCESS if answer.errors and media_type == RESPONSE_TYPE else 200
        case StatusCodes.RELEASED:
            unread = all(error["extensions"]["code"] == Code.GRAPHQL_PARSE_FAILED for error in answer.errors)
            return 400 if unread else UNPROCESSABLE


def status_of_refusal(error: CallerError | HttpRefusal, codes: StatusCodes) -> int:
    """The status of a request that was not executed at all."""
    match error:
        case PersistedQueryNotFound() | PersistedQueryNotSupported() if codes is StatusCodes.ESTABLISHED:
            return 200  # part of a conversation, not a failure: some clients look no further at anything else
        case NotJson():
            return error.status
        case HttpRefusal() if error.status != 400:
            return error.status
        case _:
            return 400 if codes is StatusCodes.ESTABLISHED else UNPROCESSABLE


def media_type_of(status: int, accepted: str, codes: StatusCodes) -> str:
    """The media type of an answer with that status. In the released table a failure is told in the one of its own."""
    return RESPONSE_TYPE if codes is StatusCodes.RELEASED and status >= 300 else accepted

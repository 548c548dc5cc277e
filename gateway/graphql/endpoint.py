"""The HTTP endpoint: from bytes to a GraphQL request, and from an answer to bytes. GraphQL over HTTP, strictly."""

import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, cast
from uuid import uuid4

import orjson
import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from gateway.context import Scope
from gateway.errors import BadRequest, CallerError, InternalError
from gateway.graphql.execution import Answer, Execution, Explain, GraphQLRequest, refused
from gateway.graphql.payloads import check_json
from gateway.limit_settings import LimitSettings
from gateway.telemetry.events import Emit, FaultMet

RESPONSE_TYPE: Final = "application/graphql-response+json"
JSON_TYPE: Final = "application/json"
EXPLAIN_HEADER: Final = "x-gateway-explain"
VARY: Final = "accept, accept-language"
"""What an answer depends on beside the request itself."""

ScopeOf = Callable[[str | None], Scope]
"""From the language that a caller asks for to the scope of the request."""


class GraphQLEndpoint:
    """An ASGI application for `/graphql`. `page` is what a browser gets, where there is an explorer."""

    def __init__(
        self,
        execution: Execution,
        scope_of: ScopeOf,
        emit: Emit,
        *,
        limits: LimitSettings,
        explain: bool,
        page: Callable[[], Response] | None = None,
    ) -> None:
        self._execution = execution
        self._scope_of = scope_of
        self._emit = emit
        self._limits = limits
        self._explain = explain
        self._page = page

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        request = Request(scope, receive)
        request_id = uuid4().hex[:16]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = await self._respond(request)
        response.headers["x-request-id"] = request_id
        response.headers["x-content-type-options"] = "nosniff"
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        media_type = JSON_TYPE
        try:
            _check_headers(request, self._limits.header_bytes)
            if self._page is not None and request.method == "GET" and _is_browser(request):
                return self._page()
            media_type = _accepted(request.headers)
            asked = await _READERS[_method(request)](request, self._limits)
            explain = self._explained(request.headers)
            scope, most_age = self._scope_of(_language(request.headers)), _most_age(request.headers)
            answer = await self._execution.answer(asked, scope, explain, most_age)
            status = 200 if answer.executed or media_type == JSON_TYPE else 400
            kept = f"private, max-age={answer.fresh_for}" if answer.fresh_for else "no-store"
            return _response(answer, media_type, status, {"cache-control": kept, "vary": VARY})
        except BadRequest as error:
            return _response(refused(error), media_type, error.status, error.headers)
        except CallerError as error:
            return _response(refused(error), media_type, 400)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody will read it
        except Exception as error:  # noqa: BLE001 - the last line: nothing of it may reach the caller
            self._emit(FaultMet(type(error).__name__, "endpoint"))
            return _response(refused(InternalError("The gateway could not answer.")), media_type, 500)

    def _explained(self, headers: Headers) -> Explain | None:
        wanted = headers.get(EXPLAIN_HEADER)
        if wanted is None:
            return None
        if not self._explain:
            raise BadRequest(f"{EXPLAIN_HEADER}: explain is off on this gateway.", status=403)
        try:
            return Explain(wanted.strip().lower())
        except ValueError:
            raise BadRequest(f"{EXPLAIN_HEADER}: must be one of {', '.join(Explain)}.") from None


def _method(request: Request) -> str:
    if request.method not in _READERS:
        raise BadRequest("Use GET or POST.", status=405, headers={"allow": ", ".join(_READERS)})
    return request.method


def _check_headers(request: Request, most: int) -> None:
    if sum(len(name) + len(value) for name, value in request.headers.raw) > most:
        raise BadRequest(f"The headers are larger than {most} bytes.", status=431)


async def _read_post(request: Request, limits: LimitSettings) -> GraphQLRequest:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON_TYPE:
        raise BadRequest(f"Content-Type: must be {JSON_TYPE}.", status=415)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limits.body_bytes:
            raise BadRequest(f"The body is larger than {limits.body_bytes} bytes.", status=413)
    return _request(_json(bytes(body), "The body", limits))


async def _read_get(request: Request, limits: LimitSettings) -> GraphQLRequest:
    asked = cast("bytes", request.scope["query_string"])
    if len(asked) > limits.query_string_bytes:
        raise BadRequest(f"The query string is larger than {limits.query_string_bytes} bytes.", status=414)
    if asked.count(b"&") >= _MOST_PARAMETERS:
        raise BadRequest(f"The query string has more than {_MOST_PARAMETERS} parameters.")
    if len(request.query_params.multi_items()) > len(request.query_params):
        raise BadRequest("The query string has two parameters of one name.")
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if text := parameters.get(name):
            parameters[name] = _json(text.encode(), name, limits)
    return _request({name: value for name, value in parameters.items() if value != ""})


_READERS: Final[Mapping[str, Callable[[Request, LimitSettings], Awaitable[GraphQLRequest]]]] = {
    "GET": _read_get,
    "POST": _read_post,
}


_MOST_PARAMETERS: Final = 20
"""Of a query string; GraphQL over HTTP knows four."""


def _json(data: bytes, what: str, limits: LimitSettings) -> object:
    """The value in the bytes. Two members of one name are refused: something in front may have read the other one."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BadRequest(f"{what} is not JSON.") from None
    check_json(found, depth=limits.json_depth, values=limits.json_values, argument=what.removeprefix("The "))
    if b"\\u" in data or any(data.count(name) > 1 for name in _NAMES):
        _refuse_doubles(data, what)
    return found


_NAMES: Final = (b'"query"', b'"variables"', b'"operationName"', b'"extensions"')


def _refuse_doubles(data: bytes, what: str) -> None:
    """The slow, exact look, for what only might have a double."""

    def unique(members: list[tuple[str, object]]) -> None:
        if len(dict(members)) < len(members):
            raise BadRequest(f"{what} has two members of one name.")

    json.loads(data, object_pairs_hook=unique, parse_int=str)


def _request(given: object) -> GraphQLRequest:
    """A well-formed request. Unknown parameters are ignored, as the specification asks."""
    if isinstance(given, list):
        raise BadRequest("Several requests in one body are not accepted; send one object.")
    if not isinstance(given, dict):
        raise BadRequest("The body must be a JSON object.")
    found = cast("dict[str, Any]", given)
    query, variables, name = found.get("query"), found.get("variables"), found.get("operationName")
    if not isinstance(query, str):
        raise BadRequest("query: must be given, as a string.")
    if not isinstance(variables, dict | None):
        raise BadRequest("variables: must be an object.")
    if not isinstance(name, str | None):
        raise BadRequest("operationName: must be a string.")
    if not isinstance(found.get("extensions"), dict | None):
        raise BadRequest("extensions: must be an object.")
    return GraphQLRequest(query, cast("dict[str, Any]", variables) or {}, name)


_REFUSED: Final = re.compile(r";\s*q=0(\.0*)?\s*(;|$)")


def _ranges(headers: Headers) -> tuple[set[str], set[str]]:
    """The media ranges that the Accept headers allow, and those that they refuse, without their parameters."""
    parts = [part.lower() for line in headers.getlist("accept") or ["*/*"] for part in line.split(",")]
    refused = {part.partition(";")[0].strip() for part in parts if _REFUSED.search(part)}
    return {part.partition(";")[0].strip() for part in parts} - refused, refused


def _accepted(headers: Headers) -> str:
    """The media type to answer in: the one made for GraphQL, but for a client that names only plain JSON."""
    allowed, refused = _ranges(headers)
    if JSON_TYPE not in allowed and not allowed.isdisjoint({"application/*", "*/*"}):
        allowed |= {RESPONSE_TYPE, JSON_TYPE} - refused
    for media_type in (RESPONSE_TYPE, JSON_TYPE):
        if media_type in allowed:
            return media_type
    raise BadRequest(f"Accept: must allow {RESPONSE_TYPE} or {JSON_TYPE}.", status=406)


def _is_browser(request: Request) -> bool:
    """A person who opens the page, not a client that sends a query."""
    return "text/html" in _ranges(request.headers)[0] and "query" not in request.query_params


def _language(headers: Headers) -> str | None:
    """The first language asked for, as upstream takes it: `zh`, `id`. English is what it speaks unasked."""
    first = headers.get("accept-language", "").split(",")[0].partition(";")[0].partition("-")[0].strip().lower()
    return first if first.isalpha() and first.isascii() and len(first) <= 3 and first != "en" else None


_MAX_AGE: Final = re.compile(r"max-age\s*=\s*\"?(\d{1,9})\b")


def _most_age(headers: Headers) -> float:
    """How old what is served may be: the request's own `Cache-Control`; any age where it does not say."""
    said = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(cache|store)\b", said):
        return 0.0
    return float(found.group(1)) if (found := _MAX_AGE.search(said)) else math.inf


def _response(answer: Answer, media_type: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    content_type = f"{media_type}; charset=utf-8"
    return Response(orjson.dumps(answer.as_json()), status, headers=headers, media_type=content_type)

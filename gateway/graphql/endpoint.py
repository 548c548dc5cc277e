"""The HTTP endpoint: from bytes to a GraphQL request, and from an answer to bytes. GraphQL over HTTP, strictly."""

import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, cast

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from gateway.context import Scope
from gateway.errors import BadRequest, InternalError
from gateway.graphql.execution import Answer, Execution, Explain, GraphQLRequest, refused
from gateway.telemetry.events import Emit, FaultMet
from gateway.telemetry.spans import CURRENT, Answering, counted

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
        body_bytes: int,
        explain: bool,
        page: Callable[[], Response] | None = None,
    ) -> None:
        self._execution = execution
        self._scope_of = scope_of
        self._emit = emit
        self._body_bytes = body_bytes
        self._explain = explain
        self._page = page

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        with Answering(self._emit, scope["headers"]) as answering:
            response = await self._respond(Request(scope, receive))
            answering.answered(response.status_code, len(response.body))
            response.headers["x-request-id"] = answering.request.request_id
            response.headers["x-content-type-options"] = "nosniff"
            await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        media_type = JSON_TYPE
        try:
            if self._page is not None and request.method == "GET" and _is_browser(request):
                return self._page()
            media_type = _accepted(request.headers)
            asked = await _READERS[_method(request)](request, self._body_bytes)
            explain = self._explained(request.headers)
            scope, most_age = self._scope_of(_language(request.headers)), _most_age(request.headers)
            answer = await self._execution.answer(asked, scope, explain, most_age)
            status = 200 if answer.executed or media_type == JSON_TYPE else 400
            kept = f"private, max-age={answer.fresh_for}" if answer.fresh_for else "no-store"
            return _response(answer, media_type, status, {"cache-control": kept, "vary": VARY})
        except BadRequest as error:
            return _response(refused(error), media_type, error.status, error.headers)
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


async def _read_post(request: Request, most: int) -> GraphQLRequest:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON_TYPE:
        raise BadRequest(f"Content-Type: must be {JSON_TYPE}.", status=415)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise BadRequest(f"The body is larger than {most} bytes.", status=413)
    return _request(_json(bytes(body), "The body"))


async def _read_get(request: Request, most: int) -> GraphQLRequest:
    if len(request.url.query) > most:
        raise BadRequest(f"The query string is larger than {most} bytes.", status=414)
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if text := parameters.get(name):
            parameters[name] = _json(text.encode(), name)
    return _request({name: value for name, value in parameters.items() if value != ""})


_READERS: Final[Mapping[str, Callable[[Request, int], Awaitable[GraphQLRequest]]]] = {
    "GET": _read_get,
    "POST": _read_post,
}


def _json(data: bytes, what: str) -> object:
    """The value in the bytes. Two members of one name are refused: something in front may have read the other one."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BadRequest(f"{what} is not JSON.") from None
    if b"\\u" in data or any(data.count(name) > 1 for name in _NAMES):
        _refuse_doubles(data, what)
    return found


_NAMES: Final = (b'"query"', b'"variables"', b'"operationName"', b'"extensions"')


def _refuse_doubles(data: bytes, what: str) -> None:
    """The slow, exact look, for what only might have a double."""

    def unique(members: list[tuple[str, object]]) -> None:
        if len(dict(members)) < len(members):
            raise BadRequest(f"{what} has two members of one name.")

    try:
        json.loads(data, object_pairs_hook=unique, parse_int=str)
    except RecursionError:
        raise BadRequest(f"{what} is nested too deeply.") from None


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
    if told := CURRENT.get():
        told.executed, told.errors, told.fresh_for = answer.executed, counted(answer.errors), answer.fresh_for
    content_type = f"{media_type}; charset=utf-8"
    return Response(orjson.dumps(answer.as_json()), status, headers=headers, media_type=content_type)

"""The HTTP endpoint: from bytes to a GraphQL request, and from an answer to bytes. GraphQL over HTTP, strictly."""

import os
import time
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from gateway.asgi import LEFT
from gateway.auth.authenticator import Authenticator, Trusting, immediate
from gateway.auth.callers import ANYONE, Caller, Staff
from gateway.errors import BadRequest, CallerError, Forbidden, HttpRefusal, InternalError
from gateway.graphql.answers import Answer, Explain, GraphQLRequest, refused
from gateway.graphql.compression import compressed
from gateway.graphql.execution import Execution
from gateway.graphql.negotiation import JSON_TYPE, RESPONSE_TYPE, Accepted, accepted, coding, language
from gateway.graphql.origins import CrossOrigin
from gateway.graphql.persisted import PersistedDocuments
from gateway.graphql.reading import (
    ALLOWED,
    READING,
    ClientGone,
    check_headers,
    check_sent,
    is_visit,
    joined,
    most_age_of,
    plain,
    read,
    refuse_unsafe,
    sent,
)
from gateway.graphql.repeats import Kept, Key, Repeat, Repeats
from gateway.graphql.reply import EXPLAIN_HEADER, Reply, kept_for, lines_of, raw, varying
from gateway.graphql.statuses import media_type_of, status_of, status_of_refusal
from gateway.graphql.streaming import Stream, once
from gateway.graphql.tags import Tags, has
from gateway.settings.edge import StatusCodes
from gateway.settings.limits import LimitSettings
from gateway.telemetry.events import Emit, FaultMet
from gateway.telemetry.requests import RequestRepeated, new_request_id
from gateway.telemetry.spans import CURRENT, Answering, counted, since
from gateway.tenants import Tenants

COME: Final = "gateway.come"
"""Where a scope has the `Come` of a request for whose answer was looked already."""

PREFLIGHT_VARY: Final = "origin, access-control-request-method, access-control-request-headers"


class Come(NamedTuple):
    """A plain request that came: from whom, all that it sends, and what it is known by."""

    caller: Caller
    data: bytes
    key: Key


class GraphQLEndpoint:
    """An ASGI application for `/graphql`. `page` is what a browser gets, where there is an explorer.

    `documents` says what an identifier stands for, `origins` which pages may ask, `codes` which table of statuses
    holds. Answers of `compress_from` bytes are compressed for who takes it; with 0 none is. `repeats` are answers kept
    as bytes, `tags` name what clients keep.
    """

    def __init__(
        self,
        execution: Execution,
        tenants: Tenants,
        emit: Emit,
        *,
        authenticator: Authenticator,
        limits: LimitSettings,
        explain: bool,
        page: Callable[[], Response] | None = None,
        documents: PersistedDocuments | None = None,
        origins: CrossOrigin | None = None,
        codes: StatusCodes = StatusCodes.ESTABLISHED,
        compress_from: int = 1024,
        repeats: Repeats | None = None,
        tags: Tags | None = None,
    ) -> None:
        self._execution = execution
        self._tenants = tenants
        self._emit = emit
        self._authenticator = authenticator
        self._trusting = isinstance(authenticator, Trusting)
        self._limits = limits
        self._explain = explain
        self._page = page
        self._documents = documents or PersistedDocuments()
        self._origins = origins or CrossOrigin()
        self._codes = codes
        self._compress_from = compress_from
        self._repeats = repeats or Repeats(most_bytes=0)
        self._tags = tags or Tags(os.urandom(32))
        self._vary = varying(tenants.told_by)

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        request = Request(scope, receive)
        with Answering(self._emit, scope["headers"]) as answering:
            try:
                reply = await self._respond(request)
            except ClientGone:
                return
            streams = isinstance(reply, Stream)
            if LEFT in scope and not streams:  # a stream sees it for itself, and ends what it has begun
                return
            if not streams:
                answering.answered(reply.status, len(reply.body))
            # A preflight is answered for itself: a header twice is none to a browser.
            cors: Mapping[str, str] = {} if request.method == "OPTIONS" else self._origins.told(request.headers)
            reply.tell({"x-request-id": answering.request.request_id, **cors})
            await reply(scope, receive, send)
            if streams and reply.whole:
                answering.request.errors = counted(reply.errors)
                answering.answered(reply.status, reply.size)

    def at_once(self, scope: AsgiScope, body: bytes) -> bytes | None:
        """The answer to a whole request that has come before, after its status line, which says 200; null for others.

        For a server that can ask before it calls: it waits for nothing. What it found out is in the scope then. A fault
        is met again where it can be told.
        """
        began = time.perf_counter()
        try:
            scope[COME] = come = self._come_at_once(scope, body)
            again = self._repeats.find(come.key) if come else None
        except Exception:  # noqa: BLE001 - the call that follows tells
            scope.pop(COME, None)
            return None
        if again is None:
            return None
        repeat, fresh_for = again
        request_id = new_request_id()
        self._emit(RequestRepeated(repeat.kept.told, request_id, since(began), fresh_for, scope["headers"]))
        ours = f"cache-control: {kept_for(fresh_for)}\r\nx-request-id: {request_id}\r\n".encode()
        cors = lines_of(raw(self._origins.told(Headers(scope=scope)))) if self._origins.origins else b""
        return b"".join((repeat.lines, ours, cors, b"\r\n", repeat.body))

    def _come_at_once(self, scope: AsgiScope, body: bytes) -> Come | None:
        headers, method = scope["headers"], scope["method"]
        if not self._repeats.keeps or not plain(method, headers, self._limits):
            return None
        try:
            caller = ANYONE if self._trusting else immediate(self._authenticator.authenticate(Headers(scope=scope)))
        except (CallerError, HttpRefusal):
            return None
        data = body if method == "POST" else scope["query_string"]
        return caller and Come(caller, data, self._repeats.key(caller, headers, method.encode(), data))

    async def _come(self, request: Request) -> Come | None:
        """Who sends a plain request, and all that is sent; null where anything has to be looked at more closely.

        What is found by its key was looked at when it came first: everything that it was admitted for is in the key.
        """
        headers = request.scope["headers"]
        if not self._repeats.keeps or not plain(request.method, headers, self._limits):
            return None
        try:
            caller = await self._authenticator.authenticate(request.headers)
        except (CallerError, HttpRefusal):
            return None
        data = await sent(request, self._limits)
        return Come(caller, data, self._repeats.key(caller, headers, request.method.encode(), data))

    async def _respond(self, request: Request) -> Reply | Stream:
        reads, method, said = _UNASKED, request.method, request.headers
        try:
            come = request.scope.get(COME) or await self._come(request)
            if come is not None and COME not in request.scope and (again := self._repeats.find(come.key)) is not None:
                return _again(*again)
            if come is None:  # else they were seen to be few enough
                check_headers(request, self._limits.header_bytes)
            if method == "OPTIONS":
                return self._options(said)
            accept = joined(said, "accept") or "*/*"
            if self._page is not None and is_visit(request, accept):
                return Reply.of_page(self._page())
            reads = accepted(accept)
            if reads.whole is None and (reads.parts is None or method == "HEAD"):
                raise BadRequest(f"Accept: must allow {RESPONSE_TYPE} or {JSON_TYPE}.", status=406)
            if method in READING:
                self._origins.admit(said)
            caller = come.caller if come else await self._authenticator.authenticate(said)
            check_sent(request, method, said, self._limits)
            data = come.data if come else await sent(request, self._limits)
            return await self._execute(request, caller, data, reads, come and come.key)
        except (CallerError, HttpRefusal) as error:
            status = status_of_refusal(error, self._codes)
            headers = {"cache-control": "no-store", **(error.headers if isinstance(error, HttpRefusal) else {})}
            return await self._reply(request, refused(error), reads, status, headers)
        except ClientGone:
            raise
        except Exception as error:  # noqa: BLE001 - the last line: nothing of it may reach the caller
            self._emit(FaultMet(type(error).__name__, "endpoint"))
            answer = refused(InternalError("The gateway could not answer."))
            return await self._reply(request, answer, reads, 500, {"cache-control": "no-store"})

    async def _execute(
        self, request: Request, caller: Caller, data: bytes, reads: Accepted, key: Key | None
    ) -> Reply | Stream:
        """The answer to what a caller sent, kept under its key where the same request would have the same."""
        method, headers = request.method, request.headers
        asked = read(method, data, self._limits)
        text = self._documents.text(asked.source)
        if method in READING:
            refuse_unsafe(text, asked.operation_name, tokens=self._limits.document_tokens)
        explain = self._explained(headers, caller)
        tenant = self._tenants.of(headers, caller)
        if (noted := CURRENT.get()) is not None:
            noted.caller, noted.tenant = caller.name, tenant.name
        scope = tenant.scope(headers, language(headers.get("accept-language", "")))
        parts = None if method == "HEAD" else reads.parts
        wanted = GraphQLRequest(text, asked.variables, asked.operation_name, parts)
        most_age = most_age_of(headers)
        answer = await self._execution.answer(wanted, tenant.driver, scope, explain, most_age, caller=caller)
        if answer.executed:
            self._documents.learn(asked.source)
        if answer.parts is not None and parts is not None:
            if noted is not None:
                noted.executed = True
            return Stream(parts, answer.parts, answer.errors, self._vary)
        told = {"cache-control": kept_for(answer.fresh_for)}
        if answer.retry_after_s is not None:
            told["retry-after"] = str(answer.retry_after_s)
        status = status_of(answer, reads.media_type, self._codes)
        reply = await self._reply(request, answer, reads, status, told)
        if key is not None and answer.stands and noted is not None and isinstance(reply, Reply) and reply.status == 200:
            self._repeats.keep(key, reply, Kept(answer.fresh_for, tenant.driver, answer.stands, noted))
        return reply

    def _options(self, headers: Headers) -> Reply:
        """What may be asked, in general or from a page of another origin."""
        told: Mapping[str, str] = {"allow": ALLOWED}
        if "origin" in headers and "access-control-request-method" in headers:
            told = {**self._origins.preflight(headers), "vary": PREFLIGHT_VARY}
        return Reply.without_body(told)

    def _explained(self, headers: Headers, caller: Caller) -> Explain | None:
        wanted = headers.get(EXPLAIN_HEADER)
        if wanted is None:
            return None
        if not self._explain:
            raise BadRequest(f"{EXPLAIN_HEADER}: explain is off on this gateway.", status=403)
        if not isinstance(caller, Staff):
            raise Forbidden(f"{EXPLAIN_HEADER}: is answered to staff only.")
        try:
            return Explain(wanted.strip().lower())
        except ValueError:
            raise BadRequest(f"{EXPLAIN_HEADER}: must be one of {', '.join(Explain)}.") from None

    async def _reply(
        self, request: Request, answer: Answer, reads: Accepted, status: int, headers: Mapping[str, str]
    ) -> Reply | Stream:
        if (noted := CURRENT.get()) is not None:
            noted.executed, noted.errors = answer.executed, counted(answer.errors)
            noted.fresh_for = answer.fresh_for
        if reads.whole is None and reads.parts is not None and status == 200:
            return Stream(reads.parts, once(answer.as_json()), answer.errors, self._vary)
        told = dict(headers)
        if request.method in READING and answer.fresh_for and EXPLAIN_HEADER not in request.headers:
            told["etag"] = self._tags.of(answer.data)
            if has(joined(request.headers, "if-none-match"), told["etag"]):
                return Reply.not_modified(told, self._vary)
        body = orjson.dumps(answer.as_json())
        if 0 < self._compress_from <= len(body) and (chosen := coding(joined(request.headers, "accept-encoding"))):
            body = await compressed(body, chosen)
            told["content-encoding"] = chosen
        content_type = f"{media_type_of(status, reads.media_type, self._codes)}; charset=utf-8"
        return Reply.of_body(status, content_type, body, told, self._vary)


_UNASKED: Final = Accepted(JSON_TYPE, None)
"""What is answered in to who was not asked yet."""


def _again(repeat: Repeat, fresh_for: int) -> Reply:
    """An answer that was given before."""
    if (noted := CURRENT.get()) is not None:
        told = repeat.kept.told
        noted.signature, noted.executed, noted.explanation = told.signature, True, told.explanation
        noted.customers, noted.caller, noted.tenant, noted.fresh_for = (
            told.customers,
            told.caller,
            told.tenant,
            fresh_for,
        )
    return Reply(200, [*repeat.headers, (b"cache-control", kept_for(fresh_for).encode())], repeat.body)

"""The sandbox as an ASGI application: the upstream's routes, and `/_sandbox` to look behind them."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Any, Literal

import msgspec
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from . import console, v1, v2
from .credentials import Credentials, Verdict
from .data import Person
from .directory import Directory
from .faults import EndpointFault, Faults
from .habits import USUAL, Habits
from .people import CUSTOMERS

Endpoint = Literal["v1_get", "v2_lookup", "v2_by_id", "token"]
ById = Literal["path", "lookup", "none"]
Build = Callable[[EndpointFault], Awaitable[Response]]
MEMORY = 1000
SHOWN_HEADERS = ("accept", "accept-language", "language", "x-cap-client-countrycode")
ATTRIBUTION = "x-cap-api-attribution-"
XML_REFUSAL = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<response><status><success>false</success><code>401</code>"
    "<message>Invalid credentials</message></status></response>\n"
)


class RecordedRequest(msgspec.Struct, frozen=True):
    """What an upstream route was asked; never with what credential."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]


class Sandbox:
    """The simulated upstream: an ASGI application that remembers what it was asked."""

    def __init__(
        self,
        *,
        customers: Sequence[Person],
        credentials: Credentials,
        batch_limit: int,
        by_id: ById,
        habits: Habits,
    ) -> None:
        self.customers = tuple(customers)
        self.requests: list[RecordedRequest] = []
        self.faults = Faults()
        self.credentials = credentials
        self._directory = Directory(self.customers)
        self._batch_limit = batch_limit
        self._takes_id = by_id == "lookup"
        self._habits = habits
        self._numbers = count(1)
        self._draws = random.Random(0)  # noqa: S311 - the same in every run
        routes = [
            Route("/v1.1/customer/get", self._v1_get),
            Route("/v2/customers/lookup/customerDetails", self._v2_lookup),
            Route("/v3/oauth/token/generate", self._token, methods=["POST"]),
            *console.routes(self),
        ]
        if by_id == "path":
            routes.append(Route("/v2/customers/{id}", self._v2_by_id))
        self._app = Starlette(routes=routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def clear(self) -> None:
        """Forget the requests and behave well again; tokens stay good."""
        self.requests.clear()
        self.faults.clear()

    async def _v1_get(self, request: Request) -> Response:
        async def build(fault: EndpointFault) -> Response:
            verdict = self.credentials.judge(request.headers)
            if verdict != "accepted":
                return _v1_refusal(verdict)
            body = v1.customer_get(
                self._directory,
                self._habits.heeded_by_v1(_params(request)),
                batch_limit=self._batch_limit,
                shuffle=self.faults.shuffle,
                lost=fault.lost,
                xml_born=fault.xml_born,
            )
            return json_response(body)

        return await self._serve("v1_get", request, build)

    async def _v2_lookup(self, request: Request) -> Response:
        async def build(fault: EndpointFault) -> Response:
            if self.credentials.judge(request.headers) != "accepted":
                return _v2_refusal()
            params = self._habits.heeded_by_v2(_params(request))
            return json_response(v2.lookup(self._directory, params, takes_id=self._takes_id, lost=fault.lost))

        return await self._serve("v2_lookup", request, build)

    async def _v2_by_id(self, request: Request) -> Response:
        async def build(fault: EndpointFault) -> Response:
            if self.credentials.judge(request.headers) != "accepted":
                return _v2_refusal()
            named = request.path_params["id"]
            params = self._habits.heeded_by_v2(_params(request))
            body = v2.by_id(self._directory, named, params, lost=fault.lost)
            # Facts §1.4: an invalid id is a bad request with a blank body.
            return Response(status_code=400) if body is None else json_response(body)

        return await self._serve("v2_by_id", request, build)

    async def _token(self, request: Request) -> Response:
        async def build(_: EndpointFault) -> Response:
            try:
                given = orjson.loads(await request.body())
            except orjson.JSONDecodeError:
                given = None
            return json_response(self.credentials.generate(given))

        return await self._serve("token", request, build)

    async def _serve(self, endpoint: Endpoint, request: Request, build: Build) -> Response:
        """Record, misbehave as told, and answer otherwise."""
        self._record(request)
        fault = self.faults.take(endpoint, _params(request), self._draws.random())
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.xml_auth:
            response = Response(XML_REFUSAL, 401, media_type="application/xml")
        elif fault.status is not None:
            response = _forced(endpoint, fault.status)
        else:
            response = await build(fault)
        if fault.retry_after_s is not None:
            response.headers["Retry-After"] = str(fault.retry_after_s)
        response = _spoilt(response, fault)
        response.headers["X-Cap-Requestid"] = f"sandbox-{next(self._numbers):08d}"
        return response

    def _record(self, request: Request) -> None:
        headers = {
            name: value
            for name, value in request.headers.items()
            if name in SHOWN_HEADERS or name.startswith(ATTRIBUTION)
        }
        self.requests.append(RecordedRequest(request.method, request.url.path, _params(request), headers))
        del self.requests[:-MEMORY]


def create_sandbox(
    *,
    customers: Sequence[Person] = CUSTOMERS,
    username: str = "till.sandbox",
    password: str = "sandbox",  # noqa: S107  public on purpose
    oauth_key: str = "sandbox-key",
    oauth_secret: str = "sandbox-secret",  # noqa: S107
    token_ttl_s: int = 300,
    batch_limit: int = 10,
    by_id: ById = "path",
    habits: Habits = USUAL,
    clock: Callable[[], float] = time.monotonic,
) -> Sandbox:
    """A sandbox of its own: nothing is shared with any other one.

    `batch_limit` is how many identifiers V1.1 takes at once. V2 finds an id by `/v2/customers/{id}` with
    `by_id="path"`, by `identifierName=id` on the lookup with "lookup" (sibling lookups take it, facts §3),
    not at all with "none". `habits` are what else differs between organisations; `clock` decides when
    tokens expire.
    """
    credentials = Credentials(
        username=username,
        password=password,
        oauth_key=oauth_key,
        oauth_secret=oauth_secret,
        token_ttl_s=token_ttl_s,
        clock=clock,
    )
    return Sandbox(
        customers=customers,
        credentials=credentials,
        batch_limit=batch_limit,
        by_id=by_id,
        habits=habits,
    )


def json_response(body: Any, status: int = 200) -> Response:
    """`body` as JSON bytes, numbers beyond 53 bits included."""
    return Response(orjson.dumps(body), status, media_type="application/json")


def _params(request: Request) -> dict[str, str]:
    return dict(request.query_params.multi_items())


def _v1_refusal(verdict: Verdict) -> Response:
    return json_response(v1.unauthorized(expired=verdict == "expired"), 401)


def _v2_refusal() -> Response:
    return json_response(v2.error(401, "Unauthorized"), 401)


def _forced(endpoint: Endpoint, status: int) -> Response:
    if status == 401:
        return _v1_refusal("refused") if endpoint == "v1_get" else _v2_refusal()
    return Response("the sandbox was told to fail\n", status, media_type="text/plain")


class Broken(Response):
    """A response whose second half comes late, or never: with a cut connection, or as if that were all."""

    def __init__(self, whole: Response, fault: EndpointFault) -> None:
        super().__init__(bytes(whole.body), whole.status_code, dict(whole.headers), whole.media_type)
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Sends what there is of it."""
        body, middle = bytes(self.body), len(self.body) // 2
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": body[:middle], "more_body": True})
        if self._fault.reset:
            raise ConnectionResetError("the sandbox was told to cut the connection")
        await asyncio.sleep(self._fault.stall_s)
        await send({"type": "http.response.body", "body": b"" if self._fault.body == "short" else body[middle:]})


def _spoilt(response: Response, fault: EndpointFault) -> Response:
    if fault.reset or fault.stall_s or fault.body == "short":
        return Broken(response, fault)
    if fault.body == "whole":
        return response
    if fault.body == "html":
        return HTMLResponse("<html><body>Gateway page</body></html>", response.status_code)
    kept = bytes(response.body)[: len(response.body) // 2] if fault.body == "truncated" else b""
    return Response(kept, response.status_code, media_type=response.media_type)

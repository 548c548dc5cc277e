"""Performs planned calls: the only place where the gateway talks to upstream."""

import math
import time
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, Final

import httpx

from gateway.context import Credential
from gateway.errors import (
    CallerRefused,
    GatewayError,
    UpstreamTimeout,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    UpstreamUnreachable,
)
from gateway.facets.capabilities import Capabilities
from gateway.facets.facet import Endpoint
from gateway.facets.plan import Call
from gateway.facets.routes import BY_ID
from gateway.model.excerpts import BlockReader
from gateway.upstream import v1, v2
from gateway.upstream.answers import Failed, Outcomes, Performed, Target
from gateway.upstream.bodies import Body
from gateway.upstream.codes import expired, failure, refusal_in_xml
from gateway.upstream.deadlines import moment, within
from gateway.upstream.decoding import Decoded, of_v1, of_v2
from gateway.upstream.head import Head, target
from gateway.upstream.request import UpstreamRequest
from gateway.upstream.retries import retry_after
from gateway.upstream.wire import MOST_BYTES, Wire

_SAYING_WHEN: Final = (429, 503)
_Reply = tuple[int, bytes, float | None]
"""Status and body, and how many seconds upstream asks to wait."""


class UpstreamClient:
    """Both REST calls of one upstream organisation, under one credential.

    They go over `wire`, where there is one, and else through httpx; always through httpx while that has event hooks.
    The same is sent either way.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        credential: Credential,
        *,
        capabilities: Capabilities,
        timeout_s: float,
        country_code: str = "",
        clock: Callable[[], float] = time.perf_counter,
        wire: Wire | None = None,
    ) -> None:
        self._http = http
        self._credential = credential
        self._capabilities = capabilities
        self._timeout_s = timeout_s
        self._always = {"accept": "application/json", "accept-encoding": "gzip"}
        if country_code:
            self._always["x-cap-client-countrycode"] = country_code
        self._wire = wire
        self._prefix = http.base_url.raw_path.rstrip(b"/")
        default = {"host": http.base_url.netloc.decode("ascii"), **http.headers}
        self._head = Head({**default, **self._always})
        self._clock = clock

    def with_capabilities(self, capabilities: Capabilities) -> "UpstreamClient":
        """The same client for an organisation that can do other things."""
        other = copy(self)
        other._capabilities = capabilities  # noqa: SLF001 - a copy of ourselves
        return other

    def request(self, call: Call, targets: Mapping[int, Target]) -> UpstreamRequest:
        """The request that a call is, without sending it."""
        match call.endpoint:
            case Endpoint.V1:
                return v1.request(call, list(targets.values()), self._capabilities)
            case Endpoint.V2:
                return v2.request(call, next(iter(targets.values())), self._capabilities)

    async def perform(
        self,
        call: Call,
        targets: Mapping[int, Target],
        language: str | None = None,
        timeout_s: float = math.inf,
        credential: Credential | None = None,
    ) -> Performed:
        """Makes a call and says what came of it for each customer. Never raises but when it is cancelled.

        `timeout_s` is how long it may take, if that is less than any call may. `credential` is the caller's own, where
        upstream is asked with that one.
        """
        started, proven = self._clock(), credential or self._credential
        status, size, wait, refused = None, 0, None, False
        try:
            until = moment() + min(timeout_s, self._timeout_s)
            status, body, wait = await self._get(self.request(call, targets), language, proven, until)
            size, refused = len(body), expired(status, body)
            outcomes = _outcomes(call, status, body, targets)
        except TimeoutError:
            outcomes = all_failed(targets, UpstreamTimeout("Upstream did not answer in time."))
        except GatewayError as error:
            outcomes, refused = all_failed(targets, error), isinstance(error, UpstreamUnauthorized)
        if credential is not None and (refused or status == 403):
            refused, outcomes = True, all_failed(targets, CallerRefused("Upstream does not accept your credential."))
        return Performed(outcomes, status, (self._clock() - started) * 1000, size, wait, refused=refused)

    async def _get(
        self, request: UpstreamRequest, language: str | None, credential: Credential, until: float
    ) -> _Reply:
        """What upstream replies. A refused credential that can be renewed is renewed once."""
        proof = credential.at_hand()
        if proof is None:
            async with within(until):
                proof = await credential.headers()
        reply = await self._send(request, proof, language, until)
        if expired(reply[0], reply[1]) and credential.refused(proof):
            async with within(until):
                proof = await credential.headers()
            reply = await self._send(request, proof, language, until)
        return reply

    async def _send(
        self, request: UpstreamRequest, proof: Mapping[str, str], language: str | None, until: float
    ) -> _Reply:
        wire, watching = self._wire, self._http.event_hooks
        try:
            if wire is None or watching["request"] or watching["response"]:
                return await self._through_httpx(request, proof, language, until)
            asked = self._prefix + target(request).encode("ascii")
            reply = await wire.get(asked, self._head.lines(proof, language), until=until, most=MOST_BYTES)
        except httpx.TimeoutException as error:
            raise UpstreamTimeout("Upstream did not answer in time.") from error
        except httpx.DecodingError as error:
            raise UpstreamUnavailable("Upstream answered more than can be read.") from error
        except httpx.HTTPError as error:
            raise UpstreamUnreachable("Upstream could not be reached.") from error
        except UnicodeError as error:
            raise UpstreamUnavailable("The call to upstream cannot be written as HTTP.") from error
        return reply.status, reply.body, _wait(reply.status, reply.header(b"retry-after"))

    async def _through_httpx(
        self, request: UpstreamRequest, proof: Mapping[str, str], language: str | None, until: float
    ) -> _Reply:
        headers = {**self._always, **proof}
        if language:
            headers["language"] = language
        async with (
            within(until),
            self._http.stream("GET", request.path, params=request.parameters, headers=headers) as response,
        ):
            body = Body(response.headers.get("content-encoding", ""), most=MOST_BYTES)
            async for part in response.aiter_raw():
                body.take(part)
            return response.status_code, body.whole(), _wait(response.status_code, response.headers.get("retry-after"))


def _wait(status: int, text: str | None) -> float | None:
    return retry_after(text, time.time()) if text is not None and status in _SAYING_WHEN else None


def _outcomes(call: Call, status: int, body: bytes, targets: Mapping[int, Target]) -> Outcomes:
    """Reads the body where there is one: both endpoints put errors in it under HTTP 200 and data under 500."""
    position, target = next(iter(targets.items()))
    try:
        found, cuts = _decoded(call.endpoint, body, targets)
    except ValueError:
        found, cuts = None, ()
    if found is None and (refused := refusal_in_xml(body)):
        return all_failed(targets, refused)
    match call.endpoint:
        case Endpoint.V2 if found is not None and status not in (401, 403, 429):
            return {position: v2.outcome(found, target, body)}
        case Endpoint.V2:
            return {position: v2.refused(status, blank=not body, by_id=call.by == BY_ID)}
        case Endpoint.V1 if found is not None and status not in (401, 403, 429):
            return v1.outcomes(found, targets, body, cuts)
        case Endpoint.V1:
            return all_failed(targets, failure(status))


def _decoded(endpoint: Endpoint, body: bytes, targets: Mapping[int, Target]) -> Decoded:
    """What of a body will be read for any of those that it is about."""
    wanted = {target.readers for target in targets.values()}
    known = [readers for readers in wanted if readers is not None]
    readers = frozenset[BlockReader[Any]]().union(*known) if len(known) == len(wanted) else None
    match endpoint:
        case Endpoint.V2:
            return of_v2(body, readers)
        case Endpoint.V1:
            return of_v1(body, readers, batch=len(targets) > 1)


def all_failed(targets: Mapping[int, Target], error: GatewayError) -> Outcomes:
    """The outcomes of a call of which nothing came."""
    return dict.fromkeys(targets, Failed(error))

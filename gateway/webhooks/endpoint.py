"""The HTTP endpoint for upstream's events: who may send, how much, and what upstream is told."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.telemetry.events import FaultMet, WebhookOutcome, WebhookReceived
from gateway.webhooks.events import OTHER, Event, read

RETRY_AFTER_S: Final = 10
"""Seconds after which upstream is asked to send again what could not be recorded."""

_MOST_EVENTS: Final = 5_000
"""Of one delivery; a body has no room for so many that say something."""

_OWED: Final = 10_000
"""Digests that are remembered as still owed; the oldest go first."""

Emit = Callable[[WebhookReceived | FaultMet], None]


class WebhookEndpoint:
    """An ASGI application for `POST /events/capillary`.

    What upstream does with the status (facts §7) decides every answer: 400 drops the event for good, a 2xx ends it,
    anything else is tried again for days while all later events wait behind it, and a slow 2xx is sent again. So all
    that was understood, and all that asking again would not mend, is 200 with an empty object; what could not be
    recorded now is 503. The media type is whatever upstream was configured to send, and is not looked at.

    - `header` and `secret`: the static header that upstream sends with every event. Nothing is read before it is right.
    - `invalidate`: records that the event's customers are to be fetched anew. Whatever it raises means: not now.
    - `fresh`: takes the digest of an event and says whether it is the first time. It saves work and nothing else: if it
      raises, the event counts as fresh.
    - `forget`: undoes `fresh` after an invalidation that failed, so that the retry is not taken for a duplicate.

    No answer and no emitted event has anything of the payload but the event's name, if it is a known one.
    """

    def __init__(
        self,
        *,
        header: str,
        secret: str,
        invalidate: Callable[[Event], Awaitable[None]],
        fresh: Callable[[str], Awaitable[bool]],
        forget: Callable[[str], Awaitable[None]],
        emit: Emit,
        body_bytes: int,
    ) -> None:
        if not header.strip() or not secret.strip():
            raise ValueError("the header of upstream's events has no name or no value")
        self._header = header.strip().lower().encode()
        self._secret = _hash(secret.strip().encode())
        self._invalidate = invalidate
        self._fresh = fresh
        self._forget = forget
        self._emit = emit
        self._body_bytes = body_bytes
        self._flights: dict[str, asyncio.Task[WebhookOutcome]] = {}
        self._owed: dict[str, None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        response = await self._respond(Request(scope, receive))
        response.headers["x-content-type-options"] = "nosniff"
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method != "POST":
            return _response(405, allow="POST")
        if not self._authentic(request):
            return self._refused(WebhookOutcome.UNAUTHORIZED, _response(401, www_authenticate="Header"))
        try:
            body = await self._body(request)
        except ClientDisconnect:
            return self._refused(WebhookOutcome.INTERRUPTED, _again())
        if body is None:
            return self._refused(WebhookOutcome.TOO_LARGE, _response(413))
        try:
            payload = _decoded(body)
        except (ValueError, RecursionError):
            return self._refused(WebhookOutcome.UNREADABLE, _response(200))
        events = cast("list[object]", payload) if isinstance(payload, list) else [payload]
        if len(events) > _MOST_EVENTS:
            return self._refused(WebhookOutcome.TOO_LARGE, _response(413))
        for one in events:
            if not await self._taken(one):
                return _again()
        return _response(200)

    def _authentic(self, request: Request) -> bool:
        """Whether the header is there, once, with the secret. Hashes are compared, so that no length is told."""
        headers = cast("list[tuple[bytes, bytes]]", request.scope["headers"])
        given = [value for name, value in headers if name.lower() == self._header]
        return hmac.compare_digest(_hash(given[0] if len(given) == 1 else b""), self._secret)

    async def _body(self, request: Request) -> bytes | None:
        """The body, or null where it is too large."""
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > self._body_bytes:
                return None
        return bytes(body)

    def _refused(self, outcome: WebhookOutcome, response: Response) -> Response:
        self._emit(WebhookReceived(OTHER, outcome))
        return response

    async def _taken(self, payload: object) -> bool:
        """Deals with one event. False where it has to be sent again; those of its list before it are then duplicates,
        and those after it come with the retry."""
        event = read(payload)
        outcome = WebhookOutcome.NO_EVENT if event is None else await self._outcome(event)
        self._emit(WebhookReceived(OTHER if event is None else event.label, outcome))
        return outcome is not WebhookOutcome.FAILED

    async def _outcome(self, event: Event) -> WebhookOutcome:
        if not event.changes and not event.adds:
            return WebhookOutcome.IGNORED
        if not (event.customers or event.cards or event.adds):
            return WebhookOutcome.UNADDRESSED
        if event.id is None:
            return WebhookOutcome.INVALIDATED if await self._recorded(event) else WebhookOutcome.FAILED
        return await self._once(event, _digest(event, event.id))

    async def _once(self, event: Event, digest: str) -> WebhookOutcome:
        """Records an event that has an id. A second delivery while the first is under way waits for its outcome:
        upstream would take a 200 for the whole event, and the first may yet fail. A sender that goes away stops
        nothing."""
        flight = self._flights.get(digest)
        if flight is not None:
            outcome = await asyncio.shield(flight)
            return outcome if outcome is WebhookOutcome.FAILED else WebhookOutcome.DUPLICATE
        flight = self._flights[digest] = asyncio.create_task(self._recorded_once(event, digest))
        flight.add_done_callback(lambda _: self._flights.pop(digest, None))
        return await asyncio.shield(flight)

    async def _recorded_once(self, event: Event, digest: str) -> WebhookOutcome:
        outcome = WebhookOutcome.FAILED
        try:
            if digest not in self._owed and not await self._is_fresh(digest):
                outcome = WebhookOutcome.DUPLICATE
            elif await self._recorded(event):
                outcome = WebhookOutcome.INVALIDATED
        finally:  # also when the process is told to end
            await self._settle(digest, owed=outcome is WebhookOutcome.FAILED)
        return outcome

    async def _recorded(self, event: Event) -> bool:
        try:
            await self._invalidate(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, upstream keeps the event for us
            self._emit(FaultMet(type(error).__name__, "webhooks"))
            return False
        return True

    async def _is_fresh(self, digest: str) -> bool:
        try:
            return await self._fresh(digest)
        except Exception:  # noqa: BLE001 - better twice than never
            return True

    async def _settle(self, digest: str, *, owed: bool) -> None:
        """Has an event that was not recorded forgotten. Where that fails too, as it will when one store does both,
        this process remembers that the event is still owed."""
        self._owed.pop(digest, None)
        if not owed:
            return
        try:
            await self._forget(digest)
        except Exception:  # noqa: BLE001 - whatever it is, the retry must not be taken for a duplicate
            self._owed[digest] = None
            if len(self._owed) > _OWED:
                del self._owed[next(iter(self._owed))]


def _decoded(body: bytes) -> object:
    """The JSON in a body, every number as the text it was sent as: an id must not go through a float.

    Raises `ValueError` or `RecursionError` for what is none. That is answered with 200 nevertheless: 400 would drop
    the event just the same, and any other status would have upstream send it for days, with all events behind it.
    """
    return json.loads(body, parse_int=str, parse_float=str, parse_constant=str)


def _digest(event: Event, id: str) -> str:
    """What an event is recognised by. With its name: two published events of different names share an id."""
    return _hash("\n".join((event.organisation or "", event.name, id)).encode()).hex()


def _hash(data: bytes) -> bytes:
    return sha256(data).digest()


def _response(status: int, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(b"{}", status, headers=named, media_type="application/json")


def _again() -> Response:
    return _response(503, retry_after=str(RETRY_AFTER_S))

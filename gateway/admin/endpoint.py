"""The purge: an operator makes the cache forget a customer."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, cast

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from gateway.cache.failures import StoreDown
from gateway.cache.invalidation import UnknownTenant
from gateway.errors import BadUserInput
from gateway.facets.addresses import address
from gateway.facets.facet import Address, IdentifierKind, Source

MOST_BYTES: Final = 10_000


class PurgeEndpoint:
    """An ASGI application for `POST /admin/cache/purge` with `{"by": {"mobile": "…"}}`, `source` and `accountId`.

    And `tenant`, where the gateway has several.

    Answers `{"customers": n}`; 401 without the operators' bearer token, 503 where it could not be written down.
    """

    def __init__(self, secret: str, purge: Callable[[Address, str], Awaitable[int]]) -> None:
        self._proof = f"Bearer {secret}".encode()
        self._purge = purge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method != "POST":
            return _refused(405, "Use POST.")
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._proof):
            return _refused(401, "The bearer token is missing or wrong.")
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                return _refused(413, "The body is too large.")
        try:
            asked = _asked(bytes(body))
            return JSONResponse({"customers": await self._purge(_address(asked), str(asked.get("tenant") or ""))})
        except UnknownTenant:
            return _refused(400, "tenant: must name one of the gateway's tenants.")
        except BadUserInput as error:
            return _refused(400, error.message)
        except StoreDown:
            return _refused(503, "The cache cannot be reached; try again.")


def _asked(body: bytes) -> Mapping[str, object]:
    """The object that a body is. Raises `BadUserInput`."""
    try:
        given: object = orjson.loads(body)
    except json.JSONDecodeError:
        raise BadUserInput("body", "is not JSON") from None
    return cast("dict[str, object]", given) if isinstance(given, dict) else {}


def _address(asked: Mapping[str, object]) -> Address:
    """Whom it names. Raises `BadUserInput`."""
    by = cast("dict[str, object]", asked["by"]) if isinstance(asked.get("by"), dict) else {}
    if len(by) != 1 or not set(IdentifierKind).issuperset(by):
        raise BadUserInput("by", f"must be an object with one of {', '.join(IdentifierKind)}")
    try:
        source = Source(str(asked.get("source") or Source.INSTORE))
    except ValueError:
        raise BadUserInput("source", f"must be one of {', '.join(Source)}") from None
    account = asked.get("accountId")
    return address(by, source, None if account is None else str(account))


def _refused(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status)

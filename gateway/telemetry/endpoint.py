"""`/metrics`, as Prometheus reads it."""

import hmac

from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from gateway.telemetry.metrics import Metrics


class MetricsEndpoint:
    """An ASGI application for `GET /metrics`, in the format that is asked for. With a token it asks for that."""

    def __init__(self, metrics: Metrics, token: str) -> None:
        self._registry = metrics.registry
        self._proof = f"Bearer {token}".encode() if token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        response = self._respond(Request(scope, receive))
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Use GET.\n", 405, {"allow": "GET, HEAD"})
        given = request.headers.get("authorization", "").encode()
        if self._proof is not None and not hmac.compare_digest(given, self._proof):
            told = {"www-authenticate": "Bearer"}
            return PlainTextResponse("The bearer token is missing or wrong.\n", 401, told)
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        body = b"" if request.method == "HEAD" else encode(self._registry)
        return Response(body, headers={"content-type": content_type})

"""Whether new requests are welcome: what `/readyz` says."""

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send


class Readiness:
    """Ready from the start until the process is told to stop; then never again."""

    def __init__(self) -> None:
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Whether the process was told to stop. It still answers; who balances load should send nothing more."""
        return self._stopping

    def stop(self) -> None:
        """Says that no more requests are welcome."""
        self._stopping = True


class ReadinessEndpoint:
    """An ASGI application for `/readyz`: 200, and 503 from the moment the process is told to stop."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        stopping = self._readiness.stopping
        response = PlainTextResponse("stopping\n" if stopping else "ok\n", 503 if stopping else 200)
        await response(scope, receive, send)

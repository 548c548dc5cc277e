"""An upstream whose V1.1 waits at a gate that a test opens, from any thread, or by asking for `/_gate`."""

import asyncio
import threading

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.sandbox import Sandbox
from tests.support.upstream import V1

PATIENCE_S = 30.0
"""After this a test has hung."""


class Gate:
    """Closed until it is opened. `between` puts it before a sandbox."""

    def __init__(self) -> None:
        self._opened = threading.Event()
        self._came = threading.Event()

    def open(self) -> None:
        """Lets all through."""
        self._opened.set()

    @property
    def is_open(self) -> bool:
        """Whether anybody gets through."""
        return self._opened.is_set()

    def await_somebody(self) -> None:
        """Waits until V1.1 is asked."""
        assert self._came.wait(PATIENCE_S)

    def between(self, sandbox: Sandbox) -> "Gated":
        """The sandbox behind the gate."""
        return Gated(sandbox, self._opened, self._came)


class Gated:
    """An ASGI application."""

    def __init__(self, sandbox: Sandbox, opened: threading.Event, came: threading.Event) -> None:
        self._sandbox = sandbox
        self._opened = opened
        self._came = came

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/_gate":
            self._opened.set()
            await Response(status_code=204)(scope, receive, send)
            return
        if scope["path"] == V1:
            self._came.set()
            await asyncio.to_thread(self._opened.wait, PATIENCE_S)
        await self._sandbox(scope, receive, send)

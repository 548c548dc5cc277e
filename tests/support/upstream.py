"""An upstream that a test can hold, rewrite and count, in front of a sandbox; and how to wait for what comes of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

from starlette.types import Message, Receive, Scope, Send

from gateway.sandbox import Sandbox, create_sandbox

DEADLINE_S = 10
"""After this a test has hung."""
V1 = "/v1.1/customer/get"
V2 = "/v2/customers/"

Rewrite = Callable[[str, Any], Any]
"""From the path and the decoded body of an answer to the body that is sent instead."""


class Upstream:
    """An ASGI application. An answer is made when the request arrives, and sent when nothing holds it any more."""

    def __init__(self, rewrite: Rewrite | None = None) -> None:
        self.sandbox: Sandbox = create_sandbox()
        self.rewrite = rewrite
        self._open = asyncio.Event()
        self._open.set()
        self._changed = asyncio.Condition()
        self.arrived = 0
        """How many requests came."""

    def hold(self) -> None:
        """From now on answers wait."""
        self._open.clear()

    def release(self) -> None:
        """All answers go out."""
        self._open.set()

    async def asked(self, times: int = 1) -> None:
        """Waits until so many requests have come in all."""
        async with asyncio.timeout(DEADLINE_S), self._changed:
            await self._changed.wait_for(lambda: self.arrived >= times)

    def paths(self) -> list[str]:
        """Which calls came, in a fixed order: `V1.1` and `V2`."""
        return sorted("V1.1" if request.path == V1 else "V2" for request in self.sandbox.requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.sandbox(scope, receive, keep)
        opened = self._open
        if self.rewrite is not None and messages[0]["status"] == 200:
            messages = _rewritten(messages, lambda body: cast("Rewrite", self.rewrite)(scope["path"], body))
        async with self._changed:
            self.arrived += 1
            self._changed.notify_all()
        await opened.wait()
        for message in messages:
            await send(message)


def _rewritten(messages: list[Message], rewrite: Callable[[Any], Any]) -> list[Message]:
    start, *rest = messages
    body = json.dumps(rewrite(json.loads(b"".join(one.get("body", b"") for one in rest)))).encode()
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    return [{**start, "headers": headers}, {"type": "http.response.body", "body": body}]


async def idle() -> None:
    """Waits until nothing runs but the test itself."""
    async with asyncio.timeout(DEADLINE_S):
        while rest := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(rest)


async def together(count: int, ask: Callable[[], Awaitable[Any]]) -> list[Any]:
    """Asks so many times at once; nobody may hang."""
    async with asyncio.timeout(3 * DEADLINE_S):
        return await asyncio.gather(*(ask() for _ in range(count)))


async def quiet() -> None:
    """Lets everything run on that waits for nothing from outside."""
    for _ in range(200):
        await asyncio.sleep(0)

"""A client that reads what comes as it comes, in this process."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from gateway.asgi import LEFT
from tests.support.gateway import GatewayUnderTest
from tests.support.parts import Json, Reader, put_together, taken_apart

HISTORY = """{ customer(by: {mobile: "919800000001"}) {
  id firstName cards { cardNumber } ... @defer(label: "history") { slabHistory { to } }
} }"""
"""V2 tells of the cards, V1.1 of the history."""
WITHOUT = HISTORY.replace('@defer(label: "history")', "")


def now() -> float:
    """The seconds that passed by the loop's own time."""
    return asyncio.get_running_loop().time()


class Arriving:
    """An answer that arrives."""

    def __init__(self, application: ASGIApp, body: bytes, headers: Mapping[str, str]) -> None:
        self._sent: asyncio.Queue[Message | None] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._asked = False
        self._body = body
        self._waiting: list[Json] = []
        self._reader: Reader | None = None
        self.status = 0
        self.headers: dict[str, str] = {}
        self._scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(body)),
                *((name.encode(), value.encode()) for name, value in headers.items()),
            ],
        }
        self.task = asyncio.create_task(self._run(application))

    async def _run(self, application: ASGIApp) -> None:
        try:
            await application(self._scope, self._receive, self._sent.put)
        finally:
            await self._sent.put(None)

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def payload(self) -> Json | None:
        """The next payload; null where nothing follows."""
        while not self._waiting:
            message = await self._sent.get()
            if message is None:
                assert self._reader is None or self._reader.whole or self._gone.is_set()
                return None
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
                self._reader = Reader(self.headers["content-type"])
            elif self._reader is not None:
                self._waiting += self._reader.read(message["body"])
        return self._waiting.pop(0)

    async def rest(self) -> list[Json]:
        """All payloads that are still to come."""
        found: list[Json] = []
        while (payload := await self.payload()) is not None:
            found.append(payload)
        return found

    async def leave(self) -> None:
        """The client goes away, as our server says it."""
        self._scope[LEFT] = True
        self._gone.set()
        await self.task


@asynccontextmanager
async def arriving(gateway: GatewayUnderTest, query: str, accept: str, **headers: str) -> AsyncIterator[Arriving]:
    """The answer to a POST."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    one = Arriving(gateway.application, json.dumps({"query": query}).encode(), {"accept": accept, **named})
    try:
        yield one
    finally:
        one.task.cancel()
        with suppress(asyncio.CancelledError):
            await one.task


async def parts(gateway: GatewayUnderTest, query: str, accept: str, variables: Any = None, **more: str) -> list[Json]:
    """The payloads of an answer that must come in parts."""
    answer = await gateway.post(query, variables, accept=accept, **more)
    assert answer.status_code == 200, answer.text
    return taken_apart(answer.headers["content-type"], answer.content)


def come_to(answer: httpx.Response) -> Json:
    """The whole of an answer, whether it came in parts or not."""
    content_type = answer.headers["content-type"]
    if content_type.startswith("application/"):
        return answer.json()
    return put_together(taken_apart(content_type, answer.content))

"""The HTTP answer of `/graphql` where it comes in parts: each goes out as soon as it is there."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final

import orjson
from starlette.types import Receive, Scope, Send

from gateway.graphql.incremental import Payload
from gateway.graphql.negotiation import Parts
from gateway.graphql.reply import SECURE, VARY, Header, Headers, raw

_TOLD: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""Nothing keeps it, and nginx does not collect it either."""


class Stream:
    """An ASGI application that answers these payloads, the last of which says so by `hasNext`.

    `errors` are those that they tell of, as far as they were made. `size` is how many bytes of them went out, and
    `whole` whether that is all: else the client left.
    """

    status = 200

    def __init__(
        self,
        parts: Parts,
        payloads: AsyncGenerator[Payload],
        errors: Sequence[Mapping[str, Any]],
        vary: Header = VARY,
    ) -> None:
        self.errors = errors
        self.headers: Headers = [(b"content-type", parts.value.encode()), *SECURE, vary, *raw(_TOLD)]
        self.size = 0
        self.whole = False
        self._framed = _event if parts is Parts.EVENTS else _part
        self._payloads = payloads

    def tell(self, told: Mapping[str, str]) -> None:
        """Adds headers."""
        self.headers += raw(told)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's own
        """Answers one HTTP request. A client that leaves has nobody go on for it: not what makes the payloads."""
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (sending, leaving):
                one.cancel()
            await asyncio.wait({sending, leaving})
        if not sending.cancelled():
            sending.result()

    async def _send(self, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
            async for payload in self._payloads:
                first, last = not self.size, not payload.get("hasNext")
                body = self._framed(orjson.dumps(payload), first=first, last=last)
                self.size += len(body)
                await send({"type": "http.response.body", "body": body, "more_body": not last})
            self.whole = True
        finally:
            await self._payloads.aclose()


async def once(payload: Mapping[str, object]) -> AsyncGenerator[Payload]:
    """An answer in one piece, for a client that takes only streams."""
    yield dict(payload)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(data: bytes, *, first: bool, last: bool) -> bytes:  # noqa: ARG001 - as `_part`
    """A payload of the protocol GraphQL over Server-Sent Events. JSON has no line breaks of its own."""
    return b"event: next\ndata: %b\n\n%b" % (data, b"event: complete\ndata:\n\n" if last else b"")


def _part(data: bytes, *, first: bool, last: bool) -> bytes:
    """A payload as a part of `multipart/mixed`. What ends it goes out with it: a client waits for that."""
    begin, end = b"---" if first else b"", b"-----\r\n" if last else b"---"
    return b"%b\r\nContent-Type: application/json; charset=utf-8\r\n\r\n%b\r\n%b" % (begin, data, end)

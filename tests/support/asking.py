"""An application as `gateway.server` calls it: asked first whether it has the answer at once."""

from typing import Any

from starlette.types import Message, Receive, Scope, Send

IN_ONE_PIECE = 64 * 1024
"""Bytes of a body that a server may have all of when it has the headers."""


class AtOnceFirst:
    """An ASGI application that calls another only where that has no answer at once to what came in one piece."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self.at_once = 0
        """How many requests were answered so."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = dict(scope["headers"]).get(b"content-length", b"0" if scope["method"] == "GET" else b"?")
        if not length.isdigit() or int(length) > IN_ONE_PIECE:
            await self._application(scope, receive, send)
            return
        came = await receive()
        answer = None if came.get("more_body") else self._application.at_once(scope, came.get("body", b""))
        if answer is None:
            await self._application(scope, _replayed(came, receive), send)
            return
        self.at_once += 1
        head, _, content = answer.partition(b"\r\n\r\n")
        headers = [tuple(line.split(b": ", 1)) for line in head.split(b"\r\n")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def _replayed(came: Message, receive: Receive) -> Receive:
    left = [came]

    async def receive_again() -> Message:
        return left.pop() if left else await receive()

    return receive_again

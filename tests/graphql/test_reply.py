"""An answer goes out in one piece where the server offers to write it, and is sent where not."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.asgi import WRITE
from gateway.graphql.reply import Reply

HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"2")]
SENT = ["http.response.start", "http.response.body"]


async def answered(status: int, method: str, *, takes: bool | None) -> tuple[list[bytes], list[Mapping[str, Any]]]:
    """What was written and what was sent. The server takes what is to be written or not; null: it does not offer to."""
    written: list[bytes] = []
    sent: list[Mapping[str, Any]] = []

    def write(given: Any, answer: bytes) -> bool:
        assert given is scope
        written.append(answer)
        return bool(takes)

    async def receive() -> Any:
        raise AssertionError("nothing is to be received")

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": method} | ({} if takes is None else {WRITE: write})
    await Reply(status, list(HEADERS), b"{}")(scope, receive, send)
    return written, sent


async def test_it_is_written_in_one_piece() -> None:
    written, sent = await answered(200, "POST", takes=True)
    assert written == [b"content-type: application/json\r\ncontent-length: 2\r\n\r\n{}"]
    assert sent == []


@pytest.mark.parametrize(
    ("status", "method", "takes", "body"),
    [(200, "POST", None, b"{}"), (200, "POST", False, b"{}"), (400, "POST", True, b"{}"), (200, "HEAD", True, b"")],
    ids=["another server", "the next request has come", "another status", "no body"],
)
async def test_else_it_is_sent(status: int, method: str, takes: bool | None, body: bytes) -> None:
    written, sent = await answered(status, method, takes=takes)
    assert len(written) == (takes is False)
    assert [message["type"] for message in sent] == SENT
    assert (sent[0]["status"], sent[0]["headers"], sent[1]["body"]) == (status, HEADERS, body)

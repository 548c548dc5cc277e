"""The HTTP answer of `/graphql`, as it goes over the wire."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.asgi import WRITE, Write

EXPLAIN_HEADER: Final = "x-gateway-explain"

Header = tuple[bytes, bytes]
Headers = list[Header]


def varying(*further: str) -> Header:
    """What an answer depends on beside the request itself, and on these headers, where they are any.

    In one line: of several, some caches heed only the last.
    """
    return b"vary", ", ".join((*_VARYING, *filter(None, further))).encode()


_VARYING: Final = (
    *("accept", "accept-encoding", "accept-language", "authorization", "x-api-key", "x-cap-api-oauth-token", "origin"),
    EXPLAIN_HEADER,
)
VARY: Final = varying()

SECURE: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
)
"""What browsers are told with every answer."""


@dataclass(slots=True)
class Reply:
    """An ASGI application that answers this. Starlette's `Response` would cost five times as much to make."""

    status: int
    headers: Headers
    body: bytes = b""

    @classmethod
    def of_body(
        cls, status: int, content_type: str, body: bytes, told: Mapping[str, str], vary: Header = VARY
    ) -> "Reply":
        """An answer with a body."""
        headers = [(b"content-type", content_type.encode()), (b"content-length", b"%d" % len(body))]
        return cls(status, [*headers, *SECURE, vary, *raw(told)], body)

    @classmethod
    def without_body(cls, told: Mapping[str, str]) -> "Reply":
        """An answer that says everything in its headers."""
        return cls(204, [*SECURE, *raw(told)])

    @classmethod
    def not_modified(cls, told: Mapping[str, str], vary: Header = VARY) -> "Reply":
        """What a client has is still the answer."""
        return cls(304, [*SECURE, vary, *raw(told)])

    @classmethod
    def of_page(cls, page: Response) -> "Reply":
        """A page, with what it does not say for itself."""
        said = {name for name, _ in page.raw_headers}
        missing = [header for header in (*SECURE, VARY) if header[0] not in said]
        return cls(page.status_code, [*page.raw_headers, *missing], bytes(page.body))

    def tell(self, told: Mapping[str, str]) -> None:
        """Adds headers."""
        self.headers += raw(told)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's own
        """Answers one HTTP request; one by HEAD without the body."""
        write: Write | None = scope.get(WRITE)
        whole = self.status == 200 and scope["method"] != "HEAD"
        if write and whole and write(scope, b"%b\r\n%b" % (lines_of(self.headers), self.body)):
            return
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self.body})


def lines_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Headers as they go over the wire."""
    return b"".join([b"%s: %s\r\n" % header for header in headers])


def kept_for(seconds: int) -> str:
    """The `cache-control` of an answer that a client may keep for so long."""
    return f"private, max-age={seconds}" if seconds else "no-store"


def raw(told: Mapping[str, str]) -> Iterable[tuple[bytes, bytes]]:
    """Headers as ASGI has them."""
    return [(name.encode(), value.encode("latin-1")) for name, value in told.items()]

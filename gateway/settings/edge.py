"""What an operator can set of the gateway's HTTP side."""

import re
from enum import StrEnum
from typing import Final

from gateway.settings.base import Group, setting, split, written

ANY_ORIGIN: Final = "*"
_ORIGIN: Final = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9-]+(\.[a-z0-9-]+)*)(:\d{1,5})?")
"""As browsers write it: in lower case, without a path."""


def _whole_origins(text: str) -> None:
    for origin in split(text):
        if origin != ANY_ORIGIN and not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin} is no origin; write scheme and host, such as https://app.example.com")


class StatusCodes(StrEnum):
    """Which HTTP status says that a GraphQL request failed, or succeeded in part."""

    ESTABLISHED = "established"
    """What clients, dashboards and the public audits know: 400 for every request error, 200 for a partial answer."""
    RELEASED = "released"
    """The recommendations of the specification's September 2026 release: 422 and 294 where it says so."""


class DocumentMode(StrEnum):
    """What the operations of the manifest are for."""

    OFF = "off"
    ALLOW_PLUS_ANYTHING = "allow-plus-anything"
    ONLY = "only"


class HttpSettings(Group):
    """How `/graphql` speaks HTTP."""

    status_codes: StatusCodes = setting(
        "`established`: 400 for every request error and 200 for a partial answer. `released`: 422 and 294 "
        "where the specification of September 2026 recommends them (docs/http.md).",
        default=StatusCodes.ESTABLISHED,
    )
    compress_from_bytes: int = setting(
        "Answers of so many bytes are sent with brotli or gzip to who takes it; 0: none is.", default=1024, at_least=0
    )
    get_needs_header: bool = setting(
        "Whether a GET must carry a header that no other site's page can send unasked, such as "
        "`graphql-require-preflight`. Off: it is enough that the browser says where the GET comes from.",
        default=False,
    )


class CorsSettings(Group):
    """Which pages of other origins may ask, from a browser."""

    origins: str = setting(
        "Origins such as `https://app.example.com`, separated by commas; `*` is every one. Empty: only "
        "pages of the gateway's own origin.",
        default="",
        check=_whole_origins,
    )
    credentials: bool = setting(
        "Whether browsers send cookies and client certificates along. Not with the origin `*`.", default=False
    )
    headers: str = setting(
        "Further request headers that pages may send, by commas.",
        default="",
        check=written(r"[A-Za-z0-9_, -]*", "must be names of headers, separated by commas"),
    )
    max_age_s: int = setting(
        "Seconds for which a browser need not ask again whether it may ask.", default=7200, at_least=0, at_most=86_400
    )

    def check(self) -> None:
        """Browsers send no credentials to a server that takes them from everybody."""
        if self.credentials and ANY_ORIGIN in split(self.origins):
            raise ValueError("GATEWAY_CORS__CREDENTIALS: not with the origin *; name the origins")


class DocumentSettings(Group):
    """Operations that clients send by their identifier."""

    mode: DocumentMode = setting(
        "`off`, `allow-plus-anything` (the manifest's operations, and any other text), or `only` (the "
        "manifest's operations and nothing else).",
        default=DocumentMode.OFF,
    )
    manifest: str = setting(
        "Files of operations as Apollo, Relay or graphql-codegen write them, separated by commas.", default=""
    )
    free_text: bool = setting(
        "Whether `only` takes any other text all the same, for the explorer. On in `gateway dev`.", default=False
    )
    automatic: bool = setting(
        "Whether clients may register operations by their hash (APQ). Never in `only`.", default=True
    )
    automatic_entries: int = setting("Operations kept that clients registered.", default=1_000, at_least=1)
    automatic_bytes: int = setting("Bytes that they may take together.", default=4 * 1024 * 1024, at_least=1024)

    def check(self) -> None:
        """A manifest and a mode that uses it need each other."""
        if self.mode is not DocumentMode.OFF and not split(self.manifest):
            raise ValueError(f"GATEWAY_DOCUMENTS__MANIFEST: is not set, and GATEWAY_DOCUMENTS__MODE is {self.mode}")
        if self.mode is DocumentMode.OFF and split(self.manifest):
            raise ValueError("GATEWAY_DOCUMENTS__MANIFEST: is set, but GATEWAY_DOCUMENTS__MODE is off")


class ServerSettings(Group):
    """How long clients may take, and how the process stops."""

    header_timeout_s: float = setting("Seconds for a request line and its headers.", default=10.0, above=0, at_most=300)
    body_timeout_s: float = setting("Seconds for the body after that.", default=20.0, above=0, at_most=300)
    write_timeout_s: float = setting(
        "Seconds for which a client may read nothing of an answer that waits for it.",
        default=30.0,
        above=0,
        at_most=600,
    )
    idle_timeout_s: int = setting(
        "Seconds that a connection stays open without a request. More than a proxy's.",
        default=75,
        at_least=1,
        at_most=3600,
    )
    header_bytes: int = setting("Bytes of a request line and its headers.", default=64 * 1024, at_least=1024)
    connections: int = setting(
        "Connections at the same time; who comes beyond that is told 503.", default=4096, at_least=1
    )
    drain_s: float = setting(
        "Seconds on SIGTERM during which `/readyz` says 503 and requests are served, before it stops listening.",
        default=5.0,
        at_least=0,
        at_most=300,
    )
    shutdown_s: int = setting(
        "Seconds after that until requests that still run are cut off.", default=20, at_least=1, at_most=300
    )

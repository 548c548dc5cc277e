"""What an operator can set of the gateway's HTTP side."""

import re
from enum import StrEnum
from typing import Final

from pydantic import Field, field_validator, model_validator

from gateway.settings.base import Frozen, split

ANY_ORIGIN: Final = "*"
_ORIGIN: Final = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9-]+(\.[a-z0-9-]+)*)(:\d{1,5})?")
"""As browsers write it: in lower case, without a path."""


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


class HttpSettings(Frozen):
    """How `/graphql` speaks HTTP."""

    status_codes: StatusCodes = Field(
        StatusCodes.ESTABLISHED,
        description="`established`: 400 for every request error and 200 for a partial answer. `released`: 422 and 294 "
        "where the specification of September 2026 recommends them (docs/http.md).",
    )
    compress_from_bytes: int = Field(
        1024, ge=0, description="Answers of so many bytes are sent with brotli or gzip to who takes it; 0: none is."
    )
    get_needs_header: bool = Field(
        False,
        description="Whether a GET must carry a header that no other site's page can send unasked, such as "
        "`graphql-require-preflight`. Off: it is enough that the browser says where the GET comes from.",
    )


class CorsSettings(Frozen):
    """Which pages of other origins may ask, from a browser."""

    origins: str = Field(
        "",
        description="Origins such as `https://app.example.com`, separated by commas; `*` is every one. Empty: only "
        "pages of the gateway's own origin.",
    )
    credentials: bool = Field(
        False, description="Whether browsers send cookies and client certificates along. Not with the origin `*`."
    )
    headers: str = Field(
        "", pattern=r"^[A-Za-z0-9_, -]*$", description="Further request headers that pages may send, by commas."
    )
    max_age_s: int = Field(
        7200, ge=0, le=86_400, description="Seconds for which a browser need not ask again whether it may ask."
    )

    @field_validator("origins")
    @classmethod
    def _whole_origins(cls, value: str) -> str:
        for origin in split(value):
            if origin != ANY_ORIGIN and not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin} is no origin; write scheme and host, such as https://app.example.com")
        return value

    @model_validator(mode="after")
    def _no_credentials_for_everybody(self) -> "CorsSettings":
        if self.credentials and ANY_ORIGIN in split(self.origins):
            raise ValueError("GATEWAY_CORS__CREDENTIALS: not with the origin *; name the origins")
        return self


class DocumentSettings(Frozen):
    """Operations that clients send by their identifier."""

    mode: DocumentMode = Field(
        DocumentMode.OFF,
        description="`off`, `allow-plus-anything` (the manifest's operations, and any other text), or `only` (the "
        "manifest's operations and nothing else).",
    )
    manifest: str = Field(
        "", description="Files of operations as Apollo, Relay or graphql-codegen write them, separated by commas."
    )
    free_text: bool = Field(
        False, description="Whether `only` takes any other text all the same, for the explorer. On in `gateway dev`."
    )
    automatic: bool = Field(
        True, description="Whether clients may register operations by their hash (APQ). Never in `only`."
    )
    automatic_entries: int = Field(1_000, ge=1, description="Operations kept that clients registered.")
    automatic_bytes: int = Field(4 * 1024 * 1024, ge=1024, description="Bytes that they may take together.")

    @model_validator(mode="after")
    def _manifest_for_its_mode(self) -> "DocumentSettings":
        if self.mode is not DocumentMode.OFF and not split(self.manifest):
            raise ValueError(f"GATEWAY_DOCUMENTS__MANIFEST: is not set, and GATEWAY_DOCUMENTS__MODE is {self.mode}")
        if self.mode is DocumentMode.OFF and split(self.manifest):
            raise ValueError("GATEWAY_DOCUMENTS__MANIFEST: is set, but GATEWAY_DOCUMENTS__MODE is off")
        return self


class ServerSettings(Frozen):
    """How long clients may take, and how the process stops."""

    header_timeout_s: float = Field(10.0, gt=0, le=300, description="Seconds for a request line and its headers.")
    body_timeout_s: float = Field(20.0, gt=0, le=300, description="Seconds for the body after that.")
    write_timeout_s: float = Field(
        30.0, gt=0, le=600, description="Seconds for which a client may read nothing of an answer that waits for it."
    )
    idle_timeout_s: int = Field(
        75, ge=1, le=3600, description="Seconds that a connection stays open without a request. More than a proxy's."
    )
    header_bytes: int = Field(64 * 1024, ge=1024, description="Bytes of a request line and its headers.")
    connections: int = Field(4096, ge=1, description="Connections at the same time; who comes beyond that is told 503.")
    drain_s: float = Field(
        5.0,
        ge=0,
        le=300,
        description="Seconds on SIGTERM during which `/readyz` says 503 and requests are served, before it stops "
        "listening.",
    )
    shutdown_s: int = Field(
        20, ge=1, le=300, description="Seconds after that until requests that still run are cut off."
    )

"""Who asks, from which page: CORS for the origins that are configured, and no GET that a stranger's page can cause.

A POST needs no look: it must be `application/json`, and a browser sends that from another origin only after a
preflight. A GET it sends unasked, for a link, an image or a script. It changes nothing, but it costs upstream calls and
its time tells something, so it is refused where the browser says that another site caused it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers

from gateway.errors import BadRequest
from gateway.settings.base import split
from gateway.settings.edge import ANY_ORIGIN, CorsSettings, HttpSettings

METHODS: Final = "GET, HEAD, POST"

REQUEST_HEADERS: Final = (
    "accept-language",
    "apollo-require-preflight",
    "apollographql-client-name",
    "apollographql-client-version",
    "authorization",
    "cache-control",
    "content-type",
    "graphql-require-preflight",
    "traceparent",
    "tracestate",
    "x-api-key",
    "x-apollo-operation-id",
    "x-apollo-operation-name",
    "x-gateway-explain",
)
"""What a page of a configured origin may send."""

EXPOSED: Final = "etag, retry-after, x-request-id"
"""What it may read of an answer, beside the body."""

_AFTER_A_PREFLIGHT: Final = (
    "graphql-require-preflight",
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "x-gateway-explain",
)
"""Headers with which a browser sends nothing to another origin before that has agreed. Not `authorization`: it may add
a password that it knows by itself."""

_UNASKED_TYPES: Final = frozenset({"text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})


@dataclass(frozen=True, slots=True)
class CrossOrigin:
    """What pages of other origins may do. `headers` are further ones that they may send, `max_age_s` is in seconds."""

    origins: frozenset[str] = frozenset()
    credentials: bool = False
    headers: tuple[str, ...] = ()
    max_age_s: int = 7200
    get_needs_header: bool = False

    @classmethod
    def of(cls, cors: CorsSettings, http: HttpSettings) -> "CrossOrigin":
        """As the settings say."""
        origins, headers = frozenset(split(cors.origins)), tuple(split(cors.headers))
        return cls(origins, cors.credentials, headers, cors.max_age_s, http.get_needs_header)

    def told(self, headers: Headers) -> Mapping[str, str]:
        """The headers by which a browser lets the page read the answer; none for a page that may not."""
        if not self.origins or not self._may_read(origin := headers.get("origin")):
            return {}
        return {**self._agreed(origin or ""), "access-control-expose-headers": EXPOSED}

    def preflight(self, headers: Headers) -> Mapping[str, str]:
        """The headers that answer a browser's question whether it may ask. Raises `BadRequest` for a stranger."""
        origin = headers.get("origin", "")
        if not self._may_read(origin):
            raise BadRequest("Origin: is none of those that may ask.", status=403)
        return {
            **self._agreed(origin),
            "access-control-allow-methods": METHODS,
            "access-control-allow-headers": ", ".join((*REQUEST_HEADERS, *self.headers)),
            "access-control-max-age": str(self.max_age_s),
        }

    def admit(self, headers: Headers) -> None:
        """Lets a GET in, or raises `BadRequest` because a stranger's page may have caused it."""
        if _asked_before(headers):
            return
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        match site:
            case "same-origin":
                return
            case "none":
                ours = not self.get_needs_header
            case None:
                ours = not self.get_needs_header and (origin is None or _same_host(origin, headers.get("host", "")))
            case _:
                ours = False
        if not ours and not (origin is not None and self._may_read(origin)):
            raise BadRequest(
                "A page of another origin may have caused this GET; send graphql-require-preflight with it, or POST.",
                status=403,
            )

    def _may_read(self, origin: str | None) -> bool:
        return bool(origin) and (origin in self.origins or ANY_ORIGIN in self.origins)

    def _agreed(self, origin: str) -> Mapping[str, str]:
        if self.credentials:
            return {"access-control-allow-origin": origin, "access-control-allow-credentials": "true"}
        return {"access-control-allow-origin": ANY_ORIGIN if ANY_ORIGIN in self.origins else origin}


def _asked_before(headers: Headers) -> bool:
    if any(name in headers for name in _AFTER_A_PREFLIGHT):
        return True
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return bool(content_type) and "/" in content_type and content_type not in _UNASKED_TYPES


def _same_host(origin: str, host: str) -> bool:
    return bool(host) and origin.partition("://")[2].lower() == host.lower()

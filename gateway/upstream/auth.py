"""How the gateway proves itself upstream: Basic, or an OAuth token that is renewed before it ends. Facts §4."""

import asyncio
import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Final

import httpx
import msgspec

from gateway.errors import Unauthenticated, UpstreamError, UpstreamTimeout, UpstreamUnauthorized, UpstreamUnavailable
from gateway.upstream.codes import failure

TOKEN_PATH: Final = "/v3/oauth/token/generate"  # noqa: S105 - a path, no secret
TOKEN_HEADER: Final = "X-CAP-API-OAUTH-TOKEN"  # noqa: S105 - a header's name


def _principal(*parts: str) -> str:
    """A name for a credential that is not enough to log in with."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


_NOTHING: Final[Mapping[str, str]] = {}


class NoCredential:
    """For an upstream that asks for none."""

    principal = "none"

    def at_hand(self) -> Mapping[str, str]:
        """No header at all."""
        return _NOTHING

    async def headers(self) -> Mapping[str, str]:
        """No header at all."""
        return _NOTHING

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Nothing else to try."""
        return not headers and False


PASSED: Final = ("authorization", TOKEN_HEADER.lower())
"""The headers by which upstream knows a caller of its own."""


class CallerCredential:
    """A caller's own: upstream's headers are sent on as they came."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._headers = {name: given[name] for name in PASSED if given.get(name)}
        if not self._headers:
            raise Unauthenticated("Authorization: send what upstream knows you by.", error="")
        self.principal = _principal("caller", *(f"{name}={value}" for name, value in self._headers.items()))

    def at_hand(self) -> Mapping[str, str]:
        """The same headers every time."""
        return self._headers

    async def headers(self) -> Mapping[str, str]:
        """The same headers every time."""
        return self._headers

    def refused(self, headers: Mapping[str, str]) -> bool:
        """There is no other."""
        return headers is not self._headers


class BasicCredential:
    """A till's user name with the MD5 of its password, as upstream's Basic scheme wants it."""

    def __init__(self, username: str, password: str) -> None:
        digest = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
        token = base64.b64encode(f"{username}:{digest}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}
        self.principal = _principal("basic", username, digest)

    def at_hand(self) -> Mapping[str, str]:
        """The same header every time."""
        return self._headers

    async def headers(self) -> Mapping[str, str]:
        """The same header every time."""
        return self._headers

    def refused(self, headers: Mapping[str, str]) -> bool:
        """A password does not get better by repetition."""
        return headers is not self._headers


class _TokenData(msgspec.Struct):
    access_token: str = msgspec.field(name="accessToken")
    ttl_seconds: float = msgspec.field(name="ttlSeconds")


class _TokenBody(msgspec.Struct):
    data: _TokenData | None = None
    errors: list[msgspec.Raw] | None = None


class OAuthCredential:
    """A client key and secret, exchanged for a token that is renewed before it ends, once at a time.

    The validity is `ttlSeconds` (there is no `expires_in`). A token is renewed when a tenth of its life, at least
    ten seconds, is left; where that fails, the old one serves until it ends.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        key: str,
        secret: str,
        *,
        timeout_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._body = {"key": key, "secret": secret}
        self._timeout_s = timeout_s
        self._clock = clock
        self._headers: Mapping[str, str] = {}
        self._renew_at = self._ends_at = float("-inf")
        self._renewing: asyncio.Task[None] | None = None
        self.principal = _principal("oauth", key, secret)

    def at_hand(self) -> Mapping[str, str] | None:
        """The token's header, unless it is due to be renewed."""
        return self._headers if self._clock() < self._renew_at else None

    async def headers(self) -> Mapping[str, str]:
        """The token's header, renewed first when it is due."""
        if self._clock() >= self._renew_at:
            if self._renewing is None:
                self._renewing = asyncio.create_task(self._renew())
                self._renewing.add_done_callback(self._renewed)
            try:
                await asyncio.shield(self._renewing)
            except UpstreamError:
                if self._clock() >= self._ends_at:
                    raise
        return self._headers

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Drops the token if it is still the refused one; a new one may do better."""
        if headers is self._headers:
            self._renew_at = self._ends_at = float("-inf")
        return True

    def _renewed(self, task: asyncio.Task[None]) -> None:
        self._renewing = None
        if not task.cancelled():
            task.exception()  # whoever waits sees it; nobody waiting is no reason for a warning

    async def _renew(self) -> None:
        started = self._clock()
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._http.post(TOKEN_PATH, json=self._body)
            if response.status_code != 200:
                raise failure(response.status_code)
            found = msgspec.json.decode(response.content, type=_TokenBody)
        except (httpx.TimeoutException, TimeoutError) as error:
            raise UpstreamTimeout("Upstream did not issue a token in time.") from error
        except (httpx.HTTPError, msgspec.MsgspecError, UnicodeError) as error:
            raise UpstreamUnavailable("Upstream did not issue a token.") from error
        if found.data is None and found.errors:
            raise UpstreamUnauthorized("Upstream refused the gateway's OAuth key and secret.")
        if found.data is None:
            raise UpstreamUnavailable("Upstream did not issue a token.")
        if not (found.data.access_token.isascii() and found.data.access_token.isprintable()):
            raise UpstreamUnavailable("Upstream issued a token that no header can carry.")
        self._headers = {TOKEN_HEADER: found.data.access_token}
        life = found.data.ttl_seconds
        self._ends_at = started + life
        self._renew_at = started + max(life - max(life / 10, 10.0), life / 2)

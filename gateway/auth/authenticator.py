"""Who sends a request: read from its headers, before anything else of it is."""

import re
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final, Protocol

from starlette.datastructures import Headers

from gateway.auth.api_keys import ApiKeys
from gateway.auth.callers import ANYONE, Caller
from gateway.errors import BadRequest, Unauthenticated

KEY_HEADER: Final = "x-api-key"

_BEARER: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750, `b64token`."""


class Authenticator(Protocol):
    """Something that can tell who sends a request."""

    def authenticate(self, headers: Headers) -> Coroutine[Any, Any, Caller]:
        """The caller. Raises an `HttpRefusal`: mostly `Unauthenticated`."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


def immediate(asking: Coroutine[Any, Any, Caller]) -> Caller | None:
    """Who it is, if that can be told without waiting for anything. Raises as the authenticator does."""
    try:
        asking.send(None)
    except StopIteration as told:
        return told.value
    asking.close()
    return None


class Trusting:
    """For a gateway behind something that has asked already."""

    async def authenticate(self, headers: Headers) -> Caller:  # noqa: ARG002 - whatever they are
        """Anyone."""
        return ANYONE

    async def close(self) -> None:
        """Holds nothing."""


class TokenReader(Protocol):
    """Something that can tell whose token one is."""

    async def caller(self, token: str) -> Caller:
        """The caller. Raises an `HttpRefusal`."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


class Asking:
    """Asks for an API key or, where `tokens` can be read, for a token. Where there are no keys, none is accepted."""

    def __init__(self, keys: ApiKeys, tokens: TokenReader | None = None) -> None:
        self._keys = keys
        self._tokens = tokens

    async def authenticate(self, headers: Headers) -> Caller:
        """The client of the key, or whom the token names. A token has two dots, a key has none."""
        credential = presented(headers)
        if self._tokens is not None and credential.header == "Authorization" and credential.text.count(".") == 2:
            return await self._tokens.caller(credential.text)
        if not self._keys:
            raise Unauthenticated(f"{credential.header}: is not a token.")
        client = self._keys.client(credential.text)
        if client is None:
            raise Unauthenticated(f"{credential.header}: is no key of this gateway.")
        return client

    async def close(self) -> None:
        """Lets go of the connections to the issuer of tokens."""
        if self._tokens is not None:
            await self._tokens.close()


@dataclass(frozen=True, slots=True)
class Credential:
    """What a caller has sent to prove who they are, and in which header."""

    header: str
    text: str

    def __repr__(self) -> str:
        return f"Credential({self.header})"


def presented(headers: Headers) -> Credential:
    """The one credential of a request: `Authorization: Bearer …`, or `x-api-key`.

    Two are refused: what stands in front of the gateway may have looked at the other one. An `Authorization` of
    another scheme beside an `x-api-key` is not meant for the gateway.
    """
    authorizations, keys = headers.getlist("authorization"), headers.getlist(KEY_HEADER)
    if len(authorizations) > 1 or len(keys) > 1:
        raise BadRequest(f"{'Authorization' if len(authorizations) > 1 else KEY_HEADER}: must be sent once.")
    scheme, _, bearer = authorizations[0].strip().partition(" ") if authorizations else ("", "", "")
    is_bearer = scheme.lower() == "bearer"
    if keys and is_bearer:
        raise BadRequest(f"Authorization, {KEY_HEADER}: send one of them.")
    if keys:
        return Credential(KEY_HEADER, keys[0].strip())
    if not authorizations:
        raise Unauthenticated("Authorization: is missing.", error="")
    if not is_bearer:
        raise Unauthenticated("Authorization: must be Bearer and a token or key.", error="invalid_request")
    if not _BEARER.fullmatch(bearer.strip()):
        raise Unauthenticated("Authorization: is not a token or key.", error="invalid_request")
    return Credential("Authorization", bearer.strip())

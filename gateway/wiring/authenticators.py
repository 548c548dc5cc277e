"""Who tells callers apart, made from settings."""

from collections.abc import Callable

import httpx

from gateway.auth.api_keys import ApiKeys
from gateway.auth.authenticator import Asking, Authenticator, TokenReader, Trusting
from gateway.settings.auth import AuthSettings, JwtSettings
from gateway.settings.base import split
from gateway.telemetry.events import Emit
from gateway.upstream.transport import PooledTransport


def authenticator(auth: AuthSettings, emit: Emit, clock: Callable[[], float]) -> Authenticator:
    """Who tells callers apart, as far as anybody does."""
    match auth.mode:
        case None | "none":
            return Trusting()
        case "api_key":
            return Asking(ApiKeys(auth.keys))
        case "jwt":
            return Asking(ApiKeys(auth.keys), _tokens(auth.jwt, emit, clock))


def _tokens(settings: JwtSettings, emit: Emit, clock: Callable[[], float]) -> TokenReader:
    # Imported only here: who checks no tokens need not load what checks them.
    from gateway.auth import jwks
    from gateway.auth.tokens import Tokens

    if settings.jwks_url is None:
        source: jwks.KeySource = jwks.GivenKeys(jwks.read(settings.jwks.encode()))
    else:
        http = httpx.AsyncClient(
            transport=PooledTransport(max_connections=1, most_bytes=jwks.MOST_BYTES), trust_env=False
        )
        source = jwks.FetchedKeys(
            jwks.fetcher(http, str(settings.jwks_url), settings.jwks_timeout_s),
            emit,
            fresh_for_s=settings.jwks_fresh_for_s,
            keep_for_s=settings.jwks_keep_for_s,
            cooldown_s=settings.jwks_cooldown_s,
            close=http.aclose,
        )
    return Tokens(
        source,
        settings.names,
        issuer=settings.issuer,
        audiences=split(settings.audience),
        algorithms=split(settings.algorithms),
        leeway_s=settings.leeway_s,
        remember_s=settings.remember_s,
        clock=clock,
    )

"""Every way in which a cache may stand before a gateway, and how a client asks through it."""

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from gateway.telemetry.requests import RequestAnswered, RequestRepeated
from tests.auth.support import bearer, claims, signed
from tests.support.caches import nginx, varnish
from tests.support.listening import Listening

TENANT: Final = "x-brand"

BY_URL: Final = "proxy_cache answers; proxy_cache_key $request_uri;"
LOOKED_UP: Final = 'sub vcl_recv { if (req.method == "GET") { return (hash); } }'
"""Of itself Varnish asks for nobody who has a credential whether it knows the answer."""
KEPT_A_MINUTE: Final = """
sub vcl_backend_response {
  unset beresp.http.cache-control;
  if (beresp.status == 200) { set beresp.ttl = 1m; return (deliver); }
}
"""

HONEST: Final = {
    "nginx": (nginx, "proxy_cache answers;"),
    "nginx by URL": (nginx, f"{BY_URL} proxy_cache_valid any 1m;"),
    "varnish": (varnish, ""),
    "varnish by URL": (varnish, LOOKED_UP),
}
"""Caches that do as `Cache-Control` says."""
CARELESS: Final = {
    "careless nginx": (nginx, f"{BY_URL} proxy_ignore_headers Cache-Control Expires; proxy_cache_valid 200 1m;"),
    "careless varnish": (varnish, LOOKED_UP + KEPT_A_MINUTE),
}
"""Caches whose operator had them keep everything for a minute, whatever `Cache-Control` says. `Vary` is left."""
PASSING: Final = {"nginx that keeps none": (nginx, "proxy_cache off;")}

_NUMBERS: Final = itertools.count()


@dataclass(frozen=True)
class Guarded:
    """A gateway of `acme` and `globe`, whose customers are all called by the name of their organisation."""

    gateway: Listening
    keys: dict[str, str]

    def key(self, name: str) -> dict[str, str]:
        """The credential of a client: `all` holds every permission, `plain` none."""
        return {"x-api-key": self.keys[name]}

    def member(self, customer: str) -> dict[str, str]:
        """The credential of a customer."""
        return bearer(signed(claims(time.time(), customer=customer)))


@dataclass(frozen=True)
class Behind:
    """A gateway behind a cache that has not met any URL of this test."""

    gateway: Listening
    http: httpx.Client
    number: int = field(default_factory=lambda: next(_NUMBERS))

    def get(self, query: str | None, headers: dict[str, str], tenant: str = "acme", **more: str) -> httpx.Response:
        """One GET by which the cache may answer. The gateway passes over parameters that it does not know."""
        parameters = {"test": str(self.number), **more} | ({"query": query} if query else {})
        return self.http.get(
            "/graphql", params=parameters, headers={TENANT: tenant, "accept": "application/json"} | headers
        )

    def answered(self) -> int:
        """How many requests the gateway itself has answered."""
        return sum(isinstance(event, RequestAnswered | RequestRepeated) for event in self.gateway.events)


@contextmanager
def cached(name: str, gateway: Listening, folder: Path) -> Iterator[httpx.Client]:
    """A client that asks a gateway through the cache of that name."""
    start, directives = {**HONEST, **CARELESS, **PASSING}[name]
    behind = gateway.url.removesuffix("/graphql")
    with start(folder, behind, directives) as url, httpx.Client(base_url=url, timeout=30) as http:
        yield http

"""One gateway, and one of each cache before it, for all tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import httpx
import pytest

from gateway.cli import DEV
from gateway.sandbox import create_sandbox
from tests.auth.support import JWT, key_set, made_keys
from tests.cdn.support import CARELESS, HONEST, PASSING, TENANT, Behind, Guarded, cached
from tests.support.listening import listening
from tests.tenants.support import renamed


@pytest.fixture(scope="package")
def guarded() -> Iterator[Guarded]:
    keys, entries = made_keys(all="*", plain="")
    upstream = {"base_url": "http://sandbox", "username": "till.sandbox", "password": "sandbox"}
    settings: dict[str, Any] = {
        **DEV,
        "auth": {"mode": "jwt", "api_keys": ",".join(map(str, entries)), "jwt": {**JWT, "jwks": key_set()}},
        "tenants": {name: {"upstream": upstream} for name in ("acme", "globe")},
        "tenancy": {"by": "header", "header": TENANT},
    }
    organisations = {name: create_sandbox(customers=renamed(name.title())) for name in ("acme", "globe")}
    with listening(organisations=organisations, **settings) as gateway:
        yield Guarded(gateway, keys)


@pytest.fixture(scope="package")
def caches(guarded: Guarded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], httpx.Client]]:
    with ExitStack() as stack:

        @cache
        def started(name: str) -> httpx.Client:
            folder = tmp_path_factory.mktemp(name.replace(" ", "-"))
            return stack.enter_context(cached(name, guarded.gateway, folder))

        yield started


@pytest.fixture(params=[*HONEST, *CARELESS])
def any_cache(guarded: Guarded, caches: Any, request: pytest.FixtureRequest) -> Behind:
    return Behind(guarded.gateway, caches(request.param))


@pytest.fixture(params=HONEST)
def honest_cache(guarded: Guarded, caches: Any, request: pytest.FixtureRequest) -> Behind:
    return Behind(guarded.gateway, caches(request.param))


@pytest.fixture(params=CARELESS)
def careless_cache(guarded: Guarded, caches: Any, request: pytest.FixtureRequest) -> Behind:
    return Behind(guarded.gateway, caches(request.param))


@pytest.fixture(params=["varnish", *PASSING])
def asking_cache(guarded: Guarded, caches: Any, request: pytest.FixtureRequest) -> Behind:
    return Behind(guarded.gateway, caches(request.param))

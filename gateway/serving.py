"""Serving over HTTP until told to stop: `gateway serve`, and what other ways to serve have in common with it."""

import gc
import ipaddress
import os
from contextlib import suppress
from typing import Final

from starlette.applications import Starlette

from gateway.imports import without

with without("httpx._main"):  # httpx's own command line, for which it loads rich and pygments: 4 MB
    from gateway.app import create_app
    from gateway.readiness import Readiness
    from gateway.server import Server, ServerConfig
    from gateway.settings import BadSettings, Settings, load
    from gateway.telemetry.log import configure_logs
    from gateway.wiring.organisations import Sandboxes

COLLECTED_AFTER: Final = (20_000, 20, 20)
"""New containers, and collections of them, after which garbage is collected. What a request makes goes by itself
(`tests/driver/test_garbage.py`), so that collecting takes some 10 µs of it; at Python's own 700 it would be looked for
in vain, in all that is in flight, several times for each list of customers."""


def serve() -> None:
    """Serves what the environment describes. Raises `BadSettings`."""
    settings = load(os.environ, {})
    refuse_strangers(settings)
    run(settings)


def application() -> Starlette:
    """What the environment describes, for another ASGI server, which listens where it likes. Raises `BadSettings`."""
    settings = load(os.environ, {})
    if settings.auth.mode is None:
        raise BadSettings(
            "GATEWAY_AUTH__MODE: is not set, and nobody knows here who can reach this server. "
            "Set it to api_key or jwt, or to none if something in front of the gateway asks who callers are."
        )
    configure_logs(settings.log_level)
    made = create_app(settings)
    freeze()
    return made


def run(settings: Settings, sandbox: Sandboxes = None) -> None:
    """Serves until told to stop. With a sandbox, that is the upstream."""
    configure_logs(settings.log_level)
    readiness = Readiness()
    application = create_app(settings, sandbox=sandbox, readiness=readiness)
    config = ServerConfig(
        application, host=settings.host, port=settings.port, limits=settings.server, readiness=readiness
    )
    freeze()
    with suppress(KeyboardInterrupt):
        Server(config).run()


def refuse_strangers(settings: Settings) -> None:
    """Real customers are not served to other machines while nobody is asked who they are. Raises `BadSettings`."""
    if settings.auth.mode is None and not _loopback(settings.host):
        raise BadSettings(
            f"GATEWAY_HOST: {settings.host} can be reached from other machines, and nobody is asked who they are. "
            "Set GATEWAY_AUTH__MODE to api_key or jwt, or to none if something in front of the gateway does that."
        )


def freeze() -> None:
    """What is there now stays for good. Unfrozen, each full collection of garbage would look at all of it: 50 ms in
    which nobody is answered."""
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

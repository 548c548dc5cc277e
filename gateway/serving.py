"""Serving over HTTP until told to stop: `gateway serve`, and what `gateway dev` has in common with it."""

import gc
import ipaddress
import os
from contextlib import suppress

from gateway.app import create_app
from gateway.readiness import Readiness
from gateway.server import Server, ServerConfig
from gateway.settings import BadSettings, Settings, load
from gateway.telemetry.log import configure_logs
from gateway.wiring.organisations import Sandboxes


def serve() -> None:
    """Serves what the environment describes. Raises `BadSettings`."""
    settings = load(os.environ, {})
    refuse_strangers(settings)
    run(settings)


def run(settings: Settings, sandbox: Sandboxes = None) -> None:
    """Serves until told to stop. With a sandbox, that is the upstream."""
    configure_logs(settings.log_level)
    readiness = Readiness()
    application = create_app(settings, sandbox=sandbox, readiness=readiness)
    config = ServerConfig(
        application, host=settings.host, port=settings.port, limits=settings.server, readiness=readiness
    )
    # What is there now stays for good. Unfrozen, each full collection looks at all of it: 50 ms in which nobody is
    # answered, against 2 ms for what requests have made since.
    gc.freeze()
    with suppress(KeyboardInterrupt):
        Server(config).run()


def refuse_strangers(settings: Settings) -> None:
    """Real customers are not served to other machines while nobody is asked who they are. Raises `BadSettings`."""
    if settings.auth.mode is None and not _loopback(settings.host):
        raise BadSettings(
            f"GATEWAY_HOST: {settings.host} can be reached from other machines, and nobody is asked who they are. "
            "Set GATEWAY_AUTH__MODE to api_key or jwt, or to none if something in front of the gateway does that."
        )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

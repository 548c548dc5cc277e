"""The HTTP server: uvicorn, with connections that stand before strangers (`gateway.protocol`) and a gentle stop."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any, Final

import uvicorn

from gateway.asgi import AtOnce
from gateway.protocol import LimitedProtocol
from gateway.readiness import Readiness
from gateway.settings.edge import ServerSettings

ACCEPTED: Final = 16
"""Connections that are accepted in one turn of the event loop. libuv takes one for each socket that listens: where a
turn is long, because much is asked, the last of some hundred clients that come together would wait for seconds."""


class ServerConfig(uvicorn.Config):
    """uvicorn's configuration with ours. Its access log is off: a query string may hold an identifier.

    An application that has `at_once`, an `AtOnce`, is asked by that first.
    """

    def __init__(self, application: Any, *, host: str, port: int, limits: ServerSettings, readiness: Readiness) -> None:
        super().__init__(
            application,
            log_config=None,
            host=host,
            port=port,
            http=LimitedProtocol,
            ws="none",
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=limits.connections,
            timeout_keep_alive=limits.idle_timeout_s,
            timeout_graceful_shutdown=limits.shutdown_s,
        )
        self.limits = limits
        self.readiness = readiness
        self.at_once: AtOnce | None = getattr(application, "at_once", None)


class Server(uvicorn.Server):
    """Stops in three steps on SIGTERM: not ready but serving, not listening but answering, gone.

    Ctrl-C and a second signal skip the first step: then somebody is waiting.
    """

    def __init__(self, config: ServerConfig, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(config)
        self._readiness = config.readiness
        self._drain_s = config.limits.drain_s
        self._clock = clock
        self._leaves_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, on each address with several descriptors of one socket."""
        await super().startup(sockets)
        loop, config = asyncio.get_running_loop(), self.config
        client = partial(LimitedProtocol, config=config, server_state=self.server_state, app_state=self.lifespan.state)
        for listening in [one for server in self.servers for one in server.sockets]:
            for _ in range(ACCEPTED - 1):
                again = socket.fromfd(listening.fileno(), listening.family, listening.type)
                self.servers.append(await loop.create_server(client, sock=again, backlog=config.backlog))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Takes a signal."""
        self._readiness.stop()
        if sig == signal.SIGTERM and self._leaves_at is None and self._drain_s > 0:
            self._leaves_at = self._clock() + self._drain_s
            self._captured_signals.append(sig)
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to go; asked ten times a second."""
        if self._leaves_at is not None and self._clock() >= self._leaves_at:
            self.should_exit = True
        return await super().on_tick(counter)

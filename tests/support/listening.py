"""A gateway on a socket, for clients that are programs of their own."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gateway.app import create_app
from gateway.cli import SANDBOX
from gateway.readiness import Readiness
from gateway.sandbox import Sandbox, create_sandbox
from gateway.server import Server, ServerConfig
from gateway.settings import Settings
from gateway.telemetry.events import Event


@dataclass(frozen=True)
class Listening:
    """A gateway that listens: where, the upstream it stands before, and what operators would have seen of it."""

    url: str
    sandbox: Sandbox
    events: list[Event] = field(default_factory=list[Event])

    def calls(self) -> list[str]:
        """What upstream was asked since the last time, in order: `/path?parameter=value&…`."""
        asked = list(self.sandbox.requests)
        self.sandbox.requests.clear()
        return [f"{one.path}?" + "&".join(f"{name}={one.params[name]}" for name in sorted(one.params)) for one in asked]


@contextmanager
def listening(
    *,
    organisations: Mapping[str, Sandbox] | None = None,
    between: Callable[[Sandbox], Any] = lambda sandbox: sandbox,
    **settings: Any,
) -> Iterator[Listening]:
    """A gateway before a sandbox, on a free loopback port, in a thread of its own.

    With `organisations` it stands before theirs, by name, and `tenants` must be among the settings. `between` makes
    what stands between gateway and sandbox.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        found, readiness = Listening(f"http://{host}:{port}/graphql", create_sandbox()), Readiness()
        chosen = Settings(**(settings if organisations else {"upstream": SANDBOX, **settings}))
        app = create_app(
            chosen, sandbox=organisations or between(found.sandbox), emit=found.events.append, readiness=readiness
        )
        server = Server(ServerConfig(app, host=host, port=port, limits=chosen.server, readiness=readiness))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        # The socket listens already: a request that comes before the server is ready waits in its queue.
        try:
            yield found
        finally:
            server.should_exit = True
            thread.join()

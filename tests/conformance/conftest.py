"""A gateway on a socket, and the public suites that npm holds."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

from gateway.app import create_app
from gateway.cli import DEV, SANDBOX
from gateway.readiness import Readiness
from gateway.sandbox import create_sandbox
from gateway.server import Server, ServerConfig
from gateway.settings import Settings
from gateway.telemetry.events import Event
from tests.support.node import Node, NoNode, NoPackages, node_in

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Listening:
    """A gateway that listens: where, and what operators would have seen of it."""

    url: str
    events: list[Event] = field(default_factory=list[Event])


@contextmanager
def listening(**settings: Any) -> Iterator[Listening]:
    """A gateway before a sandbox, on a free loopback port, in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        found, readiness = Listening(f"http://{host}:{port}/graphql"), Readiness()
        chosen = Settings(**{"upstream": SANDBOX, **settings})
        app = create_app(chosen, sandbox=create_sandbox(), emit=found.events.append, readiness=readiness)
        server = Server(ServerConfig(app, host=host, port=port, limits=chosen.server, readiness=readiness))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        # The socket listens already: a request that comes before the server is ready waits in its queue.
        try:
            yield found
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def dev() -> Iterator[Listening]:
    """As `gateway dev` starts it."""
    with listening(**DEV) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def serving() -> Iterator[Listening]:
    """As `gateway serve` starts it."""
    with listening() as gateway:
        yield gateway


@pytest.fixture(scope="session")
def node() -> Node:
    """Runs a program of this folder and returns what it prints, as JSON. The packages are put here at the first time.

    Without node the tests are skipped aloud; `make test-conformance` allows no skip.
    """
    try:
        return node_in(HERE)
    except NoNode as missing:
        _without(str(missing), strict="GATEWAY_TESTS_CONFORMANCE")
    except NoPackages as failed:
        _without(str(failed), strict="GATEWAY_TESTS_NO_SKIP")


def _without(why: str, *, strict: str) -> NoReturn:
    missing = f"NO PUBLIC SUITES: {why}"
    if "1" in (os.environ.get(strict), os.environ.get("GATEWAY_TESTS_CONFORMANCE")):
        pytest.fail(missing)
    pytest.skip(missing)

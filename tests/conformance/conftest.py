"""A gateway on a socket, and the public suites that npm holds."""

import fcntl
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
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

HERE = Path(__file__).parent
NODE_S = 120
"""How long a program of node may take."""

Node = Callable[..., Any]


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
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        _without("node or npm is missing", strict="GATEWAY_TESTS_CONFORMANCE")
    with (HERE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers of pytest may be about to do the same
        _install(npm)

    def run(script: str, *arguments: str) -> Any:
        ran = subprocess.run(  # noqa: S603 - our own program
            [program, script, *arguments], cwd=HERE, capture_output=True, text=True, timeout=NODE_S, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return run


def _install(npm: str) -> None:
    stamp, locked = HERE / "node_modules" / ".installed", (HERE / "package-lock.json").read_text()
    if stamp.exists() and stamp.read_text() == locked:
        return
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    ran = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603
    if ran.returncode != 0:
        _without(f"npm ci failed: {ran.stderr[-500:]}", strict="GATEWAY_TESTS_NO_SKIP")
    stamp.write_text(locked)


def _without(why: str, *, strict: str) -> NoReturn:
    missing = f"NO PUBLIC SUITES: {why}"
    if "1" in (os.environ.get(strict), os.environ.get("GATEWAY_TESTS_CONFORMANCE")):
        pytest.fail(missing)
    pytest.skip(missing)

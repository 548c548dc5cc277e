"""A fresh clone in an empty environment, and the gateway that somebody starts in it as the documents say."""

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.support import free_port
from tests.docs.markdown import ROOT, Block
from tests.docs.reading import ADDRESS

SETUP_S = 900
"""How long the first start may take: it installs everything."""
STOP_S = 30


@dataclass(frozen=True)
class Clone:
    """The clone, and all of the environment that whoever works in it has."""

    folder: Path
    environment: Mapping[str, str]

    @contextmanager
    def started(self, command: str, printed: str) -> Iterator["Started"]:
        """A gateway, from when it printed what it should and answers, until it was told to stop."""
        process = subprocess.Popen(  # noqa: S602 - what our own pages say
            command,
            shell=True,
            executable="/bin/bash",
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            port = self.environment.get("GATEWAY_PORT", "8000")
            expected = printed.replace(ADDRESS, f"127.0.0.1:{port}") + "\n"
            assert _printed(process, len(expected)) == expected
            gateway = Started(f"http://127.0.0.1:{port}/graphql")
            gateway.wait(process)
            yield gateway
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)  # a session of its own: this process and what it started
            process.communicate(timeout=STOP_S)


@dataclass(frozen=True)
class Started:
    """A gateway that was started, before the sandbox."""

    url: str

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Waits until it answers."""
        deadline = time.monotonic() + STOP_S
        while time.monotonic() < deadline:
            assert process.poll() is None, "it has ended"
            with suppress(httpx.TransportError):
                httpx.get(self.url.replace("graphql", "readyz"), trust_env=False)
                return
            select.select([], [], [], 0.05)
        pytest.fail("it does not answer")

    def sandbox(self, what: str) -> Any:
        """What the sandbox tells."""
        return httpx.get(self.url.replace("graphql", f"_sandbox/{what}"), trust_env=False).json()

    def calls(self) -> list[str]:
        """What upstream was asked since the last time."""
        asked: list[dict[str, Any]] = self.sandbox("requests")
        httpx.delete(self.url.replace("graphql", "_sandbox/requests"), trust_env=False)
        return [
            f"{one['path']}?" + "&".join(f"{name}={one['params'][name]}" for name in sorted(one["params"]))
            for one in asked
        ]


def cloned(folder: Path) -> Clone:
    """A clone of what is committed. Another port is set only where somebody has the usual one."""
    subprocess.run(["git", "clone", "--quiet", ROOT, folder / "clone"], check=True)  # noqa: S603, S607
    (home := folder / "home").mkdir()
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/local/bin"}
    host, _, port = ADDRESS.partition(":")
    try:
        socket.create_server((host, int(port))).close()
    except OSError:
        environment["GATEWAY_PORT"] = str(free_port())
    return Clone(folder / "clone", environment)


def how_to_start(page: list[Block]) -> str:
    """The command by which a page has its reader start a gateway."""
    lines = (line.partition("#")[0].strip() for block in page if block.kind == "sh" for line in block.text.splitlines())
    return next(line for line in lines if line.startswith("make run"))


def _printed(process: subprocess.Popen[bytes], length: int) -> str:
    """What it prints, until it is as much as is expected or it ends."""
    assert process.stdout is not None
    found, deadline = b"", time.monotonic() + SETUP_S
    while len(found) < length:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"it prints only {found!r}"
        more = os.read(process.stdout.fileno(), length - len(found))
        if not more:
            break
        found += more
    return found.decode()

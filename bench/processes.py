"""Processes under measurement: started on ports of their own, told apart by processor, asked what they took."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

GATEWAY = Path(sys.executable).with_name("gateway")
Process = subprocess.Popen[bytes]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def resident(pid: int) -> float:
    """Megabytes of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alone_on_a_processor(pid: int, *, measured: bool) -> None:
    """Puts what is measured on the first processor and what loads it on the others, where there are several."""
    able = sorted(os.sched_getaffinity(0) | os.sched_getaffinity(pid))
    if len(able) > 1:
        os.sched_setaffinity(pid, able[:1] if measured else able[1:])


def answers(port: int, path: str) -> bool:
    """Whether a GET is answered with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def wait(port: int, path: str, started: Process) -> None:
    """Until a path is answered with 200."""
    while not answers(port, path):
        if started.poll() is not None:
            sys.exit(f"a process ended with status {started.returncode}")
        time.sleep(0.005)


@contextmanager
def process(*command: str | Path, quiet: bool = False, **environment: str) -> Iterator[Process]:
    """A command without the settings of our own environment, stopped at the end. A quiet one's output is dropped."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    out = subprocess.DEVNULL if quiet else None
    started = subprocess.Popen(command, env={**inherited, **environment}, stdout=out, stderr=out)  # noqa: S603
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            started.send_signal(signal.SIGINT)
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()


@contextmanager
def upstream() -> Iterator[str]:
    """The address of an upstream that knows everybody: what `BENCH_MOCK` names, or `bench/upstream.py`."""
    if named := os.environ.get("BENCH_MOCK"):
        yield named.rstrip("/")
        return
    port = free_port()
    with process(sys.executable, Path(__file__).with_name("upstream.py"), "--port", str(port)) as mock:
        wait(port, "/_stats", mock)
        alone_on_a_processor(mock.pid, measured=False)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def gateway(address: str, settings: Mapping[str, str] | None = None) -> Iterator[tuple[Process, int]]:
    """A gateway before an upstream, as `serve` starts it, with the log's usual lines and metrics; its port."""
    port = free_port()
    given = {
        "GATEWAY_PORT": str(port),
        "GATEWAY_UPSTREAM__BASE_URL": address,
        "GATEWAY_UPSTREAM__AUTH": "none",
        "GATEWAY_UPSTREAM__TIMEZONE": "Asia/Kolkata",
        "GATEWAY_METRICS__ENABLED": "true",
        **(settings or {}),
    }
    with process(GATEWAY, "serve", quiet=True, **given) as started:
        wait(port, "/readyz", started)
        alone_on_a_processor(started.pid, measured=True)
        yield started, port

"""Shared HTTP caches as operators put them before a gateway: nginx and Varnish, each a process of a test's own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.valkey import LAUNCHER

VARIABLE = "GATEWAY_TESTS_CDN"
PATIENCE_S = 30.0
"""How long a cache may take to answer: Varnish compiles its configuration with a C compiler."""

NGINX = """
daemon off;
master_process off;
error_log stderr warn;
pid {folder}/nginx.pid;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  fastcgi_temp_path {folder}/fastcgi;
  proxy_temp_path {folder}/proxy;
  scgi_temp_path {folder}/scgi;
  uwsgi_temp_path {folder}/uwsgi;
  proxy_cache_path {folder}/cache keys_zone=answers:1m;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass {behind};
      proxy_set_header Host $http_host;
      add_header x-cache $upstream_cache_status always;
      {directives}
    }}
  }}
}}
"""

VARNISH = """
vcl 4.1;
backend default {{ .host = "{host}"; .port = "{backend_port}"; }}
{directives}
sub vcl_deliver {{
  if (obj.hits > 0) {{ set resp.http.x-cache = "HIT"; }} else {{ set resp.http.x-cache = "MISS"; }}
}}
"""


@contextmanager
def nginx(folder: Path, behind: str, directives: str) -> Iterator[str]:
    """The address of an nginx with these directives; `answers` is where it may keep some."""
    program = _program("nginx")
    port = _free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port, behind=behind, directives=directives))
    with _running(port, program, "-p", str(folder), "-c", str(configuration), "-e", "stderr"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def varnish(folder: Path, behind: str, directives: str = "") -> Iterator[str]:
    """The address of a Varnish with these subroutines before its own."""
    program = _program("varnishd")
    _program("cc")
    port, (host, _, backend_port) = _free_port(), behind.removeprefix("http://").partition(":")
    configuration = folder / "default.vcl"
    configuration.write_text(VARNISH.format(host=host, backend_port=backend_port, directives=directives))
    with _running(
        port, program, "-F", "-j", "none", "-n", str(folder / "varnish"), "-s", "malloc,8m",
        "-a", f"127.0.0.1:{port}", "-f", str(configuration),
    ):  # fmt: skip
        yield f"http://127.0.0.1:{port}"


def _program(name: str) -> str:
    """Where a program is; where it is missing, the test is skipped, or fails if it was asked for."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is not None:
        return found
    missing = f"NO CDN: {name} is missing (Debian: apt-get install nginx-light varnish)"
    if os.environ.get(VARIABLE) == "1":
        pytest.fail(missing)
    pytest.skip(missing)


@contextmanager
def _running(port: int, *command: str) -> Iterator[None]:
    process = subprocess.Popen(  # noqa: S603 - a program of the system, with a configuration of ours
        [sys.executable, "-ISc", LAUNCHER, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        _await(port, process)
        yield
    finally:
        process.terminate()
        try:
            process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _await(port: int, process: "subprocess.Popen[str]") -> None:
    """Waits until somebody listens."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    process.kill()
    raise RuntimeError(f"the cache does not start: {process.communicate()[0]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]

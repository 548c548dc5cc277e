"""What a start of `gateway serve` must not load: seconds and megabytes for what it does not use."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway import serving
from gateway.settings import BadSettings

ROOT = Path(__file__).parents[2]
SETTINGS = {"GATEWAY_UPSTREAM__BASE_URL": "https://upstream.example.com", "GATEWAY_UPSTREAM__AUTH": "none"}
UNUSED = (
    "typer",
    "rich",
    "pygments",
    "shellingham",
    "httpx._main",
    "pydantic",
    "pydantic_core",
    "dotenv",
    "watchfiles",
    "websockets",
    "redis",
    "hiredis",
    "joserfc",
    "cryptography",
    "opentelemetry",
    "prometheus_client",
    "gateway.cli",
    "gateway.admin.commands",
    "gateway.graphiql",
    "gateway.probe",
    "gateway.sandbox",
    "gateway.telemetry.metrics",
    "gateway.telemetry.traces",
    "gateway.cache.valkey",
)
START = """
import json, sys
import gateway.__main__
from gateway.server import Server
Server.run = lambda *_: None
sys.argv = ["gateway", "serve"]
gateway.__main__.main()
print(json.dumps(list(sys.modules)))
"""


def test_a_start_loads_nothing_that_it_does_not_use() -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("GATEWAY_")}
    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", START],
        cwd=ROOT,
        env={**inherited, **SETTINGS},
        capture_output=True,
        check=True,
        timeout=60,
    )
    loaded = set(json.loads(ran.stdout))
    assert "gateway.app" in loaded
    assert [name for name in UNUSED if name in loaded] == []


def test_another_server_gets_an_application_only_where_it_is_said_who_asks_callers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match="GATEWAY_AUTH__MODE"):
        serving.application()
    monkeypatch.setattr(serving, "configure_logs", lambda _: None)
    monkeypatch.setenv("GATEWAY_AUTH__MODE", "none")
    assert {getattr(route, "path", "") for route in serving.application().routes} >= {"/graphql", "/readyz"}

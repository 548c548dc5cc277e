"""The command line as a fixture."""

import pytest

from tests.cli.support import CommandLine


@pytest.fixture
def gateway_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)

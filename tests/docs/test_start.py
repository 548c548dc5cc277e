"""What `make run` prints is what the tutorial says. That it does so in a fresh clone: tests/newcomer."""

import pytest

from tests.cli.support import CommandLine, Listens, plain
from tests.docs.markdown import ROOT, blocks


def test_a_start_prints_what_the_tutorial_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command, printed, *_ = blocks(ROOT / "docs/tutorial.md")
    assert command.text == "make run"
    with pytest.raises(Listens, match=r"127\.0\.0\.1:8000"):
        CommandLine(monkeypatch, capsys)("dev")
    assert plain(capsys.readouterr().out).rstrip() == printed.text

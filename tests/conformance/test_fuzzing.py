"""Schemathesis asks whatever the schema allows, and what it does not; nothing may be a fault of the gateway."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.telemetry.events import FaultMet
from tests.conformance.conftest import Listening

pytestmark = pytest.mark.conformance

EXAMPLES = "200" if os.environ.get("GATEWAY_TESTS_NIGHTLY") == "1" else "40"


def test_no_operation_is_a_server_error(dev: Listening, tmp_path: Path) -> None:
    """Only that check: its others do not know `@oneOf`, and take the refusal of two identifiers for a mistake."""
    program = Path(sys.executable).with_name("schemathesis")
    report = tmp_path / "report.json"
    options = ["--phases=fuzzing", f"--max-examples={EXAMPLES}", "--seed=1", "--no-shrink", "--no-color"]
    options += ["--checks=not_a_server_error", "--generation-database=none", f"--report-json-path={report}"]
    ran = subprocess.run(  # noqa: S603 - a pinned program
        [program, "run", dev.url, *options], cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False
    )
    assert ran.returncode == 0, ran.stdout
    told = json.loads(report.read_text())
    assert told["operations"]["tested"] == told["operations"]["total"] == 3
    assert told["test_cases"]["generated"] >= int(EXAMPLES)
    assert [event for event in dev.events if isinstance(event, FaultMet)] == []

"""Folders of programs for node, with the packages that their lock file pins."""

import fcntl
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

NODE_S = 120
"""How long a program of node may take."""


@dataclass(frozen=True)
class NodeProject:
    """A folder with a package.json, its packages beside it."""

    folder: Path
    program: str

    def __call__(self, script: str, *arguments: str) -> Any:
        """Runs a program of the folder and returns what it prints, as JSON."""
        return json.loads(self.printed(self.program, script, *arguments))

    def tool(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a command that a package brings."""
        return self._ran(str(self.folder / "node_modules" / ".bin" / name), *arguments)

    def printed(self, *command: str) -> str:
        """What a command prints that must go well."""
        ran = self._ran(*command)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def _ran(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own programs and pinned ones
            command, cwd=self.folder, capture_output=True, text=True, timeout=NODE_S, check=False
        )


def node_project(folder: Path, *, what: str, variable: str) -> NodeProject:
    """A folder, its packages installed. Where that cannot be, the test is skipped and told `what` is missing.

    With the environment variable `variable` set to 1 it fails instead.
    """
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        _without(f"{what}: node or npm is missing", variable)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers of pytest may be about to do the same
        failed = _install(npm, folder)
    if failed:
        _without(f"{what}: npm ci failed: {failed}", variable, "GATEWAY_TESTS_NO_SKIP")
    return NodeProject(folder, program)


def _install(npm: str, folder: Path) -> str | None:
    stamp, locked = folder / "node_modules" / ".installed", (folder / "package-lock.json").read_text()
    if stamp.exists() and stamp.read_text() == locked:
        return None
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)  # noqa: S603
    if ran.returncode != 0:
        return ran.stderr[-500:]
    stamp.write_text(locked)
    return None


def _without(missing: str, *strict: str) -> NoReturn:
    if "1" in map(os.environ.get, strict):
        pytest.fail(missing)
    pytest.skip(missing)

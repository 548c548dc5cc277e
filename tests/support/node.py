"""Programs of node, with the packages that a folder's lock file names."""

import fcntl
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

NODE_S = 120
"""How long a program of node may take."""

Node = Callable[..., Any]
"""Runs a program of the folder with arguments and returns what it prints, as JSON."""


class NoNode(Exception):
    """There is no node, or no npm."""


class NoPackages(Exception):
    """npm could not bring the packages."""


def node_in(folder: Path) -> Node:
    """Node for the programs of a folder. The packages are put there at the first time."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        raise NoNode("node or npm is missing")
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers of pytest may be about to do the same
        _install(npm, folder)

    def run(script: str, *arguments: str) -> Any:
        ran = subprocess.run(  # noqa: S603 - our own program
            [program, script, *arguments], cwd=folder, capture_output=True, text=True, timeout=NODE_S, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return run


def _install(npm: str, folder: Path) -> None:
    stamp, locked = folder / "node_modules" / ".installed", (folder / "package-lock.json").read_text()
    if stamp.exists() and stamp.read_text() == locked:
        return
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603
    if ran.returncode != 0:
        raise NoPackages(f"npm ci failed: {ran.stderr[-500:]}")
    stamp.write_text(locked)

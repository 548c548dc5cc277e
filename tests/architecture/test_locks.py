"""What npm is given to install: exact versions, by what they are and not by where one machine got them."""

import json
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LOCKS = sorted(path for path in TESTS.rglob("package-lock.json") if "node_modules" not in path.parts)


def test_the_locks_are_found() -> None:
    assert {lock.parent.name for lock in LOCKS} >= {"conformance", "lint"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_a_lock_names_no_registry(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    assert [name for name, one in packages.items() if name and ("resolved" in one or "integrity" not in one)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_versions_are_exact(lock: Path) -> None:
    wanted = json.loads(lock.with_name("package.json").read_text())["dependencies"]
    assert {name: one for name, one in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", one)} == {}

"""The page on performance names every bench and every setting as it is."""

import re
import subprocess
import sys
from pathlib import Path

from gateway.settings import variables

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/performance.md").read_text()
PARTS = {"processes", "table", "run"}
"""What the scripts share, and what `make bench` runs."""


def test_every_bench_is_on_the_page_and_every_bench_on_the_page_exists() -> None:
    there = {file.stem for file in ROOT.glob("bench/*.py")}
    named = set(re.findall(r"\bbench/(\w+)\.py", PAGE))
    assert named - there == set()
    assert there - named == PARTS


def test_every_setting_that_the_page_names_exists() -> None:
    assert set(re.findall(r"\bGATEWAY_[A-Z0-9_]+", PAGE)) <= {variable for variable, _, _ in variables()}


def test_every_file_that_the_page_names_exists() -> None:
    links = [ROOT / "docs" / link for link in re.findall(r"\]\(([^)#]+)\)", PAGE)]
    files = [ROOT / name for name in re.findall(r"`((?:gateway|tests)/[\w/.]+)`", PAGE)]
    assert [str(found) for found in [*links, *files] if not found.exists()] == []


def test_the_pieces_of_make_bench_still_find_what_they_measure() -> None:
    command = [sys.executable, str(ROOT / "bench/run.py"), "--help"]
    assert b"documents, projection, whole, memory, start" in subprocess.check_output(command, timeout=60)  # noqa: S603

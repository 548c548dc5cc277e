"""Documentation that the code already says is what the code says."""

import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = [page.name for page in sorted(ROOT.glob("docs/*.md")) if page.read_text().startswith("<!-- Made by")]


def generator() -> ModuleType:
    specification = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == generator().PAGES[name](), "run: make docs"


def test_no_generated_page_is_left_untested() -> None:
    assert set(generator().PAGES) == set(GENERATED)


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]:
        for command in re.findall(r"(?:^|`)make ([^`\n#]+)", page.read_text(), re.MULTILINE):
            named = [word for word in shlex.split(command) if re.fullmatch(r"[a-z-]+", word)]
            assert set(named) <= targets, (page.name, command)

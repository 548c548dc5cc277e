"""Documentation that the code already says is what the code says."""

import importlib.util
import json
import re
import shlex
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.gateway import running

ROOT = Path(__file__).parents[2]


def generator() -> ModuleType:
    specification = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["settings.md", "errors.md", "facets.md", "metrics.md"])
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == generator().PAGES[name](), "run: make docs"


def test_no_generated_page_is_left_untested() -> None:
    assert set(generator().PAGES) == {"settings.md", "errors.md", "facets.md", "metrics.md"}


async def test_the_readme_s_question_costs_the_calls_and_gets_the_answer_it_shows() -> None:
    readme = (ROOT / "README.md").read_text()
    query, answer = (re.findall(rf"```{kind}\n(.*?)```", readme, re.DOTALL)[0] for kind in ("graphql", "json"))
    urls = re.findall(r"^GET (\S+)", readme, re.MULTILINE)
    async with running() as gateway:
        assert await gateway.ask(query) == json.loads(answer)
        shown = [{"path": urlsplit(url).path, "params": dict(parse_qsl(urlsplit(url).query))} for url in urls]
        assert gateway.calls() == sorted(shown, key=lambda call: call["path"])


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]:
        for command in re.findall(r"(?:^|`)make ([^`\n#]+)", page.read_text(), re.MULTILINE):
            named = [word for word in shlex.split(command) if re.fullmatch(r"[a-z-]+", word)]
            assert set(named) <= targets, (page.name, command)

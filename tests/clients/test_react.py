"""The React example: a copy of it is generated, compiled under `strict`, and rendered against a gateway."""

import json
import shutil
from pathlib import Path

import pytest

from tests.clients.support import V2
from tests.support.listening import Listening
from tests.support.node import NodeProject

pytestmark = pytest.mark.clients

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compiled(js: NodeProject) -> Path:
    """Where the compiled example is. The copy lies in the project, so that node finds the packages."""
    bin_, copy = js.folder / "node_modules" / ".bin", js.folder / "built" / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ROOT / "examples", copy / "examples", ignore=shutil.ignore_patterns("node_modules", "gql"))
    shutil.copy(ROOT / "schema.graphql", copy)
    example = NodeProject(copy / "examples" / "react", js.program)
    example.printed(str(bin_ / "graphql-codegen"), "--config", "codegen.mjs")
    example.printed(str(bin_ / "tsc"), "-p", ".")
    # For node, not for a bundler: the same sources, checked once more.
    emitted = ["--noEmit", "false", "--outDir", "out", "--module", "nodenext", "--moduleResolution", "nodenext"]
    example.printed(str(bin_ / "tsc"), "-p", ".", *emitted)
    return example.folder / "out"


def test_a_known_customer_is_shown_with_two_questions(js: NodeProject, compiled: Path, listener: Listening) -> None:
    told = js("render.cjs", str(compiled), listener.url, "919800000001")
    assert told["html"] == (
        "<section><h1>Asha Rao</h1><p>6120.25 points, Gold</p>"
        "<ul><li>CAPD0000000101, ACTIVE</li><li>CAPD0000000102, EXPIRED</li></ul></section>"
    )
    # Each document is tried by its hash, and its text sent once.
    sent = [(one["operation"], one["text"]) for one in told["requests"]]
    assert sent == [(name, text) for name in ("CustomerHeader", "Cards") for text in (False, True)]
    first, second = listener.calls()
    assert first.startswith(f"{V2}lookup/customerDetails?embed=customerStatus,ignoreCardDetails,points&")
    assert second == f"{V2}100000001?source=INSTORE"


@pytest.mark.parametrize(("mobile", "shown"), [("910000000000", "No such customer."), ("1,2", "BAD_USER_INPUT")])
def test_nobody_is_told_from_a_mistake(
    js: NodeProject, compiled: Path, listener: Listening, mobile: str, shown: str
) -> None:
    told = js("render.cjs", str(compiled), listener.url, mobile)
    assert told["html"] == f'<p role="alert">{shown}</p>'


def test_the_example_names_the_versions_that_are_tested() -> None:
    example, tested = (
        json.loads((folder / "package.json").read_text())
        for folder in (ROOT / "examples" / "react", Path(__file__).parent / "js")
    )
    named = example["dependencies"] | example["devDependencies"]
    assert {name: tested["dependencies"].get(name) for name in named.keys() - {"vite"}} == {
        name: version for name, version in named.items() if name != "vite"
    }

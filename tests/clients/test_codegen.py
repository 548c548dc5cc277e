"""graphql-codegen: typed documents that compile, programs that run, and a manifest that the gateway takes."""

import re

import pytest

from tests.clients.conftest import HERE
from tests.clients.support import V1, V2
from tests.support.listening import listening
from tests.support.node import NodeProject

pytestmark = pytest.mark.clients

MANIFEST = HERE / "js/typed/gql/persisted-documents.json"


@pytest.fixture(scope="module")
def typed(js: NodeProject) -> NodeProject:
    """The project with the generated documents, and the program that uses them compiled under `strict`."""
    js.printed("node_modules/.bin/graphql-codegen", "--config", "typed/codegen.mjs")
    js.printed("node_modules/.bin/tsc", "-p", "typed/tsconfig.json")
    return js


@pytest.mark.parametrize(
    ("way", "bodies"),
    [
        ("text", [["query"], ["query"]]),
        ("document", [["documentId"], ["documentId"]]),
        ("apollo", [["operationName", "variables", "extensions"]]),
    ],
)
def test_a_typed_program_is_answered(typed: NodeProject, way: str, bodies: list[list[str]]) -> None:
    """With the texts, and by their identifiers alone where nothing else is answered."""
    documents = {} if way == "text" else {"documents": {"mode": "only", "manifest": str(MANIFEST)}}
    with listening(**documents) as gateway:
        told = typed("built/typed/main.js", gateway.url, way)
        calls = [call.partition("?")[0] for call in gateway.calls()]
    assert (told["name"], told["points"]) == ("Asha", 6120.25)
    assert told["bodies"] == bodies
    if way == "apollo":
        assert calls == [f"{V2}lookup/customerDetails"]
    else:
        assert told["changed"][0] == "2025-12-01T02:30:07+05:30"
        assert calls == [f"{V2}lookup/customerDetails", V1]


def test_the_compiler_does_refuse_what_the_program_says_it_refuses(typed: NodeProject) -> None:
    """The `@ts-expect-error`s of the program are errors, each: without them the compiler names their lines."""
    program = typed.folder / "typed" / "main.ts"
    lines = program.read_text().splitlines()
    expected = {place + 1 for place, line in enumerate(lines, 1) if "@ts-expect-error" in line}
    assert len(expected) == 5
    spoilt = program.with_name("spoilt.ts")
    spoilt.write_text("\n".join(lines).replace("@ts-expect-error", "refused:"))
    try:
        options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"]
        ran = typed.tool("tsc", *options, "--types", "node", str(spoilt))
    finally:
        spoilt.unlink()
    assert ran.returncode != 0
    assert {int(line) for line in re.findall(r"spoilt\.ts\((\d+),", ran.stdout)} == expected

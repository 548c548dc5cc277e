"""graphql-eslint's recommended rules for schemas: no finding without an excuse, no excuse without a finding."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.clients.lint.excuses import EXCUSED, Finding
from tests.schema.released import SCHEMA
from tests.support.node import NodeProject

pytestmark = pytest.mark.clients


def findings(node: NodeProject, schema: Path) -> dict[Finding, str]:
    return {(rule(one), place(one)): f"line {one['line']}: {one['message']}" for one in node("lint.mjs", str(schema))}


def rule(finding: Mapping[str, str]) -> str:
    return finding["rule"].removeprefix("@graphql-eslint/")


def place(finding: Mapping[str, str]) -> str:
    """What a message names: `Type.field` where it names a field and its type, else the first."""
    names = re.findall(r'"([^"]+)"', finding["message"])
    return ".".join(reversed(names)) if rule(finding) == "no-typename-prefix" else names[0]


def test_every_finding_is_excused_and_no_excuse_is_idle(lint_node: NodeProject) -> None:
    found = findings(lint_node, SCHEMA)
    assert {key: told for key, told in found.items() if key not in EXCUSED} == {}
    assert set(EXCUSED) - set(found) == set()


def test_what_is_wrong_with_a_schema_is_found(lint_node: NodeProject, tmp_path: Path) -> None:
    """Also what no rule finds fault with today."""
    bad = tmp_path / "schema.graphql"
    bad.write_text('type Query { getPerson: Person, "It." age: Int @deprecated }\ntype Person { Name: String }\n')
    assert set(findings(lint_node, bad)) >= {
        ("require-description", "Person"),
        ("strict-id-in-types", "Person"),
        ("naming-convention", "Name"),
        ("naming-convention", "getPerson"),
    }

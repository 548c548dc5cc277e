"""The page on access says what the code does."""

import re
from pathlib import Path

from gateway.auth.callers import Permission
from gateway.auth.tokens import LONGEST
from gateway.settings import variables
from resolvers.schema import build_schema

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/access.md").read_text()


def test_the_page_on_access_names_every_setting_of_callers_and_none_that_there_is_not() -> None:
    named = set(re.findall(r"\bGATEWAY_[A-Z0-9_]+", PAGE))
    known = {variable for variable, _, _ in variables()}
    assert named <= known
    assert {variable for variable in known if variable.startswith("GATEWAY_AUTH__")} <= named


def test_every_page_that_the_page_on_access_links_to_exists() -> None:
    assert all((ROOT / "docs" / link).exists() for link in re.findall(r"\]\(([^)#]+)\)", PAGE))


def test_the_table_of_permissions_is_the_catalog_s() -> None:
    graph = build_schema()
    rows = [
        f"| `{permission}` | "
        + ", ".join(
            f"`{name}.{field}`"
            for (name, field), home in sorted(graph.homes.items(), key=lambda one: one[0])
            if home.on.permission is permission
        )
        + " |"
        for permission in Permission
    ]
    table = "\n".join(["| permission | fields |", "| --- | --- |", *rows])
    assert f"<!-- permissions -->\n{table}\n<!-- /permissions -->" in PAGE


def test_the_longest_token_is_as_the_page_says() -> None:
    assert f"at most {LONGEST} characters" in PAGE

"""Writes the pages that the code already says: `make docs`. A test fails when a page and the code differ."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from gateway.errors import Code
from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Endpoint
from gateway.facets.kind import FacetKind, FacetSource
from gateway.settings import variables
from resolvers.schema import build_schema

HERE = Path(__file__).parent
MADE = "<!-- Made by `make docs` from {source}. Change it there. -->\n\n"


def settings() -> str:
    """Every setting with its meaning and default."""
    rows = [f"| `{name}` | {meaning} | {_shown(default)} |" for name, meaning, default in variables()]
    intro = (
        "# Settings\n\nThe gateway reads its settings once, at the start, from the environment. One that it does not "
        "know or cannot use stops the start with a message that names it.\n\n"
    )
    return MADE.format(source="`gateway/settings.py`") + intro + _table("variable | meaning | default", rows)


def errors() -> str:
    """Every error code with its meaning."""
    rows = [f"| `{code.value}` | {code.meaning} |" for code in Code]
    intro = (
        "# Errors\n\nEvery error has an `extensions.code` from this list. A field that fails is null and has an error "
        "with its path; its siblings are served. A request that cannot be executed at all has errors and no `data`.\n\n"
        "A customer whom upstream does not know is `null` without an error.\n\n"
    )
    return MADE.format(source="`gateway/errors.py`") + intro + _table("code | meaning", rows)


def facets() -> str:
    """Every facet: what brings it, and the graph fields that live on it."""
    homes = build_schema().homes
    fields = {
        kind.name: ", ".join(f"`{type_}.{field}`" for (type_, field), home in homes.items() if home.on is kind)
        for kind in CATALOG.values()
    }
    rows = [
        f"| `{kind.name}`{_arguments(kind)} | {kind.brings} | {_source(kind, Endpoint.V2)} | "
        f"{_source(kind, Endpoint.V1)} | {kind.fresh_for} s | {fields[kind.name] or 'every customer'} |"
        for kind in CATALOG.values()
    ]
    intro = (
        "# Facets\n\nA facet is the smallest unit of upstream data that one embed, flag or flag-with-value brings. "
        "This is the whole catalog: what a facet holds, what each endpoint must be sent for it, how long it is kept, "
        "and the graph fields that live on it. An empty cell: the endpoint does not bring it. “always”: it comes with "
        "every call.\n\n"
    )
    head = "facet | brings | V2 | V1.1 | kept | graph fields"
    return MADE.format(source="`gateway/facets/catalog/` and `resolvers/`") + intro + _table(head, rows)


def _arguments(kind: FacetKind) -> str:
    return f"({', '.join(kind.parameters)})" if kind.parameters else ""


def _source(kind: FacetKind, endpoint: Endpoint) -> str:
    found = next((source for source in kind.sources if source.endpoint is endpoint), None)
    return "" if found is None else _sent(found)


def _sent(source: FacetSource) -> str:
    embeds = [f"`embed={','.join(sorted(source.embeds))}`"] if source.embeds else []
    flags = [f"`{name}={value}`" for name, value in source.flags.items()]
    valued = [f"`{name}=`{argument}" for name, argument in source.valued.items()]
    kept_out = [f"always, unless `{name}={value}`" for name, value in source.suppressed_by.items()]
    return ", ".join([*embeds, *flags, *valued, *kept_out]) or "always"


def _shown(default: Any) -> str:
    match default:
        case None | "":
            return "not set"
        case SecretStr():
            return "not set"
        case bool():
            return str(default).lower()
        case _:
            return f"`{getattr(default, 'value', default)}`"


def _table(head: str, rows: Iterable[str]) -> str:
    columns = head.count("|") + 1
    return "\n".join([f"| {head} |", "|" + " --- |" * columns, *rows]) + "\n"


PAGES = {"settings.md": settings, "errors.md": errors, "facets.md": facets}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page())
        sys.stdout.write(f"docs/{name}\n")

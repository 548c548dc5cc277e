"""Writes the pages that the code already says: `make docs`. A test fails when a page and the code differ."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docs.recipes import recipes
from gateway.errors import Code
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import CATALOG, EXISTENCE
from gateway.facets.facet import Endpoint
from gateway.facets.kind import Condition, FacetKind, FacetSource
from gateway.facets.parameters import brought, sources
from gateway.settings import variables
from gateway.settings.tenants import TENANT
from gateway.settings.upstream import UPSTREAM, UpstreamSettings
from gateway.settings.values import Secret
from gateway.telemetry.metrics import GAUGES, Metrics
from resolvers.schema import build_schema

HERE = Path(__file__).parent
MADE = "<!-- Made by `make docs` from {source}. Change it there. -->\n\n"


def settings() -> str:
    """Every setting with its meaning and default."""
    of_tenant = f"{TENANT.format('<NAME>')}UPSTREAM__"
    rows = [
        f"| `{name}` | {meaning} | {_shown(default)} |"
        for name, meaning, default in variables()
        if not name.startswith(of_tenant)
    ]
    rows.append(f"| `{of_tenant}…` | Each as `{UPSTREAM}…`, of this tenant alone; nothing is taken from there. | |")
    intro = (
        "# Settings\n\nThe gateway reads its settings once, at the start, from the environment. One that it does not "
        "know or cannot use stops the start with a message that names it.\n\n"
    )
    return MADE.format(source="`gateway/settings/`") + intro + _table("variable | meaning | default", rows)


def errors() -> str:
    """Every error code with its meaning."""
    rows = [f"| `{code.value}` | {code.meaning} |" for code in Code]
    intro = (
        "# Errors\n\nEvery error has an `extensions.code` from this list. A field that fails is null and has an error "
        "with its path; its siblings are served. A request that cannot be executed at all has errors and no `data`.\n\n"
        "A customer whom upstream does not know is `null` without an error.\n\n"
    )
    return MADE.format(source="`gateway/errors.py`") + intro + _table("code | meaning", rows)


def limits() -> str:
    """Every bound of a request and of a connection, with the setting that moves it."""
    told = {name: (meaning, default) for name, meaning, default in variables()}
    bounds = [name for name in told if name.startswith("GATEWAY_LIMITS__") and name not in KEPT]
    patience = [name for name in told if name.startswith("GATEWAY_SERVER__")]
    page = LIMITS.format(
        requests=_table(
            "at most | of | setting", (f"| {told[name][1]} | {told[name][0]} | `{name}` |" for name in bounds)
        ),
        connections=_table(
            "bound | of | setting", (f"| {told[name][1]} | {told[name][0]} | `{name}` |" for name in patience)
        ),
        upstream=UpstreamSettings().deadline_s,
    )
    return MADE.format(source="`gateway/settings/`") + page


KEPT = {"GATEWAY_LIMITS__DOCUMENTS", "GATEWAY_LIMITS__DOCUMENTS_TOKENS"}
"""What bounds the gateway's own memory and refuses nothing."""
LIMITS = """\
# Limits

A request is measured before anything dear is done with it. What is too large is refused whole, before any upstream \
call, with `LIMIT_EXCEEDED`; the message and `extensions` name the limit, the value and the bound:

```graphql
{{
  customer(by: {{ mobile: "919800000001" }}) {{
    id @include(if: true) @include(if: true) @include(if: true) @include(if: true) @include(if: true) @include(if: true)
  }}
}}
```

```json
{{"errors": [{{
  "message": "query: 6 directives on one node are more than the limit of 5",
  "extensions": {{
    "code": "LIMIT_EXCEEDED", "argument": "query", "limit": "directives on one node", "value": 6, "bound": 5}}}}]}}
```

The defaults let every field of a customer through almost twice. Whoever meets one usually puts values into the text \
that belong into variables, or asks for more customers at once than a screen shows. `extensions.cost` of every answer \
tells how far a request was from the bound that depends on what it asks.

## Of a request

{requests}
Too many bytes are refused by HTTP: 413 for a body, 414 for a query string, 431 for headers ([http.md](http.md)).

## Of a connection

{connections}
## Of the work upstream

A request has {upstream:g} seconds for all its upstream calls (`GATEWAY_UPSTREAM__DEADLINE_S`); what comes later is \
`UPSTREAM_TIMEOUT` on its own fields. Where upstream is asked as much as it may be, a request is `OVERLOADED`, with \
the seconds after which to come back. [resilience.md](resilience.md) has both.
"""


def facets() -> str:
    """Every facet: what brings it, what comes with it, and the graph fields that live on it."""
    homes = build_schema().homes
    fields = {
        kind.name: ", ".join(f"`{type_}.{field}`" for (type_, field), home in homes.items() if home.on is kind)
        for kind in CATALOG.values()
    }
    rows = [
        f"| `{kind.name}`{_arguments(kind)} | {kind.brings} | {_sources(kind, Endpoint.V2)} | "
        f"{_sources(kind, Endpoint.V1)} | {_company(kind)} | {kind.fresh_for} s | "
        f"{f'`{kind.permission}`' if kind.permission else ''} | {fields[kind.name] or 'every customer'} |"
        for kind in CATALOG.values()
    ]
    unasked = "".join(
        f"Every {endpoint.value} call brings {', '.join(f'`{name}`' for name in _unasked(endpoint))}.\n\n"
        for endpoint in Endpoint
    )
    intro = (
        "# Facets\n\nA facet is the smallest unit of upstream data that one embed, flag or flag-with-value brings. "
        "This is the whole catalog: what a facet holds, what each endpoint must be sent for it, what else comes with "
        "it, how long it is kept, what a caller must be permitted to see it, and the graph fields that live on it. An "
        "empty cell: the endpoint does not bring it, or nothing is asked for. “always”: it comes with every call. An "
        "argument with a question mark may be left out. What stands after “needs” is a prerequisite, which alone "
        "brings another facet.\n\n"
    )
    head = "facet | holds | V2 | V1.1 | comes with it | kept | permission | graph fields"
    intro += unasked
    return MADE.format(source="`gateway/facets/catalog/` and `resolvers/`") + intro + _table(head, rows)


def metrics() -> str:
    """Every metric of the gateway's own."""
    registry = Metrics().registry
    rows = [f"| `{name}` | gauge |  | {says} |" for name, says in GAUGES.items()]
    for family in registry.collect():
        if family.name.startswith("gateway_"):
            found = registry.labels.get(family.name, sorted({label for one in family.samples for label in one.labels}))
            name = f"{family.name}_{suffix}" if (suffix := _SUFFIXES.get(family.type)) else family.name
            labels = ", ".join(f"`{label}`" for label in found)
            rows.append(f"| `{name}` | {family.type} | {labels} | {family.documentation} |")
    intro = (
        "# Metrics\n\nWhat `/metrics` tells, beside `process_…` and `python_gc_…`. How to switch it on, alerts and "
        "queries: [operating.md](operating.md). A histogram has `_bucket`, `_sum` and `_count`.\n\n"
    )
    source = MADE.format(source="`gateway/telemetry/metrics.py`")
    return source + intro + _table("metric | type | labels | counts", sorted(rows))


_SUFFIXES = {"counter": "total", "info": "info"}
"""What Prometheus calls a metric beyond its name."""


def _arguments(kind: FacetKind) -> str:
    names = (one.name if one.required else f"{one.name}?" for one in kind.parameters)
    return f"({', '.join(names)})" if kind.parameters else ""


def _sources(kind: FacetKind, endpoint: Endpoint) -> str:
    found = [source for source in kind.sources if source.endpoint is endpoint]
    return "; or ".join(map(_sent, found))


def _sent(source: FacetSource) -> str:
    """What a call must carry, the prerequisites last, and when an organisation has this way."""
    embeds = [f"embed={name}" for name in sorted(source.embeds)]
    flags = [f"{name}={value}" for name, value in source.flags.items()]
    needed = [one for one in (*embeds, *flags) if one in _ALONE and (len(embeds) + len(flags) + len(source.valued)) > 1]
    own = [f"`{one}`" for one in (*embeds, *flags) if one not in needed]
    own += [f"`{name}=`{argument}" for name, argument in (source.valued | source.narrowed).items()]
    own += [f"`{name}={value}` without arguments" for name, value in source.unvalued.items()]
    told = ", ".join(own) if own else ""
    if source.suppressor:
        kept_out = f"always, unless `{source.suppressor.parameter}={source.suppressor.value}`"
        told = ", ".join([kept_out + _where(source.suppressor.honoured), *own])
    if needed:
        told = f"{told} needs {', '.join(f'`{one}`' for one in needed)}".strip()
    return (told or "always") + _where(source.available)


def _where(condition: Condition) -> str:
    return f" (if {condition.says})" if condition.says else ""


def _company(kind: FacetKind) -> str:
    """What a call for the facet alone brings beside what every call brings."""
    facet = kind(**{one.name: "0" for one in kind.parameters if one.required})
    told: list[str] = []
    for source in sources(facet, SEEDS):
        along = brought(source.endpoint, frozenset({facet}), SEEDS)
        names = sorted({one.name for one in along} - {kind.name} - set(_unasked(source.endpoint)))
        if names:
            told.append(f"{source.endpoint.value}: {', '.join(f'`{name}`' for name in names)}")
    return "; ".join(told)


def _unasked(endpoint: Endpoint) -> list[str]:
    """The facets that every call of an endpoint brings."""
    along = {facet.name for facet in brought(endpoint, frozenset({EXISTENCE()}), SEEDS)}
    return [name for name in CATALOG if name in along]


SEEDS = Capabilities()
_ALONE = {
    *(f"embed={next(iter(one.embeds))}" for kind in CATALOG.values() for one in kind.sources if len(one.embeds) == 1),
    *(
        "=".join(*one.flags.items())
        for kind in CATALOG.values()
        for one in kind.sources
        if len(one.flags) == 1 and not one.valued
    ),
}
"""What brings a facet by itself."""


def _shown(default: Any) -> str:
    match default:
        case None | "":
            return "not set"
        case Secret():
            return _shown(default.get_secret_value())
        case bool():
            return str(default).lower()
        case _:
            return f"`{getattr(default, 'value', default)}`"


def _table(head: str, rows: Iterable[str]) -> str:
    columns = head.count("|") + 1
    return "\n".join([f"| {head} |", "|" + " --- |" * columns, *rows]) + "\n"


PAGES = {
    "settings.md": settings,
    "errors.md": errors,
    "limits.md": limits,
    "facets.md": facets,
    "metrics.md": metrics,
    "recipes.md": lambda: MADE.format(source="`docs/recipes.py` and `examples/operations/`") + recipes(),
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page())
        sys.stdout.write(f"docs/{name}\n")

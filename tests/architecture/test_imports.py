"""The layout's promises, read from the source: who may import whom, how long a module is, what is documented."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from gateway.errors import Code
from gateway.facets.catalog import CATALOG
from gateway.settings import variables

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path.relative_to(ROOT)
    for package in ("gateway", "resolvers")
    for path in (ROOT / package).rglob("*.py")
    if "graphiql/ui" not in path.as_posix()
)
LONGEST = 320


def name_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


KNOWN = {name_of(path): path for path in MODULES}


def imported(path: Path, *, at_run_time: bool = False) -> Iterator[str]:
    """The dotted names that a module imports: the module where that is one, else the package."""
    here = name_of(path).split(".")
    package = here if path.name == "__init__.py" else here[:-1]
    whole = tree(path)
    if at_run_time:
        whole.body = [
            node for node in whole.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node))
        ]
    for node in ast.walk(whole):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                named = f"{base}.{alias.name}"
                yield named if named in KNOWN else base


IMPORTS = {name_of(path): set(imported(path)) for path in MODULES}


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def test_the_imports_are_really_read() -> None:
    assert within("gateway.facets.facet", "gateway.facets")
    assert not within("gateway.facetsome", "gateway.facets")
    assert {"httpx", "gateway.upstream.v1", "gateway.upstream.answers"} <= IMPORTS["gateway.upstream.client"]
    assert {"gateway.sandbox.v1", "gateway.sandbox.data"} <= IMPORTS["gateway.sandbox.app"]
    assert len(KNOWN) > 50


# --- the import rule ---

PURE = ("gateway.facets", "gateway.model", "gateway.cache.entries", "gateway.cache.parts", "gateway.errors")
PURE_MODULES = (
    *PURE,
    *(f"gateway.graphql.{name}" for name in ("limits", "introspection", "payloads", "refusals")),
    *(f"gateway.graphql.{name}" for name in ("projection", "code", "selection", "settling", "variables")),
    *(f"gateway.upstream.{name}" for name in ("v1", "v2", "answers", "codes", "request")),
    *(
        f"gateway.upstream.{name}"
        for name in ("admission", "breaker", "outlook", "policy", "rate", "retries", "suspects", "verdicts")
    ),
    "gateway.webhooks.events",
    *(f"gateway.auth.{name}" for name in ("callers", "claims", "policy")),
    "gateway.probe.findings",
    *(f"gateway.telemetry.{name}" for name in ("signatures", "requests", "events")),
)
IMPURE = ("asyncio", "httpx", "httpcore2", "aiocache", "starlette", "uvicorn", "socket", "threading")


@pytest.mark.parametrize("module", [module for module in KNOWN if within(module, *PURE_MODULES)])
def test_a_pure_module_imports_nothing_that_waits_or_talks(module: str) -> None:
    assert [name for name in IMPORTS[module] if within(name, *IMPURE)] == []


@pytest.mark.parametrize("module", [module for module in KNOWN if within(module, *PURE_MODULES)])
def test_a_pure_module_imports_of_us_only_what_is_pure(module: str) -> None:
    ours = {name for name in IMPORTS[module] if within(name, "gateway", "resolvers")}
    assert {name for name in ours if not within(name, *PURE_MODULES)} == set()


@pytest.mark.parametrize("module", [module for module in KNOWN if within(module, *PURE_MODULES)])
def test_a_pure_module_has_nothing_to_await(module: str) -> None:
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert [node for node in ast.walk(tree(KNOWN[module])) if isinstance(node, waiting)] == []


def test_resolvers_know_facets_values_context_and_errors_alone() -> None:
    allowed = ("resolvers", "gateway.facets", "gateway.model", "gateway.context", "gateway.errors")
    found = {
        (module, name)
        for module, names in IMPORTS.items()
        if within(module, "resolvers")
        for name in names
        if within(name, "gateway", *IMPURE) and not within(name, *allowed)
    }
    assert found == set()


def test_the_wiring_alone_knows_the_resolvers() -> None:
    """And the command line, for `gateway schema`."""
    found = {
        module
        for module, names in IMPORTS.items()
        if not within(module, "resolvers") and any(within(name, "resolvers") for name in names)
    }
    assert {"gateway.app"} <= found <= {"gateway.app", "gateway.cli"}


def test_the_sandbox_knows_nothing_of_the_gateway() -> None:
    """A misunderstanding shared by both sides would go unseen."""
    found = {
        name
        for module, names in IMPORTS.items()
        if within(module, "gateway.sandbox")
        for name in names
        if within(name, "gateway", "resolvers") and not within(name, "gateway.sandbox")
    }
    assert found == set()


def test_only_the_wiring_and_the_command_line_know_the_sandbox() -> None:
    found = {
        module
        for module, names in IMPORTS.items()
        if not within(module, "gateway.sandbox") and any(within(name, "gateway.sandbox") for name in names)
    }
    assert found == {"gateway.cli", "gateway.wiring.organisations"}


def test_nothing_we_ship_imports_tests() -> None:
    assert [module for module, names in IMPORTS.items() if any(within(name, "tests") for name in names)] == []


def package_of(module: str) -> str:
    """The package a module of the gateway is of; a module at the top is one of its own."""
    return ".".join(module.split(".")[:2])


def test_the_packages_of_the_gateway_import_each_other_in_one_direction() -> None:
    graph: dict[str, set[str]] = {}
    for module, names in IMPORTS.items():
        ours = {package_of(name) for name in names if within(name, "gateway") and name != "gateway"}
        graph.setdefault(package_of(module), set()).update(ours - {package_of(module)})
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as cycle:
        pytest.fail(" -> ".join(cycle.args[1]))


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {
        module: {name for name in imported(path, at_run_time=True) if name in KNOWN and name != module}
        for module, path in KNOWN.items()
    }
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as cycle:
        pytest.fail(" -> ".join(cycle.args[1]))


# --- the text ---


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_is_one_noun(path: Path) -> None:
    assert len((ROOT / path).read_text().splitlines()) <= LONGEST


Documentable = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public(node: Documentable, name: str) -> Iterator[tuple[str, Documentable]]:
    """A module or class and everything public below it. What is nested in a function is nobody's business."""
    yield name, node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    for child in node.body:
        named = isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if named and not child.name.startswith("_"):
            yield from public(child, f"{name}.{child.name}")


def _exempt(node: Documentable) -> bool:
    """Methods whose meaning a base class has fixed: `__call__` and its like begin with an underscore already."""
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(decorator, ast.Name) and decorator.id == "overload" for decorator in node.decorator_list
    )


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_everything_public_has_a_docstring(path: Path) -> None:
    bare = [
        name for name, node in public(tree(path), name_of(path)) if not _exempt(node) and not ast.get_docstring(node)
    ]
    assert bare == []


# --- the documents ---


def document(name: str) -> str:
    path = ROOT / "docs" / name
    assert path.exists(), f"docs/{name} is missing"
    return path.read_text()


def mentions(text: str, word: str) -> bool:
    return re.search(rf"(?<![A-Z0-9_]){re.escape(word)}(?![A-Z0-9_])", text) is not None


def test_every_setting_is_documented() -> None:
    text = document("settings.md")
    assert [name for name, _, _ in variables() if name not in of_tenants() and not mentions(text, name)] == []


def test_every_description_of_a_setting_is_in_the_document() -> None:
    text = document("settings.md")
    assert [name for name, description, _ in variables() if not description or description not in text] == []


def of_tenants() -> set[str]:
    """What is documented once, as of the only organisation."""
    return {name for name, _, _ in variables() if name.startswith("GATEWAY_TENANTS__<NAME>__UPSTREAM__")}


def test_no_setting_is_documented_that_is_none() -> None:
    known = {name for name, _, _ in variables()}
    written = set(re.findall(r"\bGATEWAY_[A-Z0-9_]*[A-Z0-9]\b", document("settings.md")))
    assert {name for name in written - known if not name.startswith(("GATEWAY_TESTS", "GATEWAY_TENANTS"))} == set()


def test_every_error_code_is_documented_with_its_meaning() -> None:
    text = document("errors.md")
    assert [code.value for code in Code if not mentions(text, code.value) or code.meaning not in text] == []


def test_every_facet_is_documented() -> None:
    text = document("facets.md")
    assert [name for name in CATALOG if not mentions(text, name)] == []

"""Reads a page as somebody would who tries everything on it: asks its queries, runs its commands, believes its answers.

What a block is, it says: `graphql` is asked of the sandbox, or is a piece of a schema; `json` after it is its variables
or its answer; `http` after it, the calls that it made. `sh`, `js` and `python` are run, and what stands after them as
`text` or `json` is what they print. `ini` is settings. `text` may end with a line "…" where more is printed.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache, cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from graphql import (
    GraphQLError,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    OperationDefinitionNode,
    build_schema,
    parse,
    print_ast,
)
from typer.main import get_command

from gateway.cli import DEV, app
from gateway.errors import GatewayError
from gateway.settings import variables
from gateway.settings.loading import load
from gateway.telemetry import requests
from tests.docs.markdown import ROOT, Block
from tests.support.gateway import ACCEPT
from tests.support.listening import listening

ADDRESS: Final = "127.0.0.1:8000"
"""Where a gateway listens on every page."""
PLACEHOLDER: Final = "…"
NOT_RUN: Final = {
    "make ": "that the targets exist is seen elsewhere; what they do is the suite's, and tests/newcomer's",
    "pip install": "it would change the environment that runs this",
    "python3 compare.py": "it needs a folder that is not the project's",
}
"""Why a command is not run, by what is in it. Nor is one with a placeholder; of both the names are checked."""
SEEN_ELSEWHERE: Final = "make run"
"""What it prints is seen by test_start."""
COMMAND: Final = re.compile(r"(?:^|/| )gateway ((?:cache )?[a-z]+)\b([^\n\"]*)", re.MULTILINE)
SECRET: Final = "only-of-these-tests"
SETTINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "docs/caching.md": {"admin": {"secret": SECRET}},
    "docs/federation.md": {"federation": True},
}
"""What a page tells its reader to set."""


class Gateway(Protocol):
    """A gateway that was started for a reader: where it is, and what its upstream was asked since the last time."""

    @property
    def url(self) -> str: ...
    def calls(self) -> list[str]: ...


class Reader:
    """Somebody in a folder with a gateway, which is started when they need it, and an environment."""

    def __init__(self, start: Callable[[], Gateway], folder: Path, environment: Mapping[str, str]) -> None:
        self._start, self._folder, self._environment = start, folder, environment

    @cached_property
    def _gateway(self) -> Gateway:
        return self._start()

    def read(self, page: list[Block]) -> None:
        """Tries a page from top to bottom."""
        rest = page
        while rest:
            block, *rest = rest
            following = _belonging(block, rest)
            rest = rest[len(following) :]
            assert block.kind in READERS, f"{block.place}: nobody knows what to do with “{block.kind}”"
            try:
                READERS[block.kind](self, block, following)
            except (AssertionError, AttributeError, LookupError, ValueError, GatewayError, GraphQLError) as wrong:
                raise AssertionError(f"{block.place}: {wrong}") from wrong

    def asks(self, block: Block, following: list[Block]) -> None:
        definitions = parse(block.text).definitions
        if not isinstance(definitions[0], OperationDefinitionNode):
            _fits_the_schema([one for one in definitions if isinstance(one, ObjectTypeDefinitionNode)])
            return
        told = [json.loads(one.text) for one in following if one.kind == "json"]
        body: dict[str, Any] = {"query": block.text}
        if told and not told[0].keys() & {"data", "errors"}:
            body["variables"] = told.pop(0)
        streamed = [one.text for one in following if one.kind == "text"]
        headers = {"accept": "text/event-stream" if streamed else ACCEPT}
        self._gateway.calls()
        answer = httpx.post(self._gateway.url, json=body, headers=headers, trust_env=False)
        calls = sorted(self._gateway.calls())
        assert len(told) + len(streamed) == 1, "a question has one answer"
        if streamed:
            assert _events(answer.text) == _events(streamed[0])
        else:
            assert answer.json() == told[0]
        for one in following:
            if one.kind == "http":
                assert calls == _calls(one.text)

    def runs(self, block: Block, following: list[Block]) -> None:
        _known_names(block.text)
        if PLACEHOLDER in block.text or any(part in block.text for part in NOT_RUN):
            assert not following or block.text == SEEN_ELSEWHERE, "nobody saw what that prints"
            return
        if "curl " in block.text:
            _must_be_there("curl", block)
        self._prints(["bash", "-euo", "pipefail", "-c", self._here(block.text)], following)

    def in_python(self, block: Block, following: list[Block]) -> None:
        self._prints([".venv/bin/python", "-c", self._here(block.text)], following)

    def in_node(self, block: Block, following: list[Block]) -> None:
        _must_be_there("node", block)
        self._prints(["node", "--input-type=module", "-e", self._here(block.text)], following)

    def _here(self, text: str) -> str:
        return text.replace(ADDRESS, urlsplit(self._gateway.url).netloc) if ADDRESS in text else text

    def _prints(self, command: list[str], following: list[Block]) -> None:
        done = subprocess.run(  # noqa: S603 - what our own pages say
            command, cwd=self._folder, env=self._environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        assert len(following) <= 1, "a command prints once"
        for one in following:
            assert one.kind != "http", "what a command causes upstream is not looked at"
            if one.kind == "json":
                assert json.loads(done.stdout) == json.loads(one.text)
            if one.kind == "text":
                begun, more, _ = one.text.partition(f"\n{PLACEHOLDER}")
                assert done.stdout.startswith(begun) if more else done.stdout.strip() == begun, done.stdout


def settings(_: Reader, block: Block, __: list[Block]) -> None:
    _known_names(block.text)
    if PLACEHOLDER not in block.text:
        load(dict(line.split("=", 1) for line in block.text.splitlines()), DEV)


def names_metrics(_: Reader, block: Block, __: list[Block]) -> None:
    assert yaml.safe_load(block.text)
    known = (ROOT / "docs/metrics.md").read_text()
    for name in set(re.findall(r"\bgateway_\w+", block.text)):
        assert f"`{re.sub('_(bucket|sum|count)$', '', name)}`" in known, name


def tells(_: Reader, block: Block, __: list[Block]) -> None:
    """JSON that belongs to nothing is a line of the log."""
    told = json.loads(block.text)
    known = {*getattr(requests, told["event"])("", 0.0).fields(), "event", "level", "timestamp", "request_id"}
    assert set(told) <= known


READERS: Final[Mapping[str, Callable[[Reader, Block, list[Block]], None]]] = {
    "graphql": Reader.asks,
    "sh": Reader.runs,
    "python": Reader.in_python,
    "js": Reader.in_node,
    "ini": settings,
    "yaml": names_metrics,
    "json": tells,
}


@contextmanager
def reader(page: str, folder: Path) -> Iterator[Reader]:
    """Somebody who reads a page with a gateway as `make run` starts it, in a folder that looks like a clone."""
    for name in (".venv", "examples"):
        (folder / name).symlink_to(ROOT / name)
    path = f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(folder), "GATEWAY_ADMIN__SECRET": SECRET}
    (folder / ".curlrc").write_text("fail-with-body\n")  # a refusal is no success
    with ExitStack() as opened:
        yield Reader(lambda: opened.enter_context(listening(**{**DEV, **SETTINGS.get(page, {})})), folder, environment)


def _belonging(block: Block, rest: list[Block]) -> list[Block]:
    """What belongs to a block: answers, variables, calls and what is printed, up to the next heading."""
    takes = block.kind in {"graphql", "sh", "python", "js"}
    alike = takewhile(lambda one: one.kind in {"json", "http", "text"} and one.section == block.section, rest)
    return list(alike) if takes else []


def _events(text: str) -> list[tuple[str, object]]:
    """The events of a stream, each with its data."""
    found = re.findall(r"^event: (\w+)\ndata:(.*)$", text, re.MULTILINE)
    return [(event, json.loads(data) if data.strip() else None) for event, data in found]


def _calls(text: str) -> list[str]:
    """The calls that a block tells, as the sandbox tells them."""
    told: list[str] = []
    for line in text.splitlines():
        if not line.startswith("# "):
            assert line.startswith("GET "), line
            path, _, query = line.removeprefix("GET ").partition("?")
            told.append(f"{path}?{'&'.join(sorted(query.split('&')))}")
    return sorted(told)


def _must_be_there(program: str, block: Block) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"NO {program.upper()}: {block.place} is not run, nor what follows it")


def _known_names(text: str) -> None:
    """Settings that are named exist; so do commands and options of ours."""
    known = {name for name, _, _ in variables()}
    for name in re.findall(r"\bGATEWAY_[A-Z0-9_]+", text):
        if not name.startswith("GATEWAY_TESTS_"):
            assert re.sub(r"^(GATEWAY_TENANTS__)[A-Z0-9]+__", r"\1<NAME>__", name) in known, name
    for words, rest in COMMAND.findall(text):
        command: Any = get_command(app)
        for word in words.split():
            assert word in command.commands, f"there is no gateway {words}"
            command = command.commands[word]
        options = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= options, f"gateway {words} knows no such option"


def _fits_the_schema(types: list[ObjectTypeDefinitionNode]) -> None:
    """A piece of a schema says nothing about our types that is not so."""
    ours = _schema().type_map
    for type_ in types:
        for field in type_.fields if type_.name.value in ours else ():
            told = ours[type_.name.value].fields[field.name.value].type
            assert str(told) == print_ast(field.type), f"{type_.name.value}.{field.name.value}"


@cache
def _schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text())

"""Golden cases: a query, the exact upstream calls it costs, and the answer. Adding a case is adding two files.

`cases/NAME.graphql` is the operation; the comment at its top says what the case shows. `cases/NAME.json` holds
`variables`, what was asked `before` it, what upstream does wrong (`faults`), and what is proved: `calls`, how many
`bytes` their answers had, how many calls the same question costs `again`, whether the answer is `projected` by the fast
path, and the `answer`. But for `projected`, the reference path gives all the same.
After a wanted change: `pytest tests/golden --write-golden`, then read the difference.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.graphql import execution
from gateway.graphql.documents import Documents
from gateway.graphql.projecting import Projecting
from gateway.sandbox import Faults
from tests.support.gateway import running
from tests.support.virtual import VirtualLoop

CASES = sorted(Path(__file__).parent.glob("cases/*.graphql"))
PROVED = ("calls", "bytes", "again", "projected", "answer")
LEFT_TO_GRAPHQL_CORE = {"introspection"}
"""Cases whose answer is whole and that the fast path leaves alone all the same."""


@pytest.fixture
def projected(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each answer of the fast path that was tried is one; operations are compiled when first asked for."""
    tried: list[bool] = []

    def noted(answer: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*given: Any) -> Any:
            found = answer(*given)
            tried.append(found is not None)
            return found

        return noting

    def at_once(self: Documents, document: Any, operation: Any) -> Any:
        document.met.update(document.operations)
        return compiled(self, document, operation)

    compiled = Documents.compiled
    monkeypatch.setattr(Documents, "compiled", at_once)
    monkeypatch.setattr(execution, "fetched", noted(execution.fetched))
    monkeypatch.setattr(Projecting, "known", noted(Projecting.known))
    return tried


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_query_costs_these_calls_and_gets_this_answer(
    file: Path, projected: list[bool], request: pytest.FixtureRequest
) -> None:
    record = file.with_suffix(".json")
    case: dict[str, Any] = json.loads(record.read_text()) if record.exists() else {}
    reference = _run(case, file.read_text(), fast=False, projected=projected)
    assert not reference.pop("projected")
    found = _run(case, file.read_text(), fast=True, projected=projected)
    assert {name: found[name] for name in reference} == reference, "the fast path and the reference path differ"
    if request.config.getoption("--write-golden"):
        record.write_text(json.dumps(case | found, indent=2, ensure_ascii=False) + "\n")
        return
    for name in PROVED:
        assert found[name] == case[name], name


def _run(case: dict[str, Any], query: str, *, fast: bool, projected: list[bool]) -> dict[str, Any]:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_found(case, query, fast, projected))


async def _found(case: dict[str, Any], query: str, fast: bool, projected: list[bool]) -> dict[str, Any]:
    async with running(**case.get("settings", {}), fast_path=fast) as gateway:
        for earlier in case.get("before", []):
            await gateway.ask(earlier)
        gateway.sandbox.clear()
        gateway.sandbox.faults.replace(msgspec.convert(case.get("faults", {}), Faults))
        before = gateway.upstream.sent
        projected.clear()
        answer = await gateway.ask(query, case.get("variables"))
        found = {
            "calls": gateway.calls(),
            "bytes": gateway.upstream.sent - before,
            "projected": any(projected),
            "answer": answer,
        }
        gateway.sandbox.requests.clear()
        projected.clear()
        once_more = await gateway.ask(query, case.get("variables"))
        found["again"] = len(gateway.sandbox.requests)
        if not found["again"] and "errors" not in answer:
            assert any(projected) == found["projected"]
            by_id = "mobile:" not in query
            assert _kept(once_more["data"], by_id=by_id) == _kept(answer["data"], by_id=by_id)
        return {name: found[name] for name in PROVED}


def _kept(data: Any, *, by_id: bool) -> Any:
    """The data; of who was not asked for by id without `mergedFrom`, which tells of the victims that this very request
    met: the cache has none."""
    if isinstance(data, dict):
        return {name: _kept(value, by_id=by_id) for name, value in data.items() if by_id or name != "mergedFrom"}
    return [_kept(one, by_id=by_id) for one in data] if isinstance(data, list) else data


def test_the_same_question_costs_nothing_again_unless_something_went_wrong() -> None:
    paid = {file.stem for file in CASES if (case := _case(file))["again"] and "errors" not in case["answer"]}
    assert paid == set()


def test_the_fast_path_answers_whatever_is_whole() -> None:
    left = {file.stem for file in CASES if not (case := _case(file))["projected"] and "errors" not in case["answer"]}
    assert left == LEFT_TO_GRAPHQL_CORE


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40


def _case(file: Path) -> dict[str, Any]:
    return json.loads(file.with_suffix(".json").read_text())

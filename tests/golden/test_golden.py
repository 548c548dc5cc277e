"""Golden cases: a query, the exact upstream calls it costs, and the answer. Adding a case is adding two files.

`cases/NAME.graphql` is the operation; the comment at its top says what the case shows. `cases/NAME.json` holds
`variables`, what was asked `before` it, what upstream does wrong (`faults`), and what is proved: `calls`, `answer`.
After a wanted change: `pytest tests/golden --write-golden`, then read the difference.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.sandbox import Faults
from tests.support.gateway import running
from tests.support.virtual import VirtualLoop

CASES = sorted(Path(__file__).parent.glob("cases/*.graphql"))


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_query_costs_these_calls_and_gets_this_answer(file: Path, request: pytest.FixtureRequest) -> None:
    record = file.with_suffix(".json")
    case: dict[str, Any] = json.loads(record.read_text()) if record.exists() else {}
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        found = runner.run(_found(case, file.read_text()))
    if request.config.getoption("--write-golden"):
        record.write_text(json.dumps(case | found, indent=2, ensure_ascii=False) + "\n")
        return
    assert found["calls"] == case["calls"]
    assert found["answer"] == case["answer"]


async def _found(case: dict[str, Any], query: str) -> dict[str, Any]:
    async with running(**case.get("settings", {})) as gateway:
        for earlier in case.get("before", []):
            await gateway.ask(earlier)
        gateway.sandbox.clear()
        gateway.sandbox.faults.replace(msgspec.convert(case.get("faults", {}), Faults))
        return {"answer": await gateway.ask(query, case.get("variables")), "calls": gateway.calls()}


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40

"""A document that was never seen, beside Strawberry as shipped: microseconds of CPU. `python bench/documents.py`

Ours parses, measures, validates, executes and answers with graphql-core, for a customer who is cached; the second time
it compiles besides. Strawberry executes the same text over the same schema with nothing remembered, over values that
lie in memory. Every text is a new one.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from typing import Any

import orjson
import strawberry
from load import MEDIUM
from projection import Customer, Session, values
from strawberry.schema.config import StrawberryConfig
from table import Row, told

from gateway.app import build
from gateway.auth.callers import EVERYTHING, Staff
from gateway.context import RequestContext
from gateway.graphql.answers import GraphQLRequest
from gateway.model.scalars import SCALARS
from gateway.sandbox import create_sandbox
from gateway.settings import Settings
from resolvers.query import Query

CALLER = Staff("bench", EVERYTHING)
NUMBERS = count(1)
UPSTREAM = {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata"}
VARIABLES = {"id": "100000001"}


def fresh() -> str:
    """The question as nobody asked it before."""
    return MEDIUM.replace("Medium", f"Medium{next(NUMBERS)}")


async def microseconds(ask: Callable[[], Awaitable[Any]], times: int, rounds: int) -> float:
    """The least of several rounds: anything else is the machine's."""
    found: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            await ask()
        found.append(time.process_time() - began)
    return min(found) / times * 1e6


async def ours(times: int, rounds: int) -> tuple[float, float]:
    """What the first and the second sight take."""
    gateway = build(Settings(upstream=UPSTREAM), sandbox=create_sandbox(), emit=lambda _: None)
    (tenant,) = gateway.tenants
    scope = tenant.scope({})
    waiting: list[str] = []

    async def ask(text: str) -> None:
        request = GraphQLRequest(text, VARIABLES)
        answer = await gateway.execution.answer(request, tenant.driver, scope, caller=CALLER)
        if answer.errors:
            raise SystemExit(f"the gateway answered {answer.errors}")
        orjson.dumps(answer.as_json())

    async def first() -> None:
        waiting.append(fresh())
        await ask(waiting[-1])

    async with tenant.http:
        await ask(fresh())
        seen = await microseconds(first, times, rounds)
        return seen, await microseconds(lambda: ask(waiting.pop()), times, rounds)


async def theirs(times: int, rounds: int) -> float:
    """What Strawberry takes."""
    schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
    context: Any = RequestContext(Session(Customer(values(3, 7))))  # pyright: ignore[reportArgumentType]

    async def ask() -> None:
        result = await schema.execute(fresh(), variable_values=VARIABLES, context_value=context)
        if result.errors:
            raise SystemExit(f"Strawberry answered {result.errors}")
        orjson.dumps(result.data)

    await ask()
    return await microseconds(ask, times, rounds)


def rows(times: int = 40, rounds: int = 5) -> Iterator[Row]:
    """The table."""
    shipped = asyncio.run(theirs(times, rounds))
    first, second = asyncio.run(ours(times, rounds))
    yield Row("first sight of a document / Strawberry as shipped", "us", first, shipped, 1.0)
    yield Row("second sight, compiled / Strawberry as shipped", "us", second, shipped, 1.0)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--times", type=int, default=40)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    told(rows(given.times, given.rounds))

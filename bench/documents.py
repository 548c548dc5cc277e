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

from gateway.app import Gateway, build
from gateway.auth.callers import EVERYTHING, Staff
from gateway.context import RequestContext
from gateway.graphql.answers import GraphQLRequest
from gateway.model.scalars import SCALARS
from gateway.sandbox import create_sandbox
from gateway.serving import freeze
from gateway.settings import Settings
from resolvers.query import Query

CALLER = Staff("bench", EVERYTHING)
NUMBERS = count(1)
UPSTREAM = {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata"}
VARIABLES = {"id": "100000001"}


def fresh() -> str:
    """The question as nobody asked it before."""
    return MEDIUM.replace("Medium", f"Medium{next(NUMBERS)}")


async def microseconds(ask: Callable[[], Awaitable[Any]], times: int) -> float:
    """Of one of so many."""
    began = time.process_time()
    for _ in range(times):
        await ask()
    return (time.process_time() - began) / times * 1e6


async def ours(gateway: Gateway, waiting: list[str]) -> tuple[Callable[[], Awaitable[None]], ...]:
    """What asks for the first time, and what asks for the same once more. `waiting` is what lies between."""
    (tenant,) = gateway.tenants
    scope = tenant.scope({})

    async def ask(text: str) -> None:
        request = GraphQLRequest(text, VARIABLES)
        answer = await gateway.execution.answer(request, tenant.driver, scope, caller=CALLER)
        if answer.errors:
            raise SystemExit(f"the gateway answered {answer.errors}")
        orjson.dumps(answer.as_json())

    async def first() -> None:
        waiting.append(fresh())
        await ask(waiting[-1])

    async def second() -> None:
        await ask(waiting.pop())

    await ask(fresh())
    return first, second


async def theirs() -> Callable[[], Awaitable[None]]:
    """What asks Strawberry."""
    schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
    context: Any = RequestContext(Session(Customer(values(3, 7))))  # pyright: ignore[reportArgumentType]

    async def ask() -> None:
        result = await schema.execute(fresh(), variable_values=VARIABLES, context_value=context)
        if result.errors:
            raise SystemExit(f"Strawberry answered {result.errors}")
        orjson.dumps(result.data)

    await ask()
    return ask


async def measured(times: int, rounds: int) -> list[float]:
    """Of Strawberry, and of ours at first and at second sight: the least of rounds, in turn, for the rest is the
    machine's."""
    gateway = build(Settings(upstream=UPSTREAM), sandbox=create_sandbox(), emit=lambda _: None)
    (tenant,) = gateway.tenants
    async with tenant.http:
        asking = (await theirs(), *await ours(gateway, []))
        freeze()  # as in `gateway serve`
        found = [[await microseconds(ask, times) for ask in asking] for _ in range(rounds)]
    return [min(one) for one in zip(*found, strict=True)]


def rows(times: int = 20, rounds: int = 12) -> Iterator[Row]:
    """The table."""
    shipped, first, second = asyncio.run(measured(times, rounds))
    yield Row("first sight of a document / Strawberry as shipped", "us", first, shipped, 1.0)
    yield Row("second sight, compiled / Strawberry as shipped", "us", second, shipped, 1.0)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--times", type=int, default=20)
    options.add_argument("--rounds", type=int, default=12)
    given = options.parse_args()
    told(rows(given.times, given.rounds))

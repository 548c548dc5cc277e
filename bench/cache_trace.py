"""What the facet cache saves, beside caches that key on something else, on one scripted trace.

    python bench/cache_trace.py                 the table
    python bench/cache_trace.py --markdown      the same for docs/caching.md
    python bench/cache_trace.py --spread        other seeds and paces, to see how much of it is luck

The trace is 200 queries over 50 customers of the sandbox: screens as frontends have them, by whatever identifier the
channel knows the customer by, popular customers more often, on a clock of its own. Every variant replays the same
trace, one query after the other, and must give the same answers. The same seed gives the same numbers everywhere.
"""

import argparse
import asyncio
import random
import re
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import httpx
import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))

from gateway.app import create_app
from gateway.sandbox import CUSTOMERS, Person, Sandbox, create_sandbox
from gateway.settings import Settings

SEED: Final = 20261122
QUERIES: Final = 200
PEOPLE: Final = 50
PACE_S: Final = 1.0
"""Seconds between two queries, on average."""
URL_TTL_S: Final = 60.0
EPOCH: Final = 1_795_000_000.0
SPREAD_SEEDS: Final = 10
SPREAD_PACES: Final = (0.25, 0.5, 1.0, 2.0, 5.0)

SCREENS: Final[dict[str, tuple[int, str]]] = {
    "everyday": (30, "id firstName lastName points { currentSlab loyaltyPoints lifetimePoints }"),
    "tier": (
        15,
        """firstName loyaltyPrograms { programId programTitle currentSlab nextSlab slabExpiryDate }
        slabHistory { from to changedOn }
        gapToUpgrade(inDays: 0) { programId upgradeStrategies { upgradeBasedOn upgradeThreshold } }""",
    ),
    "points": (
        15,
        """firstName loyaltyPrograms { programId programTitle loyaltyPoints lifetimePoints redeemed expired }
        expirySchedules { programId points expiryDate }""",
    ),
    "cards": (12, "firstName cards { cardNumber type seriesName statusInfo { status label } }"),
    "coupons": (12, "firstName coupons(active: true, limit: 10) { code description validTill }"),
    "history": (10, "firstName lastName transactions { number type createdDate store }"),
}
"""What screens show, and how often each is opened."""
LIST_SHARE: Final = 6
LIST: Final = "id firstName lastName points { currentSlab loyaltyPoints }"
"""A list of two to five customers."""
CHANNELS: Final = {"mobile": 40, "id": 30, "email": 20, "externalId": 10}
"""By what customers are asked for, and how often: the till, the app, mailings, the back office."""


@dataclass(frozen=True)
class Query:
    """One query of the trace, `at` so many seconds after its start."""

    at: float
    text: str
    variables: dict[str, Any]

    @property
    def key(self) -> bytes:
        """What a whole-response cache knows it by."""
        return orjson.dumps([self.text, self.variables], option=orjson.OPT_SORT_KEYS)


@dataclass
class Totals:
    """What a variant cost upstream, and what it answered."""

    calls: int = 0
    size: int = 0
    answers: list[Any] = field(default_factory=list[Any])


def people() -> list[Person]:
    """Customers as they usually are: members whom every identifier of a channel names."""
    usual = [
        one
        for one in CUSTOMERS
        if one.loyalty and one.profile.mobile and one.profile.email and not (one.deleted or one.masked)
    ]
    merged = {one.merged_into for one in CUSTOMERS} | {one.id for one in CUSTOMERS if one.merged_into}
    return [one for one in usual if one.id not in merged][-PEOPLE:]


def trace(seed: int = SEED, pace_s: float = PACE_S) -> list[Query]:
    """The queries. Popularity is Zipf's with exponent 1, the time between two queries exponential."""
    draw = random.Random(seed)  # noqa: S311 - a script, not a secret
    known = people()
    draw.shuffle(known)
    popularity = [1 / rank for rank in range(1, len(known) + 1)]
    names, weights = [*SCREENS, "list"], [*(weight for weight, _ in SCREENS.values()), LIST_SHARE]
    found: list[Query] = []
    at = 0.0
    for _ in range(QUERIES):
        at += draw.expovariate(1 / pace_s)
        (screen,) = draw.choices(names, weights)
        (channel,) = draw.choices(list(CHANNELS), list(CHANNELS.values()))
        if screen == "list":
            chosen = dict.fromkeys(draw.choices(range(len(known)), popularity, k=draw.randint(2, 5)))
            by = [_named(known[index], channel) for index in chosen]
            found.append(Query(at, f"query($by: [CustomerBy!]!) {{ customers(by: $by) {{ {LIST} }} }}", {"by": by}))
        else:
            (person,) = draw.choices(known, popularity)
            text = f"query($by: CustomerBy!) {{ customer(by: $by) {{ {SCREENS[screen][1]} }} }}"
            found.append(Query(at, text, {"by": _named(person, channel)}))
    return found


def _named(person: Person, channel: str) -> dict[str, str]:
    profile = person.profile
    values = {"id": str(person.id), "mobile": profile.mobile, "email": profile.email, "externalId": profile.external_id}
    return {channel: cast("str", values[channel])}


class Meter:
    """An ASGI application that counts what the sandbox behind it is asked and how much it answers."""

    def __init__(self, totals: Totals) -> None:
        self._sandbox = create_sandbox()
        self._totals = totals

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Passes a request on."""
        self._totals.calls += 1

        async def counted(message: Any) -> None:
            self._totals.size += len(message.get("body", b""))
            await send(message)

        await self._sandbox(scope, receive, counted)


class UrlCache:
    """An ASGI application that keeps upstream's answers by URL, as a caching proxy between it and the gateway would."""

    def __init__(self, upstream: Meter, clock: Callable[[], float]) -> None:
        self._upstream = upstream
        self._clock = clock
        self._kept: dict[object, tuple[float, list[Any]]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers a request from what is kept, or passes it on. Only a success is kept."""
        key = (scope["path"], *sorted(parse_qsl(scope["query_string"].decode())))
        ends, messages = self._kept.get(key, (0.0, []))
        if ends <= self._clock():
            messages = []

            async def keep(message: Any) -> None:
                messages.append(message)

            await self._upstream(scope, receive, keep)
            if messages[0]["status"] == 200:
                self._kept[key] = self._clock() + URL_TTL_S, messages
        for message in messages:
            await send(message)


class AnswerCache:
    """Keeps whole GraphQL answers by query text and variables, each until the first facet in it is old."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[bytes, tuple[float, Any]] = {}

    def get(self, query: Query) -> Any:
        """The answer that is kept; null where there is none."""
        ends, answer = self._kept.get(query.key, (0.0, None))
        return answer if ends > self._clock() else None

    def put(self, query: Query, response: httpx.Response) -> None:
        """Keeps an answer for as long as the gateway says that all of it stays fresh."""
        if lifetime := re.search(r"max-age=(\d+)", response.headers["cache-control"]):
            self._kept[query.key] = self._clock() + int(lifetime.group(1)), response.json()


VARIANTS: Final = {
    "a": "no cache",
    "b": "whole answers, by query text and variables",
    "c": "upstream answers, by URL, 60 s",
    "d": "the facet cache",
}


async def replay(variant: str, queries: Sequence[Query]) -> Totals:
    """What the trace costs in a variant."""
    totals, now = Totals(), [EPOCH]

    def clock() -> float:
        return now[0]

    upstream = Meter(totals)
    answers = AnswerCache(clock) if variant == "b" else None
    asked = UrlCache(upstream, clock) if variant == "c" else upstream
    async with _gateway(asked, clock, keeps=variant == "d") as http:
        for query in queries:
            now[0] = EPOCH + query.at
            answer = answers.get(query) if answers else None
            if answer is None:
                response = await http.post("/graphql", json={"query": query.text, "variables": query.variables})
                answer = response.json()
                if answers:
                    answers.put(query, response)
            totals.answers.append(answer)
            await _settled()
    return totals


@asynccontextmanager
async def _gateway(upstream: Any, clock: Callable[[], float], *, keeps: bool) -> Any:
    settings = Settings(
        upstream=cast("Any", {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata"}),
        cache=cast("Any", {} if keeps else {"max_bytes": 0}),
    )
    app = create_app(settings, sandbox=cast("Sandbox", upstream), emit=lambda _: None, clock=clock)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        yield http


async def _settled() -> None:
    """Waits for what is fetched behind an answer, so that its calls are counted before the clock moves on."""
    if others := asyncio.all_tasks() - {cast("Any", asyncio.current_task())}:
        await asyncio.wait(others)


async def compared(seed: int = SEED, pace_s: float = PACE_S) -> dict[str, Totals]:
    """The totals of every variant on one trace. Fails where one answers differently, or with an error."""
    queries = trace(seed, pace_s)
    found = {variant: await replay(variant, queries) for variant in VARIANTS}
    for variant, totals in found.items():
        for query, answer, right in zip(queries, totals.answers, found["a"].answers, strict=True):
            if answer != right or "errors" in answer:
                raise SystemExit(f"({variant}) answers {query.text} {query.variables} with {answer}, (a) with {right}")
    return found


def rows(found: dict[str, Totals]) -> Iterator[list[str]]:
    """The table, its head first."""
    yield ["cache", "upstream calls", "upstream bytes", "calls to (a)", "calls to (b)", "calls to (c)", "bytes to (a)"]
    for variant, totals in found.items():
        ratios = [f"{totals.calls / found[other].calls:.0%}" for other in "abc"]
        size = f"{totals.size / found['a'].size:.0%}"
        yield [f"({variant}) {VARIANTS[variant]}", str(totals.calls), f"{totals.size:,}", *ratios, size]


def shown(table: Sequence[Sequence[str]], *, markdown: bool) -> str:
    """A table for people, or for a page."""
    if markdown:
        head, *rest = (f"| {' | '.join(row)} |" for row in table)
        return "\n".join([head, "|" + " --- |" * len(table[0]), *rest])
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table)


async def spread() -> Iterator[list[str]]:
    """The calls of (d) beside the others, over seeds, at several paces: median, least and most."""
    table = [["seconds between queries", "(d) to (a)", "(d) to (b)", "(d) to (c)"]]
    for pace_s in SPREAD_PACES:
        runs = [await compared(SEED + number, pace_s) for number in range(SPREAD_SEEDS)]
        cells: list[str] = []
        for other in "abc":
            ratios = [run["d"].calls / run[other].calls for run in runs]
            cells.append(f"{statistics.median(ratios):.0%} ({min(ratios):.0%} to {max(ratios):.0%})")
        table.append([f"{pace_s:g}", *cells])
    return iter(table)


def main() -> None:
    """Runs the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--markdown", action="store_true", help="print Markdown")
    options.add_argument("--spread", action="store_true", help="other seeds and paces instead")
    given = options.parse_args()
    table = asyncio.run(spread()) if given.spread else rows(asyncio.run(compared()))
    sys.stdout.write(shown(list(table), markdown=given.markdown) + "\n")


if __name__ == "__main__":
    main()

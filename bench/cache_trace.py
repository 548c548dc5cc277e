"""What the facet cache saves, beside caches that key on something else, on scripted traces.

    python bench/cache_trace.py                 the tables
    python bench/cache_trace.py --markdown      the same for docs/caching.md
    python bench/cache_trace.py --spread        other seeds and paces, to see how much of it is luck

A trace is 200 queries over 50 customers of the sandbox, popular customers more often, on a clock of its own. What is
asked is one of two mixes: the screens of one frontend, or what different integrations of one organisation ask. Every
variant replays the same trace, one query after the other, and must give the same answers. The same seed gives the same
numbers everywhere.
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

CHANNELS: Final = {"mobile": 40, "id": 30, "email": 20, "externalId": 10}
"""By what a frontend's customers are asked for, and how often: the till, the app, mailings, the back office."""
MOST_LISTED: Final = 5
THINKING_S: Final = 10.0
"""Seconds between two queries of a session, on average."""


@dataclass(frozen=True)
class Question:
    """What somebody asks of a customer, and how often. `by` is the identifier that they know; null: any of a channel.

    `least` is the number of customers they ask for at least, where they ask for several.
    """

    fields: str
    weight: int = 1
    by: str | None = "mobile"
    least: int = 0


SCREENS: Final = (
    Question("id firstName lastName points { currentSlab loyaltyPoints lifetimePoints }", 30, None),
    Question(
        """firstName loyaltyPrograms { programId programTitle currentSlab nextSlab slabExpiryDate }
        slabHistory { from to changedOn }
        gapToUpgrade(inDays: 0) { programId upgradeStrategies { upgradeBasedOn upgradeThreshold } }""",
        15,
        None,
    ),
    Question(
        """firstName loyaltyPrograms { programId programTitle loyaltyPoints lifetimePoints redeemed expired }
        expirySchedules { programId points expiryDate }""",
        15,
        None,
    ),
    Question("firstName cards { cardNumber type seriesName statusInfo { status label } }", 12, None),
    Question("firstName coupons(active: true, limit: 10) { code description validTill }", 12, None),
    Question("firstName lastName transactions { number type createdDate store }", 10, None),
    Question("id firstName lastName points { currentSlab loyaltyPoints }", 6, None, least=2),
)
"""What the screens of one frontend show, and how often each is opened; the last is a short list of customers."""

_NAMED: Final = "id firstName lastName mobile email externalId"
_TIER: Final = "programId currentSlab nextSlab slabExpiryDate"
_POINTS: Final = "programId loyaltyPoints lifetimePoints redeemed expired returned"
INTEGRATIONS: Final = (
    Question(f"{_NAMED} points {{ currentSlab loyaltyPoints }} status {{ statusLabel statusLabelReason }}"),
    Question("id subscriptions { channel priority }"),
    Question(f"{_NAMED} points {{ currentSlab loyaltyPoints }} status {{ statusLabel }}"),
    Question(f"firstName lastName customFields {{ name value }} loyaltyPrograms {{ {_TIER} }}", by="externalId"),
    Question("id cards { cardNumber seriesId statusInfo { label } customFields { name value } }"),
    Question("groupLoyaltyPrograms { loyaltyPoints }"),
    Question("coupons(active: true, limit: 50) { code validTill }"),
    Question(f"loyaltyPrograms {{ {_POINTS} }} segments {{ name }}"),
    Question(
        f"""id segments {{ name }} slabHistory {{ to changedOn }} loyaltyPrograms {{ {_POINTS} }}
        expirySchedules {{ points expiryDate }} expiredPoints {{ points }}
        upgradeCriteria {{ minPurchaseValueRequired }}""",
        by="externalId",
        least=2,
    ),
    Question("id loyaltyPrograms { programId programDescription } groupLoyaltyPrograms { groupProgramId }"),
    Question(
        f"""{_NAMED} points {{ currentSlab loyaltyPoints }} loyaltyPrograms {{ {_TIER} {_POINTS} }}
        slabHistory {{ to changedOn }} registeredStore {{ code }} registeredTill {{ code }} fraud {{ status }}
        ndncStatus optinStatus expirySchedules {{ points expiryDate }} expiredPoints {{ points }}
        retentionCriteria {{ purchase }} upgradeCriteria {{ minPurchaseValueRequired }}
        gapToUpgrade(inDays: 0) {{ programId }} gapToRenew(inDays: 0) {{ programId }} userGroup {{ raw }}
        transactions {{ number createdDate }} subscriptions {{ channel priority }} segments {{ name }}
        delayedAccrual {{ raw }} trackers {{ raw }}"""
    ),
    Question(
        f"""{_NAMED} subscriptions {{ channel priority }} loyaltyPrograms {{ {_POINTS} }} optinStatus
        slabHistory {{ to }} expiredPoints {{ points }} retentionCriteria {{ purchase }}"""
    ),
    Question(f"id loyaltyPrograms {{ {_TIER} }} gapToUpgrade(inDays: 0) {{ programId }} slabHistory {{ to }}"),
    Question("firstName lastName email points { loyaltyPoints } gapToRenew(inDays: 0) { programId } userGroup { raw }"),
    Question(f"loyaltyPrograms {{ {_TIER} {_POINTS} }} upgradeCriteria {{ minPurchaseValueRequired }}"),
    Question("id"),
)
"""What public integrations were seen to ask, one question each: point-of-sale connectors, loyalty microsites, apps,
messaging flows, migration tools. The till asks for nearly everything, the others for parts of it."""


BLOCKS: Final = (
    "firstName lastName email",
    "points { currentSlab loyaltyPoints }",
    "loyaltyPrograms { programId loyaltyPoints currentSlab }",
    "slabHistory { to changedOn }",
    "gapToUpgrade(inDays: 0) { programId }",
    "gapToRenew(inDays: 0) { programId }",
    "expirySchedules { points expiryDate }",
    "cards { cardNumber statusInfo { label } }",
    "status { statusLabel }",
    "subscriptions { channel priority }",
    "segments { name }",
    "coupons(active: true, limit: 10) { code }",
    "transactions { number createdDate }",
    "customFields { name value }",
)
MOST_BLOCKS: Final = 5


def composed(number: int = 400) -> tuple[Question, ...]:
    """Questions that select for themselves: one to five blocks each, any of them as likely as any other."""
    draw = random.Random(SEED)  # noqa: S311 - a script, not a secret
    chosen = (draw.sample(BLOCKS, draw.randint(1, MOST_BLOCKS)) for _ in range(number))
    return tuple(Question(f"id {' '.join(blocks)}", by=None) for blocks in chosen)


@dataclass(frozen=True)
class Mix:
    """Who asks what. `session` is the mean number of questions that are asked of one customer in a row."""

    questions: Sequence[Question]
    session: int = 1


MIXES: Final = {
    "Callers who select for themselves, in sessions": Mix(composed(), session=5),
    "Callers who select for themselves, each query for itself": Mix(composed()),
    "Seven screens of one frontend, in sessions": Mix(SCREENS, session=5),
    "Seven screens of one frontend, each query for itself": Mix(SCREENS),
    "Sixteen questions of many integrations, in sessions": Mix(INTEGRATIONS, session=5),
}


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


def trace(mix: Mix, seed: int = SEED, pace_s: float = PACE_S) -> list[Query]:
    """The queries, in the order of their times.

    Popularity is Zipf's with exponent 1, the time between the starts of two sessions exponential. Within a session the
    time between two queries is exponential too, with a mean of `THINKING_S`; its length is geometric.
    """
    draw = random.Random(seed)  # noqa: S311 - a script, not a secret
    known = people()
    draw.shuffle(known)
    popularity = [1 / rank for rank in range(1, len(known) + 1)]
    weights = [question.weight for question in mix.questions]
    found: list[Query] = []
    started = 0.0
    while len(found) < QUERIES:
        started += draw.expovariate(1 / (pace_s * mix.session))
        at = started
        (person,) = draw.choices(known, popularity)
        (channel,) = draw.choices(list(CHANNELS), list(CHANNELS.values()))
        while True:
            (question,) = draw.choices(mix.questions, weights)
            others = draw.choices(known, popularity, k=draw.randint(question.least, MOST_LISTED) - 1)
            found.append(_query(at, question, [person, *others], question.by or channel))
            if draw.random() < 1 / mix.session:
                break
            at += draw.expovariate(1 / THINKING_S)
    return sorted(found[:QUERIES], key=lambda query: query.at)


def _query(at: float, question: Question, candidates: Sequence[Person], channel: str) -> Query:
    if question.least:
        by: Any = [_named(one, channel) for one in {one.id: one for one in candidates}.values()]
        return Query(at, f"query($by: [CustomerBy!]!) {{ customers(by: $by) {{ {question.fields} }} }}", {"by": by})
    by = _named(candidates[0], channel)
    return Query(at, f"query($by: CustomerBy!) {{ customer(by: $by) {{ {question.fields} }} }}", {"by": by})


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


async def compared(mix: Mix, seed: int = SEED, pace_s: float = PACE_S) -> dict[str, Totals]:
    """The totals of every variant on one trace. Fails where one answers differently, or with an error."""
    queries = trace(mix, seed, pace_s)
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


async def spread(mix: Mix) -> Iterator[list[str]]:
    """The calls of (d) beside the others, over seeds, at several paces: median, least and most."""
    table = [["seconds between queries", "(d) to (a)", "(d) to (b)", "(d) to (c)"]]
    for pace_s in SPREAD_PACES:
        runs = [await compared(mix, SEED + number, pace_s) for number in range(SPREAD_SEEDS)]
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
    for name, mix in MIXES.items():
        table = asyncio.run(spread(mix)) if given.spread else rows(asyncio.run(compared(mix)))
        sys.stdout.write(f"{name}\n\n{shown(list(table), markdown=given.markdown)}\n\n")


if __name__ == "__main__":
    main()

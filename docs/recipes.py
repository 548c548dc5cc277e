"""The page of recipes: the operations of `examples/operations`, asked of the sandbox, with what they cost and bring."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import httpx

from gateway.app import create_app
from gateway.cli import DEV, SANDBOX
from gateway.sandbox import create_sandbox
from gateway.settings import Settings
from gateway.settings.limits import LimitSettings
from gateway.settings.upstream import UpstreamSettings

OPERATIONS: Final = Path(__file__).parents[1] / "examples" / "operations"
VARIABLES: Final[dict[str, dict[str, Any]]] = json.loads((OPERATIONS / "variables.json").read_text())
WIDTH: Final = 120

INTRO: Final = """\
# Recipes

The ten questions that applications ask most. Each is a file of \
[examples/operations](../examples/README.md), and what stands under it is what the sandbox of `make run` answers when \
it is asked for the first time; asked again within a minute, each of them costs no upstream call at all.

Names, identifiers, tier and points are what most callers want, and they come by one call. What makes a second one \
necessary is said where it happens. [The tutorial](tutorial.md) begins at the beginning; [facets.md](facets.md) says \
of every field what brings it.

"""


@dataclass(frozen=True)
class Recipe:
    """An operation's name, what it is called here, and what to know beyond its own comment."""

    operation: str
    title: str
    note: str


RECIPES: Final = (
    Recipe(
        "CustomerId",
        "Who is this?",
        "Any call tells the id, so this one asks for nothing else: even cards, which V2 sends unasked, are kept away. "
        "A number that nobody has is `null` without an error. Ask by `email`, `externalId` or `cardNumber` in the same "
        "way; where someone registered elsewhere, name the `source`, and its `accountId` if it has several.",
    ),
    Recipe(
        "CustomerHeader",
        "The header of a screen",
        "Points and status are one embed each on one call. Numbers are numbers: there is no text to convert.",
    ),
    Recipe(
        "Programs",
        "Tier and points, program by program",
        "Asha has three programs. Find yours by its `programId`; its place in the list means nothing.",
    ),
    Recipe(
        "PointsScreen",
        "Where points came from, and when they expire",
        "Programs and schedule come by one call. `groupLoyaltyPrograms` is the balance that several programs share.",
    ),
    Recipe(
        "TierScreen",
        "The tier, the next one, and what is missing",
        "The tier history is known to V1.1 alone, which tells gaps and programs too, so V2 is not asked. `inDays: 0` "
        "is the gap as of today.",
    ),
    Recipe(
        "Cards",
        "Cards",
        "Cards are known to V2 alone and come unasked.",
    ),
    Recipe(
        "ActiveCoupons",
        "Coupons that can still be used",
        "Coupons are known to V1.1 alone. The arguments are its flags `coupon_active` and `coupon_limit`; two sets of "
        "them in one query are two calls, as each call takes one.",
    ),
    Recipe(
        "RecentTransactions",
        "The latest bills",
        "Transactions come with every V1.1 call unless it is told to leave them out, which every other recipe does.",
    ),
    Recipe(
        "Consent",
        "What may be sent, and where",
        "Subscriptions with channel and priority are V2's, services opted in to are V1.1's: two calls, side by side.",
    ),
    Recipe(
        "CustomerList",
        "Many at once",
        f"V1.1 takes {UpstreamSettings().batch_size} customers in a call (`GATEWAY_UPSTREAM__BATCH_SIZE`), V2 one. The "
        "answer has one item for each `by`, in the same order, and `null` for whom nobody knows. A request may ask for "
        f"{LimitSettings().customers} ([limits.md](limits.md)).",
    ),
)


def recipes() -> str:
    """Every recipe with its query, the calls it costs and the answer."""
    return INTRO + "\n".join(asyncio.run(_asked()))


async def _asked() -> list[str]:
    return [await _told(recipe) for recipe in RECIPES]


async def _told(recipe: Recipe) -> str:
    sandbox, variables = create_sandbox(), VARIABLES[recipe.operation]
    comment, _, query = (OPERATIONS / f"{recipe.operation}.graphql").read_text().partition("\n")
    app = create_app(Settings(**{**DEV, "upstream": SANDBOX}), sandbox=sandbox)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        answer = (await http.post("/graphql", json={"query": query, "variables": variables})).json()
    calls = sorted(f"GET {one.path}?{unquote(str(httpx.QueryParams(one.params)))}" for one in sandbox.requests)
    return "\n".join(
        [
            f"## {recipe.title}\n\n{comment.removeprefix('# ')}\n",
            _block("graphql", query.strip()),
            _block("json", written(variables)),
            f"{recipe.note}\n",
            _block("http", "\n".join(calls)),
            _block("json", written(answer)),
        ]
    )


def _block(kind: str, text: str) -> str:
    return f"```{kind}\n{text}\n```\n"


def written(value: Any, indent: int = 0) -> str:
    """JSON with each value on one line if it fits."""
    line = json.dumps(value, ensure_ascii=False)
    if indent + len(line) <= WIDTH or not value or not isinstance(value, dict | list):
        return line
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{pad}{json.dumps(name)}: {written(one, indent + 2)}" for name, one in value.items()]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    parts = [f"{pad}{written(one, indent + 2)}" for one in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"

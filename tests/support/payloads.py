"""The block of every customer of the sandbox in every shape of call that the catalog knows, and such blocks spoilt."""

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from gateway.facets.facet import Endpoint
from gateway.model.from_v1 import V1
from gateway.model.from_v2 import V2
from gateway.sandbox import CUSTOMERS, v1, v2
from gateway.sandbox.directory import Directory
from gateway.sandbox.v1_xml import through_xml
from tests.support.everything import sent
from tests.support.facets import EXAMPLES, RICH, SEEDS

Json = dict[str, Any]

_NESTED: list[Any] = []
for _ in range(120):
    _NESTED = [_NESTED]

ODD: tuple[Any, ...] = (
    None, "", " ", "\u00a0", "\x1c", [], {}, [[]], [{}], [None], True, False, "true", "TRUE ", "False", "yes", "1", "0",
    "-1", 0, 1, -1, 2, 0.0, -0.0, 1.0, -1.0, 1.5, 1e15, 1e300, float("inf"), float("-inf"), float("nan"), "NaN",
    "1e400", "1_000", " 5 ", "5.632820109E9", "12.5", "٣", 2**31 - 1, 2**31, -(2**31), 2**53, 2**53 + 1, -(2**53) - 1,
    2**63, 2**64 + 1, 10**400, "text", " Tara\n", "妮拉", "x" * 60, "2026-03-31", " 2026-03-31 ", "2026-W01-1",
    "20260331", "2026-02-30", "2026-03-31 23:59:59", "2026-03-31 23:59:59 ", "2026-03-31 23:59:59.0",
    "2026-03-31T23:59:59Z",
    "2026-03-31T23:59:59+08:00", "2026-03-31T23:59:59.123456+05:30", "0001-01-01T00:00:00+14:00", "1900-01-01 00:00:00",
    "9999-12-31T23:59:59-14:00", "0000-00-00 00:00:00", "2026-03-31X", "[[1, 2], 3]", "[[", [[1, 2], 3], [1], ["a"],
    {"a": 1}, [{"a": 1}, 7], {"item": []}, _NESTED,
)  # fmt: skip
"""What upstream sends, could send, and should never send in the place of a value."""

SPELLINGS = {
    key: keys
    for dialect in (V1, V2)
    for named in dialect.exceptions.values()
    for keys in named.values()
    if len(keys) > 1
    for key in keys
}
"""Keys that stand for each other, by each of them."""


@dataclass(frozen=True)
class Payload:
    """A body as it came, and the customer's block in it."""

    endpoint: Endpoint
    body: bytes
    block: Json


@cache
def payloads() -> tuple[Payload, ...]:
    """Of every customer: what each facet's own call brings, what a call for all of them does, and the latter XML-born.

    Each that is not like another one.
    """
    return tuple({(one.endpoint, one.body): one for one in _payloads()}.values())


def _payloads() -> Iterator[Payload]:
    directory = Directory(CUSTOMERS)
    for endpoint, params in _shapes():
        for person in CUSTOMERS:
            if endpoint is Endpoint.V2:
                for source in {(one.source, one.account_id) for one in person.profiles}:
                    asked = {**params, "source": source[0], "accountId": source[1]}
                    body = v2.by_id(directory, str(person.id), asked) or {}
                    yield Payload(endpoint, orjson.dumps(body), orjson.loads(orjson.dumps(body)))
            else:
                body = v1.customer_get(directory, {**params, "id": str(person.id)})
                bodies = [body, through_xml(body)] if len(params) > 20 else [body]
                yield from (
                    Payload(endpoint, orjson.dumps(one), item(orjson.loads(orjson.dumps(one)))) for one in bodies
                )


def item(body: Json) -> Json:
    """The only customer of a V1.1 body."""
    found = body["response"]["customers"]
    found = found["customer"] if isinstance(found, dict) and "customer" in found else found
    return found[0] if isinstance(found, list) else found


def _shapes() -> Iterator[tuple[Endpoint, Json]]:
    """Parameters of calls: for one facet, and all that any facet has."""
    for endpoint in Endpoint:
        found: list[Json] = []
        for able in (SEEDS, RICH):
            for facet in EXAMPLES:
                try:
                    _, pairs = sent(endpoint, [facet], able)
                except ValueError:  # this endpoint does not bring it
                    continue
                params = {name: value for name, value in pairs if name != "embed"}
                params["embed"] = ",".join(sorted(value for name, value in pairs if name == "embed"))
                if params not in found:
                    found.append(params)
        every = {name: value for params in found for name, value in params.items() if value != "false"}
        every["embed"] = ",".join({embed for one in found for embed in one["embed"].split(",")} - {"ignoreCardDetails"})
        every |= {"transactions": "true", "notes": "true", "tenders": "true", "credit_notes": "true"}
        every.pop("includedOnlyCurrentProfile", None)
        every.pop("program_id", None)
        yield from ((endpoint, params) for params in [*found, every])


def spoilt(payload: Json, chance: random.Random) -> Json:
    """A copy in which some places hold something else: seldom one or two, else up to a third of all."""
    found = copy.deepcopy(payload)
    rate = chance.choice((0.01, 0.03, 0.1, 0.3))
    _spoil(found, chance, rate)
    return found


def _spoil(value: Any, chance: random.Random, rate: float) -> None:
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, inner in pairs:
        if chance.random() < rate:
            value[key] = _other(inner, chance)
        elif isinstance(inner, dict | list):
            _spoil(inner, chance, rate)
        if key in SPELLINGS and chance.random() < 0.3:
            value[chance.choice(SPELLINGS[key])] = _other(inner, chance)
            value[chance.choice(SPELLINGS[key])] = inner
    if isinstance(value, dict) and pairs and chance.random() < rate:
        del value[chance.choice(pairs)[0]]


def _other(inner: Any, chance: random.Random) -> Any:
    """What stands in a place instead: something odd, or the same in another way to write it."""
    ways = [
        lambda: chance.choice(ODD),
        lambda: [inner],
        lambda: {"item": inner},
        lambda: str(inner),
        lambda: [inner, 7],
    ]
    if isinstance(inner, dict):
        ways += [lambda: list(inner.values()), lambda: [inner, None, {}, inner]]
    if isinstance(inner, list) and inner:
        ways += [lambda: inner[0], lambda: [*inner, "", chance.choice(ODD)], lambda: dict(enumerate(map(str, inner)))]
    if isinstance(inner, str):
        ways += [lambda: f" {inner}\t", lambda: f"\u3000{inner}", lambda: inner.upper()]
    if isinstance(inner, int | float):
        ways += [lambda: f"{inner} ", lambda: -inner, lambda: inner * 1.0, lambda: inner + 0.5]
    return chance.choice(ways)()

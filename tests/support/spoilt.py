"""What the real readers make of the sandbox's payloads after somebody has put odd values into them."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import orjson

from gateway.facets.capabilities import Capabilities, Gaps
from gateway.facets.catalog import CATALOG, EXISTENCE
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.parameters import parameters
from gateway.model.readers import Reader
from gateway.model.tiers import GapToUpgrade
from gateway.sandbox import CUSTOMERS, create_sandbox
from tests.support.everything import sample
from tests.support.facets import EXAMPLES

ABLE = Capabilities(gaps=Gaps.FLAGS)
ZONE = ZoneInfo("Asia/Kolkata")
ODD: tuple[Any, ...] = (
    *(None, "", " ", [], {}, "abc", "5.6E9", "NaN", "1e999", -1, 0, 3.0, 2.5, 1e308, 2**31, 2**40, 2**70, -0.0),
    *(True, "true", [1], [[1, 2], 3], [[2**40]], "[[1], 2]", {"a": {"b": [1, None]}}, "2026-02-30", "2026-01-05"),
    *("2026-01-05T10:00:00", "2026-01-05T10:00:00Z", "\u2028 \U0001f600", "1001", 1001, [None], [{}], ["x"]),
)

Json = dict[str, Any]


async def payloads() -> Sequence[Mapping[Endpoint, bytes]]:
    """Both payloads of everybody ordinary, with all that can be asked for in one call."""
    sandbox = create_sandbox()
    http = httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox),
        base_url="http://upstream",
        headers={"Authorization": sandbox.credentials.basic},
    )
    asked = frozenset(facet for facet in EXAMPLES if facet != EXISTENCE())
    flags = {endpoint: parameters(endpoint, _askable(asked, endpoint), ABLE) for endpoint in Endpoint}
    found: list[Mapping[Endpoint, bytes]] = []
    async with http:
        for person in [one for one in CUSTOMERS if not one.deleted and one.merged_into is None]:
            one = await http.get("/v1.1/customer/get", params={"id": str(person.id), **dict(flags[Endpoint.V1].flags)})
            other = await http.get(
                f"/v2/customers/{person.id}",
                params={
                    "source": "ALL",
                    "embed": ",".join(flags[Endpoint.V2].embeds),
                    **dict(flags[Endpoint.V2].flags),
                },
            )
            (item,) = one.json()["response"]["customers"]["customer"]
            found.append({Endpoint.V1: orjson.dumps(item), Endpoint.V2: other.content})
    return found


def _askable(facets: frozenset[Facet], endpoint: Endpoint) -> frozenset[Facet]:
    """One facet of each kind that the endpoint brings."""
    by_name = {facet.name: facet for facet in sorted(facets)}
    brought = {name for name, kind in CATALOG.items() if any(way.endpoint is endpoint for way in kind.sources)}
    return frozenset(facet for name, facet in by_name.items() if name in brought)


class Spoilt:
    """A customer as the gateway would know them: every facet, read from payloads with odd values in them."""

    def __init__(self, random: Random, payloads: Mapping[Endpoint, bytes]) -> None:
        self._random = random
        self._payloads = {endpoint: orjson.loads(body) for endpoint, body in payloads.items()}
        for payload in self._payloads.values():
            for _ in range(random.choice([0, 3, 10, 40])):
                _spoil(random, payload)
        self._known: dict[Facet, Any] = {}
        self.id = str(random.randint(1, 10**9))
        self.merged_from = random.choice([(), (), ("7",), ("7", "8")])

    def value(self, facet: Facet) -> Any:
        """The facet's value, by some way, sometimes after having been in the cache."""
        if facet not in self._known:
            self._known[facet] = self._read(facet)
        return self._known[facet]

    def _read(self, facet: Facet) -> Any:
        kind = CATALOG[facet.name]
        chance = self._random.random()
        if chance < 0.15:  # what hardly any payload has, too
            return None if chance < 0.05 else sample(kind.value)
        way = self._random.choice(kind.sources)
        found = way.read(Reader(ZONE), self._payloads[way.endpoint], facet.argument_values)
        if self._random.random() < 0.5:
            try:
                return msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=kind.value)
            except (OverflowError, msgspec.MsgspecError):  # whole numbers beyond 64 bits are not cached
                return found
        if self._random.random() < 0.01:
            return self._broken(found)
        return found

    def _broken(self, value: Any) -> Any:
        """What no reader makes: a null where there must be something, something that is no record."""
        wrong = self._random.choice([None, "abc", 5, [], [None], ["x"], {}, EXISTENCE])
        if isinstance(value, list) and value and self._random.random() < 0.7:
            return [*value[:-1], self._broken(value[-1])]
        # The resolvers copy all strategies of a gap, selected or not: there the reference fails where we need not.
        if is_dataclass(value) and not isinstance(value, GapToUpgrade) and self._random.random() < 0.8:
            name = self._random.choice(fields(value)).name
            inner = getattr(value, name)
            if not is_dataclass(inner) and not isinstance(inner, list):
                return replace(value, **{name: None})
            return replace(value, **{name: self._broken(inner)})
        return wrong


def _spoil(random: Random, payload: Any) -> None:
    """Puts one odd value somewhere."""
    while True:
        keys: list[Any] = list(payload) if isinstance(payload, dict) else list(range(len(payload)))
        if not keys:
            return
        key = random.choice(keys)
        inner = payload[key]
        if isinstance(inner, dict | list) and inner and random.random() < 0.9:
            payload = inner
            continue
        chance = random.random()
        if chance < 0.15:
            del payload[key]
        elif chance < 0.25 and isinstance(payload, list):
            payload.append(inner)
        else:
            payload[key] = deepcopy(random.choice(ODD))  # it may be spoilt itself
        return

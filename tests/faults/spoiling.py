"""One endpoint's whole answer for a customer who has everything, and what of the graph each of its keys can change.

The answer is the sandbox's, with what the customer does not have taken from others. What a key can change is observed:
the fields of the customer that are not the same when the key is gone.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, Final

import httpx

from gateway.upstream.auth import BasicCredential
from tests.faults.graph import Tree, as_text, of_customer, served_by
from tests.faults.support import ASHA, Api, Asked, Bench, Json, Said, told

Path = tuple[str | int, ...]
GONE: Final = object()
NOTHING: Final = (None, "", [], {})
ENVELOPE: Final[Mapping[Api, frozenset[str]]] = {
    "V2": frozenset({"id", "warnings", "errors"}),
    "V1.1": frozenset({"response", "user_id", "item_status"}),
}
"""Keys that say whose answer it is, or whether it is one: the whole customer stands or falls with them."""
ITEM: Final[Mapping[Api, Path]] = {"V2": (), "V1.1": ("response", "customers", "customer", 0)}


def places(value: Any, above: Path = ()) -> Iterator[Path]:
    """Every place in a JSON value, leaves and what is around them."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, found in inner:
        yield (*above, key)
        yield from places(found, (*above, key))


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def replaced(value: Any, path: Path, new: Any) -> Any:
    """The value with another one in one place, or without that place."""
    if not path:
        return new
    key, *rest = path
    if isinstance(value, list):
        return [replaced(item, tuple(rest), new) if place == key else item for place, item in enumerate(value)]
    if not rest and new is GONE:
        return {name: item for name, item in value.items() if name != key}
    return {**value, key: replaced(value[key], tuple(rest), new)}


def enriched(body: Any, other: Any) -> Any:
    """What the first has not, from the second. A list has its first item, with what all the others have, and one more.

    Two are enough to see that a list is read to its end; more would only take longer.
    """
    if isinstance(body, dict) and isinstance(other, dict):
        return {key: enriched(body.get(key), other.get(key)) for key in {**body, **other}}
    if isinstance(body, list) and isinstance(other, list) and [*body, *other]:
        return [reduce(enriched, [*body, *other]), *(body or other)[1:2]]
    return enriched(other, type(other)()) if body in NOTHING and other not in NOTHING else body


@dataclass(frozen=True)
class Whole:
    """`bodies` are upstream's answers by query string, `customer` the gateway's, `may_change` the fields by top key."""

    bench: Bench
    api: Api
    query: str
    selected: Tree
    bodies: Mapping[str, Any]
    customer: Json
    may_change: Mapping[str, frozenset[str]]

    def places(self) -> list[Path]:
        """Every place of every body."""
        return list(dict.fromkeys(path for body in self.bodies.values() for path in places(body)))

    def is_leaf(self, path: Path) -> bool:
        """Whether neither an object nor a list is in a place."""
        for body in self.bodies.values():
            with suppress(LookupError, TypeError):
                return not isinstance(at(body, path), dict | list)
        raise LookupError(path)

    def key(self, path: Path) -> str:
        """The top key of a place: of the entity, or of V1.1's item or envelope."""
        item = ITEM[self.api]
        return str(path[len(item)] if path[: len(item)] == item and len(path) > len(item) else path[0])

    def allowed(self, path: Path) -> frozenset[str]:
        """The fields of the customer that may change when something in this place does."""
        return self.may_change.get(self.key(path), frozenset())

    async def ask(self, spoilt: Mapping[Path, Any]) -> Json:
        """The gateway's answer where upstream has other values in some places."""
        return await self.bench.ask(self.query, partial(self._twist, spoilt))

    def apart(self) -> list[list[Path]]:
        """Every place once, grouped so that no field of the customer rests on two places of a group."""
        found: list[tuple[list[Path], set[str]]] = []
        for path in self.places():
            touched = {self.key(path), *self.allowed(path)}
            if self.key(path) in ENVELOPE[self.api]:
                found.append(([path], touched | set(self.may_change)))
                continue
            group = next((group for group in found if group[1].isdisjoint(touched)), None)
            if group is None:
                found.append(group := ([], set()))
            group[0].append(path)
            group[1].update(touched)
        return [group for group, _ in found]

    def changed(self, answer: Json) -> frozenset[str]:
        """The fields of the customer that had a value and have another or none now, or that have an error."""
        found, codes = told(answer)
        if found is None:
            return frozenset(self.customer)
        differ = {name for name, value in self.customer.items() if value not in NOTHING and found[name] != value}
        return frozenset(differ | {path.split(".")[0] for path in codes})

    def _twist(self, spoilt: Mapping[Path, Any], asked: Asked, said: Said) -> Said:
        if asked.query not in self.bodies:
            return said
        body = self.bodies[asked.query]
        for path, new in spoilt.items():
            with suppress(LookupError, TypeError):
                at(body, path[:-1])
                body = replaced(body, path, new)
        return said.saying(body)


async def _rich(bench: Bench, asked: Asked, api: Api) -> Any:
    """The answer to a request for a customer, with what others have of it."""
    params = dict(httpx.QueryParams(asked.query).multi_items())
    name = next(name for name, value in params.items() if value == ASHA)
    credential = httpx.Headers(await BasicCredential("till.sandbox", "sandbox").headers())
    transport = httpx.ASGITransport(bench.upstream.sandbox)
    found: Any = None
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=credential) as http:
        for person in bench.upstream.sandbox.customers:
            mobile = person.profiles[0].mobile
            if not mobile or person.key.startswith("plain_"):
                continue
            body = (await http.get(asked.path, params={**params, name: mobile})).json()
            try:
                item = at(body, ITEM[api])
            except (LookupError, TypeError):
                continue
            plain = not (item.get("warnings") or item.get("errors") or item.get("survivor_account_retrieved"))
            if plain and ("id" in item or item.get("item_status", {}).get("success") == "true"):
                found = enriched(found, body)
    assert found is not None
    return found


async def whole(bench: Bench, api: Api) -> Whole:
    """All that one endpoint can fill, asked of it alone."""
    selected = await served_by(bench.gateway, api)
    query = of_customer(as_text(selected))
    await bench.ask(query)
    calls = list(bench.upstream.asked)
    assert {call.api for call in calls} == {api}
    bodies = {call.query: await _rich(bench, call, api) for call in calls}
    unspoilt = Whole(bench, api, query, selected, bodies, {}, {})
    customer, codes = told(await unspoilt.ask({}))
    assert codes == {}
    known = Whole(bench, api, query, selected, bodies, customer, {})
    may_change: dict[str, frozenset[str]] = {}
    for key in {str(key): None for body in bodies.values() for key in at(body, ITEM[api])}:
        place = (*ITEM[api], key)
        may_change[key] = known.changed(await known.ask({place: GONE}))
    return Whole(bench, api, query, selected, bodies, customer, may_change)

"""What an operation must answer and what it may cost, found without planner, driver, cache or needs.

The answer is executed by graphql-core over a record of everything: each facet fetched alone, from a sandbox of its
own, through every source the catalog lists for it. The need is what the same execution awaits of a customer who has
everything. All coupling to the gateway's insides is in this module.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from enum import EnumType
from functools import cache
from inspect import isawaitable
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import httpx
from graphql import DocumentNode, ExecutionResult
from graphql import experimental_execute_incrementally as execute  # `execute` refuses a schema that has @defer

from gateway.context import RequestContext
from gateway.errors import CustomerDeleted
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import ALWAYS, CATALOG, EXISTENCE
from gateway.facets.facet import Endpoint, Facet, Need
from gateway.facets.kind import FacetSource
from gateway.facets.planner import plan
from gateway.model.readers import Reader
from gateway.sandbox import Person, RecordedRequest, create_sandbox
from resolvers.schema import build_schema
from tests.support.somebody import Who

GRAPH = build_schema()
PATHS = {Endpoint.V1: "/v1.1/customer/get", Endpoint.V2: "/v2/customers/"}
WHO = frozenset({"source", "accountId", "identifierName", "identifierValue"})
WHO |= {"id", "mobile", "email", "external_id", "card_number", "card_external_id"}
"""Parameters that say of whom; all others say what."""

Parameters = tuple[Endpoint, frozenset[tuple[str, str]]]
"""What a call asks for, beside of whom."""


Roots = Mapping[str, Sequence[Who]]
"""The customers of each root field, by response key."""

Awaited = Mapping[Who, set[Facet]]
"""Facets by the customers of whom they were asked; none of a customer who was not asked for."""


def ways(facet: Facet, able: Capabilities) -> tuple[FacetSource, ...]:
    """Every source of a facet. A profile of another source than INSTORE is known to V2 alone."""
    given = facet.argument_values
    found = (way for way in CATALOG[facet.name].sources if way.available.holds(able, given))
    return tuple(way for way in found if way.endpoint is Endpoint.V2 or "source" not in given)


def sent(endpoint: Endpoint, facets: Iterable[Facet], able: Capabilities) -> Parameters:
    """What a call for these facets must carry and nothing else, as the catalog declares it; an embed counts alone."""
    found: set[tuple[str, str]] = set(ALWAYS[endpoint].items())
    names: set[str] = set()
    narrowing: dict[str, set[str | None]] = defaultdict(set)
    for facet in facets:
        (way,) = (one for one in ways(facet, able) if one.endpoint is endpoint)
        names.add(facet.name)
        found |= {("embed", one) for one in way.embeds}
        found |= way.flags.items()
        found |= (_given(way.valued, facet) or way.unvalued).items()
        for name in way.touched_by:
            narrowing[name].add(_given(way.narrowed, facet).get(name))
    found |= {(name, value) for name, values in narrowing.items() for value in values if value and len(values) == 1}
    for kind in CATALOG.values():
        for way in kind.sources:
            unwanted = way.suppressor if kind.name not in names and way.endpoint is endpoint else None
            if unwanted and unwanted.honoured.holds(able, {}):
                found.add((unwanted.parameter, unwanted.value))
    return endpoint, frozenset(found)


def _given(called: Mapping[str, str], facet: Facet) -> Mapping[str, str]:
    """Parameters with the facet's arguments as values."""
    given = facet.argument_values
    return {parameter: str(given[name]) for parameter, name in called.items() if name in given}


def told(call: Mapping[str, Any], need: Iterable[Facet], able: Capabilities) -> Parameters:
    """What a call of explain must have carried, from the facets it is said to be for. Raises KeyError for others."""
    by_name = {str(facet): facet for facet in (*need, EXISTENCE())}
    return sent(Endpoint(call["endpoint"]), [by_name[name] for name in call["facets"]], able)


def seen(request: RecordedRequest) -> Parameters:
    """What a call carried, as upstream saw it."""
    endpoint = Endpoint.V1 if request.path == PATHS[Endpoint.V1] else Endpoint.V2
    what = {name: value for name, value in request.params.items() if name not in WHO}
    embeds = what.pop("embed", "")
    return endpoint, frozenset({*what.items(), *(("embed", one) for one in embeds.split(",") if one)})


def planned(need: Awaited, able: Capabilities) -> int:
    """How many calls the planner makes for customers of whom nothing is known."""
    return plan(tuple(Need(who.address, frozenset(need[who])) for who in need), able).objective.calls


class Everything:
    """Fetches facets alone, each once; equal values are required of a facet's sources."""

    def __init__(self, http: httpx.AsyncClient, able: Capabilities) -> None:
        self.http = http
        self._able = able
        self._known: dict[tuple[int, Facet], Any] = {}

    async def value(self, person: Person, facet: Facet) -> Any:
        """The facet's value, by whichever way."""
        key = person.id, facet
        if key not in self._known:
            found = [await self._fetched(person, facet, way) for way in ways(facet, self._able)]
            assert all(same(found[0], other) for other in found), f"of {person.key} they tell {facet} apart: {found}"
            self._known[key] = found[0]
        return self._known[key]

    async def _fetched(self, person: Person, facet: Facet, way: FacetSource) -> Any:
        _, what = sent(way.endpoint, [facet], self._able)
        params = {name: value for name, value in what if name != "embed"}
        if embeds := [value for name, value in what if name == "embed"]:
            params["embed"] = ",".join(embeds)
        if way.endpoint is Endpoint.V1:
            params["id"] = str(person.id)
            body = (await self.http.get(PATHS[Endpoint.V1], params=params)).json()
            (block,) = body["response"]["customers"]["customer"]
        else:
            profile = facet.argument_values
            params["source"] = str(profile.get("source") or person.profile.source)
            params["accountId"] = str(profile.get("account") or person.profile.account_id)
            block = (await self.http.get(f"{PATHS[Endpoint.V2]}{person.id}", params=params)).json()
        return way.read(Reader(ZoneInfo("Asia/Kolkata")), block, facet.argument_values)


def same(one: Any, other: Any) -> bool:
    """Whether two values read alike in the graph, where a record of nulls tells no more than none."""
    return one == other or all(
        value is None or (is_dataclass(value) and not any(asdict(value).values())) for value in (one, other)
    )


def everything(able: Capabilities) -> Everything:
    """Everything, of a sandbox of its own, by the ways that an organisation has."""
    sandbox = create_sandbox()
    headers = {"Authorization": sandbox.credentials.basic}
    http = httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://upstream", headers=headers)
    return Everything(http, able)


class _Real:
    """Implements `gateway.context.Customer` over everything, and remembers what was asked for."""

    def __init__(self, who: Who, source: Everything, awaited: set[Facet]) -> None:
        self._who = who
        self._source = source
        self._awaited = awaited

    @property
    def id(self) -> str:
        return str(self._who.survivor.id)

    @property
    def merged_from(self) -> tuple[str, ...]:
        return () if self._who.ordinary else (str(self._who.id),)

    async def exists(self) -> bool:
        self._awaited.add(EXISTENCE())
        if self._who.deleted:
            raise CustomerDeleted
        return self._who.person is not None

    async def value(self, facet: Facet) -> Any:
        self._awaited.add(facet)
        return await self._source.value(self._who.survivor, facet)

    def facet_of_profile(self, name: str) -> Facet:
        who = self._who
        return CATALOG[name](
            **({} if who.source == "INSTORE" else {"account": who.account or "", "source": who.source})
        )


class _Rich(_Real):
    """A customer who has everything: nothing of them is null, no list empty."""

    id = "1"
    merged_from = ()

    async def exists(self) -> bool:
        self._awaited.add(EXISTENCE())
        return True

    async def value(self, facet: Facet) -> Any:
        self._awaited.add(facet)
        return sample(CATALOG[facet.name].value)


class Whatever(str):
    """A text that is equal to whatever it is compared with, so that no filter of a resolver leaves it out."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, _: object) -> bool:
        return True


@cache
def sample(of: Any) -> Any:
    """A value of a type in which all is there: every field, one item in every list."""
    parts = [part for part in get_args(of) if part is not NoneType]
    if get_origin(of) is list:
        return [sample(parts[0])]
    if parts:
        return sample(parts[0])
    if hasattr(of, "__strawberry_definition__"):
        return of(**{name: sample(hint) for name, hint in get_type_hints(of).items()})
    plain = getattr(of, "__supertype__", of)
    if isinstance(plain, EnumType):
        return next(iter(plain))
    return plain(1) if plain in (int, float, bool) else Whatever("1")


@dataclass
class _Session:
    customers: Mapping[str, Sequence[_Real]]

    def customer(self, key: str, index: int = 0) -> _Real:
        return self.customers[key][index]


async def _executed(
    kind: type[_Real], document: DocumentNode, variables: Mapping[str, Any], roots: Roots, source: Everything | None
) -> tuple[ExecutionResult, Awaited]:
    awaited: dict[Who, set[Facet]] = {who: set() for many in roots.values() for who in many}
    session: Any = _Session({key: [kind(who, source, awaited[who]) for who in many] for key, many in roots.items()})
    context = RequestContext(session)
    result = execute(GRAPH.schema, document, context_value=context, variable_values=dict(variables))
    return (await result if isawaitable(result) else result), awaited


async def expected(
    document: DocumentNode, variables: Mapping[str, Any], roots: Roots, source: Everything
) -> tuple[ExecutionResult, Awaited]:
    """The answer, and which facets of whom it rests on."""
    return await _executed(_Real, document, variables, roots, source)


async def needed(document: DocumentNode, variables: Mapping[str, Any], roots: Roots) -> Awaited:
    """Which facets of whom the document can need: what it awaits where everything is there."""
    result, awaited = await _executed(_Rich, document, variables, roots, None)
    assert not result.errors
    return awaited

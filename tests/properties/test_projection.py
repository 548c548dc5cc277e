"""The projection answers as graphql-core does, to the byte, or not at all."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from inspect import isawaitable
from random import Random
from typing import Any

import orjson
import pytest
from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    get_variable_values,
    parse,
    validate,
)
from graphql import experimental_execute_incrementally as execute  # `execute` refuses a schema that has @defer
from graphql.execution.collect_fields import FragmentDetails

from gateway.context import RequestContext
from gateway.errors import CallerError, Forbidden
from gateway.facets import needs
from gateway.facets.addresses import address
from gateway.facets.catalog import CATALOG, EXISTENCE
from gateway.facets.facet import Address, Endpoint, Facet, Source
from gateway.facets.needs import Operation, Wanted
from gateway.graphql.projection import Bound, Deopt, Found, compiled
from tests.support.composing import Composer
from tests.support.everything import GRAPH, sample
from tests.support.selecting import every_field
from tests.support.spoilt import Spoilt, payloads

NIGHTLY = os.environ.get("GATEWAY_TESTS_NIGHTLY") == "1"
SHARDS = 8
CASES = 100_000 if NIGHTLY else 2_000
TIMES = 4
"""Sets of variables for each operation."""
VIEWERS = (
    *(None, address({"id": "5"}, Source.INSTORE, None), address({"wechat": "w"}, Source.WECHAT, "acc")) * 5,
    Forbidden("Not this one."),
)
Viewer = Address | CallerError | None


class Customer:
    """Implements `gateway.context.Customer` over what is known; nothing that was not foreseen is."""

    def __init__(self, entry: Wanted, known: "Spoilt | Rich | None") -> None:
        self._entry = entry
        self._known = known
        self.id = known.id if known else ""
        self.merged_from = known.merged_from if known else ()

    async def exists(self) -> bool:
        return self._known is not None

    async def value(self, facet: Facet) -> Any:
        assert facet in self._entry.causes
        assert self._known is not None
        return self._known.value(facet)

    def facet_of_profile(self, name: str) -> Facet:
        return CATALOG[name].of(self._entry.address)


class Rich:
    """Who has some of everything."""

    id = "1"
    merged_from = ("2",)

    def value(self, facet: Facet) -> Any:
        return sample(CATALOG[facet.name].value)


People = Sequence[Spoilt | Rich | None]


class Session:
    """Implements `gateway.context.Session` over the roots as they were read."""

    def __init__(
        self, roots: Mapping[str, Sequence[needs.Entry]], known: Mapping[str, Sequence[Spoilt | None]]
    ) -> None:
        self._roots = roots
        self._known = known

    def customer(self, key: str, index: int = 0) -> Customer:
        match self._roots[key][index]:
            case Wanted() as entry:
                return Customer(entry, self._known[key][index])
            case problem:
                raise problem

    def viewer(self, key: str) -> Customer | None:
        return self.customer(key) if self._roots[key] else None


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def people(runner: asyncio.Runner) -> Sequence[Mapping[Endpoint, bytes]]:
    return runner.run(payloads())


def operation_of(document: DocumentNode) -> Operation:
    fragments = {
        one.name.value: FragmentDetails(one) for one in document.definitions if isinstance(one, FragmentDefinitionNode)
    }
    (node,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    assert GRAPH.schema.query_type
    return Operation(GRAPH.schema, GRAPH.schema.query_type, node, fragments)


def read(operation: Operation, variables: dict[str, Any], viewer: Viewer, limit: int) -> needs.Roots | None:
    """The roots as the reference path reads them; null where it refuses."""
    values = get_variable_values(operation.schema, operation.node.variable_definitions or (), variables)
    if isinstance(values, list):
        return None
    try:
        return needs.read(operation, values, GRAPH.homes, limit, viewer)
    except (GraphQLError, CallerError):
        return None


def told(entry: needs.Entry) -> object:
    """An entry as it must be alike, the order of its causes included."""
    if isinstance(entry, Wanted):
        return entry.address, list(entry.causes.items())
    return type(entry), entry.message, entry.extensions


def written(data: object) -> bytes | str:
    try:
        return orjson.dumps(data)
    except TypeError:  # a whole number beyond 64 bits, or what stands in the place of JSON and is none
        return json.dumps(data, default=repr)


def executed(
    runner: asyncio.Runner, document: DocumentNode, variables: dict[str, Any], session: Any
) -> ExecutionResult:
    async def run() -> ExecutionResult:
        result = execute(GRAPH.schema, document, context_value=RequestContext(session), variable_values=variables)
        return await result if isawaitable(result) else result

    return runner.run(run())


def same_binding(bound: Bound, roots: needs.Roots) -> None:
    assert [root.key for root in bound.roots] == list(roots)
    for root in bound.roots:
        assert list(map(told, root.entries)) == list(map(told, roots[root.key])), root.key
        for entry in root.entries:
            if isinstance(entry, Wanted):
                assert {facet for facet in root.facets if facet} == entry.causes.keys() - {EXISTENCE()}


def leaves(parent: Any, path: tuple[str, ...], above: frozenset[str] = frozenset()) -> Iterator[tuple[str, ...]]:
    """The paths of all leaves that `every_field` selects."""
    for name, field in parent.fields.items():
        below: Any = get_named_type(field.type)
        if not isinstance(below, GraphQLObjectType):
            yield (*path, name)
        elif below.name not in above:
            yield from leaves(below, (*path, name), above | {below.name})


def told_of(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The paths at which an answer has something."""
    if value is not None:
        yield path
    for inner in value if isinstance(value, list) else ():
        yield from told_of(inner, path)
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield from told_of(inner, (*path, key))


def test_every_field_is_answered_as_graphql_core_does(
    runner: asyncio.Runner, people: Sequence[Mapping[Endpoint, bytes]]
) -> None:
    customer = GRAPH.schema.type_map["Customer"]
    text = f"query ($id: ID!) {{ customer(by: {{id: $id}}) {{ {every_field(customer)} }} }}"
    document, variables = parse(text), {"id": "1"}
    operation = operation_of(document)
    projection, roots = compiled(operation, GRAPH.homes, GRAPH.shapes), read(operation, {"id": "1"}, None, 1)
    assert projection
    assert roots
    bound = projection.bind(variables, None, 1)
    assert bound
    told: set[tuple[str, ...]] = set()
    for one in [Rich(), *(Spoilt(Random(number), people[number]) for number in range(0, len(people), 5))]:  # noqa: S311
        result = executed(runner, document, variables, Session(roots, {"customer": [one]}))
        values = [facet and one.value(facet) for facet in bound.roots[0].facets]
        try:
            answer = projection.project(bound, [[Found(one.id, one.merged_from, values)]])
        except Deopt:
            assert result.errors
            continue
        assert written(answer) == written(result.data)
        told |= set(told_of(answer["customer"], ()))
    assert set(leaves(customer, ())) <= told


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_projection_answers_as_graphql_core_does(
    runner: asyncio.Runner, people: Sequence[Mapping[Endpoint, bytes]], shard: int
) -> None:
    seen: Counter[str] = Counter()
    known: People = []
    for number in range(CASES // SHARDS // TIMES):
        seed = shard * 1_000_000 + number
        random = Random(seed)  # noqa: S311
        if number % 25 == 0:
            known = [None, *(Spoilt(random, random.choice(people)) for _ in range(12))]
        compare(runner, random, known, seen, f"seed {seed}")
    total = sum(seen.values())
    print(dict(seen))  # noqa: T201 - shown with -s: what the proof rests on
    assert seen["declined"] == 0
    assert seen["projected"] > 0.65 * total  # of the rest, nearly all is refused by both
    assert seen["unbound"] + seen["deopt"] < 0.02 * total


def compare(runner: asyncio.Runner, random: Random, people: People, seen: Counter[str], note: str) -> None:
    """One operation with several sets of variables, each over other customers."""
    composed = Composer(random, GRAPH.schema).composed(TIMES)
    note = f"{note}: {composed.text}"
    document = parse(composed.text)
    operation = operation_of(document)
    assert random.random() > 0.02 or not validate(GRAPH.schema, document), note
    projection = compiled(operation, GRAPH.homes, GRAPH.shapes)
    if projection is None:
        seen["declined"] += TIMES
        return
    for variables in composed.variables:
        viewer, limit = random.choice(VIEWERS), random.choice([3] + [100] * 9)
        case = f"{note} {variables}"
        roots, bound = read(operation, variables, viewer, limit), projection.bind(variables, viewer, limit)
        if roots is None:
            assert bound is None, case
            seen["refused"] += 1
            continue
        if bound is None:
            seen["unbound"] += 1
            continue
        same_binding(bound, roots)
        if any(not isinstance(entry, Wanted) for entries in roots.values() for entry in entries):
            seen["problem"] += 1
            continue
        chosen = {key: [random.choice(people) for _ in entries] for key, entries in roots.items()}
        found = [
            [
                one and Found(one.id, one.merged_from, [facet and one.value(facet) for facet in root.facets])
                for one in chosen[root.key]
            ]
            for root in bound.roots
        ]
        result = executed(runner, document, variables, Session(roots, chosen))
        try:
            answer = projection.project(bound, found)
        except Deopt:
            seen["deopt on errors" if result.errors else "deopt"] += 1
            continue
        assert not result.errors, (result.errors, case)
        assert written(answer) == written(result.data), case
        seen["projected"] += 1

"""The needs read in advance are exactly what graphql-core then reads: no fetch comes late, and none is in vain."""

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from random import Random
from typing import Any, cast

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, get_named_type
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gateway.facets import needs
from gateway.facets.facet import Address, Facet
from gateway.facets.needs import Wanted
from gateway.session import RequestSession, SessionCustomer
from resolvers.schema import build_schema
from tests.support.gateway import UNLIMITED, GatewayUnderTest, running

SCHEMA = build_schema().schema
ASHA = ['{mobile: "919800000001"}', '{id: "100000001"}', '{email: "asha.rao@example.com"}', "{id: $id}"]
"""Ways to name a customer who has some of everything, so that no resolver below a list or an object is left out."""
STRANGERS = ['{mobile: "910000000000"}', '{id: "100000019"}', '{mobile: ""}', '{id: "100000003"}']
"""Unknown, deleted, impossible, and one with no program."""
DEEP = ("loyaltyPrograms", "points", "gapToRenew", "gapToUpgrade", "groupLoyaltyPrograms")
VARIABLES = {"yes": "Boolean!", "no": "Boolean!", "days": "Int!", "id": "ID!"}
VALUES = {"yes": True, "no": False, "days": 30, "id": "100000001"}


class Composer:
    """Composes a valid operation at random. A response key always stands for the same field and arguments."""

    def __init__(self, random: Random, schema: GraphQLSchema, customers: list[str]) -> None:
        self._random = random
        self._schema = schema
        self._customers = customers
        self._fragments: dict[str, tuple[str, str]] = {}
        self._finished: defaultdict[str, list[str]] = defaultdict(list)

    def operation(self) -> tuple[str, dict[str, Any]]:
        """Text and variables."""
        roots = " ".join(self._root(number) for number in range(self._random.randint(1, 3)))
        text = "{ " + roots + " }"
        definitions = "".join(
            f" fragment {name} on {parent} {{ {body} }}" for name, (parent, body) in self._fragments.items()
        )
        used = [name for name in VARIABLES if f"${name}" in text + definitions]
        declared = ", ".join(f"${name}: {VARIABLES[name]}" for name in used)
        return (f"query({declared}) " if declared else "") + text + definitions, {name: VALUES[name] for name in used}

    def _root(self, number: int) -> str:
        customer: Any = self._schema.type_map["Customer"]
        several = self._random.random() < 0.3
        by = [self._random.choice(self._customers) for _ in range(self._random.randint(1, 2))]
        name, who = ("customers", f"[{', '.join(by)}]") if several else ("customer", by[0])
        whole = f"r{number}: {name}(by: {who}){self._directive()} {{ {self._selections(customer, 0)} }}"
        chance = self._random.random()
        if chance < 0.15:
            return f"... on Query {{ {whole} }}"
        if chance < 0.3:  # merged roots
            return f"{whole} r{number}: {name}(by: {who}) {{ {self._selections(customer, 1)} }}"
        return whole

    def _selections(self, parent: GraphQLObjectType, depth: int) -> str:
        return " ".join(self._selection(parent, depth) for _ in range(self._random.randint(1, 4 if depth < 2 else 2)))

    def _selection(self, parent: GraphQLObjectType, depth: int) -> str:
        chance = self._random.random()
        if depth < 4 and chance < 0.12:
            condition = f" on {parent.name}" if self._random.random() < 0.5 else ""
            return f"...{condition}{self._directive()} {{ {self._selections(parent, depth + 1)} }}"
        if depth < 4 and chance < 0.24:
            return f"...{self._fragment(parent, depth)}{self._directive()}"
        if chance < 0.28:
            return "__typename"
        return self._field(parent, depth)

    def _fragment(self, parent: GraphQLObjectType, depth: int) -> str:
        """A fragment that is finished already, so that none comes to contain itself, or a new one."""
        if self._finished[parent.name] and self._random.random() < 0.4:
            return self._random.choice(self._finished[parent.name])
        body = self._selections(parent, depth + 1)
        name = f"F{len(self._fragments)}"
        self._fragments[name] = (parent.name, body)
        self._finished[parent.name].append(name)
        return name

    def _field(self, parent: GraphQLObjectType, depth: int) -> str:
        names = list(parent.fields)
        if self._random.random() < 0.5:  # rather one that has something below it, or arguments
            names = [name for name in names if name in DEEP] or names
        name = self._random.choice(names)
        definition = parent.fields[name]
        arguments, key = "", name
        if "inDays" in definition.args and self._random.random() < 0.8:
            days = self._random.choice(["0", "30", "$days"])
            arguments, key = f"(inDays: {days})", f"{name}{days.strip('$')}"
        elif "programId" in definition.args:
            arguments, key = '(programId: "1001")', f"{name}Of1001"
        elif self._random.random() < 0.3:
            key = f"my_{name}"
        below = cast("object", get_named_type(definition.type))
        nested = f" {{ {self._selections(below, depth + 1)} }}" if isinstance(below, GraphQLObjectType) else ""
        return f"{key}: {name}{arguments}{self._directive()}{nested}"

    def _directive(self) -> str:
        if self._random.random() > 0.25:
            return ""
        return self._random.choice(
            [
                " @skip(if: $yes)",
                " @skip(if: $no)",
                " @include(if: $yes)",
                " @include(if: $no)",
                " @skip(if: false)",
                " @include(if: false)",
                " @skip(if: $no) @include(if: $yes)",
                " @skip(if: $yes) @include(if: $yes)",
            ]
        )


class Spy:
    """What was read in advance, what resolvers awaited, and which records asked late."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.foreseen: defaultdict[Address, set[Facet]] = defaultdict(set)
        self.awaited: defaultdict[Address, set[Facet]] = defaultdict(set)
        self.late: list[Address] = []
        read, value, fetch_late = needs.read, SessionCustomer.value, RequestSession.fetch_late

        def noting_needs(*args: Any) -> Any:
            roots = read(*args)
            for wanted in (entry for entries in roots.values() for entry in entries if isinstance(entry, Wanted)):
                self.foreseen[wanted.address] |= wanted.causes.keys()
            return roots

        async def noting_value(customer: Any, facet: Facet) -> Any:
            self.awaited[customer._record.address].add(facet)  # noqa: SLF001 - nothing else tells whose it is
            return await value(customer, facet)

        def noting_late(session: Any, record: Any) -> None:
            self.late.append(record.address)
            fetch_late(session, record)

        monkeypatch.setattr("gateway.graphql.execution.needs.read", noting_needs)
        monkeypatch.setattr(SessionCustomer, "value", noting_value)
        monkeypatch.setattr(RequestSession, "fetch_late", noting_late)

    def forget(self) -> None:
        self.foreseen.clear()
        self.awaited.clear()
        self.late.clear()


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayUnderTest]:
    # Every document is read by graphql-core, also one that comes again: the resolvers are what is compared with.
    # Time stands still: nothing becomes old and is fetched anew behind an answer.
    async with running(limits=UNLIMITED, fast_path=False, clock=lambda: 0.0) as gateway:
        yield gateway


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spy]:
    with monkeypatch.context() as patched:
        yield Spy(patched)


NIGHTLY = os.environ.get("GATEWAY_TESTS_NIGHTLY") == "1"

randoms = st.randoms(use_true_random=False, note_method_calls=False)
relaxed = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a random seed does not become smaller in a useful way
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=600 if NIGHTLY else 60,
)


@relaxed
@given(random=randoms)
async def test_what_is_read_in_advance_is_what_resolvers_await(
    gateway: GatewayUnderTest, spy: Spy, random: Random
) -> None:
    spy.forget()
    query, variables = Composer(random, SCHEMA, ASHA).operation()
    answer = await gateway.ask(query, variables)
    assert "errors" not in answer, (query, answer["errors"])
    assert dict(spy.awaited) == dict(spy.foreseen), query
    assert spy.late == []


@relaxed
@given(random=randoms)
async def test_nothing_is_fetched_late_for_anybody(gateway: GatewayUnderTest, spy: Spy, random: Random) -> None:
    """Of one who is unknown or has no program, what lies below is read in advance and then not awaited."""
    spy.forget()
    query, variables = Composer(random, SCHEMA, [*ASHA[:2], *STRANGERS]).operation()
    answer = await gateway.ask(query, variables)
    assert {error["extensions"]["code"] for error in answer.get("errors", ())} <= {"BAD_USER_INPUT", "CUSTOMER_DELETED"}
    assert {who: facets - spy.foreseen[who] for who, facets in spy.awaited.items() if facets - spy.foreseen[who]} == {}
    assert spy.late == []


@relaxed
@given(random=randoms)
async def test_what_is_awaited_costs_the_calls_that_were_planned(gateway: GatewayUnderTest, random: Random) -> None:
    query, variables = Composer(random, SCHEMA, ASHA[:1]).operation()
    plan = await gateway.ask(query, variables, x_gateway_explain="plan")
    gateway.sandbox.clear()
    await gateway.ask(query, variables)
    assert len(gateway.sandbox.requests) == len(plan["extensions"]["explain"]["calls"])


CONDITIONS = [
    ("{ customer(by: {id: 100000001}) { firstName @skip(if: true) } }", {"EXISTENCE"}),
    ("{ customer(by: {id: 100000001}) @skip(if: true) { firstName } }", set()),
    ("{ ... @include(if: false) { customer(by: {id: 100000001}) { firstName } } }", set()),
    ("{ customer(by: {id: 100000001}) { ...F @skip(if: true) ...F } } fragment F on Customer { cards { type } }",
     {"EXISTENCE", "CARDS"}),
    ("{ customer(by: {id: 100000001}) { points { currentSlab } points { loyaltyId } } }",
     {"EXISTENCE", "POINTS", "POINTS_V2"}),
    ("{ customer(by: {id: 100000001}) { loyaltyPrograms { totalPoints gapToRenew { programId } } } }",
     {"EXISTENCE", "PROGRAMS", "PROGRAMS_V1", "GAP_TO_RENEW(days=0)"}),
    ("{ customer(by: {id: 100000001}) { __typename id mergedFrom } }", {"EXISTENCE"}),
    ("{ customer(by: {id: 100000001}) { cards @include(if: true) @skip(if: true) { type } } }", {"EXISTENCE"}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), CONDITIONS)
async def test_the_needs_follow_conditions_fragments_and_merged_fields(
    gateway: GatewayUnderTest, spy: Spy, query: str, expected: set[str]
) -> None:
    assert "errors" not in await gateway.ask(query)
    assert {str(facet) for facets in spy.foreseen.values() for facet in facets} == expected
    assert {str(facet) for facets in spy.awaited.values() for facet in facets} == expected

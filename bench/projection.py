"""What the compiled projection costs beside graphql-core, in microseconds and as ratios. `python bench/projection.py`

12, 60 and 600 leaves of the sandbox's kind of data, in memory. `execute` and `project` build the same dicts; `read` and
`bind` say whom and what an operation needs, variables included.
"""

import argparse
import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import FragmentDefinitionNode, OperationDefinitionNode, get_variable_values, parse
from graphql import experimental_execute_incrementally as execute  # `execute` refuses a schema that has @defer
from graphql.execution.collect_fields import FragmentDetails
from table import Row

from gateway.context import RequestContext
from gateway.facets import needs
from gateway.facets.catalog import CATALOG
from gateway.facets.facet import Facet
from gateway.facets.needs import Operation
from gateway.graphql.projection import Found, compiled
from gateway.model import cards, points, profile, tiers
from resolvers.schema import build_schema

GRAPH = build_schema()
SMALL = """query Small($id: ID!) { customer(by: {id: $id}) { id firstName lastName
  loyaltyPrograms { programId currentSlab loyaltyPoints } } }"""
MEDIUM = """query Medium($id: ID!) { customer(by: {id: $id}) { id firstName lastName lifetimePurchases loyaltyType
  loyaltyPrograms { ...Prog gapToRenew { tierExpiryDate renewConfirmed
    renewStrategies { renewBasedOn customerGapToRenewValue } } }
  cards { cardId cardNumber type statusInfo { status } } } }
fragment Prog on LoyaltyProgram { programId title: programTitle currentSlab nextSlab loyaltyPoints lifetimePoints
  slabExpiryDate }"""
LARGE = """query Large($by: [CustomerBy!]!) { customers(by: $by) { id firstName lastName lifetimePurchases
  loyaltyPrograms { programId programTitle currentSlab nextSlab loyaltyPoints lifetimePoints slabExpiryDate }
  cards { cardId cardNumber type } } }"""

MOMENT: Any = "2027-03-31T23:59:59+05:30"
GAP = tiers.GapToRenew(
    program_id="1001",  # pyright: ignore[reportArgumentType]
    tier_expiry_date="2027-03-31",  # pyright: ignore[reportArgumentType]
    renew_confirmed=False,
    renew_strategies=[tiers.RenewStrategy(renew_based_on="PURCHASE", customer_gap_to_renew_value=1200.5)],
)


def program(number: int) -> points.LoyaltyProgram:
    """A standing in a program."""
    told: Any = {"program_id": str(1001 + number), "slab_expiry_date": MOMENT}
    return points.LoyaltyProgram(
        **told,
        program_title="Brand club",
        current_slab="Gold",
        next_slab="Platinum",
        loyalty_points=1234.0,
        lifetime_points=5678.5,
    )


def card(number: int) -> cards.Card:
    """A card."""
    told: Any = {"card_id": str(number), "status_info": cards.CardStatus(status="ACTIVE")}
    return cards.Card(**told, card_number=f"4000{number:012}", type="PHYSICAL")


def values(programs: int, owned: int) -> Mapping[str, Any]:
    """Facets of a customer, by name."""
    return {
        "PERSON": profile.Person(first_name="Asha", last_name="Rao"),
        "MEMBERSHIP": profile.Membership(lifetime_purchases=81250.5, loyalty_type="LOYALTY"),
        "PROGRAMS": [program(number) for number in range(programs)],
        "GAP_TO_RENEW": [GAP],
        "CARDS": [card(number) for number in range(owned)],
    }


@dataclass
class Customer:
    """Implements `gateway.context.Customer`."""

    known: Mapping[str, Any]
    id: str = "100000001"
    merged_from: Sequence[str] = ()

    async def exists(self) -> bool:
        """They do."""
        return True

    async def value(self, facet: Facet) -> Any:
        """What is known."""
        return self.known[facet.name]

    def facet_of_profile(self, name: str) -> Facet:
        """Of INSTORE."""
        return CATALOG[name]()


@dataclass
class Session:
    """Implements `gateway.context.Session`: everybody is the same customer."""

    one: Customer

    def customer(self, key: str, index: int = 0) -> Customer:  # noqa: ARG002
        """The customer."""
        return self.one


def operation_of(text: str) -> Operation:
    """The operation of a valid document."""
    document = parse(text)
    nodes = document.definitions
    fragments = {one.name.value: FragmentDetails(one) for one in nodes if isinstance(one, FragmentDefinitionNode)}
    (node,) = (one for one in nodes if isinstance(one, OperationDefinitionNode))
    return Operation(GRAPH.schema, GRAPH.schema.query_type, node, fragments)  # pyright: ignore[reportArgumentType]


def microseconds(run: Callable[[], Any], rounds: int) -> float:
    """The least of several rounds of about 20 ms each: anything else is the machine's."""
    run()
    began = time.perf_counter()
    run()
    times = max(1, int(0.02 / (time.perf_counter() - began)))
    found: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            run()
        found.append(time.process_time() - began)
    return min(found) / times * 1e6


def leaves(data: Any) -> int:
    """How many there are."""
    if isinstance(data, dict):
        return sum(map(leaves, data.values()))
    return sum(map(leaves, data)) if isinstance(data, list) else 1


@dataclass(frozen=True, slots=True)
class Measured:
    """Microseconds of one operation, and how many leaves its answer has."""

    name: str
    leaves: int
    execute: float
    project: float
    read: float
    bind: float
    dumps: float
    compile: float

    def __str__(self) -> str:
        return (
            f"{self.name:8}{self.leaves:7}{self.execute:10.1f}{self.project:10.1f}"
            f"{f'1/{self.execute / self.project:.0f}':>8}{self.read:10.1f}{self.bind:8.1f}"
            f"{f'1/{self.read / self.bind:.0f}':>8}{self.dumps:8.1f}{self.compile:10.0f}"
        )


def measure(name: str, text: str, variables: dict[str, Any], known: Mapping[str, Any], rounds: int) -> Measured:
    """Measures one operation."""
    document, operation, session = parse(text), operation_of(text), Session(Customer(known))
    context: Any = RequestContext(session)  # pyright: ignore[reportArgumentType]
    projection: Any = compiled(operation, GRAPH.homes, GRAPH.shapes)
    bound = projection.bind(variables, None, 100)
    one = [known[facet.name] for facet in bound.roots[0].facets if facet]
    found = [[Found("100000001", (), one) for _ in bound.roots[0].entries]]

    async def executed() -> Any:
        result: Any = execute(GRAPH.schema, document, context_value=context, variable_values=variables)
        return (await result).data

    def read() -> None:
        coerced: Any = get_variable_values(operation.schema, operation.node.variable_definitions or (), variables)
        needs.read(operation, coerced, GRAPH.homes, 100)

    with asyncio.Runner() as runner:
        answer = runner.run(executed())
        if orjson.dumps(answer) != orjson.dumps(projection.project(bound, found)):
            raise SystemExit(f"{name}: the two answers differ")

        async def many(times: int) -> float:
            began = time.process_time()
            for _ in range(times):
                await executed()
            return time.process_time() - began

        executing = min(runner.run(many(20)) for _ in range(rounds)) / 20 * 1e6
    return Measured(
        name,
        leaves(answer),
        executing,
        project=microseconds(lambda: projection.project(bound, found), rounds),
        read=microseconds(read, rounds),
        bind=microseconds(lambda: projection.bind(variables, None, 100), rounds),
        dumps=microseconds(lambda: orjson.dumps(answer), rounds),
        compile=microseconds(lambda: compiled(operation, GRAPH.homes, GRAPH.shapes), rounds),
    )


def measured(rounds: int) -> Iterator[Measured]:
    """The three operations."""
    yield measure("small", SMALL, {"id": "100000001"}, values(3, 0), rounds)
    yield measure("medium", MEDIUM, {"id": "100000001"}, values(3, 7), rounds)
    many = {"by": [{"id": str(100000001 + number)} for number in range(20)]}
    yield measure("large", LARGE, many, values(2, 4), rounds)


def rows(rounds: int) -> Iterator[Row]:
    """The projection alone, beside execution alone."""
    for one, target in zip(measured(rounds), (1 / 30, 1 / 60, 1 / 60), strict=True):
        yield Row(f"projection, {one.leaves} leaves / graphql-core", "us", one.project, one.execute, target)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="rounds of which the best counts")
    rounds = parser.parse_args().rounds
    print("          leaves   execute   project   ratio      read    bind   ratio   dumps   compile")  # noqa: T201
    for one in measured(rounds):
        print(one)  # noqa: T201


if __name__ == "__main__":
    main()

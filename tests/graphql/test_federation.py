"""The graph as a subgraph: entities are customers like all others, planned together, at the same cost."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import build_schema as parsed

from gateway.app import schema_text
from gateway.graphql.projection import Compiled
from resolvers.schema import build_schema
from tests.driver.asking import broken
from tests.support.gateway import GatewayUnderTest, running

ENTITIES = """query ($of: [_Any!]!) {
  _entities(representations: $of) { __typename ... on Customer { id firstName slabHistory { from } } }
}"""
ASHA, DEVIKA, NOBODY = "100000001", "100000002", "999999999"


def of(*ids: object, kind: str = "Customer") -> dict[str, Any]:
    """Variables that refer to customers."""
    return {"of": [{"__typename": kind, "id": one} for one in ids]}


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayUnderTest]:
    async with running(federation=True) as gateway:
        yield gateway


async def test_entities_are_answered_in_their_order(gateway: GatewayUnderTest) -> None:
    answer = await gateway.ask(ENTITIES, of(DEVIKA, NOBODY, ASHA))
    assert "errors" not in answer
    found = answer["data"]["_entities"]
    assert [one and one["id"] for one in found] == [DEVIKA, None, ASHA]
    assert found[0]["__typename"] == "Customer"
    assert all(one["firstName"] and one["slabHistory"] for one in found if one)


async def test_they_cost_what_the_same_customers_cost_by_id(gateway: GatewayUnderTest) -> None:
    """All of one request in one plan: both roots, and every entity."""
    await gateway.ask(ENTITIES, of(ASHA, DEVIKA))
    calls = gateway.calls()
    async with running(federation=True) as other:
        fields = "id firstName slabHistory { from }"
        await other.ask(f'{{ customers(by: [{{id: "{ASHA}"}}, {{id: "{DEVIKA}"}}]) {{ {fields} }} }}')
        assert calls == other.calls()
    assert len(calls) == 1
    gateway.sandbox.clear()
    assert (await gateway.ask(ENTITIES, of(DEVIKA, ASHA)))["data"]
    assert gateway.calls() == []


async def test_an_entity_asked_for_twice_is_fetched_once(gateway: GatewayUnderTest) -> None:
    query = ENTITIES.replace("query ($of", "query ($id: ID!, $of").replace(
        "{\n", "{ customer(by: {id: $id}) { id }\n", 1
    )
    answer = await gateway.ask(query, {**of(ASHA, ASHA), "id": ASHA})
    assert [one["id"] for one in [answer["data"]["customer"], *answer["data"]["_entities"]]] == [ASHA] * 3
    assert len(gateway.calls()) == 1


@pytest.mark.parametrize(
    ("representation", "argument"),
    [
        ({"__typename": "Customer"}, "representations[1]"),
        ({"__typename": "Order", "id": ASHA}, "representations[1]"),
        ({"__typename": "Customer", "id": True}, "representations[1]"),
        ({"__typename": "Customer", "id": ["1"]}, "representations[1]"),
        ({"__typename": "Customer", "id": "not one"}, "representations[1].id"),
        ("Customer", "representations[1]"),
        (None, None),
    ],
)
async def test_what_refers_to_nobody_spoils_its_own_place(
    gateway: GatewayUnderTest, representation: Any, argument: str | None
) -> None:
    answer = await gateway.ask(ENTITIES, {"of": [*of(ASHA)["of"], representation]})
    (error,) = answer["errors"]
    if argument is None:
        assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        return
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_USER_INPUT", argument)
    assert error["path"] == ["_entities", 1]
    assert answer["data"]["_entities"][0]["id"] == ASHA
    assert answer["data"]["_entities"][1] is None


async def test_a_number_is_an_id(gateway: GatewayUnderTest) -> None:
    assert (await gateway.ask(ENTITIES, of(int(ASHA))))["data"]["_entities"][0]["id"] == ASHA


async def test_a_failure_stays_on_its_own_field(gateway: GatewayUnderTest) -> None:
    await gateway.ask(ENTITIES.replace("slabHistory { from }", ""), of(ASHA))
    broken(gateway, status=500)
    answer = await gateway.ask(ENTITIES, of(ASHA))
    assert answer["data"]["_entities"][0]["firstName"]
    assert answer["data"]["_entities"][0]["slabHistory"] is None
    assert [error["path"] for error in answer["errors"]] == [["_entities", 0, "slabHistory"]]


async def test_there_are_no_more_of_them_than_customers_in_a_request() -> None:
    async with running(federation=True, limits={"customers": 2}) as gateway:
        answer = await gateway.ask(ENTITIES, of(ASHA, DEVIKA, NOBODY))
        assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert gateway.calls() == []


DEFER = re.compile(r'"""\n[^"]*"""\ndirective @defer.*?FRAGMENT\n\n', re.DOTALL)
"""What a federating gateway does by itself."""


async def test_the_service_tells_the_schema_with_its_key(gateway: GatewayUnderTest) -> None:
    sdl = (await gateway.ask("{ _service { sdl } }"))["data"]["_service"]["sdl"]
    assert sdl.splitlines()[0].startswith("extend schema @link(url: ")
    assert sdl.count('type Customer @key(fields: "id") {') == sdl.count("@key(") == 1
    bare = "\n".join(sdl.splitlines()[2:]).replace(' @key(fields: "id")', "")
    assert bare.strip() == DEFER.sub("", schema_text()).strip()
    assert parsed(bare).type_map.keys() == parsed(schema_text()).type_map.keys()
    assert parsed(build_schema(federation=True).sdl).query_type
    assert gateway.calls() == []


async def test_it_is_there_where_the_schema_may_not_be_asked_for() -> None:
    async with running(federation=True, introspection=False) as gateway:
        assert "errors" not in await gateway.ask("{ _service { sdl } }")


async def test_there_is_none_of_it_unless_switched_on() -> None:
    async with running() as gateway:
        for query in ("{ _service { sdl } }", "{ _entities(representations: []) { __typename } }"):
            assert (await gateway.ask(query))["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("cached", [False, True])
async def test_operations_that_come_again_are_answered_fast_and_the_same(
    monkeypatch: pytest.MonkeyPatch, cached: bool
) -> None:
    projected: list[bool] = []
    project = Compiled.project

    def counting(compiled: Compiled, bound: Any, found: Any) -> Any:
        projected.append(True)
        return project(compiled, bound, found)

    monkeypatch.setattr(Compiled, "project", counting)
    answers = []
    for fast in (True, False):
        async with running(federation=True, fast_path=fast) as gateway:
            for _ in range(2):
                await gateway.ask(ENTITIES, of(ASHA))
            if cached:
                await gateway.ask(ENTITIES, of(DEVIKA, NOBODY))
            projected.clear()
            answers.append(await gateway.ask(ENTITIES, of(DEVIKA, NOBODY, ASHA)))
            assert bool(projected) is fast
    assert answers[0] == answers[1]


@pytest.mark.parametrize("wrong", [{"__typename": "Order", "id": ASHA}, {"__typename": "Customer", "id": "no"}, "x", 5])
async def test_what_is_not_plain_is_told_as_at_first(gateway: GatewayUnderTest, wrong: Any) -> None:
    variables = {"of": [*of(ASHA)["of"], wrong]}
    first = await gateway.ask(ENTITIES, variables)
    for _ in range(3):
        again = await gateway.ask(ENTITIES, variables)
        assert (again["data"], again["errors"]) == (first["data"], first["errors"])

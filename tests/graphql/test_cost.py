"""What an answer says it cost, and what is refused for costing too much: counted in work upstream."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.facets.cost import PER_CALL
from tests.support.gateway import GatewayUnderTest, running

TWO_CALLS = '{ customer(by: {id: "100000001"}) { cards { cardNumber } slabHistory { to } } }'
LISTED = "query($by: [CustomerBy!]!) { customers(by: $by) { cards { cardNumber } } }"


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayUnderTest]:
    async with running() as gateway:
        yield gateway


def cost(answer: dict[str, Any]) -> dict[str, int]:
    return answer["extensions"]["cost"]


async def test_the_first_answer_costs_what_was_requested_and_the_second_nothing(gateway: GatewayUnderTest) -> None:
    first, second = await gateway.ask(TWO_CALLS), await gateway.ask(TWO_CALLS)
    assert cost(first) == {"requested": 2 * PER_CALL + 2, "actual": 2 * PER_CALL + 2, "limit": 2500}
    assert cost(second) == {**cost(first), "actual": 0}


async def test_half_of_it_costs_the_rest(gateway: GatewayUnderTest) -> None:
    await gateway.ask(TWO_CALLS.replace("slabHistory { to }", ""))
    answer = await gateway.ask(TWO_CALLS)
    assert cost(answer)["requested"] == 2 * PER_CALL + 2
    assert PER_CALL < cost(answer)["actual"] < 2 * PER_CALL


async def test_who_accepts_nothing_cached_is_charged_as_if_it_were_cold(gateway: GatewayUnderTest) -> None:
    await gateway.ask(TWO_CALLS)
    answer = await gateway.ask(TWO_CALLS, cache_control="no-cache")
    assert cost(answer)["actual"] == cost(answer)["requested"]


async def test_a_plan_tells_what_the_answer_would_cost(gateway: GatewayUnderTest) -> None:
    answer = await gateway.ask(TWO_CALLS, x_gateway_explain="plan")
    assert cost(answer)["actual"] == cost(answer)["requested"] == 2 * PER_CALL + 2
    assert gateway.sandbox.requests == []


async def test_what_asks_nothing_of_upstream_tells_no_cost(gateway: GatewayUnderTest) -> None:
    assert "extensions" not in await gateway.ask("{ __typename }")


async def test_more_than_the_limit_is_refused_before_any_call_and_named() -> None:
    async with running(limits={"cost": 2 * PER_CALL}) as gateway:
        answer = await gateway.post(TWO_CALLS)
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert error["message"] == "query: 22 units of cost are more than the limit of 20"
        assert error["extensions"] == {
            "code": "LIMIT_EXCEEDED",
            "argument": "query",
            "limit": "units of cost",
            "value": 22,
            "bound": 20,
        }
        assert gateway.sandbox.requests == []
        assert "errors" not in await gateway.ask(TWO_CALLS.replace("slabHistory { to }", ""))


async def test_it_is_refused_also_when_all_of_it_is_cached() -> None:
    """What a document may cost does not depend on the hour."""
    async with running(limits={"cost": 30}) as gateway:
        people = [{"id": str(100000001 + number)} for number in range(3)]
        for one in people:
            await gateway.ask(LISTED, {"by": [one]})
        answer = await gateway.ask(LISTED, {"by": people})
        assert answer["errors"][0]["extensions"]["limit"] == "units of cost"

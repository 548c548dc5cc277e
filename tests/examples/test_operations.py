"""`examples/operations`: the ten commonest questions, each valid, and answered by the calls that are told here."""

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate

from tests.support.gateway import running

ROOT = Path(__file__).parents[2]
OPERATIONS = {file.stem: file for file in sorted((ROOT / "examples" / "operations").glob("*.graphql"))}

V1 = "/v1.1/customer/get?"
V2 = "/v2/customers/lookup/customerDetails?"
V2_ASHA = "identifierName=mobile&identifierValue=919800000001&source=INSTORE"

VARIABLES: dict[str, dict[str, Any]] = json.loads((ROOT / "examples" / "operations" / "variables.json").read_text())
CALLS = {
    "ActiveCoupons": [
        (
            f"{V1}coupon_active=true&coupon_limit=50&format=json&mobile=919800000001&notes=false&transactions=false"
            "&user_id=true"
        )
    ],
    "Cards": [f"{V2}{V2_ASHA}"],
    "Consent": [
        f"{V1}format=json&mobile=919800000001&notes=false&optin_status=true&transactions=false&user_id=true",
        f"{V2}embed=ignoreCardDetails,subscriptions&{V2_ASHA}",
    ],
    "CustomerHeader": [f"{V2}embed=customerStatus,ignoreCardDetails,points&{V2_ASHA}"],
    "CustomerId": [f"{V2}embed=ignoreCardDetails&{V2_ASHA}"],
    "CustomerList": [
        (
            f"{V1}expiry_schedule=true&external_id=EXT-0001,EXT-0041&format=json&mlp=true&notes=false&segments=true"
            "&slab_history=true&transactions=false&user_id=true"
        )
    ],
    "PointsScreen": [f"{V2}embed=expirySchedules,ignoreCardDetails,mlp&{V2_ASHA}"],
    "Programs": [f"{V2}embed=ignoreCardDetails,mlp&{V2_ASHA}"],
    "RecentTransactions": [f"{V1}format=json&mobile=919800000044&notes=false&user_id=true"],
    "TierScreen": [
        (
            f"{V1}format=json&gap_to_upgrade_for=0&mlp=true&mobile=919800000001&notes=false&slab_history=true"
            "&transactions=false&user_id=true"
        )
    ],
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text())


def test_the_ten_are_there_and_priced() -> None:
    assert len(OPERATIONS) == 10
    assert OPERATIONS.keys() == CALLS.keys() == VARIABLES.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_valid_and_has_the_name_of_its_file(name: str, schema: GraphQLSchema) -> None:
    document = parse(OPERATIONS[name].read_text())
    assert validate(schema, document) == []
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name is not None
    assert operation.name.value == name


@pytest.mark.parametrize("name", OPERATIONS)
async def test_an_operation_costs_these_calls_and_brings_something_for_every_field(name: str) -> None:
    text, variables = OPERATIONS[name].read_text(), VARIABLES[name]
    async with running() as gateway:
        answer = await gateway.ask(text, variables)
        assert "errors" not in answer
        assert nothing_known(answer["data"]) == set()
        assert [told(call) for call in gateway.calls()] == CALLS[name]
        gateway.sandbox.requests.clear()
        again = await gateway.ask(text, variables)
        assert again["data"] == answer["data"]
        assert gateway.sandbox.requests == []


@pytest.mark.parametrize("name", OPERATIONS)
async def test_the_price_is_told_before_it_is_paid(name: str) -> None:
    async with running() as gateway:
        planned = await gateway.ask(OPERATIONS[name].read_text(), VARIABLES[name], x_gateway_explain="plan")
        assert len(planned["extensions"]["explain"]["calls"]) == len(CALLS[name])
        assert gateway.sandbox.requests == []


def told(call: dict[str, Any]) -> str:
    return f"{call['path']}?" + "&".join(f"{name}={value}" for name, value in sorted(call["params"].items()))


def nothing_known(data: Any) -> set[str]:
    """The paths of the fields that are null or empty wherever they stand: an example that shows nothing is none."""
    seen: dict[str, bool] = {}

    def look(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for name, one in value.items():
                look(one, f"{path}.{name}")
        elif isinstance(value, list) and value:
            for one in value:
                look(one, path)
        else:
            seen[path] = seen.get(path, False) or value not in (None, [])

    look(data, "")
    known = [path for path, something in seen.items() if something]
    return {path for path in seen if not any(one == path or one.startswith(f"{path}.") for one in known)}

"""Python's gql: documents checked against the schema, variables and codes. Needs no node."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport
from graphql import GraphQLError

from gateway.cli import DEV, SANDBOX
from gateway.sandbox import Faults
from gateway.sandbox.faults import EndpointFault
from gateway.telemetry.requests import RequestBegan
from tests.clients.support import V1, V2, told_by
from tests.support.gateway import ASKED_ONCE
from tests.support.listening import Listening, listening

ROOT = Path(__file__).parents[2]
ASHA = {"by": {"mobile": "919800000001"}}
HALF = "query($by: CustomerBy!) { customer(by: $by) { cards { cardId } slabHistory { to } } }"


def operation(name: str, variables: dict[str, Any]) -> GraphQLRequest:
    return GraphQLRequest((ROOT / "examples" / "operations" / f"{name}.graphql").read_text(), variable_values=variables)


@pytest.fixture
def gateway() -> Iterator[Listening]:
    with listening(**{**DEV, "upstream": {**SANDBOX, **ASKED_ONCE}}) as gateway:
        yield gateway


@pytest.fixture
def client(gateway: Listening) -> Client:
    """A client that knows the schema from the file of this repository."""
    return Client(schema=(ROOT / "schema.graphql").read_text(), transport=transport(gateway))


def transport(gateway: Listening) -> HTTPXTransport:
    return HTTPXTransport(gateway.url, trust_env=False)


def test_an_operation_with_variables_is_answered(client: Client, gateway: Listening) -> None:
    answer = client.execute(operation("CustomerHeader", ASHA))
    assert answer["customer"]["points"]["currentSlab"] == "Gold"
    assert client.execute(operation("Cards", ASHA))["customer"]["cards"][0]["cardId"] == "8101"
    assert client.execute(operation("CustomerId", {"mobile": "910000000000"})) == {"customer": None}
    assert told_by(gateway, RequestBegan) == 3
    assert [call.partition("?")[0] for call in gateway.calls()] == [
        f"{V2}lookup/customerDetails",
        f"{V2}100000001",
        f"{V2}lookup/customerDetails",
    ]


def test_what_does_not_fit_the_schema_is_not_sent(client: Client, gateway: Listening) -> None:
    with pytest.raises(GraphQLError, match="Cannot query field 'nothing'"):
        client.execute(gql('{ customer(by: {mobile: "919800000001"}) { nothing } }'))
    assert told_by(gateway, RequestBegan) == 0


def test_the_schema_can_be_fetched(gateway: Listening) -> None:
    with Client(transport=transport(gateway), fetch_schema_from_transport=True) as session:
        assert session.execute(operation("CustomerId", {"mobile": "919800000001"})) == {"customer": {"id": "100000001"}}
        assert session.client.schema is not None
        assert "Customer" in session.client.schema.type_map
    assert len(gateway.calls()) == 1


def test_errors_have_their_codes_and_their_data(client: Client, gateway: Listening) -> None:
    refused = failed(client, operation("CustomerId", {"mobile": "1,2"}))
    assert codes(refused) == [("BAD_USER_INPUT", ["customer"])]
    gateway.sandbox.faults.replace(Faults(v1_get=EndpointFault(status=500)))
    half = failed(client, GraphQLRequest(HALF, variable_values=ASHA))
    assert codes(half) == [("UPSTREAM_UNAVAILABLE", ["customer", "slabHistory"])]
    assert half.data == {"customer": {"cards": [{"cardId": "8101"}, {"cardId": "8102"}], "slabHistory": None}}
    assert [call.partition("?")[0] for call in gateway.calls()] == [f"{V2}lookup/customerDetails", V1]


def test_a_request_that_is_not_executed_has_a_code_too(gateway: Listening) -> None:
    """A client without a schema sends what is not valid."""
    client = Client(transport=transport(gateway))
    invalid = failed(client, gql('{ customer(by: {mobile: "919800000001"}) { nothing } }'))
    assert codes(invalid) == [("GRAPHQL_VALIDATION_FAILED", None)]
    assert gateway.calls() == []


def failed(client: Client, request: GraphQLRequest) -> TransportQueryError:
    with pytest.raises(TransportQueryError) as raised:
        client.execute(request)
    return raised.value


def codes(error: TransportQueryError) -> list[tuple[str, list[str] | None]]:
    return [(one["extensions"]["code"], one.get("path")) for one in error.errors or []]

"""How tests of the cache ask: of customer 1, and what explain says of it; and upstream's events."""

from typing import Any

from gateway.sandbox import EndpointFault
from tests.support.gateway import GatewayUnderTest
from tests.webhooks.payloads import flat
from tests.webhooks.payloads import named as naming

V1, V2_BY_ID, V2_LOOKUP = "/v1.1/customer/get", "/v2/customers/100000001", "/v2/customers/lookup/customerDetails"
MOBILE, EMAIL, ID = '{mobile: "919800000001"}', '{email: "asha.rao@example.com"}', '{id: "100000001"}'
SECRET = "the secret of upstream's events"
JUST_BEFORE = 0.5


def asha(fields: str, by: str = ID) -> str:
    return f"{{ customer(by: {by}) {{ {fields} }} }}"


async def asked(gateway: GatewayUnderTest, query: str, **headers: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer, and what explain says of the cache. Forgets what upstream was asked before."""
    gateway.sandbox.requests.clear()
    answer = await gateway.ask(query, x_gateway_explain="analyze", **headers)
    return answer, answer["extensions"]["explain"]["cache"]


async def event(gateway: GatewayUnderTest, name: str, customer: int, **others: Any) -> None:
    """Lets upstream tell that something happened to a customer."""
    body = flat(name, naming(customer), id=f"{name}-{customer}", **others)
    answer = await gateway.http.post("/events/capillary", json=body, headers={"x-webhook-key": SECRET})
    assert answer.status_code == 200


def broken(gateway: GatewayUnderTest, **fault: Any) -> None:
    """Every call fails from now on."""
    faults = gateway.sandbox.faults
    faults.v1_get, faults.v2_lookup, faults.v2_by_id = (EndpointFault(**fault) for _ in range(3))

"""The knobs that hit some requests, or break an answer off."""

from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.sandbox import EndpointFault, Sandbox, create_sandbox

V1 = "/v1.1/customer/get?mobile=919800000001&format=json&user_id=true"
V2 = "/v2/customers/lookup/customerDetails?source=INSTORE&identifierName=mobile&identifierValue=919800000001"


@pytest.fixture
def sandbox() -> Sandbox:
    return create_sandbox()


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://sandbox") as client:
        yield client


async def statuses(http: httpx.AsyncClient, *urls: str) -> list[int]:
    return [(await http.get(url)).status_code for url in urls]


async def test_a_part_that_fails_hits_only_requests_that_carry_it(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.faults.v1_get = EndpointFault(fails_with=frozenset({"slab_history", "segments"}))
    sandbox.faults.v2_lookup = EndpointFault(fails_with=frozenset({"mlp"}), status=503)
    urls = [V1, f"{V1}&slab_history=true", f"{V1}&slab_history=false", f"{V1}&segments=true"]
    assert [status == 500 for status in await statuses(http, *urls)] == [False, True, False, True]
    found = await statuses(http, V2, f"{V2}&embed=points", f"{V2}&embed=points,mlp")
    assert [status == 503 for status in found] == [False, False, True]


async def test_a_part_counts_only_the_requests_that_it_hits(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.faults.v1_get = EndpointFault(fails_with=frozenset({"segments"}), times=1)
    urls = [V1, f"{V1}&segments=true", f"{V1}&segments=true"]
    assert [status == 500 for status in await statuses(http, *urls)] == [False, True, False]


async def test_a_chance_hits_about_so_many_and_the_same_in_every_run(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.faults.v1_get = EndpointFault(status=503, chance=0.5)
    hit = [status == 503 for status in await statuses(http, *[V1] * 200)]
    assert 80 < hit.count(True) < 120
    again = create_sandbox()
    again.faults.v1_get = EndpointFault(status=503, chance=0.5)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(again), base_url="http://sandbox") as other:
        assert hit == [status == 503 for status in await statuses(other, *[V1] * 200)]


async def test_a_body_can_be_shorter_than_it_says(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.faults.v1_get = EndpointFault(body="short")
    answer = await http.get(V1)
    assert int(answer.headers["content-length"]) > len(answer.content) > 0


async def test_a_connection_can_be_cut(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.faults.v1_get = EndpointFault(reset=True)
    with pytest.raises(ConnectionResetError):
        await http.get(V1)


async def test_an_answer_that_stalls_comes_whole_in_the_end(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    whole = (await http.get(V1)).content
    sandbox.faults.v1_get = EndpointFault(stall_s=0.001)
    assert (await http.get(V1)).content == whole

"""Several organisations behind one gateway: each request reaches one of them, and nothing crosses."""

import asyncio
from typing import Any

import pytest

from gateway.facets.catalog import PERSON
from gateway.sandbox import EndpointFault
from tests.auth.support import JWT, bearer, claims, key_set, signed
from tests.support.clock import Clock
from tests.support.upstream import idle
from tests.tenants.support import ASHA, SECRET, two
from tests.webhooks.payloads import flat
from tests.webhooks.payloads import named as naming

BY_ID = '{ customer(by: {id: "100000001"}) { id firstName } }'
BATCH = (
    '{ customers(by: [{id: "100000001"}, {id: "100000041"}, {id: "100000042"}])'
    " { firstName slabHistory { to } ndncStatus } }"
)


# --- which one ---


async def test_a_request_reaches_the_tenant_of_its_host() -> None:
    async with two() as gateway:
        assert await gateway.name("acme") == "Acme"
        assert gateway.calls() == {"acme": 1, "globe": 0}
        assert await gateway.name("globe") == "Globe"
        assert gateway.calls() == {"acme": 1, "globe": 1}


@pytest.mark.parametrize("host", ["ACME.example.com", "acme.example.com:8443"])
async def test_a_host_is_known_in_any_case_and_with_any_port(host: str) -> None:
    async with two() as gateway:
        assert await gateway.name("acme", host=host) == "Acme"


@pytest.mark.parametrize("host", ["other.example.com", "", "acme.example.com.evil.example", "globe"])
async def test_an_unknown_host_is_nobody_s(host: str) -> None:
    async with two() as gateway:
        answer = await gateway.post("acme", ASHA, host=host)
        assert (answer.status_code, answer.json()["errors"][0]["message"]) == (
            421,
            "Host: no tenant is known by this name.",
        )
        assert gateway.calls() == {"acme": 0, "globe": 0}


async def test_a_header_may_name_the_tenant() -> None:
    async with two(tenancy={"by": "header", "header": "x-brand"}) as gateway:
        assert await gateway.name("acme", x_brand="globe") == "Globe"
        refused = await gateway.post("acme", ASHA)
        assert (refused.status_code, refused.json()["errors"][0]["message"]) == (400, "x-brand: must name a tenant.")
        assert (await gateway.post("acme", ASHA, x_brand="")).status_code == 400
        assert gateway.calls() == {"acme": 0, "globe": 1}


async def test_who_keeps_answers_is_told_which_header_they_depend_on() -> None:
    """A browser would else give the page of one brand what it has of another."""
    async with two(tenancy={"by": "header", "header": "x-brand"}) as gateway:
        for brand in ("globe", "globe", "globe", "globe", ""):
            answer = await gateway.post("acme", ASHA, x_brand=brand)
            (vary,) = answer.headers.get_list("vary")  # of several lines nginx 1.22 heeds the last
            assert {"x-brand", "authorization", "x-api-key"} <= set(vary.split(", "))
    async with two() as gateway:
        assert "x-brand" not in (await gateway.post("acme", ASHA)).headers["vary"]


def claimed(**claim: str) -> dict[str, str]:
    """The headers of staff whose token has these claims besides."""
    return bearer(signed(claims(Clock().now, scope="staff", **claim)))


AUTH = {"mode": "jwt", "jwt": {**JWT, "jwks": key_set(), "staff": "scope=staff", "tenant_claim": "brand"}}


async def test_a_claim_of_the_caller_s_token_may_name_the_tenant() -> None:
    async with two(tenancy={"by": "claim"}, auth=AUTH) as gateway:
        assert await gateway.name("acme", **claimed(brand="globe")) == "Globe"
        for wrong in (claimed(brand="other"), claimed()):
            answer = await gateway.post("acme", ASHA, **wrong)
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
        assert gateway.calls() == {"acme": 0, "globe": 1}


async def test_a_token_of_one_tenant_does_not_open_the_host_of_another() -> None:
    async with two(auth=AUTH) as gateway:
        assert await gateway.name("globe", **claimed(brand="globe")) == "Globe"
        answer = await gateway.post("acme", ASHA, **claimed(brand="globe"))
        assert (answer.status_code, answer.json()["errors"][0]["message"]) == (403, "Your token is of another tenant.")
        assert gateway.calls() == {"acme": 0, "globe": 1}


# --- nothing crosses ---


async def test_nothing_kept_of_one_is_served_to_the_other() -> None:
    """Hits, identities and batches: what one knows costs the other every call that it would cost without."""
    async with two() as gateway:
        for query in (ASHA, BY_ID, BATCH):
            await gateway.post("acme", query)
        alone = gateway.calls()["acme"]
        for query in (ASHA, BY_ID, BATCH):
            assert "Acme" not in (await gateway.post("globe", query)).text
        assert gateway.calls() == {"acme": alone, "globe": alone}


async def test_what_is_stale_in_one_is_fetched_anew_there_alone() -> None:
    clock = Clock()
    async with two(clock=clock) as gateway:
        await gateway.name("acme")
        await gateway.name("globe")
        clock.step(PERSON.lifetime.fresh_for + 1)
        gateway.forget()
        assert await gateway.name("acme") == "Acme"
        await idle()
        assert gateway.calls() == {"acme": 1, "globe": 0}


async def test_requests_at_the_same_time_do_not_share_a_call_or_a_batch() -> None:
    async with two(cache={"union_window_ms": 5}) as gateway:
        tenants = ["acme", "globe"] * 20
        names = await asyncio.gather(*(gateway.name(tenant) for tenant in tenants))
        assert names == [tenant.title() for tenant in tenants]
        assert gateway.calls() == {"acme": 1, "globe": 1}


async def test_that_one_knows_nobody_says_nothing_of_the_other() -> None:
    async with two() as gateway:
        gateway.sandboxes["acme"].faults.v2_lookup = EndpointFault(status=503)
        nobody = '{ customer(by: {mobile: "919999999999"}) { id firstName } }'
        assert await gateway.name("globe", nobody) is None
        answer = (await gateway.post("acme", nobody)).json()
        assert answer["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"


async def test_when_one_is_down_the_other_is_served() -> None:
    async with two() as gateway:
        faults = gateway.sandboxes["acme"].faults
        faults.v1_get, faults.v2_lookup, faults.v2_by_id = (EndpointFault(status=503) for _ in range(3))
        for _ in range(30):
            assert (await gateway.post("acme", BY_ID)).json()["errors"]
        assert await gateway.name("globe") == "Globe"


async def test_an_event_reaches_the_tenant_of_its_organisation() -> None:
    clock = Clock()
    async with two(clock=clock) as gateway:
        await gateway.name("acme", BY_ID)
        await gateway.name("globe", BY_ID)
        gateway.forget()
        clock.step(1)
        body = {**flat("customerUpdated", naming(100000001), id="one"), "orgId": 100}
        told = await gateway.http.post("/events/capillary", json=body, headers={"x-webhook-key": SECRET})
        assert told.status_code == 200
        clock.step(1)
        await gateway.name("acme", BY_ID)
        await gateway.name("globe", BY_ID)
        assert gateway.calls() == {"acme": 1, "globe": 0}


async def test_a_purge_is_of_one_tenant() -> None:
    clock = Clock()
    async with two(clock=clock, admin={"secret": "operators"}) as gateway:
        await gateway.name("acme", BY_ID)
        await gateway.name("globe", BY_ID)
        gateway.forget()
        clock.step(1)
        proof = {"authorization": "Bearer operators"}
        by: dict[str, Any] = {"by": {"id": "100000001"}}
        refused = await gateway.http.post("/admin/cache/purge", json=by, headers=proof)
        assert (refused.status_code, refused.json()) == (
            400,
            {"error": "tenant: must name one of the gateway's tenants."},
        )
        done = await gateway.http.post("/admin/cache/purge", json={**by, "tenant": "globe"}, headers=proof)
        assert done.json() == {"customers": 1}
        clock.step(1)
        await gateway.name("acme", BY_ID)
        await gateway.name("globe", BY_ID)
        assert gateway.calls() == {"acme": 0, "globe": 1}

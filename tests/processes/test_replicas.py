"""Replicas that share a Valkey, as processes of their own: one call for all of them, and no change unheard."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.processes.support import Cluster, at_once, cluster, eventually

HOT = '{ customer(by: {mobile: "919800000001"}) { firstName cards { cardNumber } slabHistory { to } } }'
BY_MOBILE = '{ customer(by: {mobile: "919800000002"}) { firstName points { loyaltyPoints } } }'
BY_ID = '{ customer(by: {id: "100000003"}) { firstName points { loyaltyPoints } } }'
LEASE_S = 4
WINDOW_S = 0.5
V1, V2 = "/v1.1/customer/get", "/v2/customers/lookup/customerDetails"


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    # The clocks of one machine do not differ. What one replica is told the others see at once only if they always ask.
    settings = {
        "GATEWAY_CACHE__CLOCK_SKEW_S": "0",
        "GATEWAY_CACHE__LEASE_S": str(LEASE_S),
        "GATEWAY_CACHE__LOCAL_FOR_S": "0",
    }
    with cluster(3, tmp_path_factory.mktemp("valkey"), **settings) as replicas:
        yield replicas


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    settings = {"GATEWAY_CACHE__CLOCK_SKEW_S": "0", "GATEWAY_CACHE__LOCAL_FOR_S": str(WINDOW_S)}
    with cluster(2, tmp_path_factory.mktemp("trusting"), **settings) as replicas:
        yield replicas


@pytest.fixture(autouse=True)
def behaving(three: Cluster) -> None:
    three.faults()
    three.forget_requests()


async def test_three_replicas_asked_300_times_at_once_make_one_call_per_endpoint(three: Cluster) -> None:
    three.faults(v1_get={"delay_s": 1.5}, v2_lookup={"delay_s": 1.5})
    load = await at_once([replica.address for replica in three.replicas], HOT, 300)
    assert (len(load.seconds), load.failures) == (300, [])
    assert three.calls() == [V1, V2]


def test_what_one_replica_fetched_the_others_serve(three: Cluster) -> None:
    query = '{ customer(by: {mobile: "919800000041"}) { firstName cards { type } } }'
    answers = [three.ask(replica, query) for replica in range(3)]
    assert (answers[1], answers[2]) == (answers[0], answers[0])
    assert three.calls() == [V2]


def test_a_purge_through_one_replica_reaches_all(three: Cluster) -> None:
    for replica in range(3):
        three.ask(replica, BY_MOBILE)
    assert three.purge(0, mobile="919800000002") == 200
    three.forget_requests()
    for replica in (1, 0, 2):
        three.ask(replica, BY_MOBILE)
    assert three.calls() == ["/v2/customers/lookup/customerDetails"]  # whom the number names is proven anew


@pytest.mark.parametrize("teller", [0, 1, 2])
def test_an_event_through_one_replica_reaches_all(three: Cluster, teller: int) -> None:
    for replica in range(3):
        three.ask(replica, BY_ID)
    three.forget_requests()
    changed = {"customerIdentifiers": {"customerId": 100000003.0}}
    event = {"eventName": "pointsIssued", "eventId": f"event {teller}", "orgId": 4711, "data": changed}
    assert three.event(teller, event) == 200
    for replica in range(3):
        three.ask(replica, BY_ID)
    assert three.calls() == ["/v2/customers/100000003"]


def test_an_event_that_comes_again_to_another_replica_changes_nothing(three: Cluster) -> None:
    changed = {"customerIdentifiers": {"customerId": 100000003}}
    event = {"eventName": "pointsIssued", "eventId": "twice", "orgId": 4711, "data": changed}
    assert three.event(0, event) == 200
    three.ask(0, BY_ID)
    three.forget_requests()
    assert three.event(1, event) == 200
    three.ask(2, BY_ID)
    assert three.calls() == []


def test_a_purge_holds_at_once_where_it_was_told_and_elsewhere_after_the_window(trusting: Cluster) -> None:
    for _ in range(3):
        for replica in range(2):
            trusting.ask(replica, BY_ID)
    trusting.forget_requests()
    assert trusting.purge(0, id="100000003") == 200
    told = time.monotonic()
    trusting.ask(0, BY_ID)
    assert trusting.calls() == ["/v2/customers/100000003"]
    trusting.forget_requests()
    assert trusting.purge(1, id="100000003") == 200
    trusting.ask(1, BY_ID)
    assert trusting.calls() == ["/v2/customers/100000003"]
    time.sleep(max(0.0, told + WINDOW_S + 0.05 - time.monotonic()))
    trusting.forget_requests()
    trusting.ask(0, BY_ID)
    trusting.ask(1, BY_ID)
    assert trusting.calls() == []  # the one takes what the other fetched


async def test_when_the_replica_that_fetches_dies_the_others_fetch_for_themselves(three: Cluster) -> None:
    query = '{ customer(by: {mobile: "919800000043"}) { firstName cards { type } } }'
    with three.another() as dying:
        three.faults(v2_lookup={"delay_s": 20, "times": 1})
        lost = asyncio.create_task(at_once([dying.address], query, 1))
        await asyncio.to_thread(eventually, lambda: three.calls() == [V2])
        dying.kill()
        assert len((await lost).failures) == 1
    load = await at_once([replica.address for replica in three.replicas], query, 30)
    assert (len(load.seconds), load.failures) == (30, [])
    assert max(load.seconds) < LEASE_S + 5
    assert three.calls() == [V2, V2]

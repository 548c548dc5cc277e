"""The driver's rounds: what a batch leaves open, what nobody foresaw, crashes, crowds, and vanished clients."""

import asyncio
import gc
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.cache.facet_cache import FacetCache
from gateway.facets import needs
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import EXISTENCE
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.needs import Wanted
from gateway.facets.parameters import ways as catalog_ways
from gateway.model.excerpts import BlockReader
from gateway.sandbox import EndpointFault, create_sandbox
from gateway.session import RequestSession
from gateway.telemetry.events import FaultMet
from tests.driver.support import before, errors, item, rewriting
from tests.support.gateway import ASKED_ONCE, GatewayUnderTest, running

ASHA = 'customer(by: {mobile: "919800000001"})'
DEADLINE_S = 10
V1 = "/v1.1/customer/get"


def mobiles(*numbers: int) -> list[dict[str, str]]:
    return [{"mobile": f"9198000000{number:02d}"} for number in numbers]


def asked_together(gateway: GatewayUnderTest) -> list[int]:
    """How many customers each V1.1 call named, in the order of the calls."""
    return [
        len((request.params.get("mobile") or request.params["id"]).split(","))
        for request in gateway.sandbox.requests
        if request.path == V1
    ]


LIST = "query($by: [CustomerBy!]!) { customers(by: $by) { firstName slabHistory { to } } }"


# --- batches ---


async def test_a_batch_that_is_refused_as_too_large_is_asked_one_by_one() -> None:
    sandbox = create_sandbox(batch_limit=2)
    async with before(sandbox, sandbox) as gateway:
        answer = await gateway.ask(LIST, {"by": mobiles(41, 42, 43)})
        assert [one["firstName"] for one in answer["data"]["customers"]] == ["Ishan", "Meera", "Kabir"]
        assert "errors" not in answer
        assert asked_together(gateway) == [3, 1, 1, 1]


async def test_a_batch_of_the_size_that_upstream_takes_is_not_asked_again() -> None:
    sandbox = create_sandbox(batch_limit=2)
    async with before(sandbox, sandbox, batch_size=2) as gateway:
        assert "errors" not in await gateway.ask(LIST, {"by": mobiles(41, 42, 43)})
        assert sorted(asked_together(gateway)) == [1, 2]


async def test_an_answer_in_any_order_reaches_those_it_is_about(gateway: GatewayUnderTest) -> None:
    gateway.sandbox.faults.shuffle = True
    answer = await gateway.ask(LIST, {"by": mobiles(43, 41, 45, 42)})
    assert [one["firstName"] for one in answer["data"]["customers"]] == ["Kabir", "Ishan", "Rohan", "Meera"]
    assert asked_together(gateway) == [4]


async def test_only_the_item_that_names_nobody_is_asked_for_alone() -> None:
    def nameless(path: str, params: dict[str, str], body: Any) -> Any:
        if path == V1 and "," in params["mobile"]:
            item(body).update(mobile="", user_id="", external_id="", email="")
        return body

    async with rewriting(nameless) as (gateway, _):
        answer = await gateway.ask(LIST, {"by": mobiles(41, 42, 43)})
        assert sorted(one["firstName"] for one in answer["data"]["customers"]) == ["Ishan", "Kabir", "Meera"]
        assert asked_together(gateway) == [3, 1]


async def test_one_failing_batch_leaves_the_other_standing() -> None:
    async with running(upstream=ASKED_ONCE) as gateway:
        gateway.sandbox.faults.v1_get = EndpointFault(status=503, times=1)
        answer = await gateway.ask(LIST, {"by": mobiles(*range(41, 56))})
    found = [one is not None for one in answer["data"]["customers"]]
    assert sorted((found.count(True), found.count(False))) == [5, 10]
    assert set(errors(answer).values()) == {"UPSTREAM_UNAVAILABLE"}
    assert len(errors(answer)) == found.count(False)


async def test_an_impossible_customer_of_a_list_costs_the_others_nothing(gateway: GatewayUnderTest) -> None:
    answer = await gateway.ask(LIST, {"by": [*mobiles(41), {"mobile": "x"}, *mobiles(42)]})
    assert [one and one["firstName"] for one in answer["data"]["customers"]] == ["Ishan", None, "Meera"]
    assert errors(answer) == {"customers.1": "BAD_USER_INPUT"}
    assert asked_together(gateway) == [2]


# --- what the needs did not foresee ---


@pytest.fixture
def shortsighted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Needs that foresee of every customer that they exist, and nothing else."""
    read = needs.read

    def nothing(*args: Any) -> Any:
        return {
            key: [replace(entry, causes={EXISTENCE(): ()}) if isinstance(entry, Wanted) else entry for entry in entries]
            for key, entries in read(*args).items()
        }

    monkeypatch.setattr("gateway.graphql.execution.needs.read", nothing)


SEVERAL = (
    f"{{ {ASHA} {{ firstName slabHistory {{ to }} gapToRenew {{ programId }} registeredBy cards {{ cardId }} }} }}"
)


@pytest.mark.usefixtures("shortsighted")
async def test_unforeseen_facets_are_fetched_late_and_together(gateway: GatewayUnderTest) -> None:
    answer = await gateway.ask(SEVERAL)
    late = [(request.path, request.params) for request in gateway.sandbox.requests[1:]]
    assert "errors" not in answer
    assert all(value for value in answer["data"]["customer"].values())
    assert sorted(path for path, _ in late) == [V1, "/v2/customers/100000001"]
    (v1,) = (params for path, params in late if path == V1)
    assert (v1["slab_history"], v1["gap_to_renew_for"], v1["id"]) == ("true", "0", "100000001")


@pytest.mark.usefixtures("shortsighted")
async def test_a_late_answer_is_the_answer(gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    late = await gateway.ask(SEVERAL)
    monkeypatch.undo()
    async with running() as another:
        assert (await another.ask(SEVERAL))["data"] == late["data"]
    assert "errors" not in late


@pytest.mark.usefixtures("shortsighted")
async def test_unforeseen_facets_of_several_customers_share_a_batch(gateway: GatewayUnderTest) -> None:
    answer = await gateway.ask(LIST.replace("firstName", "registeredBy"), {"by": mobiles(41, 42, 43)})
    assert "errors" not in answer
    assert all(one["registeredBy"] for one in answer["data"]["customers"])
    assert asked_together(gateway) == [3, 3]


@pytest.mark.usefixtures("shortsighted")
async def test_a_late_failure_is_an_error_of_its_field(gateway: GatewayUnderTest) -> None:
    gateway.sandbox.faults.v2_by_id = EndpointFault(status=503)
    answer = await gateway.ask(SEVERAL)
    assert errors(answer) == {"customer.cards": "UPSTREAM_UNAVAILABLE"}
    assert answer["data"]["customer"]["slabHistory"]


@pytest.mark.usefixtures("shortsighted")
async def test_what_lies_below_a_late_facet_is_fetched_later_still(gateway: GatewayUnderTest) -> None:
    answer = await gateway.ask(f"{{ {ASHA} {{ loyaltyPrograms {{ loyaltyId gapToRenew {{ programId }} }} }} }}")
    assert "errors" not in answer
    assert answer["data"]["customer"]["loyaltyPrograms"][0]["gapToRenew"] == {"programId": "1001"}


# --- crashes ---


def crash(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Makes the catalog's reader of a facet raise what no reader should."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("919800000001")

    def ways(endpoint: Endpoint, facets: frozenset[Facet], capabilities: Capabilities) -> Any:
        found = catalog_ways(endpoint, facets, capabilities)
        broke = BlockReader(broken)
        return {facet: replace(way, read=broke) if facet.name == name else way for facet, way in found.items()}

    monkeypatch.setattr("gateway.performer.ways", ways)


async def test_a_crash_while_reading_is_an_internal_error_of_its_field(
    gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(monkeypatch, "CARDS")
    async with asyncio.timeout(DEADLINE_S):
        answer = await gateway.ask(f"{{ {ASHA} {{ id cards {{ cardId }} }} }}")
    assert errors(answer) == {"customer.cards": "INTERNAL"}
    assert answer["data"] == {"customer": {"id": "100000001", "cards": None}}
    assert "9198" not in str(answer)
    assert [event for event in gateway.events if isinstance(event, FaultMet)] == [
        FaultMet("ZeroDivisionError", "CARDS")
    ]


async def test_a_crash_of_one_reader_leaves_the_other_call_standing(
    gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(monkeypatch, "CARDS")
    async with asyncio.timeout(DEADLINE_S):
        answer = await gateway.ask(f"{{ {ASHA} {{ cards {{ cardId }} slabHistory {{ to }} }} }}")
    assert errors(answer) == {"customer.cards": "INTERNAL"}
    assert answer["data"]["customer"]["slabHistory"]


async def test_a_crash_before_anything_is_known_is_an_internal_error_of_the_customer(
    gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(FacetCache, "knows_nothing", broken)
    async with asyncio.timeout(DEADLINE_S):
        answer = await gateway.ask(f"{{ {ASHA} {{ cards {{ cardId }} }} }}")
    assert (answer["data"], errors(answer)) == ({"customer": None}, {"customer": "INTERNAL"})
    assert FaultMet("ZeroDivisionError", "driver") in gateway.events


async def test_the_request_after_a_crash_is_answered(
    gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        crash(patched, "CARDS")
        await gateway.ask(f"{{ {ASHA} {{ cards {{ cardId }} }} }}")
    assert (await gateway.ask(f"{{ {ASHA} {{ cards {{ cardId }} }} }}"))["data"]["customer"]["cards"]


# --- crowds ---


async def test_fifty_requests_at_once_each_get_their_own_answer(gateway: GatewayUnderTest) -> None:
    query = "query($m: String!) { customer(by: {mobile: $m}) { mobile cards { cardId } slabHistory { to } } }"
    wanted = [f"9198000000{41 + number % 25}" for number in range(50)]
    async with asyncio.timeout(DEADLINE_S):
        answers = await asyncio.gather(*(gateway.ask(query, {"m": mobile}) for mobile in wanted))
    assert [answer["data"]["customer"]["mobile"] for answer in answers] == wanted
    assert [answer for answer in answers if "errors" in answer] == []


async def test_one_failing_request_among_many_is_alone() -> None:
    query = "query($m: String!) { customer(by: {mobile: $m}) { cards { cardId } } }"
    async with running(upstream=ASKED_ONCE) as gateway:
        gateway.sandbox.faults.v2_lookup = EndpointFault(status=503, times=1)
        answers = await asyncio.gather(*(gateway.ask(query, {"m": f"9198000000{number}"}) for number in range(41, 61)))
    assert [bool(errors(answer)) for answer in answers].count(True) == 1


# --- clients that vanish ---


async def upstream_is_asked(gateway: GatewayUnderTest) -> None:
    """Waits until the first call has gone out."""
    async with asyncio.timeout(DEADLINE_S):
        while not gateway.sandbox.requests:  # noqa: ASYNC110 - the sandbox tells nobody
            await asyncio.sleep(0)


async def settled(before_it: set[asyncio.Task[Any]]) -> None:
    """Waits until no task is left but those there were before."""
    async with asyncio.timeout(DEADLINE_S):
        while rest := asyncio.all_tasks() - before_it - {asyncio.current_task()}:
            await asyncio.wait(rest)
    gc.collect()
    await asyncio.sleep(0)


@pytest.mark.parametrize("fault", [EndpointFault(delay_s=0.05), EndpointFault(delay_s=0.05, status=503)], ids=str)
async def test_a_client_that_vanishes_leaves_nothing_behind(gateway: GatewayUnderTest, fault: EndpointFault) -> None:
    complaints: list[Mapping[str, Any]] = []  # of tasks destroyed while pending, and exceptions that nobody looked at
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    tasks = asyncio.all_tasks()
    gateway.sandbox.faults.v1_get = gateway.sandbox.faults.v2_lookup = fault
    asking = asyncio.create_task(gateway.ask(f"{{ {ASHA} {{ firstName cards {{ cardId }} slabHistory {{ to }} }} }}"))
    await upstream_is_asked(gateway)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await settled(tasks)
    assert complaints == []
    assert [event for event in gateway.events if isinstance(event, FaultMet)] == []


async def test_what_a_vanished_client_asked_for_is_there_for_the_next(gateway: GatewayUnderTest) -> None:
    tasks = asyncio.all_tasks()
    gateway.sandbox.faults.v2_lookup = EndpointFault(delay_s=0.05)
    query = f"{{ {ASHA} {{ cards {{ cardId }} }} }}"
    asking = asyncio.create_task(gateway.ask(query))
    await upstream_is_asked(gateway)
    asking.cancel()
    await asyncio.wait([asking])
    await settled(tasks)
    gateway.sandbox.clear()
    assert (await gateway.ask(query))["data"]["customer"]["cards"]
    assert gateway.sandbox.requests == []


async def test_a_request_ends_with_no_task_of_its_own_left(gateway: GatewayUnderTest) -> None:
    tasks = asyncio.all_tasks()
    await gateway.ask(f"{{ {ASHA} {{ cards {{ cardId }} slabHistory {{ to }} }} }}")
    assert asyncio.all_tasks() == tasks


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[RequestSession]:
    """Every session that has answered, in order; it may be asked again when all it knew of is done."""
    found: list[RequestSession] = []
    finish = RequestSession.finish

    async def noting(session: RequestSession) -> None:
        found.append(session)
        await finish(session)

    monkeypatch.setattr(RequestSession, "finish", noting)
    return found


async def test_a_late_field_after_a_finished_fetch_starts_another(
    gateway: GatewayUnderTest, sessions: list[RequestSession]
) -> None:
    await gateway.ask(f"{{ {ASHA} {{ firstName }} }}")
    gateway.sandbox.clear()
    async with asyncio.timeout(DEADLINE_S):
        cards = await sessions[0].customer("customer").value(Facet("CARDS"))
        again = await sessions[0].customer("customer").value(Facet("CARDS"))
    assert [card.card_number for card in cards] == ["CAPD0000000101", "CAPD0000000102"]
    assert again is cards
    assert len(gateway.sandbox.requests) == 1


async def test_late_fields_of_one_tick_are_fetched_together(
    gateway: GatewayUnderTest, sessions: list[RequestSession]
) -> None:
    await gateway.ask("query($by: [CustomerBy!]!) { customers(by: $by) { id } }", {"by": mobiles(41, 42, 43)})
    gateway.sandbox.clear()
    facets = (Facet("SLAB_HISTORY"), Facet("GAP_TO_RENEW", (("days", 5),)))
    wanted = [sessions[0].customer("customers", index).value(facet) for index in range(3) for facet in facets]
    async with asyncio.timeout(DEADLINE_S):
        await asyncio.gather(*wanted)
    assert asked_together(gateway) == [3]

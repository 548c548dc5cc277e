"""One call for all who want what it will bring: who joins whom, who must not, and that nobody hangs or is let down."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from gateway.sandbox import EndpointFault
from gateway.upstream.client import UpstreamClient
from tests.driver.support import NOT_FOUND_V2, before, errors, item, not_found_v1
from tests.support.clock import Clock
from tests.support.gateway import GatewayUnderTest
from tests.support.upstream import DEADLINE_S, V1, Upstream, idle, quiet, together
from tests.webhooks.payloads import flat
from tests.webhooks.payloads import named as naming

ID, MOBILE = '{id: "100000001"}', '{mobile: "919800000001"}'
SECRET = "the secret of upstream's events"
WHOLE = "firstName registeredBy slabHistory { to } cards { cardId }"
"""What needs both calls."""


def asha(fields: str, by: str = ID) -> str:
    return f"{{ customer(by: {by}) {{ {fields} }} }}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
async def gateway(upstream: Upstream, clock: Clock) -> AsyncIterator[GatewayUnderTest]:
    async with before(upstream, upstream.sandbox, clock=clock, webhooks={"secret": SECRET}) as gateway:
        yield gateway


def begin(asking: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    return asyncio.create_task(asking)


async def ended(*asking: asyncio.Task[Any]) -> list[Any]:
    """What they got, as soon as all have it."""
    async with asyncio.timeout(DEADLINE_S):
        return await asyncio.gather(*asking)


def explained(gateway: GatewayUnderTest, query: str, **headers: str) -> asyncio.Task[Any]:
    """Begins to ask; the answer will say what came from where."""
    return begin(gateway.ask(query, x_gateway_explain="analyze", **headers))


def told(answer: dict[str, Any]) -> tuple[list[str], int]:
    """What was joined, and how many calls were made for the request itself."""
    explain = answer["extensions"]["explain"]
    return explain["cache"]["joined"], len(explain["calls"])


async def event(gateway: GatewayUnderTest, name: str, customer: int = 100000001) -> None:
    """Lets upstream tell that something happened to a customer."""
    body = flat(name, naming(customer), id=f"{name}-{customer}")
    answer = await gateway.http.post("/events/capillary", json=body, headers={"x-webhook-key": SECRET})
    assert answer.status_code == 200


# --- crowds ---


async def test_a_thousand_who_ask_at_once_are_one_call_of_each_endpoint(
    gateway: GatewayUnderTest, upstream: Upstream
) -> None:
    answers = await together(1000, lambda: gateway.ask(asha(WHOLE, MOBILE)))
    assert upstream.paths() == ["V1.1", "V2"]
    assert "errors" not in answers[0]
    assert answers[0]["data"]["customer"]["cards"]
    assert [answer for answer in answers if answer != answers[0]] == []


async def test_a_crowd_that_asks_by_different_identifiers_shares_what_is_known_to_be_one_customer(
    gateway: GatewayUnderTest, upstream: Upstream
) -> None:
    await gateway.ask(asha("status { statusLabel }", MOBILE))
    asked = [gateway.ask(asha("slabHistory { to }", by)) for by in (ID, MOBILE) * 20]
    answers = await asyncio.gather(*asked)
    assert upstream.paths() == ["V1.1", "V2"]
    assert [answer for answer in answers if answer != answers[0]] == []


# --- who joins ---


async def test_who_wants_less_joins_who_wants_more(gateway: GatewayUnderTest, upstream: Upstream) -> None:
    upstream.hold()
    rich = explained(gateway, asha("registeredBy slabHistory { to }"))
    await upstream.asked()
    poor = explained(gateway, asha("slabHistory { from }"))
    unasked = explained(gateway, asha("loyaltyPrograms { pointsToCurrencyRatio } promoter { isPromoter }"))
    await quiet()
    assert not poor.done()
    upstream.release()
    rich_answer, poor_answer, _ = await ended(rich, poor, unasked)
    assert told(rich_answer) == ([], 1)
    assert told(poor_answer) == (["EXISTENCE", "SLAB_HISTORY"], 0)
    assert len(poor_answer["data"]["customer"]["slabHistory"]) == 4


async def test_who_wants_what_comes_unasked_joins_too(gateway: GatewayUnderTest, upstream: Upstream) -> None:
    upstream.hold()
    leading = explained(gateway, asha("slabHistory { to }"))
    await upstream.asked()
    joining = explained(gateway, asha("registeredBy firstName"))
    await quiet()
    upstream.release()
    _, answer = await ended(leading, joining)
    assert upstream.paths() == ["V1.1"]
    assert answer["data"]["customer"] == {"registeredBy": "Harbour Square", "firstName": "Asha"}
    assert told(answer) == (["EXISTENCE", "PERSON", "REGISTRATION"], 0)


async def test_who_wants_more_joins_for_what_is_promised_and_fetches_the_rest(
    gateway: GatewayUnderTest, upstream: Upstream
) -> None:
    upstream.hold()
    poor = explained(gateway, asha("slabHistory { to }"))
    await upstream.asked()
    rich = explained(gateway, asha("slabHistory { to } status { statusLabel }"))
    await upstream.asked(2)
    assert upstream.paths() == ["V1.1", "V2"]
    upstream.release()
    _, answer = await ended(poor, rich)
    assert told(answer) == (["EXISTENCE", "SLAB_HISTORY"], 1)
    assert all(answer["data"]["customer"].values())
    assert upstream.paths() == ["V1.1", "V2"]


async def test_one_request_may_join_several(gateway: GatewayUnderTest, upstream: Upstream) -> None:
    upstream.hold()
    asked = [explained(gateway, asha("slabHistory { to }")), explained(gateway, asha("status { statusLabel }"))]
    await upstream.asked(2)
    asked.append(explained(gateway, asha("status { statusLabel } slabHistory { to }")))
    await quiet()
    upstream.release()
    answer = (await ended(*asked))[-1]
    assert told(answer) == (["EXISTENCE", "SLAB_HISTORY", "STATUS"], 0)
    assert all(answer["data"]["customer"].values())
    assert upstream.paths() == ["V1.1", "V2"]


async def test_a_flight_is_of_one_language(gateway: GatewayUnderTest, upstream: Upstream) -> None:
    upstream.hold()
    asked = [begin(gateway.ask(asha("firstName"), accept_language=name)) for name in ("en", "zh", "id", "zh")]
    await upstream.asked(3)
    await quiet()
    upstream.release()
    await ended(*asked)
    assert upstream.paths() == ["V2"] * 3


async def test_nobody_joins_a_flight_that_is_older_than_what_they_accept(
    gateway: GatewayUnderTest, upstream: Upstream, clock: Clock
) -> None:
    upstream.hold()
    leading = begin(gateway.ask(asha("firstName")))
    await upstream.asked()
    clock.step(10)
    patient = explained(gateway, asha("firstName"), cache_control="max-age=10")
    await quiet()
    assert upstream.arrived == 1
    impatient = explained(gateway, asha("firstName"), cache_control="max-age=9")
    await upstream.asked(2)
    upstream.release()
    _, joined, own = await ended(leading, patient, impatient)
    assert (told(joined)[1], told(own)) == (0, ([], 1))


async def test_who_joins_a_flight_does_not_get_what_its_leader_had_from_the_cache(
    gateway: GatewayUnderTest, upstream: Upstream, clock: Clock
) -> None:
    """The leader may take what is older than the one who joins accepts."""
    upstream.rewrite = versions = Versions()
    await gateway.ask(asha("firstName"))
    clock.step(200)
    versions.now += 1
    upstream.hold()
    leading = begin(gateway.ask(asha("firstName slabHistory { to }")))
    await upstream.asked(2)
    joining = begin(gateway.ask(asha("firstName slabHistory { to }"), cache_control="max-age=5"))
    await quiet()
    upstream.release()
    old, new = await ended(leading, joining)
    assert (old["data"]["customer"]["firstName"], new["data"]["customer"]["firstName"]) == ("1", "2")


async def test_a_response_of_who_joined_may_be_kept_as_long_as_the_leaders(upstream: Upstream, clock: Clock) -> None:
    async with before(upstream, upstream.sandbox, clock=clock, cache={"fresh_for": "PERSON=30"}) as gateway:
        upstream.hold()
        asked = [begin(gateway.post(asha("firstName"))) for _ in range(2)]
        await upstream.asked()
        await quiet()
        clock.step(2)
        upstream.release()
        kept = [answer.headers["cache-control"] for answer in await ended(*asked)]
        assert kept == ["private, max-age=30", "private, max-age=28"]
        assert upstream.paths() == ["V2"]


# --- leaders that fail ---


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 503}, "UPSTREAM_UNAVAILABLE"),
        ({"status": 429}, "UPSTREAM_RATE_LIMITED"),
        ({"status": 401}, "UPSTREAM_UNAUTHORIZED"),
        ({"body": "html"}, "UPSTREAM_UNAVAILABLE"),
    ],
    ids=str,
)
async def test_who_joined_a_flight_that_fails_gets_its_error(
    gateway: GatewayUnderTest, upstream: Upstream, fault: dict[str, Any], code: str
) -> None:
    upstream.hold()
    upstream.sandbox.faults.v2_by_id = EndpointFault(**fault, times=1)
    asked = [begin(gateway.ask(asha("status { statusLabel }"))) for _ in range(20)]
    await upstream.asked()
    await quiet()
    upstream.release()
    assert [errors(answer) for answer in await ended(*asked)] == [{"customer": code}] * 20
    assert upstream.paths() == ["V2"]
    assert (await gateway.ask(asha("status { statusLabel }")))["data"]["customer"]["status"]


async def test_what_stands_in_for_the_leader_stands_in_for_those_who_accept_it_and_say_so(
    gateway: GatewayUnderTest, upstream: Upstream, clock: Clock
) -> None:
    await gateway.ask(asha("firstName"))
    clock.step(1000)
    upstream.sandbox.faults.v2_by_id = EndpointFault(status=503)
    upstream.hold()
    leading = begin(gateway.ask(asha("firstName")))
    await upstream.asked(2)
    joining = begin(gateway.ask(asha("firstName")))
    strict = begin(gateway.ask(asha("firstName"), cache_control="max-age=5"))
    await quiet()
    upstream.release()
    *spared, refused = await ended(leading, joining, strict)
    for answer in spared:
        assert answer["data"]["customer"] == {"firstName": "Asha"}
        assert answer["extensions"]["staleIfError"] == ["EXISTENCE", "PERSON"]
    assert (refused["data"], errors(refused)) == ({"customer": None}, {"customer": "UPSTREAM_UNAVAILABLE"})
    assert upstream.arrived == 2


async def test_who_joined_a_flight_that_never_ends_gets_a_timeout(upstream: Upstream, clock: Clock) -> None:
    async with before(upstream, upstream.sandbox, clock=clock, timeout_s=0.05) as gateway:
        upstream.hold()
        answers = await together(20, lambda: gateway.ask(asha("status { statusLabel }")))
        assert [errors(answer) for answer in answers] == [{"customer": "UPSTREAM_TIMEOUT"}] * 20
        upstream.release()
        assert (await gateway.ask(asha("status { statusLabel }")))["data"]["customer"]["status"]


async def test_who_joined_a_flight_that_crashes_is_told_and_the_next_is_answered(
    gateway: GatewayUnderTest, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    perform, crashes, gate = UpstreamClient.perform, [True], asyncio.Event()

    async def once(*arguments: Any) -> Any:
        if crashes:
            crashes.clear()
            await gate.wait()
            raise ZeroDivisionError
        return await perform(*arguments)

    monkeypatch.setattr(UpstreamClient, "perform", once)
    asked = [begin(gateway.ask(asha("firstName"))) for _ in range(20)]
    await quiet()
    gate.set()
    assert [errors(answer) for answer in await ended(*asked)] == [{"customer": "INTERNAL"}] * 20
    assert (await gateway.ask(asha("firstName")))["data"]["customer"] == {"firstName": "Asha"}
    assert upstream.paths() == ["V2"]


async def test_who_joined_one_of_two_calls_does_not_wait_for_the_other(
    gateway: GatewayUnderTest, upstream: Upstream
) -> None:
    """The other request's own plan has ended; only its answer has not."""
    upstream.hold()
    leading = begin(gateway.ask(asha("slabHistory { to }")))
    await upstream.asked()
    joining = begin(gateway.ask(asha("slabHistory { to } status { statusLabel }")))
    await upstream.asked(2)
    upstream.sandbox.faults.v2_by_id = EndpointFault(status=503)
    upstream.release()
    for answer in await ended(leading, joining):
        assert answer["data"]["customer"]["slabHistory"]


# --- clients that vanish ---


async def test_a_leader_who_vanishes_leaves_the_call_to_those_who_joined(
    gateway: GatewayUnderTest, upstream: Upstream
) -> None:
    upstream.hold()
    leading = begin(gateway.ask(asha(WHOLE)))
    await upstream.asked(2)
    joining = [begin(gateway.ask(asha(WHOLE))) for _ in range(20)]
    await quiet()
    leading.cancel()
    await asyncio.wait([leading])
    upstream.release()
    assert [errors(answer) for answer in await ended(*joining)] == [{}] * 20
    assert upstream.paths() == ["V1.1", "V2"]


async def test_those_who_joined_and_vanish_leave_the_leader_alone(
    gateway: GatewayUnderTest, upstream: Upstream
) -> None:
    upstream.hold()
    leading = begin(gateway.ask(asha(WHOLE)))
    await upstream.asked(2)
    joining = [begin(gateway.ask(asha(WHOLE))) for _ in range(20)]
    await quiet()
    for one in joining:
        one.cancel()
    await asyncio.wait(joining)
    upstream.release()
    (answer,) = await ended(leading)
    assert errors(answer) == {}
    await idle()
    assert upstream.paths() == ["V1.1", "V2"]


# --- what changes while a call is under way ---


class Versions:
    """Upstream's answers with a version for a first name."""

    def __init__(self) -> None:
        self.now = 1

    def __call__(self, path: str, body: Any) -> Any:
        """Puts it in."""
        if path == V1:
            for one in body["response"]["customers"]["customer"]:
                one["firstname"] = str(self.now)
        else:
            for profile in body["profiles"]:
                profile["firstName"] = str(self.now)
        return body


async def test_who_begins_after_a_change_does_not_get_what_began_before(
    gateway: GatewayUnderTest, upstream: Upstream, clock: Clock
) -> None:
    upstream.rewrite = versions = Versions()
    upstream.hold()
    before_it = begin(gateway.ask(asha("firstName")))
    await upstream.asked()
    clock.step(1)
    versions.now += 1
    await event(gateway, "customerUpdated")
    clock.step(1)
    after = [begin(gateway.ask(asha("firstName"))) for _ in range(20)]
    await quiet()
    upstream.release()
    old, *new = [answer["data"]["customer"]["firstName"] for answer in await ended(before_it, *after)]
    assert (old, new) == ("1", ["2"] * 20)
    assert upstream.paths() == ["V2", "V2"]
    assert (await gateway.ask(asha("firstName")))["data"]["customer"]["firstName"] == "2"
    assert upstream.arrived == 2


async def test_a_change_of_another_customer_makes_nobody_ask_again(
    gateway: GatewayUnderTest, upstream: Upstream, clock: Clock
) -> None:
    upstream.hold()
    asked = [begin(gateway.ask(asha("firstName")))]
    await upstream.asked()
    clock.step(1)
    await event(gateway, "customerUpdated", 100000041)
    clock.step(1)
    asked.append(begin(gateway.ask(asha("firstName"))))
    await quiet()
    upstream.release()
    await ended(*asked)
    assert upstream.paths() == ["V2"]


@pytest.mark.parametrize("fields", ["firstName", "slabHistory { to }"])
async def test_who_begins_after_somebody_was_added_does_not_join_who_found_nobody(
    gateway: GatewayUnderTest, upstream: Upstream, clock: Clock, fields: str
) -> None:
    upstream.rewrite = lambda path, _: not_found_v1() if path == V1 else NOT_FOUND_V2
    upstream.hold()
    before_it = begin(gateway.ask(asha(fields, MOBILE)))
    await upstream.asked()
    clock.step(1)
    upstream.rewrite = None
    await event(gateway, "customerAdded")
    clock.step(1)
    after = begin(gateway.ask(asha(fields, MOBILE)))
    await quiet()
    upstream.release()
    old, new = await ended(before_it, after)
    assert old["data"] == {"customer": None}
    assert new["data"]["customer"] is not None


async def test_who_joins_learns_that_the_customer_was_deleted(gateway: GatewayUnderTest, upstream: Upstream) -> None:
    def deleted(path: str, body: Any) -> Any:
        if path == V1:
            item(body)["item_status"] = {"success": "false", "code": "8109", "message": ""}
        return body

    upstream.rewrite = deleted
    upstream.hold()
    asked = [begin(gateway.ask(asha("status { statusLabel } slabHistory { to }")))]
    await upstream.asked(2)
    asked.append(begin(gateway.ask(asha("status { statusLabel }"))))
    await quiet()
    upstream.release()
    for answer in await ended(*asked):
        assert (answer["data"], errors(answer)) == ({"customer": None}, {"customer": "CUSTOMER_DELETED"})


# --- the union window ---

WINDOW = {"union_window_ms": 20}
PARTS = ("registeredBy", "slabHistory { to }", "registeredStore { code }", "gender")


async def test_within_a_window_requests_for_parts_of_a_customer_share_a_call(upstream: Upstream, clock: Clock) -> None:
    async with before(upstream, upstream.sandbox, clock=clock, cache=WINDOW) as gateway:
        answers = await asyncio.gather(*(gateway.ask(asha(part)) for part in PARTS))
        assert [errors(answer) for answer in answers] == [{}] * 4
        assert all(all(answer["data"]["customer"].values()) for answer in answers[:3])
        assert upstream.paths() == ["V1.1"]


async def test_within_a_window_requests_for_different_customers_share_a_batch(upstream: Upstream, clock: Clock) -> None:
    async with before(upstream, upstream.sandbox, clock=clock, cache=WINDOW) as gateway:
        ids = [f"1000000{number}" for number in range(41, 46)]
        asked = (gateway.ask(asha("id slabHistory { to }", f'{{id: "{one}"}}')) for one in ids)
        answers = await asyncio.gather(*asked)
        assert [answer["data"]["customer"]["id"] for answer in answers] == ids
        assert [sorted(call["params"]["id"].split(",")) for call in gateway.calls()] == [ids]


async def test_a_window_is_never_shared_across_scopes(upstream: Upstream, clock: Clock) -> None:
    async with before(upstream, upstream.sandbox, clock=clock, cache=WINDOW) as gateway:
        languages = ("en", "zh", "id") * 5
        answers = await asyncio.gather(
            *(gateway.ask(asha("slabHistory { to }"), accept_language=one) for one in languages)
        )
        assert [errors(answer) for answer in answers] == [{}] * 15
        assert upstream.paths() == ["V1.1"] * 3


async def test_without_a_window_nobody_waits_for_others(gateway: GatewayUnderTest, upstream: Upstream) -> None:
    asked = (gateway.ask(asha("slabHistory { to }", f'{{id: "1000000{number}"}}')) for number in range(41, 46))
    await asyncio.gather(*asked)
    assert upstream.paths() == ["V1.1"] * 5


async def test_a_client_who_vanishes_in_a_window_takes_nobody_along(upstream: Upstream, clock: Clock) -> None:
    async with before(upstream, upstream.sandbox, clock=clock, cache=WINDOW) as gateway:
        vanishing, staying = begin(gateway.ask(asha(PARTS[0]))), begin(gateway.ask(asha(PARTS[1])))
        await quiet()
        vanishing.cancel()
        (answer,) = await ended(staying)
        assert errors(answer) == {}
        await idle()


async def test_one_failing_customer_of_a_window_leaves_the_others_standing(upstream: Upstream, clock: Clock) -> None:
    upstream.sandbox.faults.v2_by_id = EndpointFault(status=503)
    async with before(upstream, upstream.sandbox, clock=clock, cache=WINDOW) as gateway:
        lost, found = await asyncio.gather(
            gateway.ask(asha("status { statusLabel }", '{id: "100000041"}')), gateway.ask(asha(PARTS[1]))
        )
        assert errors(lost) == {"customer": "UPSTREAM_UNAVAILABLE"}
        assert found["data"]["customer"]["slabHistory"]

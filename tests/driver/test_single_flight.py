"""One call for all who want what it will bring: who joins whom, and who must not."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.driver.flying import ID, MOBILE, SECRET, WHOLE, Versions, asha, begin, ended, explained, told
from tests.driver.support import before
from tests.support.clock import Clock
from tests.support.gateway import GatewayUnderTest
from tests.support.upstream import Upstream, quiet, together


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


# --- crowds ---


async def test_a_thousand_who_ask_at_once_are_one_call_of_each_endpoint(
    gateway: GatewayUnderTest, upstream: Upstream
) -> None:
    answers = await together(1000, lambda: gateway.ask(asha(WHOLE, MOBILE)))
    assert upstream.paths() == ["V1.1", "V2"]
    assert "errors" not in answers[0]
    assert answers[0]["data"]["customer"]["cards"]
    assert [answer for answer in answers if answer["data"] != answers[0]["data"]] == []


async def test_a_crowd_that_asks_by_different_identifiers_shares_what_is_known_to_be_one_customer(
    gateway: GatewayUnderTest, upstream: Upstream
) -> None:
    await gateway.ask(asha("status { statusLabel }", MOBILE))
    asked = [gateway.ask(asha("slabHistory { to }", by)) for by in (ID, MOBILE) * 20]
    answers = await asyncio.gather(*asked)
    assert upstream.paths() == ["V1.1", "V2"]
    assert [answer for answer in answers if answer["data"] != answers[0]["data"]] == []


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

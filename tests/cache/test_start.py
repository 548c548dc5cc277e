"""A gateway that starts before a shared cache: ready for a burst, and not held up by a cache that is not."""

from gateway.cache.valkey import OPENED_AHEAD
from gateway.telemetry.events import StoreFailed
from tests.support.gateway import running
from tests.support.valkey import Valkey

SECRET = "one secret for all"
QUERY = '{ customer(by: {mobile: "919800000001"}) { firstName } }'


async def test_connections_are_there_before_anybody_asks(valkey: Valkey) -> None:
    before = valkey.tell("CLIENT", "LIST").count(b"\nid=")
    async with running(cache={"url": valkey.url, "secret": SECRET}) as gateway:
        assert valkey.tell("CLIENT", "LIST").count(b"\nid=") == before + OPENED_AHEAD
        assert [event for event in gateway.events if isinstance(event, StoreFailed)] == []


async def test_a_gateway_starts_and_answers_without_its_cache(own_valkey: Valkey) -> None:
    own_valkey.stop()
    async with running(cache={"url": own_valkey.url, "secret": SECRET}) as gateway:
        assert gateway.events == [StoreFailed("open", "ConnectionError")]
        assert (await gateway.ask(QUERY))["data"]["customer"]["firstName"]


async def test_a_gateway_starts_and_answers_before_a_cache_that_says_nothing(own_valkey: Valkey) -> None:
    own_valkey.stall()
    async with running(cache={"url": own_valkey.url, "secret": SECRET}) as gateway:
        assert gateway.events == [StoreFailed("open", "TimeoutError")]
        assert (await gateway.ask(QUERY))["data"]["customer"]["firstName"]
    own_valkey.resume()

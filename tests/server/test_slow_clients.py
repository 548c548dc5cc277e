"""Clients that take their time, over real sockets: each is cut off, and those beside it are served."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.cli.support import Process
from tests.server.support import Client, Served, connected, post, served

NAME = "{ __typename }"
ANSWER = b'{"data":{"__typename":"Query"}}'
HEAD = b"POST /graphql HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"


@pytest.fixture(scope="module")
def gateway(sandbox: Process) -> Iterator[Served]:
    with served(
        sandbox,
        SERVER__HEADER_TIMEOUT_S="1.5",
        SERVER__BODY_TIMEOUT_S="1.5",
        SERVER__WRITE_TIMEOUT_S="1.5",
        SERVER__IDLE_TIMEOUT_S="2",
        SERVER__HEADER_BYTES="8192",
        INTROSPECTION="true",
        LIMITS__BODY_BYTES="4194304",
    ) as running:
        yield running


async def is_served(client: Client) -> None:
    await client.send(post(NAME))
    status, _, body = await client.answer()
    assert (status, body) == (200, ANSWER)


async def test_who_says_nothing_is_sent_away(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        assert await client.rest() == b""


async def test_who_asks_nothing_more_is_sent_away_and_who_does_is_not(gateway: Served) -> None:
    """The times from one answer to the next are shorter than a connection may be idle, together they are longer."""
    async with connected(gateway.port) as client:
        for _ in range(4):
            await is_served(client)
            await asyncio.sleep(0.8)
        await is_served(client)
        await is_served(client)
        assert await client.rest() == b""


@pytest.mark.parametrize("begun", [b"G", b"POST /graphql HTTP/1.1\r\nhost: gateway\r\nx-a: b"])
async def test_who_does_not_finish_the_headers_is_told_and_sent_away(gateway: Served, begun: bytes) -> None:
    async with connected(gateway.port) as client:
        await client.send(begun)
        assert (await client.rest()).startswith(b"HTTP/1.1 408 ")


async def test_headers_that_drip_get_no_more_time_than_others(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        assert not await client.drip(b"GET /healthz HTTP/1.1\r\n" + b"x: yyyyyyyy\r\n" * 80, pause_s=0.02)
        await client.rest()


@pytest.mark.parametrize("path", ["/graphql", "/nowhere"])
async def test_who_does_not_finish_the_body_is_sent_away(gateway: Served, path: str) -> None:
    async with connected(gateway.port) as client:
        await client.send(HEAD.replace(b"/graphql", path.encode()) + b'{"query": "')
        told = await client.rest()
        assert told.startswith(b"HTTP/1.1 408 " if path == "/graphql" else b"HTTP/1.1 404 ")
        assert told.count(b"HTTP/1.1 ") == 1


async def test_a_body_that_drips_gets_no_more_time_than_others(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        await client.send(HEAD)
        assert not await client.drip(b" " * 1000, pause_s=0.02)
        await client.rest()


async def test_a_body_in_parts_is_read_if_it_comes_in_time(gateway: Served) -> None:
    whole = post(NAME)
    async with connected(gateway.port) as client:
        for part in (whole[:20], whole[20:-5], whole[-5:]):
            await client.send(part)
            await asyncio.sleep(0.01)
        assert (await client.answer())[0] == 200
        await is_served(client)


async def test_who_falls_silent_after_an_answer_is_sent_away(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        await is_served(client)
        assert await client.rest() == b""


async def test_empty_lines_do_not_keep_a_connection(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        await is_served(client)
        assert not await client.drip(b"\r\n" * 200, pause_s=0.02)
        assert await client.rest() == b""


async def test_the_second_request_of_a_connection_has_the_same_time_as_the_first(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        await is_served(client)
        await client.send(b"POST /graphql HTT")
        assert (await client.rest()).startswith(b"HTTP/1.1 408 ")


async def test_who_does_not_read_is_sent_away(gateway: Served) -> None:
    """The answers wait in memory for as long as somebody lets them."""
    wide = "{ __schema { types { name description fields { name description args { name description } } } } }"
    async with connected(gateway.port) as client:
        client.stop_reading()
        request = post(wide)
        with pytest.raises(ConnectionError):
            await client.send_for_ever(request)


@pytest.mark.parametrize("lines", [b"x: " + b"y" * 9_000, b"a: b\r\n" * 101 + b"c: d"], ids=["large", "many"])
async def test_headers_that_are_too_much_are_431(gateway: Served, lines: bytes) -> None:
    async with connected(gateway.port) as client:
        await client.send(b"GET /healthz HTTP/1.1\r\nhost: gateway\r\n" + lines + b"\r\n\r\n")
        assert (await client.rest()).startswith(b"HTTP/1.1 431 ")


async def test_headers_that_grow_for_ever_are_431(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        await client.send(b"GET /healthz HTTP/1.1\r\nhost: gateway\r\n")
        for _ in range(3):
            await client.send(b"x: " + b"y" * 3_000 + b"\r\n")
            await asyncio.sleep(0.02)
        assert (await client.rest()).startswith(b"HTTP/1.1 431 ")


async def test_a_long_body_is_not_taken_for_headers(gateway: Served) -> None:
    long = post(NAME + " " * 100_000)
    async with connected(gateway.port) as client:
        await client.send(long)
        assert (await client.answer())[0] == 200


async def test_what_is_no_http_is_400(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        await client.send(b"\x16\x03\x01\x02\x00 hello\r\n\r\n")
        assert (await client.rest()).startswith(b"HTTP/1.1 400 ")


async def test_requests_one_behind_the_other_are_answered_in_turn(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        await client.send(post(NAME) * 5 + b"POST /gra")
        for _ in range(5):
            assert (await client.answer())[0] == 200
        assert (await client.rest()).startswith(b"HTTP/1.1 408 ")


async def test_normal_clients_are_served_beside_a_crowd_of_slow_ones(gateway: Served) -> None:
    async def slow() -> None:
        async with connected(gateway.port) as client:
            await client.drip(b"GET /healthz HTTP/1.1\r\nx: " + b"y" * 500, pause_s=0.02)

    crowd = [asyncio.create_task(slow()) for _ in range(50)]
    async with connected(gateway.port) as client:
        for _ in range(20):
            await is_served(client)
    for one in crowd:
        one.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)


async def test_who_comes_when_all_connections_are_taken_is_told_so(sandbox: Process) -> None:
    with served(sandbox, SERVER__CONNECTIONS="3") as small:
        small.process.http.close()
        async with connected(small.port), connected(small.port), connected(small.port) as third:
            await third.send(post(NAME))
            status, headers, _ = await third.answer()
            assert (status, headers["connection"]) == (503, "close")

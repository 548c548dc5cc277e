import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from gateway.upstream.transport import PooledTransport
from tests.upstream.wire import Exchange, Say, Wire, answering, closed_port, head, listening

PATIENCE_S = 10.0
"""Longer than any answer takes; a test that needs it has failed."""


@asynccontextmanager
async def asking(
    say: Say, *, limits: httpx.Timeout | float = PATIENCE_S, **pool: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Wire]]:
    """A client over the pool under test, and the server it asks."""
    used = PooledTransport(**{"max_connections": 2, **pool})
    async with (
        listening(say) as wire,
        httpx.AsyncClient(transport=used, base_url=wire.url, timeout=limits, trust_env=False) as http,
    ):
        yield http, wire


async def test_requests_one_after_another_share_a_connection():
    async with asking(answering({"id": 71})) as (http, wire):
        for _ in range(5):
            assert (await http.get("/")).json() == {"id": 71}
    assert (wire.connections, len(wire.exchanges)) == (1, 5)


async def test_requests_at_once_take_no_more_connections_than_allowed():
    async with asking(answering({"id": 71}), max_connections=3) as (http, wire):
        answers = await asyncio.gather(*(http.get("/") for _ in range(30)))
    assert {answer.status_code for answer in answers} == {200}
    assert wire.connections <= 3
    assert len(wire.exchanges) == 30


async def test_a_connection_that_the_server_closes_after_its_answer_is_replaced():
    async with asking(answering({"id": 71}, "Connection: close")) as (http, wire):
        for _ in range(3):
            assert (await http.get("/")).status_code == 200
    assert wire.connections == 3


async def test_a_connection_that_nobody_used_for_long_is_not_used_again():
    async with asking(answering({"id": 71}), keepalive_expiry_s=-1.0) as (http, wire):
        for _ in range(3):
            assert (await http.get("/")).status_code == 200
    assert wire.connections == 3


async def test_path_parameters_and_headers_arrive_as_they_were_given():
    async with asking(answering({})) as (http, wire):
        await http.get("/v2/a%2Fb", params={"identifierValue": "+91 9,a@b"}, headers={"language": "zh"})
    (exchange,) = wire.exchanges
    assert exchange.line == "GET /v2/a%2Fb?identifierValue=%2B91+9%2Ca%40b HTTP/1.1"
    assert (exchange.headers["language"], f"http://{exchange.headers['host']}") == ("zh", wire.url)


async def test_a_posted_body_arrives_whole():
    async def say(exchange: Exchange) -> None:
        await exchange.answer(await exchange.reader.readexactly(int(exchange.headers["content-length"])))

    async with asking(say) as (http, _):
        assert (await http.post("/", json={"key": "k"})).json() == {"key": "k"}


async def test_status_and_headers_of_the_answer_come_back():
    async with asking(answering(b"{}", "X-Cap-Requestid: r-1", status=503)) as (http, _):
        answer = await http.get("/")
    assert (answer.status_code, answer.headers["x-cap-requestid"]) == (503, "r-1")


LONG = b"[" + b"1234567890," * 20_000 + b"0]"


async def test_a_long_body_comes_whole():
    async with asking(answering(LONG)) as (http, _):
        assert (await http.get("/")).content == LONG


async def test_a_chunked_body_comes_whole_and_the_connection_is_kept():
    async def say(exchange: Exchange) -> None:
        await exchange.say(head("Transfer-Encoding: chunked"))
        for part in (b'{"id"', b": ", b"71}"):
            await exchange.say(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        await exchange.say(b"0\r\n\r\n")

    async with asking(say) as (http, wire):
        assert [(await http.get("/")).json() for _ in range(2)] == [{"id": 71}] * 2
    assert wire.connections == 1


async def test_a_gzip_body_is_unpacked():
    async with asking(answering(gzip.compress(LONG), "Content-Encoding: gzip")) as (http, _):
        assert (await http.get("/")).content == LONG


async def test_a_body_that_is_not_read_to_its_end_does_not_spoil_the_next():
    async with asking(answering(LONG), max_connections=1) as (http, wire):
        async with http.stream("GET", "/") as answer:
            await anext(aiter(answer.aiter_bytes(10)))
        assert (await http.get("/")).content == LONG
    assert wire.connections == 1, "an answer is read whole before anybody sees it"


@pytest.mark.parametrize("method", ["HEAD", "CONNECT"])
async def test_a_method_whose_answers_are_read_in_another_way_is_not_spoken(method: str):
    async with asking(answering({})) as (http, wire):
        with pytest.raises(httpx.UnsupportedProtocol):
            await http.request(method, "/")
    assert wire.exchanges == []


async def test_a_body_of_unknown_length_is_sent_in_chunks():
    async def say(exchange: Exchange) -> None:
        await exchange.answer(await exchange.reader.readuntil(b"0\r\n\r\n"))

    async def parts() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    async with asking(say) as (http, _):
        assert (await http.post("/", content=parts())).content == b"7\r\none two\r\n0\r\n\r\n"


async def test_an_answer_larger_than_can_be_read_is_a_decoding_error():
    async with asking(answering(LONG), most_bytes=len(LONG) - 1) as (http, _):
        with pytest.raises(httpx.DecodingError):
            await http.get("/")


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "a\nb", "a\rb", "a\0b", "a\x7fb"])
async def test_a_header_that_would_be_two_lines_is_refused(value: str):
    async with asking(answering({})) as (http, wire):
        with pytest.raises(httpx.LocalProtocolError):
            await http.get("/", headers={"language": value})
    assert wire.exchanges == []


# What goes wrong.


async def test_a_server_that_is_not_there_is_a_connect_error():
    async with httpx.AsyncClient(transport=PooledTransport(max_connections=1), trust_env=False) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(await closed_port())


async def test_a_server_that_never_answers_is_a_read_timeout():
    async with asking(Exchange.never, limits=httpx.Timeout(PATIENCE_S, read=0.05)) as (http, _):
        with pytest.raises(httpx.ReadTimeout):
            await http.get("/")


async def test_a_body_that_stops_is_a_read_timeout():
    async def say(exchange: Exchange) -> None:
        await exchange.say(head("Content-Length: 100") + b"half")
        await exchange.never()

    async with asking(say, limits=httpx.Timeout(PATIENCE_S, read=0.05)) as (http, _):
        with pytest.raises(httpx.ReadTimeout):
            await http.get("/")


async def test_a_pool_whose_connections_are_all_busy_is_a_pool_timeout():
    async with asking(Exchange.never, max_connections=1, limits=httpx.Timeout(PATIENCE_S, pool=0.05)) as (http, wire):
        busy = asyncio.create_task(http.get("/"))
        await wire.asked.wait()
        with pytest.raises(httpx.PoolTimeout):
            await http.get("/")
        busy.cancel()


async def test_a_server_that_closes_in_the_middle_of_a_body_is_a_protocol_error():
    async def say(exchange: Exchange) -> None:
        await exchange.say(head("Content-Length: 100") + b"half")
        exchange.writer.close()

    async with asking(say) as (http, _):
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/")


async def test_a_server_that_closes_without_a_word_is_a_protocol_error():
    async def say(exchange: Exchange) -> None:
        exchange.writer.close()

    async with asking(say) as (http, _):
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/")


async def test_a_server_that_does_not_speak_http_is_a_protocol_error():
    async def say(exchange: Exchange) -> None:
        await exchange.say(b"220 mail.example.test ESMTP\r\n\r\n")

    async with asking(say) as (http, _):
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/")


async def test_an_address_that_is_not_http_is_an_unsupported_protocol():
    async with httpx.AsyncClient(transport=PooledTransport(max_connections=1), trust_env=False) as http:
        with pytest.raises(httpx.UnsupportedProtocol):
            await http.get("ftp://127.0.0.1/")


async def test_a_request_with_a_blocking_body_is_refused():
    blocking = httpx.Request("POST", "http://127.0.0.1/", stream=httpx.ByteStream(b""))
    blocking.stream = object()
    async with PooledTransport(max_connections=1) as pool:
        with pytest.raises(TypeError):
            await pool.handle_async_request(blocking)


# What it is for.


async def cancelled_bursts(http: httpx.AsyncClient, bursts: int) -> None:
    """Bursts of requests, each cancelled at another moment of its life: waiting, connecting, sent, answered."""
    for burst in range(bursts):
        tasks = [asyncio.create_task(http.get("/")) for _ in range(6)]
        for _ in range(burst % 12):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_two_hundred_cancelled_bursts_do_not_poison_a_small_pool():
    async with asking(answering({"id": 71})) as (http, _):
        await cancelled_bursts(http, 200)
        answers = await asyncio.gather(*(http.get("/") for _ in range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6


async def test_the_same_bursts_poison_httpxs_own_pool_which_is_why_there_is_another():
    """Should this fail one day, httpx has mended its pool (decision records 0003 and 0017)."""
    few = httpx.Limits(max_connections=2, max_keepalive_connections=2)
    patience = httpx.Timeout(PATIENCE_S, pool=0.1)
    async with (
        listening(answering({"id": 71})) as wire,
        httpx.AsyncClient(limits=few, base_url=wire.url, timeout=patience, trust_env=False) as http,
    ):
        await cancelled_bursts(http, 200)
        with pytest.raises(httpx.PoolTimeout):
            await http.get("/")


async def test_a_request_that_is_cancelled_while_it_waits_gives_its_connection_back():
    async def say(exchange: Exchange) -> None:
        await (exchange.never() if exchange.line.startswith("GET /never") else exchange.answer(b"{}"))

    async with asking(say, max_connections=1) as (http, wire):
        for _ in range(3):
            wire.asked.clear()
            waiting = asyncio.create_task(http.get("/never"))
            await wire.asked.wait()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        assert (await http.get("/")).status_code == 200

import asyncio
import gzip
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UpstreamUnavailable
from gateway.upstream.connection import MOST_OVERHEAD, Connection
from gateway.upstream.deadlines import Watch
from gateway.upstream.wire import WireReply
from tests.upstream.ways import CLOSING, WHOLE, Reply, asking, both_ways, chunked
from tests.upstream.wire import Exchange, head

# What comes, however it is cut.


class Silent(asyncio.Transport):
    """A transport on which nobody listens."""

    def __init__(self) -> None:
        super().__init__()
        self.aborted = False

    def write(self, data: Any) -> None:
        pass

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True


def read(parts: Iterable[bytes], *, ends: bool, most: int = 10_000) -> tuple[Reply | Exception, bool]:
    """What is made of these parts, and whether the connection can be used again."""
    loop = asyncio.new_event_loop()
    try:
        connection = Connection(loop, Watch(loop), lambda _: None)
        transport = Silent()
        connection.connection_made(transport)
        answer: asyncio.Future[WireReply] = connection.ask(b"", most=most, unpack=True)
        for part in parts:
            if not transport.aborted:
                connection.data_received(part)
        if ends:
            connection.connection_lost(None)
        assert answer.done()
        error = answer.exception()
        found: Any = error or Reply(answer.result().status, answer.result().body)
        return found, connection.usable
    finally:
        loop.close()


def every_cut(raw: bytes) -> Iterable[list[bytes]]:
    """In one piece, in two pieces of every length, and byte by byte."""
    yield [raw]
    yield from ([raw[:place], raw[place:]] for place in range(1, len(raw)))
    yield [raw[place : place + 1] for place in range(len(raw))]


@pytest.mark.parametrize(("raw", "expected"), WHOLE.values(), ids=WHOLE)
def test_an_answer_is_the_same_wherever_it_is_cut(raw: bytes, expected: Reply):
    for parts in every_cut(raw):
        assert read(parts, ends=False) == (expected, True), parts


@pytest.mark.parametrize(("raw", "expected"), CLOSING.values(), ids=CLOSING)
def test_an_answer_that_closes_is_the_same_wherever_it_is_cut(raw: bytes, expected: Reply):
    for parts in every_cut(raw):
        assert read(parts, ends=True) == (expected, False), parts


@given(
    bodies=st.lists(st.binary(min_size=1, max_size=40), max_size=6),
    cuts=st.lists(st.integers(1, 30), min_size=1),
    packed=st.booleans(),
)
def test_a_body_is_the_same_in_any_chunks_and_any_cuts(bodies: list[bytes], cuts: list[int], packed: bool):
    whole = b"".join(bodies)
    sent = [gzip.compress(whole, mtime=0)] if packed else bodies
    encoding = b"Content-Encoding: gzip\r\n" if packed else b""
    raw = b"HTTP/1.1 200 OK\r\n%bTransfer-Encoding: chunked\r\n\r\n%b" % (encoding, chunked(*sent))
    parts: list[bytes] = []
    while raw:
        size = cuts[len(parts) % len(cuts)]
        parts.append(raw[:size])
        raw = raw[size:]
    assert read(parts, ends=False) == (Reply(200, whole), True)


@given(st.binary(max_size=300), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"]))
def test_bytes_of_any_kind_end_in_an_answer_or_an_error_that_is_meant(raw: bytes, before: bytes):
    found, usable = read([before + raw], ends=True)
    assert isinstance(found, Reply | httpx.TransportError | UpstreamUnavailable)
    assert not usable


TOO_SHORT = {
    "no length reached": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
    "no last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    "half a header": b"HTTP/1.1 200 OK\r\nContent-Le",
    "headers without an end": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
    "an interim answer alone": b"HTTP/1.1 100 Continue\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("raw", TOO_SHORT.values(), ids=TOO_SHORT)
def test_an_answer_that_ends_too_early_is_an_error(raw: bytes):
    found, usable = read([raw] if raw else [], ends=True)
    assert (type(found), usable) == (httpx.RemoteProtocolError, False)


NOT_HTTP = {
    "another protocol": b"220 mail.example.test ESMTP\r\n\r\n",
    "HTTP/2": b"\0\0\x12\x04\0\0\0\0\0",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
    "a length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunked(b"hi"),
    "a length below zero": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "a chunk below zero": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhi",
    "a chunk of any size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\nhi",
    "a packed transfer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + chunked(b"hi"),
    "a folded header": b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 2\r\n\r\nhi",
    "a name with a space": b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nhi",
    "a status that is none": b"HTTP/1.1 099 Huh\r\nContent-Length: 2\r\n\r\nhi",
    "another protocol from here": b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    "another protocol, not named": b"HTTP/1.1 101 Switching\r\n\r\n",
}


@pytest.mark.parametrize("raw", NOT_HTTP.values(), ids=NOT_HTTP)
def test_what_is_not_http_is_a_protocol_error(raw: bytes):
    for parts in every_cut(raw):
        found, usable = read(parts, ends=True)
        assert (type(found), usable) == (httpx.RemoteProtocolError, False), parts


@pytest.mark.parametrize("more", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", b"junk", b"\0"])
@pytest.mark.parametrize("raw", [WHOLE[name][0] for name in ("with a length", "in chunks", "204")])
def test_what_comes_behind_an_answer_spoils_the_connection_and_not_the_answer(raw: bytes, more: bytes):
    alone = read([raw], ends=False)[0]
    assert read([raw + more], ends=False) == (alone, False)
    assert read([raw, more], ends=False) == (alone, False)


LARGE: dict[str, Callable[[], Iterable[bytes]]] = {
    "one long header": lambda: [b"HTTP/1.1 200 OK\r\nA: ", *[b"x" * 4096] * 30],
    "a long name": lambda: [b"HTTP/1.1 200 OK\r\n", *[b"x" * 4096] * 30],
    "many headers": lambda: [b"HTTP/1.1 200 OK\r\n", *[b"A: b\r\n" * 1000] * 30],
    "many headers at once": lambda: [
        b"HTTP/1.1 200 OK\r\n" + b"A: b%b\r\n" % (b"x" * 100) * 1000 + b"Content-Length: 2\r\n\r\nhi"
    ],
    "interim answers": lambda: [b"HTTP/1.1 100 Continue\r\n\r\n"] * 4000,
    "a long size of a chunk": lambda: [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=",
        *[b"x" * 4096] * 30,
    ],
    "trailers": lambda: [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n",
        *[b"A: b\r\n" * 1000] * 30,
    ],
}


@pytest.mark.parametrize("parts", LARGE.values(), ids=LARGE)
def test_more_of_what_is_not_a_body_than_can_be_read_is_a_protocol_error(parts: Callable[[], Iterable[bytes]]):
    found, usable = read(parts(), ends=False)
    assert (type(found), usable) == (httpx.RemoteProtocolError, False)


def test_headers_as_large_as_can_be_read_are_read():
    size = MOST_OVERHEAD - len(b"a") - len(b"Content-Length2")
    raw = b"HTTP/1.1 200 OK\r\na: %b\r\nContent-Length: 2\r\n\r\nhi" % (b"x" * size)
    assert read([raw], ends=False) == (Reply(200, b"hi"), True)
    assert isinstance(read([raw.replace(b"a:", b"ab:")], ends=False)[0], httpx.RemoteProtocolError)


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_is_not_read_beyond_what_may_be_read(packed: bool):
    def raw(body: bytes) -> list[bytes]:
        sent = gzip.compress(body) if packed else body
        encoding = b"Content-Encoding: gzip\r\n" if packed else b""
        return [b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (encoding, len(sent), sent)]

    assert read(raw(b"x" * 10_000), ends=False) == (Reply(200, b"x" * 10_000), True)
    found, usable = read(raw(b"x" * 10_001), ends=False)
    assert (type(found), usable) == (UpstreamUnavailable, False)


def test_an_encoding_that_was_not_asked_for_is_unavailable():
    found, _ = read([b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nhi"], ends=False)
    assert isinstance(found, UpstreamUnavailable)


# The same over a socket, on both ways.


@both_ways
@pytest.mark.parametrize(("raw", "expected"), WHOLE.values(), ids=WHOLE)
async def test_an_answer_comes_whole_and_its_connection_is_kept(way: str, raw: bytes, expected: Reply):
    async with asking(way, lambda exchange: exchange.say(raw)) as (asker, wire):
        assert [await asker.get() for _ in range(3)] == [expected] * 3
    assert wire.connections == 1


@both_ways
@pytest.mark.parametrize(("raw", "expected"), CLOSING.values(), ids=CLOSING)
async def test_an_answer_comes_whole_and_its_connection_ends(way: str, raw: bytes, expected: Reply):
    async def say(exchange: Exchange) -> None:
        await exchange.say(raw)
        exchange.writer.close()

    async with asking(way, say) as (asker, wire):
        assert [await asker.get() for _ in range(3)] == [expected] * 3
    assert wire.connections == 3


@both_ways
@pytest.mark.parametrize("raw", [*TOO_SHORT.values(), *NOT_HTTP.values()], ids=[*TOO_SHORT, *NOT_HTTP])
async def test_a_spoiled_answer_is_a_protocol_error_and_the_next_is_well(way: str, raw: bytes):
    async def say(exchange: Exchange) -> None:
        if len(wire.exchanges) > 1:
            await exchange.answer(b"hi")
        else:
            await exchange.say(raw)
            exchange.writer.close()

    async with asking(way, say, max_connections=1) as (asker, wire):
        with pytest.raises(httpx.RemoteProtocolError):
            await asker.get()
        assert await asker.get() == Reply(200, b"hi")


@both_ways
async def test_an_endless_body_is_not_read_to_its_end(way: str):
    async def endless(exchange: Exchange) -> None:
        await exchange.say(head("Transfer-Encoding: chunked"))
        while True:
            await exchange.say(b"1000\r\n" + b" " * 0x1000 + b"\r\n")

    async with asking(way, endless, most=100_000) as (asker, _):
        with pytest.raises((UpstreamUnavailable, httpx.DecodingError)):
            await asker.get()


@both_ways
@pytest.mark.parametrize("said", [b"", head("Content-Length: 100") + b"half"], ids=["nothing", "half"])
async def test_an_answer_that_does_not_come_is_a_read_timeout(way: str, said: bytes):
    async def say(exchange: Exchange) -> None:
        await exchange.say(said)
        await exchange.never()

    async with asking(way, say, limits=httpx.Timeout(10.0, read=0.05)) as (asker, _):
        with pytest.raises(httpx.ReadTimeout):
            await asker.get()


async def dripping(exchange: Exchange) -> None:
    """A body of twelve bytes in a quarter of a second."""
    await exchange.say(head("Content-Length: 12"))
    for _ in range(12):
        await asyncio.sleep(0.02)
        await exchange.say(b"x")


async def test_a_body_that_drips_is_read_while_it_drips():
    async with asking("httpx", dripping, limits=httpx.Timeout(10.0, read=0.15)) as (asker, _):
        assert await asker.get() == Reply(200, b"x" * 12)


async def test_a_body_that_drips_beyond_the_time_that_is_left_is_a_read_timeout():
    async with asking("wire", dripping, limits=httpx.Timeout(10.0, read=0.15)) as (asker, _):
        with pytest.raises(httpx.ReadTimeout):
            await asker.get()

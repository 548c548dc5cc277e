"""Bytes that are hardly HTTP, over connections to a real server: no answer is a 5xx, and the next one is served."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from tests.hostile.gateway import Target, target
from tests.hostile.payloads import GOOD

HEAD = b"POST /graphql HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"
NORMAL = b'{"query": "{ customer(by: {mobile: \\"919800000001\\"}) { firstName } }"}'
PATIENCE_S = 20.0
"""How long a server may take that answers at once; nothing waits so long but a failure."""


def posting(body: bytes, *headers: bytes) -> bytes:
    """A whole request after which the connection is closed."""
    lines = [b"Content-Length: %d" % len(body), b"Connection: close", *headers]
    return HEAD + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


BYTES = {
    "TLS": bytes.fromhex("160301020001") + b"\x00" * 512,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "zeros": b"\x00" * 10_000,
    "lines": b"\r\n" * 1_000 + b"x",
    "no version": b"GET /graphql\r\n\r\n",
    "an unknown version": b"GET /graphql HTTP/9.9\r\nHost: a\r\n\r\n",
    "no host": b"GET /graphql HTTP/1.1\r\nConnection: close\r\n\r\n",
    "a method of bytes": b"\xff\xfe /graphql HTTP/1.1\r\n\r\n",
    "a header without a colon": HEAD + b"rubbish\r\n\r\n",
    "a header with a null byte": HEAD + b"x: \x00\r\n\r\n",
    "a header that goes on": HEAD + b" more\r\n\r\n",
    "a length that is no number": HEAD + b"Content-Length: many\r\n\r\n",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length beyond all": HEAD + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n",
    "a length and chunks": posting(b"0\r\n\r\n", b"Transfer-Encoding: chunked"),
    "a chunk of no size": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a chunk of a huge size": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
    "an unknown transfer encoding": HEAD + b"Transfer-Encoding: rot13\r\n\r\n" + GOOD,
    "a header flood": posting(GOOD, *(b"x-%d: a" % number for number in range(5_000))),
    "a long header": posting(GOOD, b"x: " + b"a" * 60_000),
    "a long address": b"GET /graphql?query=" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "an address of null bytes": b"GET /graphql?query=\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an upgrade": b"GET /graphql HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    "fragments in a circle": posting(b'{"query": "{ ...A } fragment A on Query { ...A }"}'),
    "a thousand at once": (HEAD + b"Content-Length: 2\r\n\r\n{}") * 999 + posting(b"{}"),
    "a body too large": HEAD + b"Content-Length: 2000000\r\nConnection: close\r\n\r\n" + b" " * 400_000,
}


@pytest.fixture
async def served() -> AsyncIterator[tuple[Target, int]]:
    async with target(explorable=False) as found:
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(found.app, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0)
        yield found, listening.getsockname()[1]
        server.should_exit = True
        await running


async def exchange(port: int, data: bytes) -> bytes:
    """What a server says to some bytes. After those of a request that does not end, no more come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        if b"Connection: close" not in data:
            writer.write_eof()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_no_bytes_make_the_server_fail(served: tuple[Target, int]) -> None:
    gateway, port = served
    async with asyncio.timeout(PATIENCE_S):
        for name, data in BYTES.items():
            said = await exchange(port, data)
            assert said == b"" or b" 5" not in said.split(b"\r\n")[0], (name, said[:200])
            assert b'"data":{' not in said, name
            assert (gateway.sandbox.requests, gateway.faults) == ([], []), name
            assert b'{"data":{"customer":{"firstName":"Asha"}}' in await exchange(port, posting(NORMAL)), name
            gateway.sandbox.clear()
            gateway.events.clear()

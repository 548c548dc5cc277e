"""A gateway as a process of its own, and clients that talk to it byte by byte."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

from tests.cli.support import Process, free_port

WAIT_S = 20
"""How long a test waits for what must come; nothing is judged by it."""


@dataclass(frozen=True)
class Served:
    """A running gateway before a sandbox of its own."""

    process: Process
    sandbox: Process
    port: int


@contextmanager
def upstream() -> Iterator[Process]:
    """A sandbox as a process of its own."""
    port = free_port()
    process = Process(("sandbox", "--port", str(port)), {}, f"http://127.0.0.1:{port}")
    try:
        process.ready("/_sandbox")
        yield process
    finally:
        process.kill()


@contextmanager
def served(sandbox: Process, **settings: str) -> Iterator[Served]:
    """`gateway serve` before a sandbox, as a process. A setting is named without its prefix: `SERVER__DRAIN_S`."""
    port = free_port()
    environment = {
        "GATEWAY_PORT": str(port),
        "GATEWAY_LOG_LEVEL": "error",
        "GATEWAY_UPSTREAM__BASE_URL": sandbox.address,
        "GATEWAY_UPSTREAM__USERNAME": "till.sandbox",
        "GATEWAY_UPSTREAM__PASSWORD": "sandbox",
        **{f"GATEWAY_{name}": value for name, value in settings.items()},
    }
    sandbox.http.put("/_sandbox/faults", json={})
    sandbox.http.delete("/_sandbox/requests")
    process = Process(("serve",), environment, f"http://127.0.0.1:{port}")
    try:
        process.ready("/healthz")
        yield Served(process, sandbox, port)
    finally:
        process.kill()


class Client:
    """One connection. What comes is read as it comes; None is the end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def send_for_ever(self, data: bytes) -> None:
        """Sends the same again and again; it ends only when that fails, or fails to fail."""
        async with asyncio.timeout(WAIT_S):
            while True:
                await self.send(data)
                await asyncio.sleep(0.05)

    async def drip(self, data: bytes, *, pause_s: float) -> bool:
        """Sends byte by byte until all is sent, or the other side has had enough; whether all was sent."""
        for place in range(len(data)):
            if self._reader.at_eof():
                return False
            try:
                await self.send(data[place : place + 1])
            except OSError:
                return False
            await asyncio.sleep(pause_s)
        return not self._reader.at_eof()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer: status, headers, body."""
        async with asyncio.timeout(WAIT_S):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await self._reader.readexactly(int(headers.get("content-length", "0")))
            return int(head[0].split()[1]), headers, body

    async def rest(self) -> bytes:
        """All that comes until the other side ends the connection."""
        found = b""
        async with asyncio.timeout(WAIT_S):
            with suppress(ConnectionError):
                while part := await self._reader.read(65536):
                    found += part
        return found

    def stop_reading(self) -> None:
        self._writer.transport.pause_reading()  # type: ignore[attr-defined]


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    """A connection to a port of this machine."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def post(query: str, *headers: str) -> bytes:
    """The bytes of a POST of a query that needs no escapes."""
    body = f'{{"query": "{query}"}}'
    lines = ["POST /graphql HTTP/1.1", "host: gateway", "content-type: application/json", *headers]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", body]).encode()

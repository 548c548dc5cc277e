"""An upstream on a real socket of this machine: it says bytes, and only the bytes it is told to say."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

Say = Callable[["Exchange"], Awaitable[None]]


class Exchange:
    """One request as the server sees it: its first line and headers, and the way to answer."""

    def __init__(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = head.decode().split("\r\n")
        self.line = lines[0]
        self.headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines[1:])}
        self.reader = reader
        self.writer = writer

    async def say(self, data: bytes) -> None:
        """These bytes, now."""
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, body: bytes, *headers: str, status: int = 200) -> None:
        """A whole answer with a length."""
        await self.say(head(f"Content-Length: {len(body)}", *headers, status=status) + body)

    async def never(self) -> None:
        """Nothing more, until the server is closed."""
        await asyncio.Event().wait()


def head(*headers: str, status: int = 200) -> bytes:
    """The first line and the headers of an answer."""
    return "\r\n".join((f"HTTP/1.1 {status} Whatever", "Content-Type: application/json", *headers, "", "")).encode()


def answering(body: Any, *headers: str, status: int = 200) -> Say:
    """Always this answer: bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def say(exchange: Exchange) -> None:
        await exchange.answer(data, *headers, status=status)

    return say


class Wire:
    """The server: where it is, and how many connections and requests it has seen."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.connections = 0
        self.exchanges: list[Exchange] = []
        self.asked = asyncio.Event()
        self.url = ""
        self._tasks: set[asyncio.Task[Any]] = set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                while not writer.is_closing():
                    exchange = Exchange(await reader.readuntil(b"\r\n\r\n"), reader, writer)
                    self.exchanges.append(exchange)
                    self.asked.set()
                    await self.say(exchange)
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def listening(say: Say, *, host: str = "127.0.0.1", secure: ssl.SSLContext | None = None) -> AsyncIterator[Wire]:
    """A server that answers each request as `say` does."""
    wire = Wire(say)
    server = await asyncio.start_server(wire._serve, host, 0, ssl=secure)  # noqa: SLF001 - its own
    port = server.sockets[0].getsockname()[1]
    wire.url = f"{'https' if secure else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
    try:
        yield wire
    finally:
        server.close()
        await wire._close()  # noqa: SLF001 - its own
        await server.wait_closed()


async def closed_port() -> str:
    """The address of a server that is gone."""
    async with listening(answering(b"")) as wire:
        return wire.url

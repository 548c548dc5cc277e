"""The connections to one upstream: kept, counted, and given to whoever came first."""

import asyncio
import math
import ssl
from collections import deque
from contextlib import suppress
from typing import Final, NamedTuple

import httpx

from gateway.upstream.connection import Connection
from gateway.upstream.deadlines import Watch, within
from gateway.upstream.wire import WireReply

_CLOSED: Final = (httpx.NetworkError, httpx.ProtocolError)


class Patience(NamedTuple):
    """Seconds that a request waits: for its turn, for a new connection, for the next part of its answer."""

    turn_s: float = math.inf
    connect_s: float = math.inf
    read_s: float = math.inf


ENDLESS: Final = Patience()


class Pool:
    """At most `max_connections` connections to a host and port, of which the one used last is used next.

    Every connection, the ones being opened included, holds a place. It is given back however a request ends, or goes
    to the one who has waited longest.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        secure: ssl.SSLContext | None,
        max_connections: int,
        keepalive_expiry_s: float,
        watch: Watch,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._host = host
        self._port = port
        self._secure = secure
        self._most = max_connections
        self._expiry_s = keepalive_expiry_s
        self._watch = watch
        self._taken = 0
        self._over = False
        self._idle: deque[Connection] = deque()
        self._open: set[Connection] = set()
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()

    async def exchange(
        self,
        request: bytes,
        *,
        most: int,
        unpack: bool,
        repeatable: bool,
        until: float = math.inf,
        patience: Patience = ENDLESS,
    ) -> WireReply:
        """Sends a request and reads the whole answer.

        A repeatable one is sent once more on a new connection where a kept one turns out to be closed already.
        Raises httpx's transport errors, and `UpstreamUnavailable` as `ask` does.
        """
        connection = self._kept() or await self._given(until, patience)
        while True:
            answer = connection.ask(request, most=most, unpack=unpack, until=until, patience_s=patience.read_s)
            try:
                reply = await answer
            except BaseException as error:
                connection.close()
                if answer.done() and not answer.cancelled():
                    answer.exception()  # it is told here, or nobody wants to know any more
                if not (repeatable and connection.stale and isinstance(error, _CLOSED)):
                    self._leave()
                    raise
            else:
                self._keep(connection)
                return reply
            connection = await self._connected(until, patience.connect_s)

    async def close(self) -> None:
        """Closes every connection, waits for it, and opens no other."""
        self._over = True
        for connection in (found := tuple(self._open)):
            connection.close()
        for connection in found:
            await connection.closed

    def _kept(self) -> Connection | None:
        """A connection that is there already and waits for a request."""
        idle = self._idle
        while idle:
            connection = idle.pop()
            if connection.usable and self._loop.time() - connection.idle_since <= self._expiry_s:
                return connection
            connection.close()
            self._taken -= 1
        return None

    async def _given(self, until: float, patience: Patience) -> Connection:
        """A connection, as soon as there is a place for one."""
        if self._taken < self._most:
            self._taken += 1
        else:
            waiting: asyncio.Future[Connection | None] = self._loop.create_future()
            self._waiting.append(waiting)
            try:
                handed = await self._turn(waiting, until, patience.turn_s)
            except BaseException:
                self._gone(waiting)
                raise
            if handed is not None and handed.usable:
                return handed
            if handed is not None:
                handed.close()
        return await self._connected(until, patience.connect_s)

    async def _turn(self, waiting: asyncio.Future[Connection | None], until: float, turn_s: float) -> Connection | None:
        try:
            async with within(min(until, self._loop.time() + turn_s)):
                return await waiting
        except TimeoutError as error:
            raise httpx.PoolTimeout("all connections are busy") from error

    async def _connected(self, until: float, connect_s: float) -> Connection:
        """A new connection, in a place that is already held."""
        try:
            if self._over:
                raise httpx.ConnectError("the pool is closed")
            async with within(min(until, self._loop.time() + connect_s)):
                connection = await self._opened()
        except BaseException as error:
            self._leave()
            if isinstance(error, TimeoutError):
                raise httpx.ConnectTimeout("no connection in time") from error
            if isinstance(error, OSError | UnicodeError):
                raise httpx.ConnectError(str(error)) from error
            raise
        if not connection.closed.done():
            self._open.add(connection)
        return connection

    async def _opened(self) -> Connection:
        _, connection = await self._loop.create_connection(
            lambda: Connection(self._loop, self._watch, self._lost),
            self._host,
            self._port,
            ssl=self._secure,
            server_hostname=self._host if self._secure else None,
        )
        return connection

    def _keep(self, connection: Connection) -> None:
        """Takes a connection back after its exchange."""
        if not connection.usable:
            connection.close()
            self._leave()
            return
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(connection)
                return
        connection.idle_since = now = self._loop.time()
        self._idle.append(connection)
        while now - self._idle[0].idle_since > self._expiry_s > 0:
            self._idle.popleft().close()
            self._taken -= 1

    def _leave(self) -> None:
        """Gives a place back whose connection is closed, or was never opened."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(None)
                return
        self._taken -= 1

    def _gone(self, waiting: asyncio.Future[Connection | None]) -> None:
        """Somebody waits no more. What was handed to them in the same moment goes to the next."""
        if waiting.done() and not waiting.cancelled():
            if (handed := waiting.result()) is not None:
                self._keep(handed)
            else:
                self._leave()
        else:
            with suppress(ValueError):
                self._waiting.remove(waiting)

    def _lost(self, connection: Connection) -> None:
        """A connection is closed; one that nobody uses held its place itself."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
            self._leave()

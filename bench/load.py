"""Load over kept connections: as many requests as a server answers, and what one of them took of its processor."""

import asyncio
import os
from collections.abc import Callable, Iterator

from processes import cpu_seconds

MEDIUM = (
    "query Medium($id: ID!) { customer(by: {id: $id}) { id firstName lastName lifetimePurchases loyaltyType"
    " loyaltyPrograms { ...Prog gapToRenew { tierExpiryDate renewConfirmed"
    " renewStrategies { renewBasedOn customerGapToRenewValue } } }"
    " cards { cardId cardNumber type statusInfo { status } } } }"
    " fragment Prog on LoyaltyProgram { programId title: programTitle currentSlab nextSlab loyaltyPoints"
    " lifetimePoints slabExpiryDate }"
)
"""One customer, some sixty leaves, a call of either endpoint."""
LARGE = (
    "query Large($by: [CustomerBy!]!) { customers(by: $by) { id loyaltyType lifetimePurchases"
    " loyaltyPrograms { programId title: programTitle currentSlab nextSlab loyaltyPoints lifetimePoints"
    " cumulativePurchases redeemed expired } } }"
)
"""Twenty customers, some six hundred leaves, two calls of V1.1."""


class Client(asyncio.Protocol):
    """One connection: sends the next request as soon as the last is answered."""

    def __init__(self, requests: Iterator[bytes], answered: Callable[[bool], bool], ended: Callable[[], None]) -> None:
        self._requests = requests
        self._answered = answered
        self._ended = ended
        self._came = b""
        self._whole = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins."""
        self._transport: asyncio.WriteTransport = transport  # pyright: ignore[reportAttributeAccessIssue]
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        """Takes a part of an answer."""
        self._came = self._came + data if self._came else data
        if not self._whole:
            end = self._came.find(b"\r\n\r\n")
            if end < 0:
                return
            at = self._came.lower().index(b"content-length:", 0, end) + 15
            self._whole = end + 4 + int(self._came[at : self._came.index(b"\r", at)])
        if len(self._came) < self._whole:
            return
        good = self._came.startswith(b"HTTP/1.1 200") and b'"errors"' not in self._came
        self._came, self._whole = b"", 0
        following = next(self._requests, None) if self._answered(good) else None
        if following is None:
            self._transport.close()
        else:
            self._transport.write(following)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Ends."""
        self._ended()


async def send(port: int, requests: Iterator[bytes], seconds: float, connections: int) -> int:
    """How many requests were answered within this time, or until there are no more. Every answer must be whole."""
    loop = asyncio.get_running_loop()
    ends, done, open_ones, closed = loop.time() + seconds, 0, connections, asyncio.Event()

    def answered(good: bool) -> bool:
        nonlocal done
        if not good:
            raise SystemExit("a request was not answered as it should be")
        done += 1
        return loop.time() < ends

    def ended() -> None:
        nonlocal open_ones
        open_ones -= 1
        if not open_ones:
            closed.set()

    for _ in range(connections):
        await loop.create_connection(lambda: Client(requests, answered, ended), "127.0.0.1", port)
    await closed.wait()
    return done


def microseconds(pid: int, port: int, requests: Iterator[bytes], seconds: float, connections: int = 32) -> float:
    """What a request takes of a process's CPU, after a second of the same load that does not count."""
    able = os.sched_getaffinity(0)
    if len(able) > 1:
        os.sched_setaffinity(0, sorted(able)[1:])
    try:
        asyncio.run(send(port, requests, 1.0, connections))
        began = cpu_seconds(pid)
        done = asyncio.run(send(port, requests, seconds, connections))
        return (cpu_seconds(pid) - began) / done * 1e6
    finally:
        os.sched_setaffinity(0, able)

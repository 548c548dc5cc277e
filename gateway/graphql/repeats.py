"""Answers as bytes, for requests that come again to the letter while everything they rest on is known and fresh."""

import hashlib
import math
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from gateway.auth.callers import Caller
from gateway.cache.local import Stands
from gateway.driver import Driver
from gateway.graphql.reply import Headers, Reply, lines_of
from gateway.telemetry.requests import RequestAnswered

HARMLESS: Final = frozenset(
    {
        b"connection",
        b"content-length",
        b"date",
        b"priority",
        b"traceparent",
        b"tracestate",
        b"user-agent",
        b"x-forwarded-for",
        b"x-forwarded-port",
        b"x-real-ip",
        b"x-request-id",
    }
)
"""Headers that change no answer. Every other one is part of what a request is."""

OVERHEAD: Final = 2048
"""Bytes that a kept answer costs beside its body."""

Key = tuple[Caller, bytes]
"""Who asks, and a hash of all that they sent, their credential included."""


class Kept(NamedTuple):
    """What an answer rests on that a client may keep for so many seconds. `told` is what telemetry heard of it."""

    fresh_for: int
    driver: Driver
    stands: Sequence[Stands]
    told: RequestAnswered


@dataclass(slots=True, eq=False)
class Repeat:
    """An answer that was given. `fresh_until` is when a client's copy of it ends, `sure_until` when it surely ends to
    stand, both in Unix seconds; `seen_at` is `Driver.changes` as it was when all that it rests on was last looked at.

    `headers` are without those of one response alone; `lines` are the same, as they go over the wire.
    """

    caller: Caller
    headers: Headers
    lines: bytes
    body: bytes
    fresh_until: float
    sure_until: float
    kept: Kept
    seen_at: int | None = None

    def stands(self, now: float) -> bool:
        """Whether everything it rests on still stands."""
        driver = self.kept.driver
        changes = driver.changes
        if changes is not None and changes == self.seen_at and now < self.sure_until:
            return True
        self.seen_at = changes
        return all(map(driver.stands, self.kept.stands))


class Repeats:
    """Answers by who asked and all that they sent: at most `most_bytes` of them, the least recently used go first.

    What was sent is in no key, only a keyed hash of it. `relevant` are headers that an organisation is known by.
    """

    def __init__(
        self, *, most_bytes: int, relevant: Iterable[str] = (), clock: Callable[[], float] = time.time
    ) -> None:
        self._most_bytes = most_bytes
        self._harmless = HARMLESS - {name.lower().encode() for name in relevant}
        self._clock = clock
        self._secret = os.urandom(32)
        self._kept: OrderedDict[bytes, Repeat] = OrderedDict()
        self._bytes = 0

    @property
    def bytes_held(self) -> int:
        """What the answers take."""
        return self._bytes

    @property
    def keeps(self) -> bool:
        """Whether there is room for any."""
        return self._most_bytes > 0

    def key(self, caller: Caller, headers: Iterable[tuple[bytes, bytes]], *sent: bytes) -> Key:
        """What a request is known by."""
        harmless = self._harmless
        whole = (*sent, [header for header in headers if header[0] not in harmless])
        return caller, hashlib.blake2b(msgspec.msgpack.encode(whole), key=self._secret, digest_size=16).digest()

    def find(self, key: Key) -> tuple[Repeat, int] | None:
        """The answer, and for how many seconds a client may keep it, if everything it rests on still stands."""
        caller, sent = key
        found = self._kept.get(sent)
        if found is None or found.caller != caller:
            return None
        now = self._clock()
        if not found.stands(now):
            self._drop(sent)
            return None
        self._kept.move_to_end(sent)
        return found, max(0, int(found.fresh_until - now))

    def keep(self, key: Key, reply: Reply, kept: Kept) -> None:
        """Keeps an answer, unless it alone is too large."""
        size, (caller, sent) = len(reply.body) + OVERHEAD, key
        if size > self._most_bytes:
            return
        if sent in self._kept:
            self._drop(sent)
        headers = [header for header in reply.headers if header[0] != b"cache-control"]
        fresh_until = self._clock() + kept.fresh_for
        sure_until = min((one.until for one in kept.stands), default=math.inf)
        self._kept[sent] = Repeat(caller, headers, lines_of(headers), reply.body, fresh_until, sure_until, kept)
        self._bytes += size
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, sent: bytes) -> None:
        self._bytes -= len(self._kept.pop(sent).body) + OVERHEAD

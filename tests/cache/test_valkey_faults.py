"""A real server that is stalled, killed, full, a replica or none: the gateway goes on without and comes back."""

import asyncio
import gc
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.cache.failures import StoreDown
from gateway.cache.guarded import OPENING_S, GuardedStore
from gateway.cache.health import SILENCES_TO_REST
from gateway.cache.stores import Store
from gateway.cache.valkey import ValkeyStore
from gateway.telemetry.events import Event, StoreFailed, StoreRecovered
from tests.support.clock import Clock
from tests.support.valkey import Valkey

DEADLINE_S = 0.2
"""Longer than in service, for a busy machine."""
SLACK_S = 1.5
REST_S = 1.0
TTL = 60.0


@dataclass
class Guard:
    """A guarded store on a server, what it told, and the clock of its rests."""

    url: str
    max_connections: int = 4
    events: list[Event] = field(default_factory=list[Event])
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        inner = ValkeyStore(self.url, max_connections=self.max_connections)
        self.store = GuardedStore(
            inner, emit=self.events.append, deadline_s=DEADLINE_S, rest_s=REST_S, clock=self.clock
        )

    def rested(self) -> None:
        self.clock.now += REST_S

    async def silences(self, number: int) -> None:
        """So many bursts, one after another, of which nobody has an answer."""
        for _ in range(number):
            burst = [self.store.multi_get([f"k{number}"]) for number in range(20)]
            assert await asyncio.gather(*burst) == [[None]] * 20


@pytest.fixture
async def guard(own_valkey: Valkey) -> AsyncIterator[Guard]:
    found = Guard(own_valkey.url)
    await found.store.multi_put([(f"k{number}", b"%d" % number, TTL) for number in range(20)])
    yield found
    await found.store.close()


async def without_a_store(store: Store) -> None:
    """Every operation ends, as it does where there is no store."""
    assert await store.multi_get(["k1", "k2"]) == [None, None]
    assert await store.claim("claim", b"1", ttl=TTL)
    await store.multi_put([("k1", b"x", TTL)])
    await store.release("claim", b"1")
    await store.delete(["k1"])
    with pytest.raises(StoreDown):
        await store.put_surely([("k1", b"x", TTL)])


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.monotonic()
    await work()
    return time.monotonic() - began


async def works(guard: Guard) -> None:
    """Every connection there may be answers what it is asked, and not what another was."""
    asked = [guard.store.multi_get([f"k{number % 20}"]) for number in range(40)]
    assert await asyncio.gather(*asked) == [[b"%d" % (number % 20)] for number in range(40)]


def sockets_to(valkey: Valkey) -> int:
    """Connections that this process has to a server."""
    found = 0
    for one in gc.get_objects():
        if isinstance(one, socket.socket) and one.fileno() >= 0 and one.family == socket.AF_INET:
            with suppress(OSError):
                found += one.getpeername()[1] == valkey.port
    return found


# --- stalled ---


async def test_of_a_stalled_server_nobody_notices_more_than_the_deadline(own_valkey: Valkey, guard: Guard) -> None:
    await works(guard)
    own_valkey.stall()
    for _ in range(SILENCES_TO_REST):
        assert DEADLINE_S * 0.9 < await seconds(lambda: guard.store.multi_get(["k1"])) < DEADLINE_S + SLACK_S
    assert await seconds(lambda: without_a_store(guard.store)) < 0.1
    assert guard.events == [StoreFailed("multi_get", "TimeoutError")]


async def test_one_that_stalls_for_a_moment_is_used_again_at_once(own_valkey: Valkey, guard: Guard) -> None:
    await works(guard)
    own_valkey.stall()
    await guard.silences(SILENCES_TO_REST - 1)
    own_valkey.resume()
    await works(guard)
    assert guard.events == [StoreFailed("multi_get", "TimeoutError")]


async def test_a_stalled_server_does_not_hold_up_the_start(own_valkey: Valkey) -> None:
    guard = Guard(own_valkey.url)
    own_valkey.stall()
    assert OPENING_S * 0.9 < await seconds(guard.store.open) < OPENING_S + SLACK_S
    assert guard.events == [StoreFailed("open", "TimeoutError")]
    own_valkey.resume()
    assert await guard.store.multi_get(["k1"]) == [None]
    assert guard.events == [StoreFailed("open", "TimeoutError")]
    await guard.store.close()


async def test_a_server_that_is_not_there_does_not_hold_up_the_start(own_valkey: Valkey) -> None:
    own_valkey.stop()
    guard = Guard(own_valkey.url)
    assert await seconds(guard.store.open) < SLACK_S
    assert guard.events == [StoreFailed("open", "ConnectionError")]
    assert await seconds(lambda: without_a_store(guard.store)) < 0.1
    own_valkey.start()
    guard.rested()
    assert await guard.store.multi_get(["k1"]) == [None]
    assert guard.events == [StoreFailed("open", "ConnectionError"), StoreRecovered()]
    await guard.store.close()


@pytest.mark.parametrize(
    ("operation", "otherwise"),
    [
        (lambda store: store.multi_get(["k1"]), [None]),
        (lambda store: store.multi_put([("k1", b"x" * 2**20, TTL)] * 20), None),
        (lambda store: store.claim("claim", b"1", ttl=TTL), True),
        (lambda store: store.delete(["k1"]), None),
        (lambda store: store.release("claim", b"1"), None),
    ],
    ids=["multi_get", "multi_put", "claim", "delete", "release"],
)
@pytest.mark.parametrize("connected", [True, False], ids=["connected", "connecting"])
async def test_each_operation_ends_within_the_deadline(
    own_valkey: Valkey, operation: Callable[[Store], Awaitable[object]], otherwise: object, connected: bool
) -> None:
    guard = Guard(own_valkey.url)
    if connected:
        await guard.store.multi_get(["k1"])
    own_valkey.stall()
    began = time.monotonic()
    assert await operation(guard.store) == otherwise
    assert time.monotonic() - began < DEADLINE_S + SLACK_S
    own_valkey.resume()
    await guard.store.close()


async def test_what_a_stalled_server_did_not_take_is_not_kept_for_it(own_valkey: Valkey) -> None:
    guard = Guard(own_valkey.url)
    await guard.store.multi_get(["k1"])
    own_valkey.stall()
    before = asyncio.all_tasks()
    await guard.store.multi_put([(f"k{number}", b"x" * 2**20, TTL) for number in range(20)])
    await asyncio.sleep(0.01)  # asyncio closes sockets a turn later
    gc.collect()  # a socket that still waits would be an unclosed one here, and so a failure
    assert asyncio.all_tasks() == before
    assert sockets_to(own_valkey) == 0
    own_valkey.resume()
    guard.rested()
    await guard.store.multi_get(["k19"])
    assert await guard.store.multi_get(["k19"]) == [None]
    await guard.store.close()


async def test_what_must_not_get_lost_is_said_to_be_lost(own_valkey: Valkey, guard: Guard) -> None:
    own_valkey.stall()
    for _ in range(2):
        with pytest.raises(StoreDown):
            await guard.store.put_surely([("n", b"1", TTL)])
        guard.rested()


async def test_a_crowd_before_a_stalled_server_is_let_go_at_once(own_valkey: Valkey, guard: Guard) -> None:
    """Those who wait for one of the few connections too."""
    await works(guard)
    own_valkey.stall()
    asking = [guard.store.multi_get([f"k{number % 20}"]) for number in range(200)]
    began = time.monotonic()
    assert await asyncio.gather(*asking) == [[None]] * 200
    assert time.monotonic() - began < DEADLINE_S + SLACK_S
    assert guard.events == [StoreFailed("multi_get", "TimeoutError")]


async def test_a_server_that_goes_on_is_used_again_and_late_answers_are_not_taken_for_new_ones(
    own_valkey: Valkey, guard: Guard
) -> None:
    await works(guard)
    for _ in range(3):
        own_valkey.stall()
        await guard.silences(SILENCES_TO_REST)
        own_valkey.resume()
        guard.rested()
        await guard.store.multi_get(["k1"])
        await works(guard)
    assert guard.events == [StoreFailed("multi_get", "TimeoutError"), StoreRecovered()] * 3


# --- killed ---


async def test_a_killed_server_is_missed_and_found_again_when_it_is_back(own_valkey: Valkey, guard: Guard) -> None:
    await works(guard)
    own_valkey.stop()
    assert await seconds(lambda: without_a_store(guard.store)) < DEADLINE_S + SLACK_S
    guard.rested()
    await without_a_store(guard.store)
    own_valkey.start()
    await without_a_store(guard.store)
    guard.rested()
    assert await guard.store.multi_get(["k1"]) == [None]
    await guard.store.multi_put([(f"k{number}", b"%d" % number, TTL) for number in range(20)])
    await works(guard)
    assert [type(event) for event in guard.events] == [StoreFailed, StoreFailed, StoreRecovered]


async def test_a_server_that_was_replaced_meanwhile_costs_nothing(own_valkey: Valkey, guard: Guard) -> None:
    """Every pooled connection is dead, and none of them is tried in vain."""
    await works(guard)
    own_valkey.stop()
    own_valkey.start()
    await asyncio.sleep(0.01)  # this process hears of it
    await guard.store.multi_put([(f"k{number}", b"%d" % number, TTL) for number in range(20)])
    await works(guard)
    assert guard.events == []


async def test_a_server_killed_in_the_midst_of_a_burst_loses_only_what_was_asked_of_it(
    own_valkey: Valkey, guard: Guard
) -> None:
    asking = [asyncio.create_task(guard.store.multi_get([f"k{number % 20}"])) for number in range(300)]
    await asyncio.sleep(0.01)
    own_valkey.stop()
    found = await asyncio.gather(*asking)
    assert all(values in ([None], [b"%d" % (number % 20)]) for number, values in enumerate(found))


# --- a server that says no ---


@pytest.fixture
def full_valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A server of four megabytes that drives nothing out."""
    server = Valkey(tmp_path, maxmemory="4mb", **{"maxmemory-policy": "noeviction"})
    server.start()
    yield server
    server.stop()


async def test_a_full_server_is_still_read(full_valkey: Valkey) -> None:
    guard = Guard(full_valkey.url)
    await guard.store.multi_put([(f"k{number}", b"%d" % number, TTL) for number in range(20)])
    for number in range(10):
        await guard.store.multi_put([(f"large {number}", b"x" * 2**20, TTL)])
    full_valkey.tell("CONFIG", "SET", "maxmemory", "1mb")
    assert guard.events == [StoreFailed("multi_put", "OutOfMemoryError")]
    with pytest.raises(StoreDown):
        await guard.store.put_surely([("k1", b"x", TTL)])
    assert await guard.store.claim("claim", b"1", ttl=TTL)
    await works(guard)
    await guard.store.delete([f"large {number}" for number in range(10)])
    full_valkey.tell("CONFIG", "SET", "maxmemory", "4mb")
    await guard.store.put_surely([("k1", b"y", TTL)])
    assert await guard.store.multi_get(["k1"]) == [b"y"]
    assert {event.reason for event in guard.events if isinstance(event, StoreFailed)} == {"OutOfMemoryError"}
    assert StoreRecovered() not in guard.events
    await guard.store.close()


async def test_garbage_under_our_keys_stops_nothing_else(own_valkey: Valkey, guard: Guard) -> None:
    own_valkey.tell("DEL", "k1")
    own_valkey.tell("RPUSH", "k1", "x")
    await guard.store.release("k1", b"x")
    assert not await guard.store.claim("k1", b"x", ttl=TTL)
    assert await guard.store.multi_get(["k1", "k2"]) == [None, b"2"]
    await guard.store.put_surely([("k1", b"y", TTL)])
    assert await guard.store.multi_get(["k1"]) == [b"y"]
    assert guard.events == [StoreFailed("release", "ResponseError")]


async def test_a_primary_that_became_a_replica_is_read_and_its_connections_are_given_up(
    own_valkey: Valkey, guard: Guard
) -> None:
    """By then its name may lead to the new primary."""
    await works(guard)
    own_valkey.tell("REPLICAOF", "127.0.0.1", "1")
    before = own_valkey.tell("CLIENT", "LIST").count(b"\nid=")
    await guard.store.multi_put([("k1", b"x", TTL)])
    after = own_valkey.tell("CLIENT", "LIST").count(b"\nid=")
    assert (before, after) == (5, 1)  # with the one that asks
    assert guard.events == [StoreFailed("multi_put", "ReadOnlyError")]
    await works(guard)


async def test_a_wrong_password_is_told_as_that_and_nothing_more(own_valkey: Valkey) -> None:
    guard = Guard(own_valkey.url.replace("127", "user:hunter2@127"))
    await without_a_store(guard.store)
    assert guard.events == [StoreFailed("multi_get", "AuthenticationError")]
    await guard.store.close()


# --- something else ---


@asynccontextmanager
async def answering(answer: bytes | None) -> AsyncIterator[str]:
    """The URL of something that gives this answer to whatever it is told, or hangs up at once."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while answer is not None and await reader.read(65536):
                writer.write(answer)
                await writer.drain()
        except OSError:
            pass
        writer.close()

    async with await asyncio.start_server(meet, "127.0.0.1", 0) as server:
        yield f"valkey://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x00\xff" * 100,
        b"$-5\r\n",
        b"*3\r\n$1\r\na\r\n",
        b"%1\r\n",
        b"+OK\r\n",
        b"$3\r\nabc\r\n",
        b":1\r\n",
        b"-LOADING the dataset is in memory soon\r\n",
        b"-ERR unknown command 'HELLO', with args beginning with: f:0123\r\n",
    ],
    ids=repr,
)
async def test_what_is_no_server_of_ours_is_no_store(answer: bytes | None) -> None:
    async with answering(answer) as url:
        guard = Guard(url)
        assert await guard.store.multi_get(["a"]) == [None]
        guard.rested()
        with pytest.raises(StoreDown):
            await guard.store.put_surely([("a", b"x", TTL)])
        guard.rested()
        await guard.store.multi_put([("a", b"x", TTL)])
        await guard.store.close()
    assert len(guard.events) >= 2
    assert not any("0123" in str(event) for event in guard.events)


async def test_nobody_at_the_address_is_no_store() -> None:
    async with answering(None) as url:
        pass
    guard = Guard(url)
    await without_a_store(guard.store)
    assert guard.events == [StoreFailed("multi_get", "ConnectionError")]
    await guard.store.close()


async def test_a_name_that_leads_nowhere_is_no_store() -> None:
    guard = Guard("valkey://nobody.invalid")
    assert await seconds(lambda: without_a_store(guard.store)) < DEADLINE_S + SLACK_S
    await guard.store.close()

"""The shared store on a real server: what it sends, what it is told by a URL, what it does with what others left."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import InvalidResponse

from gateway.cache.failures import StoreRefused
from gateway.cache.valkey import OPENED_AHEAD, ValkeyStore
from tests.cache.support import put
from tests.support.valkey import Valkey

TTL = 60.0


@pytest.fixture
async def store(valkey: Valkey) -> AsyncIterator[ValkeyStore]:
    found = ValkeyStore(valkey.url)
    yield found
    await found.close()


class Wire:
    """A proxy in front of a server that counts connections and turns: what is sent after something was received."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connections = 0
        self.turns = 0
        self.sent = b""
        self.address = ""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client."""
        self.connections += 1
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.port)
        asked = False

        async def back() -> None:
            nonlocal asked
            while data := await there_reader.read(65536):
                asked = False
                writer.write(data)
            writer.close()

        answering = asyncio.create_task(back())
        try:
            while data := await reader.read(65536):
                self.turns += not asked
                asked = True
                self.sent += data
                there_writer.write(data)
        except OSError:
            pass
        there_writer.close()
        await answering


@asynccontextmanager
async def wire_to(valkey: Valkey, context: ssl.SSLContext | None = None) -> AsyncIterator[Wire]:
    wire = Wire(valkey.port)
    server = await asyncio.start_server(wire.meet, "127.0.0.1", 0, ssl=context)
    wire.address = f"valkey://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield wire


# --- what it sends ---


async def test_every_operation_is_one_round_trip(valkey: Valkey) -> None:
    items = [(f"k{number}", b"x" * 100, TTL) for number in range(50)]
    async with wire_to(valkey) as wire:
        store = ValkeyStore(wire.address)
        await store.multi_get(["a"])
        connecting = wire.turns - 1
        for operation in (
            lambda: store.multi_get([key for key, _, _ in items]),
            lambda: store.multi_put(items),
            lambda: store.put_surely(items),
            lambda: store.claim("b", b"1", ttl=TTL),
            lambda: store.release("b", b"1"),
            lambda: store.delete([key for key, _, _ in items]),
        ):
            before = wire.turns
            await operation()
            assert wire.turns == before + 1
        before = wire.turns
        await store.multi_get([])
        await store.multi_put([])
        await store.put_surely([])
        await store.delete([])
        assert (wire.turns, wire.connections) == (before, 1)
        await store.close()
    assert connecting == 1
    assert b"HELLO\r\n$1\r\n3\r\n" in wire.sent
    words = set(wire.sent.upper().split(b"\r\n"))
    assert not words & {b"KEYS", b"FLUSHDB", b"FLUSHALL", b"SETEX", b"PSETEX", b"CLIENT", b"PING"}


async def test_nothing_is_tried_twice() -> None:
    """A claim may have been granted though its answer was lost, and there is no time for a second attempt."""
    commands: list[bytes] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while b"HELLO" in (command := await reader.read(65536)):
            writer.write(b"%1\r\n$5\r\nproto\r\n:3\r\n")
        commands.append(command)
        writer.close()

    async with await asyncio.start_server(meet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        store = ValkeyStore(f"valkey://127.0.0.1:{port}")
        for operation in (
            lambda: store.multi_get(["a"]),
            lambda: store.multi_put([("a", b"1", TTL)]),
            lambda: store.put_surely([("a", b"1", TTL)]),
            lambda: store.claim("a", b"1", ttl=TTL),
        ):
            with pytest.raises(NotConnected):
                await operation()
        await store.close()
    assert len(commands) == 4


async def test_a_burst_waits_for_the_connections_there_are(valkey: Valkey) -> None:
    async with wire_to(valkey) as wire:
        store = ValkeyStore(wire.address, max_connections=3)
        await put(store, "a", b"1")
        assert await asyncio.gather(*(store.multi_get(["a"]) for _ in range(100))) == [[b"1"]] * 100
        assert wire.connections == 3
        await store.close()


@pytest.mark.parametrize(("most", "ahead"), [(100, OPENED_AHEAD), (3, 3)])
async def test_a_burst_finds_the_connections_that_were_opened_ahead(valkey: Valkey, most: int, ahead: int) -> None:
    async with wire_to(valkey) as wire:
        store = ValkeyStore(wire.address, max_connections=most)
        await store.open()
        assert wire.connections == ahead
        await asyncio.gather(*(store.multi_get(["a"]) for _ in range(ahead)))
        assert wire.connections == ahead
        await store.open()
        assert wire.connections == ahead
        await store.close()


@pytest.mark.parametrize("answer", [b"+OK\r\n", b":1\r\n", b"$1\r\nx\r\n"])
async def test_what_must_not_get_lost_is_not_taken_for_kept_by_whoever_says_yes(answer: bytes) -> None:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while command := await reader.read(65536):
            writer.write(b"%1\r\n$5\r\nproto\r\n:3\r\n" if b"HELLO" in command else answer)
        writer.close()

    async with await asyncio.start_server(meet, "127.0.0.1", 0) as server:
        store = ValkeyStore(f"valkey://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(InvalidResponse):
            await store.put_surely([("a", b"1", TTL)])
        await store.close()


async def test_a_connection_that_takes_too_long_is_no_answer_and_nothing_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.cache.valkey.CONNECTING_S", 0.02)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = ValkeyStore(f"valkeys://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(TimeoutError):
            await store.open()
        with pytest.raises(TimeoutError):
            await store.multi_get(["a"])
        await store.close()


async def test_those_who_leave_give_their_connections_back(valkey: Valkey) -> None:
    store = ValkeyStore(valkey.url, max_connections=2)
    await store.multi_put([(f"k{number}", b"%d" % number, TTL) for number in range(50)])
    for turns in range(8):
        asking = [asyncio.create_task(store.multi_get([f"k{number}"])) for number in range(20)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for one in asking[::2]:
            one.cancel()
        found = await asyncio.gather(*asking, return_exceptions=True)
        for number, values in enumerate(found):
            assert isinstance(values, asyncio.CancelledError) or values == [b"%d" % number]
        assert found[1] == [b"1"]
    await store.close()


async def test_the_time_to_live_is_kept_in_milliseconds(valkey: Valkey, store: ValkeyStore) -> None:
    await store.multi_put([("a", b"1", 0.9)])
    await put(store, "b", b"1", ttl=12.3456)
    await store.claim("c", b"1", ttl=0.0001)
    await store.put_surely([("d", b"1", 9.5)])
    assert 800 <= int(valkey.tell("PTTL", "a")[1:]) <= 900
    assert 12_200 <= int(valkey.tell("PTTL", "b")[1:]) <= 12_345
    assert int(valkey.tell("PTTL", "c")[1:]) in (-2, 0, 1)
    assert 9_400 <= int(valkey.tell("PTTL", "d")[1:]) <= 9_500


async def test_nothing_is_kept_for_good(valkey: Valkey, store: ValkeyStore) -> None:
    await store.set("a", b"1", ttl=float("inf"))
    await store.multi_set([("b", b"1")], ttl=None)
    await store.put_surely([("c", b"1", float("inf"))])
    for key in "abc":
        assert int(valkey.tell("TTL", key)[1:]) > 0


async def test_a_closed_store_leaves_no_connection(valkey: Valkey) -> None:
    store = ValkeyStore(valkey.url)
    await asyncio.gather(*(store.multi_get(["a"]) for _ in range(5)))
    await store.close()
    for _ in range(500):
        if b"connected_clients:1\r" in valkey.tell("INFO", "clients"):  # the one that asks
            return
        await asyncio.sleep(0.01)
    pytest.fail("a connection is left")


async def test_the_log_tells_no_keys_even_in_detail(store: ValkeyStore, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await store.multi_put([("f:key-1", b"value-1", TTL)])
        await store.multi_get(["f:key-1"])
        await store.claim("f:key-2", b"value-2", ttl=TTL)
        await store.release("f:key-2", b"value-2")
        await store.put_surely([("f:key-3", b"value-3", TTL)])
        await store.delete(["f:key-1"])
    assert "f:key" not in caplog.text
    assert "value-" not in caplog.text


# --- what others left ---


@pytest.fixture
def lists(valkey: Valkey) -> None:
    for key in "abcdef":
        valkey.tell("RPUSH", key, "x")


@pytest.mark.usefixtures("lists")
async def test_another_type_under_a_key_is_a_miss_and_gives_way(store: ValkeyStore) -> None:
    await store.multi_put([("z", b"1", TTL)])
    assert await store.multi_get(["a", "z"]) == [None, b"1"]
    await store.multi_put([("a", b"2", TTL)])
    await store.put_surely([("b", b"3", TTL)])
    await put(store, "c", b"4")
    await store.delete(["d"])
    assert not await store.claim("e", b"5", ttl=TTL)
    assert await store.multi_get([*"abcde"]) == [b"2", b"3", b"4", None, None]


@pytest.mark.usefixtures("lists")
async def test_another_type_under_a_claim_is_a_refusal_without_the_key(store: ValkeyStore) -> None:
    with pytest.raises(StoreRefused) as releasing:
        await store.release("f", b"mine")
    assert str(releasing.value) == "ResponseError"
    assert releasing.value.__suppress_context__


async def test_a_server_is_never_emptied(store: ValkeyStore) -> None:
    await put(store, "a", b"1")
    with pytest.raises(NotImplementedError):
        await store.clear()
    with pytest.raises(NotImplementedError):
        await store.clear(namespace="a")
    assert await store.multi_get(["a"]) == [b"1"]


async def test_aiocaches_operations_are_there(store: ValkeyStore) -> None:
    await store.set("a", b"1", ttl=TTL)
    assert (await store.get("a"), await store.exists("a"), await store.exists("b")) == (b"1", True, False)
    await store.add("b", b"2", ttl=TTL)
    with pytest.raises(ValueError, match="already exists"):
        await store.add("b", b"3", ttl=TTL)


# --- URLs ---


@pytest.mark.parametrize("scheme", ["valkey", "redis"])
async def test_either_name_leads_to_the_server(valkey: Valkey, scheme: str) -> None:
    store = ValkeyStore(f"{scheme}://127.0.0.1:{valkey.port}/0")
    await put(store, "a", b"1")
    assert await store.multi_get(["a"]) == [b"1"]
    await store.close()


async def test_a_url_names_the_database(valkey: Valkey, store: ValkeyStore) -> None:
    other = ValkeyStore(f"valkey://127.0.0.1:{valkey.port}/3")
    await put(other, "a", b"1")
    assert (await store.multi_get(["a"]), await other.multi_get(["a"])) == ([None], [b"1"])
    await other.close()


async def test_a_url_names_who_we_are(own_valkey: Valkey) -> None:
    own_valkey.tell("ACL", "SETUSER", "till", "on", ">p@ss/word", "~*", "+@all")
    store = ValkeyStore(f"valkey://till:p%40ss%2Fword@127.0.0.1:{own_valkey.port}")
    await put(store, "a", b"1")
    assert own_valkey.tell("CLIENT", "LIST").count(b"user=till ") == 1
    await store.close()


def certified(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS for 127.0.0.1, and the file with the only certificate that vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = directory / "certificate.pem", directory / "key.pem"
    public.write_bytes(certificate.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return context, public


@pytest.mark.parametrize("scheme", ["valkeys", "rediss"])
async def test_a_secure_url_speaks_tls_with_whom_it_knows(valkey: Valkey, tmp_path: Path, scheme: str) -> None:
    context, certificate = certified(tmp_path)
    async with wire_to(valkey, context) as wire:
        address = wire.address.replace("valkey", scheme)
        known = ValkeyStore(f"{address}/0?ssl_ca_certs={certificate}")
        await put(known, "a", b"1")
        assert await known.multi_get(["a"]) == [b"1"]
        await known.close()
        assert wire.connections == 1
        unknown = ValkeyStore(address)
        with pytest.raises(NotConnected, match="CERTIFICATE_VERIFY_FAILED"):
            await unknown.multi_get(["a"])
        await unknown.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "memory://",
        "http://user:hunter2@host",
        "valkey:user:hunter2@host",
        "unix:///hunter2",
        "valkey://user:hunter2@host:port/0",
        "valkey://user:hunter2@host:99999999",
        "VALKEY://user:hunter2@host",
    ],
)
def test_what_is_no_url_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(ValueError, match="URL") as refused:
        ValkeyStore(url)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_store_does_not_show_its_password() -> None:
    store = ValkeyStore("valkey://user:hunter2@host:6379/0")
    assert "hunter2" not in f"{store!r} {store.client!r} {store.client.connection_pool!r}"


def test_no_connection_is_made_before_it_is_needed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        ValkeyStore(f"valkey://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(BlockingIOError):
            listener.accept()

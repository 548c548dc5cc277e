"""Who gets which connection, and what becomes of it: over sockets, on both ways."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.upstream.pool import Pool
from tests.upstream.ways import Asker, Reply, asker, asking, both_ways
from tests.upstream.wire import Exchange, answering, closed_port, listening

HI = Reply(200, b"hi")


@both_ways
async def test_the_connection_used_last_is_used_next(way: str):
    async with asking(way, answering(b"hi"), max_connections=4) as (asker, wire):
        await asyncio.gather(*(asker.get() for _ in range(4)))
        opened = wire.connections
        used = [exchange.writer for exchange in wire.exchanges]
        for _ in range(8):
            await asker.get()
    last = {id(exchange.writer) for exchange in wire.exchanges[len(used) :]}
    assert (opened, wire.connections, len(last)) == (4, 4, 1)


@both_ways
async def test_who_came_first_is_served_first(way: str):
    async with asking(way, answering(b"hi"), max_connections=1) as (asker, wire):
        await asyncio.gather(*(asker.get(f"/{number}") for number in range(20)))
    assert [exchange.line.split(" ")[1] for exchange in wire.exchanges] == [f"/{number}" for number in range(20)]
    assert wire.connections == 1


@both_ways
async def test_connections_that_nobody_used_for_long_are_closed(way: str):
    async with asking(way, answering(b"hi"), max_connections=4, keepalive_expiry_s=0.05) as (asker, _):
        await asyncio.gather(*(asker.get() for _ in range(4)))
        for _ in range(10):
            await asyncio.sleep(0.01)
            await asker.get()
        pool = next(iter(asker.transport._pools.values()))  # noqa: SLF001
        assert (len(pool._open), len(pool._idle), pool._taken) == (1, 1, 1)  # noqa: SLF001


# A server that lets go of connections.


@both_ways
async def test_a_server_that_closes_a_kept_connection_is_noticed(way: str):
    async def say(exchange: Exchange) -> None:
        await exchange.answer(b"hi")
        exchange.writer.close()

    async with asking(way, say) as (asker, wire):
        for _ in range(3):
            assert await asker.get() == HI
            await asyncio.sleep(0.01)
    assert (wire.connections, len(wire.exchanges)) == (3, 3)


@both_ways
async def test_a_kept_connection_that_closes_instead_of_answering_is_replaced_once(way: str):
    async def say(exchange: Exchange) -> None:
        first = next(one for one in wire.exchanges if one.writer is exchange.writer)
        if exchange is first:
            await exchange.answer(b"hi")
        else:
            exchange.writer.close()

    async with asking(way, say, max_connections=1) as (asker, wire):
        assert await asker.get() == HI
        assert await asker.get() == HI
    assert (wire.connections, len(wire.exchanges)) == (2, 3)


@both_ways
async def test_a_new_connection_that_closes_instead_of_answering_is_an_error(way: str):
    async def say(exchange: Exchange) -> None:
        exchange.writer.close()

    async with asking(way, say) as (asker, wire):
        with pytest.raises(httpx.RemoteProtocolError):
            await asker.get()
    assert len(wire.exchanges) == 1


@both_ways
async def test_a_kept_connection_that_has_begun_to_answer_is_not_asked_again(way: str):
    async def say(exchange: Exchange) -> None:
        if len(wire.exchanges) == 1:
            await exchange.answer(b"hi")
        else:
            await exchange.say(b"HTTP/1.1 200")
            exchange.writer.close()

    async with asking(way, say) as (asker, wire):
        assert await asker.get() == HI
        with pytest.raises(httpx.RemoteProtocolError):
            await asker.get()
    assert len(wire.exchanges) == 2


async def test_what_changes_something_is_not_sent_again():
    async def say(exchange: Exchange) -> None:
        if len(wire.exchanges) == 1:
            await exchange.answer(b"hi")
        else:
            exchange.writer.close()

    async with asking("httpx", say, max_connections=1) as (asker, wire):
        await asker.get()
        with pytest.raises(httpx.RemoteProtocolError):
            await asker._http.post("/", content=b"")  # noqa: SLF001
    assert len(wire.exchanges) == 2


@both_ways
async def test_bytes_that_nobody_asked_for_end_a_kept_connection(way: str):
    async with asking(way, answering(b"hi")) as (asker, wire):
        await asker.get()
        await wire.exchanges[0].say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
        await asyncio.sleep(0.02)
        assert await asker.get() == HI
    assert wire.connections == 2


@both_ways
async def test_a_server_that_is_not_there_leaves_no_place_taken(way: str):
    async with asker(way, await closed_port(), max_connections=1) as one:
        for _ in range(5):
            with pytest.raises(httpx.ConnectError):
                await one.get()


# Cancellation.


async def nothing_is_taken(asker: Asker) -> None:
    """Every place that is taken is that of a connection which waits for the next request."""
    await asyncio.sleep(0)
    for pool in asker.transport._pools.values():  # noqa: SLF001
        assert pool._taken == len(pool._idle)  # noqa: SLF001
        assert not pool._waiting  # noqa: SLF001


@both_ways
async def test_thousands_of_cancelled_requests_leave_a_pool_that_serves(way: str):
    async with asking(way, answering(b"hi"), max_connections=3) as (asker, _):
        for burst in range(400):
            tasks = [asyncio.create_task(asker.get()) for _ in range(6)]
            for _ in range(burst % 14):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await nothing_is_taken(asker)
        assert await asyncio.gather(*(asker.get() for _ in range(12))) == [HI] * 12


@both_ways
async def test_a_place_that_is_given_back_goes_to_the_next_who_still_waits(way: str):
    async def say(exchange: Exchange) -> None:
        await (exchange.never() if exchange.line.startswith("GET /never") else exchange.answer(b"hi"))

    async with asking(way, say, max_connections=1) as (asker, wire):
        stuck = asyncio.create_task(asker.get("/never"))
        await wire.asked.wait()
        gone, served = (asyncio.create_task(asker.get()) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        stuck.cancel()
        assert await served == HI
        assert (await asyncio.gather(gone, stuck, return_exceptions=True)) != [HI, HI]
        await nothing_is_taken(asker)


@both_ways
async def test_a_connection_handed_to_one_who_leaves_in_that_moment_goes_to_the_next(way: str):
    release = asyncio.Event()

    async def say(exchange: Exchange) -> None:
        await release.wait()
        await exchange.answer(b"hi")

    async with asking(way, say, max_connections=1) as (asker, wire):
        first = asyncio.create_task(asker.get())
        await wire.asked.wait()
        leaver, last = (asyncio.create_task(asker.get()) for _ in range(2))
        await asyncio.sleep(0)
        first.add_done_callback(lambda _: leaver.cancel())
        release.set()
        assert await first == HI
        assert await last == HI
        await asyncio.gather(leaver, return_exceptions=True)
        await nothing_is_taken(asker)


@both_ways
async def test_one_who_waits_for_a_place_is_told_when_it_takes_too_long(way: str):
    limits = httpx.Timeout(10.0, pool=0.05, read=10.0 if way == "httpx" else 0.05)
    async with asking(way, Exchange.never, max_connections=1, limits=limits) as (asker, wire):
        busy = asyncio.create_task(asker.get("/never"))
        await wire.asked.wait()
        with pytest.raises(httpx.TimeoutException):
            await asker.get()
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)
        await nothing_is_taken(asker)


async def test_a_connection_that_takes_too_long_to_be_made_is_a_connect_timeout(monkeypatch: pytest.MonkeyPatch):
    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Pool, "_opened", never)
    limits = httpx.Timeout(10.0, connect=0.05)
    async with asker("httpx", "http://127.0.0.1:1", max_connections=1, limits=limits) as one:
        for _ in range(3):
            with pytest.raises(httpx.ConnectTimeout):
                await one.get()
        await nothing_is_taken(one)


@both_ways
async def test_who_waits_when_the_pool_is_closed_is_told_so(way: str):
    async with listening(Exchange.never) as wire:
        async with asker(way, wire.url, max_connections=1) as one:
            waiting = [asyncio.create_task(one.get()) for _ in range(3)]
            await wire.asked.wait()
        found = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, httpx.TransportError) for one in found)


@both_ways
async def test_an_ipv6_address_is_asked(way: str):
    try:
        async with listening(answering(b"hi"), host="::1") as wire, asker(way, wire.url) as one:
            assert await one.get() == HI
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert wire.exchanges[0].headers["host"] == wire.url.removeprefix("http://")


# TLS.


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that is its own authority, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "upstream.test")]), datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("authority") / "upstream.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def server_side(authority: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


@pytest.fixture
def trusting(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's authorities are this one."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))


@both_ways
@pytest.mark.usefixtures("trusting")
async def test_a_server_that_the_system_knows_is_asked_over_tls(way: str, server_side: ssl.SSLContext):
    names: list[str | None] = []
    server_side.sni_callback = lambda _, name, __: names.append(name)
    async with listening(answering(b"hi" * 50_000), secure=server_side) as wire:
        url = wire.url.replace("127.0.0.1", "localhost")
        async with asker(way, url) as one:
            assert [await one.get() for _ in range(3)] == [Reply(200, b"hi" * 50_000)] * 3
            spoken = {
                exchange.writer.get_extra_info("ssl_object").selected_alpn_protocol() for exchange in wire.exchanges
            }
    assert (wire.connections, spoken, names) == (1, {"http/1.1"}, ["localhost"])


@both_ways
@pytest.mark.usefixtures("trusting")
async def test_a_server_of_another_name_is_not_asked(way: str, server_side: ssl.SSLContext):
    async with listening(answering(b"hi"), secure=server_side) as wire, asker(way, wire.url) as one:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await one.get()
    assert wire.exchanges == []


@both_ways
async def test_a_server_that_the_system_does_not_know_is_not_asked(way: str, server_side: ssl.SSLContext):
    async with (
        listening(answering(b"hi"), secure=server_side) as wire,
        asker(way, wire.url.replace("127.0.0.1", "localhost")) as one,
    ):
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await one.get()
    assert wire.exchanges == []


@both_ways
@pytest.mark.usefixtures("trusting")
async def test_handshakes_that_are_cancelled_leave_a_pool_that_serves(way: str, server_side: ssl.SSLContext):
    async with (
        listening(answering(b"hi"), secure=server_side) as wire,
        asker(way, wire.url.replace("127.0.0.1", "localhost"), max_connections=1) as one,
    ):
        for steps in range(30):
            task = asyncio.create_task(one.get())
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await nothing_is_taken(one)
        assert await one.get() == HI

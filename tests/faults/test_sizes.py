"""Answers larger than any customer: the gateway stops reading, lets go of the connection, and serves the rest."""

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from gateway.sandbox import create_sandbox
from gateway.upstream.client import MOST_BYTES
from tests.faults.graph import of_customer
from tests.faults.support import before, told
from tests.support.gateway import GatewayUnderTest

MEGABYTE = 1024 * 1024
PART = 64 * 1024
"""As much as the connection pool hands on at a time."""
FILLS = {"/v2": ("cards", "status"), "/v1.1": ("slabHistory", "registeredBy")}
QUERY = of_customer("id firstName cards { cardId } status { statusLabel } slabHistory { to } registeredBy")
both_calls = pytest.mark.parametrize("call", FILLS)


class Large(httpx.AsyncByteStream):
    """Parts of a body, made as they are taken."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self.taken = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            self.taken += len(part)
            yield part

    async def aclose(self) -> None:
        self.closed = True


class Half(httpx.AsyncBaseTransport):
    """A connection pool to an upstream one of whose calls answers with a body of its own."""

    def __init__(self, call: str, headers: dict[str, str], parts: Callable[[], Iterator[bytes]]) -> None:
        self._call, self._headers, self._parts = call, headers, parts
        self._sandbox = httpx.ASGITransport(create_sandbox())
        self.given: list[Large] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.startswith(self._call):
            return await self._sandbox.handle_async_request(request)
        assert set(request.headers["accept-encoding"].split(", ")) <= {"gzip", "deflate", "identity"}
        self.given.append(Large(self._parts()))
        return httpx.Response(200, headers=self._headers, stream=self.given[-1])


@asynccontextmanager
async def large(
    monkeypatch: pytest.MonkeyPatch, call: str, parts: Callable[[], Iterator[bytes]], **headers: str
) -> AsyncIterator[tuple[GatewayUnderTest, Half]]:
    """A gateway with a base URL, as in production, whose pool is that upstream."""
    half = Half(call, {"content-type": "application/json", **headers}, parts)
    monkeypatch.setattr("gateway.wiring.organisations.PooledTransport", lambda **_: half)
    async with before(None, half, {"base_url": "http://upstream.test"}) as gateway:
        yield gateway, half


async def refused(gateway: GatewayUnderTest, half: Half, call: str) -> Large:
    """The body that was not read to its end; what the other call fills is there."""
    response = await gateway.post(QUERY)
    customer, codes = told(response.json())
    assert response.status_code == 200
    assert codes == dict.fromkeys(FILLS[call], "UPSTREAM_UNAVAILABLE")
    assert customer["firstName"] == "Asha"
    assert {name for name, value in customer.items() if value is None} == set(FILLS[call])
    (body,) = half.given
    assert body.closed
    return body


def padded(size: int) -> Iterator[bytes]:
    """A customer of V2 with a long text, `size` bytes in all."""
    yield b'{"id": 100000001, "profiles": [], "pad": "'
    for _ in range(size // PART):
        yield b"x" * PART
    yield b'"}'


@both_calls
async def test_a_body_of_30_mb_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    async with large(monkeypatch, call, lambda: padded(30 * MEGABYTE)) as (gateway, half):
        body = await refused(gateway, half, call)
        assert MOST_BYTES < body.taken <= MOST_BYTES + 2 * PART


@both_calls
async def test_a_body_that_never_ends_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * PART

    async with large(monkeypatch, call, endless) as (gateway, half):
        assert (await refused(gateway, half, call)).taken <= MOST_BYTES + PART


async def test_a_body_just_below_the_bound_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is the only thing that is wrong with the larger one."""
    async with large(monkeypatch, "/v2", lambda: padded(MOST_BYTES - PART)) as (gateway, half):
        customer, codes = told((await gateway.post(QUERY)).json())
        assert (customer["id"], codes) == ("100000001", {})
        assert [body.taken > MOST_BYTES - 2 * PART for body in half.given] == [True]


# --- bodies that grow when they are unpacked ---


def cut(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), PART):
        yield data[start : start + PART]


def blown_up(size: int, rounds: int = 1) -> bytes:
    """Many blanks, packed."""
    packer = zlib.compressobj(wbits=31)
    data = b"".join([*(packer.compress(b" " * MEGABYTE) for _ in range(size // MEGABYTE)), packer.flush()])
    for _ in range(rounds - 1):
        data = gzip.compress(data)
    return data


BOMBS: dict[str, tuple[Callable[[], bytes], dict[str, str]]] = {
    "gzip": (lambda: blown_up(20 * MEGABYTE), {"content-encoding": "gzip"}),
    "deflate": (lambda: zlib.compress(b" " * 20 * MEGABYTE), {"content-encoding": "deflate"}),
    "gzip in gzip": (lambda: blown_up(20 * MEGABYTE, 2), {"content-encoding": "gzip, gzip"}),
}


@both_calls
@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_body_that_unpacks_beyond_the_bound_is_refused(
    monkeypatch: pytest.MonkeyPatch, call: str, bomb: str
) -> None:
    data, headers = BOMBS[bomb]
    async with large(monkeypatch, call, lambda: cut(data()), **headers) as (gateway, half):
        await refused(gateway, half, call)


@pytest.mark.parametrize("rounds", [1, 2])
async def test_a_body_that_unpacks_beyond_the_bound_is_not_unpacked_to_its_end(
    monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    """One part of 64 KB holds up to 66 MB, and 68 GB where it is packed twice."""
    data, encoding = blown_up(40 * MEGABYTE, rounds), ", ".join(["gzip"] * rounds)
    async with large(monkeypatch, "/v2", lambda: cut(data), **{"content-encoding": encoding}) as (gateway, half):
        tracemalloc.start()
        try:
            await refused(gateway, half, "/v2")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 3 * MOST_BYTES

"""Answers that the server gives without a task, over real sockets: nobody can tell, but for the time they take."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.asgi import WRITE
from gateway.readiness import Readiness
from gateway.server import Server, ServerConfig
from gateway.settings import Settings
from tests.cli.support import Process
from tests.server.support import Client, Served, connected, post, served

ASKED = '{ customer(by: {mobile: \\"919800000001\\"}) { id firstName } }'
OTHER = "{ __typename }"
ONE_RESPONSE = ("x-request-id", "date")
WARM = 3
"""The first time an operation is met, then it is compiled, then known at a glance."""


@pytest.fixture(scope="module")
def gateway(sandbox: Process) -> Iterator[Served]:
    with served(sandbox, INTROSPECTION="true", METRICS__ENABLED="true", ADMIN__SECRET="of operators") as running:
        yield running


async def ask(client: Client, text: str = ASKED, *headers: str) -> tuple[int, dict[str, str], bytes]:
    await client.send(post(text, *headers))
    return await client.answer()


def counted(gateway: Served, name: str) -> float:
    lines = gateway.process.http.get("/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


async def test_they_are_as_all_others_are_and_counted(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        first = await ask(client)
        for _ in range(WARM):
            known = await ask(client)
        before, calls = counted(gateway, "gateway_requests_total"), counted(gateway, "gateway_upstream_calls_total")
        again = await ask(client)
    assert again[0] == first[0] == 200
    assert again[1].keys() == first[1].keys() == known[1].keys()
    same = set(known[1]) - {*ONE_RESPONSE, "cache-control"}
    assert {name: again[1][name] for name in same} == {name: known[1][name] for name in same}
    assert again[1]["x-request-id"] != known[1]["x-request-id"]
    assert again[2] == known[2]
    assert counted(gateway, "gateway_requests_total") - before == 1
    assert counted(gateway, "gateway_requests_in_flight") == 0
    assert counted(gateway, "gateway_upstream_calls_total") == calls


class Prompt:
    """An application that answers a body of its own at once, and any other late: one of them in one piece."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        if b"piece" in (await receive())["body"] and scope[WRITE](scope, b"content-length: 5\r\n\r\nwhole"):
            assert not scope[WRITE](scope, b"content-length: 5\r\n\r\nagain")
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"late"})

    def at_once(self, _: Any, body: bytes) -> bytes | None:
        return b"content-length: 4\r\n\r\nsoon" if b"prompt" in body else None


@pytest.fixture
def prompt() -> Iterator[int]:
    """The port of a server of such an application."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        config = ServerConfig(Prompt(), host=host, port=port, limits=Settings().server, readiness=Readiness())
        config.lifespan = "off"
        server = Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join()


async def test_the_application_is_not_called_for_them(prompt: int) -> None:
    texts = ["prompt", "other", "prompt", "prompt"]
    async with connected(prompt) as client:
        assert [(await ask(client, text))[2] for text in texts] == [b"soon", b"late", b"soon", b"soon"]
        await client.send(post("prompt") + post("other"))
        assert [(await client.answer())[2] for _ in range(2)] == [b"soon", b"late"]


async def test_an_application_may_write_its_answer_in_one_piece(prompt: int) -> None:
    """Where the next request has come already, its answer is sent as any other."""
    async with connected(prompt) as client:
        assert [(await ask(client, text))[2] for text in ("piece", "other", "piece")] == [b"whole", b"late", b"whole"]
        await client.send(post("piece") + post("piece"))
        assert [(await client.answer())[2] for _ in range(2)] == [b"late", b"whole"]
        await client.send(post("piece", "connection: close"))
        status, headers, body = await client.answer()
        assert (status, headers["connection"], body) == (200, "close", b"whole")
        assert "date" in headers
        assert await client.rest() == b""


async def test_requests_in_one_go_are_answered_in_their_order(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        for _ in range(WARM):
            known = await ask(client)
        texts = [ASKED, ASKED, OTHER, ASKED, OTHER, OTHER, ASKED]
        await client.send(b"".join(map(post, texts)))
        bodies = [(await client.answer())[2] for _ in texts]
        assert bodies == [known[2] if text == ASKED else b'{"data":{"__typename":"Query"}}' for text in texts]
        assert (await ask(client))[2] == known[2]


async def test_who_asks_for_the_end_of_the_connection_gets_it(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        for _ in range(WARM):
            await ask(client)
        await client.send(post(ASKED, "connection: close"))
        status, headers, body = await client.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert b"firstName" in body
        assert await client.rest() == b""


async def test_a_body_that_comes_late_is_waited_for(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        for _ in range(WARM):
            known = await ask(client)
        whole = post(ASKED)
        for part in (whole[:40], whole[40:-30], whole[-30:]):
            await client.send(part)
        assert (await client.answer())[2] == known[2]


async def test_what_follows_a_request_and_is_none_ends_the_connection(gateway: Served) -> None:
    async with connected(gateway.port) as client:
        for _ in range(WARM):
            await ask(client)
        await client.send(post(ASKED) + b"\x00\x01 nonsense\r\n\r\n")
        assert await client.rest() == b""


async def test_a_change_is_heard_of_at_once(gateway: Served, sandbox: Process) -> None:
    async with connected(gateway.port) as client:
        for _ in range(WARM + 1):
            await ask(client)
        told = gateway.process.http.post(
            "/admin/cache/purge",
            headers={"authorization": "Bearer of operators"},
            json={"by": {"mobile": "919800000001"}},
        )
        assert told.status_code == 200, told.text
        sandbox.http.delete("/_sandbox/requests")
        assert (await ask(client))[0] == 200
        assert len(sandbox.http.get("/_sandbox/requests").json()) == 1

"""Clients that come together are let in together: none waits for turns of the event loop that others fill."""

import asyncio
import socket
from contextlib import ExitStack

import uvloop
from starlette.responses import PlainTextResponse

from gateway.readiness import Readiness
from gateway.server import ACCEPTED, Server, ServerConfig
from gateway.settings.edge import ServerSettings

CLIENTS = 128


async def turns_until_all_are_in() -> int:
    """How often the event loop turns until it has accepted clients that are all there at its first turn."""
    application = PlainTextResponse("here")
    config = ServerConfig(application, host="127.0.0.1", port=0, limits=ServerSettings(), readiness=Readiness())
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    address = server.servers[0].sockets[0].getsockname()
    with ExitStack() as clients:
        for _ in range(CLIENTS):  # the system lets them wait for whom it belongs to
            clients.enter_context(socket.create_connection(address))
        turns = 0
        while len(server.server_state.connections) < CLIENTS and turns < 2 * CLIENTS:
            await asyncio.sleep(0)
            turns += 1
    server.should_exit = True
    await serving
    return turns


def test_clients_that_come_together_are_accepted_many_at_a_time() -> None:
    assert uvloop.run(turns_until_all_are_in()) <= CLIENTS // ACCEPTED + 2

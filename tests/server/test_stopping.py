"""Stopping, over real sockets and under load: first not ready, then not listening, then gone; nothing gets lost."""

import asyncio
import signal
import socket
from collections.abc import Callable

import httpx
import pytest

from tests.cli.support import Process
from tests.server.support import Served, connected, post, served

ASHA = "{ customer(by: {id: 100000001}) { firstName } }"
WANTED = {"customer": {"firstName": "Asha"}}


async def until(true: Callable[[], bool]) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.01)


async def until_not_ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while (await http.get("/readyz")).status_code == 200:  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.01)


async def until_gone(gateway: Served) -> int:
    """Waits for the end of the process; its exit code."""
    await until(lambda: gateway.process.exit_code() is not None)
    code = gateway.process.exit_code()
    assert code is not None
    return code


async def until_asked(sandbox: Process) -> None:
    """Waits until upstream was asked something."""
    await until(lambda: bool(sandbox.http.get("/_sandbox/requests").json()))


def client(gateway: Served) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=gateway.process.address, trust_env=False, timeout=60)


def delay(gateway: Served, seconds: float) -> None:
    """Has upstream take its time from now on."""
    faults = {endpoint: {"delay_s": seconds} for endpoint in ("v1_get", "v2_lookup", "v2_by_id")}
    assert gateway.sandbox.http.put("/_sandbox/faults", json=faults).status_code == 200


@pytest.mark.parametrize("upstream_s", [0.0, 0.3])
async def test_no_request_is_lost_while_a_loaded_gateway_drains(sandbox: Process, upstream_s: float) -> None:
    """Twenty clients ask without a pause, until a balancer sees that the gateway is not ready."""
    with served(sandbox, SERVER__DRAIN_S="300", CACHE__MAX_BYTES="0", UPSTREAM__MAX_CONNECTIONS="100") as gateway:
        delay(gateway, upstream_s)
        balanced, answers, losses = True, 0, list[object]()

        async def ask(http: httpx.AsyncClient) -> None:
            nonlocal answers
            while balanced and not losses:
                try:
                    response = await http.post("/graphql", json={"query": ASHA})
                except httpx.HTTPError as error:
                    losses.append(error)
                    return
                if (response.status_code, response.json().get("data")) == (200, WANTED):
                    answers += 1
                else:
                    losses.append(response.text)

        async with client(gateway) as http, asyncio.TaskGroup() as crowd:
            for _ in range(20):
                crowd.create_task(ask(http))
            await until(lambda: answers >= 40 or bool(losses))
            gateway.process.signal(signal.SIGTERM)
            await until_not_ready(http)
            before = answers
            await until(lambda: answers >= before + 40 or bool(losses))  # the balancer looks only now and then
            balanced = False
        gateway.process.signal(signal.SIGTERM)
        assert losses == []
        assert await until_gone(gateway) in (0, -signal.SIGTERM)


async def test_what_runs_when_it_stops_listening_is_answered(sandbox: Process) -> None:
    people = range(100_000_001, 100_000_021)
    with served(sandbox, SERVER__DRAIN_S="0", UPSTREAM__TIMEOUT_S="60", UPSTREAM__MAX_CONNECTIONS="100") as gateway:
        delay(gateway, 3.0)
        async with client(gateway) as http:
            asked = [{"query": f"{{ customer(by: {{id: {one}}}) {{ id firstName }} }}"} for one in people]
            running = [asyncio.create_task(http.post("/graphql", json=body)) for body in asked]
            await until(lambda: len(sandbox.http.get("/_sandbox/requests").json()) >= len(people))
            assert not all(one.done() for one in running)
            gateway.process.signal(signal.SIGTERM)
            responses = await asyncio.gather(*running)
        assert {response.status_code for response in responses} == {200}
        assert all("errors" not in response.json() for response in responses)
        assert {response.headers["connection"] for response in responses} == {"close"}
        assert await until_gone(gateway) in (0, -signal.SIGTERM)


async def test_a_request_that_is_coming_when_it_stops_listening_may_come(sandbox: Process) -> None:
    with served(sandbox, SERVER__DRAIN_S="0") as gateway:
        whole = post(ASHA)
        async with connected(gateway.port) as half:
            await half.send(whole[:40])
            await half_is_read(gateway)
            gateway.process.signal(signal.SIGTERM)
            await until_refused(gateway)
            await half.send(whole[40:])
            status, headers, _ = await half.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert await until_gone(gateway) in (0, -signal.SIGTERM)


async def half_is_read(gateway: Served) -> None:
    """What was sent before this was answered has been read."""
    async with client(gateway) as http:
        for _ in range(3):
            await http.get("/healthz")


async def until_refused(gateway: Served) -> None:
    """Waits until nobody listens."""
    while True:
        try:
            with socket.create_connection(("127.0.0.1", gateway.port), timeout=1):
                await asyncio.sleep(0.02)
        except OSError:
            return


async def test_it_is_alive_but_not_ready_while_it_drains_and_ends_every_connection(sandbox: Process) -> None:
    with served(sandbox, SERVER__DRAIN_S="300") as gateway:
        async with client(gateway) as http:
            assert "connection" not in (await http.post("/graphql", json={"query": ASHA})).headers
            assert (await http.get("/readyz")).text == "ok\n"
            gateway.process.signal(signal.SIGTERM)
            await until_not_ready(http)
            unready = await http.get("/readyz")
            assert (unready.status_code, unready.text) == (503, "stopping\n")
            assert (await http.get("/healthz")).status_code == 200
            response = await http.post("/graphql", json={"query": ASHA})
            assert (response.json()["data"], response.headers["connection"]) == (WANTED, "close")
        gateway.process.signal(signal.SIGTERM)
        assert await until_gone(gateway) in (0, -signal.SIGTERM)


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]], ids=["Ctrl-C", "twice"])
async def test_who_waits_before_the_screen_need_not_wait(sandbox: Process, signals: list[signal.Signals]) -> None:
    """The drain would take five minutes."""
    with served(sandbox, SERVER__DRAIN_S="300") as gateway:
        async with client(gateway) as http:
            gateway.process.signal(signals[0])
            if len(signals) > 1:
                await until_not_ready(http)
                gateway.process.signal(signals[1])
        assert await until_gone(gateway) in (0, 130, -signal.SIGTERM, -signal.SIGINT)


async def test_a_request_that_never_ends_is_cut_off_at_last(sandbox: Process) -> None:
    with served(sandbox, SERVER__DRAIN_S="0", SERVER__SHUTDOWN_S="1", UPSTREAM__TIMEOUT_S="100") as gateway:
        delay(gateway, 60.0)
        async with client(gateway) as http:
            running = asyncio.create_task(http.post("/graphql", json={"query": ASHA}))
            await asyncio.sleep(0)
            await until_asked(sandbox)
            gateway.process.signal(signal.SIGTERM)
            await until_gone(gateway)
            with pytest.raises(httpx.HTTPError):
                (await running).raise_for_status()

"""Several gateways as processes of their own, before one sandbox and one Valkey, and a crowd that asks them."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.cli.support import Process, free_port
from tests.support.valkey import Valkey

SECRETS = {
    "GATEWAY_CACHE__SECRET": "one secret for all",
    "GATEWAY_ADMIN__SECRET": "the operators' own",
    "GATEWAY_WEBHOOKS__SECRET": "upstream's own",
}


@dataclass(frozen=True)
class Cluster:
    """Replicas of one gateway, the upstream they ask and the cache they share."""

    replicas: Sequence[Process]
    sandbox: Process
    valkey: Valkey
    settings: Mapping[str, str]

    @contextmanager
    def another(self) -> Iterator[Process]:
        """One more replica, for a while."""
        process = _replica(self.settings)
        try:
            process.ready("/healthz")
            yield process
        finally:
            process.kill()

    def faults(self, **endpoints: object) -> None:
        """Has upstream misbehave from now on."""
        assert self.sandbox.http.put("/_sandbox/faults", json=endpoints).status_code == 200

    def forget_requests(self) -> None:
        """Has upstream forget what it was asked."""
        self.sandbox.http.delete("/_sandbox/requests")

    def calls(self) -> list[str]:
        """The paths that upstream was asked, in a fixed order."""
        return sorted(request["path"] for request in self.sandbox.http.get("/_sandbox/requests").json())

    def ask(self, replica: int, query: str, **headers: str) -> Any:
        """The data of one answer of a replica."""
        answer = self.replicas[replica].http.post("/graphql", json={"query": query}, headers=headers).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def purge(self, replica: int, **by: str) -> int:
        """Purges a customer through a replica; the status of its answer."""
        bearer = {"authorization": f"Bearer {SECRETS['GATEWAY_ADMIN__SECRET']}"}
        return self.replicas[replica].http.post("/admin/cache/purge", json={"by": by}, headers=bearer).status_code

    def event(self, replica: int, payload: Mapping[str, object]) -> int:
        """Has upstream tell a replica of an event; the status of its answer."""
        key = {"x-webhook-key": SECRETS["GATEWAY_WEBHOOKS__SECRET"]}
        return self.replicas[replica].http.post("/events/capillary", json=payload, headers=key).status_code


@contextmanager
def cluster(replicas: int, directory: Path, **settings: str) -> Iterator[Cluster]:
    """So many replicas with these settings, all ready to answer."""
    valkey, upstream = Valkey(directory), free_port()
    valkey.start()
    common = {
        "GATEWAY_LOG_LEVEL": "error",  # nobody empties the pipe of standard output
        "GATEWAY_UPSTREAM__BASE_URL": f"http://127.0.0.1:{upstream}",
        "GATEWAY_UPSTREAM__USERNAME": "till.sandbox",
        "GATEWAY_UPSTREAM__PASSWORD": "sandbox",
        "GATEWAY_CACHE__URL": valkey.url,
        **SECRETS,
        **settings,
    }
    with ExitStack() as stack:
        stack.callback(valkey.stop)
        sandbox = Process(("sandbox", "--port", str(upstream)), {}, f"http://127.0.0.1:{upstream}")
        stack.callback(sandbox.kill)
        gateways: list[Process] = []
        for _ in range(replicas):
            gateways.append(_replica(common))
            stack.callback(gateways[-1].kill)
        sandbox.ready("/_sandbox")
        for gateway in gateways:
            gateway.ready("/healthz")
        yield Cluster(gateways, sandbox, valkey, common)


def _replica(settings: Mapping[str, str]) -> Process:
    port = free_port()
    return Process(("serve",), {**settings, "GATEWAY_PORT": str(port)}, f"http://127.0.0.1:{port}")


def eventually(true: Callable[[], bool], seconds: float = 15.0) -> None:
    """Waits until something is so."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come to pass"
        time.sleep(0.05)


@dataclass
class Load:
    """What a crowd met: how long every request took, and every answer that was not as it should be."""

    seconds: list[float] = field(default_factory=list[float])
    failures: list[object] = field(default_factory=list[object])

    async def one(self, http: httpx.AsyncClient, address: str, query: str) -> None:
        """Asks one question."""
        began = time.monotonic()
        try:
            response = await http.post(f"{address}/graphql", json={"query": query})
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            self.failures.append(error)
            return
        self.seconds.append(time.monotonic() - began)
        if response.status_code != 200 or "errors" in answer or None in answer["data"].values():
            self.failures.append(answer)


def _client() -> httpx.AsyncClient:
    """A client that opens as many connections as it needs."""
    return httpx.AsyncClient(trust_env=False, timeout=30, limits=httpx.Limits(max_connections=None))


async def at_once(addresses: Sequence[str], query: str, times: int) -> Load:
    """The same question so many times at the same moment, of the replicas in turn."""
    load = Load()
    async with _client() as http, asyncio.TaskGroup() as crowd:
        for number in range(times):
            crowd.create_task(load.one(http, addresses[number % len(addresses)], query))
    return load


async def steadily(
    addresses: Sequence[str], queries: Sequence[str], *, seconds: float, askers: int, pause_s: float
) -> Load:
    """So many askers, each with a question after a pause after the last answer, for so long."""
    load = Load()
    ends = time.monotonic() + seconds

    async def asker(http: httpx.AsyncClient, number: int) -> None:
        turn = number
        while time.monotonic() < ends:
            await load.one(http, addresses[turn % len(addresses)], queries[turn * 7 % len(queries)])
            turn += 1
            await asyncio.sleep(pause_s)

    async with _client() as http, asyncio.TaskGroup() as crowd:
        for number in range(askers):
            crowd.create_task(asker(http, number))
    return load

"""Faults under load, over real sockets: a gateway process before an upstream that misbehaves, phase by phase.

    python bench/faults.py [--seconds 10] [--rate 40]

Each phase turns one knob of the sandbox for half of its seconds, and then behaves. Ends with status 1 where a request
took longer than its deadline, a field was lost that did not depend on the fault, upstream got more than its limits, or
not all was well at the end of a phase.
"""

import argparse
import asyncio
import os
import random
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.types import Receive, Scope, Send

from gateway.sandbox import EndpointFault, create_sandbox

DEADLINE_S, TIMEOUT_S, IN_FLIGHT, PER_SECOND = 3.0, 1.0, 40, 150
SLACK_S = 0.5
"""What two busy cores and the client itself may add to a deadline."""
PEOPLE = [f"1000000{number}" for number in range(27, 74)]
QUERY = """query($id: ID!) { customer(by: {id: $id}) {
  firstName registeredBy slabHistory { to } cards { cardId } loyaltyPrograms { programId } status { statusLabel } } }"""
ALL = ("v1_get", "v2_by_id")
V1_ALONE, V2_ALONE = {"registeredBy", "slabHistory"}, {"cards", "status"}
EVERYTHING = {"firstName", "registeredBy", "slabHistory", "cards", "loyaltyPrograms", "status"}

PHASES: list[tuple[str, tuple[str, ...], dict[str, Any], set[str]]] = [
    ("well", (), {}, set()),
    ("latency 300 ms", ALL, {"delay_s": 0.3}, set()),
    ("V2 too slow", ("v2_by_id",), {"delay_s": 30}, EVERYTHING - V1_ALONE),
    ("V2 stalls in the body", ("v2_by_id",), {"stall_s": 30}, EVERYTHING - V1_ALONE),
    ("V1.1 cut connections", ("v1_get",), {"reset": True}, EVERYTHING - V2_ALONE),
    ("V1.1 429, Retry-After", ("v1_get",), {"status": 429, "retry_after_s": 1, "chance": 0.2}, EVERYTHING - V2_ALONE),
    ("V1.1 429", ("v1_get",), {"status": 429, "chance": 0.2}, EVERYTHING - V2_ALONE),
    ("V2 500", ("v2_by_id",), {"status": 500}, EVERYTHING - V1_ALONE),
    ("V2 XML errors", ("v2_by_id",), {"xml_auth": True}, EVERYTHING - V1_ALONE),
    ("V1.1 wrong length", ("v1_get",), {"body": "short"}, EVERYTHING - V2_ALONE),
    ("one flag fails", ("v1_get",), {"fails_with": frozenset({"slab_history"})}, {"slabHistory"}),
    ("one embed stalls", ("v2_by_id",), {"fails_with": frozenset({"customerStatus"}), "delay_s": 30}, {"status"}),
    ("half of all fails", ALL, {"status": 503, "chance": 0.5}, EVERYTHING),
    ("all fails", ALL, {"status": 500}, EVERYTHING),
]
WARMING_S = 4 * TIMEOUT_S + 1
"""A part that stalls is found only after it has stalled four times, one after the other; calls until then are lost."""


@dataclass
class Upstream:
    """The sandbox, counted."""

    sandbox: Any = field(default_factory=create_sandbox)
    times: list[float] = field(default_factory=list[float])
    flying: int = 0
    most: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.sandbox(scope, receive, send)
            return
        self.times.append(time.monotonic())
        self.flying += 1
        self.most = max(self.most, self.flying)
        answering = asyncio.create_task(self.sandbox(scope, receive, send))
        gone = asyncio.create_task(self._gone(receive))
        try:
            await asyncio.wait({answering, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.flying -= 1
            gone.cancel()
            if not answering.done():
                answering.cancel()
            elif (error := answering.exception()) is not None:
                raise error

    async def _gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    def busiest(self) -> int:
        """The most requests in any second."""
        first, most = 0, 0
        for last, at in enumerate(self.times):
            while self.times[first] <= at - 1:
                first += 1
            most = max(most, last - first + 1)
        return most


@dataclass
class Seen:
    """One answer: when it was asked for after the phase began, how long it took, and which fields it lacked."""

    at: float
    seconds: float
    status: int
    lost: set[str]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@asynccontextmanager
async def gateway(upstream: int) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway process before that port."""
    port = free_port()
    settings = {
        "PORT": port,
        "LOG_LEVEL": "error",
        "CACHE__MAX_BYTES": 0,
        "UPSTREAM__BASE_URL": f"http://127.0.0.1:{upstream}",
        "UPSTREAM__USERNAME": "till.sandbox",
        "UPSTREAM__PASSWORD": "sandbox",
        "UPSTREAM__DEADLINE_S": DEADLINE_S,
        "UPSTREAM__TIMEOUT_S": TIMEOUT_S,
        "UPSTREAM__MAX_IN_FLIGHT": IN_FLIGHT,
        "UPSTREAM__CALLS_PER_SECOND": PER_SECOND,
    }
    environment = os.environ | {f"GATEWAY_{name}": str(value) for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "gateway", "serve", env=environment)
    try:
        limits = httpx.Limits(max_connections=500, max_keepalive_connections=500)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, limits=limits) as http:
            for _ in range(200):
                try:
                    await http.get("/healthz")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
            yield http
    finally:
        process.terminate()
        await process.wait()


async def ask(http: httpx.AsyncClient, began: float) -> Seen:
    """One request, about anybody."""
    started = time.monotonic()
    answer = await http.post("/graphql", json={"query": QUERY, "variables": {"id": random.choice(PEOPLE)}})  # noqa: S311
    body = answer.json()
    customer = (body.get("data") or {}).get("customer") or {}
    lost = {name for name in EVERYTHING if customer.get(name) is None}
    return Seen(started - began, time.monotonic() - started, answer.status_code, lost)


async def load(http: httpx.AsyncClient, seconds: float, rate: float, began: float) -> list[Seen]:
    """So many requests a second, whether or not earlier ones are answered; a tenth of the clients hang up."""
    asked: list[asyncio.Task[Seen]] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        task = asyncio.create_task(ask(http, began))
        if random.random() < 0.1:  # noqa: S311
            asyncio.get_running_loop().call_later(random.uniform(0, 0.2), task.cancel)  # noqa: S311
        asked.append(task)
        await asyncio.sleep(random.expovariate(rate))
    found = await asyncio.gather(*asked, return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, asyncio.CancelledError):
            raise one
    return [one for one in found if isinstance(one, Seen)]


def told(name: str, seen: list[Seen], after: list[Seen], may: set[str], calls: int, upstream: Upstream) -> list[str]:
    """Prints a phase, and returns what was wrong in it."""
    seconds = sorted(one.seconds for one in seen)
    beyond = sum(one.seconds > DEADLINE_S + SLACK_S for one in [*seen, *after])
    in_vain = sum(bool(one.lost - may) for one in seen if "stalls" not in name or one.at > WARMING_S)
    late = [one.at for one in after if one.lost]
    well = max(late, default=0.0) - after[0].at if late else 0.0
    tail = sum(bool(one.lost) for one in after[-max(5, len(after) // 10) :])
    longest = max(one.seconds for one in [*seen, *after])
    row = (
        f"{name:24} {len(seen):6} {1000 * seconds[len(seconds) // 2]:8.0f} {1000 * longest:8.0f} {beyond:7} "
        f"{sum(bool(one.lost) for one in seen):6} {in_vain:8} {calls / max(1, len(seen)):7.2f} {upstream.most:6} "
        f"{upstream.busiest():6} {well:8.1f}"
    )
    sys.stdout.write(row + "\n")
    wrong = {"beyond its deadline": beyond, "lost in vain": in_vain, "not well at the end": tail}
    wrong["too many in flight"] = upstream.most > IN_FLIGHT
    wrong["too many in a second"] = upstream.busiest() > PER_SECOND * 1.05
    return [f"{name}: {what} ({count})" for what, count in wrong.items() if count]


async def main(seconds: float, rate: float) -> int:
    """Every phase; the number of things that were wrong."""
    upstream, port, wrong = Upstream(), free_port(), list[str]()
    server = uvicorn.Server(uvicorn.Config(upstream, host="127.0.0.1", port=port, log_level="critical"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    sys.stdout.write(
        f"{'phase':24} {'asked':>6} {'p50 ms':>8} {'max ms':>8} {'beyond':>7} {'lost':>6} {'in vain':>8} "
        f"{'calls':>7} {'flying':>6} {'/s':>6} {'well s':>8}\n"
    )
    async with gateway(port) as http:
        await load(http, 2, rate, time.monotonic())
        for name, endpoints, fault, may in PHASES:
            upstream.times.clear()
            upstream.most = upstream.flying
            for endpoint in endpoints:
                setattr(upstream.sandbox.faults, endpoint, EndpointFault(**fault))
            warming = WARMING_S if "stalls" in name else 0.0
            seen = await load(http, warming + seconds / 2, rate, time.monotonic())
            calls = len(upstream.times)
            upstream.sandbox.faults.clear()
            after = await load(http, max(seconds / 2, 15.0 if fault else 1.0), rate, time.monotonic())
            wrong += told(name, seen, after, may, calls, upstream)
    server.should_exit = True
    await serving
    for one in wrong:
        sys.stdout.write(f"WRONG  {one}\n")
    return len(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each phase")
    parser.add_argument("--rate", type=float, default=40.0, help="requests a second")
    given = parser.parse_args()
    sys.exit(bool(asyncio.run(main(given.seconds, given.rate))))

"""Mixed load with clients that hang up at random: afterwards nothing may be left of them.

    python bench/soak.py [--seconds 600] [--clients 24]

One process holds the gateway, its sandbox upstream and the clients, over real sockets, so that every task, connection
and byte can be counted. Ends with status 1 where tasks, file descriptors, flights or permits are left at the end, or
where memory grew by more than a tenth from the middle of the run to its end.
"""

import argparse
import asyncio
import os
import random
import resource
import sys
import time
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import uvicorn

sys.path.insert(0, str(Path(__file__).parents[1]))

from gateway.app import create_app
from gateway.sandbox import EndpointFault, create_sandbox
from gateway.settings import Settings

PEOPLE = [f"1000000{number}" for number in range(27, 74)]
BLOCKS = (
    "firstName lastName",
    "points { currentSlab loyaltyPoints }",
    "loyaltyPrograms { programId loyaltyPoints }",
    "slabHistory { to changedOn }",
    "gapToUpgrade(inDays: 0) { programId }",
    "cards { cardNumber }",
    "coupons(active: true) { code }",
    "transactions { number }",
)
FAULTS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {"delay_s": 0.2},
    {"status": 503},
    {"body": "truncated"},
    {"status": 429},
)
HANGS_UP = 0.3
"""The share of requests whose client does not wait for the answer."""


def query(draw: random.Random) -> str:
    """Some blocks of one customer or of several, sometimes of one who asks for nothing kept."""
    blocks = " ".join(draw.sample(BLOCKS, draw.randint(1, 4)))
    if draw.random() < 0.2:
        people = ", ".join(f'{{id: "{one}"}}' for one in draw.sample(PEOPLE, draw.randint(2, 8)))
        return f"{{ customers(by: [{people}]) {{ id {blocks} }} }}"
    return f'{{ customer(by: {{id: "{draw.choice(PEOPLE)}"}}) {{ id {blocks} }} }}'


@asynccontextmanager
async def listening(app: Any) -> Any:
    """An ASGI application on a port of this machine."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


async def client(port: int, ends: float, seed: int, counts: dict[str, int]) -> None:
    """Asks, and hangs up at random."""
    draw = random.Random(seed)  # noqa: S311 - a script, not a secret
    while time.monotonic() < ends:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as http:
            for _ in range(draw.randint(1, 20)):
                headers = {"cache-control": "no-cache"} if draw.random() < 0.3 else {}
                asked = asyncio.create_task(http.post("/graphql", json={"query": query(draw)}, headers=headers))
                counts["asked"] += 1
                if draw.random() < HANGS_UP:
                    await asyncio.sleep(draw.random() * 0.05)
                    asked.cancel()
                    counts["hung up"] += 1
                with suppress(asyncio.CancelledError):
                    status = (await asked).status_code
                    counts[str(status)] = counts.get(str(status), 0) + 1


async def misbehave(sandbox: Any, ends: float) -> None:
    """Turns a knob of upstream every second."""
    draw = random.Random(1)  # noqa: S311
    while time.monotonic() < ends:
        for name in ("v1_get", "v2_lookup", "v2_by_id"):
            setattr(sandbox.faults, name, EndpointFault(**draw.choice(FAULTS)))
        await asyncio.sleep(1)
        sandbox.requests.clear()
    sandbox.clear()


async def once(port: int) -> list[str]:
    """One call of each endpoint, so that what is kept for the next one is the same before and after; the metrics."""
    asked = {"query": '{ customer(by: {id: "100000001"}) { cards { cardNumber } slabHistory { to } } }'}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        await http.post("/graphql", json=asked, headers={"cache-control": "no-cache"})
        found = (await http.get("/metrics")).text.splitlines()
    await asyncio.sleep(1)
    return found


def resident() -> float:
    """Megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def descriptors() -> int:
    """Open files and sockets of this process."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


async def soak(seconds: float, clients: int) -> bool:
    """Whether nothing is left."""
    sandbox = create_sandbox()
    counts = {"asked": 0, "hung up": 0}
    async with listening(sandbox) as upstream:
        settings = Settings(
            upstream={"base_url": f"http://127.0.0.1:{upstream}", "username": "till.sandbox", "password": "sandbox"},
            metrics={"enabled": True},
        )
        async with listening(create_app(settings, emit=lambda _: None)) as port:
            await once(port)
            tasks, files, memory = len(asyncio.all_tasks()), descriptors(), 0.0
            began = time.monotonic()
            ends = began + seconds
            load = asyncio.gather(misbehave(sandbox, ends), *(client(port, ends, n, counts) for n in range(clients)))
            while not load.done():
                await asyncio.wait([load], timeout=seconds / 10)
                passed = time.monotonic() - began
                if not memory and passed >= seconds / 2:
                    memory = resident()
                print(f"{passed:5.0f} s  {resident():6.1f} MB  {descriptors():4} files  {counts}", flush=True)  # noqa: T201
            await load
            await asyncio.sleep(35)  # kept connections to upstream end by themselves
            lines = await once(port)
            await asyncio.sleep(6)
            flying = [line for line in lines if "in_flight" in line and not line.startswith("#")]
            grown = resident() / memory if memory else 1.0
            left = (len(asyncio.all_tasks()) - tasks, descriptors() - files)
    print(f"tasks and files left: {left}; {flying}; memory to that in the middle: {grown:.2f}")  # noqa: T201
    return left[0] <= 0 and left[1] <= 0 and grown <= 1.1 and all(line.endswith(" 0.0") for line in flying)


def main() -> None:
    """Runs the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--clients", type=int, default=24)
    given = options.parse_args()
    sys.exit(0 if asyncio.run(soak(given.seconds, given.clients)) else 1)


if __name__ == "__main__":
    main()

"""Time to first data, over real sockets: a gateway process before an upstream whose V1.1 takes two seconds.

    python bench/deferred.py [--slow 2.0] [--times 10]

The profile is V2's, the tier history V1.1's. Asked without `@defer` and with it, each time for a customer of whom
nothing is known. Ends with status 1 where the profile came more than 100 ms after V2 had answered, or where the calls
were not the same.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import httpx
import uvicorn
from processes import GATEWAY, free_port, process, wait
from starlette.types import Message, Receive, Scope, Send

from gateway.sandbox import EndpointFault, Faults, create_sandbox

SOON_S: Final = 0.1
V2_S: Final = 0.05
"""What V2 takes."""
PEOPLE: Final = [str(number) for number in range(100000027, 100000074)]
QUERY: Final = """query ($id: ID!) {{ customer(by: {{id: $id}}) {{
  firstName lastName status {{ statusLabel }} cards {{ cardNumber }}
  {deferred} {{ slabHistory {{ from to changedOn }} }}
}} }}"""
WAYS: Final = {
    "without": ("...", "application/json"),
    "multipart": ("... @defer", "multipart/mixed"),
    "multipart, August 2022": ("... @defer", "multipart/mixed;deferSpec=20220824"),
    "events": ("... @defer", "text/event-stream"),
}


@dataclass
class Upstream:
    """The sandbox. `answered` is when V2 last had; `paths` what it was asked since that was looked at."""

    sandbox: Any = field(default_factory=create_sandbox)
    answered: float = 0.0
    paths: list[str] = field(default_factory=list[str])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noting(message: Message) -> None:
            await send(message)
            if "v2" in scope["path"] and not message.get("more_body"):
                self.answered = time.monotonic()

        if scope["type"] == "http":
            self.paths.append("V2" if "v2" in scope["path"] else "V1.1")
        await self.sandbox(scope, receive, noting)


@dataclass(frozen=True)
class Seen:
    """Seconds until there was data, from when V2 had answered until then, until all was there; and the calls."""

    first: float
    after_v2: float
    whole: float
    calls: tuple[str, ...]


@asynccontextmanager
async def listening(upstream: Upstream) -> AsyncIterator[int]:
    """The port where an upstream answers."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(upstream, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield port
    server.should_exit = True
    await serving


async def ask(http: httpx.AsyncClient, upstream: Upstream, way: str, person: str) -> Seen:
    """One request."""
    deferred, accept = WAYS[way]
    upstream.paths.clear()
    body = {"query": QUERY.format(deferred=deferred), "variables": {"id": person}}
    began, first, after_v2 = time.monotonic(), 0.0, 0.0
    async with http.stream("POST", "/graphql", json=body, headers={"accept": accept}) as answer:
        async for chunk in answer.aiter_raw():
            if not first and b'"firstName"' in chunk:
                now = time.monotonic()
                first, after_v2 = now - began, now - upstream.answered
    return Seen(first, after_v2, time.monotonic() - began, tuple(sorted(upstream.paths)))


async def main(slow_s: float, times: int) -> int:
    """Prints the table; the status to end with."""
    upstream, port = Upstream(), free_port()
    fault = EndpointFault(delay_s=V2_S)
    upstream.sandbox.faults.replace(Faults(v1_get=EndpointFault(delay_s=slow_s), v2_by_id=fault, v2_lookup=fault))
    async with listening(upstream) as behind:
        settings = {
            "GATEWAY_PORT": str(port),
            "GATEWAY_LOG_LEVEL": "warning",
            "GATEWAY_CACHE__MAX_BYTES": "0",
            "GATEWAY_UPSTREAM__BASE_URL": f"http://127.0.0.1:{behind}",
            "GATEWAY_UPSTREAM__USERNAME": "till.sandbox",
            "GATEWAY_UPSTREAM__PASSWORD": "sandbox",
        }
        with process(GATEWAY, "serve", **settings) as started:
            await asyncio.to_thread(wait, port, "/healthz", started)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as http:
                seen = {way: [await ask(http, upstream, way, one) for one in PEOPLE[: times + 1]][1:] for way in WAYS}
    sys.stdout.write(f"{'ms, median of ' + str(times):24} {'first data':>11} {'after V2':>9} {'whole':>7}  calls\n")
    for way, all_of_it in seen.items():
        told = [1000 * median(getattr(one, name) for one in all_of_it) for name in ("first", "after_v2", "whole")]
        sys.stdout.write(f"{way:24} {told[0]:11.0f} {told[1]:9.1f} {told[2]:7.0f}  {' '.join(all_of_it[0].calls)}\n")
    late = [way for way in WAYS if way != "without" and max(one.after_v2 for one in seen[way]) > SOON_S]
    differ = len({one.calls for all_of_it in seen.values() for one in all_of_it}) > 1
    for wrong in [*(f"{way}: later than {SOON_S} s" for way in late), *(["not the same calls"] if differ else [])]:
        sys.stdout.write(f"{wrong}\n")
    return int(bool(late) or differ)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slow", type=float, default=2.0, help="seconds that V1.1 takes")
    parser.add_argument("--times", type=int, default=10, help="requests of each kind")
    chosen = parser.parse_args()
    sys.exit(asyncio.run(main(chosen.slow, chosen.times)))

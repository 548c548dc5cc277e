"""Where a request's time goes in the gateway, by stage. `python bench/stages.py [--seconds 8]`

The gateway runs in this process and is asked over a socket, by a process of its own, before a fast upstream. A timer
interrupts it after every few milliseconds of CPU, and what it was doing then is counted for the innermost module of
ours on the stack, or for the server or the event loop where there is none. The figures are shares of the CPU that a
request took meanwhile; C code counts for the module that called it, garbage collection for whoever met it, and is told
besides.
"""

import argparse
import asyncio
import gc
import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice
from types import FrameType

import uvloop
from load import send
from processes import upstream
from whole import CACHED, medium

from gateway.app import create_app
from gateway.readiness import Readiness
from gateway.server import Server, ServerConfig
from gateway.serving import freeze
from gateway.settings import Settings

HTTP = "HTTP: what is asked, the answer's bytes and headers"
STAGES = (
    ("gateway.graphql.endpoint", HTTP),
    ("gateway.graphql.reading", HTTP),
    ("gateway.graphql.negotiation", HTTP),
    ("gateway.graphql.reply", HTTP),
    ("gateway.graphql.payloads", HTTP),
    ("gateway.graphql.persisted", HTTP),
    ("gateway.graphql.origins", HTTP),
    ("gateway.protocol", "server"),
    ("gateway.graphql.projection", "projection"),
    ("gateway.graphql.projecting", "projection"),
    ("gateway.graphql.code", "projection"),
    ("gateway.graphql", "document and needs"),
    ("gateway.facets.planner", "planning"),
    ("gateway.facets.search", "planning"),
    ("gateway.facets.plan", "planning"),
    ("gateway.facets.page", "reading payloads"),
    ("gateway.facets", "needs and facets"),
    ("gateway.model", "reading payloads"),
    ("gateway.cache", "cache"),
    ("gateway.upstream", "upstream calls"),
    ("gateway.telemetry", "log and metrics"),
    ("gateway.auth", "callers and policy"),
    ("gateway", "session and driver"),
    ("resolvers", "resolvers"),
    ("starlette", "routing"),
    ("uvicorn", "server"),
    ("", "event loop and the rest"),
)
"""What a module belongs to: the first whose name it begins with."""
EVERY_S = 0.001


class Collecting:
    """How long garbage was collected, in seconds of CPU."""

    def __init__(self) -> None:
        self.took = 0.0
        self._began = 0.0

    def __call__(self, phase: str, _: object) -> None:
        """Is told of every beginning and end."""
        now = time.process_time()
        self.took += now - self._began if phase == "stop" else 0.0
        self._began = now


def stage(frame: FrameType | None) -> str:
    """The stage of what runs."""
    outside = ""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith(("gateway", "resolvers")):
            return next(told for prefix, told in STAGES if name.startswith(prefix))
        outside = outside or (name if name.startswith(("uvicorn", "starlette")) else "")
        frame = frame.f_back
    return next(told for prefix, told in STAGES if outside.startswith(prefix))


def requests(case: str) -> Iterator[bytes]:
    """Those of a case."""
    return medium() if case == "cold" else cycle(list(islice(medium(), CACHED if case == "cached" else 1)))


def load(port: int, case: str, seconds: float, done: "multiprocessing.Queue[int]") -> None:
    """Asks, and tells how many answers came in the second half of the time."""
    waiting = requests(case)
    asyncio.run(send(port, waiting, 2.0, 32))
    done.put(0)
    done.put(asyncio.run(send(port, waiting, seconds, 32)))


async def measured(address: str, case: str, seconds: float) -> tuple[float, float, Counter[str]]:
    """Microseconds of CPU for a request, those of collecting garbage among them, and the samples by stage."""
    counted: Counter[str] = Counter()
    settings = Settings(
        upstream={"base_url": address, "auth": "none", "timezone": "Asia/Kolkata"}, metrics={"enabled": True}
    )
    quiet = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(1)
    os.dup2(quiet, 1)  # the log's lines
    readiness = Readiness()
    application = create_app(settings, readiness=readiness)
    server = Server(ServerConfig(application, host="127.0.0.1", port=0, limits=settings.server, readiness=readiness))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    done: multiprocessing.Queue[int] = multiprocessing.get_context("spawn").Queue()
    client = multiprocessing.get_context("spawn").Process(target=load, args=(port, case, seconds, done))
    client.start()
    gc.collect()
    freeze()
    collecting = Collecting()
    await asyncio.to_thread(done.get)
    signal.signal(signal.SIGPROF, lambda _, frame: counted.update([stage(frame)]))
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    gc.callbacks.append(collecting)
    began = time.process_time()
    asked = await asyncio.to_thread(done.get)
    took = time.process_time() - began
    signal.setitimer(signal.ITIMER_PROF, 0)
    gc.callbacks.remove(collecting)
    client.join()
    server.should_exit = True
    await running
    os.dup2(kept, 1)
    return took / asked * 1e6, collecting.took / asked * 1e6, counted


def main() -> None:
    """Prints a table for each case."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=8.0)
    given = options.parse_args()
    with upstream() as address:
        for case in ("cold", "cached", "repeat"):
            whole, collecting, counted = uvloop.run(measured(address, case, given.seconds))
            print(f"{case}: {whole:.0f} us of CPU, {collecting:.0f} of them garbage; {counted.total()} samples")  # noqa: T201
            for name, times in counted.most_common():
                print(f"  {whole * times / counted.total():8.1f} us {times / counted.total():6.1%}  {name}")  # noqa: T201


if __name__ == "__main__":
    main()

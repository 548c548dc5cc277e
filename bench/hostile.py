"""What the hostile corpus costs: CPU of one request in this process, the dearest first.

    python bench/hostile.py                    the worst ten as `serve` starts the gateway, and where it is explorable
    python bench/hostile.py --most 50          ends with 1 if a request takes more than 50 ms of CPU
    python bench/hostile.py --documents        the dearest documents within the limits: parsing, measuring, validating
    python bench/hostile.py --rounds 20        resident memory after each of 20 rounds of everything

Each request is sent five times and the least counts. Refusals are not remembered meanwhile, so every time is the first.
"""

import argparse
import asyncio
import gc
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from gateway.graphql import documents
from tests.hostile.dear_documents import DOCUMENTS
from tests.hostile.gateway import CORPUS, Target, target
from tests.hostile.test_dear_documents import cost

TIMES = 5
SHOWN = 10


async def costs(gateway: Target) -> list[tuple[float, str]]:
    """Milliseconds of CPU by request, the dearest first."""
    found: list[tuple[float, str]] = []
    for name, request in CORPUS.items():
        await gateway.send(request)
        gc.collect()
        found.append((1000 * min([await gateway.cost(request) for _ in range(TIMES)]), name))
        gateway.events.clear()
        gateway.sandbox.clear()
    return sorted(found, reverse=True)


async def worst(*, explorable: bool) -> float:
    """Prints the worst; returns the milliseconds of the very worst."""
    documents.REFUSALS = 0  # type: ignore[misc]
    async with target(explorable=explorable) as gateway:
        found = await costs(gateway)
    where = "explorable" if explorable else "as served"
    sys.stdout.write(f"\n{len(found)} requests, {where}; milliseconds of CPU\n")
    for milliseconds, name in found[:SHOWN]:
        sys.stdout.write(f"{milliseconds:8.1f}  {name}\n")
    sys.stdout.write(f"{found[len(found) // 2][0]:8.1f}  (the median)\n")
    return found[0][0]


def judging() -> float:
    """Prints what the dearest documents take that the limits let through; returns the milliseconds of the worst."""
    worst = 0.0
    for introspection in (False, True):
        found = {
            name: 1000 * min(cost(text, introspection=introspection) for _ in range(TIMES))
            for name, text in DOCUMENTS.items()
        }
        sys.stdout.write(f"\n{len(found)} documents, introspection {'on' if introspection else 'off'}; milliseconds\n")
        for name in sorted(found, key=found.__getitem__, reverse=True)[:SHOWN]:
            sys.stdout.write(f"{found[name]:8.1f}  {name}\n")
        worst = max(worst, *found.values())
    return worst


async def memory(rounds: int) -> None:
    """Prints the resident memory after each round of everything."""
    async with target(explorable=True) as gateway:
        for number in range(rounds):
            for request in CORPUS.values():
                await gateway.send(request)
            gateway.events.clear()
            gateway.sandbox.clear()
            gc.collect()
            sys.stdout.write(f"round {number + 1:3}: {resident():7.1f} MB\n")


def resident() -> float:
    """The process's resident memory in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> int:
    """Measures what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=float, default=float("inf"), help="milliseconds of CPU that a request may take")
    parser.add_argument("--documents", action="store_true", help="only judge the dearest documents within the limits")
    parser.add_argument("--rounds", type=int, default=0, help="rounds of everything to watch memory over")
    chosen = parser.parse_args()
    if chosen.rounds:
        asyncio.run(memory(chosen.rounds))
        return 0
    dearest = (
        judging()
        if chosen.documents
        else max(asyncio.run(worst(explorable=explorable)) for explorable in (False, True))
    )
    return int(dearest > chosen.most)


if __name__ == "__main__":
    sys.exit(main())

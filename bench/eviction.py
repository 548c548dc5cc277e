"""What the memory store's eviction is worth, and what its memory really is.

    python bench/eviction.py               hit ratios beside plain LRU, on the same traces
    python bench/eviction.py --memory      resident memory while a million customers pass through 64 MiB
    python bench/eviction.py --overhead    bytes per item beside key and value, by tracemalloc

The same seed gives the same hit ratios everywhere.
"""

import argparse
import asyncio
import ctypes
import gc
import itertools
import os
import random
import subprocess
import sys
import tracemalloc
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from gateway.cache.memory import BYTES_PER_GHOST, MemoryStore
from gateway.cache.slots import OVERHEAD, size_of
from gateway.cache.stores import Item

SEED = 20261122
KEYS = 100_000
REQUESTS = 500_000
SIZES = (60, 120, 250, 250, 400, 400, 700, 1500)
"""Bytes of packed facets: a key has one of these for good."""
FOREVER = 1e9
MEMORY_BOUND = 64 * 1024 * 1024
MEMORY_CUSTOMERS = 1_000_000


class Cache(Protocol):
    """What is compared."""

    async def multi_get(self, keys: list[str]) -> list[bytes | None]:
        """As a store's."""
        ...

    async def multi_put(self, items: Sequence[Item]) -> None:
        """As a store's."""
        ...


class LeastRecentlyUsed:
    """Plain LRU, bounded by the same bytes, counted in the same way."""

    def __init__(self, *, max_bytes: int) -> None:
        self._most = max_bytes
        self._items: OrderedDict[str, bytes] = OrderedDict()
        self._held = 0

    async def multi_get(self, keys: list[str]) -> list[bytes | None]:
        """The values of the keys, which are now the most recent."""
        found = [self._items.get(key) for key in keys]
        for key, value in zip(keys, found, strict=True):
            if value is not None:
                self._items.move_to_end(key)
        return found

    async def multi_put(self, items: Sequence[Item]) -> None:
        """Keeps every value; nothing ends here."""
        for key, value, _ in items:
            old = self._items.pop(key, None)
            self._held += size_of(key, value) - (size_of(key, old) if old is not None else 0)
            self._items[key] = value
            while self._held > self._most:
                self._held -= size_of(*self._items.popitem(last=False))


def named(number: int) -> str:
    """A key as long as the gateway's."""
    return f"f:{number:032x}"


def value_of(number: int) -> bytes:
    """The value of a key: of one size for good."""
    return VALUES[hash((SEED, number)) % len(VALUES)]


VALUES = tuple(b"x" * size for size in SIZES)


def zipf(skew: float, length: int) -> list[int]:
    """Keys drawn with a frequency of rank to the power of -skew."""
    weights = list(itertools.accumulate(1 / rank**skew for rank in range(1, KEYS + 1)))
    return random.Random(SEED).choices(range(KEYS), cum_weights=weights, k=length)  # noqa: S311 - repeatable


def scanned(trace: Sequence[int]) -> Iterator[tuple[int, bool]]:
    """The trace with a key between any two that is never seen again; true where a hit counts."""
    for number, wanted in enumerate(trace):
        yield wanted, True
        yield KEYS + number, False


async def hit_ratio(cache: Cache, trace: Iterator[tuple[int, bool]], warm_up: int) -> float:
    """Hits among what counts, after the first requests."""
    hits = counted = 0
    for position, (number, counts) in enumerate(trace):
        key = named(number)
        (found,) = await cache.multi_get([key])
        if found is None:
            await cache.multi_put([(key, value_of(number), FOREVER)])
        if counts and position >= warm_up:
            counted += 1
            hits += found is not None
    return hits / counted


async def compare() -> None:
    """Prints the table of hit ratios."""
    footprint = sum(size_of(named(number), value_of(number)) for number in range(KEYS))
    say(f"{KEYS:,} keys, {REQUESTS:,} requests, hit ratios after the first fifth")
    say("trace            holds    LRU  S3-FIFO   of LRU's misses")
    for skew in (0.9, 1.1):
        trace = zipf(skew, REQUESTS)
        for scan in (False, True):
            for share in (0.01, 0.05, 0.10):
                ratios: list[float] = []
                for cache in (LeastRecentlyUsed, MemoryStore):
                    requests = scanned(trace) if scan else ((number, True) for number in trace)
                    warm_up = len(trace) * (2 if scan else 1) // 5
                    ratios.append(await hit_ratio(cache(max_bytes=int(footprint * share)), requests, warm_up))
                lru, ours = ratios
                name = f"Zipf {skew}{' + scan' if scan else ''}"
                say(f"{name:15}  {share:4.0%}   {lru:6.1%}  {ours:6.1%}  {(1 - ours) / (1 - lru):6.1%}")


def resident(field: str) -> int:
    """Bytes of this process as Linux counts them: `VmRSS` now, `VmHWM` at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


async def fill(size: int) -> None:
    """Prints what a million customers with values of this size make of a store of 64 MiB. In a process of its own."""
    store = MemoryStore(max_bytes=MEMORY_BOUND)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    before = resident("VmRSS")
    for number in range(MEMORY_CUSTOMERS):
        await store.multi_put([(named(number), b"%0*d" % (size, number), FOREVER)])
        if number % 3 == 0:
            await store.multi_get([named(number - number % 100)])
    now, most = resident("VmRSS") - before, resident("VmHWM") - before
    say(f"{size:6,} {store.bytes_held / MEMORY_BOUND:11.1%} {now / MEMORY_BOUND:9.1%} {most / MEMORY_BOUND:8.1%}")
    if most > 1.1 * MEMORY_BOUND:
        sys.exit("that is more than a tenth above the bound")


async def overhead(items: int) -> None:
    """Prints what an item costs beside key and value in a store that is full and has seen four times as many."""
    size = 300
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    store = MemoryStore(max_bytes=items * (size_of(named(0), b"x" * size)) * 128 // 127)
    for number in range(4 * items):
        await store.multi_put([(named(number), b"%0*d" % (size, number), FOREVER)])
        if number % 3 == 0:
            await store.multi_get([named(number - number % 100)])
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    held = sum([value is not None for value in await store.multi_get([named(number) for number in range(4 * items)])])
    payload = held * (len(named(0)) + size)
    say(f"{held:8,} {(used - payload) / held:8.1f}   counted as {OVERHEAD} and 8 for every {BYTES_PER_GHOST} bytes")


def say(line: str) -> None:
    """One line of the result."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """The command line. Ghosts are hashes of text, which Python makes anew in every process unless told otherwise."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, __file__, *sys.argv[1:]], os.environ | {"PYTHONHASHSEED": "0"})  # noqa: S606
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--memory", action="store_true")
    options.add_argument("--overhead", action="store_true")
    options.add_argument("--fill", type=int, metavar="SIZE", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.fill:
        asyncio.run(fill(chosen.fill))
    elif chosen.overhead:
        say("   items  bytes beside key and value")
        for items in (1_000, 5_000, 20_000, 44_000, 60_000, 80_000, 100_000):
            asyncio.run(overhead(items))
    elif chosen.memory:
        say(
            f"{MEMORY_CUSTOMERS:,} keys into {MEMORY_BOUND:,} bytes; resident memory as a share of that, baseline aside"
        )
        say(" value  counts for       now  at most")
        for size in (60, 120, 250, 400, 700, 1500, 10_000):
            subprocess.run([sys.executable, __file__, "--fill", str(size)], check=True)  # noqa: S603
    else:
        asyncio.run(compare())


if __name__ == "__main__":
    main()

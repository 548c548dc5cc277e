"""What a cached customer takes beside the bytes that upstream sent of them. `python bench/memory.py [--customers 4000]`

A gateway process with room for all is asked for new customers. `held` is what the cache says it
holds (`gateway_cache_bytes`), `resident` is what the process grew by, after as many customers as fill what is decoded.
"""

import argparse
import asyncio
import http.client
import json
import math
from collections.abc import Iterator
from itertools import islice

from load import send
from processes import gateway, resident, upstream
from table import Row, told
from whole import medium

ROOM = {"GATEWAY_CACHE__MAX_BYTES": str(2**30)}
WARMING = 2000
"""Customers who fill what is bounded on its own: decoded copies, plans, connections."""


def get(port: int, path: str) -> str:
    """What lies at a path."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    found = connection.getresponse().read().decode()
    connection.close()
    return found


def held(port: int) -> float:
    """Bytes in the cache."""
    lines = get(port, "/metrics").splitlines()
    return float(next(line for line in lines if line.startswith("gateway_cache_bytes ")).split()[1])


def ask(port: int, customers: int) -> None:
    """Asks for so many new ones."""
    asyncio.run(send(port, islice(medium(), customers), math.inf, 4))


def rows(customers: int) -> Iterator[Row]:
    """The table, in kilobytes for one customer."""
    with upstream() as address, gateway(address, ROOM) as (started, port):
        mock = int(address.rsplit(":", 1)[1])

        def state() -> tuple[float, float, float]:
            stats = json.loads(get(mock, "/_stats"))
            return stats["bytes_v1"] + stats["bytes_v2"], held(port), resident(started.pid) * 2**20

        ask(port, WARMING)
        before = state()
        ask(port, customers)
        payload, kept, grown = ((now - then) / customers / 1024 for now, then in zip(state(), before, strict=True))
    yield Row("a cached customer, bytes held / payload", "KB", kept, payload, 1.3)
    yield Row("a cached customer, resident memory / payload", "KB", grown, payload, 1.3)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--customers", type=int, default=4000)
    told(rows(options.parse_args().customers))

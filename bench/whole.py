"""What a request takes of a gateway process's CPU, in microseconds. `python bench/whole.py [--seconds 3] [--rounds 2]`

`cold` asks for a new customer each time, `cached` for 400 in turn, `repeat` for the same one, `list` for twenty new
ones. The fast path stands beside the reference path (`GATEWAY_FAST_PATH=false`), an exact repeat beside a constant
answer on the same server. The log writes its lines and metrics are counted. Rounds interleave the processes.
"""

import argparse
import statistics
import sys
from collections.abc import Iterator
from itertools import count, cycle, islice
from pathlib import Path

import orjson
from load import LARGE, MEDIUM, microseconds
from processes import alone_on_a_processor, free_port, gateway, process, upstream, wait
from table import Row, told

CACHED = 400
HEAD = b"POST /graphql HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
REFERENCE = {"GATEWAY_FAST_PATH": "false"}
STRANGERS = count(1_100_000_001)
"""Ids that nobody asked for yet."""


def request(query: str, variables: object) -> bytes:
    """A request as it goes over the wire."""
    body = orjson.dumps({"query": query, "variables": variables})
    return HEAD % len(body) + body


def medium() -> Iterator[bytes]:
    """For a customer who is new, each time."""
    return (request(MEDIUM, {"id": str(one)}) for one in STRANGERS)


def large() -> Iterator[bytes]:
    """For twenty who are new, each time."""
    while True:
        yield request(LARGE, {"by": [{"id": str(one)} for one in islice(STRANGERS, 20)]})


def cost(address: str, case: str, seconds: float, settings: dict[str, str] | None = None) -> float:
    """Of one case, with a process of its own."""
    requests = {
        "cold": medium,
        "cached": lambda: cycle(list(islice(medium(), CACHED))),
        "repeat": lambda: cycle(list(islice(medium(), 1))),
        "list": large,
    }[case]()
    with gateway(address, settings) as (started, port):
        return microseconds(started.pid, port, requests, seconds, 4 if case == "list" else 32)


def floor(seconds: float) -> float:
    """Of a constant answer of the same size, by a raw ASGI application."""
    port = free_port()
    with process(sys.executable, Path(__file__).with_name("floor.py"), "--port", str(port)) as started:
        wait(port, "/", started)
        alone_on_a_processor(started.pid, measured=True)
        return microseconds(started.pid, port, cycle(list(islice(medium(), 1))), seconds)


def rows(seconds: float, rounds: int) -> Iterator[Row]:
    """The table, in microseconds."""
    found: dict[str, list[float]] = {}
    with upstream() as address:
        for _ in range(rounds):
            for case in ("cold", "cached", "list"):
                found.setdefault(case, []).append(cost(address, case, seconds))
                found.setdefault(f"{case} reference", []).append(cost(address, case, seconds, REFERENCE))
            found.setdefault("repeat", []).append(cost(address, "repeat", seconds))
            found.setdefault("floor", []).append(floor(seconds))
    middle = {name: statistics.median(values) for name, values in found.items()}
    for case in ("cold", "cached", "list"):
        yield Row(f"{case} request: fast path / reference path", "us", middle[case], middle[f"{case} reference"], 1.0)
    yield Row("exact repeat / constant answer", "us", middle["repeat"], middle["floor"], 1.6)


def main() -> None:
    """Runs the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=3.0)
    options.add_argument("--rounds", type=int, default=2)
    given = options.parse_args()
    told(rows(given.seconds, given.rounds))


if __name__ == "__main__":
    main()

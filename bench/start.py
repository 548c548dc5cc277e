"""How soon `gateway serve` is ready, and what it takes of memory: at ready, after a request, after many.

    python bench/start.py [--upstream http://127.0.0.1:9900] [--runs 5] [--requests 2000]

Each run is a new process of this environment's `gateway`, before a sandbox of our own unless an upstream is named.
Seconds are from exec to the first 200 of `/readyz`, asked every 5 ms; memory is the resident set in megabytes. Prints
every run and the median. The modules are compiled already, as in the image: a run that does not count sees to that.
Without compiled modules a start takes three times as long and 6 MB more.
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

from processes import GATEWAY, cpu_seconds, free_port, process, resident, wait
from processes import upstream as fast_upstream
from table import Row

QUERY = (
    "query Medium($id: ID!) { customer(by: {id: $id}) { id firstName lastName lifetimePurchases loyaltyType"
    " loyaltyPrograms { programId title: programTitle currentSlab nextSlab loyaltyPoints lifetimePoints slabExpiryDate"
    " gapToRenew { tierExpiryDate renewConfirmed renewStrategies { renewBasedOn customerGapToRenewValue } } }"
    " cards { cardId cardNumber type statusInfo { status } } } }"
)
STRANGERS = range(1_999_000_000, 2_000_000_000)
"""Ids for an upstream that knows everybody."""
PEOPLE = range(100_000_027, 100_000_074)
"""Those that the sandbox knows."""
SANDBOX = {"GATEWAY_UPSTREAM__USERNAME": "till.sandbox", "GATEWAY_UPSTREAM__PASSWORD": "sandbox"}
STATED = ("seconds to ready", "of CPU", "MB at ready", "MB after a request", "MB after all requests")


def ask(port: int, ids: Iterator[int], times: int) -> None:
    """Asks for that many customers, one after another, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for _ in range(times):
        body = json.dumps({"query": QUERY, "variables": {"id": str(next(ids))}})
        connection.request("POST", "/graphql", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200 or b'"data"' not in answer.read():
            sys.exit(f"the gateway answered {answer.status}")
    connection.close()


def run(upstream: dict[str, str], people: range, requests: int) -> tuple[float, ...]:
    """One start: what `STATED` names."""
    port = free_port()
    began = time.monotonic()
    with process(GATEWAY, "serve", GATEWAY_PORT=str(port), GATEWAY_LOG_LEVEL="warning", **upstream) as gateway:
        wait(port, "/readyz", gateway)
        ready = time.monotonic() - began, cpu_seconds(gateway.pid), resident(gateway.pid)
        ids = cycle(people)
        ask(port, ids, 1)
        first = resident(gateway.pid)
        ask(port, ids, requests)
        return *ready, first, resident(gateway.pid)


def bytecode(directory: Path) -> dict[str, str]:
    """The environment of processes that find their modules compiled, whatever ours says of that."""
    return {"PYTHONPYCACHEPREFIX": str(directory), "PYTHONDONTWRITEBYTECODE": ""}


def told(rows: list[tuple[float, ...]]) -> None:
    """The rows and their median, below the names of the columns."""
    print(" | ".join(STATED))  # noqa: T201
    for row in rows:
        print(" | ".join(f"{value:{len(name)}.2f}" for name, value in zip(STATED, row, strict=True)))  # noqa: T201
    medians = [statistics.median(column) for column in zip(*rows, strict=True)]
    print("median: " + ", ".join(f"{value:.2f} {name}" for name, value in zip(STATED, medians, strict=True)))  # noqa: T201


def rows() -> Iterator[Row]:
    """What a start takes, and what a process takes before any load."""
    with tempfile.TemporaryDirectory() as directory, fast_upstream() as address:
        settings = {"GATEWAY_UPSTREAM__BASE_URL": address, "GATEWAY_UPSTREAM__AUTH": "none"}
        found = [run({**settings, **bytecode(Path(directory))}, STRANGERS, 1) for _ in range(4)][1:]
    seconds, _, idle, *_ = (statistics.median(column) for column in zip(*found, strict=True))
    yield Row("start, until it is ready", "s", seconds, None, 1.0)
    yield Row("memory before any load", "MB", idle, None, 60.0)


def main() -> None:
    """Runs the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--upstream", help="asked without a credential")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--requests", type=int, default=2000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as directory, ExitStack() as running:
        compiled = bytecode(Path(directory))
        upstream = {"GATEWAY_UPSTREAM__BASE_URL": given.upstream, "GATEWAY_UPSTREAM__AUTH": "none"}
        if given.upstream is None:
            port = free_port()
            sandbox = running.enter_context(process(GATEWAY, "sandbox", "--port", str(port), **compiled))
            wait(port, "/_sandbox", sandbox)
            upstream = {"GATEWAY_UPSTREAM__BASE_URL": f"http://127.0.0.1:{port}", **SANDBOX}
        people = STRANGERS if given.upstream else PEOPLE
        run({**upstream, **compiled}, people, 1)
        told([run({**upstream, **compiled}, people, given.requests) for _ in range(given.runs)])


if __name__ == "__main__":
    main()

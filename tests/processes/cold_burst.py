"""How many upstream calls a cold burst makes, run after run: `python -m tests.processes.cold_burst`.

Every run starts three replicas and a Valkey anew and asks 300 times at once for one customer, whom two endpoints
bring. One call of each is what it should be.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.processes.support import at_once, cluster

QUERY = '{ customer(by: {mobile: "919800000001"}) { firstName cards { cardNumber } slabHistory { to } } }'
UPSTREAM_S = 1.5
REPLICAS = 3
REQUESTS = 300


def burst(settings: dict[str, str]) -> str:
    """One run; what came of it."""
    with tempfile.TemporaryDirectory() as directory, cluster(REPLICAS, Path(directory), **settings) as replicas:
        replicas.faults(v1_get={"delay_s": UPSTREAM_S}, v2_lookup={"delay_s": UPSTREAM_S})
        replicas.forget_requests()
        load = asyncio.run(at_once([replica.address for replica in replicas.replicas], QUERY, REQUESTS))
        calls = Counter(replicas.calls())
    told = ", ".join(f"{path} {number}" for path, number in sorted(calls.items()))
    return f"{told}; {len(load.failures)} failed; the slowest took {max(load.seconds):.2f} s"


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=10)
    options.add_argument("--deadline", help="seconds; the setting's default unless given")
    chosen = options.parse_args()
    settings = {"GATEWAY_CACHE__CLOCK_SKEW_S": "0", "GATEWAY_CACHE__LEASE_S": "4"}
    if chosen.deadline:
        settings["GATEWAY_CACHE__DEADLINE_S"] = chosen.deadline
    for number in range(1, chosen.runs + 1):
        sys.stdout.write(f"{number:2}: {burst(settings)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

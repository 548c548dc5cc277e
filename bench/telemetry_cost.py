"""What telling of a request costs: microseconds of CPU per request, by what listens. `python bench/telemetry_cost.py`

The request asks for one customer and eight facets; `cached` had them all, `cold` made two calls. Only the telling is
measured: what the endpoint, the execution and the performer do for it, with what the listeners make of it.
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from gateway.facets.catalog import CATALOG
from gateway.facets.explain import ExplainedCall, Explanation, Shown
from gateway.facets.facet import Endpoint, Facet
from gateway.facets.plan import Call
from gateway.facets.routes import BY_ID
from gateway.telemetry.events import Emit, together
from gateway.telemetry.log import Log
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.signatures import Signature
from gateway.telemetry.spans import CURRENT, Answering, Calling

HEADERS = [(name.encode(), b"x") for name in ("host", "accept", "content-type", "content-length", "user-agent", "via")]
SIGNATURE = Signature("query", "Home", "0123456789ab")
FACETS = [Facet(name) for name in list(CATALOG)[:8]]
SHOWN = partial(Shown, "", {}, None, (), {}, {})
CALLS = [(endpoint, Call(endpoint, 1, BY_ID, (0,), frozenset(FACETS[:4]))) for endpoint in Endpoint]


def request(emit: Emit, *, cold: bool) -> None:
    """Tells of one request as the gateway does."""
    with Answering(emit, HEADERS) as answering:
        explanation = Explanation()
        if told := CURRENT.get():
            told.signature, told.customers, told.explanation = SIGNATURE, 1, explanation
        if cold:
            for endpoint, call in CALLS:
                with Calling(emit, endpoint, call.facets, 1) as calling:
                    calling.ended(200, 41.0, 3500)
                explanation.calls.append(ExplainedCall(call, SHOWN, 200, 41.0))
        (explanation.missed if cold else explanation.hit).extend(FACETS)
        if told := CURRENT.get():
            told.executed, told.fresh_for = True, 60
        answering.answered(200, 400)


def microseconds(emit: Emit, *, cold: bool, times: int, rounds: int) -> float:
    """The least of several rounds: anything else is the machine's."""
    found: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            request(emit, cold=cold)
        found.append(time.process_time() - began)
    return min(found) / times * 1e6


def listeners(file: Path) -> Sequence[tuple[str, Callable[[], Emit]]]:
    """What may listen, by name."""

    def log(level: str) -> Log:
        return Log(level, file.open("wb"))

    return [
        ("nobody", lambda: lambda _: None),
        ("log at warning (writes nothing)", lambda: log("warning")),
        ("log at info", lambda: log("info")),
        ("metrics", Metrics),
        ("log at warning, metrics", lambda: together(log("warning"), Metrics())),
        ("log at info, metrics", lambda: together(log("info"), Metrics())),
        ("log at debug, metrics", lambda: together(log("debug"), Metrics())),
        ("traces, OpenTelemetry's SDK, all sampled, exported nowhere", _traces),
    ]


def _traces() -> Emit:
    from opentelemetry.sdk.trace import TracerProvider

    from gateway.telemetry.traces import Traces

    return Traces(TracerProvider())


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--file", type=Path, default=Path(os.devnull), help="where lines are written")
    chosen = parser.parse_args()
    print("| what listens | cached | cold |\n| --- | --- | --- |")  # noqa: T201
    for name, made in listeners(chosen.file):
        emit = made()
        costs = [microseconds(emit, cold=cold, times=chosen.times, rounds=chosen.rounds) for cold in (False, True)]
        print(f"| {name} | {costs[0]:.1f} | {costs[1]:.1f} |")  # noqa: T201


if __name__ == "__main__":
    main()

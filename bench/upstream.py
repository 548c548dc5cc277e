"""A fast upstream that knows everybody, with the sandbox's payloads. `python bench/upstream.py --port N`

An answer is made once for each set of parameters, of one customer of the sandbox, and then sent with the id that was
asked for. `/_stats` tells what it answered: calls and bytes of either endpoint; `/_reset` begins anew.
It is for speed alone: the sandbox is the model of upstream's meaning.
"""

import argparse
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
import uvicorn

from gateway.sandbox import CUSTOMERS, v1, v2
from gateway.sandbox.directory import Directory

EXEMPLAR = b"100000001"
"""A customer with three programs and two cards."""
DIRECTORY = Directory(CUSTOMERS)
BEFORE, AFTER = b'{"response":{"status":%b,"customers":{"customer":[', b"]}}}"

made: dict[tuple[str, bytes], bytes] = {}
stats = {"v2": 0, "v1": 0, "bytes_v2": 0, "bytes_v1": 0}


def v1_body(ids: list[bytes], params: Mapping[str, str]) -> bytes:
    """The answer of V1.1 for these customers, in their order."""
    key = "v1", repr(sorted(params.items())).encode()
    if key not in made:
        whole: Any = v1.customer_get(DIRECTORY, {**params, "id": EXEMPLAR.decode()})
        made[key] = orjson.dumps(whole["response"]["customers"]["customer"][0])
    status = orjson.dumps({"success": "true", "code": 200, "message": "SUCCESS", "total": str(len(ids))})
    return BEFORE % status + b",".join(made[key].replace(EXEMPLAR, one) for one in ids) + AFTER


def v2_body(one: bytes, query: bytes) -> bytes:
    """The answer of V2 for a customer."""
    key = "v2", query
    if key not in made:
        made[key] = orjson.dumps(v2.by_id(DIRECTORY, EXEMPLAR.decode(), dict(parse_qsl(query.decode()))))
    return made[key].replace(EXEMPLAR, one)


def answered(path: str, query: bytes) -> bytes:
    """The body for a path."""
    if path == "/v1.1/customer/get":
        params = dict(parse_qsl(query.decode()))
        found, name = v1_body(params.pop("id").encode().split(b","), params), "v1"
    elif path.startswith("/v2/customers/"):
        found, name = v2_body(path.removeprefix("/v2/customers/").encode(), query), "v2"
    else:
        told = orjson.dumps(stats)
        if path == "/_reset":
            stats.update(dict.fromkeys(stats, 0))
        return told
    stats[name] += 1
    stats[f"bytes_{name}"] += len(found)
    return found


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """The upstream as a raw ASGI application."""
    if scope["type"] != "http":
        return
    body = answered(scope["path"], scope["query_string"])
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, default=9900)
    uvicorn.run(app, port=options.parse_args().port, access_log=False, log_level="warning", lifespan="off")

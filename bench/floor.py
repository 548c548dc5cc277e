"""The least that an answer costs on our server: a constant of a customer's size, raw ASGI. `python bench/floor.py`"""

import argparse
from typing import Any

import uvicorn

BODY = b'{"data":{"customer":{"id":"' + b"x" * 1780 + b'"}}}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the request and answers."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=9901)
    uvicorn.run(app, port=options.parse_args().port, access_log=False, log_level="warning", lifespan="off")

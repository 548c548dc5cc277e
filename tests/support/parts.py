"""Answers in parts, as a client reads them: taken apart, and put together again."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import httpx

MULTIPART = "multipart/mixed"
V02 = "multipart/mixed;incrementalSpec=v0.2"
APOLLO = "multipart/mixed;deferSpec=20220824"
EVENTS = "text/event-stream"
STREAMS = (MULTIPART, V02, APOLLO, EVENTS)
"""Every `Accept` that is answered in parts."""

Json = dict[str, Any]
Next = Callable[[], Json | None]

PATIENCE_S = 30.0
"""After this a test has hung."""


class Reader:
    """Reads a body as it comes, and fails on what is not to the letter."""

    def __init__(self, content_type: str) -> None:
        self._events = content_type.startswith("text/event-stream")
        assert self._events or content_type.startswith('multipart/mixed; boundary="-"')
        self._left = b"" if self._events else b"\r\n"
        self.whole = False
        """Whether it said that it ended."""

    def read(self, data: bytes) -> list[Json]:
        """The payloads that are complete now."""
        self._left += data
        found = self._read_events() if self._events else self._read_parts()
        assert not (self.whole and self._left)
        return found

    def _read_events(self) -> list[Json]:
        *events, self._left = self._left.split(b"\n\n")
        found: list[Json] = []
        for event in events:
            assert not self.whole
            name, data = event.split(b"\n")
            if name == b"event: complete":
                assert data == b"data:"
                self.whole = True
            else:
                assert name == b"event: next"
                found.append(json.loads(data.removeprefix(b"data: ")))
        return found

    def _read_parts(self) -> list[Json]:
        *parts, self._left = self._left.split(b"\r\n---")
        found: list[Json] = []
        for part in parts:
            if part:
                headers, body = part.removeprefix(b"\r\n").split(b"\r\n\r\n")
                assert headers == b"Content-Type: application/json; charset=utf-8"
                found.append(json.loads(body))
        if self._left == b"--\r\n":
            self.whole, self._left = True, b""
        return found


@contextmanager
def asked(url: str, query: str, accept: str, method: str = "POST") -> Iterator[Next]:
    """The payloads of an answer, each as soon as it came; null at the end."""
    given = {"json": {"query": query}} if method == "POST" else {"params": {"query": query}}
    with (
        httpx.Client(timeout=PATIENCE_S, trust_env=False) as http,
        http.stream(method, url, headers={"accept": accept}, **given) as answer,  # type: ignore[arg-type]
    ):
        reader = Reader(answer.headers["content-type"])
        waiting: list[Json] = []
        chunks = answer.iter_raw()

        def payload() -> Json | None:
            while not waiting:
                chunk = next(chunks, None)
                if chunk is None:
                    assert reader.whole
                    return None
                waiting.extend(reader.read(chunk))
            return waiting.pop(0)

        yield payload


def rest(payload: Next) -> list[Json]:
    """All that is still to come."""
    return list(iter(payload, None))


def taken_apart(content_type: str, body: bytes) -> list[Json]:
    """The payloads of a body that came whole."""
    reader = Reader(content_type)
    found = reader.read(body)
    assert reader.whole
    return found


def put_together(payloads: Sequence[Json]) -> Json:
    """What the payloads come to, in either layout, as if it had come at once; and that they keep to the rules."""
    first, *rest = deepcopy(list(payloads))
    assert [one.get("hasNext", False) for one in payloads] == [True] * len(rest) + [False]
    whole = {name: first[name] for name in ("data", "errors", "extensions") if name in first}
    pending = {one["id"]: one for one in first.get("pending", ())}
    for payload in rest:
        pending |= {one["id"]: one for one in payload.get("pending", ())}
        for piece in payload.get("incremental", ()):
            place = pending[piece["id"]]["path"] + piece.get("subPath", []) if "id" in piece else piece["path"]
            if piece["data"] is not None:
                _merge(_at(whole["data"], place), piece["data"])
            whole.setdefault("errors", []).extend(piece.get("errors", ()))
        for one in payload.get("completed", ()):
            del pending[one["id"]]
            whole.setdefault("errors", []).extend(one.get("errors", ()))
        whole |= {"extensions": payload["extensions"]} if "extensions" in payload else {}
    assert not pending
    return {name: value for name, value in whole.items() if value != []}


def _at(data: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        data = data[step]
    return data


def _merge(into: Any, data: Mapping[str, Any]) -> None:
    for key, value in data.items():
        assert key not in into or isinstance(value, dict | list) or into[key] == value
        if isinstance(value, dict) and key in into:
            _merge(into[key], value)
        elif isinstance(value, list) and key in into:
            for one, another in zip(into[key], value, strict=True):
                _merge(one, another)
        else:
            into[key] = value


def in_any_order(errors: Sequence[Json]) -> list[str]:
    """Errors to compare: which comes first depends on which part does. Where they stand in the text is left out."""
    return sorted(json.dumps({**error, "locations": None}, sort_keys=True) for error in errors)

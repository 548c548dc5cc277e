"""The log: one JSON object a line. What libraries say goes there too, without the values they put into it."""

import asyncio
import logging
import os
import select
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

import orjson

from gateway.telemetry.events import SILENT, Event, fields_of, level_of, level_of_all
from gateway.telemetry.requests import RequestAnswered, RequestRepeated
from gateway.telemetry.spans import CURRENT

LONGEST_MESSAGE: Final = 200
MOST_FRAMES: Final = 20

_UTC: Final = orjson.OPT_UTC_Z
_LINE: Final = orjson.OPT_APPEND_NEWLINE | _UTC
_OWN: Final = frozenset({"request_id", "milliseconds", "fresh_for", "trace_id"})
"""What a request that was answered as another has of its own."""
_NUMBERS: Final = {name.lower(): number for name, number in logging.getLevelNamesMapping().items()}


class Log:
    """Writes events of `level` and above as lines. An event that is not written costs next to nothing.

    Each line has `event`, `level` and `timestamp`, the fields of the event, and the `request_id` (and `trace_id`) of
    the request that it happened for. What is no warning may wait `wait_s` seconds for others, to be written with them.
    A line that cannot be written is lost: nobody is refused an answer for it.
    """

    def __init__(self, level: str, file: BinaryIO | None = None, *, wait_s: float = 0.0) -> None:
        self._least = _NUMBERS[level]
        self._file = file or sys.stdout.buffer
        self._wait_s = wait_s
        self._waiting: list[bytes | tuple[RequestRepeated, float]] = []

    def __call__(self, event: Event) -> None:
        """Takes one event."""
        if take := self.taker(type(event)):
            take(event)

    def taker(self, kind: type[Any]) -> Callable[[Any], None] | None:
        """What writes events of a type; null where none of them would be written."""
        if kind is RequestRepeated:
            return self._repeated if self._least <= logging.INFO else None
        level = level_of_all(kind)
        return None if kind in SILENT or (level and _NUMBERS[level] < self._least) else self._written

    def _repeated(self, event: RequestRepeated) -> None:
        self._put((event, time.time()), at_once=False)

    def _written(self, event: Event) -> None:
        level = level_of(event)
        if level is not None and _NUMBERS[level] >= self._least:
            self.write(type(event).__name__, level, fields_of(event))

    def write(self, event: str, level: str, fields: dict[str, Any]) -> None:
        """Writes one line."""
        line: dict[str, Any] = {"event": event, "level": level, "timestamp": datetime.now(UTC)}
        request = CURRENT.get()
        if request is not None:
            line["request_id"] = request.request_id
            if request.trace_id:
                line["trace_id"] = request.trace_id
        line.update(fields)
        self._put(orjson.dumps(line, option=_LINE), at_once=_NUMBERS[level] > logging.INFO)

    def close(self) -> None:
        """Writes what waits. Whatever comes now does not wait: there may be nobody who comes back to it."""
        self._wait_s = 0.0
        self._flush()

    def _put(self, line: bytes | tuple[RequestRepeated, float], *, at_once: bool) -> None:
        self._waiting.append(line)
        if at_once or not self._wait_s:
            self._flush()
        elif len(self._waiting) == 1:
            try:
                asyncio.get_running_loop().call_later(self._wait_s, self._flush)
            except RuntimeError:  # nobody would come back to it
                self._flush()

    def _flush(self) -> None:
        """Writes what waits, in pieces that reach a pipe whole: other workers may write to the same one."""
        waiting, self._waiting = self._waiting, []
        piece, size = list[bytes](), 0
        for one in waiting:
            line = one if isinstance(one, bytes) else _line_of(*one)
            if piece and size + len(line) > select.PIPE_BUF:
                self._write(piece)
                piece, size = [], 0
            piece.append(line)
            size += len(line)
        if piece:
            self._write(piece)

    def _write(self, lines: Sequence[bytes]) -> None:
        try:
            self._file.write(b"".join(lines))
            self._file.flush()
        except (OSError, ValueError):  # nobody reads it any more
            return


def _line_of(event: RequestRepeated, at: float) -> bytes:
    """The line of a request that was answered as another: but for what is its own, it is as the other's.

    Made when it is written, with many others: between two answers each took twice as long.
    """
    first = event.first
    if not first.shared:
        first.shared = orjson.dumps({name: value for name, value in first.fields().items() if name not in _OWN})[1:]
    own = {
        "event": RequestAnswered.__name__,
        "level": "info",
        "timestamp": datetime.fromtimestamp(at, UTC),
        "request_id": event.request_id,
        "milliseconds": event.milliseconds,
        "fresh_for": event.fresh_for,
    }
    if trace := event.trace_id:
        own["trace_id"] = trace
    return b"%b,%b\n" % (orjson.dumps(own, option=_UTC)[:-1], first.shared)


class LibraryLines(logging.Handler):
    """Writes what libraries log as events `LibraryLogged`: the text without what was put into it, and of an exception
    its type and the places it passed, for any of the rest may be somebody's data."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Takes one record."""
        fields: dict[str, Any] = {"logger": record.name, "message": _message(record)}
        if record.exc_info and record.exc_info[0]:
            frames = traceback.extract_tb(record.exc_info[2])[-MOST_FRAMES:]
            fields["error"] = record.exc_info[0].__name__
            fields["where"] = [f"{os.path.basename(one.filename)}:{one.lineno} {one.name}" for one in frames]  # noqa: PTH119 - of a path that may be none
        self._log.write("LibraryLogged", record.levelname.lower(), fields)


def _message(record: logging.LogRecord) -> str:
    """The first line of the template. asyncio writes the rest itself: the text of an exception, say."""
    match record.msg:
        case str(template):
            return template.strip().partition("\n")[0][:LONGEST_MESSAGE].encode(errors="replace").decode()
        case OSError(errno=int(number)):
            return os.strerror(number)
        case other:
            return type(other).__name__


def configure_logs(level: str, file: BinaryIO | None = None) -> None:
    """Has libraries log from `level` up, to standard output. httpx and aiocache tell of every request and key: they
    may only warn."""
    logging.basicConfig(level=_NUMBERS[level.lower()], handlers=[LibraryLines(Log(level.lower(), file))], force=True)
    for noisy in ("httpx", "aiocache"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

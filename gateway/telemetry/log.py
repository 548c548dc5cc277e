"""The log: one JSON object a line. What libraries say goes there too, without the values they put into it."""

import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

import orjson

from gateway.telemetry.events import Event, fields_of, level_of
from gateway.telemetry.requests import RequestAnswered, RequestRepeated
from gateway.telemetry.spans import CURRENT

LONGEST_MESSAGE: Final = 200
MOST_FRAMES: Final = 20

_LINE: Final = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
_NUMBERS: Final = {name.lower(): number for name, number in logging.getLevelNamesMapping().items()}


class Log:
    """Writes events of `level` and above as lines. An event that is not written costs next to nothing.

    Each line has `event`, `level` and `timestamp`, the fields of the event, and the `request_id` (and `trace_id`) of
    the request that it happened for. A line that cannot be written is lost: nobody is refused an answer for it.
    """

    def __init__(self, level: str, file: BinaryIO | None = None) -> None:
        self._least = _NUMBERS[level]
        self._file = file or sys.stdout.buffer

    def __call__(self, event: Event) -> None:
        """Takes one event."""
        level = level_of(event)
        if level is not None and _NUMBERS[level] >= self._least:
            kind = RequestAnswered if isinstance(event, RequestRepeated) else type(event)
            self.write(kind.__name__, level, fields_of(event))

    def write(self, event: str, level: str, fields: dict[str, Any]) -> None:
        """Writes one line."""
        line: dict[str, Any] = {"event": event, "level": level, "timestamp": datetime.now(UTC)}
        request = CURRENT.get()
        if request is not None:
            line["request_id"] = request.request_id
            if request.trace_id:
                line["trace_id"] = request.trace_id
        line.update(fields)
        try:
            self._file.write(orjson.dumps(line, option=_LINE))
            self._file.flush()
        except (OSError, ValueError):  # nobody reads it any more
            return


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

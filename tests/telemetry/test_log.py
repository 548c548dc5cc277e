"""The log: one object a line, by level, under the request's id; and what libraries say, without what they say it of."""

import asyncio
import json
import logging
import select
from collections.abc import Iterator
from io import BytesIO
from typing import Any, get_args

import pytest

from gateway.facets.facet import Endpoint
from gateway.telemetry.events import (
    AnomalyMet,
    CallBegan,
    CallMade,
    DocumentCompiled,
    Event,
    FaultMet,
    StoreFailed,
    StoreRecovered,
    WebhookOutcome,
    WebhookReceived,
    level_of,
)
from gateway.telemetry.log import LONGEST_MESSAGE, LibraryLines, Log, configure_logs
from gateway.telemetry.requests import GONE, RequestAnswered, RequestBegan
from gateway.telemetry.spans import Answering
from tests.support.gateway import running
from tests.telemetry.support import ASKED, HOME, MOBILE, Lines


def answered(status: int = 200, **errors: int) -> RequestAnswered:
    return RequestAnswered("0123456789abcdef", 0.0, executed=status == 200, status=status, errors=errors)


LEVELS: list[tuple[Event, str | None]] = [
    (RequestBegan(answered()), None),
    (answered(), "info"),
    (answered(400, BAD_REQUEST=1), "info"),
    (answered(200, UPSTREAM_TIMEOUT=1), "warning"),
    (answered(500, INTERNAL=1, UPSTREAM_TIMEOUT=1), "error"),
    (answered(GONE), "info"),
    (DocumentCompiled(1.0, valid=True), "debug"),
    (CallBegan(Endpoint.V2, frozenset(), 1), None),
    (CallMade(Endpoint.V2, 200, 1.0, 1, 1), "debug"),
    (CallMade(Endpoint.V2, 404, 1.0, 1, 1), "debug"),
    *((CallMade(Endpoint.V2, status, 1.0, 1, 1), "warning") for status in (None, 401, 403, 429, 500, 503)),
    (AnomalyMet(Endpoint.V1, "points", "number", "str"), "warning"),
    (FaultMet("ValueError", "driver"), "error"),
    (WebhookReceived("pointsIssued", WebhookOutcome.INVALIDATED), "info"),
    (WebhookReceived("other", WebhookOutcome.UNAUTHORIZED), "warning"),
    (WebhookReceived("other", WebhookOutcome.FAILED), "warning"),
    (StoreFailed("multi_get", "TimeoutError"), "warning"),
    (StoreRecovered(), "info"),
]


@pytest.mark.parametrize(("event", "level"), LEVELS, ids=str)
def test_an_event_has_a_level(event: Event, level: str | None) -> None:
    assert level_of(event) == level


def test_every_event_has_one() -> None:
    """Events that other pieces add need no row above, but a level."""
    without = {kind for kind in get_args(Event) if kind not in {type(event) for event, _ in LEVELS}}
    assert all(isinstance(level_of(kind.__new__(kind)), str) for kind in without)


@pytest.mark.parametrize("least", ["debug", "info", "warning", "error"])
def test_a_log_has_the_lines_of_its_level_and_above(least: str) -> None:
    order, lines = ["debug", "info", "warning", "error"], Lines()
    log = Log(least, lines)
    for event, _ in LEVELS:
        log(event)
    expected = [level for _, level in LEVELS if level is not None and order.index(level) >= order.index(least)]
    assert [line["level"] for line in lines.all] == expected


def test_a_line_says_which_event_it_is_and_when_and_all_of_it() -> None:
    lines = Lines()
    Log("info", lines)(WebhookReceived("pointsIssued", WebhookOutcome.DUPLICATE))
    (line,) = lines.all
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "WebhookReceived", "level": "info", "name": "pointsIssued", "outcome": "duplicate"}


async def test_at_info_a_request_is_one_line() -> None:
    lines = Lines()
    async with running(emit=Log("info", lines)) as gateway:
        response = await gateway.post(HOME, ASKED)
    (line,) = lines.all
    assert (line["event"], line["request_id"]) == ("RequestAnswered", response.headers["x-request-id"])


async def test_all_that_happens_for_a_request_is_told_under_its_id_and_trace() -> None:
    lines = Lines()
    trace = "0af7651916cd43dd8448eb211c80319c"
    async with running(emit=Log("debug", lines)) as gateway:
        asking = (gateway.post(HOME, ASKED, traceparent=f"00-{trace}-b7ad6b7169203331-01"), gateway.post(HOME))
        first, second = await asyncio.gather(*asking)
    ids = [response.headers["x-request-id"] for response in (first, second)]
    assert {line["request_id"] for line in lines.all} == set(ids)
    of_first = [line for line in lines.all if line["request_id"] == ids[0]]
    assert {line["event"] for line in of_first} == {"CallMade", "DocumentCompiled", "RequestAnswered"}
    assert {line["trace_id"] for line in of_first} == {trace}
    assert not [line for line in lines.all if line["request_id"] == ids[1] and "trace_id" in line]


async def test_lines_wait_to_be_written_together_but_warnings_do_not() -> None:
    written: list[bytes] = []

    class Pieces(BytesIO):
        def write(self, piece: Any) -> int:
            written.append(piece)
            return len(piece)

    log, well = Log("info", Pieces(), wait_s=60.0), RequestAnswered("a", 0.0, status=200)
    for _ in range(100):
        log(well)
    assert not written
    log(StoreFailed("get", "timeout"))
    lines = b"".join(written).splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["RequestAnswered"] * 100 + ["StoreFailed"]
    assert 1 < len(written) < 20
    assert all(len(piece) <= select.PIPE_BUF and piece.endswith(b"}\n") for piece in written)
    written.clear()
    log(well)
    assert not written
    log.close()
    assert len(written) == 1
    log(well)
    assert len(written) == 2


async def test_a_line_that_waits_is_written_in_time() -> None:
    lines = Lines()
    log = Log("info", lines, wait_s=0.001)
    log(RequestAnswered("a", 0.0, status=200))
    assert not lines.all
    later = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.002, later.set_result, None)
    await later
    assert len(lines.all) == 1


def test_what_happens_for_nobody_has_no_id() -> None:
    lines = Lines()
    with Answering(lambda _: None, ()):
        pass
    Log("info", lines)(StoreRecovered())
    assert "request_id" not in lines.all[0]


class Closed(BytesIO):
    def write(self, _: object) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("file", [Closed(), BytesIO()], ids=["broken", "closed"])
async def test_a_log_that_nobody_reads_any_more_refuses_nobody_an_answer(file: BytesIO) -> None:
    if not isinstance(file, Closed):
        file.close()
    async with running(emit=Log("debug", file)) as gateway:
        assert (await gateway.ask(HOME, ASKED))["data"]["customer"]["firstName"] == "Asha"


# --- what libraries say ---


@pytest.fixture
def library_lines() -> Iterator[Lines]:
    lines, root = Lines(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    configure_logs("debug", lines)
    yield lines
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_template_is_told_and_not_what_is_put_into_it(library_lines: Lines) -> None:
    logging.getLogger("some.library").warning("cannot reach %s at all\nbut %s", MOBILE, "x")
    (line,) = library_lines.all
    assert line.pop("timestamp")
    assert line == {
        "event": "LibraryLogged",
        "level": "warning",
        "logger": "some.library",
        "message": "cannot reach %s at all",
    }


def test_an_exception_is_its_type_and_the_places_it_passed(library_lines: Lines) -> None:
    def passed() -> None:
        raise LookupError(MOBILE)

    try:
        passed()
    except LookupError:
        logging.getLogger("some.library").exception("it failed")
    (line,) = library_lines.all
    assert line["error"] == "LookupError"
    assert [place.partition(":")[0] for place in line["where"]] == ["test_log.py", "test_log.py"]
    assert line["where"][-1].endswith(" passed")
    assert MOBILE not in library_lines.text


async def test_a_task_that_nobody_waited_for_does_not_tell_its_data(library_lines: Lines) -> None:
    asyncio.get_running_loop().call_exception_handler(
        {"message": "Task exception was never retrieved", "exception": LookupError(MOBILE), "future": {MOBILE}}
    )
    (line,) = [line for line in library_lines.all if line["logger"] == "asyncio" and line["level"] == "error"]
    assert (line["message"], line["error"]) == ("Task exception was never retrieved", "LookupError")
    assert MOBILE not in library_lines.text


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (OSError(98, f"address of {MOBILE}"), "Address already in use"),
        (ValueError(MOBILE), "ValueError"),
        ("\ud800 half a letter", "? half a letter"),
        ("long " * 100, ("long " * 100)[:LONGEST_MESSAGE]),
    ],
    ids=["error of the system", "exception", "half a letter", "long"],
)
def test_what_is_no_template_is_told_as_far_as_it_is_safe(message: object, told: str) -> None:
    lines = Lines()
    LibraryLines(Log("debug", lines)).emit(logging.LogRecord("some.library", 40, "", 0, message, (), None))
    assert lines.all[0]["message"] == told


@pytest.mark.parametrize("name", ["httpx", "aiocache"])
def test_libraries_that_tell_of_every_request_may_only_warn(library_lines: Lines, name: str) -> None:
    logging.getLogger(name).info("GET %s", MOBILE)
    assert library_lines.text == ""


def test_every_line_is_an_object_of_its_own(library_lines: Lines) -> None:
    logging.getLogger("some.library").error("two\nlines")
    logging.getLogger("some.library").error("another")
    assert [json.loads(line)["message"] for line in library_lines.text.splitlines()] == ["two", "another"]

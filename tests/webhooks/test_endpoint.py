"""The endpoint for upstream's events: who may send, what upstream is told, and that nothing is lost on the way."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.events import FaultMet, WebhookReceived
from gateway.telemetry.events import WebhookOutcome as Outcome
from gateway.webhooks import endpoint as module
from gateway.webhooks.endpoint import RETRY_AFTER_S, WebhookEndpoint
from gateway.webhooks.events import Event
from tests.webhooks.payloads import Json, enveloped, flat, ids, named

HEADER, SECRET = "X-Events-Token", "s3cret"
BODY_BYTES = 5_000


class StoreDown(Exception):
    """As a store that cannot be reached would raise."""


class Receiver:
    """An endpoint before a store of its own, which a test can take down, and all that became of it."""

    def __init__(self, **chosen: Any) -> None:
        self.invalidated: list[Event] = []
        self.asked: list[str] = []
        self.seen: set[str] = set()
        self.down: set[str] = set()
        self.unlucky = ids()
        self.gate: asyncio.Event | None = None
        self.emitted: list[WebhookReceived | FaultMet] = []
        settings = {"header": HEADER, "secret": SECRET, "body_bytes": BODY_BYTES}
        parts = {"invalidate": self.invalidate, "fresh": self.fresh, "forget": self.forget}
        self.app = WebhookEndpoint(
            emit=self.emitted.append,
            **{**settings, **parts, **chosen},
        )

    async def invalidate(self, event: Event) -> None:
        if self.gate is not None:
            await self.gate.wait()
        self.check("invalidate")
        if event.customers & self.unlucky:
            raise StoreDown
        self.invalidated.append(event)

    async def fresh(self, digest: str) -> bool:
        self.asked.append(digest)
        self.check("fresh")
        first = digest not in self.seen
        self.seen.add(digest)
        return first

    async def forget(self, digest: str) -> None:
        self.check("forget")
        self.seen.discard(digest)

    def check(self, part: str) -> None:
        if part in self.down:
            raise StoreDown("customer 5 of 10.0.0.7")

    @property
    def outcomes(self) -> list[tuple[str, Outcome]]:
        return [(one.name, one.outcome) for one in self.emitted if isinstance(one, WebhookReceived)]

    async def send(self, payload: Any, **how: Any) -> httpx.Response:
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = how.pop("headers", {HEADER: SECRET})
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            return await http.request(
                how.pop("method", "POST"), "/events/capillary", content=content, headers=headers, **how
            )


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def is_done(response: httpx.Response) -> bool:
    """Upstream takes the event for delivered, and is told nothing else."""
    return (response.status_code, response.json()) == (200, {})


def is_asked_again(response: httpx.Response) -> bool:
    """Upstream sends the event again, later."""
    return (response.status_code, response.json(), response.headers["retry-after"]) == (503, {}, str(RETRY_AFTER_S))


# --- what is done with an event ---


async def test_an_event_invalidates_its_customers(receiver: Receiver) -> None:
    assert is_done(await receiver.send(enveloped("pointsIssued", named(5))))
    assert [event.customers for event in receiver.invalidated] == [ids(5)]
    assert receiver.outcomes == [("pointsIssued", Outcome.INVALIDATED)]


async def test_a_number_that_no_float_holds_arrives_exactly(receiver: Receiver) -> None:
    body = json.dumps(flat("tierRenewed", named("ID"))).replace('"ID"', "9007199254740993.0").encode()
    assert is_done(await receiver.send(body))
    assert [event.customers for event in receiver.invalidated] == [ids(9007199254740993)]


async def test_a_number_of_any_length_is_read(receiver: Receiver) -> None:
    body = json.dumps(flat("tierRenewed", named("ID"))).replace('"ID"', "9" * 4_400).encode()
    assert is_done(await receiver.send(body))
    assert receiver.outcomes == [("tierRenewed", Outcome.UNADDRESSED)]


async def test_a_card_alone_is_enough(receiver: Receiver) -> None:
    assert is_done(await receiver.send(flat("cardUpdated", {"cardNumber": "c"})))
    assert [event.cards for event in receiver.invalidated] == [{"c"}]


async def test_a_new_customer_clears_what_was_not_found_even_when_nobody_is_named(receiver: Receiver) -> None:
    assert is_done(await receiver.send(flat("customerAdded", {})))
    assert [(event.adds, event.customers) for event in receiver.invalidated] == [(True, frozenset())]


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        (flat("tierDowngradeReminder", named(5)), ("tierDowngradeReminder", Outcome.IGNORED)),
        (flat("rewardCreated", {"rewardId": 5}), ("other", Outcome.IGNORED)),
        (flat("pointsIssued", {}), ("pointsIssued", Outcome.UNADDRESSED)),
        ({}, ("other", Outcome.NO_EVENT)),
        (None, ("other", Outcome.NO_EVENT)),
        ("customerAdded", ("other", Outcome.NO_EVENT)),
        ([[flat("customerAdded", named(5))]], ("other", Outcome.NO_EVENT)),
    ],
)
async def test_what_changes_nothing_is_taken_and_not_looked_up(receiver: Receiver, payload: Any, outcome: Any) -> None:
    assert is_done(await receiver.send(payload))
    assert (receiver.invalidated, receiver.asked, receiver.outcomes) == ([], [], [outcome])


@pytest.mark.parametrize("body", [b"", b"{", b"<a/>", b"\xff\xfe\xfa", b"[" * 4_900, b"{} {}"])
async def test_what_is_no_json_is_taken_too(receiver: Receiver, body: bytes) -> None:
    assert is_done(await receiver.send(body))
    assert receiver.outcomes == [("other", Outcome.UNREADABLE)]


async def test_every_event_of_a_list_is_dealt_with(receiver: Receiver) -> None:
    events = [flat("pointsIssued", named(1), id="a"), {}, flat("tierRenewed", named(2), id="b")]
    assert is_done(await receiver.send(events))
    assert [event.customers for event in receiver.invalidated] == [ids(1), ids(2)]
    assert [outcome for _, outcome in receiver.outcomes] == ["invalidated", "no_event", "invalidated"]


async def test_an_empty_list_is_taken(receiver: Receiver) -> None:
    assert is_done(await receiver.send([]))
    assert receiver.emitted == []


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["eventName", "data", "attributes", "customerId", "eventId", "cardNumber"]) | st.text(),
                inner,
            )
        ),
        max_leaves=10,
    )
    | st.binary()
)
def test_no_body_is_refused(payload: Any) -> None:
    async def sent() -> httpx.Response:
        return await Receiver().send(payload)

    assert is_done(asyncio.run(sent()))


# --- who may send ---

WRONG = [
    {},
    {HEADER: ""},
    {HEADER: "s3cre"},
    {HEADER: "s3cret2"},
    {HEADER: "S3CRET"},
    {HEADER: SECRET * 1_000},
    {"authorization": SECRET},
    [(HEADER, SECRET), (HEADER, SECRET)],
    [(HEADER, SECRET), (HEADER, "other")],
]


@pytest.mark.parametrize("headers", WRONG, ids=lambda value: repr(value)[:40])
async def test_without_the_header_nothing_is_done(receiver: Receiver, headers: Any) -> None:
    response = await receiver.send(flat("pointsIssued", named(5)), headers=headers)
    assert (response.status_code, response.json()) == (401, {})
    assert "www-authenticate" in response.headers
    assert (receiver.invalidated, receiver.asked) == ([], [])
    assert receiver.outcomes == [("other", Outcome.UNAUTHORIZED)]


@pytest.mark.parametrize("name", [HEADER, HEADER.lower(), HEADER.upper()])
async def test_the_case_of_the_header_s_name_does_not_matter(receiver: Receiver, name: str) -> None:
    assert is_done(await receiver.send(flat("pointsIssued", named(5)), headers={name: SECRET}))


async def test_a_secret_may_be_of_any_characters_and_have_a_line_end_in_its_file() -> None:
    receiver = Receiver(secret="pässwort ✓\n")
    headers = {HEADER.encode(): "pässwort ✓".encode()}
    assert is_done(await receiver.send(flat("pointsIssued", named(5)), headers=headers))


@pytest.mark.parametrize("chosen", [{"secret": ""}, {"secret": " \n"}, {"header": " "}])
def test_an_endpoint_without_a_secret_cannot_be(chosen: Json) -> None:
    with pytest.raises(ValueError, match="header"):
        Receiver(**chosen)


@pytest.mark.parametrize("verdict", [True, False])
@pytest.mark.parametrize("headers", [{HEADER: SECRET}, {HEADER: "x"}, {}], ids=["right", "wrong", "missing"])
async def test_a_comparison_in_constant_time_decides(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, headers: Any, *, verdict: bool
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return verdict

    assert module.hmac is hmac
    monkeypatch.setattr(hmac, "compare_digest", compare)
    response = await receiver.send({}, headers=headers)
    assert response.status_code == (200 if verdict else 401)
    assert [(type(one), len(one), len(other)) for one, other in compared] == [(bytes, 32, 32)]


async def exchanged(
    receiver: Receiver, parts: Iterator[Json], *, method: str = "POST", **headers: str
) -> tuple[int, int]:
    """The status of an answer, and how often the endpoint asked for more of the body."""
    asked, sent = [], []

    async def receive() -> Json:
        asked.append(None)
        return next(parts)

    async def send(message: Json) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": raw}
    await receiver.app(scope, receive, send)
    return sent[0]["status"], len(asked)


async def test_no_byte_of_a_body_is_read_before_the_header_is_right(receiver: Receiver) -> None:
    assert await exchanged(receiver, iter([])) == (401, 0)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_other_methods_are_told_which_one_to_use(receiver: Receiver, method: str) -> None:
    assert await exchanged(receiver, iter([]), method=method) == (405, 0)
    response = await receiver.send(b"", method=method)
    assert response.headers["allow"] == "POST"


# --- how much ---


async def test_a_body_of_the_largest_size_is_read(receiver: Receiver) -> None:
    assert is_done(await receiver.send(b"{}".ljust(BODY_BYTES)))
    assert receiver.outcomes == [("other", Outcome.NO_EVENT)]


async def test_a_body_that_is_too_large_is_refused(receiver: Receiver) -> None:
    response = await receiver.send(b"{}".ljust(BODY_BYTES + 1))
    assert (response.status_code, response.json()) == (413, {})
    assert receiver.outcomes == [("other", Outcome.TOO_LARGE)]


async def test_a_list_of_more_than_5000_events_is_refused_before_the_first() -> None:
    receiver = Receiver(body_bytes=1_000_000)
    assert (await receiver.send([1] * 5_001)).status_code == 413
    assert receiver.outcomes == [("other", Outcome.TOO_LARGE)]
    assert is_done(await receiver.send([1] * 5_000))
    assert len(receiver.outcomes) == 5_001


async def test_the_rest_of_a_body_that_is_too_large_is_not_read(receiver: Receiver) -> None:
    parts = ({"type": "http.request", "body": b" " * 1_000, "more_body": True} for _ in range(1_000))
    assert await exchanged(receiver, parts, **{HEADER.lower(): SECRET}) == (413, 6)


async def test_half_an_event_is_no_event(receiver: Receiver) -> None:
    whole = json.dumps(flat("pointsIssued", named(5))).encode()
    parts = iter([{"type": "http.request", "body": whole, "more_body": True}, {"type": "http.disconnect"}])
    assert await exchanged(receiver, parts, **{HEADER.lower(): SECRET}) == (503, 2)
    assert (receiver.invalidated, receiver.outcomes) == ([], [("other", Outcome.INTERRUPTED)])


# --- twice ---


async def test_a_duplicate_is_taken_and_not_dealt_with_again(receiver: Receiver) -> None:
    for _ in range(3):
        assert is_done(await receiver.send(flat("pointsIssued", named(5))))
    assert len(receiver.invalidated) == 1
    assert [outcome for _, outcome in receiver.outcomes] == ["invalidated", "duplicate", "duplicate"]


async def test_an_event_is_the_same_in_another_envelope(receiver: Receiver) -> None:
    await receiver.send(flat("pointsIssued", named(5)))
    await receiver.send(enveloped("pointsIssued", named(5)))
    assert len(receiver.invalidated) == 1


async def test_an_event_of_another_organisation_or_name_or_id_is_another(receiver: Receiver) -> None:
    """Two published events, of different names, share an id."""
    others = [{}, {"orgId": 1}, {"eventName": "tierRenewed"}, {"eventId": "a-2"}, {"orgId": None}]
    for other in others:
        assert is_done(await receiver.send({**flat("tierUpgraded", named(5)), **other}))
    assert len(receiver.invalidated) == len(others)


async def test_an_event_without_an_id_is_dealt_with_every_time(receiver: Receiver) -> None:
    for _ in range(2):
        assert is_done(await receiver.send(flat("loyaltyCustomerMerge", named(5), id=None)))
    assert (len(receiver.invalidated), receiver.asked) == (2, [])


async def test_what_is_looked_up_has_nothing_of_the_payload(receiver: Receiver) -> None:
    await receiver.send(flat("pointsIssued", named(5), id="a-1"))
    assert [(len(digest), set(digest) <= set("0123456789abcdef")) for digest in receiver.asked] == [(64, True)]


@pytest.fixture
async def held(receiver: Receiver) -> AsyncIterator[tuple[Receiver, list[asyncio.Task[httpx.Response]]]]:
    """A receiver with an event in the middle of its invalidation, and the same event delivered a second time."""
    receiver.gate = asyncio.Event()
    tasks = [asyncio.create_task(receiver.send(flat("pointsIssued", named(5)))) for _ in range(2)]
    async with asyncio.timeout(5):
        for _ in range(100):  # rounds of the loop: more than both deliveries need to come as far as they can
            await asyncio.sleep(0)
        assert len(receiver.asked) == 1
        yield receiver, tasks


Held = tuple[Receiver, list[asyncio.Task[httpx.Response]]]


async def test_a_duplicate_waits_for_the_first(held: Held) -> None:
    receiver, tasks = held
    assert not any(task.done() for task in tasks)
    assert receiver.gate is not None
    receiver.gate.set()
    assert all(is_done(response) for response in await asyncio.gather(*tasks))
    assert (len(receiver.invalidated), len(receiver.asked)) == (1, 1)
    assert sorted(outcome for _, outcome in receiver.outcomes) == ["duplicate", "invalidated"]


async def test_a_duplicate_is_not_taken_when_the_first_fails(held: Held) -> None:
    receiver, tasks = held
    receiver.down = {"invalidate"}
    assert receiver.gate is not None
    receiver.gate.set()
    assert all(is_asked_again(response) for response in await asyncio.gather(*tasks))
    receiver.down = set()
    assert is_done(await receiver.send(flat("pointsIssued", named(5))))
    assert len(receiver.invalidated) == 1


@pytest.mark.parametrize("gone", [0, 1], ids=["first", "second"])
async def test_a_sender_that_goes_away_stops_neither_the_invalidation_nor_the_other(held: Held, gone: int) -> None:
    receiver, tasks = held
    tasks[gone].cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[gone]
    assert receiver.gate is not None
    receiver.gate.set()
    assert is_done(await tasks[1 - gone])
    assert (len(receiver.invalidated), len(receiver.seen)) == (1, 1)


@pytest.mark.parametrize("part", ["invalidate", "fresh"])
async def test_an_event_is_forgotten_when_the_process_ends_in_the_middle_of_it(receiver: Receiver, part: str) -> None:
    done = {"invalidate": receiver.invalidate, "fresh": receiver.fresh}[part]

    async def ended(given: Any) -> None:
        await done(given)
        raise asyncio.CancelledError

    receiver.app = Receiver(**{"fresh": receiver.fresh, "forget": receiver.forget, part: ended}).app
    with pytest.raises(asyncio.CancelledError):
        await receiver.send(flat("pointsIssued", named(5)))
    assert (len(receiver.asked), receiver.seen) == (1, set())


async def test_different_events_do_not_wait_for_each_other(held: Held) -> None:
    receiver, tasks = held
    gate, receiver.gate = receiver.gate, None
    assert is_done(await receiver.send(flat("pointsIssued", named(6), id="a-2")))
    assert gate is not None
    gate.set()
    await asyncio.gather(*tasks)


# --- not now ---


@pytest.mark.parametrize("id", ["a-1", None])
async def test_what_cannot_be_recorded_is_asked_for_again_and_then_dealt_with(receiver: Receiver, id: Any) -> None:
    receiver.down = {"invalidate"}
    for _ in range(2):
        assert is_asked_again(await receiver.send(flat("pointsIssued", named(5), id=id)))
    receiver.down = set()
    assert is_done(await receiver.send(flat("pointsIssued", named(5), id=id)))
    assert len(receiver.invalidated) == 1
    assert [outcome for _, outcome in receiver.outcomes] == ["failed", "failed", "invalidated"]


@pytest.mark.parametrize("down", [{"invalidate", "forget"}, {"invalidate", "forget", "fresh"}])
async def test_the_retry_is_no_duplicate_even_if_nothing_could_be_forgotten(receiver: Receiver, down: set[str]) -> None:
    receiver.down = down
    assert is_asked_again(await receiver.send(flat("pointsIssued", named(5))))
    receiver.down = set()
    assert is_done(await receiver.send(flat("pointsIssued", named(5))))
    assert len(receiver.invalidated) == 1
    await receiver.send(flat("pointsIssued", named(5)))
    await receiver.send(flat("pointsIssued", named(5)))
    assert receiver.outcomes[-1] == ("pointsIssued", Outcome.DUPLICATE)


async def test_what_is_owed_is_remembered_up_to_a_bound(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_OWED", 2)
    receiver.down = {"invalidate", "forget"}
    for number in range(3):
        await receiver.send(flat("pointsIssued", named(5), id=number))
    receiver.down = set()
    for number in range(3):
        await receiver.send(flat("pointsIssued", named(5), id=number))
    assert [outcome for _, outcome in receiver.outcomes[3:]] == ["duplicate", "invalidated", "invalidated"]


async def test_an_event_counts_as_new_when_nobody_knows(receiver: Receiver) -> None:
    receiver.down = {"fresh"}
    for _ in range(2):
        assert is_done(await receiver.send(flat("pointsIssued", named(5))))
    assert len(receiver.invalidated) == 2


async def test_a_list_of_which_one_cannot_be_recorded_is_asked_for_again_as_a_whole(receiver: Receiver) -> None:
    events = [flat("pointsIssued", named(number), id=f"e{number}") for number in (1, 2, 3)]
    receiver.unlucky = ids(2)
    assert is_asked_again(await receiver.send(events))
    receiver.unlucky = frozenset()
    assert is_done(await receiver.send(events))
    assert [event.customers for event in receiver.invalidated] == [ids(1), ids(2), ids(3)]


# --- what is told ---


async def test_nothing_of_the_payload_is_told(receiver: Receiver) -> None:
    receiver.down = {"invalidate"}
    secretive = flat("customerId-5150", named(5150), id="e-5150", orgId="o-5150")
    responses = [await receiver.send(secretive), await receiver.send(b"{5150"), await receiver.send({"5150": 1})]
    told = repr(receiver.emitted) + "".join(f"{response.headers}{response.text}" for response in responses)
    assert "5150" not in told
    assert "10.0.0.7" not in told


async def test_the_kind_of_a_failure_is_told_to_the_operators(receiver: Receiver) -> None:
    receiver.down = {"invalidate"}
    await receiver.send(flat("pointsIssued", named(5)))
    assert receiver.emitted == [
        FaultMet("StoreDown", "webhooks"),
        WebhookReceived("pointsIssued", Outcome.FAILED),
    ]

"""No way around the policy: cached, joined, in a batch, merged, late. And a refusal tells nothing."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.auth import policy
from gateway.facets.needs import Wanted
from gateway.sandbox.faults import EndpointFault, Faults
from tests.auth.support import Guarded, guarded, refusals

ID, MOBILE, EMAIL = "100000001", "919800000001", "asha.rao@example.com"
OTHER_ID, OTHER_MOBILE, OTHER_EMAIL = "100000002", "919800000002", "dev.malhotra@example.com"
VICTIM, VICTIM_MOBILE, SURVIVOR = "100000017", "919800000017", "100000018"
DELETED, DELETED_MOBILE = "100000019", "919800000019"
NOBODY, NOBODY_MOBILE = "999", "15550000"

WHOLE = "id firstName fraud { status markedBy } loyaltyPrograms { currentSlab } cards { cardNumber }"
LOOKUP, V1 = "/v2/customers/lookup/customerDetails", "/v1.1/customer/get"
REFUSED = {"customer": "FORBIDDEN"}


@pytest.fixture
async def here() -> AsyncIterator[Guarded]:
    async with guarded() as found:
        yield found


def by(kind: str, value: str, selection: str = "id firstName") -> str:
    return f'{{ customer(by: {{{kind}: "{value}"}}) {{ {selection} }} }}'


# --- what a refusal tells ---

STRANGERS = [
    ("id", OTHER_ID, NOBODY),
    ("id", DELETED, NOBODY),
    ("id", VICTIM, NOBODY),
    ("mobile", OTHER_MOBILE, NOBODY_MOBILE),
    ("mobile", DELETED_MOBILE, NOBODY_MOBILE),
    ("email", OTHER_EMAIL, "no@body.example"),
    ("externalId", "EXT-0002", "nobody"),
]


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize(("kind", "somebody", "nobody"), STRANGERS)
@pytest.mark.parametrize("selection", ["__typename", "id", WHOLE])
async def test_a_refusal_is_the_same_whether_or_not_there_is_such_a_customer(
    here: Guarded, kind: str, somebody: str, nobody: str, cached: bool, selection: str
) -> None:
    if cached:
        for value in (somebody, nobody):
            await here.ask(here.staff(), by(kind, value, WHOLE))
    asha = here.member(customer=ID, phone_number=MOBILE)
    answers = []
    here.gateway.sandbox.requests.clear()
    for value in (somebody, nobody):
        response = await here.gateway.post(by(kind, value, selection), **asha)
        told = {name: text for name, text in response.headers.items() if name != "x-request-id"}
        answers.append((response.status_code, told, response.content))
    assert here.gateway.calls() == []
    assert answers[0] == answers[1]
    assert answers[0][0] == 200
    assert b"FORBIDDEN" in answers[0][2]
    assert answers[0][1]["cache-control"] == "no-store"


async def test_one_that_cannot_be_is_told_apart_only_by_its_form(here: Guarded) -> None:
    asha = here.member(customer=ID)
    for wrong in ('{mobile: ""}', '{id: "x"}', '{email: "a,b@c"}'):
        answer, calls = await here.ask(asha, f"{{ customer(by: {wrong}) {{ id }} }}")
        assert (refusals(answer), calls) == ({"customer": "BAD_USER_INPUT"}, [])


async def test_the_refusal_of_a_facet_says_nothing_of_its_value(here: Guarded) -> None:
    told = []
    for customer in (ID, "100000003", "100000032"):
        answer, _ = await here.ask(here.member(customer=customer), "{ viewer { fraud { status } ndncStatus } }")
        told.append(answer)
    assert told[0] == told[1] == told[2]


# --- what others have fetched ---


async def test_what_staff_fetched_is_not_shown_to_a_member_it_is_not_of(here: Guarded) -> None:
    await here.ask(here.staff(), by("id", OTHER_ID, WHOLE))
    await here.ask(here.staff(), by("mobile", OTHER_MOBILE, WHOLE))
    answer, calls = await here.ask(here.member(customer=ID), by("id", OTHER_ID, WHOLE))
    assert (answer["data"], refusals(answer), calls) == ({"customer": None}, REFUSED, [])


async def test_what_staff_fetched_is_shown_to_whom_it_is_of_but_for_what_they_may_not_see(here: Guarded) -> None:
    await here.ask(here.staff(), by("id", ID, WHOLE))
    answer, calls = await here.ask(here.member(customer=ID), f"{{ viewer {{ {WHOLE} }} }}")
    assert calls == []
    assert answer["data"]["viewer"]["firstName"] == "Asha"
    assert answer["data"]["viewer"]["fraud"] is None
    assert refusals(answer) == {"viewer.fraud": "FORBIDDEN"}


async def test_what_a_member_fetched_does_not_widen_what_another_sees(here: Guarded) -> None:
    await here.ask(here.member(customer=ID, scope="fraud"), f"{{ viewer {{ {WHOLE} }} }}")
    for caller in (here.member(customer=ID), here.member(customer=OTHER_ID, scope="fraud")):
        answer, calls = await here.ask(caller, by("id", ID, "fraud { status }"))
        assert (answer["data"]["customer"] or {}).get("fraud") is None
        assert set(refusals(answer).values()) == {"FORBIDDEN"}
        assert calls == []


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize(
    "query",
    [
        by("mobile", MOBILE, WHOLE),
        by("mobile", MOBILE, "mergedFrom"),
        by("mobile", MOBILE, "__typename"),
        f'{{ customers(by: [{{mobile: "{MOBILE}"}}, {{mobile: "{MOBILE}"}}]) {{ id firstName }} }}',
        f'{{ customer(by: {{identifiers: [{{kind: MOBILE, value: "{MOBILE}"}}]}}) {{ slabHistory {{ to }} }} }}',
    ],
)
async def test_an_identifier_that_leads_to_somebody_else_shows_nothing(here: Guarded, query: str, cached: bool) -> None:
    """The number has a new owner since the token was issued."""
    if cached:
        await here.ask(here.staff(), by("mobile", MOBILE, WHOLE))
        await here.ask(here.staff(), query)
    answer, calls = await here.ask(here.member(customer=OTHER_ID, phone_number=MOBILE), query)
    assert set(refusals(answer).values()) == {"FORBIDDEN"}
    found = next(iter(answer["data"].values()))
    assert found in (None, [None, None])
    assert len(calls) == (0 if cached else 1) + 1, "and whether the token's own id was merged into theirs"
    assert f"/v2/customers/{OTHER_ID}" in {call["path"] for call in calls}
    again = (await here.ask(here.member(customer=OTHER_ID, phone_number=MOBILE), query))[1]
    assert again == [], "that is known now"
    assert "Asha" not in str(answer)
    assert ID not in str(answer)


async def test_a_batch_shows_each_what_is_theirs(here: Guarded) -> None:
    dev = here.member(customer=OTHER_ID, phone_number=[OTHER_MOBILE, MOBILE])
    query = f'{{ customers(by: [{{mobile: "{MOBILE}"}}, {{mobile: "{OTHER_MOBILE}"}}]) {{ id slabHistory {{ to }} }} }}'
    answer, calls = await here.ask(dev, query)
    assert refusals(answer) == {"customers.0": "FORBIDDEN"}
    assert answer["data"]["customers"][0] is None
    assert answer["data"]["customers"][1]["id"] == OTHER_ID
    assert [call["params"]["mobile"] for call in calls] == [f"{MOBILE},{OTHER_MOBILE}"]


async def test_a_joined_flight_shows_each_what_is_theirs(here: Guarded) -> None:
    """Staff, the owner, and somebody with an old token ask by one number at the same time."""
    query = by("mobile", MOBILE, WHOLE)
    callers = [
        here.staff(),
        here.member(customer=OTHER_ID, phone_number=MOBILE, scope="fraud"),
        here.member(customer=ID, phone_number=MOBILE),
    ]
    here.gateway.sandbox.requests.clear()
    staff, stranger, asha = await asyncio.gather(*(here.gateway.ask(query, **one) for one in callers))
    paths = sorted(call["path"] for call in here.gateway.calls())
    assert paths == [V1, f"/v2/customers/{OTHER_ID}", LOOKUP], (
        "one to each endpoint for all, and for the old token's id"
    )
    assert staff["data"]["customer"]["fraud"]["markedBy"]
    assert (stranger["data"], refusals(stranger)) == ({"customer": None}, REFUSED)
    assert asha["data"]["customer"]["firstName"] == "Asha"
    assert refusals(asha) == {"customer.fraud": "FORBIDDEN"}


async def test_requests_that_share_a_window_do_not_share_permissions() -> None:
    async with guarded(cache={"union_window_ms": 5}) as here:
        queries = [
            (here.member(customer=ID), "{ viewer { firstName fraud { status } image { __typename } } }"),
            (here.staff(), by("id", ID, "fraud { status } image { __typename } ndncStatus transactions { id }")),
            (here.member(customer=OTHER_ID), by("id", ID, "firstName")),
        ]
        asha, staff, dev = await asyncio.gather(*(here.gateway.ask(text, **caller) for caller, text in queries))
        assert refusals(asha) == {"viewer.fraud": "FORBIDDEN", "viewer.image": "FORBIDDEN"}
        assert asha["data"]["viewer"] == {"firstName": "Asha", "fraud": None, "image": None}
        assert "errors" not in staff
        assert dev["data"] == {"customer": None}


# --- mergers ---


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("field", ["id", "id slabHistory { to }", "id cards { cardNumber } slabHistory { to }"])
async def test_the_survivor_is_the_same_person_as_their_victim(here: Guarded, field: str, cached: bool) -> None:
    if cached:
        await here.ask(here.staff(), by("id", VICTIM, field))
    answer, _ = await here.ask(here.member(customer=VICTIM), f"{{ viewer {{ {field} mergedFrom }} }}")
    assert "errors" not in answer
    assert answer["data"]["viewer"]["id"] == SURVIVOR


async def test_a_victim_asks_by_their_own_id_and_not_by_the_survivors(here: Guarded) -> None:
    answer, calls = await here.ask(here.member(customer=VICTIM), by("id", SURVIVOR))
    assert (refusals(answer), calls) == (REFUSED, [])


@pytest.mark.parametrize("warm", ["", "by staff", "by the number", "by the id"])
@pytest.mark.parametrize("selection", ["id", "id slabHistory { to }"])
async def test_a_victim_s_number_leads_to_the_survivor_however_it_is_known(
    here: Guarded, warm: str, selection: str
) -> None:
    """Upstream tells of the merger, a cached identity does not: then the token's own id is asked for."""
    member = here.member(customer=VICTIM, phone_number=VICTIM_MOBILE)
    by_number = by("mobile", VICTIM_MOBILE, selection)
    match warm:
        case "by staff":
            await here.ask(here.staff(), by_number)
        case "by the number":
            await here.ask(member, by_number)
        case "by the id":
            await here.ask(member, "{ viewer { id } }")
        case _:
            pass
    for _ in range(3):
        answer, calls = await here.ask(member, by_number)
        assert "errors" not in answer
        assert answer["data"]["customer"]["id"] == SURVIVOR
    assert calls == []
    query = f'{{ viewer {{ id }} customer(by: {{mobile: "{VICTIM_MOBILE}"}}) {{ id mergedFrom }} }}'
    answer, calls = await here.ask(member, query)
    assert answer["data"]["viewer"]["id"] == answer["data"]["customer"]["id"] == SURVIVOR
    assert calls == []


async def test_a_token_of_nobody_upstream_knows_leads_nowhere(here: Guarded) -> None:
    member = here.member(customer=NOBODY, phone_number=MOBILE)
    answer, calls = await here.ask(member, by("mobile", MOBILE, WHOLE))
    assert (answer["data"], refusals(answer)) == ({"customer": None}, REFUSED)
    assert sorted(call["path"] for call in calls) == [f"/v2/customers/{NOBODY}", LOOKUP]


async def test_where_it_cannot_be_said_who_they_are_nothing_is_shown() -> None:
    """The number is cached as somebody else's, and upstream is down when the token's own id is asked for."""
    async with guarded() as here:
        await here.ask(here.staff(), by("mobile", MOBILE, WHOLE))
        down = EndpointFault(status=500)
        here.gateway.sandbox.faults.replace(Faults(v1_get=down, v2_lookup=down, v2_by_id=down))
        answer, _ = await here.ask(here.member(customer=OTHER_ID, phone_number=MOBILE), by("mobile", MOBILE))
        assert (answer["data"], refusals(answer)) == ({"customer": None}, REFUSED)


async def test_a_stranger_is_not_shown_the_survivor(here: Guarded) -> None:
    member = here.member(customer=ID, phone_number=VICTIM_MOBILE)
    answer, _ = await here.ask(member, by("mobile", VICTIM_MOBILE, "id mergedFrom"))
    assert (answer["data"], refusals(answer)) == ({"customer": None}, REFUSED)


async def test_a_member_who_was_deleted_is_told_so(here: Guarded) -> None:
    answer, _ = await here.ask(here.member(customer=DELETED), "{ viewer { id slabHistory { to } } }")
    assert answer["data"] == {"viewer": None}
    assert refusals(answer) == {"viewer": "CUSTOMER_DELETED"}


async def test_a_member_whom_upstream_does_not_know_is_null(here: Guarded) -> None:
    answer, _ = await here.ask(here.member(customer=NOBODY), "{ viewer { id } }")
    assert (answer["data"], answer.get("errors")) == ({"viewer": None}, None)


# --- the two gates stand apart ---


async def test_the_last_gate_holds_where_the_needs_let_something_through(
    here: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field whose need the policy overlooked is not shown."""
    monkeypatch.setattr(policy, "permitted", lambda roots, _: roots)
    answer, _ = await here.ask(here.member(customer=ID), "{ viewer { firstName fraud { status } } }")
    assert answer["data"]["viewer"] == {"firstName": "Asha", "fraud": None}


async def test_the_last_gate_holds_for_what_the_needs_did_not_foresee(
    here: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no need is read at all, every field asks late: what is refused is not asked for."""
    read = policy.permitted

    def blind(roots: Any, caller: Any) -> Any:
        return {
            key: [Wanted(one.address, {}) if isinstance(one, Wanted) else one for one in entries]
            for key, entries in read(roots, caller).items()
        }

    monkeypatch.setattr(policy, "permitted", blind)
    answer, calls = await here.ask(
        here.member(customer=ID), f"{{ viewer {{ {WHOLE} ndncStatus image {{ __typename }} }} }}"
    )
    assert answer["data"]["viewer"]["firstName"] == "Asha"
    assert refusals(answer) == dict.fromkeys(("viewer.fraud", "viewer.ndncStatus", "viewer.image"), "FORBIDDEN")
    for call in calls:
        assert not {"includedFraudDetails", "ndnc_status"} & set(call["params"])
        assert "customerImage" not in call["params"].get("embed", "")


# --- by reference, for a gateway in front of several graphs ---

ENTITY = "query ($of: [_Any!]!) {{ _entities(representations: $of) {{ ... on Customer {{ {} }} }} }}"


@pytest.mark.parametrize(("customer", "expected"), [(OTHER_ID, None), (ID, {"firstName": "Asha", "fraud": None})])
async def test_an_entity_is_a_customer_like_all_others(customer: str, expected: object) -> None:
    async with guarded(federation=True) as here:
        await here.ask(here.staff("all"), by("id", customer, WHOLE))
        here.gateway.sandbox.clear()
        referred = {"of": [{"__typename": "Customer", "id": customer}]}
        query = ENTITY.format("firstName fraud { status }")
        answer = (await here.gateway.post(query, referred, **here.member(customer=ID))).json()
        assert answer["data"]["_entities"] == [expected]
        assert set(refusals(answer).values()) == {"FORBIDDEN"}
        assert here.gateway.calls() == []

"""No shared cache ever gives one customer what is another's: not an honest one, and not a careless one either."""

import hashlib
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import DEV
from tests.cdn.support import HONEST, Behind, Guarded, cached
from tests.support.gate import Gate
from tests.support.listening import listening
from tests.support.parts import EVENTS, MULTIPART, asked, put_together, rest

VIEWER = "{ viewer { id firstName } }"
ASHA = '{ customer(by: {id: "100000001"}) { id firstName } }'
FRAUD = '{ customer(by: {id: "100000001"}) { id fraud { status } } }'


def viewer(behind: Behind, headers: dict[str, str], **more: str) -> Any:
    return behind.get(VIEWER, headers, **more).json()["data"]["viewer"]


# --- who asks ---


def test_customers_see_themselves_however_their_requests_are_mixed(guarded: Guarded, any_cache: Behind) -> None:
    people = ("100000001", "100000002", "100000041")
    tokens = {person: guarded.member(person) for person in people}
    for person, other in itertools.permutations(people, 2):
        for one in (person, other, other, person):
            assert viewer(any_cache, tokens[one]) == {"id": one, "firstName": "Acme"}


def test_a_registered_document_is_one_url_for_all_and_answers_each(guarded: Guarded, any_cache: Behind) -> None:
    query = f"query Registered{any_cache.number} {{ viewer {{ id }} }}"
    digest = hashlib.sha256(query.encode()).hexdigest()
    extensions = json.dumps({"persistedQuery": {"version": 1, "sha256Hash": digest}})
    assert "viewer" in any_cache.get(query, guarded.member("100000001"), extensions=extensions).json()["data"]
    for person in ("100000002", "100000001", "100000001", "100000002"):
        told = any_cache.get(None, guarded.member(person), extensions=extensions)
        assert told.json()["data"] == {"viewer": {"id": person}}


def test_a_stranger_gets_nothing_of_what_was_answered_before(guarded: Guarded, any_cache: Behind) -> None:
    known = guarded.member("100000001")
    for headers in ({}, {"authorization": "Bearer a.b.c"}, {"x-api-key": "lgk_unknown"}):
        assert viewer(any_cache, known)["id"] == "100000001"
        stranger = any_cache.get(VIEWER, headers)
        assert (stranger.status_code, "data" in stranger.json()) == (401, False)


def test_clients_see_what_their_own_permissions_let_them(guarded: Guarded, any_cache: Behind) -> None:
    for name in ("all", "plain", "plain", "all", "plain", "all"):
        told = any_cache.get(FRAUD, guarded.key(name)).json()
        assert (told["data"]["customer"]["fraud"] is not None) is (name == "all")
        assert ("errors" in told) is (name == "plain")


def test_the_customers_of_one_organisation_are_not_those_of_another(guarded: Guarded, any_cache: Behind) -> None:
    """With one credential for both: the header alone tells them apart."""
    token = guarded.member("100000001")
    for tenant in ("acme", "globe", "globe", "acme", "globe"):
        assert viewer(any_cache, token, tenant=tenant)["firstName"] == tenant.title()


# --- what is asked for ---


def test_media_types_and_languages_are_not_mixed(guarded: Guarded, any_cache: Behind) -> None:
    key = guarded.key("all")
    for accept in ("application/json", "application/graphql-response+json", "application/json"):
        assert any_cache.get(ASHA, {**key, "accept": accept}).headers["content-type"].startswith(accept)
    before = any_cache.answered()
    for language in ("zh", "th"):
        any_cache.get(ASHA, {**key, "accept-language": language})
    assert any_cache.answered() == before + 2


def test_what_is_asked_for_besides_is_not_given_to_who_did_not_ask(guarded: Guarded, any_cache: Behind) -> None:
    key = guarded.key("all")
    assert "explain" in any_cache.get(ASHA, {**key, "x-gateway-explain": "analyze"}).json()["extensions"]
    assert "explain" not in any_cache.get(ASHA, key).json()["extensions"]


# --- what is kept ---


def test_an_honest_cache_keeps_no_answer(guarded: Guarded, honest_cache: Behind) -> None:
    before = honest_cache.answered()
    told = [honest_cache.get(ASHA, guarded.key("all")) for _ in range(3)]
    assert {one.headers["x-cache"] for one in told} == {"MISS"}
    assert all(one.headers["cache-control"].startswith("private, max-age=") for one in told)
    assert honest_cache.answered() == before + 3


def test_an_honest_cache_keeps_what_is_public(honest_cache: Behind) -> None:
    """Else what it does not keep would show nothing."""
    page = honest_cache.http.get("/graphql", headers={"accept": "text/html"})
    assert page.headers["cache-control"] == "no-store"
    script = page.text.partition('type="module" src="')[2].partition('"')[0]
    told = [honest_cache.http.get(script, params={"test": honest_cache.number}) for _ in range(3)]
    assert [one.headers["x-cache"] for one in told] == ["MISS", "HIT", "HIT"]


@pytest.mark.parametrize("query", ["{ nothing }", "{", "{ viewer { fraud { status } } }"])
def test_an_honest_cache_keeps_no_error(guarded: Guarded, honest_cache: Behind, query: str) -> None:
    told = [honest_cache.get(query, guarded.member("100000001")) for _ in range(3)]
    assert {(one.headers["x-cache"], one.headers["cache-control"]) for one in told} == {("MISS", "no-store")}
    assert all(one.json()["errors"] for one in told)


def test_a_careless_cache_keeps_answers_for_who_asked_alone(guarded: Guarded, careless_cache: Behind) -> None:
    """Else what it does not mix up would show nothing."""
    token = guarded.member("100000001")
    told = [careless_cache.get(VIEWER, token) for _ in range(3)]
    assert [one.headers["x-cache"] for one in told] == ["MISS", "HIT", "HIT"]


@pytest.mark.parametrize("name", HONEST)
def test_an_answer_is_private_also_where_nobody_is_asked_who_they_are(name: str, tmp_path: Path) -> None:
    with listening(**DEV) as gateway, cached(name, gateway, tmp_path) as http:
        behind = Behind(gateway, http)
        assert {behind.get(ASHA, {}).headers["x-cache"] for _ in range(3)} == {"MISS"}
        assert behind.answered() == 3


# --- what a client has already ---


@pytest.mark.parametrize("credential", ["key", "token"])
def test_a_client_hears_that_nothing_changed(guarded: Guarded, asking_cache: Behind, credential: str) -> None:
    """An nginx that might keep the answer takes `If-None-Match` out of what it asks, and sends all of it."""
    who = guarded.key("all") if credential == "key" else guarded.member("100000001")
    first = asking_cache.get(ASHA, who)
    has = {"if-none-match": first.headers["etag"]}
    again = asking_cache.get(ASHA, {**who, **has})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = asking_cache.get(ASHA, {**guarded.member("100000002"), **has})
    assert (other.status_code, other.json()["data"]) == (200, {"customer": None})


# --- what comes in parts ---


@pytest.mark.parametrize(
    ("name", "accept"),
    [("nginx", MULTIPART), ("varnish", EVENTS), ("careless nginx", EVENTS), ("careless varnish", MULTIPART)],
)
def test_parts_go_through_as_they_come_and_nothing_keeps_them(name: str, accept: str, tmp_path: Path) -> None:
    query = '{ customer(by: {mobile: "919800000001"}) { cards { cardId } ... @defer { slabHistory { to } } } }'
    gate = Gate()
    with listening(between=gate.between, **DEV) as gateway, cached(name, gateway, tmp_path) as http:
        url = str(http.base_url.join("/graphql"))
        with asked(url, query, accept, "GET") as payload:
            first = payload()
            assert first is not None
            assert first["data"]["customer"]["cards"]
            gate.await_somebody()
            gate.open()
            assert put_together([first, *rest(payload)])["data"]["customer"]["slabHistory"]
        whole = http.get("/graphql", params={"query": query})
        assert whole.headers["content-type"].startswith("application/json")

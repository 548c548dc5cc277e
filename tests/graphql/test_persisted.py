"""Documents by identifier: every form of every client, over GET and POST, in every mode; and what clients register."""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.graphql.persisted import RegisteredDocuments
from tests.graphql.support import configured
from tests.support.gateway import GatewayUnderTest

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
TEXT = 'query Names { customer(by: {mobile: "919800000001"}) { firstName } }'
ASHA = {"customer": {"firstName": "Asha"}}
FREE = "query Type { __typename }"
TYPE = {"data": {"__typename": "Query"}}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


MD5 = hashlib.md5(TEXT.encode(), usedforsecurity=False).hexdigest()


def hashed(digest: str, text: str | None = None) -> dict[str, Any]:
    """As Apollo's clients and urql send it."""
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    return {"extensions": extensions} | ({"query": text} if text is not None else {})


async def ask(
    gateway: GatewayUnderTest, body: dict[str, Any], method: str = "POST", accept: str = RESPONSE
) -> httpx.Response:
    if method == "POST":
        return await gateway.http.post("/graphql", json=body, headers={"accept": accept})
    params = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
    return await gateway.http.get("/graphql", params=params, headers={"accept": accept})


def error_of(response: httpx.Response) -> tuple[int, str, str]:
    assert "data" not in response.json()
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


@asynccontextmanager
async def trusting(directory: Path, mode: str, **documents: Any) -> AsyncIterator[GatewayUnderTest]:
    """A gateway with the manifest `{MD5: TEXT}` in a mode."""
    file = directory / "persisted_queries.json"
    file.write_text(json.dumps({MD5: TEXT}))
    async with configured(documents={"mode": mode, "manifest": str(file), **documents}) as gateway:
        yield gateway


# --- the operator's documents ---

FORMS = {
    "documentId": {"documentId": MD5},
    "documentId by hash": {"documentId": f"sha256:{sha256(TEXT)}"},
    "Relay's doc_id": {"doc_id": MD5},
    "Relay's id": {"id": MD5},
    "null query": {"query": None, "id": MD5},
    "Apollo's hash": hashed(sha256(TEXT)),
    "Apollo's hash, upper case": hashed(sha256(TEXT).upper()),
    "Apollo's identifier": hashed(MD5),
    "Apollo's hash and text": hashed(sha256(TEXT), TEXT),
    "Apollo's identifier and text": hashed(MD5, TEXT),
}


@pytest.mark.parametrize("mode", ["only", "allow-plus-anything"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("form", FORMS)
async def test_a_trusted_document_is_answered_in_every_form(tmp_path: Path, mode: str, method: str, form: str) -> None:
    body = {name: value for name, value in FORMS[form].items() if method == "POST" or value is not None}
    async with trusting(tmp_path, mode) as gateway:
        response = await ask(gateway, body, method)
        assert (response.status_code, response.json()["data"]) == (200, ASHA)


async def test_variables_and_the_operation_s_name_come_along(tmp_path: Path) -> None:
    text = "query A($m: String!) { customer(by: {mobile: $m}) { firstName } } query B { __typename }"
    file = tmp_path / "documents.json"
    file.write_text(json.dumps({"ab": text}))
    async with configured(documents={"mode": "only", "manifest": str(file)}) as gateway:
        body = {"id": "ab", "operationName": "A", "variables": {"m": "919800000001"}}
        for method in ("GET", "POST"):
            assert (await ask(gateway, body, method)).json()["data"] == ASHA


async def test_several_manifests_are_one(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"a": TEXT}))
    (tmp_path / "b.json").write_text(json.dumps({"b": FREE}))
    manifest = f"{tmp_path / 'a.json'}, {tmp_path / 'b.json'}"
    async with configured(documents={"mode": "only", "manifest": manifest}) as gateway:
        assert (await ask(gateway, {"id": "a"})).json()["data"] == ASHA
        assert (await ask(gateway, {"id": "b"})).json() == TYPE


UNTRUSTED = {
    "text": {"query": FREE},
    "the very text": {"query": TEXT},
    "introspection": {"query": "{ __schema { types { name } } }"},
    "text beside a trusted identifier": {"query": FREE, "documentId": MD5},
    "text with its own hash": hashed(sha256(FREE), FREE),
    "nonsense": {"query": "{"},
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", UNTRUSTED)
async def test_nothing_else_is_answered_where_only_they_are(tmp_path: Path, name: str, method: str) -> None:
    async with trusting(tmp_path, "only") as gateway:
        status, code, message = error_of(await ask(gateway, UNTRUSTED[name], method))
        assert (status, code) == (400, "PERSISTED_QUERY_ONLY")
        assert message.startswith("query: only the documents of the manifest")
        assert gateway.sandbox.requests == []


async def test_a_text_under_a_trusted_identifier_is_not_that_document(tmp_path: Path) -> None:
    async with trusting(tmp_path, "only") as gateway:
        assert error_of(await ask(gateway, hashed(MD5, FREE)))[:2] == (400, "BAD_REQUEST")
        assert error_of(await ask(gateway, hashed(sha256(TEXT), FREE)))[:2] == (400, "BAD_REQUEST")


async def test_anything_else_is_answered_too_where_that_is_allowed(tmp_path: Path) -> None:
    async with trusting(tmp_path, "allow-plus-anything") as gateway:
        assert (await ask(gateway, {"query": FREE})).json() == TYPE
        assert (await ask(gateway, {"query": FREE, "id": MD5})).json() == TYPE


async def test_the_explorer_of_a_developer_is_free_even_there(tmp_path: Path) -> None:
    async with trusting(tmp_path, "only", free_text=True) as gateway:
        assert (await ask(gateway, {"query": FREE})).json() == TYPE
        assert (await ask(gateway, {"id": MD5})).json()["data"] == ASHA


async def test_nothing_can_be_registered_where_only_trusted_ones_are_answered(tmp_path: Path) -> None:
    """The message of an unknown one must not make a client give up its hashes for the known ones."""
    async with trusting(tmp_path, "only", automatic=True) as gateway:
        assert error_of(await ask(gateway, hashed(sha256(FREE)))) == (
            200,
            "PERSISTED_QUERY_NOT_FOUND",
            "PersistedQueryNotFound",
        )
        assert error_of(await ask(gateway, hashed(sha256(FREE), FREE)))[1] == "PERSISTED_QUERY_ONLY"
        assert error_of(await ask(gateway, hashed(sha256(FREE))))[1] == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("accept", [RESPONSE, JSON])
@pytest.mark.parametrize("member", ["documentId", "doc_id", "id"])
async def test_an_unknown_identifier_is_named(tmp_path: Path, member: str, accept: str) -> None:
    async with trusting(tmp_path, "only") as gateway:
        assert error_of(await ask(gateway, {member: "nothing"}, accept=accept)) == (
            400,
            "PERSISTED_QUERY_NOT_FOUND",
            f"{member}: there is no document of this identifier.",
        )


NOT_WELL_FORMED = [
    {"documentId": 1},
    {"doc_id": []},
    {"id": {}},
    {"extensions": {"persistedQuery": 1}},
    {"extensions": {"persistedQuery": {}}},
    {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 7}}},
    {"query": None},
    {},
]


@pytest.mark.parametrize("body", NOT_WELL_FORMED, ids=str)
async def test_an_identifier_that_is_none_is_400(tmp_path: Path, body: dict[str, Any]) -> None:
    async with trusting(tmp_path, "allow-plus-anything") as gateway:
        assert error_of(await ask(gateway, body))[:2] == (400, "BAD_REQUEST")


async def test_two_identifiers_are_refused(tmp_path: Path) -> None:
    body = f'{{"id": "{MD5}", "id": "other"}}'
    async with trusting(tmp_path, "only") as gateway:
        response = await gateway.http.post("/graphql", content=body, headers={"content-type": JSON})
        assert error_of(response)[:2] == (400, "BAD_REQUEST")


async def test_a_trusted_mutation_could_not_be_sent_by_get() -> None:
    """No manifest of this schema holds one; a client can still register the text, and must not run it by GET."""
    text = "mutation { nothing }"
    async with configured() as gateway:
        response = await ask(gateway, hashed(sha256(text), text), "GET")
        assert (response.status_code, response.headers["allow"]) == (405, "POST")


# --- what clients register (APQ) ---


@pytest.mark.parametrize("accept", [RESPONSE, JSON])
@pytest.mark.parametrize("first", ["GET", "POST"])
async def test_a_client_registers_a_document_and_sends_its_hash_from_then_on(first: str, accept: str) -> None:
    async with configured() as gateway:
        digest = sha256(TEXT)
        unknown = await ask(gateway, hashed(digest), first, accept)
        assert error_of(unknown) == (200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        assert unknown.headers["cache-control"] == "no-store"
        assert (await ask(gateway, hashed(digest, TEXT), accept=accept)).json()["data"] == ASHA
        for method in ("GET", "POST"):
            assert (await ask(gateway, hashed(digest), method, accept)).json()["data"] == ASHA
        assert (await ask(gateway, {"documentId": f"sha256:{digest}"})).json()["data"] == ASHA


async def test_urql_marks_its_second_try() -> None:
    body = hashed(sha256(FREE), FREE)
    body["extensions"]["persistedQuery"]["miss"] = True
    async with configured() as gateway:
        assert (await ask(gateway, body)).json() == TYPE


@pytest.mark.parametrize("text", [TEXT, "{", "{ nothing }"])
async def test_a_hash_of_something_else_is_refused_and_not_kept(text: str) -> None:
    async with configured() as gateway:
        digest = sha256(FREE)
        assert error_of(await ask(gateway, hashed(digest, text)))[:2] == (400, "BAD_REQUEST")
        assert error_of(await ask(gateway, hashed(digest)))[1] == "PERSISTED_QUERY_NOT_FOUND"
        assert gateway.sandbox.requests == []


async def test_what_is_no_document_is_not_kept() -> None:
    """Else the store could be filled with what costs nothing to make."""
    async with configured() as gateway:
        digest = sha256("{ nothing }")
        assert error_of(await ask(gateway, hashed(digest, "{ nothing }")))[1] == "GRAPHQL_VALIDATION_FAILED"
        assert error_of(await ask(gateway, hashed(digest)))[1] == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("accept", [RESPONSE, JSON])
async def test_without_registering_clients_are_told_to_send_no_hash(accept: str) -> None:
    async with configured(documents={"automatic": False}) as gateway:
        assert error_of(await ask(gateway, hashed(sha256(TEXT)), accept=accept)) == (
            200,
            "PERSISTED_QUERY_NOT_SUPPORTED",
            "PersistedQueryNotSupported",
        )
        assert (await ask(gateway, hashed(sha256(FREE), FREE))).json() == TYPE


async def test_without_registering_a_client_keeps_its_hashes_of_trusted_documents(tmp_path: Path) -> None:
    async with trusting(tmp_path, "allow-plus-anything", automatic=False) as gateway:
        assert error_of(await ask(gateway, hashed(sha256(FREE))))[1] == "PERSISTED_QUERY_NOT_FOUND"
        assert (await ask(gateway, hashed(sha256(FREE), FREE))).json() == TYPE
        assert error_of(await ask(gateway, hashed(sha256(FREE))))[1] == "PERSISTED_QUERY_NOT_FOUND"


async def test_the_oldest_registered_document_goes_first() -> None:
    async with configured(documents={"automatic_entries": 2}) as gateway:
        texts = [f"query Q{number} {{ __typename }}" for number in range(3)]
        for text in texts[:2]:
            await ask(gateway, hashed(sha256(text), text))
        assert (await ask(gateway, hashed(sha256(texts[0])))).json() == TYPE  # used, so the other is the oldest
        await ask(gateway, hashed(sha256(texts[2]), texts[2]))
        known = [(await ask(gateway, hashed(sha256(text)))).json() == TYPE for text in texts]
        assert known == [True, False, True]


# --- the store ---

texts = st.text(min_size=1, max_size=60)


@given(st.lists(texts, max_size=60), st.integers(1, 8), st.integers(600, 3_000))
def test_the_store_holds_the_latest_and_never_more_than_it_may(kept: list[str], entries: int, size: int) -> None:
    store = RegisteredDocuments(entries=entries, size=size)
    for place, text in enumerate(kept, 1):
        store.put(sha256(text), text)
        assert len(store) <= entries
        assert store.used <= size
        latest = list(dict.fromkeys(reversed(kept[:place])))
        held = [one for one in dict.fromkeys(kept[:place]) if store._kept.get(sha256(one)) == one]  # noqa: SLF001
        assert set(held) == set(latest[: len(store)])
        assert store.get(sha256(text)) == text


def test_a_text_that_alone_is_too_large_is_not_kept_and_drives_nothing_out() -> None:
    store = RegisteredDocuments(entries=10, size=1_000)
    store.put("a", "small")
    store.put("b", "x" * 2_000)
    assert (store.get("a"), store.get("b")) == ("small", None)

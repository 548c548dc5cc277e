"""What Apollo Kotlin and Apollo iOS send, replayed: neither runs here, so their requests are written down.

Kotlin's are read from its `DefaultHttpRequestComposer` (3.8, 4.3), iOS's from its `JSONRequest` (1.x); what iOS accepts
and adds is what applications of it are seen to send.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.graphql.support import configured
from tests.support.gateway import GatewayUnderTest

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXT = " ".join((EXAMPLES / "operations" / "CustomerHeader.graphql").read_text().partition("\n")[2].split())
"""Both send documents on one line."""
HASH = hashlib.sha256(TEXT.encode()).hexdigest()
VARIABLES = {"by": {"mobile": "919800000001"}}
JSON = "application/json"
RESPONSE = "application/graphql-response+json"


@dataclass(frozen=True)
class Client:
    """One client: what it accepts, the headers of every request, those of a GET beside, what it adds to the body."""

    accept: str
    headers: dict[str, str] = field(default_factory=dict[str, str])
    by_get: dict[str, str] = field(default_factory=dict[str, str])
    extensions: dict[str, Any] = field(default_factory=dict[str, Any])
    answered: str = RESPONSE


CLIENTS = {
    "Apollo Kotlin 3": Client(
        "multipart/mixed; deferSpec=20220824, application/json",
        {"X-APOLLO-OPERATION-ID": HASH, "X-APOLLO-OPERATION-NAME": "CustomerHeader"},
        answered=JSON,
    ),
    "Apollo Kotlin 4": Client(
        "multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json",
        by_get={"Apollo-Require-Preflight": "true"},
    ),
    "Apollo Kotlin 5": Client(
        "multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json",
        by_get={"Apollo-Require-Preflight": "true"},
        extensions={"clientLibrary": {"name": "apollo-kotlin", "version": "5.0.0"}},
    ),
    "Apollo iOS 1": Client(
        "multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json",
        {
            "X-APOLLO-OPERATION-TYPE": "query",
            "X-APOLLO-OPERATION-NAME": "CustomerHeader",
            "apollographql-client-name": "com.example.loyalty-apollo-ios",
            "apollographql-client-version": "1.0-1",
        },
        extensions={"clientLibrary": {"name": "apollo-ios", "version": "1.23.0"}},
    ),
    "Apollo iOS 1, the first ones": Client(
        "multipart/mixed;deferSpec=20220824,application/json",
        {"X-APOLLO-OPERATION-TYPE": "query", "X-APOLLO-OPERATION-NAME": "CustomerHeader"},
        answered=JSON,
    ),
    "Apollo iOS, older": Client(
        "*/*",
        {
            "X-APOLLO-OPERATION-TYPE": "query",
            "X-APOLLO-OPERATION-NAME": "CustomerHeader",
            "apollographql-client-name": "com.example.loyalty-apollo-ios",
            "apollographql-client-version": "1.0-1",
        },
        answered=JSON,
    ),
}


async def post(gateway: GatewayUnderTest, client: Client, *, text: bool, hashed: bool, **more: Any) -> httpx.Response:
    body: dict[str, Any] = {"operationName": "CustomerHeader", "variables": VARIABLES, **more}
    extensions = dict(client.extensions)
    if text:
        body["query"] = TEXT
    if hashed:
        extensions["persistedQuery"] = {"version": 1, "sha256Hash": HASH}
    if extensions:
        body["extensions"] = extensions
    headers = {**client.headers, "accept": client.accept, "content-type": JSON}
    return await gateway.http.post("/graphql", content=json.dumps(body), headers=headers)


async def get(gateway: GatewayUnderTest, client: Client, **headers: str) -> httpx.Response:
    """The hash alone. No content type is sent, as there is no content."""
    extensions = {**client.extensions, "persistedQuery": {"version": 1, "sha256Hash": HASH}}
    params = {
        "operationName": "CustomerHeader",
        "variables": json.dumps(VARIABLES),
        "extensions": json.dumps(extensions),
    }
    sent = {**client.headers, **client.by_get, "accept": client.accept, **headers}
    return await gateway.http.get("/graphql", params=params, headers=sent)


def answered(response: httpx.Response, client: Client) -> dict[str, Any]:
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == client.answered
    return response.json()


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_document_is_answered(name: str) -> None:
    client = CLIENTS[name]
    async with configured() as gateway:
        answer = answered(await post(gateway, client, text=True, hashed=False), client)
        assert answer["data"]["customer"]["points"]["currentSlab"] == "Gold"
        assert len(gateway.sandbox.requests) == 1


@pytest.mark.parametrize("hashes", [post, get])
@pytest.mark.parametrize("name", CLIENTS)
async def test_a_hash_is_asked_for_by_post_or_get_and_its_text_sent_once(name: str, hashes: Any) -> None:
    """Both clients send the text where the message is `PersistedQueryNotFound`."""
    client = CLIENTS[name]
    by_hash = {"text": False, "hashed": True} if hashes is post else {}
    async with configured() as gateway:
        unknown = answered(await hashes(gateway, client, **by_hash), client)
        assert [error["message"] for error in unknown["errors"]] == ["PersistedQueryNotFound"]
        registering = answered(await post(gateway, client, text=True, hashed=True), client)
        known = answered(await hashes(gateway, client, **by_hash), client)
        assert known["data"] == registering["data"]
        assert known["data"]["customer"]["firstName"] == "Asha"
        assert len(gateway.sandbox.requests) == 1


@pytest.mark.parametrize("name", CLIENTS)
async def test_errors_arrive_as_graphql_also_where_nothing_was_executed(name: str) -> None:
    """A status of 400 comes only with the media type that was made for it."""
    client = CLIENTS[name]
    async with configured() as gateway:
        response = await post(gateway, client, text=True, hashed=False, variables={"by": {}})
        assert response.status_code == (400 if client.answered == RESPONSE else 200)
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]
        assert gateway.sandbox.requests == []


@pytest.mark.parametrize("name", CLIENTS)
async def test_operation_manifests_of_their_compilers_are_taken(name: str, tmp_path: Path) -> None:
    """Kotlin's `persistedQueryManifest` and iOS's `persistedQueries` are Apollo's format."""
    operation = {"id": HASH, "body": TEXT, "name": "CustomerHeader", "type": "query"}
    manifest = tmp_path / "persistedQueryManifest.json"
    manifest.write_text(
        json.dumps({"format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation]})
    )
    client = CLIENTS[name]
    async with configured(documents={"mode": "only", "manifest": str(manifest)}) as gateway:
        known = answered(await post(gateway, client, text=False, hashed=True), client)
        assert known["data"]["customer"]["firstName"] == "Asha"
        assert known == answered(await get(gateway, client), client) | {"extensions": known["extensions"]}


@pytest.mark.parametrize("file", ["kotlin/CustomerScreen.kt", "swift/CustomerScreen.swift"])
def test_the_snippets_name_operations_and_fields_that_exist(file: str) -> None:
    text = (EXAMPLES / file).read_text()
    assert "Not run here" in text
    operations = {path.stem for path in (EXAMPLES / "operations").glob("*.graphql")}
    assert set(re.findall(r"\b([A-Z]\w+)Query\(", text)) <= operations
    assert set(re.findall(r"operations/(\w+)\.graphql", text)) <= operations
    selected = set(re.findall(r"\w+", TEXT))
    assert set(re.findall(r"\bcustomer\.(\w+)", text)) <= selected
    assert set(re.findall(r"points\?\.(\w+)", text)) <= selected

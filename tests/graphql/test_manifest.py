"""Manifests of trusted documents, in every form that a client's build tool writes."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.graphql.manifest import BadManifest, TrustedDocument, documents, joined
from gateway.settings import BadSettings
from tests.graphql.support import configured

TEXT = "query Names { customer(by: {id: 1}) { firstName } }"
OTHER = "query Cards { customer(by: {id: 1}) { cards { cardNumber } } }"


def apollo(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"format": "apollo-persisted-query-manifest", "version": 1, "operations": list(operations)}


def test_apollo_s_manifest_is_read() -> None:
    found = documents(
        json.dumps(
            apollo(
                {"id": "a1", "name": "Names", "type": "query", "body": TEXT},
                {"id": "b2", "name": "Cards", "type": "query", "body": OTHER, "clientName": "web"},
            )
        ).encode()
    )
    assert found == [TrustedDocument("a1", TEXT, "Names"), TrustedDocument("b2", OTHER, "Cards")]


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
def test_a_map_as_relay_and_graphql_codegen_write_it_is_read(algorithm: str) -> None:
    identifier = hashlib.new(algorithm, TEXT.encode(), usedforsecurity=False).hexdigest()
    assert documents(json.dumps({identifier: TEXT}).encode()) == [TrustedDocument(identifier, TEXT)]


BAD = [
    (b"", "is not JSON"),
    (b"[]", "is not a JSON object"),
    (json.dumps({"format": "other", "version": 1, "operations": []}).encode(), "is neither apollo"),
    (json.dumps({**apollo(), "version": 2}).encode(), "is neither apollo"),
    (json.dumps({"operations": []}).encode(), "is neither apollo"),
    (json.dumps({**apollo(), "operations": {}}).encode(), "operations: is not a list"),
    (json.dumps(apollo(7)).encode(), r"operations\[0\]: is not an object"),  # type: ignore[arg-type]
    (json.dumps(apollo({"id": "a", "body": TEXT}, {"body": TEXT})).encode(), r"operations\[1\]: has no identifier"),
    (json.dumps(apollo({"id": "a"})).encode(), r"operations\[0\]: has no text"),
    (json.dumps(apollo({"id": "a", "body": TEXT}, {"id": "a", "body": OTHER})).encode(), "same identifier"),
    (json.dumps({"a": 1}).encode(), "operation a: has no text"),
    (json.dumps({"": TEXT}).encode(), "has no identifier"),
]


@pytest.mark.parametrize(("data", "problem"), BAD)
def test_a_manifest_that_cannot_be_used_says_why(data: bytes, problem: str) -> None:
    with pytest.raises(BadManifest, match=problem):
        documents(data)


def test_the_same_document_in_two_manifests_is_one() -> None:
    first, second = [TrustedDocument("a", TEXT)], [TrustedDocument("a", TEXT, "Names"), TrustedDocument("b", OTHER)]
    assert [one.identifier for one in joined([first, second])] == ["a", "b"]
    with pytest.raises(BadManifest, match="same identifier"):
        joined([first, [TrustedDocument("a", OTHER)]])


# --- at the start ---


async def start(directory: Path, manifest: object, **limits: int) -> None:
    file = directory / "manifest.json"
    file.write_text(json.dumps(manifest))
    async with configured(documents={"mode": "only", "manifest": str(file)}, limits=limits):
        pass


async def test_a_good_manifest_starts(tmp_path: Path) -> None:
    await start(tmp_path, {"a": TEXT, "b": OTHER})


STOPS = [
    (apollo({"id": "a1", "name": "Names", "body": "{"}), r"manifest\.json: operation Names \(a1\): is not GraphQL"),
    ({"a1": "{ nothing }"}, r"manifest\.json: operation a1: does not fit the schema: .*nothing"),
    ({"a1": TEXT, "b2": "mutation { a }"}, "operation b2: does not fit the schema"),
    ({"a1": "{ __schema { types { name } } }"}, "operation a1: does not fit the schema"),
    ({"a1": TEXT + "#" * 200}, "operation a1: query: .* characters are more than the limit of 150"),
]


@pytest.mark.parametrize(("manifest", "problem"), STOPS)
async def test_a_document_that_could_never_be_answered_stops_the_start(
    tmp_path: Path, manifest: object, problem: str
) -> None:
    with pytest.raises(BadSettings, match=problem) as stopped:
        await start(tmp_path, manifest, document_characters=150)
    assert stopped.value.message.startswith("GATEWAY_DOCUMENTS__MANIFEST: ")


async def test_a_manifest_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"gone\.json cannot be read"):
        async with configured(documents={"mode": "only", "manifest": str(tmp_path / "gone.json")}):
            pass


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ({"mode": "only"}, "GATEWAY_DOCUMENTS__MANIFEST: is not set"),
        ({"manifest": "a.json"}, "GATEWAY_DOCUMENTS__MODE is off"),
        ({"mode": "some"}, "allow-plus-anything"),
    ],
)
def test_mode_and_manifest_must_fit(chosen: dict[str, str], problem: str) -> None:
    from gateway.settings import load

    with pytest.raises(BadSettings, match=problem):
        load({}, {"documents": chosen, "upstream": {"auth": "none"}})

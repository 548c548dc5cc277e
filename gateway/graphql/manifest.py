"""Manifests of trusted documents, in the forms that the clients' build tools write. Pure.

- Apollo's `persisted-query-manifest.json`: `{"format": "apollo-persisted-query-manifest", "version": 1,
  "operations": [{"id", "body", "name", "type"}]}`.
- Relay's `persisted_queries.json` and graphql-codegen's `persisted-documents.json`: identifiers to texts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson

from gateway.errors import Code, GatewayError

APOLLO: Final = "apollo-persisted-query-manifest"


class BadManifest(GatewayError):
    """A manifest that cannot be used; the message says where and why."""

    code = Code.INTERNAL


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """A document of the operator's. `name` is the operation's, as far as the manifest tells."""

    identifier: str
    text: str
    name: str | None = None

    def __str__(self) -> str:
        """How messages name it."""
        return f"operation {self.name} ({self.identifier})" if self.name else f"operation {self.identifier}"


def documents(data: bytes) -> Sequence[TrustedDocument]:
    """The documents of a manifest. Raises `BadManifest`."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BadManifest("is not JSON") from None
    if not isinstance(found, dict):
        raise BadManifest("is not a JSON object")
    members = cast("dict[str, Any]", found)
    if "format" in members or "operations" in members:
        return _apollo(members)
    return [_document(identifier, text, None, f"operation {identifier}") for identifier, text in members.items()]


def joined(manifests: Iterable[Sequence[TrustedDocument]]) -> Sequence[TrustedDocument]:
    """The documents of several manifests. Raises `BadManifest` where one identifier stands for two texts."""
    found: dict[str, TrustedDocument] = {}
    for manifest in manifests:
        for document in manifest:
            known = found.setdefault(document.identifier, document)
            if known.text != document.text:
                raise BadManifest(f"{document}: another document has the same identifier")
    return list(found.values())


def _apollo(manifest: dict[str, Any]) -> Sequence[TrustedDocument]:
    named, version, operations = manifest.get("format"), manifest.get("version"), manifest.get("operations")
    if named != APOLLO or version != 1:
        raise BadManifest(f"is neither {APOLLO}, version 1, nor a map of identifiers to texts")
    if not isinstance(operations, list):
        raise BadManifest("operations: is not a list")
    found: list[TrustedDocument] = []
    for place, operation in enumerate(cast("list[Any]", operations)):
        where = f"operations[{place}]"
        if not isinstance(operation, dict):
            raise BadManifest(f"{where}: is not an object")
        members = cast("dict[str, Any]", operation)
        name = members.get("name")
        named = name if isinstance(name, str) else None
        found.append(_document(members.get("id"), members.get("body"), named, where))
    return joined([found])


def _document(identifier: object, text: object, name: str | None, where: str) -> TrustedDocument:
    if not isinstance(identifier, str) or not identifier:
        raise BadManifest(f"{where}: has no identifier")
    if not isinstance(text, str) or not text:
        raise BadManifest(f"{where}: has no text")
    return TrustedDocument(identifier, text, name)

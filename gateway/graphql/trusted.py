"""The operator's documents: read from files and tried against the schema and the limits, before anybody asks."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from gateway.errors import CallerError, Code
from gateway.graphql.documents import InvalidDocument
from gateway.graphql.manifest import BadManifest, TrustedDocument, documents, joined
from gateway.graphql.persisted import PersistedDocuments, RegisteredDocuments
from gateway.settings import BadSettings
from gateway.settings.base import split
from gateway.settings.edge import DocumentSettings

_VARIABLE: Final = "GATEWAY_DOCUMENTS__MANIFEST"


def persisted_documents(settings: DocumentSettings, compiled: Callable[[str], object]) -> PersistedDocuments:
    """What identifiers stand for, as the settings say. Raises `BadSettings`; see `trusted`."""
    registered = RegisteredDocuments(entries=settings.automatic_entries, size=settings.automatic_bytes)
    return PersistedDocuments(
        trusted(split(settings.manifest), compiled),
        registered if settings.automatic else None,
        mode=settings.mode,
        free_text=settings.free_text,
    )


def trusted(paths: Sequence[str], compiled: Callable[[str], object]) -> Sequence[TrustedDocument]:
    """The documents of the manifests at the paths. Raises `BadSettings`, which names file and operation.

    `compiled` takes a text, and raises what is wrong with it.
    """
    manifests: list[Sequence[TrustedDocument]] = []
    for path in paths:
        try:
            manifests.append(documents(Path(path).read_bytes()))
        except OSError:
            raise BadSettings(f"{_VARIABLE}: {path} cannot be read") from None
        except BadManifest as bad:
            raise BadSettings(f"{_VARIABLE}: {path}: {bad.message}") from None
        for document in manifests[-1]:
            if problem := _problem(document, compiled):
                raise BadSettings(f"{_VARIABLE}: {path}: {document}: {problem}")
    try:
        return joined(manifests)
    except BadManifest as bad:
        raise BadSettings(f"{_VARIABLE}: {bad.message}") from None


def _problem(document: TrustedDocument, compiled: Callable[[str], object]) -> str | None:
    """What is wrong with a document, if anything is."""
    try:
        compiled(document.text)
    except InvalidDocument as invalid:
        if invalid.code is Code.GRAPHQL_PARSE_FAILED:
            return f"is not GraphQL: {invalid.errors[0].message}"
        return f"does not fit the schema: {invalid.errors[0].message}"
    except CallerError as error:
        return error.message
    return None

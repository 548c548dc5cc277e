"""Documents that clients send by identifier: the operator's trusted ones, and those that clients registered (APQ)."""

import hashlib
import sys
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.errors import BadRequest, CallerError, Code
from gateway.graphql.manifest import TrustedDocument
from gateway.settings.edge import DocumentMode


@dataclass(frozen=True, slots=True)
class Text:
    """The request carries its document."""

    text: str


@dataclass(frozen=True, slots=True)
class Hashed:
    """It carries the document's hash, as Apollo's clients and urql send it, and may carry the document too."""

    digest: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """It names a document in `member`: `documentId`, or `doc_id` or `id` as Relay's clients send it."""

    member: str
    identifier: str


Source = Text | Hashed | Named


class PersistedQueryNotFound(CallerError):
    """Clients know this message: they send the same operation again, with its text."""

    code = Code.PERSISTED_QUERY_NOT_FOUND

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound")


class PersistedQueryNotSupported(CallerError):
    """Clients know this message: they send no hash again."""

    code = Code.PERSISTED_QUERY_NOT_SUPPORTED

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported")


class DocumentUnknown(CallerError):
    """The document that a request names is not known."""

    code = Code.PERSISTED_QUERY_NOT_FOUND

    def __init__(self, member: str) -> None:
        super().__init__(f"{member}: there is no document of this identifier.")


class DocumentUntrusted(CallerError):
    """Only the operator's documents are answered, and this is none of them."""

    code = Code.PERSISTED_QUERY_ONLY

    def __init__(self) -> None:
        super().__init__("query: only the documents of the manifest are answered here; send one by its identifier.")


class RegisteredDocuments:
    """Texts by the SHA-256 of their UTF-8: at most so many, and so many bytes together; the least recently used go."""

    def __init__(self, *, entries: int, size: int) -> None:
        self._entries = entries
        self._size = size
        self._used = 0
        self._kept: OrderedDict[str, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def used(self) -> int:
        """Bytes that are taken."""
        return self._used

    def get(self, digest: str) -> str | None:
        """The text of a digest."""
        found = self._kept.get(digest)
        if found is not None:
            self._kept.move_to_end(digest)
        return found

    def put(self, digest: str, text: str) -> None:
        """Keeps a text, unless it alone is too large."""
        cost = _cost(digest, text)
        if self.get(digest) is not None or cost > self._size:
            return
        self._kept[digest] = text
        self._used += cost
        while self._used > self._size or len(self._kept) > self._entries:
            self._used -= _cost(*self._kept.popitem(last=False))


class PersistedDocuments:
    """Says which text a request means. `registered` is None where clients may register nothing."""

    def __init__(
        self,
        trusted: Iterable[TrustedDocument] = (),
        registered: RegisteredDocuments | None = None,
        *,
        mode: DocumentMode = DocumentMode.OFF,
        free_text: bool = False,
    ) -> None:
        documents = list(trusted)
        self._by_identifier = {one.identifier: one.text for one in documents}
        self._by_digest = {_digest(one.text): one.text for one in documents}
        self._only = mode is DocumentMode.ONLY
        self._free_text = free_text or not self._only
        self._registered = None if self._only else registered

    def text(self, source: Source) -> str:
        """The text of the document. Raises `CallerError`."""
        match source:
            case Text(text) if self._free_text:
                return text
            case Text():
                raise DocumentUntrusted
            case Hashed(digest, text):
                return self._hashed(digest) if text is None else self._verified(digest, text)
            case Named(member, identifier):
                found = self._named(identifier)
                if found is None:
                    raise DocumentUnknown(member)
                return found

    def learn(self, source: Source) -> None:
        """Keeps the document that a client registered, now that it proved to be one."""
        match source:
            case Hashed(digest, str(text)) if self._registered is not None and digest not in self._by_identifier:
                self._registered.put(digest.lower(), text)
            case _:
                return

    def _hashed(self, digest: str) -> str:
        found = self._by_identifier.get(digest) or self._found(digest.lower())
        if found is not None:
            return found
        if self._registered is None and not self._by_identifier:
            raise PersistedQueryNotSupported
        raise PersistedQueryNotFound

    def _verified(self, digest: str, text: str) -> str:
        if self._by_identifier.get(digest) == text:
            return text
        if _digest(text) != digest.lower():
            raise BadRequest("extensions.persistedQuery.sha256Hash: is not the hash of the query.")
        if not self._free_text and digest.lower() not in self._by_digest:
            raise DocumentUntrusted
        return text

    def _named(self, identifier: str) -> str | None:
        prefix, separator, digest = identifier.partition(":")
        if separator and prefix == "sha256":
            return self._found(digest)
        return self._by_identifier.get(identifier)

    def _found(self, digest: str) -> str | None:
        found = self._by_digest.get(digest)
        if found is None and self._registered is not None:
            found = self._registered.get(digest)
        return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _cost(digest: str, text: str) -> int:
    """Bytes that an entry takes, its place in the table included."""
    return sys.getsizeof(text) + sys.getsizeof(digest) + 120

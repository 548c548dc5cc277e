"""An answer in parts, as clients read it: what `@defer` leaves for later, in the two layouts that are spoken. Pure.

The one of the specification names every deferred fragment that is still to come (`pending`), brings data under its
number (`incremental`) and says when it is whole (`completed`); no field comes twice. The one of August 2022, which
Apollo's clients speak, knows no numbers: each piece has its path.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from graphql import DirectiveNode, DocumentNode, GraphQLError, Visitor, VisitorAction, visit
from graphql.execution import CompletedResult, IncrementalResult, PendingResult
from graphql.execution import SubsequentIncrementalExecutionResult as Further
from graphql.language import BooleanValueNode

from gateway.graphql.negotiation import Parts

Payload = dict[str, Any]
Show = Callable[[GraphQLError], Mapping[str, Any]]
"""An error as the caller may see it."""


def undeferred(document: DocumentNode) -> DocumentNode:
    """The document as if it deferred nothing; itself where it does not."""
    return visit(document, _WithoutDefer())


def defers(document: DocumentNode) -> bool:
    """Whether anything is deferred for some values of variables."""
    seeking = _WithoutDefer()
    visit(document, seeking)
    return seeking.active


class _WithoutDefer(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.active = False
        """Whether one of those met can be so."""

    def enter_directive(self, node: DirectiveNode, *_: Any) -> VisitorAction:
        """Takes it out."""
        if node.name.value != "defer":
            return None
        conditions = (one.value for one in node.arguments or () if one.name.value == "if")
        self.active = self.active or not any(
            isinstance(value, BooleanValueNode) and not value.value for value in conditions
        )
        return self.REMOVE


class Layout(Protocol):
    """What one answer's payloads look like. Asked once for each of them, in order; none of these is the last."""

    def first(self, data: Any, errors: Sequence[Mapping[str, Any]], pending: Sequence[PendingResult]) -> Payload:
        """The payload of all that is not deferred, its errors as the caller may see them."""
        ...

    def further(self, result: Further, show: Show) -> Payload:
        """The payload of what came since; empty where it says nothing."""
        ...


class Numbered:
    """The layout of the specification."""

    def first(self, data: Any, errors: Sequence[Mapping[str, Any]], pending: Sequence[PendingResult]) -> Payload:
        """See `Layout`."""
        return _first(data, errors) | {"pending": [one.formatted for one in pending], "hasNext": True}

    def further(self, result: Further, show: Show) -> Payload:
        """See `Layout`."""
        told: Payload = {}
        if result.pending:
            told["pending"] = [one.formatted for one in result.pending]
        if result.incremental:
            told["incremental"] = [_piece(one, show) for one in result.incremental]
        if result.completed:
            told["completed"] = [{"id": one.id} | _errors(one.errors, show) for one in result.completed]
        return told | {"hasNext": True} if told else told


class Pathed:
    """The layout of August 2022."""

    def __init__(self) -> None:
        self._pending: dict[str, PendingResult] = {}
        self._silent: set[str] = set()
        """Fragments of which nothing was told yet."""

    def first(self, data: Any, errors: Sequence[Mapping[str, Any]], pending: Sequence[PendingResult]) -> Payload:
        """See `Layout`."""
        self._expect(pending)
        return _first(data, errors) | {"hasNext": True}

    def further(self, result: Further, show: Show) -> Payload:
        """See `Layout`."""
        self._expect(result.pending or ())
        pieces = [self._placed(one, show) for one in result.incremental or ()]
        pieces += [self._ended(one, show) for one in result.completed or () if one.errors or one.id in self._silent]
        for one in result.completed or ():
            del self._pending[one.id]
        return {"incremental": pieces, "hasNext": True} if pieces else {}

    def _expect(self, pending: Sequence[PendingResult]) -> None:
        self._pending |= {one.id: one for one in pending}
        self._silent |= {one.id for one in pending}

    def _placed(self, one: IncrementalResult, show: Show) -> Payload:
        self._silent.discard(one.id)
        piece = _piece(one, show)
        path = [*self._pending[piece.pop("id")].path, *piece.pop("subPath", ())]
        return piece | {"path": path} | self._label(one.id)

    def _ended(self, one: CompletedResult, show: Show) -> Payload:
        """A fragment that failed; or all of whose fields came with another."""
        self._silent.discard(one.id)
        data = None if one.errors else dict[str, Any]()
        return {"data": data} | _errors(one.errors, show) | {"path": self._pending[one.id].path} | self._label(one.id)

    def _label(self, id: str) -> Payload:
        label = self._pending[id].label
        return {} if label is None else {"label": label}


def layout(parts: Parts) -> Layout:
    """The layout of a new answer."""
    return Pathed() if parts is Parts.MULTIPART_2022 else Numbered()


def _first(data: Any, errors: Sequence[Mapping[str, Any]]) -> Payload:
    return ({"errors": list(errors)} if errors else {}) | {"data": data}


def _piece(one: IncrementalResult, show: Show) -> Payload:
    return {**one.formatted} | _errors(one.errors, show)


def _errors(errors: Sequence[GraphQLError] | None, show: Show) -> Payload:
    return {"errors": [show(error) for error in errors]} if errors else {}

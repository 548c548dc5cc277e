"""An answer in parts, as clients read it: what `@defer` leaves for later, in the two layouts that are spoken. Pure.

The one of the specification names every deferred fragment that is still to come (`pending`), brings data under its
number (`incremental`) and says when it is whole (`completed`); no field comes twice. The one of August 2022, which
Apollo's clients speak, knows no numbers: each piece has its path.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeGuard, cast

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    VisitorAction,
    get_named_type,
    visit,
)
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


class _WithoutDefer(Visitor):
    def enter_directive(self, node: DirectiveNode, *_: Any) -> VisitorAction:
        """Takes it out."""
        return self.REMOVE if node.name.value == "defer" else None


IN_A_LIST: Final = 10
"""How many there are taken to be in a list of a customer's."""


def deferrals(document: DocumentNode, operation: OperationDefinitionNode, schema: GraphQLSchema) -> int:
    """How often a valid operation may defer for each customer, at a guess. 0: it does not defer.

    Takes time linear in what it selects, written out.
    """
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}

    def within(selections: SelectionSetNode, parent: object, times: int) -> int:
        found = 0
        for node in selections.selections:
            found += times * any(map(_active, node.directives or ()))
            if isinstance(node, FieldNode) and node.selection_set:
                of: Any = parent.fields[node.name.value].type if _offers(parent, node) else None
                below = cast("object", get_named_type(of))
                many = parent is not schema.query_type and _is_list(of)
                found += within(node.selection_set, below, times * IN_A_LIST if many else times)
            elif isinstance(node, InlineFragmentNode):
                on = schema.type_map[node.type_condition.name.value] if node.type_condition else parent
                found += within(node.selection_set, on, times)
            elif isinstance(node, FragmentSpreadNode):
                spread = fragments[node.name.value]
                found += within(spread.selection_set, schema.type_map[spread.type_condition.name.value], times)
        return found

    return within(operation.selection_set, schema.query_type, 1)


def _offers(parent: object, node: FieldNode) -> TypeGuard[GraphQLObjectType]:
    """Whether it is a field of the schema, and not one of the schema's own description."""
    return isinstance(parent, GraphQLObjectType) and node.name.value in parent.fields


def _is_list(of: object) -> bool:
    return isinstance(of, GraphQLList) or (isinstance(of, GraphQLNonNull) and _is_list(cast("Any", of).of_type))


def _active(directive: DirectiveNode) -> bool:
    """Whether something is deferred for some values of variables."""
    conditions = (one.value for one in directive.arguments or () if one.name.value == "if")
    never = any(isinstance(value, BooleanValueNode) and not value.value for value in conditions)
    return directive.name.value == "defer" and not never


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

"""What is held back of an answer in parts when a customer turns out to be deleted after the first went out. Pure.

Nothing more is told of them: a fragment of theirs is said to have failed, and as a field of a fragment they are null.
"""

from collections.abc import Collection, Sequence
from typing import Any, cast

from graphql import GraphQLError
from graphql.execution import CompletedResult, IncrementalDeferResult, IncrementalResult, PendingResult
from graphql.execution import SubsequentIncrementalExecutionResult as Further

from gateway.errors import CustomerDeleted

Path = list[str | int]
Customer = tuple[str, int]
"""The response key of a root field, and the place in it."""


class Withholding:
    """Holds back of the results of one answer, each of which is given once and in order."""

    def __init__(self, pending: Sequence[PendingResult]) -> None:
        self._paths: dict[str, Path] = {one.id: one.path for one in pending}
        self._unannounced: set[str] = set()

    def of(self, result: Further, gone: Collection[Customer]) -> Further:
        """The result without these customers."""
        self._paths |= {one.id: one.path for one in result.pending or ()}
        if not gone:
            return result
        self._unannounced |= {one.id for one in result.pending or () if _theirs(one.path, gone)}
        return Further(
            has_next=result.has_next,
            pending=[one for one in result.pending or () if one.id not in self._unannounced],
            incremental=[told for one in result.incremental or () if (told := self._told(one, gone)) is not None],
            completed=[self._ended(one, gone) for one in result.completed or () if one.id not in self._unannounced],
        )

    def _told(self, one: IncrementalResult, gone: Collection[Customer]) -> IncrementalResult | None:
        path = [*self._paths[one.id], *(one.sub_path or ())]
        if _theirs(path, gone) or not isinstance(one, IncrementalDeferResult):
            return None
        return one if path else _without(one, gone)

    def _ended(self, one: CompletedResult, gone: Collection[Customer]) -> CompletedResult:
        path = _theirs(self._paths[one.id], gone)
        return CompletedResult(one.id, [_deleted(path)]) if path else one


def _theirs(path: Path, gone: Collection[Customer]) -> Path:
    """The path of the customer among these whom a path leads to, or into; empty where it does not."""
    match path:
        case [str(key), int(index), *_] if (key, index) in gone:
            return [key, index]
        case [str(key)] | [str(key), str(), *_] if (key, 0) in gone:
            return [key]
        case _:
            return []


def _without(one: IncrementalDeferResult, gone: Collection[Customer]) -> IncrementalDeferResult:
    """What a fragment of the whole query brought, without them."""
    data, errors = one.data, one.errors or []
    for key, index in gone:
        value = data.get(key)
        if (value[index] if isinstance(value, list) else value) is None:
            continue
        path: Path = [key]
        if isinstance(value, list):
            path.append(index)
            value = cast("list[Any]", value)
            data = {**data, key: [*value[:index], None, *value[index + 1 :]]}
        else:
            data = {**data, key: None}
        errors = [*(error for error in errors if (error.path or [])[: len(path)] != path), _deleted(path)]
    return IncrementalDeferResult(data, one.id, one.sub_path, errors or None)


def _deleted(path: Path) -> GraphQLError:
    deleted = CustomerDeleted()
    return GraphQLError(deleted.message, path=path, original_error=deleted)

"""The reference path: graphql-core over what a session fetches, at once or in parts."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast

from graphql import DocumentNode, ExecutionResult, GraphQLError
from graphql import (
    experimental_execute_incrementally as graphql_execute,  # pyright: ignore[reportUnknownVariableType]
)
from graphql.execution import ExperimentalIncrementalExecutionResults as Incremental
from strawberry.execution import optimized_is_awaitable

from gateway.context import RequestContext
from gateway.errors import Code, CustomerDeleted, GatewayError, InternalError, Overloaded
from gateway.facets.needs import Operation
from gateway.graphql.answers import Answer, refused
from gateway.graphql.incremental import Layout, Payload, layout
from gateway.graphql.negotiation import Parts
from gateway.graphql.withholding import Withholding
from gateway.session import RequestSession
from gateway.telemetry.events import Emit, FaultMet

Errors = Sequence[Mapping[str, Any]]
Finished = Callable[[Mapping[str, Any] | None, Errors], Answer]
"""From the data and the errors of a request to its answer, with what it cost."""


class Reference:
    """Answers operations as graphql-core does. It tells `emit` of faults."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit

    async def whole(
        self,
        operation: Operation,
        node: DocumentNode,
        variables: Mapping[str, Any],
        session: RequestSession,
        finished: Finished,
    ) -> Answer:
        """The answer to an operation of a document in which nothing is deferred."""
        result = cast("ExecutionResult", await _executed(operation, node, variables, session))
        return await self._whole(result, session, finished)

    async def begun(
        self,
        operation: Operation,
        node: DocumentNode,
        variables: Mapping[str, Any],
        session: RequestSession,
        finished: Finished,
        parts: Parts,
    ) -> Answer | None:
        """The answer in parts, as soon as all is there that is not deferred; in one where nothing is left for later.

        Everything is fetched from the beginning, with the same calls as if nothing were deferred. Null where
        that would tell of a customer who is known by now to be deleted.
        """
        session.start()
        result = await _executed(operation, node, variables, session)
        if isinstance(result, ExecutionResult):
            return await self._whole(result, session, finished)
        data = result.initial_result.data
        if any(_tells_of(data, key, index) for key, index in session.deleted()):
            await result.subsequent_results.aclose()
            return None
        errors = [self._shown(error) for error in result.initial_result.errors or ()]
        return Answer(errors=errors, parts=self._parts(result, layout(parts), errors, session, finished))

    async def _whole(self, result: ExecutionResult, session: RequestSession, finished: Finished) -> Answer:
        await session.finish()
        data, errors = result.data, [self._shown(error) for error in result.errors or ()]
        for key, index in session.deleted():
            data, errors = _without(data, errors, key, index)
        if (overloaded := _nothing_but_overloaded(data, result.errors or ())) is not None:
            return replace(refused(overloaded), retry_after_s=overloaded.retry_after_s)
        return finished(data, errors)

    async def _parts(
        self,
        begun: Incremental,
        told: Layout,
        errors: list[Mapping[str, Any]],
        session: RequestSession,
        finished: Finished,
    ) -> AsyncGenerator[Payload]:
        """The payloads. Errors that they tell are added to `errors`. The last says what all of it cost."""

        def show(error: GraphQLError) -> Mapping[str, Any]:
            errors.append(self._shown(error))
            return errors[-1]

        first = begun.initial_result
        holding = Withholding(first.pending)
        try:
            async with aclosing(begun.subsequent_results) as results:
                yield told.first(first.data, errors, first.pending)
                async for result in results:
                    if payload := told.further(holding.of(result, set(session.deleted())), show):
                        yield payload
            await session.finish()
            extensions = finished(None, errors).extensions
            last: Payload = {"extensions": extensions} if extensions else {}
        except Exception as fault:  # noqa: BLE001 - the last line, as in the endpoint; the status went out already
            self._emit(FaultMet(type(fault).__name__, "parts"))
            lost = refused(InternalError("The gateway could not answer.")).errors
            errors += lost
            last = {"errors": lost}
        yield {**last, "hasNext": False}

    def _shown(self, error: GraphQLError) -> Mapping[str, Any]:
        """An error as the caller may see it: what is not meant for them is an internal error without a text."""
        shown = dict(error.formatted)
        match error.original_error:
            case GatewayError() as known:
                shown["message"], shown["extensions"] = known.message, dict(known.extensions)
            case None | GraphQLError():
                shown["extensions"] = {"code": Code.GRAPHQL_VALIDATION_FAILED.value}
            case fault:
                self._emit(FaultMet(type(fault).__name__, "execution"))
                shown["message"] = "The gateway could not finish this field."
                shown["extensions"] = {"code": Code.INTERNAL.value}
        return shown


async def _executed(
    operation: Operation, node: DocumentNode, variables: Mapping[str, Any], session: RequestSession
) -> ExecutionResult | Incremental:
    name = operation.node.name
    result = graphql_execute(
        operation.schema,
        node,
        context_value=RequestContext(session),
        variable_values=dict(variables),
        operation_name=name.value if name else None,
        is_awaitable=optimized_is_awaitable,  # pyright: ignore[reportArgumentType] - it says `bool` for a guard
    )
    return await result if isinstance(result, Awaitable) else result


def _without(
    data: Mapping[str, Any] | None, errors: list[Mapping[str, Any]], key: str, index: int
) -> tuple[Mapping[str, Any] | None, list[Mapping[str, Any]]]:
    """The answer without a customer who was deleted, where one of the two upstream calls still told of them."""
    if data is None or not _tells_of(data, key, index):
        return data, errors
    listed = isinstance(data[key], list)
    path = [key, index] if listed else [key]
    gone = [None if place == index else one for place, one in enumerate(data[key])] if listed else None
    deleted = CustomerDeleted()
    kept = [error for error in errors if list(error.get("path", ()))[: len(path)] != path]
    told = {"message": deleted.message, "path": path, "extensions": dict(deleted.extensions)}
    return {**data, key: gone}, [*kept, told]


def _tells_of(data: Mapping[str, Any] | None, key: str, index: int) -> bool:
    value = (data or {}).get(key)
    return (cast("list[Any]", value)[index] if isinstance(value, list) else value) is not None


def _nothing_but_overloaded(data: Mapping[str, Any] | None, errors: Sequence[GraphQLError]) -> Overloaded | None:
    """The overload that kept everything from being served, if that is so."""
    found = [error.original_error for error in errors if isinstance(error.original_error, Overloaded)]
    if not found or len(found) < len(errors):
        return None
    served = any(
        any(one is not None for one in cast("list[object]", value)) if isinstance(value, list) else value is not None
        for value in (data or {}).values()
    )
    return None if served else max(found, key=lambda error: error.retry_after_s)

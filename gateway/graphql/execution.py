"""From a GraphQL request to an answer: needs first, then graphql-core over what the session fetches."""

import math
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from graphql import ExecutionResult, GraphQLError
from graphql import execute as graphql_execute  # pyright: ignore[reportUnknownVariableType]
from graphql.execution.values import get_variable_values

from gateway.context import RequestContext, Scope
from gateway.driver import Driver
from gateway.errors import CallerError, Code, CustomerDeleted, GatewayError
from gateway.facets import needs
from gateway.facets.needs import Homes
from gateway.graphql.documents import Document, Documents, InvalidDocument
from gateway.session import RequestSession
from gateway.telemetry.events import Emit, FaultMet
from gateway.telemetry.spans import CURRENT


class Explain(StrEnum):
    """What the request header `x-gateway-explain` can ask for."""

    PLAN = "plan"
    """Which calls would be made; none is made and `data` is null."""
    ANALYZE = "analyze"
    """The answer, and which calls were made for it."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client asks, whatever the HTTP method it came by."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client gets. `executed` is false for a request error, which has no `data` at all."""

    data: Mapping[str, Any] | None = None
    errors: Sequence[Mapping[str, Any]] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict[str, Any])
    executed: bool = True
    fresh_for: int = 0
    """Seconds for which the whole answer stays as it is, as far as can be said; 0 where some of it is not."""

    def as_json(self) -> Mapping[str, Any]:
        """The response map of the GraphQL specification."""
        found: dict[str, Any] = {}
        if self.errors:
            found["errors"] = list(self.errors)
        if self.executed:
            found["data"] = self.data
        if self.extensions:
            found["extensions"] = self.extensions
        return found


class Execution:
    """Answers requests over one schema and one upstream organisation."""

    def __init__(self, documents: Documents, homes: Homes, driver: Driver, emit: Emit, *, customers: int) -> None:
        self._documents = documents
        self._homes = homes
        self._driver = driver
        self._emit = emit
        self._customers = customers

    def document(self, text: str) -> Document:
        """The parsed and validated document. Raises `InvalidDocument`."""
        return self._documents.get(text)

    async def answer(
        self, request: GraphQLRequest, scope: Scope, explain: Explain | None = None, most_age: float = math.inf
    ) -> Answer:
        """The answer to a request. Every error is in it; nothing is raised but cancellation.

        `most_age` bounds the age in seconds of what is served from the cache.
        """
        try:
            return await self._answer(request, scope, explain, most_age)
        except InvalidDocument as invalid:
            code = {"code": invalid.code.value}
            return Answer(errors=[{**error.formatted, "extensions": code} for error in invalid.errors], executed=False)
        except CallerError as error:
            return refused(error)

    async def _answer(self, request: GraphQLRequest, scope: Scope, explain: Explain | None, most_age: float) -> Answer:
        document = self.document(request.query)
        operation = document.operation(request.operation_name)
        if told := CURRENT.get():
            told.signature = document.signature(operation)
        schema = operation.schema
        coerced = get_variable_values(
            schema,
            operation.node.variable_definitions or (),
            dict(request.variables),
            hide_suggestions=self._documents.hides_suggestions,
        )
        if isinstance(coerced, list):
            raise InvalidDocument(Code.GRAPHQL_VALIDATION_FAILED, coerced)
        try:
            roots = needs.read(operation, coerced, self._homes, self._customers)
        except GraphQLError as error:  # a null for what must not be null, which only the values show
            raise InvalidDocument(Code.GRAPHQL_VALIDATION_FAILED, [error]) from None
        session = RequestSession(self._driver, scope, roots, self._emit, most_age)
        if told:
            told.customers, told.explanation = sum(map(len, roots.values())), session.explanation
        if explain is Explain.PLAN:
            await session.foresee()
            problems = [
                {"message": problem.message, "path": list(path), "extensions": dict(problem.extensions)}
                for path, problem in session.problems()
            ]
            return Answer(errors=problems, extensions={"explain": session.explanation.as_json()})
        result = graphql_execute(
            schema,
            document.node,
            context_value=RequestContext(session),
            variable_values=dict(request.variables),
            operation_name=request.operation_name or None,
        )
        if isinstance(result, Awaitable):
            result = await result
        await session.finish()
        return self._answered(result, session, explain)

    def _answered(self, result: ExecutionResult, session: RequestSession, explain: Explain | None) -> Answer:
        data, errors = result.data, [self._shown(error) for error in result.errors or ()]
        for key, index in session.deleted():
            data, errors = _without(data, errors, key, index)
        told, extensions = session.explanation, dict[str, Any]()
        if told.spared:
            extensions["staleIfError"] = sorted({facet.name for facet in told.spared})
        if explain is Explain.ANALYZE:
            extensions["explain"] = told.as_json()
        whole = not errors and math.isfinite(told.fresh_for) and not told.spared
        return Answer(
            data=data,
            errors=errors,
            extensions=extensions,
            fresh_for=int(told.fresh_for) if whole else 0,
        )

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


def _without(
    data: Mapping[str, Any] | None, errors: list[Mapping[str, Any]], key: str, index: int
) -> tuple[Mapping[str, Any] | None, list[Mapping[str, Any]]]:
    """The answer without a customer who was deleted, where one of the two upstream calls still told of them."""
    if data is None or key not in data:
        return data, errors
    listed = isinstance(data[key], list)
    path = [key, index] if listed else [key]
    if (data[key][index] if listed else data[key]) is None:
        return data, errors
    gone = [None if place == index else one for place, one in enumerate(data[key])] if listed else None
    deleted = CustomerDeleted()
    kept = [error for error in errors if list(error.get("path", ()))[: len(path)] != path]
    told = {"message": deleted.message, "path": path, "extensions": dict(deleted.extensions)}
    return {**data, key: gone}, [*kept, told]


def refused(error: GatewayError) -> Answer:
    """The answer to a request that is not executed."""
    return Answer(errors=[{"message": error.message, "extensions": dict(error.extensions)}], executed=False)

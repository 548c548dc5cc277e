"""From a GraphQL request to an answer: needs first, then graphql-core over what the session fetches."""

import math
from collections import OrderedDict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, cast

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode
from graphql import execute as graphql_execute  # pyright: ignore[reportUnknownVariableType]
from graphql.execution.values import VariableValues, get_variable_values

from gateway.auth import policy
from gateway.auth.callers import Caller
from gateway.cache.local import Stands
from gateway.context import RequestContext, Scope
from gateway.driver import Driver
from gateway.errors import CallerError, Code, CustomerDeleted, GatewayError, LimitExceeded, Overloaded
from gateway.facets import needs
from gateway.facets.explain import Explanation
from gateway.facets.needs import Homes, Operation, Roots
from gateway.graphql.documents import Document, Documents
from gateway.graphql.projecting import Price, Projecting, fetched, permits, shape_of
from gateway.graphql.projection import Bound, Compiled
from gateway.graphql.refusals import InvalidDocument, bare, most_errors
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
    stands: Sequence[Stands] = ()
    """What it rests on, where it was all known here: the same request has the same answer while all of this stands."""
    retry_after_s: int | None = None
    """Where nothing could be served for there being too much to ask upstream: when to come back."""

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


CONSTANTS: Final = 4
"""Answers that are about the schema alone, and so never change, which are kept: tools send the same few questions. One
may have 10,000 values."""


class Execution:
    """Answers requests over one schema, each with the driver of its organisation."""

    def __init__(self, documents: Documents, homes: Homes, emit: Emit, *, customers: int, cost: int) -> None:
        self._documents = documents
        self._homes = homes
        self._projecting = Projecting()
        self._constants: OrderedDict[tuple[str, str | None], Answer] = OrderedDict()
        self._emit = emit
        self._customers = customers
        self._cost = cost

    def document(self, text: str) -> Document:
        """The parsed and validated document. Raises `InvalidDocument`."""
        return self._documents.get(text)

    async def answer(
        self,
        request: GraphQLRequest,
        driver: Driver,
        scope: Scope,
        explain: Explain | None = None,
        most_age: float = math.inf,
        *,
        caller: Caller,
    ) -> Answer:
        """The answer to a request of a caller. Every error is in it; nothing is raised but cancellation.

        `most_age` bounds the age in seconds of what is served from the cache.
        """
        try:
            return await self._answer(request, driver, scope, explain, most_age, caller)
        except InvalidDocument as invalid:
            code = {"code": invalid.code.value}
            return Answer(errors=[{**error.formatted, "extensions": code} for error in invalid.errors], executed=False)
        except CallerError as error:
            return refused(error)

    async def _answer(
        self,
        request: GraphQLRequest,
        driver: Driver,
        scope: Scope,
        explain: Explain | None,
        most_age: float,
        caller: Caller,
    ) -> Answer:
        document = self.document(request.query)
        operation = document.operation(request.operation_name)
        if told := CURRENT.get():
            told.signature = document.signature(operation)
        plain = self._plain(document, operation, request.variables, caller)
        if plain is None:
            roots = self._read(operation, request.variables, caller)
        else:
            roots = {root.key: root.entries for root in plain[1].roots}
        explanation = Explanation()
        if told:
            told.customers, told.explanation = sum(map(len, roots.values())), explanation
        shape = shape_of(plain[1], driver) if plain else ()
        price = self._projecting.price(shape, explanation)
        if plain and price and explain is None and most_age == math.inf:
            known = self._projecting.known(*plain, driver, scope, caller, explanation)
            if known is not None:
                return replace(self._finished(known.data, price.cost, [], explanation), stands=known.stands)
        constant = None if roots or explain or request.variables else (request.query, request.operation_name)
        if constant in self._constants:
            return self._constants[constant]
        allowed = policy.permitted(roots, caller)
        session = RequestSession(driver, scope, allowed, caller, self._emit, explanation, most_age)
        requested = price.cost if price else session.requested()
        if requested > self._cost:
            raise LimitExceeded("units of cost", requested, self._cost, argument="query")
        if explain is Explain.PLAN:
            return await self._foreseen(session, requested)
        if plain:
            self._projecting.priced(shape, plain[1], Price(requested, explanation.cold))
            session.start()
            await session.finish()
            if (data := fetched(*plain, session)) is not None:
                return self._finished(data, requested, [], explanation, _explained(session, explain))
        answer = await self._referred(request, document, operation, session, explain, requested)
        return self._kept(constant, answer) if constant else answer

    def _kept(self, constant: tuple[str, str | None], answer: Answer) -> Answer:
        if not answer.errors:
            self._constants[constant] = answer
        if len(self._constants) > CONSTANTS:
            self._constants.popitem(last=False)
        return answer

    def _plain(
        self, document: Document, operation: Operation, variables: Mapping[str, Any], caller: Caller
    ) -> tuple[Compiled, Bound] | None:
        """The operation compiled, with its variables, where nothing of it asks for a closer look."""
        compiled = self._documents.compiled(document, operation)
        if compiled is None:
            return None
        bound = compiled.bind(variables, policy.viewer(caller), self._customers)
        return (compiled, bound) if bound is not None and permits(bound, caller) else None

    async def _foreseen(self, session: RequestSession, requested: int) -> Answer:
        """Which calls would be made; none is."""
        await session.foresee()
        problems = [
            {"message": problem.message, "path": list(path), "extensions": dict(problem.extensions)}
            for path, problem in session.problems()
        ]
        told = session.explanation
        extensions = {"explain": session.explained(), "cost": self._told(told, requested)}
        return Answer(errors=problems, extensions=extensions)

    def _read(self, operation: Operation, variables: Mapping[str, Any], caller: Caller) -> Roots:
        """The needs of an operation, as graphql-core understands it."""
        coerced = self._coerced(operation.schema, operation.node, variables)
        try:
            return needs.read(operation, coerced, self._homes, self._customers, policy.viewer(caller))
        except GraphQLError as error:  # a null for what must not be null, which only the values show
            raise InvalidDocument(Code.GRAPHQL_VALIDATION_FAILED, [bare(error)]) from None

    async def _referred(
        self,
        request: GraphQLRequest,
        document: Document,
        operation: Operation,
        session: RequestSession,
        explain: Explain | None,
        requested: int,
    ) -> Answer:
        """The answer of graphql-core, over what the session fetches or has fetched."""
        result = graphql_execute(
            operation.schema,
            document.node,
            context_value=RequestContext(session),
            variable_values=dict(request.variables),
            operation_name=request.operation_name or None,
        )
        if isinstance(result, Awaitable):
            result = await result
        await session.finish()
        data, errors = result.data, [self._shown(error) for error in result.errors or ()]
        for key, index in session.deleted():
            data, errors = _without(data, errors, key, index)
        if (overloaded := _nothing_but_overloaded(data, result.errors or ())) is not None:
            return replace(refused(overloaded), retry_after_s=overloaded.retry_after_s)
        return self._finished(data, requested, errors, session.explanation, _explained(session, explain))

    def _finished(
        self,
        data: Mapping[str, Any] | None,
        requested: int,
        errors: Sequence[Mapping[str, Any]],
        told: Explanation,
        explained: Mapping[str, Any] | None = None,
    ) -> Answer:
        extensions = dict[str, Any]()
        if requested:
            extensions["cost"] = self._told(told, requested)
        if told.spared:
            extensions["staleIfError"] = sorted({facet.name for facet in told.spared})
        if explained is not None:
            extensions["explain"] = explained
        whole = not errors and math.isfinite(told.fresh_for) and not told.spared
        return Answer(data, errors, extensions, fresh_for=int(told.fresh_for) if whole else 0)

    def _told(self, explanation: Explanation, requested: int) -> Mapping[str, int]:
        """The form of `extensions.cost`."""
        return {"requested": requested, "actual": explanation.cost, "limit": self._cost}

    def _coerced(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> VariableValues:
        """The values of an operation's variables. Raises `InvalidDocument`."""
        suggest = self._documents.suggests
        defined, given = operation.variable_definitions or (), dict(variables)
        found = get_variable_values(
            schema, defined, given, max_errors=most_errors(suggest=suggest), hide_suggestions=not suggest
        )
        if isinstance(found, list):
            raise InvalidDocument(Code.GRAPHQL_VALIDATION_FAILED, [bare(error) for error in found])
        return found

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


def _explained(session: RequestSession, explain: Explain | None) -> Mapping[str, Any] | None:
    return session.explained() if explain is Explain.ANALYZE else None


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


def refused(error: GatewayError) -> Answer:
    """The answer to a request that is not executed."""
    return Answer(errors=[{"message": error.message, "extensions": dict(error.extensions)}], executed=False)

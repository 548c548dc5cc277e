"""From a GraphQL request to an answer: needs first, then the fast path or the reference path."""

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues, get_variable_values

from gateway.auth import policy
from gateway.auth.callers import Caller
from gateway.context import Scope
from gateway.driver import Driver
from gateway.errors import CallerError, Code, LimitExceeded
from gateway.facets import needs
from gateway.facets.explain import Explanation
from gateway.facets.needs import Homes, Operation, Roots
from gateway.graphql.answers import Answer, Explain, GraphQLRequest, refused
from gateway.graphql.documents import Document, Documents
from gateway.graphql.negotiation import Parts
from gateway.graphql.projecting import Price, Projecting, fetched, permits, shape_of
from gateway.graphql.projection import Bound, Compiled
from gateway.graphql.reference import Errors, Reference
from gateway.graphql.refusals import InvalidDocument, bare, most_errors
from gateway.session import RequestSession
from gateway.telemetry.events import Emit
from gateway.telemetry.spans import CURRENT

CONSTANTS: Final = 4
"""Answers that are about the schema alone, and so never change, which are kept: tools send the same few questions. One
may have 10,000 values."""


class Execution:
    """Answers requests over one schema, each with the driver of its organisation."""

    def __init__(
        self, documents: Documents, homes: Homes, emit: Emit, *, customers: int, cost: int, deferred: int
    ) -> None:
        self._documents = documents
        self._homes = homes
        self._projecting = Projecting()
        self._reference = Reference(emit)
        self._constants: OrderedDict[tuple[str, str | None], Answer] = OrderedDict()
        self._emit = emit
        self._customers = customers
        self._cost = cost
        self._deferred = deferred

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
                return replace(self._finished(known.data, [], price.cost, explanation), stands=known.stands)
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
        parts = self._parts(request, document, operation, roots)
        answer = await self._executed(request, document, operation, plain, session, requested, explain, parts)
        return self._kept(constant, answer) if constant else answer

    def _parts(self, request: GraphQLRequest, document: Document, operation: Operation, roots: Roots) -> Parts | None:
        """How the answer comes in parts; null for one piece, also where there would be too many."""
        if request.parts is None:
            return None
        parts = document.defers(operation) * max(1, sum(map(len, roots.values())))
        return request.parts if 0 < parts <= self._deferred else None

    async def _executed(
        self,
        request: GraphQLRequest,
        document: Document,
        operation: Operation,
        plain: tuple[Compiled, Bound] | None,
        session: RequestSession,
        requested: int,
        explain: Explain | None,
        parts: Parts | None,
    ) -> Answer:
        """The answer over what the session fetches."""

        def finished(data: Mapping[str, Any] | None, errors: Errors) -> Answer:
            explained = session.explained() if explain is Explain.ANALYZE else None
            return self._finished(data, errors, requested, session.explanation, explained)

        if plain and parts is None:
            session.start()
            await session.finish()
            if (data := fetched(*plain, session)) is not None:
                return finished(data, [])
        asked = request.variables, session, finished
        answer = await self._reference.begun(operation, document.written, *asked, parts) if parts else None
        return answer or await self._reference.whole(operation, document.node, *asked)

    def _kept(self, constant: tuple[str, str | None], answer: Answer) -> Answer:
        if not answer.errors and answer.parts is None:
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

    def _finished(
        self,
        data: Mapping[str, Any] | None,
        errors: Sequence[Mapping[str, Any]],
        requested: int,
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

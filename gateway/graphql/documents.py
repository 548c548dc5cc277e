"""Documents: parsed and validated once, kept in a bounded LRU by their text."""

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails

from gateway.errors import BadRequest, Code, InternalError, LimitExceeded
from gateway.facets.needs import Operation
from gateway.telemetry.events import DocumentCompiled, Emit
from gateway.telemetry.signatures import Signature, hash_of, told_name


class InvalidDocument(Exception):
    """A document or its variables cannot be executed. `errors` say why, in GraphQL's own words."""

    def __init__(self, code: Code, errors: Sequence[GraphQLError]) -> None:
        super().__init__(code.value)
        self.code = code
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document. `node` is its parsed form; `operations` are what can be asked of it, by name.

    `signatures` are what operators see of them.
    """

    node: DocumentNode
    operations: dict[str, Operation]
    signatures: Mapping[str, Signature]

    def signature(self, operation: Operation) -> Signature:
        """What operators see of an operation of this document."""
        name = operation.node.name
        return self.signatures[name.value if name else ""]

    def operation(self, name: str | None) -> Operation:
        """The operation of that name, or the only one. Raises `BadRequest`."""
        if name:
            found = self.operations.get(name)
            if found is None:
                raise BadRequest("operationName: the document has no operation of this name.")
            return found
        if len(self.operations) != 1:
            raise BadRequest("operationName: must be given, for the document has several operations.")
        return next(iter(self.operations.values()))


class Documents:
    """Parses, validates and keeps up to `most` documents of up to `size` characters and `tokens` tokens.

    The least recently used goes first. The largest document that is accepted takes about 0.8 MB parsed.
    """

    def __init__(
        self, schema: GraphQLSchema, emit: Emit, *, most: int, size: int, tokens: int, introspection: bool
    ) -> None:
        if schema.query_type is None:
            raise InternalError("The schema has no query type.")
        self._schema = schema
        self._emit = emit
        self._query = schema.query_type
        self._most = most
        self._size = size
        self._tokens = tokens
        self._introspection = introspection
        self._kept: OrderedDict[str, Document] = OrderedDict()

    @property
    def kept(self) -> int:
        """How many are kept now."""
        return len(self._kept)

    @property
    def hides_suggestions(self) -> bool:
        """Whether messages keep names of the schema to themselves: they do where the schema may not be asked for."""
        return not self._introspection

    def get(self, text: str) -> Document:
        """The document of the text. Raises `InvalidDocument`, and `LimitExceeded` for too many characters."""
        found = self._kept.get(text)
        if found is not None:
            self._kept.move_to_end(text)
            return found
        if len(text) > self._size:
            raise LimitExceeded("characters", len(text), self._size, argument="query")
        found = self._kept[text] = self._timed(text)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found

    def _timed(self, text: str) -> Document:
        began, valid = time.perf_counter(), False
        try:
            found = self._compiled(text)
            valid = True
        finally:
            self._emit(DocumentCompiled(round((time.perf_counter() - began) * 1000, 3), valid))
        return found

    def _compiled(self, text: str) -> Document:
        try:
            node = parse(text, max_lexical_tokens=self._tokens)
        except GraphQLError as error:
            raise InvalidDocument(Code.GRAPHQL_PARSE_FAILED, [error]) from None
        except RecursionError:
            error = GraphQLError("The document is nested too deeply.")
            raise InvalidDocument(Code.GRAPHQL_PARSE_FAILED, [error]) from None
        rules = specified_rules if self._introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
        errors = validate(self._schema, node, rules, hide_suggestions=self.hides_suggestions)
        if errors:
            raise InvalidDocument(Code.GRAPHQL_VALIDATION_FAILED, errors)
        fragments = {
            definition.name.value: FragmentDetails(definition)
            for definition in node.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        definitions = {
            definition.name.value if definition.name else "": definition
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
        }
        operations = {
            name: Operation(self._schema, self._query, definition, fragments)
            for name, definition in definitions.items()
        }
        hashed = hash_of(text)
        signatures = {
            name: Signature(definition.operation.value, told_name(name), hashed)
            for name, definition in definitions.items()
        }
        return Document(node, operations, signatures)

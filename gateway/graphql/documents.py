"""Documents: parsed, measured and validated once, kept in a bounded LRU by their text."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    ExecutableDefinitionsRule,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NoFragmentCyclesRule,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    UniqueFragmentNamesRule,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.language.parser import MAX_NESTING_DEPTH

from gateway.errors import BadRequest, Code, InternalError, LimitExceeded
from gateway.facets.needs import Homes, Operation
from gateway.facets.shapes import Shapes
from gateway.graphql.incremental import deferrals, undeferred
from gateway.graphql.introspection import resolved
from gateway.graphql.limits import Executable, Outline
from gateway.graphql.projection import Compiled, compiled
from gateway.graphql.refusals import InvalidDocument, bare, most_errors
from gateway.graphql.rules import Rule, breakable
from gateway.settings.limits import LimitSettings
from gateway.telemetry.events import DocumentCompiled, Emit
from gateway.telemetry.signatures import Signature, hash_of, told_name

REFUSALS: Final = 200
"""Refused documents that are remembered, by their digest; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document. `operations` are what can be asked of it, by name; `signatures` what operators see of them.

    `node` is its parsed form, and so are the operations, as if nothing in it were deferred: what is needed, permitted
    and answered in one piece does not depend on that. `written` is the form as it came, and `deferrals` are how often
    operations may defer for each customer, by name; none where they do not.
    """

    node: DocumentNode
    written: DocumentNode
    deferrals: Mapping[str, int]
    operations: dict[str, Operation]
    signatures: Mapping[str, Signature]
    tokens: int
    met: set[str] = field(default_factory=set[str])
    """The names of the operations that were asked for."""
    compiled: dict[str, Compiled | None] = field(default_factory=dict[str, Compiled | None])
    """Those that were asked for twice, by name; null for one that cannot be compiled."""

    def defers(self, operation: Operation) -> int:
        """How often an operation of this document may defer for each customer."""
        name = operation.node.name
        return self.deferrals.get(name.value if name else "", 0) if self.deferrals else 0

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
    """Parses, measures, validates and keeps documents within the limits. The least recently used goes first.

    What is cheap comes first: characters and lines, tokens while they are read, the size (linear), and only then
    validation. A refusal is remembered too, so that a repeated one costs no more than a look.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        emit: Emit,
        limits: LimitSettings,
        *,
        introspection: bool,
        fast: tuple[Homes, Shapes] | None = None,
    ) -> None:
        if schema.query_type is None:
            raise InternalError("The schema has no query type.")
        self._schema = schema
        self._fast = fast
        self._emit = emit
        self._query = schema.query_type
        self._limits = limits
        self._introspection = introspection
        self._rules = specified_rules if introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._tokens = 0
        self._refused: OrderedDict[bytes, Callable[[], Exception]] = OrderedDict()

    @property
    def kept(self) -> int:
        """How many are kept now."""
        return len(self._kept)

    @property
    def suggests(self) -> bool:
        """Whether messages name what may have been meant: not where the schema may not be asked for."""
        return self._introspection

    def get(self, text: str) -> Document:
        """The document of the text. Raises `InvalidDocument` and `LimitExceeded`."""
        found = self._kept.get(text)
        if found is not None:
            self._kept.move_to_end(text)
            return found
        self._check("characters", len(text), self._limits.document_characters)
        self._check("lines", text.count("\n") + text.count("\r") - text.count("\r\n"), self._limits.document_tokens)
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if refused := self._refused.get(digest):
            raise refused()
        try:
            found = self._timed(text)
        except (InvalidDocument, LimitExceeded) as refusal:
            self._remember(digest, refusal)
            raise
        self._keep(text, found)
        return found

    def compiled(self, document: Document, operation: Operation) -> Compiled | None:
        """The operation compiled, from the second time on that it is asked for: many are sent only once."""
        if self._fast is None:
            return None
        name = operation.node.name.value if operation.node.name else ""
        if name in document.compiled:
            return document.compiled[name]
        if name in document.met:
            document.compiled[name] = compiled(operation, *self._fast)
        document.met.add(name)
        return document.compiled.get(name)

    def _timed(self, text: str) -> Document:
        began, valid = time.perf_counter(), False
        try:
            found = self._compiled(text)
            valid = True
        finally:
            self._emit(DocumentCompiled(round((time.perf_counter() - began) * 1000, 3), valid))
        return found

    def _keep(self, text: str, document: Document) -> None:
        self._kept[text] = document
        self._tokens += document.tokens
        while len(self._kept) > 1 and (
            len(self._kept) > self._limits.documents or self._tokens > self._limits.documents_tokens
        ):
            self._tokens -= self._kept.popitem(last=False)[1].tokens

    def _remember(self, digest: bytes, refusal: InvalidDocument | LimitExceeded) -> None:
        """Keeps what a refusal says, to be raised anew: one that was raised holds on to the whole request."""
        match refusal:
            case InvalidDocument():
                self._refused[digest] = partial(InvalidDocument, refusal.code, refusal.errors)
            case LimitExceeded():
                self._refused[digest] = partial(LimitExceeded, **refusal.details)
        if len(self._refused) > REFUSALS:
            self._refused.popitem(last=False)

    def _compiled(self, text: str) -> Document:
        written = self._parsed(text)
        self._measure(written)
        self._validate(written, breakable(text, self._rules))
        node = undeferred(written) if "defer" in text else written
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
        hashed = hash_of(text)
        return Document(
            node,
            written,
            self._deferrals(written) if node is not written else {},
            {
                name: Operation(self._schema, self._query, definition, fragments)
                for name, definition in definitions.items()
            },
            {
                name: Signature(definition.operation.value, told_name(name), hashed)
                for name, definition in definitions.items()
            },
            cast("int", cast("Any", written).token_count),
        )

    def _deferrals(self, written: DocumentNode) -> Mapping[str, int]:
        operations = (one for one in written.definitions if isinstance(one, OperationDefinitionNode))
        return {one.name.value if one.name else "": deferrals(written, one, self._schema) for one in operations}

    def _parsed(self, text: str) -> DocumentNode:
        most = self._limits.document_tokens
        try:
            return parse(text, max_lexical_tokens=most)
        except GraphQLError as error:
            refusal = bare(error)
        said = refusal.message.removeprefix("Syntax Error: ")
        if said.startswith("Document contains more than"):
            self._check("tokens", most + 1, most)
        if said.startswith("Document is nested too deeply"):
            self._check("levels of nesting", MAX_NESTING_DEPTH + 1, MAX_NESTING_DEPTH)
        raise InvalidDocument(Code.GRAPHQL_PARSE_FAILED, [refusal])

    def _measure(self, node: DocumentNode) -> None:
        if any(not isinstance(one, Executable) for one in node.definitions):
            self._validate(node, (ExecutableDefinitionsRule,))
        outline = Outline(node)
        if outline.cyclic:
            self._validate(node, (NoFragmentCyclesRule, UniqueFragmentNamesRule))
            raise InternalError("A document that cannot be written out was found valid.")
        outline.size().check(self._limits.bounds)
        self._check("comparisons", outline.comparisons(), self._limits.comparisons)
        if self._introspection:
            most = self._limits.introspection
            self._check("introspected fields", resolved(outline, self._schema, most), most)

    def _validate(self, node: DocumentNode, rules: Sequence[Rule]) -> None:
        most = most_errors(suggest=self.suggests)
        found = validate(self._schema, node, rules, max_errors=most, hide_suggestions=not self.suggests)
        if found:
            raise InvalidDocument(Code.GRAPHQL_VALIDATION_FAILED, [bare(error) for error in found])

    def _check(self, limit: str, value: int, bound: int) -> None:
        if value > bound:
            raise LimitExceeded(limit, value, bound, argument="query")

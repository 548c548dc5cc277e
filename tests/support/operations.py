"""Random operations over our own SDL: hypothesis-graphql chooses fields and values, this module does the rest.

It writes what hypothesis-graphql does not: roots with customers of the sandbox, aliases, variables, left-out arguments,
merged selections, fragments inline and named, `@include`, `@skip` and `__typename`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    FieldNode,
    GraphQLArgument,
    InlineFragmentNode,
    InputValueDefinitionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    SelectionNode,
    TypeNode,
    ValueNode,
    Visitor,
    build_schema,
    get_named_type,
    is_required_argument,
    is_scalar_type,
    is_specified_scalar_type,
    parse,
    print_ast,
    value_from_ast_untyped,
    visit,
)
from hypothesis import strategies as st
from hypothesis_graphql import Mode, nodes, queries

from gateway.sandbox import CUSTOMERS
from tests.support.everything import GRAPH, Roots
from tests.support.somebody import ELSEWHERE, INSTORE, ODD, Who

_BILLS = [bill for person in CUSTOMERS for bill in person.transactions]
_IDS = {state.program.id for person in CUSTOMERS for state in person.programs}
_IDS |= {coupon.series_id for person in CUSTOMERS for coupon in person.coupons}
_IDS |= {group.id for person in CUSTOMERS for group in person.groups}
_WORDS = {bill.store.code for bill in _BILLS} | {bill.till_code for bill in _BILLS if bill.till_code} | {"nowhere"}

SENSIBLE: dict[str, st.SearchStrategy[ValueNode]] = {
    "limit": st.integers(1, 12).map(nodes.Int),
    "number": st.sampled_from([bill.number for bill in _BILLS]).map(nodes.String),
    "Int": (st.sampled_from([0, 7, 30]) | st.integers(0, 40)).map(nodes.Int),
    "Float": st.sampled_from([*(bill.amount for bill in _BILLS), 0.5]).map(nodes.Float),
    "ID": st.sampled_from([*map(str, sorted(_IDS)), "0"]).map(nodes.String),
    "String": st.sampled_from(sorted(_WORDS)).map(nodes.String),
    "Date": st.sampled_from([*(bill.at.date().isoformat() for bill in _BILLS), "2024-02-29"]).map(nodes.String),
    "DateTime": st.sampled_from(["2024-02-29T00:00:00Z", "2026-11-21T12:00:00+05:30"]).map(nodes.String),
}
"""Values of arguments that the gateway must take: by an argument's own name, or else by its type."""
KINDS = sorted(GRAPH.schema.type_map["CustomerBy"].fields)
CUSTOMER = GRAPH.schema.type_map["Customer"]

Draw = st.DrawFn


class _Askable(Visitor):
    """Leaves out the roots, and gives every argument a scalar of its own, so that its values can be chosen."""

    def __init__(self, values: Mapping[str, st.SearchStrategy[ValueNode]]) -> None:
        super().__init__()
        self._values = values
        self.scalars: dict[str, st.SearchStrategy[ValueNode]] = {}

    def enter_object_type_definition(self, node: ObjectTypeDefinitionNode, *_: Any) -> Any:
        return REMOVE if node.name.value == "Query" else None

    def leave_input_value_definition(self, node: InputValueDefinitionNode, *_: Any) -> InputValueDefinitionNode:
        kind, argument = node.type, node.name.value
        while not isinstance(kind, NamedTypeNode):
            kind = kind.type
        if kind.name.value not in self._values:
            return node
        own = f"{kind.name.value}_{argument}"
        self.scalars[own] = self._values.get(argument, self._values[kind.name.value])
        return InputValueDefinitionNode(
            name=node.name, type=_named(node.type, own), default_value=node.default_value, directives=node.directives
        )


def _named(node: TypeNode, name: str) -> TypeNode:
    if isinstance(node, NamedTypeNode):
        return NamedTypeNode(name=NameNode(value=name))
    return type(node)(type=_named(node.type, name))


@cache
def selections(*, sensible: bool = True, mode: Mode = Mode.POSITIVE) -> st.SearchStrategy[DocumentNode]:
    """Selections of one customer by hypothesis-graphql, which does not know `@oneOf`: a root without arguments."""
    askable = _Askable(SENSIBLE if sensible else {})
    text = print_ast(visit(parse(GRAPH.sdl), askable))
    own = "\n".join(f"scalar {name}" for name in askable.scalars)
    schema = build_schema(f"{text}\ntype Query {{ customer: Customer }}\n{own}")
    ours = [kind for kind in schema.type_map.values() if is_scalar_type(kind) and not is_specified_scalar_type(kind)]
    scalars = {kind.name: st.text().map(nodes.String) for kind in ours} | askable.scalars
    return queries(schema, custom_scalars=scalars, print_ast=lambda made: made, mode=mode)


def whos(instore: Sequence[Sequence[Who]] = INSTORE, elsewhere: Sequence[Sequence[Who]] = ELSEWHERE) -> Any:
    """Somebody by one of their identifiers; sometimes at another source, or merged or deleted, or nobody."""
    kinds = [[ODD], instore, elsewhere or instore, *[instore] * 6]
    return st.sampled_from(kinds[::-1]).flatmap(st.sampled_from).flatmap(st.sampled_from)


@dataclass(frozen=True)
class RandomOperation:
    """An operation as a client sends it, and of whom it asks at which response key."""

    text: str
    variables: dict[str, Any]
    roots: Roots

    @cached_property
    def document(self) -> DocumentNode:
        """The text, parsed."""
        return parse(self.text)


@dataclass
class _Writer:
    """Writes one operation, from selections without arguments at the root."""

    draw: Draw
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)
    of_type: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    taken: set[str] = field(default_factory=set)
    """Response keys so far: a field with arguments gets a new one, so that no two differ under one key."""
    count: int = 0

    def one_in(self, n: int) -> bool:
        return self.draw(st.integers(1, n)) == n

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def root(self, name: str, many: Sequence[Who], *, alias: bool) -> tuple[str, str]:
        """A root field and its response key. All are asked at the source of the first."""
        key = self.fresh("root") if alias else name
        kind, by = ("[CustomerBy!]!", [who.by for who in many]) if name == "customers" else ("CustomerBy!", many[0].by)
        arguments = [f"by: {self.variable(kind, by)}"]
        if many[0].source != "INSTORE" or self.one_in(4):
            arguments.append(f"source: {many[0].source}")
        if many[0].account is not None:
            arguments.append(f"accountId: {self.variable('String', many[0].account)}")
        chosen = [node for _ in range(1 + self.one_in(3)) for node in self.below_root(self.draw(selections()))]
        told = f"{key}: {name}" if alias else name
        return key, f"{told}({', '.join(arguments)}){self.directives(12)} {self.selection(CUSTOMER, chosen)}"

    def below_root(self, document: DocumentNode) -> Sequence[SelectionNode]:
        """All of a selection, or a few fields of it: hypothesis-graphql rarely selects few."""
        (operation,) = document.definitions
        (root,) = operation.selection_set.selections
        found = root.selection_set.selections
        few = st.lists(st.sampled_from(found), min_size=1, max_size=3, unique_by=id)
        return self.draw(st.just(found) | few)

    def operation(self, roots: Sequence[str]) -> str:
        variables = f"({', '.join(self.declared)})" if self.declared else ""
        return "\n".join([f"query Random{variables} {{ {' '.join(roots)} }}", *self.fragments])

    def variable(self, kind: str, value: Any, *, default: str = "") -> str:
        name = self.fresh("v")
        self.declared.append(f"${name}: {kind}{default and f' = {default}'}")
        if not default:
            self.variables[name] = value
        return f"${name}"

    def directives(self, one_in: int) -> str:
        if not self.one_in(one_in):
            return ""
        condition = self.draw(st.booleans())
        value = self.variable("Boolean!", condition) if self.one_in(2) else str(condition).lower()
        return f" @{self.draw(st.sampled_from(['include', 'skip']))}(if: {value})"

    def selection(self, parent: Any, chosen: Iterable[SelectionNode]) -> str:
        """A selection set, part of it perhaps in a fragment."""
        found = [self.selected(parent, node) for node in chosen]
        if self.one_in(8):
            found.insert(0, "__typename")
        if self.one_in(4):
            cut = self.draw(st.integers(0, len(found) - 1))
            found = [*found[:cut], *self.fragment(parent, found[cut:])]
        if (earlier := self.of_type[parent.name]) and self.one_in(4):
            found.append(f"...{self.draw(st.sampled_from(earlier))}{self.directives(2)}")
        return f"{{ {' '.join(found)} }}"

    def fragment(self, parent: Any, within: Sequence[str]) -> list[str]:
        body = f"{{ {' '.join(within)} }}"
        if self.one_in(2):
            condition = f" on {parent.name}" if self.one_in(2) else ""
            return [f"...{condition}{self.directives(2)} {body}"]
        name = self.fresh("Part")
        self.fragments.append(f"fragment {name} on {parent.name} {body}")
        self.of_type[parent.name].append(name)
        return [f"...{name}{self.directives(2)}" for _ in range(1 + self.one_in(3))]

    def selected(self, parent: Any, node: SelectionNode) -> str:
        if isinstance(node, InlineFragmentNode):
            kind = GRAPH.schema.type_map[node.type_condition.name.value]
            return f"... on {kind.name} {self.selection(kind, node.selection_set.selections)}"
        assert isinstance(node, FieldNode)
        name = node.name.value
        definition = parent.fields[name]
        given = {one.name.value: one.value for one in node.arguments}
        arguments = [
            written for one in given if (written := self.argument(one, definition.args[one], given[one])) is not None
        ]
        key = node.alias.value if node.alias else name
        if self.one_in(8) or (definition.args and key in self.taken):
            key = self.fresh("a")
        self.taken.add(key)
        told = name if key == name else f"{key}: {name}"
        told += f"({', '.join(arguments)})" if arguments else ""
        told += self.directives(10)
        if node.selection_set is None:
            return told
        return f"{told} {self.selection(get_named_type(definition.type), node.selection_set.selections)}"

    def argument(self, name: str, argument: GraphQLArgument, value: ValueNode) -> str | None:
        """The argument as a literal, as a variable given or left to its default, or left out."""
        literal, kind = print_ast(value), str(argument.type)
        optional = not is_required_argument(argument)
        if optional and self.one_in(2):
            return None
        match self.draw(st.integers(0, 9)):
            case 9 | 8:
                return f"{name}: {self.variable(kind, value_from_ast_untyped(value))}"
            case 7:
                return f"{name}: {self.variable(kind, None, default=literal)}"
            case 6 if optional:
                self.declared.append(f"${(unset := self.fresh('v'))}: {kind.removesuffix('!')}")
                return f"{name}: ${unset}"
            case _:
                return f"{name}: {literal}"


@st.composite
def of_one(draw: Draw) -> RandomOperation:
    """An operation that asks for one customer, sometimes at two roots; sometimes for another one there."""
    writer = _Writer(draw)
    first = draw(whos())
    wanted = [first] if not writer.one_in(6) else [first, draw(st.just(first) | whos())]
    written = [writer.root("customer", [who], alias=index > 0) for index, who in enumerate(wanted)]
    roots = {key: [who] for (key, _), who in zip(written, wanted, strict=True)}
    return RandomOperation(writer.operation([text for _, text in written]), writer.variables, roots)


@st.composite
def of_several(draw: Draw) -> RandomOperation:
    """An operation that asks for a list of customers."""
    writer = _Writer(draw)
    kinds = draw(st.just(INSTORE) | st.sampled_from(INSTORE).map(lambda kind: [kind]))
    wanted = draw(st.lists(whos(kinds, ()), min_size=1, max_size=5))
    key, text = writer.root("customers", wanted, alias=writer.one_in(3))
    return RandomOperation(writer.operation([text]), writer.variables, {key: wanted})


@st.composite
def wild(draw: Draw) -> tuple[str, dict[str, Any]]:
    """A document and variables that may be against the schema, of any value, for any identifier."""
    anything = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    if draw(st.booleans()):
        operation = draw(of_one())
        names = re.findall(r"\$(v\d+):", operation.text)
        spoilt = draw(st.dictionaries(st.sampled_from(names), anything, min_size=1, max_size=2))
        return operation.text, operation.variables | spoilt
    document = draw(selections(sensible=False, mode=draw(st.sampled_from([Mode.POSITIVE] * 2 + [Mode.NEGATIVE]))))
    odd = st.dictionaries(st.sampled_from(KINDS), anything, max_size=2)
    by = draw(odd) if draw(st.integers(0, 3)) == 3 else INSTORE[0][0].by
    return _asking_by_variable(document), {"by": by}


def _asking_by_variable(document: DocumentNode) -> str:
    (operation,) = document.definitions
    written = [
        print_ast(node) if node.arguments else print_ast(node).replace("customer", "customer(by: $by)", 1)
        for node in operation.selection_set.selections
    ]
    return f"query ($by: CustomerBy!) {{ {' '.join(written)} }}"

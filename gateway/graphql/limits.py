"""How large a document is, measured in linear time before validation, which has quadratic rules. Pure.

Each fragment is measured once, whatever the number of its spreads, so a small document that writes out to a huge one
costs no more than any other. “Written out” means: as if each fragment stood wherever it is spread. `@skip` and
`@include` are not looked at.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
)

from gateway.errors import LimitExceeded

MOST: Final = 2**31 - 1
"""Where counts stop to grow: more than anybody allows, and a number that every client can read."""

Executable = OperationDefinitionNode | FragmentDefinitionNode


def _counts(noun: str) -> int:
    """A count that starts at nothing; a refusal calls it by the noun."""
    return field(default=0, metadata={"noun": noun})


@dataclass(slots=True)
class Size:
    """What was counted of a document. Each name is that of the setting that bounds it, `GATEWAY_LIMITS__…`.

    - `operations`, `fragments`, `variables`, `spreads`, `directives`: as written; `node_directives`: most on one node.
    - `literals`: values written in arguments and defaults, those inside of lists and objects too.
    - `depth`: fields within fields, written out.
    - `breadth`: fields of one selection set, written out, where a fragment that the set spreads twice counts once;
      `roots`: the same of the operation's own set, for the widest operation.
    - `selections`: fields, spreads and inline fragments, written out; `aliases`: fields with one, written out.
    """

    operations: int = _counts("operations")
    fragments: int = _counts("fragments")
    variables: int = _counts("variables")
    spreads: int = _counts("fragment spreads")
    directives: int = _counts("directives")
    node_directives: int = _counts("directives on one node")
    literals: int = _counts("literal values")
    depth: int = _counts("levels of fields")
    roots: int = _counts("root fields")
    breadth: int = _counts("fields of one selection")
    aliases: int = _counts("aliases")
    selections: int = _counts("selections")

    def check(self, bounds: Mapping[str, int]) -> None:
        """Raises `LimitExceeded` for the first count above its bound."""
        for one in fields(self):
            value, bound = getattr(self, one.name), bounds[one.name]
            if value > bound:
                raise LimitExceeded(one.metadata["noun"], value, bound, argument="query")


@dataclass(slots=True)
class _Set:
    """One selection set: fields of its own, those of its inline fragments among them, and the fragments it spreads."""

    fields: int = 0
    spreads: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class _Part:
    """What a definition counts by itself; later, once its fragments are known, written out."""

    spreads: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Every spread, with the number of fields around it."""
    sets: list[_Set] = field(default_factory=list[_Set])
    """Every selection set, the definition's own first."""
    directives: int = 0
    node_directives: int = 0
    literals: int = 0
    selections: int = 0
    aliases: int = 0
    depth: int = 0
    breadth: int = 0

    def decorated(self, directives: Sequence[DirectiveNode] | None) -> None:
        if directives:
            self.directives += len(directives)
            self.node_directives = max(self.node_directives, len(directives))
            for one in directives:
                self.given(one.arguments)

    def given(self, arguments: Sequence[ArgumentNode] | None) -> None:
        if arguments:
            self.literals += sum(map(_values, arguments))


class Outline:
    """The definitions of a document, and which of them spread which.

    `cyclic` says whether a fragment spreads itself by some detour, which validation refuses. Such a document cannot be
    written out: neither `size` nor `comparisons` may be asked of it.
    """

    def __init__(self, document: DocumentNode) -> None:
        self._all = [one for one in document.definitions if isinstance(one, Executable)]
        self.fragments = {one.name.value: one for one in self._all if isinstance(one, FragmentDefinitionNode)}
        self._parts = {id(one): _measured(one) for one in self._all}
        self._named = {name: self._parts[id(one)] for name, one in self.fragments.items()}
        spread = {name for part in self._parts.values() for name, _ in part.spreads}
        self._heads = [
            one
            for one in self._all
            if isinstance(one, OperationDefinitionNode)
            or one.name.value not in spread
            or self.fragments[one.name.value] is not one
        ]
        """What nothing spreads: operations, fragments without a use, and all but the last fragment of one name."""
        self._sorted: list[_Part] = []
        self.cyclic = not self._sort()

    def operations(self) -> Iterator[OperationDefinitionNode]:
        """The operations, in the order of the document."""
        return (one for one in self._all if isinstance(one, OperationDefinitionNode))

    def size(self) -> Size:
        """The size of the document, in time linear in its length."""
        for part in self._sorted:
            self._write_out(part)
        parts, heads = self._parts.values(), [self._parts[id(one)] for one in self._heads]
        operations = list(self.operations())
        return Size(
            operations=len(operations),
            fragments=len(self._all) - len(operations),
            variables=sum(len(one.variable_definitions or ()) for one in operations),
            spreads=sum(len(part.spreads) for part in parts),
            directives=sum(part.directives for part in parts),
            node_directives=max((part.node_directives for part in parts), default=0),
            literals=sum(part.literals for part in parts),
            depth=max((part.depth for part in heads), default=0),
            roots=max((self._width(self._parts[id(one)].sets[0]) for one in operations), default=0),
            breadth=max((part.breadth for part in heads), default=0),
            aliases=min(sum(part.aliases for part in heads), MOST),
            selections=min(sum(part.selections for part in heads), MOST),
        )

    def comparisons(self) -> int:
        """The comparisons by which validation finds fields that cannot be merged, at most; one takes about 1 µs.

        At every place of the answer, validation compares each two fields of one response key (1 for two plain ones of
        one name, else 4) and each two selection sets that fill the place, fragments among them (2), and looks the
        fields of one set up in each other (1 for 8). Takes time linear in `Size.selections`: check that first.
        """
        found = 0
        places = [[one.selection_set] for one in self._heads]
        while places:
            sets, among, keys = 0, 0, dict[str, list[FieldNode]]()
            for selections in self._filling(places.pop()):
                sets += 1
                for node in flat(selections):
                    if isinstance(node, FieldNode):
                        among += 1
                        keys.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            found += 2 * _pairs(sets) + (sets - 1) * among // 8
            for nodes in keys.values():
                found += _pairs_of_fields(nodes)
                if below := [node.selection_set for node in nodes if node.selection_set]:
                    places.append(below)
        return found

    def _sort(self) -> bool:
        """Puts every definition after the fragments that it spreads. False where that cannot be."""
        done, above = set[int](), set[int]()
        for start in self._parts.values():
            path = [] if id(start) in done else [(start, iter(start.spreads))]
            while path:
                part, spreads = path[-1]
                above.add(id(part))
                found = next(
                    (
                        self._named[name]
                        for name, _ in spreads
                        if name in self._named and id(self._named[name]) not in done
                    ),
                    None,
                )
                if found is None:
                    path.pop()
                    above.discard(id(part))
                    done.add(id(part))
                    self._sorted.append(part)
                elif id(found) in above:
                    return False
                else:
                    path.append((found, iter(found.spreads)))
        return True

    def _write_out(self, part: _Part) -> None:
        """Adds what the fragments count that a definition spreads. They have been written out themselves."""
        for name, level in part.spreads:
            if found := self._named.get(name):
                part.selections = min(part.selections + found.selections, MOST)
                part.aliases = min(part.aliases + found.aliases, MOST)
                part.depth = max(part.depth, level + found.depth)
                part.breadth = max(part.breadth, found.breadth)
        part.breadth = max(part.breadth, *map(self._width, part.sets))
        part.sets[0].fields, part.sets[0].spreads = self._width(part.sets[0]), set()

    def _width(self, of: _Set) -> int:
        found = sum(self._named[name].sets[0].fields for name in of.spreads if name in self._named)
        return min(of.fields + found, MOST)

    def _filling(self, sets: list[SelectionSetNode]) -> Iterator[SelectionSetNode]:
        """The selection sets that fill a place of the answer: these, and those of all fragments spread there."""
        waiting = [*sets]
        while waiting:
            selections = waiting.pop()
            yield selections
            waiting += self._spread_in(selections)

    def _spread_in(self, selections: SelectionSetNode) -> Iterator[SelectionSetNode]:
        for node in flat(selections):
            if isinstance(node, FragmentSpreadNode) and (found := self.fragments.get(node.name.value)):
                yield found.selection_set


def flat(selections: SelectionSetNode) -> Iterator[FieldNode | FragmentSpreadNode]:
    """The fields and spreads of a selection set, those of its inline fragments among them."""
    waiting = [selections]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FieldNode | FragmentSpreadNode):
                yield node


def _measured(definition: Executable) -> _Part:
    """What a definition counts by itself."""
    top = _Set()
    part = _Part(sets=[top])
    part.decorated(definition.directives)
    for variable in definition.variable_definitions or ():
        part.decorated(variable.directives)
        part.literals += _values(variable.default_value) if variable.default_value else 0
    waiting = [(definition.selection_set, top, 0)]
    while waiting:
        selections, here, level = waiting.pop()
        part.selections += len(selections.selections)
        for node in selections.selections:
            part.decorated(node.directives)
            if isinstance(node, FieldNode):
                here.fields += 1
                part.aliases += 1 if node.alias else 0
                part.depth = max(part.depth, level + 1)
                part.given(node.arguments)
                if node.selection_set:
                    part.sets.append(_Set())
                    waiting.append((node.selection_set, part.sets[-1], level + 1))
            elif isinstance(node, FragmentSpreadNode):
                here.spreads.add(node.name.value)
                part.spreads.append((node.name.value, level))
            elif isinstance(node, InlineFragmentNode):
                waiting.append((node.selection_set, here, level))
    return part


def _values(of: ArgumentNode | ValueNode) -> int:
    """The values in a literal, itself included."""
    found, waiting = 0, [of.value if isinstance(of, ArgumentNode) else of]
    while waiting:
        found += 1
        node = waiting.pop()
        if isinstance(node, ListValueNode):
            waiting += node.values
        elif isinstance(node, ObjectValueNode):
            waiting += [one.value for one in node.fields]
    return found


def _pairs_of_fields(nodes: Sequence[FieldNode]) -> int:
    if len(nodes) == 1:
        return 0
    plain = Counter(node.name.value for node in nodes if not node.arguments and not node.selection_set)
    return 4 * _pairs(len(nodes)) - 3 * sum(map(_pairs, plain.values()))


def _pairs(of: int) -> int:
    return of * (of - 1) // 2

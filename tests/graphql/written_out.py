"""The size of a document, counted by writing it out: right for certain, and exponential."""

from collections.abc import Iterator, Sequence

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    ValueNode,
    VariableDefinitionNode,
    Visitor,
    visit,
)

Selections = Sequence[SelectionNode]


class WrittenOut:
    """A document, each of whose fragments stands wherever it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self.document = document
        self.fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self.operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
        spread = {node.name.value for node in self.nodes(FragmentSpreadNode)}
        unused = [one for one in self.fragments.values() if one.name.value not in spread]
        self.heads = [*self.operations, *unused]

    def nodes(self, *kinds: type[Node]) -> list[Node]:
        """Every node of some kinds, as written."""
        found: list[Node] = []

        class _Collector(Visitor):
            def enter(self, node: Node, *_: object) -> None:
                found.append(node)

        visit(self.document, _Collector())
        return [node for node in found if isinstance(node, kinds)]

    def cyclic(self) -> bool:
        """Whether a fragment spreads itself, by some detour."""
        reached = {
            name: {node.name.value for node in self._every(one.selection_set.selections, set())}
            for name, one in self.fragments.items()
        }
        return any(name in names for name, names in reached.items())

    def _every(self, selections: Selections, seen: set[str]) -> Iterator[FragmentSpreadNode]:
        for node in selections:
            if isinstance(node, FragmentSpreadNode):
                yield node
                if node.name.value in self.fragments and node.name.value not in seen:
                    seen.add(node.name.value)
                    yield from self._every(self.fragments[node.name.value].selection_set.selections, seen)
            elif node.selection_set:
                yield from self._every(node.selection_set.selections, seen)

    def selections(self, selections: Selections) -> Iterator[SelectionNode]:
        """Every selection, also in fragments, as often as it is asked for."""
        for node in selections:
            yield node
            if isinstance(node, FragmentSpreadNode):
                found = self.fragments.get(node.name.value)
                yield from self.selections(found.selection_set.selections) if found else ()
            elif node.selection_set:
                yield from self.selections(node.selection_set.selections)

    def all_selections(self) -> list[SelectionNode]:
        """Every selection of every head."""
        return [node for one in self.heads for node in self.selections(one.selection_set.selections)]

    def depth(self, selections: Selections) -> int:
        """Fields within fields."""
        return max((self._deep(node) for node in selections), default=0)

    def _deep(self, node: SelectionNode) -> int:
        if isinstance(node, FragmentSpreadNode):
            found = self.fragments.get(node.name.value)
            return self.depth(found.selection_set.selections) if found else 0
        inside = self.depth(node.selection_set.selections) if node.selection_set else 0
        return inside + 1 if isinstance(node, FieldNode) else inside

    def width(self, selections: Selections) -> int:
        """Fields of one selection set. A fragment that it spreads twice counts once."""
        flat = list(_flat(selections))
        names = {node.name.value for node in flat if isinstance(node, FragmentSpreadNode)} & set(self.fragments)
        own = sum(isinstance(node, FieldNode) for node in flat)
        return own + sum(self.width(self.fragments[name].selection_set.selections) for name in names)

    def breadth(self) -> int:
        """The width of the widest selection set."""
        fields = [node for one in self.document.definitions for node in self.selections(one.selection_set.selections)]
        sets = [node.selection_set for node in (*self.document.definitions, *fields) if not _is_spread(node)]
        return max((self.width(one.selections) for one in sets if one), default=0)

    def counts(self) -> dict[str, int]:
        """Every count, by its name."""
        every, spreads = self.all_selections(), self.nodes(FragmentSpreadNode)
        directives = [len(getattr(node, "directives", None) or ()) for node in self.nodes(Node)]
        variables = self.nodes(VariableDefinitionNode)
        return {
            "operations": len(self.operations),
            "fragments": len(self.fragments),
            "variables": len(variables),
            "spreads": len(spreads),
            "directives": sum(directives),
            "node_directives": max(directives),
            "literals": len(self.nodes(ValueNode)) - len(variables),  # a variable's own name is a node of this kind too
            "depth": max((self.depth(one.selection_set.selections) for one in self.heads), default=0),
            "roots": max((self.width(one.selection_set.selections) for one in self.operations), default=0),
            "breadth": self.breadth(),
            "aliases": sum(isinstance(node, FieldNode) and node.alias is not None for node in every),
            "selections": len(every),
        }


def _flat(selections: Selections) -> Iterator[FieldNode | FragmentSpreadNode]:
    for node in selections:
        if isinstance(node, InlineFragmentNode):
            yield from _flat(node.selection_set.selections)
        else:
            yield node


def _is_spread(node: Node) -> bool:
    return isinstance(node, FragmentSpreadNode)

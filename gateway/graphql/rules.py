"""Which of GraphQL's rules a text can break at all, by what is written in it. Pure.

Validation is most of what a first request for a document takes, and each rule is asked at every node. A text without
`@` has no directive that could be wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Final

from graphql import (
    ASTValidationRule,
    FragmentsOnCompositeTypesRule,
    KnownDirectivesRule,
    KnownFragmentNamesRule,
    MaxIntrospectionDepthRule,
    NoFragmentCyclesRule,
    NoSchemaIntrospectionCustomRule,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    PossibleFragmentSpreadsRule,
    SingleFieldSubscriptionsRule,
    UniqueDirectivesPerLocationRule,
    UniqueFragmentNamesRule,
    UniqueVariableNamesRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
    Visitor,
)
from graphql.language.visitor import EnterLeaveVisitor
from graphql.validation import (
    DeferStreamDirectiveLabel,
    DeferStreamDirectiveOnRootField,
    DeferStreamDirectiveOnValidOperationsRule,
    StreamDirectiveOnListField,
)

Rule = type[ASTValidationRule]

_SIGNS: Final[Mapping[Any, tuple[str, ...]]] = {
    **dict.fromkeys(
        (
            KnownDirectivesRule,
            UniqueDirectivesPerLocationRule,
            DeferStreamDirectiveLabel,
            DeferStreamDirectiveOnRootField,
            DeferStreamDirectiveOnValidOperationsRule,
            StreamDirectiveOnListField,
        ),
        ("@",),
    ),
    **dict.fromkeys(
        (
            NoUndefinedVariablesRule,
            NoUnusedVariablesRule,
            UniqueVariableNamesRule,
            VariablesAreInputTypesRule,
            VariablesInAllowedPositionRule,
        ),
        ("$",),
    ),
    **dict.fromkeys((NoFragmentCyclesRule, NoUnusedFragmentsRule, UniqueFragmentNamesRule), ("fragment",)),
    **dict.fromkeys(
        (FragmentsOnCompositeTypesRule, KnownFragmentNamesRule, PossibleFragmentSpreadsRule), ("...", "fragment")
    ),
    SingleFieldSubscriptionsRule: ("subscription",),
    **dict.fromkeys((MaxIntrospectionDepthRule, NoSchemaIntrospectionCustomRule), ("__",)),
}
"""What a text must have one of to break a rule. GraphQL has no other way to write these."""


def breakable(text: str, rules: Iterable[Rule]) -> Sequence[Rule]:
    """Those of the rules that the document of a text may break, in their order. One that is not known here may."""
    return [
        _remembering(rule)
        for rule in rules
        if (signs := _SIGNS.get(rule)) is None or any(sign in text for sign in signs)
    ]


class _Remembering(Visitor):
    """Knows of a rule at which nodes it does anything.

    graphql-core looks that up for every document anew, by name, for each rule and kind of node.
    """

    methods: ClassVar[dict[str, tuple[str | None, str | None]]]

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        """See `Visitor`."""
        names = self.methods.get(kind)
        if names is None:
            names = self.methods[kind] = (self._named("enter", kind), self._named("leave", kind))
        enter, leave = names
        if enter is None and leave is None:
            return _NOTHING
        return EnterLeaveVisitor(getattr(self, enter) if enter else None, getattr(self, leave) if leave else None)

    def _named(self, way: str, kind: str) -> str | None:
        """The method that a rule has for a way through nodes of a kind: one for these alone before one for all."""
        return next((name for name in (f"{way}_{kind}", way) if hasattr(type(self), name)), None)


_NOTHING: Final = EnterLeaveVisitor(None, None)


@cache
def _remembering(rule: Rule) -> Rule:
    return type(rule.__name__, (_Remembering, rule), {"methods": {}})

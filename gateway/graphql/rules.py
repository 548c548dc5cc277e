"""Which of GraphQL's rules a text can break at all, by what is written in it. Pure.

Validation is most of what a first request for a document takes, and each rule is asked at every node. A text without
`@` has no directive that could be wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

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
)
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
    return [rule for rule in rules if (signs := _SIGNS.get(rule)) is None or any(sign in text for sign in signs)]

"""Documents are measured as writing them out would measure them, but in linear time; each limit holds at its bound."""

import sys
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

import pytest
from graphql import (
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    get_introspection_query,
    parse,
    validate,
)
from graphql import execute_sync as execute
from hypothesis import HealthCheck, given, settings

from gateway.errors import LimitExceeded
from gateway.graphql.documents import Documents
from gateway.graphql.introspection import resolved
from gateway.graphql.limits import MOST, Outline, Size
from gateway.graphql.payloads import check_json
from gateway.graphql.refusals import InvalidDocument
from gateway.settings.limits import LimitSettings
from resolvers.schema import build_schema
from tests.graphql.random_documents import documents
from tests.graphql.written_out import WrittenOut
from tests.support.operations import of_one, of_several

SCHEMA = build_schema().schema
LIMITS = LimitSettings()
ENDLESS = 10_000_000


# --- counts ---


@given(documents(acyclic=True))
def test_a_document_measures_what_it_measures_written_out(text: str) -> None:
    document = parse(text)
    assert asdict(Outline(document).size()) == WrittenOut(document).counts()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(of_one() | of_several())
def test_an_operation_over_our_graph_measures_what_it_measures_written_out(operation: Any) -> None:
    outline = Outline(operation.document)
    assert not outline.cyclic
    assert asdict(outline.size()) == WrittenOut(operation.document).counts()


@given(documents(acyclic=False))
def test_a_fragment_that_spreads_itself_is_found(text: str) -> None:
    document = parse(text)
    assert Outline(document).cyclic == WrittenOut(document).cyclic()


def test_of_two_fragments_of_one_name_the_last_is_spread_and_both_count() -> None:
    size = Outline(parse("{ ...F } fragment F on Query { a } fragment F on Query { a b { c d } }")).size()
    assert (size.fragments, size.selections, size.depth, size.roots) == (2, 1 + 4 + 1, 2, 2)


def doubling(levels: int) -> str:
    chain = (f"fragment F{n} on Query {{ a: id ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
    return "{ ...F0 }" + "".join(chain) + f"fragment F{levels} on Query {{ __typename }}"


def test_counts_stop_to_grow() -> None:
    size = Outline(parse(doubling(2000))).size()
    assert (size.selections, size.aliases, size.breadth, size.depth) == (MOST, MOST, 2001, 1)


# --- linear time ---


def steps(run: Callable[[], object]) -> int:
    """The functions that a run calls: time that does not depend on the machine."""
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


GROWING: dict[str, Callable[[int], str]] = {
    "doubling fragments": doubling,
    "a chain from last to first": lambda n: (
        "{ ...F0 }" + "".join(f"fragment F{k} on Query {{ ...F{k + 1} }}" for k in reversed(range(n)))
    ),
    "every fragment in every one": lambda n: (
        "{ ...F0 }"
        + "".join(f"fragment F{k} on Query {{ {' '.join(f'...F{m}' for m in range(n // 10))} }}" for k in range(10))
    ),
    "one fragment many times": lambda n: "{ " + "...F " * n + "} fragment F on Query { a }",
    "circles": lambda n: "{ ...F0 }" + "".join(f"fragment F{k} on Query {{ ...F{(k + 1) % n} }}" for k in range(n)),
    "many operations": lambda n: "".join(f"query Q{k} {{ ...F }}" for k in range(n)) + "fragment F on Query { a }",
    "fields": lambda n: "{" + " id" * n + "}",
    "literals": lambda n: "{ a(b: [" + "{c: [1]}" * n + "]) }",
}


@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
def test_measuring_takes_linear_time(make: Callable[[int], str]) -> None:
    def measure(n: int) -> int:
        document = parse(make(n))

        def run() -> None:
            outline = Outline(document)
            if not outline.cyclic:
                outline.size()

        return steps(run)

    assert measure(2000) < 2.5 * measure(1000)


# --- what validation compares ---


class _Counting(OverlappingFieldsCanBeMergedRule):
    """Validation's dearest rule, which counts its own work."""

    spent = 0

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._budget = self.rule_context.remaining_complexity_budget

    def leave_document(self, *_: object) -> None:
        type(self).spent = self._budget - self.rule_context.remaining_complexity_budget


def spent(text: str) -> int:
    document = parse(text)
    validate(SCHEMA, document, [_Counting], max_errors=ENDLESS)
    return _Counting.spent


def allowed(text: str) -> int:
    """The rule's own units: four for a comparison, for it counts each look-up, and some for every selection."""
    outline = Outline(parse(text))
    return 4 * outline.comparisons() + 4 * outline.size().selections


@given(documents(acyclic=True))
def test_validation_does_not_compare_more_than_was_counted(text: str) -> None:
    assert spent(text) <= allowed(text)


def of_customer(body: str, rest: str = "") -> str:
    return f'{{ customer(by: {{id: "1"}}) {{ {body} }} }} {rest}'


EXPLOSIONS = {
    "one field": of_customer("id " * 60),
    "fields with fields": of_customer("loyaltyPrograms { programId points { a } } " * 40),
    "arguments": of_customer("gapToRenew(inDays: 1, programId: 2) { programId } " * 40),
    "inline fragments": of_customer("... { ... { id loyaltyPrograms { programId } } } " * 40),
    "roots": "{" + 'customer(by: {id: "1"}) { loyaltyPrograms { programId } }' * 40 + "}",
    "conflicts": of_customer("a: firstName a: lastName " * 30),
    "flat fragments": of_customer(
        " ".join(f"...F{n}" for n in range(40)),
        " ".join(f"fragment F{n} on Customer {{ id firstName a{n}: lastName }}" for n in range(40)),
    ),
    "fragments that share nothing": of_customer(
        " ".join(f"...F{n}" for n in range(60)),
        " ".join(f"fragment F{n} on Customer {{ a{n}: id b{n}: id c{n}: id }}" for n in range(60)),
    ),
    "a tree of fragments": of_customer(
        "...F0",
        " ".join(
            f"fragment F{n} on Customer {{ id ...F{2 * n + 1} ...F{2 * n + 2} }}"
            if n < 20
            else f"fragment F{n} on Customer {{ id }}"
            for n in range(41)
        ),
    ),
    "a diamond": of_customer(
        "...F0",
        " ".join(
            f"fragment F{n} on Customer {{ id ...F{n + 1} ...F{n + 1} }}"
            if n < 8
            else f"fragment F{n} on Customer {{ id }}"
            for n in range(9)
        ),
    ),
    "fragments in places": "{"
    + " ".join(f'a{n}: customer(by: {{id: "{n}"}}) {{ ...F ...G id }}' for n in range(20))
    + "} fragment F on Customer { id loyaltyPrograms { ...H } } fragment G on Customer { id loyaltyPrograms { ...H } }"
    + "fragment H on LoyaltyProgram { programId }",
}


@pytest.mark.parametrize("text", EXPLOSIONS.values(), ids=EXPLOSIONS)
def test_an_explosion_of_comparisons_is_foreseen(text: str) -> None:
    assert spent(text) <= allowed(text)


def test_fields_without_company_are_not_compared() -> None:
    assert Outline(parse(of_customer("id firstName lastName loyaltyPrograms { programId }"))).comparisons() == 0


# --- introspection ---

INTROSPECTION = get_introspection_query(
    descriptions=True,
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
)
ASKING_THE_SCHEMA = [
    INTROSPECTION,
    "{ __schema { queryType { name fields { name type { name ofType { name fields { name } } } } } } }",
    "{ a: __schema { types { ...T } } b: __schema { directives { args { name } } } } fragment T on __Type { kind }",
    "{ __schema { types { possibleTypes { name } interfaces { name } enumValues { name } inputFields { name } } } }",
    "{ __typename }",
]


def answered(value: object) -> int:
    """The fields of an answer."""
    if isinstance(value, dict):
        return sum(1 + answered(inside) for inside in value.values())
    return sum(map(answered, value)) if isinstance(value, list) else 0


@pytest.mark.parametrize("text", ASKING_THE_SCHEMA)
def test_introspection_is_counted_without_being_done(text: str) -> None:
    document = parse(text)
    data: Any = execute(SCHEMA, document).data
    expected = answered([field for field in data.values() if isinstance(field, dict)])
    assert resolved(Outline(document), SCHEMA, ENDLESS) == expected


def test_asking_for_one_type_counts_as_asking_for_all() -> None:
    one = resolved(Outline(parse('{ __type(name: "Customer") { name fields { name } } }')), SCHEMA, ENDLESS)
    assert one == resolved(Outline(parse("{ __schema { types { name fields { name } } } }")), SCHEMA, ENDLESS) - len(
        ["types"]
    )


def test_counting_introspection_stops_at_the_bound() -> None:
    bomb = "{" + "".join(f"a{n}: __schema {{ types {{ fields {{ name }} }} }}" for n in range(500)) + "}"
    counted = resolved(Outline(parse(bomb)), SCHEMA, 1000)
    assert 1000 < counted < 3000


# --- JSON ---


def test_json_is_counted_up_to_its_bounds() -> None:
    value = {"a": [1, [2, {"b": None}]], "c": "d"}  # 4 levels; itself, 2 members, 2 items, 2 items, 1 member
    check_json(value, depth=4, values=8, argument="body")
    with pytest.raises(LimitExceeded, match=r"^body: 4 levels of JSON are more than the limit of 3$"):
        check_json(value, depth=3, values=8, argument="body")
    with pytest.raises(LimitExceeded, match=r"^body: 8 JSON values are more than the limit of 7$"):
        check_json(value, depth=4, values=7, argument="body")


@pytest.mark.parametrize("value", [None, 1, "text", True, [], {}])
def test_small_json_passes(value: object) -> None:
    check_json(value, depth=1, values=1, argument="body")


# --- the bounds ---


def judged(text: str, **limits: int) -> LimitExceeded | None:
    """What the limits say of a document; nothing where it passes them, valid or not."""
    try:
        Documents(SCHEMA, lambda _: None, LimitSettings(**limits), introspection=True).get(text)
    except LimitExceeded as refusal:
        return refusal
    except InvalidDocument:
        return None
    return None


EACH: dict[str, tuple[str, str]] = {
    "operations": ("operations", "query A { __typename } query B { __typename } query C { __typename }"),
    "fragments": (
        "fragments",
        "{ ...A ...B ...C }" + "".join(f"fragment {n} on Query {{ __typename }}" for n in "ABC"),
    ),
    "variables": ("variables", "query($a: ID, $b: ID) { __typename } query Q($c: ID) { __typename }"),
    "spreads": ("fragment spreads", "{ ...A ...A ...A } fragment A on Query { __typename }"),
    "directives": ("directives", "query @a { __typename @b ... @c { __typename } }"),
    "node_directives": ("directives on one node", "{ __typename @a @b @c }"),
    "literals": ("literal values", "{ customers(by: [{}, {}]) { id } }"),
    "depth": ("levels of fields", "{ customer { ...A } } fragment A on Customer { loyaltyPrograms { programId } }"),
    "roots": ("root fields", "{ a: __typename ... { b: __typename } ...A } fragment A on Query { c: __typename }"),
    "breadth": ("fields of one selection", "{ viewer { id firstName lastName } }"),
    "aliases": ("aliases", "{ x: viewer { ...A } y: viewer { ...A } } fragment A on Customer { id }"),
    "selections": ("selections", "{ viewer { id ... { id } } ...A } fragment A on Query { __typename }"),
    "comparisons": ("comparisons", "{ viewer { id id id } }"),
    "introspection": ("introspected fields", "{ __schema { queryType { name } } }"),
}
VALUE = {"aliases": 2, "selections": 6, "introspection": 2, "depth": 3}


@pytest.mark.parametrize("name", EACH)
def test_a_limit_holds_at_its_bound(name: str) -> None:
    noun, text = EACH[name]
    value = VALUE.get(name, 3)
    refusal = judged(text, **{name: value - 1})
    assert refusal is not None
    assert refusal.message == f"query: {value} {noun} are more than the limit of {value - 1}"
    assert judged(text, **{name: value}) is None


def test_every_count_has_a_setting_and_is_tried() -> None:
    counts = {one.name for one in fields(Size)}
    assert counts | {"comparisons", "introspection"} == set(EACH)
    assert counts <= {one.name for one in fields(LimitSettings)}


@pytest.mark.parametrize("name", sorted(EACH.keys() - {"introspection"}))
def test_what_is_too_large_is_never_validated(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("gateway.graphql.documents.validate")
    noun, text = EACH[name]
    refusal = judged(text, **{name: VALUE.get(name, 3) - 1})
    assert refusal is not None
    assert refusal.details["limit"] == noun


CHEAP = {
    "characters": ("#" * 40_000, 40_000, 32 * 1024),
    "lines": ("\n" * 1_501 + "{ __typename }", 1_501, 1_500),
    "comments": ("#\r\n" * 1_501 + "{ __typename }", 1_501, 1_500),
    "levels of nesting": ("{ a(b: " + "[" * 300 + "]" * 300 + ") }", 201, 200),
    "tokens": ("{" + " id" * 1_600 + "}", 1_501, 1_500),
}


@pytest.mark.parametrize("name", CHEAP)
def test_what_is_too_long_is_not_even_read_to_its_end(name: str) -> None:
    text, value, bound = CHEAP[name]
    refusal = judged(text)
    assert refusal is not None
    noun = "lines" if name == "comments" else name
    assert refusal.details == {"argument": "query", "limit": noun, "value": value, "bound": bound}

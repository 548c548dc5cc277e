"""Finding the facets that make a call fail, and leaving them out for a while."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import CATALOG, EXISTENCE, PERSON, PROGRAMS, SLAB_HISTORY
from gateway.facets.facet import Endpoint, Facet, IdentifierKind
from gateway.facets.parameters import parameters, sources
from gateway.facets.plan import Call
from gateway.upstream.suspects import MOST_QUESTIONS, Bisection, BrokenFacets

ABLE = Capabilities()
V1 = Endpoint.V1
OF_V1 = sorted(
    kind() for kind in CATALOG.values() if kind.unasked and any(found.endpoint is V1 for found in sources(kind(), ABLE))
)


def needed(facet: Facet) -> frozenset[tuple[str, str]]:
    plain = parameters(V1, frozenset({EXISTENCE()}), ABLE)
    return frozenset(parameters(V1, frozenset({facet}), ABLE).flags) - frozenset(plain.flags)


def searched(facets: frozenset[Facet], bad: frozenset[str], chance: set[int] | None = None) -> tuple[Bisection, int]:
    """A search at an upstream that fails at these flags, and at these questions by chance; how many calls it took."""
    bisection, calls = Bisection(Call(V1, 1, (IdentifierKind.ID,), (0,), facets), ABLE), 0
    while asked := bisection.questions():
        failed: list[bool] = []
        for question in asked:
            flags = {name for name, value in parameters(V1, question, ABLE).flags if value == "true"}
            failed.append(not bad.isdisjoint(flags) or calls in (chance or ()))
            calls += 1
        bisection.answered(failed)
    return bisection, calls


FACETS = st.frozensets(st.sampled_from(OF_V1), min_size=1)


@settings(deadline=None)
@given(FACETS, st.data())
def test_one_flag_that_fails_is_found_and_nothing_else(facets: frozenset[Facet], data: st.DataObject) -> None:
    flags = sorted({name for facet in facets for name, value in needed(facet) if value == "true"})
    bad = data.draw(st.sampled_from([*flags, "unheard_of"]))
    found, calls = searched(facets, frozenset({bad}))
    guilty = {facet for facet in facets if (bad, "true") in needed(facet)}
    assert found.culprits <= guilty
    assert found.culprits == guilty or len({needed(facet) for facet in guilty}) > 2
    assert calls <= MOST_QUESTIONS + 2 * len(facets) + 1


@settings(deadline=None)
@given(FACETS)
def test_an_upstream_that_fails_altogether_is_asked_once(facets: frozenset[Facet]) -> None:
    found, calls = searched(facets, frozenset({"user_id"}))
    assert (found.culprits, calls) == (frozenset(), 1)


def test_a_flag_that_others_need_takes_them_with_it() -> None:
    found, _ = searched(frozenset({PERSON(), PROGRAMS(), SLAB_HISTORY()}), frozenset({"mlp"}))
    assert found.culprits == {PROGRAMS(), SLAB_HISTORY()}


def test_a_failure_by_chance_accuses_nobody() -> None:
    found, calls = searched(frozenset({PERSON(), SLAB_HISTORY()}), frozenset())
    assert (found.culprits, calls) == (frozenset(), 2)


def test_who_is_accused_by_chance_is_cleared() -> None:
    """The first question after the plain one fails, and no later one does."""
    found, calls = searched(frozenset({PERSON(), PROGRAMS(), SLAB_HISTORY()}), frozenset(), {1})
    assert (found.culprits, calls) == (frozenset(), 6)


def test_where_the_plain_call_fails_the_second_time_nobody_is_to_blame() -> None:
    found, _ = searched(frozenset({PERSON(), SLAB_HISTORY()}), frozenset({"slab_history"}), {2})
    assert found.culprits == frozenset()


def test_what_needs_nothing_cannot_be_told_apart() -> None:
    assert Bisection(Call(V1, 1, (IdentifierKind.ID,), (0,), frozenset({PERSON()})), ABLE).hopeless


def test_a_facet_is_left_out_until_its_time_is_over_and_tried_by_one() -> None:
    broken = BrokenFacets(open_s=10.0, draw=lambda: 0.5)
    broken.found(frozenset({SLAB_HISTORY()}), 0.0)
    assert broken.facets == {SLAB_HISTORY()}
    assert (broken.due(9.9), broken.due(10.0)) == (frozenset(), {SLAB_HISTORY()})
    assert [broken.take(SLAB_HISTORY(), 9.9), broken.take(SLAB_HISTORY(), 10.0)] == [False, True]
    assert (broken.due(10.0), broken.take(SLAB_HISTORY(), 10.0)) == (frozenset(), False)
    broken.tried(SLAB_HISTORY(), 11.0, succeeded=False)
    assert (broken.facets, broken.due(20.9)) == ({SLAB_HISTORY()}, frozenset())
    assert broken.take(SLAB_HISTORY(), 21.0)
    broken.tried(SLAB_HISTORY(), 21.0, succeeded=True)
    assert (broken.facets, broken.due(99.0)) == (frozenset(), frozenset())


def test_there_is_an_end_to_what_is_left_out() -> None:
    broken = BrokenFacets(open_s=10.0, draw=lambda: 0.5)
    broken.found(frozenset(Facet("GAP", (("days", number),)) for number in range(1000)), 0.0)
    assert len(broken.facets) == 64

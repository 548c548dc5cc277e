"""Whatever is selected by whomever: what is refused is neither asked for nor shown, and the rest is as staff see it."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest
from graphql import GraphQLResolveInfo, get_named_type, is_composite_type, parse
from graphql import experimental_execute_incrementally as execute  # `execute` refuses a schema that has @defer
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from gateway.auth.callers import Permission
from gateway.facets.catalog import CATALOG
from gateway.facets.kind import FacetKind
from gateway.telemetry.events import FaultMet
from tests.auth.support import Guarded, guarded, refusals
from tests.support.everything import GRAPH
from tests.support.operations import RandomOperation, of_one, of_several
from tests.support.somebody import Who

NIGHTLY = os.environ.get("GATEWAY_TESTS_NIGHTLY") == "1"
PHASES = set(Phase) - {Phase.explain}
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
V1 = "/v1.1/customer/get"
CLAIMS = {"id": "customer", "mobile": "phone_number", "email": "email", "externalId": "brand_id", "cardNumber": "cards"}
GRANTS = {
    "+".join(sorted(held)) or "none": frozenset(held)
    for held in [(), *[(one,) for one in Permission], tuple(Permission), ("fraud", "image")]
}

Json = dict[str, Any]


class World:
    """A gateway that remembers nothing, and a client for each set of permissions."""

    def __init__(self, runner: asyncio.Runner, gateway: Guarded) -> None:
        self.runner = runner
        self.guarded = gateway

    def staff(self, grant: str) -> Mapping[str, str]:
        return self.guarded.staff(grant.replace("+", "-"))

    def ask(self, headers: Mapping[str, str], operation: RandomOperation) -> tuple[Json, list[Json]]:
        self.guarded.gateway.events.clear()
        answer, calls = self.runner.run(self.guarded.ask(headers, operation.text, operation.variables))
        assert not any(isinstance(event, FaultMet) for event in self.guarded.gateway.events)
        return answer, calls


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    granted = {grant.replace("+", "-"): "+".join(held) for grant, held in GRANTS.items()}
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        opened = runner.run(stack.enter_async_context(guarded(cache={"max_bytes": 0}, granted=granted)))
        yield World(runner, opened)
        runner.run(stack.aclose())


def parameters_of(kind: FacetKind) -> set[tuple[str, str | None]]:
    """What some source of a facet puts on a call: a value, or any value (None)."""
    found: set[tuple[str, str | None]] = set()
    for way in kind.sources:
        found |= {("embed", one) for one in way.embeds}
        found |= set(way.flags.items())
        found |= {(name, None) for name in (*way.valued, *way.narrowed)} | set(way.unvalued.items())
    return found


def telling(held: frozenset[str]) -> set[tuple[str, str | None]]:
    """Parameters that only a facet which is refused could have caused."""
    kinds = {True: set(), False: set()}
    for kind in CATALOG.values():
        kinds[kind.permission in (None, *held)] |= parameters_of(kind)
    return kinds[False] - kinds[True]


def asks_for_refused(call: Json, held: frozenset[str]) -> set[tuple[str, str | None]]:
    params = {name: value for name, value in call["params"].items() if name != "embed"}
    sent = {*params.items(), *((name, None) for name in params)}
    sent |= {("embed", one) for one in call["params"].get("embed", "").split(",")}
    found = sent & telling(held)
    if call["path"] == V1 and "transactions" not in held and params.get("transactions") != "false":
        found.add(("transactions", None))
    return found


def compare(operation: RandomOperation, mine: Json, whole: Json, held: frozenset[str]) -> None:
    """What is shown is what staff see, without what is refused. Walked by graphql-core, over both answers at once."""

    def resolve(_: Any, root: Any, info: GraphQLResolveInfo, **__: Any) -> Any:
        shown, told = (one[info.path.key] for one in root)
        home = GRAPH.homes.get((info.parent_type.name, info.field_name))
        if home is not None and home.on.permission not in (None, *held):
            assert shown is None, info.path.as_list()
            return None
        if info.parent_type.name == "Query" and shown is None:
            return None
        if not is_composite_type(get_named_type(info.return_type)):
            assert shown == told
            return None
        if isinstance(told, list):
            customers = info.parent_type.name == "Query"
            return [one if one[0] is not None or not customers else None for one in zip(shown, told, strict=True)]
        assert (shown is None) == (told is None)
        return None if told is None else (shown, told)

    result = execute(
        GRAPH.schema,
        parse(operation.text),
        root_value=(mine, whole),
        variable_values=operation.variables,
        middleware=[resolve],
    )
    faults = [error.original_error for error in result.errors or ()]
    assert not [fault for fault in faults if isinstance(fault, AssertionError)], faults


def checked(world: World, headers: Mapping[str, str], operation: RandomOperation, held: frozenset[str]) -> Json:
    note(operation.text)
    note(str(operation.variables))
    whole, _ = world.ask(world.staff("+".join(sorted(Permission))), operation)
    mine, calls = world.ask(headers, operation)
    assert set(refusals(mine).values()) <= {"FORBIDDEN", *refusals(whole).values()}
    assert [found for call in calls if (found := asks_for_refused(call, held))] == []
    compare(operation, mine["data"], whole["data"], held)
    return mine


@given(operation=of_one() | of_several(), grant=st.sampled_from(sorted(GRANTS)))
@settings(deadline=None, max_examples=2_000 if NIGHTLY else 60, phases=PHASES, suppress_health_check=SLOW)
def test_staff_see_what_they_hold_a_permission_for(world: World, operation: RandomOperation, grant: str) -> None:
    mine = checked(world, world.staff(grant), operation, GRANTS[grant])
    assert not {path for path, code in refusals(mine).items() if code == "FORBIDDEN" and "." not in path}


@given(
    operation=of_one() | of_several(),
    grant=st.sampled_from(sorted(GRANTS)),
    whose=st.integers(0, 9),
    by_id=st.booleans(),
)
@settings(deadline=None, max_examples=2_000 if NIGHTLY else 80, phases=PHASES, suppress_health_check=SLOW)
def test_a_member_sees_themselves(
    world: World, operation: RandomOperation, grant: str, whose: int, by_id: bool
) -> None:
    everybody = [who for many in operation.roots.values() for who in many]
    me = everybody[whose % len(everybody)]
    claims: Json = {"scope": grant.replace("+", " "), "email": "me@self.example"}
    if me.kind in CLAIMS:
        claims[CLAIMS[me.kind]] = me.value
    if by_id and me.id is not None:
        claims["customer"] = str(me.id)
    mine = checked(world, world.guarded.member(**claims), operation, GRANTS[grant])
    for key, many in operation.roots.items():
        found = mine["data"].get(key, ...)
        if found is ...:
            continue
        for place, who in enumerate(many):
            shown = found[place] if isinstance(found, list) else found
            if not (who.kind in CLAIMS and said(claims, who)):
                assert shown is None
                assert refusals(mine)[f"{key}.{place}" if isinstance(found, list) else key] == "FORBIDDEN"
            elif who.ordinary:
                assert shown is not None
    calls = str(world.guarded.gateway.calls())
    selves = [who for who in everybody if said(claims, who)]
    theirs = {who.value for who in selves} | {str(who.id) for who in selves}  # V1.1 is asked by the id that V2 told
    theirs |= {str(who.survivor.id) for who in selves if who.id is not None}  # who was merged is their survivor
    for who in everybody:
        if who.value not in theirs and len(who.value) > 5:
            assert who.value not in calls


def said(claims: Json, who: Who) -> bool:
    """Whether the claims name somebody in the same way."""
    told = str(claims.get(CLAIMS.get(who.kind, ""), ""))
    return who.source == "INSTORE" and told.casefold() == who.value.casefold()

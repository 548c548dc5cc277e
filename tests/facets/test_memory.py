"""What planning remembers is bounded, whatever callers select: an upper bound on its memory, in bytes."""

import gc
import os
import random
import tracemalloc
from collections.abc import Iterator

import pytest

from gateway.facets import parameters, planner, plans
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import COUPONS, GAP_TO_RENEW, GAP_TO_UPGRADE
from gateway.facets.facet import Address, Facet, Identifier, IdentifierKind, Need
from tests.support.facets import EXAMPLES, SEEDS

MOST_BYTES = 8 * 2**20
"""What all that planning remembers comes to, in all tests here."""
PLANS = 400 if os.environ.get("GATEWAY_TESTS_NIGHTLY") == "1" else 40
"""Forty fill what is largest; costs and plans, 3 MB together, are full in the long proof only."""
CACHES = {
    found: name
    for module in (parameters, planner, plans)
    for name, found in vars(module).items()
    if hasattr(found, "cache_parameters")
}


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    for found in CACHES:
        found.cache_clear()


def selections(times: int) -> Iterator[frozenset[Facet]]:
    """Wide ones, no two alike: callers choose days and numbers."""
    draw = random.Random(1)  # noqa: S311 - a test, not a secret
    for number in range(times):
        some = draw.sample(EXAMPLES, draw.randint(10, len(EXAMPLES)))
        chosen = (GAP_TO_RENEW(days=number % 3650), GAP_TO_UPGRADE(days=number % 3001), COUPONS(limit=number % 997))
        yield frozenset([*some, *chosen])


def planned(capabilities: Capabilities, wanted: frozenset[Facet]) -> None:
    plans.planned((Need(Address((Identifier(IdentifierKind.MOBILE, "919800000001"),)), wanted),), capabilities)


def test_nothing_is_remembered_without_a_bound() -> None:
    assert {name: found.cache_parameters()["maxsize"] for found, name in CACHES.items()} == {
        "sources": parameters.FACETS,
        "source": parameters.FACETS,
        "ways": parameters.SETS,
        "readers": parameters.SETS,
        "slot": parameters.FACETS,
        "parameters": parameters.SETS,
        "brought": parameters.SETS,
        "cost": parameters.SETS,
        "packed": parameters.SETS,
        "_assignments": planner.ASSIGNMENTS,
        "_planned": plans.MOST,
    }


def test_random_wide_selections_take_no_more_than_the_stated_bytes() -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for wanted in selections(PLANS):
            planned(SEEDS, wanted)
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    full = {name for found, name in CACHES.items() if found.cache_info().currsize == found.cache_info().maxsize}
    assert full >= {"parameters", "brought", "packed", "_assignments"}
    assert taken <= MOST_BYTES, f"{taken / 2**20:.1f} MB"

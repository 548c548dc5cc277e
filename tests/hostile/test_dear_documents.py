"""What the limits let through is cheap to judge too."""

import time
from contextlib import suppress

import pytest

from gateway.errors import LimitExceeded
from gateway.graphql.documents import Documents
from gateway.graphql.refusals import InvalidDocument
from gateway.settings.limits import LimitSettings
from resolvers.schema import build_schema
from tests.hostile.dear_documents import DOCUMENTS

SCHEMA = build_schema().schema
MOST_CPU_S = 0.25
"""Five times what is meant; the figures are for `bench/hostile.py --documents`."""


def cost(text: str, *, introspection: bool) -> float:
    """Seconds of CPU to judge a document for the first time. Raises `LimitExceeded`."""
    documents = Documents(SCHEMA, lambda _: None, LimitSettings(), introspection=introspection)
    started = time.process_time()
    with suppress(InvalidDocument):
        documents.get(text)
    return time.process_time() - started


@pytest.mark.parametrize("introspection", [False, True])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_within_the_limits_is_judged_for_little(name: str, introspection: bool) -> None:
    assert min(cost(DOCUMENTS[name], introspection=introspection) for _ in range(3)) < MOST_CPU_S


def test_the_search_kept_to_the_limits() -> None:
    refused: list[str] = []
    for name, text in DOCUMENTS.items():
        try:
            cost(text, introspection=True)
        except LimitExceeded as refusal:
            refused.append(f"{name}: {refusal.message}")
    assert refused == []

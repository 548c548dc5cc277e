"""The published events of upstream: all of them are read. A file in no table fails, so that none gets lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.webhooks.events import ADDING, CHANGING, Event, read
from tests.webhooks.payloads import ids

SAMPLES = Path(__file__).parents[3] / "shared" / "reference" / "samples"

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(),
    reason=f"THE CONTRACT WITH UPSTREAM'S EVENTS IS NOT CHECKED: the published ones are not at {SAMPLES}",
)

PUBLISHED = {
    "CouponIssue": ("78871533-bec4-457b-8dce-17bc38a5a2d1", "1231", ids(414935964), set[str]()),
    "cardUpdated": ("20384d37-3c03-4269-83c3-8f8585d8dd06", "150060", ids(), {"event0000000000010210card"}),
    "customerAdded": ("81b1f0ce-8119-4826-9cca-610bd31d4038", "150698", ids(164875382), set[str]()),
    "customerSubscription": ("EDEL", "9907", ids(3035), set[str]()),
    "customerUpdated": ("EVT_12345", "1001", ids(12345), set[str]()),
    "loyaltyCustomerMerge": (None, "150014", ids(163879182, 163879181), set[str]()),
    "partnerProgramLinked": ("1b049b7f-9363-464c-beaf-0c7c2f1f8a12", "151197", ids(6809254), set[str]()),
    "pointsIssued": ("a5557ce1-e364-4688-b7ed-f6e3324580b3", "150956", ids(87884897), set[str]()),
    "pointsRedeemed": ("3b231837-db52-48cb-a405-cc162f2e1bd6", "150098", ids(161943766), set[str]()),
    "tierRenewed": ("ccf65d56-1e34-4282-b9ad-8fe3fe558b74", "50952", ids(379499720), set[str]()),
    "tierUpgraded": ("ccf65d56-1e34-4282-b9ad-8fe3fe558b74", "50952", ids(379499720), set[str]()),
}
"""Event: its id, organisation, customers and cards. Each of them changes what we keep."""


def files() -> set[str]:
    return {path.stem.removeprefix("webhook_") for path in SAMPLES.glob("webhook_*")}


def content(name: str, **how: Any) -> Any:
    return json.loads((SAMPLES / f"webhook_{name}.json").read_text(), **how)


def test_every_published_event_is_in_the_table() -> None:
    assert files() == set(PUBLISHED)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
@pytest.mark.parametrize("numbers", [{}, {"parse_int": str, "parse_float": str}], ids=["numbers", "texts"])
def test_a_published_event_is_read(name: str, numbers: dict[str, Any]) -> None:
    event_id, organisation, customers, cards = PUBLISHED[name]
    expected = Event(
        name, event_id, organisation, customers, frozenset(cards), changes=name in CHANGING, adds=name in ADDING
    )
    assert read(content(name, **numbers)) == expected
    assert expected.changes

"""The page on an upstream that misbehaves names only what there is, and all of it."""

import re
from pathlib import Path
from typing import get_args

from gateway.settings import variables
from gateway.telemetry.events import Event
from gateway.upstream import policy

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/resilience.md").read_text()
SETTINGS = {variable.removeprefix("GATEWAY_UPSTREAM__") for variable, _, _ in variables()}


def test_every_setting_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(?:GATEWAY_UPSTREAM__)?([A-Z]+_[A-Z_]+|[A-Z]{5,})`", PAGE))
    assert named - {"UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE", "OVERLOADED"} <= SETTINGS
    assert {"ATTEMPTS", "HEDGE", "QUEUE_S"} <= named


def test_the_page_names_every_setting_of_the_policy() -> None:
    renamed = {"facet_open_s": "PART_OPEN_S", "in_flight": "MAX_IN_FLIGHT", "timeout_s": "DEADLINE_S"}
    renamed |= {"per_second": "CALLS_PER_SECOND", "per_minute": "CALLS_PER_MINUTE"}
    fields = [renamed.get(name, name.upper()) for name in policy.Policy.__dataclass_fields__]
    assert [name for name in fields if name not in PAGE] == []


def test_the_page_names_events_that_there_are() -> None:
    named = set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE))
    assert named <= {event.__name__ for event in get_args(Event)}
    assert len(named) == 7


def test_every_page_that_it_links_to_exists() -> None:
    assert all((ROOT / "docs" / link).exists() for link in re.findall(r"\]\(([^)#]+)\)", PAGE))

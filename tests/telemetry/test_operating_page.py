"""The page on operating names only what there is."""

import re
from pathlib import Path
from typing import get_args

from gateway.errors import Code
from gateway.settings import variables
from gateway.telemetry.events import Event, WebhookOutcome
from gateway.telemetry.metrics import GAUGES, Metrics
from gateway.telemetry.requests import RequestAnswered, RequestOutcome

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "operating.md").read_text()


def readable() -> set[str]:
    """Every name by which Prometheus knows a number of ours."""
    found = set(GAUGES)
    for family in Metrics().registry.collect():
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "info": ["_info"]}
        found |= {family.name + suffix for suffix in suffixes.get(family.type, [""])}
    return found


def test_every_metric_of_the_page_exists() -> None:
    named = set(re.findall(r"\bgateway_[a-z_]+", PAGE))
    assert named - readable() == set()
    assert len(named) > 12


def test_every_label_of_the_page_exists() -> None:
    labels = Metrics().registry.labels
    for name, selector in re.findall(r"\b(gateway_[a-z_]+)\{([^}]*)\}", PAGE):
        base = re.sub(r"_(total|bucket|sum|count)$", "", name)
        assert set(re.findall(r"(\w+)=~?\"", selector)) <= set(labels[base]), name


def test_every_value_of_a_label_on_the_page_exists() -> None:
    values = re.findall(r"\b(?:outcome|code)=~?\"([^\"]*)\"", PAGE)
    known = {*map(str, RequestOutcome), *map(str, WebhookOutcome), *map(str, Code)}
    assert {part for value in values for part in value.replace("\\", "").split("|")} <= known
    assert len(values) > 3


def test_every_setting_of_the_page_exists_and_all_of_telemetry_are_on_it() -> None:
    named, known = set(re.findall(r"\bGATEWAY_[A-Z0-9_]+", PAGE)), {variable for variable, _, _ in variables()}
    assert named <= known
    about = ("GATEWAY_METRICS__", "GATEWAY_TRACES__", "GATEWAY_LOG_LEVEL")
    assert {name for name in known if name.startswith(about)} <= named


def test_every_event_of_the_page_exists() -> None:
    named = set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)`", PAGE)) - {"LibraryLogged"}
    assert named <= {kind.__name__ for kind in get_args(Event)}
    assert "RequestAnswered" in named


def test_every_field_of_a_request_s_line_is_explained() -> None:
    fields = RequestAnswered("0", 0.0, trace_id="1", caller="2", tenant="3").fields()
    assert [name for name in fields if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE] == []
    assert [outcome.value for outcome in RequestOutcome if f"`{outcome.value}`" not in PAGE] == []


def test_every_page_that_it_links_to_exists() -> None:
    assert all((DOCS / link).exists() for link in re.findall(r"\]\(([^)#]+)\)", PAGE))

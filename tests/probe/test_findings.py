"""How findings are told: a table for people, JSON for programs, an environment file for the gateway."""

import json
import re
from typing import Any

import pytest

from gateway.facets.catalog import CARDS, GAP_TO_RENEW, POINTS, POINTS_V2, PROGRAM, SLAB_HISTORY
from gateway.facets.facet import Endpoint, Facet, Source
from gateway.facets.parameters import Parameters
from gateway.probe.findings import Answered, Came, Findings, Setting
from gateway.sandbox import create_sandbox
from tests.probe.support import ASHA, probed

NONE = Parameters((), ())
SEEN = Setting("GATEWAY_UPSTREAM__GAPS", "flags", "V2 tells the same gaps as V1.1")
UNSEEN = Setting("GATEWAY_UPSTREAM__ONLY_CURRENT_PROFILE", None, "the customer has one profile only")


def answered(
    sent: Parameters = NONE,
    *,
    endpoint: Endpoint = Endpoint.V2,
    left_out: Parameters = NONE,
    milliseconds: float = 12.4,
    size: int = 2000,
    added: int = 0,
    facets: dict[Facet, Came] | None = None,
    problem: str | None = None,
) -> Answered:
    return Answered(endpoint, sent, left_out, milliseconds, size, added, facets or {}, problem)


PLAIN = answered(facets={POINTS(): Came.SOMETHING})
TOLD = Findings(
    [
        answered(endpoint=Endpoint.V1, facets={SLAB_HISTORY(): Came.UNREADABLE}),
        PLAIN,
        answered(
            Parameters(("mlp", "points"), (("gapToRenew", "0"),)),
            milliseconds=1234.5,
            size=81_234,
            added=79_234,
            facets={POINTS_V2(): Came.PARTLY, GAP_TO_RENEW(days=0): Came.SOMETHING, POINTS(): Came.NOTHING},
        ),
        answered(left_out=Parameters(("ignoreCardDetails",), ()), size=0, added=-2000, problem="Upstream is down."),
    ],
    [SEEN, UNSEEN],
)


@pytest.mark.parametrize(
    ("sent", "left_out", "shown"),
    [
        (NONE, NONE, "(plain)"),
        (Parameters(("mlp",), ()), NONE, "embed=mlp"),
        (Parameters(("gapDetails", "mlp"), (("a", "1"), ("b", "2"))), NONE, "embed=gapDetails,mlp a=1 b=2"),
        (NONE, Parameters(("ignoreCardDetails",), ()), "without embed=ignoreCardDetails"),
        (Parameters((), (("mlp", "true"),)), Parameters((), (("notes", "false"),)), "mlp=true without notes=false"),
    ],
)
def test_a_call_is_shown_by_how_it_differs_from_the_plain_one(
    sent: Parameters, left_out: Parameters, shown: str
) -> None:
    assert answered(sent, left_out=left_out).shown == shown


def test_the_table_is_one_for_each_endpoint_and_the_settings() -> None:
    assert TOLD.table() == (
        "V2                                   ms       bytes        added  facets\n"
        "(plain)                              12       2,000           +0  POINTS\n"
        "embed=mlp,points gapToRenew=0      1234      81,234      +79,234  "
        "GAP_TO_RENEW, POINTS (nothing came), POINTS_V2 (upstream could not bring it)\n"
        "without embed=ignoreCardDetails      12           0       -2,000  Upstream is down.\n"
        "\n"
        "V1.1         ms       bytes        added  facets\n"
        "(plain)      12       2,000           +0  SLAB_HISTORY (came, but is not readable as documented)\n"
        "\n"
        "Capabilities\n"
        "GATEWAY_UPSTREAM__GAPS=flags  (V2 tells the same gaps as V1.1)\n"
        "\n"
        "Not to be seen with this customer\n"
        "GATEWAY_UPSTREAM__ONLY_CURRENT_PROFILE: the customer has one profile only\n"
    )


def test_an_endpoint_without_answers_and_a_probe_without_questions_have_no_heading() -> None:
    table = Findings([PLAIN], [SEEN]).table()
    assert table.startswith("V2")
    assert "V1.1  " not in table
    assert "Not to be seen" not in table


@pytest.mark.parametrize(
    ("milliseconds", "size", "added"),
    [
        (0.4, 0, -999),
        (119_999.6, 999_999, 99_999),
        (1, 999_999, 999_999),
        (1, 1_000_000, 1),
        (1, 16_777_216, 16_000_000),
    ],
)
def test_figures_stand_under_their_headings(milliseconds: float, size: int, added: int) -> None:
    head, *rows = (
        Findings([PLAIN, answered(milliseconds=milliseconds, size=size, added=added, facets=dict(PLAIN.facets))], [])
        .table()
        .splitlines()[:3]
    )
    for heading in ("ms", "bytes", "added"):
        end = head.index(heading) + len(heading)
        assert [row[end - 1 : end + 2] for row in rows if not re.fullmatch(r"\d  ", row[end - 1 : end + 2])] == []
    assert [row.index("POINTS") for row in rows] == [head.index("facets")] * 2


# --- settings ---


def test_what_was_seen_is_a_setting_and_what_was_not_is_a_comment() -> None:
    assert TOLD.as_settings() == (
        "GATEWAY_UPSTREAM__GAPS=flags\n# GATEWAY_UPSTREAM__ONLY_CURRENT_PROFILE: the customer has one profile only\n"
    )


def test_no_findings_are_an_empty_file() -> None:
    assert Findings([], []).as_settings() == ""


# --- JSON ---


def test_everything_is_told_as_json() -> None:
    told = json.loads(json.dumps(TOLD.as_json()))
    assert told["settings"] == {SEEN.variable: "flags", UNSEEN.variable: None}
    assert told["answers"][2] == {
        "endpoint": "V2",
        "embeds": ["mlp", "points"],
        "flags": {"gapToRenew": "0"},
        "without": [],
        "ms": 1234.5,
        "bytes": 81_234,
        "added": 79_234,
        "facets": {
            "GAP_TO_RENEW(days=0)": "came",
            "POINTS": "nothing came",
            "POINTS_V2": "upstream could not bring it",
        },
        "problem": None,
    }
    assert [one["problem"] for one in told["answers"]] == [None, None, None, "Upstream is down."]
    assert told["answers"][3]["without"] == ["embed=ignoreCardDetails"]


def test_facets_are_told_by_name_and_arguments_in_order() -> None:
    facets = {
        PROGRAM(program_id="1002"): Came.SOMETHING,
        CARDS(): Came.NOTHING,
        PROGRAM(program_id="1001"): Came.PARTLY,
    }
    (one,) = Findings([answered(facets=facets)], []).as_json()["answers"]
    assert list(one["facets"]) == ["CARDS", "PROGRAM(program_id=1001)", "PROGRAM(program_id=1002)"]


# --- nobody is named ---

OF_ASHA = ["100000001", "919800000001", "asha", "rao@", "EXT-0001", "CAPD0000", "wallet-0101", "5200001"]
OF_NOOR = ["100000072", "919800000072", "noor", "haddad", "EXT-0072", "-sandbox-0072", "line-main", "5200072"]


@pytest.mark.parametrize(
    ("customer", "chosen", "named"),
    [
        (ASHA, {}, OF_ASHA),
        ("id=100000001", {}, OF_ASHA),
        ("email=asha.rao@example.com", {}, OF_ASHA),
        ("cardNumber=CAPD0000000101", {}, OF_ASHA),
        ("line=line-sandbox-0072", {"source": Source.LINE, "account": "line-main"}, OF_NOOR),
    ],
)
@pytest.mark.parametrize("by_id", ["path", "none"])
async def test_findings_do_not_name_the_customer(
    customer: str, chosen: dict[str, Any], named: list[str], by_id: Any
) -> None:
    findings = (await probed(customer, create_sandbox(by_id=by_id), **chosen)).findings
    told = "\n".join([findings.table(), findings.as_settings(), json.dumps(findings.as_json())]).lower()
    assert [name for name in named if name.lower() in told] == []

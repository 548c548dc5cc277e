"""`gateway probe`: what it prints and writes, and with which status it ends."""

import json
import os
import re
import sys
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from gateway import cli
from gateway.facets.facet import IdentifierKind, Source
from gateway.sandbox import EndpointFault, Faults, create_sandbox
from gateway.settings import load
from tests.cli.support import CommandLine, free_port, listening

ASHA = ("--customer", "mobile=919800000001")
SECRETS = ("919800000001", "hunter2", "till.sandbox", "127.0.0.1", "Traceback")
WATCHED = "No GATEWAY_UPSTREAM__BASE_URL: probing the sandbox.\n"


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    """The faults of the sandbox that the command will probe."""
    sandbox = create_sandbox()
    monkeypatch.setattr(cli, "create_sandbox", lambda: sandbox)
    return sandbox.faults


def words(text: str) -> str:
    """A text of the command line without its frames and line ends."""
    return re.sub(r"[\s│╭╮╰╯─]+", " ", text)


# --- what is asked for ---


def test_the_help_says_what_is_asked_what_comes_of_it_and_what_it_costs(gateway_command: CommandLine) -> None:
    told = words(gateway_command("probe", "--help").out)
    for piece in ("one facet at a time", "capabilities of the organisation", "sixty upstream calls", "KIND=VALUE"):
        assert piece in told
    for option in ("--customer", "--source", "--account", "--write", "--json"):
        assert re.search(rf"{option} .*[A-Z][a-z ]+.*\.", told), option


def test_the_help_names_every_kind(gateway_command: CommandLine) -> None:
    told = gateway_command("probe", "--help").out
    assert [kind for kind in IdentifierKind if kind not in told] == []


def test_a_customer_is_required(gateway_command: CommandLine) -> None:
    ran = gateway_command("probe")
    assert (ran.code, ran.out) == (2, "")
    assert "--customer" in ran.err


@pytest.mark.parametrize(
    "customer", ["", "919800000001", "mobile", "phone=919800000001", "=919800000001", "Mobile=1", "identifiers=1"]
)
def test_a_customer_of_no_kind_is_refused_with_the_kinds(gateway_command: CommandLine, customer: str) -> None:
    ran = gateway_command("probe", "--customer", customer)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("--customer: ")
    assert [kind for kind in IdentifierKind if kind not in ran.err] == []
    assert "919800000001" not in ran.err


@pytest.mark.parametrize(
    ("customer", "problem"),
    [
        ("mobile=", "is empty"),
        ("mobile=hunter2", "is not a mobile number"),
        ("id=hunter2", "is not a customer id"),
        ("email=hunter2", "is not an email address"),
        ("externalId=hunter2,3", "contains a comma"),
        (f"externalId={'hunter2' * 30}", "is longer than 200 characters"),
    ],
)
def test_a_value_that_cannot_be_is_named_and_not_repeated(
    gateway_command: CommandLine, customer: str, problem: str
) -> None:
    ran = gateway_command("probe", "--customer", customer)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"--customer.{customer.partition('=')[0]}: {problem}")
    assert "hunter2" not in ran.err


def test_a_source_that_there_is_not_is_refused_with_those_there_are(gateway_command: CommandLine) -> None:
    ran = gateway_command("probe", *ASHA, "--source", "SHOP")
    assert (ran.code, ran.out) == (2, "")
    assert "--source" in ran.err
    assert [source for source in Source if source not in words(ran.err)] == []


def test_an_account_of_a_source_without_accounts_is_refused(gateway_command: CommandLine) -> None:
    ran = gateway_command("probe", *ASHA, "--account", "main")
    assert (ran.code, ran.out) == (2, "")
    assert "INSTORE has no accounts" in ran.err


def test_the_account_is_named_by_its_option(gateway_command: CommandLine) -> None:
    assert gateway_command("probe", *ASHA, "--account", "main").err.startswith("--account: ")


# --- what is told ---


def test_a_table_is_printed_for_people(gateway_command: CommandLine) -> None:
    ran = gateway_command("probe", *ASHA)
    lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, WATCHED)
    assert [line.split()[0] for line in lines if line.endswith("  facets")] == ["V2", "V1.1"]
    assert "GATEWAY_UPSTREAM__GAPS=flags  (V2 tells the same gaps as V1.1)" in lines
    assert lines[-2] == "Not to be seen with this customer"
    assert "919800000001" not in ran.out


def test_everything_is_printed_as_json_for_programs(gateway_command: CommandLine) -> None:
    ran = gateway_command("probe", *ASHA, "--json")
    told = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, WATCHED)
    assert told["settings"]["GATEWAY_UPSTREAM__V2_BY_ID"] == "path"
    assert {one["endpoint"] for one in told["answers"]} == {"V2", "V1.1"}
    assert "919800000001" not in ran.out


def test_another_source_is_probed_by_its_account(gateway_command: CommandLine) -> None:
    at_line = ("--source", "LINE", "--account", "line-main")
    ran = gateway_command("probe", "--customer", "line=line-sandbox-0072", *at_line)
    assert (ran.code, ran.err) == (0, WATCHED)
    assert "GATEWAY_UPSTREAM__ONLY_CURRENT_PROFILE=true" in ran.out


def test_what_is_asked_is_shown_to_somebody_who_watches(
    gateway_command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    ran = gateway_command("probe", *ASHA, "--json")
    first, *asking, last = ran.err.split("\r\x1b[K")
    assert (first, last) == (WATCHED, "")
    assert len(asking) > 50
    shown = re.compile(r"asking \((\d+)\)  (V2|V1\.1)  [A-Z0-9_, ]{1,60}")
    assert [shown.fullmatch(one) and int(shown.fullmatch(one)[1]) for one in asking] == list(range(1, len(asking) + 1))
    assert "919800000001" not in ran.err
    assert json.loads(ran.out)["answers"]


# --- the file ---


def written(file: Path) -> dict[str, str]:
    """The variables that the file sets; every other line must be a comment."""
    lines = [line for line in file.read_text().splitlines() if not line.startswith("# GATEWAY_UPSTREAM__")]
    assert [line for line in lines if not re.fullmatch(r"GATEWAY_UPSTREAM__[A-Z0-9_]+=[\w,]+", line)] == []
    return dict(line.split("=", 1) for line in lines)


def test_the_file_is_one_that_a_gateway_starts_with(
    gateway_command: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "capabilities.env"
    file.write_text("OLD=1\n" * 100)
    ran = gateway_command("probe", *ASHA, "--write", str(file))
    assert (ran.code, ran.err) == (0, f"{WATCHED}Wrote {file}.\n")
    found = written(file)
    assert len(found) == 6
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    upstream = load(os.environ, {}).upstream
    assert {
        name: str(getattr(upstream, name.removeprefix("GATEWAY_UPSTREAM__").lower())).lower() for name in found
    } == {name: value.lower() for name, value in found.items()}
    assert (upstream.gaps, upstream.only_current_profile) == ("flags", False)


def test_the_file_is_written_beside_json_too(gateway_command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "capabilities.env"
    ran = gateway_command("probe", *ASHA, "--json", "--write", str(file))
    told = {name: value for name, value in json.loads(ran.out)["settings"].items() if value is not None}
    assert written(file) == told


def test_no_file_is_written_where_nobody_was_found(gateway_command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "capabilities.env"
    ran = gateway_command("probe", "--customer", "id=199999999", "--write", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert not file.exists()


@pytest.mark.parametrize("name", ["missing/capabilities.env", "."])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_asked(
    gateway_command: CommandLine, tmp_path: Path, name: str
) -> None:
    ran = gateway_command("probe", *ASHA, "--write", str(tmp_path / name))
    assert (ran.code, ran.out) == (2, "")
    assert "--write" in ran.err


# --- what goes wrong ---

FAULTS = {
    "down": ({"status": 503}, "Upstream answered with HTTP status 503."),
    "refusing": ({"status": 401}, "Upstream refused the gateway's credential."),
    "refusing in XML": ({"xml_auth": True}, "Upstream refused the gateway's credential."),
    "too busy": ({"status": 429}, "Upstream refused the call because there were too many."),
    "slow": ({"delay_s": 600}, "Upstream did not answer in time."),
}


@pytest.mark.parametrize(("fault", "message"), FAULTS.values(), ids=FAULTS)
def test_an_upstream_that_fails_is_one_line_and_status_2(
    gateway_command: CommandLine, faults: Faults, fault: dict[str, float], message: str
) -> None:
    faults.v1_get = faults.v2_lookup = EndpointFault(**fault)  # type: ignore[arg-type]
    ran = gateway_command("probe", *ASHA, UPSTREAM__TIMEOUT_S="0.05" if "delay_s" in fault else "10")
    assert (ran.code, ran.out, ran.err) == (2, "", f"{WATCHED}{message}\n")


@pytest.mark.parametrize("customer", ["mobile=919812345678", "mobile=919800000019", "id=199999999"])
def test_a_customer_whom_nobody_knows_is_one_line_and_status_2(gateway_command: CommandLine, customer: str) -> None:
    ran = gateway_command("probe", "--customer", customer)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"{WATCHED}Upstream knows no such customer; try another one.\n"


class Flaky:
    """A sandbox that refuses one request."""

    def __init__(self, number: int) -> None:
        self._sandbox = create_sandbox()
        self._left = number

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._left -= 1
        answer = self._sandbox if self._left else PlainTextResponse("try again later", 503)
        await answer(scope, receive, send)


def test_a_single_call_that_fails_is_a_row_with_its_problem(
    gateway_command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plainly = gateway_command("probe", *ASHA).out.splitlines()
    monkeypatch.setattr(cli, "create_sandbox", lambda: Flaky(20))
    ran = gateway_command("probe", *ASHA)
    lines = ran.out.splitlines()
    failed = [number for number, line in enumerate(lines) if line.endswith("  Upstream answered with HTTP status 503.")]
    assert (ran.code, ran.err, len(failed)) == (0, WATCHED, 1)
    assert [re.sub(r" +\d+  ", "  ", line, count=1) for line in lines[: failed[0]] + lines[failed[0] + 1 :]] == [
        re.sub(r" +\d+  ", "  ", line, count=1) for line in plainly[: failed[0]] + plainly[failed[0] + 1 :]
    ]


def test_an_upstream_where_nobody_listens_is_one_line_and_status_2(gateway_command: CommandLine) -> None:
    settings = {"USERNAME": "till.sandbox", "PASSWORD": "hunter2", "BASE_URL": f"http://127.0.0.1:{free_port()}"}
    ran = gateway_command("probe", *ASHA, **{f"UPSTREAM__{name}": value for name, value in settings.items()})
    assert (ran.code, ran.out, ran.err) == (2, "", "Upstream could not be reached.\n")


def test_a_credential_that_is_incomplete_is_told_before_anything_is_asked(gateway_command: CommandLine) -> None:
    ran = gateway_command("probe", *ASHA, UPSTREAM__BASE_URL="https://up.example", UPSTREAM__PASSWORD="hunter2")
    assert (ran.code, ran.out) == (2, "")
    assert "GATEWAY_UPSTREAM__USERNAME" in ran.err
    assert "hunter2" not in ran.err


def test_a_real_upstream_is_probed_over_its_address_and_its_refusal_is_told(gateway_command: CommandLine) -> None:
    port = free_port()
    upstream = {"UPSTREAM__BASE_URL": f"http://127.0.0.1:{port}", "UPSTREAM__USERNAME": "till.sandbox"}
    with listening("sandbox", "--port", str(port), port=port, ready="/_sandbox") as process:
        found = gateway_command("probe", *ASHA, "--json", **upstream, UPSTREAM__PASSWORD="sandbox")
        asked = process.http.get("/_sandbox/requests").json()
        refused = gateway_command("probe", *ASHA, **upstream, UPSTREAM__PASSWORD="hunter2")
    assert (found.code, found.err) == (0, "")
    assert json.loads(found.out)["settings"]["GATEWAY_UPSTREAM__GAPS"] == "flags"
    assert 50 < len(asked) < 75
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "Upstream refused the gateway's credential.\n"
    assert [secret for secret in SECRETS if secret in found.out + found.err + refused.err] == []

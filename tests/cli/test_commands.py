"""The commands: what they print, and with which status they end."""

import json
from pathlib import Path

import pytest

from tests.cli.support import ROOT, CommandLine, Listens

COMMANDS = ("serve", "dev", "sandbox", "schema", "explain", "probe", "key")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(gateway_command: CommandLine, command: str) -> None:
    ran = gateway_command(command, "--help")
    assert ran.code == 0
    assert f"gateway {command}" in ran.out
    assert len(ran.out.split("Options")[0].splitlines()) > 3


def test_the_help_names_every_command(gateway_command: CommandLine) -> None:
    ran = gateway_command("--help")
    assert ran.code == 0
    assert [command for command in COMMANDS if f" {command} " not in ran.out] == []


def test_no_command_is_a_question_for_help(gateway_command: CommandLine) -> None:
    ran = gateway_command()
    assert "Usage" in ran.out + ran.err
    assert ran.code in (0, 2)


def test_an_unknown_command_is_refused(gateway_command: CommandLine) -> None:
    ran = gateway_command("sevre")
    assert ran.code == 2
    assert "sevre" in ran.err


# --- schema ---


def test_the_schema_is_printed(gateway_command: CommandLine) -> None:
    ran = gateway_command("schema")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (ROOT / "schema.graphql").read_text()


def test_the_schema_in_the_repository_is_the_schema(gateway_command: CommandLine) -> None:
    ran = gateway_command("schema", "--check", str(ROOT / "schema.graphql"))
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_schema_that_differs_is_told_line_by_line(gateway_command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "old.graphql"
    file.write_text((ROOT / "schema.graphql").read_text().replace("  slabHistory: [SlabChange!]\n", "  slabs: Int\n"))
    ran = gateway_command("schema", "--check", str(file))
    assert ran.code == 1
    assert "-  slabs: Int\n" in ran.err
    assert "+  slabHistory: [SlabChange!]\n" in ran.err
    assert f"gateway schema > {file}" in ran.err


@pytest.mark.parametrize("text", [None, ""])
def test_a_schema_that_is_not_there_differs(gateway_command: CommandLine, tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "new.graphql"
    if text is not None:
        file.write_text(text)
    ran = gateway_command("schema", "--check", str(file))
    assert ran.code == 1
    assert "+type Query {" in ran.err


# --- explain ---


@pytest.fixture
def operation(tmp_path: Path) -> Path:
    file = tmp_path / "operation.graphql"
    file.write_text("query($m: String!) { customer(by: {mobile: $m}) { firstName cards { type } slabHistory { to } } }")
    return file


MOBILE = json.dumps({"m": "919800000001"})


def test_a_plan_is_printed_for_people(gateway_command: CommandLine, operation: Path) -> None:
    ran = gateway_command("explain", str(operation), "--variables", MOBILE)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "2 upstream calls"
    assert "1. V2  GET /v2/customers/lookup/customerDetails  wave 1" in lines
    assert "2. V1.1  GET /v1.1/customer/get  wave 1" in lines
    assert "   slab_history=true" in lines
    assert [line.split() for line in lines if "SLAB_HISTORY" in line] == [["SLAB_HISTORY", "customer.slabHistory"]]
    assert "919800000001" not in ran.out


def test_a_plan_is_printed_for_programs(gateway_command: CommandLine, operation: Path) -> None:
    ran = gateway_command("explain", str(operation), "--variables", MOBILE, "--json")
    plan = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert [call["endpoint"] for call in plan["calls"]] == ["V2", "V1.1"]
    assert plan["cache"]["hit"] == []
    assert "919800000001" not in ran.out


def test_one_call_is_told_in_the_singular(gateway_command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "one.graphql"
    file.write_text('{ customer(by: {id: "1"}) { __typename } }')
    ran = gateway_command("explain", str(file))
    assert ran.out.splitlines()[0] == "1 upstream call"
    assert "(that the customer exists)" in ran.out


def test_an_operation_that_asks_for_nobody_costs_no_call(gateway_command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "none.graphql"
    file.write_text("{ __typename }")
    assert gateway_command("explain", str(file)).out == "0 upstream calls\n"


@pytest.mark.parametrize("variables", ["{", "nonsense", "", "{'m': 1}"])
def test_variables_that_are_no_json_are_refused(gateway_command: CommandLine, operation: Path, variables: str) -> None:
    ran = gateway_command("explain", str(operation), "--variables", variables)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "--variables: is not JSON\n"


@pytest.mark.parametrize("variables", ["[]", "1", '"m"', "null", "[[1, 2]]"])
def test_variables_that_are_no_object_are_refused(
    gateway_command: CommandLine, operation: Path, variables: str
) -> None:
    ran = gateway_command("explain", str(operation), "--variables", variables)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("--variables: ")


@pytest.mark.parametrize(
    "text", ["{ nothing }", "{", "", '{ customer(by: {id: "1"}) { gapToRenew(inDays: -1) { programId } } }']
)
def test_an_operation_that_cannot_be_is_an_error(gateway_command: CommandLine, tmp_path: Path, text: str) -> None:
    file = tmp_path / "wrong.graphql"
    file.write_text(text)
    ran = gateway_command("explain", str(file))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: ")


def test_a_missing_variable_is_an_error(gateway_command: CommandLine, operation: Path) -> None:
    ran = gateway_command("explain", str(operation))
    assert ran.code == 1
    assert "$m" in ran.err


def test_a_customer_who_cannot_be_is_an_error(gateway_command: CommandLine, tmp_path: Path) -> None:
    """Else the plan would be one of no calls, and nobody would know why."""
    file = tmp_path / "wrong.graphql"
    file.write_text('{ customer(by: {mobile: "x"}) { firstName } }')
    ran = gateway_command("explain", str(file))
    assert ran.code == 1
    assert "by.mobile" in ran.err


@pytest.mark.parametrize("name", ["missing.graphql", "."])
def test_a_file_that_is_none_is_refused(gateway_command: CommandLine, tmp_path: Path, name: str) -> None:
    ran = gateway_command("explain", str(tmp_path / name))
    assert ran.code == 2


def test_a_file_that_is_no_text_is_refused_without_a_stack(gateway_command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "binary.graphql"
    file.write_bytes(b"\xff\xfe{")
    ran = gateway_command("explain", str(file))
    assert ran.code in (1, 2)


# --- serve ---


UPSTREAM = {
    "UPSTREAM__BASE_URL": "https://up.example",
    "UPSTREAM__USERNAME": "till",
    "UPSTREAM__PASSWORD": "hunter2",
}


def test_serving_without_an_upstream_names_what_is_missing(gateway_command: CommandLine) -> None:
    ran = gateway_command("serve")
    assert (ran.code, ran.out) == (2, "")
    assert "GATEWAY_UPSTREAM__BASE_URL" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "gateway.example"])  # noqa: S104
def test_serving_others_without_asking_who_they_are_is_refused(gateway_command: CommandLine, host: str) -> None:
    ran = gateway_command("serve", HOST=host, **UPSTREAM)
    assert ran.code == 2
    assert ran.err.startswith("GATEWAY_HOST: ")
    assert "GATEWAY_AUTH__MODE" in ran.err


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_serving_this_machine_needs_no_callers_proof(gateway_command: CommandLine, host: str) -> None:
    with pytest.raises(Listens, match="8000"):
        gateway_command("serve", HOST=host, **UPSTREAM)


def test_serving_others_is_possible_where_something_else_asks(gateway_command: CommandLine) -> None:
    with pytest.raises(Listens, match=r"0\.0\.0\.0:9000"):
        gateway_command("serve", HOST="0.0.0.0", PORT="9000", AUTH__MODE="none", **UPSTREAM)  # noqa: S104


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])  # noqa: S104
def test_developing_where_others_reach_it_is_refused_too(gateway_command: CommandLine, host: str) -> None:
    """`dev` before a real upstream serves its customers as much as `serve` does."""
    ran = gateway_command("dev", HOST=host, **UPSTREAM)
    assert ran.code == 2
    assert ran.err.startswith("GATEWAY_HOST: ")


def test_a_password_without_a_name_is_refused(gateway_command: CommandLine) -> None:
    ran = gateway_command("serve", UPSTREAM__BASE_URL="https://up.example", UPSTREAM__PASSWORD="hunter2")
    assert ran.code == 2
    assert "username" in ran.err.lower()
    assert "hunter2" not in ran.err


# --- settings that cannot be ---

MISSPELT = [
    ("GATEWAY_UPSTREAM__BASEURL", "GATEWAY_UPSTREAM__BASE_URL"),
    ("GATEWAY_UPSTREAM_BASE_URL", "GATEWAY_UPSTREAM__BASE_URL"),
    ("GATEWAY_PORTS", "GATEWAY_PORT"),
    ("GATEWAY_CACHE__MAXBYTES", "GATEWAY_CACHE__MAX_BYTES"),
    ("gateway_loglevel", "GATEWAY_LOG_LEVEL"),
]


@pytest.mark.parametrize(("written", "meant"), MISSPELT)
@pytest.mark.parametrize("command", ["serve", "dev"])
def test_a_misspelt_variable_is_told_with_the_one_that_was_meant(
    gateway_command: CommandLine, monkeypatch: pytest.MonkeyPatch, command: str, written: str, meant: str
) -> None:
    monkeypatch.setenv(written, "hunter2")
    ran = gateway_command(command)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"{written}: there is no such setting; did you mean {meant}?\n"


def test_every_misspelt_variable_is_told_at_once(gateway_command: CommandLine) -> None:
    ran = gateway_command("serve", PROT="1", HOTS="2", ZZZZZZZZ="3")
    assert sorted(line.partition(":")[0] for line in ran.err.splitlines()) == [
        "GATEWAY_HOTS",
        "GATEWAY_PROT",
        "GATEWAY_ZZZZZZZZ",
    ]


INVALID = [
    ("PORT", "hunter2"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("LOG_LEVEL", "hunter2"),
    ("GRAPHIQL", "hunter2"),
    ("UPSTREAM__BASE_URL", "hunter2"),
    ("UPSTREAM__BASE_URL", "ftp://till:hunter2@up.example"),
    ("UPSTREAM__AUTH", "hunter2"),
    ("UPSTREAM__TIMEZONE", "Asia/hunter2"),
    ("UPSTREAM__TIMEZONE", "../../etc/hunter2"),
    ("UPSTREAM__TIMEOUT_S", "0"),
    ("UPSTREAM__TIMEOUT_S", "nan"),
    ("UPSTREAM__BATCH_SIZE", "101"),
    ("UPSTREAM__V2_BY_ID", "hunter2"),
    ("CACHE__URL", "ftp://:hunter2@cache"),
    ("CACHE__ENCRYPTION_KEYS", "hunter2"),
    ("WEBHOOKS__ORGANISATION", "hunter2"),
    ("CACHE__MAX_BYTES", "-1"),
    ("LIMITS__CUSTOMERS", "0"),
    ("LIMITS__DOCUMENT_TOKENS", "1e3"),
    ("AUTH__MODE", "hunter2"),
]


@pytest.mark.parametrize(("name", "value"), INVALID)
def test_an_invalid_value_is_named_and_not_repeated(gateway_command: CommandLine, name: str, value: str) -> None:
    ran = gateway_command("serve", **{**UPSTREAM, "UPSTREAM__PASSWORD": "other", name: value})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"GATEWAY_{name}: ")
    assert "hunter2" not in ran.err
    assert value not in ran.err.partition(":")[2] or value.lstrip("-").isdigit()
    assert "Traceback" not in ran.err


def test_every_invalid_value_is_told_at_once(gateway_command: CommandLine) -> None:
    ran = gateway_command("serve", PORT="x", LIMITS__CUSTOMERS="0", UPSTREAM__TIMEOUT_S="-1")
    assert sorted(line.partition(":")[0] for line in ran.err.splitlines()) == [
        "GATEWAY_LIMITS__CUSTOMERS",
        "GATEWAY_PORT",
        "GATEWAY_UPSTREAM__TIMEOUT_S",
    ]

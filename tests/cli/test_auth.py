"""Settings of callers, as an operator meets them: what is refused and how, and how a key is made."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Mapping

import pytest

from gateway.auth.api_keys import ApiKeys, new_key, parsed
from gateway.auth.callers import EVERYTHING, Permission, Staff
from gateway.facets.facet import IdentifierKind
from gateway.settings import Settings, load
from tests.auth.support import key_set
from tests.cli.support import ROOT, CommandLine, Listens

UPSTREAM = {"UPSTREAM__BASE_URL": "https://up.example", "UPSTREAM__USERNAME": "till", "UPSTREAM__PASSWORD": "hunter2"}
ENTRY = f"crm={'ab' * 32}:fraud"
TOKENS = {
    "AUTH__MODE": "jwt",
    "AUTH__JWT__ISSUER": "https://issuer.example",
    "AUTH__JWT__AUDIENCE": "loyalty",
    "AUTH__JWT__JWKS_URL": "https://issuer.example/jwks.json",
    "AUTH__JWT__IDENTIFIERS": "id=customer",
}


def without(*names: str, **others: str) -> dict[str, str]:
    return {name: value for name, value in {**TOKENS, **others}.items() if name not in names}


@pytest.mark.parametrize("command", ["serve", "dev"])
@pytest.mark.parametrize("settings", [TOKENS, {"AUTH__MODE": "api_key", "AUTH__API_KEYS": ENTRY}])
def test_where_callers_are_asked_the_gateway_serves_others(
    gateway_command: CommandLine, command: str, settings: Mapping[str, str]
) -> None:
    with pytest.raises(Listens, match=r"0\.0\.0\.0"):
        gateway_command(command, HOST="0.0.0.0", **UPSTREAM, **settings)  # noqa: S104


NEEDED = ("ISSUER", "AUDIENCE", "JWKS_URL", "STAFF or IDENTIFIERS")
INCOMPLETE = [
    ({"AUTH__MODE": "api_key"}, "GATEWAY_AUTH__MODE is api_key: set GATEWAY_AUTH__API_KEYS too"),
    (
        {"AUTH__MODE": "jwt"},
        f"GATEWAY_AUTH__MODE is jwt: set {' and '.join(f'GATEWAY_AUTH__JWT__{name}' for name in NEEDED)} too",
    ),
    (without("AUTH__JWT__ISSUER"), "set GATEWAY_AUTH__JWT__ISSUER too"),
    (without("AUTH__JWT__AUDIENCE"), "set GATEWAY_AUTH__JWT__AUDIENCE too"),
    (without(AUTH__JWT__AUDIENCE=" , "), "set GATEWAY_AUTH__JWT__AUDIENCE too"),
    (without("AUTH__JWT__JWKS_URL"), "set GATEWAY_AUTH__JWT__JWKS_URL too"),
    (without("AUTH__JWT__IDENTIFIERS"), "set GATEWAY_AUTH__JWT__STAFF or IDENTIFIERS too"),
    (without(AUTH__JWT__JWKS=key_set()), "GATEWAY_AUTH__JWT__JWKS_URL, GATEWAY_AUTH__JWT__JWKS: set one of them"),
    ({"AUTH__API_KEYS": ENTRY}, "GATEWAY_AUTH__API_KEYS: means nothing unless GATEWAY_AUTH__MODE is"),
    ({"AUTH__MODE": "none", "AUTH__API_KEYS": ENTRY}, "GATEWAY_AUTH__API_KEYS: means nothing unless"),
    (without("AUTH__MODE"), "GATEWAY_AUTH__JWT__AUDIENCE: means nothing unless GATEWAY_AUTH__MODE is jwt"),
    (
        {"AUTH__MODE": "api_key", "AUTH__API_KEYS": ENTRY, "AUTH__JWT__LEEWAY_S": "5"},
        "GATEWAY_AUTH__JWT__LEEWAY_S: means nothing unless GATEWAY_AUTH__MODE is jwt",
    ),
]


@pytest.mark.parametrize(("settings", "told"), INCOMPLETE)
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104
def test_settings_that_do_not_go_together_stop_the_start(
    gateway_command: CommandLine, settings: Mapping[str, str], told: str, host: str
) -> None:
    ran = gateway_command("serve", HOST=host, **UPSTREAM, **settings)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1
    assert "ab" * 32 not in ran.err


INVALID = [
    ("AUTH__API_KEYS", "hunter2"),
    ("AUTH__API_KEYS", f"{ENTRY},{ENTRY}"),
    ("AUTH__API_KEYS", f"{ENTRY}+hunter2"),
    ("AUTH__JWT__JWKS_URL", "hunter2"),
    ("AUTH__JWT__JWKS_URL", "http://issuer.example/jwks.json"),
    ("AUTH__JWT__JWKS_URL", "ftp://issuer.example/jwks.json"),
    ("AUTH__JWT__JWKS", "hunter2"),
    ("AUTH__JWT__JWKS", '{"keys": [{"kty": "oct", "k": "hunter2"}]}'),
    ("AUTH__JWT__ALGORITHMS", "HS256"),
    ("AUTH__JWT__ALGORITHMS", "RS256,none"),
    ("AUTH__JWT__ALGORITHMS", ","),
    ("AUTH__JWT__LEEWAY_S", "301"),
    ("AUTH__JWT__STAFF", "hunter2"),
    ("AUTH__JWT__STAFF", "scope="),
    ("AUTH__JWT__STAFF", "=hunter2"),
    ("AUTH__JWT__IDENTIFIERS", "hunter2"),
    ("AUTH__JWT__IDENTIFIERS", "id"),
    ("AUTH__JWT__IDENTIFIERS", "id=customer,phone=hunter2"),
    ("AUTH__JWT__MEMBER_PERMISSIONS", "hunter2"),
    ("AUTH__JWT__JWKS_COOLDOWN_S", "0"),
    ("AUTH__JWT__REMEMBER_S", "-1"),
]


@pytest.mark.parametrize(("name", "value"), INVALID)
def test_an_invalid_value_is_named_and_not_repeated(gateway_command: CommandLine, name: str, value: str) -> None:
    ran = gateway_command("serve", **{**UPSTREAM, **TOKENS, name: value})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"GATEWAY_{name}: ")
    assert "hunter2" not in ran.err
    assert "ab" * 32 not in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/keys", "http://localhost/keys", "http://[::1]:9000/keys"])
def test_keys_in_the_clear_are_for_this_machine(gateway_command: CommandLine, url: str) -> None:
    with pytest.raises(Listens):
        gateway_command("serve", **UPSTREAM, **{**TOKENS, "AUTH__JWT__JWKS_URL": url})


def loaded(**environment: str) -> Settings:
    return load({f"GATEWAY_{name}": value for name, value in environment.items()}, {})


def test_every_setting_of_tokens_arrives() -> None:
    auth = loaded(
        **without("AUTH__JWT__JWKS_URL"),
        AUTH__API_KEYS=f"{ENTRY}, pos={'cd' * 32}:*",
        AUTH__JWT__JWKS=key_set(),
        AUTH__JWT__STAFF="realm_access.roles=agent=1",
        AUTH__JWT__MEMBER_PERMISSIONS="image+transactions",
    ).auth
    assert [(key.name, key.permissions) for key in auth.keys] == [("crm", {Permission.FRAUD}), ("pos", EVERYTHING)]
    names = auth.jwt.names
    assert names.staff == ("realm_access.roles", "agent=1")
    assert names.identifiers == ((IdentifierKind.ID, "customer"),)
    assert names.member_permissions == {Permission.IMAGE, Permission.TRANSACTIONS}
    assert json.loads(auth.jwt.jwks) == json.loads(key_set())


def test_who_checks_no_tokens_does_not_load_what_does() -> None:
    """It is megabytes and time at the start."""
    program = (
        "import sys; from gateway.app import create_app; from gateway.sandbox import create_sandbox; "
        "from gateway.settings import Settings; "
        f"create_app(Settings(auth={{'mode': 'api_key', 'api_keys': '{ENTRY}'}}), sandbox=create_sandbox()); "
        "print('joserfc' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert ran.stdout == "False\n"


# --- keys ---


def test_a_key_is_made_and_shown_with_its_entry(gateway_command: CommandLine) -> None:
    ran = gateway_command("key", "crm", "--permissions", "fraud+image")
    assert ran.code == 0
    key, entry = re.fullmatch(r"Key    (\S+)\nEntry  (\S+)\n", ran.out).groups()  # type: ignore[union-attr]
    assert entry == f"crm={hashlib.sha256(key.encode()).hexdigest()}:fraud+image"
    assert ApiKeys([parsed(entry)]).client(key) == Staff("crm", frozenset({Permission.FRAUD, Permission.IMAGE}))
    assert gateway_command("key", "crm").out != ran.out
    with pytest.raises(Listens):
        gateway_command("serve", **UPSTREAM, AUTH__MODE="api_key", AUTH__API_KEYS=entry)


def test_a_key_has_no_permission_unless_it_is_given(gateway_command: CommandLine) -> None:
    entry = gateway_command("key", "crm").out.split()[-1]
    assert parsed(entry).permissions == frozenset()
    assert parsed(gateway_command("key", "crm", "--permissions", "*").out.split()[-1]).permissions == EVERYTHING


@pytest.mark.parametrize("arguments", [("a b",), ("",), ("crm", "--permissions", "root"), ("x" * 65,), ("a=b",)])
def test_a_key_that_cannot_be_is_refused(gateway_command: CommandLine, arguments: tuple[str, ...]) -> None:
    ran = gateway_command("key", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(("NAME: ", "--permissions: "))


def test_keys_are_not_alike() -> None:
    assert new_key("a", EVERYTHING)[0] != new_key("a", EVERYTHING)[0]

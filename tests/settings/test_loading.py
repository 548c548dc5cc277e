"""Settings: the environment wins over a command's defaults, one value at a time."""

import os
from dataclasses import FrozenInstanceError, asdict
from typing import Any

import pytest

from gateway.settings import BadSettings, Settings, load, variables


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("GATEWAY_"):
            monkeypatch.delenv(name)


def loaded(**defaults: Any) -> Settings:
    return load(os.environ, defaults)


def test_without_an_environment_the_defaults_are_closed() -> None:
    settings = loaded()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert [settings.graphiql, settings.explain, settings.introspection] == [False] * 3
    assert settings.upstream.base_url is None


@pytest.mark.parametrize(("written", "expected"), [("1", True), ("true", True), ("off", False), ("0", False)])
def test_the_environment_beats_a_commands_default(
    monkeypatch: pytest.MonkeyPatch, written: str, expected: bool
) -> None:
    monkeypatch.setenv("GATEWAY_EXPLAIN", written)
    assert loaded(explain=not expected).explain is expected


def test_a_nested_variable_leaves_its_neighbours_as_the_command_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_UPSTREAM__TIMEOUT_S", "2.5")
    upstream = loaded(upstream={"username": "till", "password": "secret", "timezone": "Asia/Kolkata"}).upstream
    assert (upstream.timeout_s, upstream.username, upstream.timezone) == (2.5, "till", "Asia/Kolkata")


def test_an_empty_variable_is_an_absent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PORT", "")
    assert loaded().port == 8000


def test_names_are_read_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("gateway_port", "9000")
    assert loaded().port == 9000


def test_variables_of_others_are_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_GATEWAY_PORT", "9000")
    monkeypatch.setenv("GATEWAY_TESTS_NO_SKIP", "1")
    assert loaded().port == 8000


def test_a_whole_section_as_json_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_UPSTREAM", '{"timeout_s": 3}')
    with pytest.raises(BadSettings, match="GATEWAY_UPSTREAM: there is no such setting"):
        loaded()


def test_settings_do_not_change() -> None:
    settings = loaded()
    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        settings.upstream.username = "till"  # type: ignore[misc]


def test_no_secret_is_in_the_text_of_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GATEWAY_UPSTREAM__PASSWORD", "GATEWAY_UPSTREAM__OAUTH_SECRET", "GATEWAY_CACHE__SECRET"):
        monkeypatch.setenv(name, "hunter2")
    settings = loaded()
    assert settings.upstream.password.get_secret_value() == "hunter2"
    assert "hunter2" not in f"{settings!r} {settings} {asdict(settings)} {settings.upstream.password}"


def test_every_variable_is_described_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is listed but not read would be passed over in silence."""
    listed = list(variables())
    assert len(listed) == len({name for name, _, _ in listed}) > 15
    assert [name for name, description, _ in listed if not description.endswith(".")] == []
    for name in [name for name, _, _ in listed if "<NAME>" not in name]:  # tests/tenants has those
        with monkeypatch.context() as patched:
            patched.setenv(name, "\x01")
            try:
                section: Any = loaded()
            except BadSettings as refusal:
                assert name in refusal.message or "GATEWAY_UPSTREAM:" in refusal.message  # noqa: PT017
                continue
            for part in name.removeprefix("GATEWAY_").lower().split("__"):
                section = getattr(section, part)
            assert getattr(section, "get_secret_value", lambda found=section: found)() == "\x01"


@pytest.mark.parametrize("name", ["Asia", "x" * 300, "../etc", "Asia/Nowhere"])
def test_what_is_no_time_zone_is_told_whatever_lies_under_its_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("GATEWAY_UPSTREAM__TIMEZONE", name)
    with pytest.raises(BadSettings, match=r"^GATEWAY_UPSTREAM__TIMEZONE: is not a time zone"):
        loaded()

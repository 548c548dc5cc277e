"""Wrong settings of tenants are told by their variables."""

from collections.abc import Mapping

import pytest

from gateway.settings import BadSettings, load

ACME = {
    "GATEWAY_TENANTS__ACME__UPSTREAM__BASE_URL": "https://acme.example",
    "GATEWAY_TENANTS__ACME__UPSTREAM__USERNAME": "till",
    "GATEWAY_TENANTS__ACME__HOSTS": "acme.example.com",
}
BIG_CO = {name.replace("ACME", "BIG_CO"): value.replace("acme", "big") for name, value in ACME.items()}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch):
    def set_to(variables: Mapping[str, str]) -> Mapping[str, str]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return variables

    return set_to


def test_tenants_are_read_by_their_names(environment) -> None:
    settings = load(environment(ACME | BIG_CO), {})
    assert {name: str(one.upstream.base_url) for name, one in settings.tenants.items()} == {
        "acme": "https://acme.example/",
        "big_co": "https://big.example/",
    }


WRONG = {
    "GATEWAY_TENANTS__ACME__UPSTREAM__BASE_URL: is not set": {"GATEWAY_TENANTS__ACME__HOSTS": "acme.example.com"},
    "GATEWAY_TENANTS__ACME__HOSTS: is not set": {**ACME, "GATEWAY_TENANTS__ACME__HOSTS": ""},
    "GATEWAY_TENANTS__ACME__HOSTS: has what is no host name": {**ACME, "GATEWAY_TENANTS__ACME__HOSTS": "http://acme"},
    "two tenants have acme.example.com": ACME | BIG_CO | {"GATEWAY_TENANTS__BIG_CO__HOSTS": "acme.example.com"},
    "GATEWAY_TENANTS__ACME__UPSTREAM__AUTH is basic: set": {**ACME, "GATEWAY_TENANTS__ACME__UPSTREAM__USERNAME": ""},
    "GATEWAY_UPSTREAM__BASE_URL: is of a gateway with one organisation": {
        **ACME,
        "GATEWAY_UPSTREAM__BASE_URL": "https://one.example",
        "GATEWAY_UPSTREAM__USERNAME": "till",
    },
    "GATEWAY_UPSTREAM__TIMEOUT_S: is of a gateway with one organisation": {**ACME, "GATEWAY_UPSTREAM__TIMEOUT_S": "3"},
    "GATEWAY_WEBHOOKS__ORGANISATION: set": {**ACME, "GATEWAY_WEBHOOKS__ORGANISATION": "4711"},
    "GATEWAY_AUTH__JWT__TENANT_CLAIM: is not set": {**ACME, "GATEWAY_TENANCY__BY": "claim"},
    "did you mean GATEWAY_TENANTS__<NAME>__UPSTREAM__USERNAME?": {
        **ACME,
        "GATEWAY_TENANTS__ACME__UPSTREAM__USERNAM": "till",
    },
    "GATEWAY_TENANTS__ACME__UPSTREAM__AUTH: is passthrough, which leaves it to upstream": {
        **ACME,
        "GATEWAY_TENANTS__ACME__UPSTREAM__AUTH": "passthrough",
        "GATEWAY_AUTH__MODE": "api_key",
        "GATEWAY_AUTH__API_KEYS": "crm=" + "0" * 64,
    },
}


@pytest.mark.parametrize("message", WRONG)
def test_a_wrong_setting_is_told_by_its_variable(environment, message: str) -> None:
    with pytest.raises(BadSettings) as raised:
        load(environment(WRONG[message]), {})
    assert message in raised.value.message

"""By what a customer can be named to a probe, and who cannot be probed."""

import pytest

from gateway.errors import GatewayError
from gateway.facets.facet import Source
from gateway.sandbox import create_sandbox
from tests.probe.support import ASHA, V1_DEFAULT, Upstream, probed, usual

KINDS = [
    ASHA,
    "mobile=+91 98000-00001",
    "id=100000001",
    "email=Asha.Rao@example.com",
    "externalId=EXT-0001",
    "cardNumber=CAPD0000000101",
    "cardExternalId=wallet-0101",
]
ELSEWHERE = [
    ("wechat=oWx-sandbox-0072", Source.WECHAT, "wechat-main"),
    ("unionId=union-sandbox-0072", Source.WECHAT, "wechat-main"),
    ("line=line-sandbox-0072", Source.LINE, "line-main"),
    ("martjackId=mj-sandbox-0072", Source.MARTJACK, "martjack-main"),
    ("fbId=fb-sandbox-0072", Source.FACEBOOK, "facebook-main"),
    ("cuid=cuid-sandbox-0072", Source.MOBILE_APP, "mobile-app-main"),
]
NOBODY = {
    "unknown": ("mobile=919812345678", Source.INSTORE, ""),
    "an unknown id": ("id=199999999", Source.INSTORE, ""),
    "an unknown card": ("cardExternalId=wallet-9999", Source.INSTORE, ""),
    "deleted": ("mobile=919800000019", Source.INSTORE, ""),
    "deleted, by id": ("id=100000019", Source.INSTORE, ""),
    "elsewhere": ("wechat=oWx-sandbox-0072", Source.WECHAT, "other-account"),
    "no account": ("line=line-sandbox-0072", Source.LINE, ""),
}


@pytest.mark.parametrize("customer", KINDS)
async def test_a_customer_is_probed_by_any_identifier(customer: str) -> None:
    found, by_mobile = await usual(customer), await usual(ASHA)
    assert found.settings == by_mobile.settings
    assert found.rows == by_mobile.rows


@pytest.mark.parametrize("by_id", ["lookup", "none"])
async def test_a_customer_named_by_a_card_is_probed_on_both_endpoints(by_id: str) -> None:
    """V1.1 does not take the card number, so it is asked by the id that V2 tells."""
    found = await probed("cardNumber=CAPD0000000101", create_sandbox(by_id=by_id))  # type: ignore[arg-type]
    assert {endpoint for endpoint, _ in found.verdicts} == {"V2", "V1.1"}
    assert [answer.problem for answer in found.findings.answers if answer.problem] == []


@pytest.mark.parametrize(("customer", "source", "account"), ELSEWHERE)
async def test_a_customer_is_probed_by_the_identifiers_of_another_source(
    customer: str, source: Source, account: str
) -> None:
    found, instore = await probed(customer, source=source, account=account), await usual("id=100000072")
    assert [answer.problem for answer in found.findings.answers if answer.problem] == []
    assert found.verdicts == instore.verdicts
    same = ("V2_BY_ID", "IGNORE_CARD_DETAILS", "ONLY_CURRENT_PROFILE", "GAPS", "V1_IDENTIFIERS", "BATCH_SIZE")
    assert {name: found.settings[name] for name in same} == {name: instore.settings[name] for name in same}


async def test_a_customer_without_an_instore_profile_is_probed_on_both_endpoints() -> None:
    found = await probed("wechat=oWx-sandbox-0015", source=Source.WECHAT, account="wechat-main")
    assert {endpoint for endpoint, _ in found.verdicts} == {"V2", "V1.1"}
    assert found.settings["V2_BY_ID"] == "path"


@pytest.mark.parametrize(("customer", "source", "account"), NOBODY.values(), ids=NOBODY)
async def test_nobody_is_told_at_once_and_without_the_identifier(customer: str, source: Source, account: str) -> None:
    upstream = Upstream(create_sandbox())
    with pytest.raises(GatewayError, match="knows no such customer") as refusal:
        await probed(customer, source=source, account=account, transport=upstream)
    assert len(upstream.asked) in (1, 2)
    assert customer.partition("=")[2] not in str(refusal.value)


async def test_a_merged_account_named_by_its_id_is_probed_as_its_survivor() -> None:
    found, survivor = await usual("id=100000017"), await usual("id=100000018")
    assert (found.settings, found.verdicts) == (survivor.settings, survivor.verdicts)


# --- what the probe gets wrong ---


async def test_an_unknown_card_number_is_told_as_an_unknown_customer() -> None:
    with pytest.raises(GatewayError, match="knows no such customer"):
        await probed("cardNumber=CAPD9999999999")


VICTIM = "mobile=919800000017"


@pytest.mark.parametrize(
    ("name", "allowed"), [("V1_IDENTIFIERS", (V1_DEFAULT, None)), ("BATCH_SIZE", ("10",)), ("GAPS", ("flags", None))]
)
async def test_a_merged_account_named_by_its_mobile_does_not_speak_against_its_organisation(
    name: str, allowed: tuple[str | None, ...]
) -> None:
    try:
        found = await probed(VICTIM)
    except GatewayError:
        return  # refusing such a customer is as good
    assert found.settings[name] in allowed


@pytest.mark.parametrize("by_id", ["path", "lookup"])
async def test_a_customer_is_probed_by_id_at_another_source(by_id: str) -> None:
    """As the gateway serves them: `customer(by: {id: …}, source: WECHAT, accountId: …)`."""
    sandbox = create_sandbox(by_id=by_id)  # type: ignore[arg-type]
    found = await probed("id=100000072", sandbox, source=Source.WECHAT, account="wechat-main")
    assert {endpoint for endpoint, _ in found.verdicts} == {"V2", "V1.1"}

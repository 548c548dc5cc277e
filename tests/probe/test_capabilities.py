"""The settings that a probe reports: right for each organisation, and not reported where nothing was seen."""

from itertools import combinations, product

import pytest

from gateway.facets.facet import Source
from gateway.sandbox import EndpointFault, create_sandbox
from gateway.settings.upstream import UPSTREAM
from tests.probe.support import (
    ASHA,
    NOOR,
    ORGANISATIONS,
    SETTINGS,
    V1_DEFAULT,
    V2_DEFAULT,
    Organisation,
    Probed,
    Upstream,
    probed,
    replaced,
    usual,
)


def commented(found: Probed) -> list[str]:
    """The settings of which the environment file says only that they were not seen."""
    lines = found.findings.as_settings().splitlines()
    return [line.removeprefix(f"# {UPSTREAM}").partition(":")[0] for line in lines if line.startswith("#")]


def test_the_organisations_cover_every_two_ways_to_differ() -> None:
    values = [list(dict.fromkeys(column)) for column in zip(*ORGANISATIONS, strict=True)]
    wanted = {
        (one, other, *pair)
        for one, other in combinations(range(len(values)), 2)
        for pair in product(values[one], values[other])
    }
    had = {
        (one, other, organisation[one], organisation[other])
        for organisation in ORGANISATIONS
        for one, other in combinations(range(len(values)), 2)
    }
    assert wanted - had == set()


@pytest.mark.parametrize("organisation", ORGANISATIONS, ids=str)
async def test_a_customer_with_cards_shows_what_the_organisation_can_do(organisation: Organisation) -> None:
    found = await probed(ASHA, organisation.sandbox())
    assert found.settings == organisation.settings | {"ONLY_CURRENT_PROFILE": None}
    assert commented(found) == ["ONLY_CURRENT_PROFILE"]


@pytest.mark.parametrize("organisation", ORGANISATIONS[::3], ids=str)
async def test_a_customer_with_several_profiles_shows_whether_they_can_be_left_out(organisation: Organisation) -> None:
    found = await probed(NOOR, organisation.sandbox())
    not_seen = {"IGNORE_CARD_DETAILS": None, "V1_IDENTIFIERS": V1_DEFAULT}
    expected = {**organisation.settings, **not_seen, "V2_IDENTIFIERS": found.settings["V2_IDENTIFIERS"]}
    assert found.settings == expected
    assert commented(found) == ["IGNORE_CARD_DETAILS"]


@pytest.mark.parametrize("customer", [ASHA, NOOR, "id=100000004", "mobile=919800000020"])
async def test_every_setting_is_told_once_with_what_it_was_seen_from(customer: str) -> None:
    found = await usual(customer)
    assert list(found.settings) == SETTINGS
    assert [one.variable for one in found.findings.settings if not one.seen] == []


async def test_a_customer_without_gaps_cannot_show_who_tells_them() -> None:
    found = await usual("mobile=919800000004")
    assert found.settings["GAPS"] is None
    assert "GAPS" in commented(found)


async def test_an_upstream_that_takes_no_ten_ids_at_once_leaves_the_batch_size_open() -> None:
    found = await probed(ASHA, create_sandbox(batch_limit=9))
    assert found.settings["BATCH_SIZE"] is None
    assert "BATCH_SIZE" in commented(found)


async def test_gaps_that_v2_tells_otherwise_are_no_other_source() -> None:
    found = await probed(ASHA, transport=Upstream(create_sandbox(), rewrite=replaced("upgradeThreshold", 1.0)))
    (gaps,) = [one for one in found.findings.settings if one.variable == f"{UPSTREAM}GAPS"]
    assert (gaps.value, gaps.seen) == ("v1", "V2 tells other gaps than V1.1")


@pytest.mark.parametrize("number", [2, 3])
async def test_one_gap_of_the_two_is_enough_to_compare(number: int) -> None:
    """The top tier misses nothing to the next, the base tier nothing to stay."""
    found = await probed(f"id=10000000{number}", Organisation("path", "details").sandbox())
    assert found.settings["GAPS"] == "details"


async def test_a_kind_that_the_customer_does_not_have_stays_as_it_is_by_default() -> None:
    sandbox = Organisation("path", "both", card_number_on_v1=True).sandbox()
    found = await probed("mobile=919800000003", sandbox)
    assert (found.settings["V1_IDENTIFIERS"], found.settings["V2_IDENTIFIERS"]) == (V1_DEFAULT, V2_DEFAULT)


async def test_masked_identifiers_are_not_tried() -> None:
    found = await usual("mobile=919800000020")
    assert [name for call in found.asked for name in call.named() if "*" in name] == []
    assert found.settings["V2_IDENTIFIERS"] in (None, V2_DEFAULT)


async def test_an_xml_born_organisation_is_probed_as_any_other() -> None:
    sandbox = create_sandbox()
    sandbox.faults.v1_get = EndpointFault(xml_born=True)
    found, plain = await probed(ASHA, sandbox), await usual(ASHA)
    assert (found.settings, found.verdicts) == (plain.settings, plain.verdicts)


# --- what the probe gets wrong ---


@pytest.mark.parametrize(
    ("customer", "source", "account"),
    [
        (NOOR, Source.INSTORE, ""),
        ("line=line-sandbox-0072", Source.LINE, "line-main"),
        ("wechat=oWx-sandbox-0072", Source.WECHAT, "wechat-main"),
    ],
)
async def test_an_identifier_of_another_source_is_not_held_against_its_kind(
    customer: str, source: Source, account: str
) -> None:
    assert (await probed(customer, source=source, account=account)).settings["V2_IDENTIFIERS"] == V2_DEFAULT


async def test_all_sources_at_once_cannot_show_whether_profiles_are_left_out() -> None:
    assert (await probed(NOOR, source=Source.ALL)).settings["ONLY_CURRENT_PROFILE"] is None


async def test_gaps_of_v2_are_not_judged_where_v2_cannot_be_asked() -> None:
    found = await probed("id=100000001", create_sandbox(by_id="none"))
    assert {endpoint for endpoint, _ in found.verdicts} == {"V1.1"}
    assert found.settings["GAPS"] is None


async def test_gaps_of_v2_are_not_judged_while_its_points_cannot_be_had() -> None:
    sandbox = create_sandbox()
    sandbox.faults.v2_lookup = EndpointFault(partial=True)
    assert (await probed(ASHA, sandbox)).settings["GAPS"] in (None, "flags")


@pytest.mark.parametrize(
    ("customer", "by_id"), [("id=100000001", "none"), ("mobile=919800000020", "path")], ids=["no V2", "masked"]
)
async def test_kinds_of_which_none_could_be_tried_are_not_seen(customer: str, by_id: str) -> None:
    found = await probed(customer, Organisation(by_id, "both").sandbox())
    assert found.settings["V1_IDENTIFIERS"] is None


async def test_a_customer_who_is_not_in_the_source_cannot_show_how_v2_takes_an_id() -> None:
    assert (await usual("id=100000015")).settings["V2_BY_ID"] in (None, "path")

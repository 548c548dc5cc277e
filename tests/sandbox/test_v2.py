"""V2: whom a request names, what the entity contains, and how it refuses."""

from typing import Any

import pytest

from gateway.sandbox import create_sandbox, person

from .conftest import Caller

MOBILE = ("mobile", "919800000001")


def code(body: dict[str, Any]) -> int:
    (error,) = body["errors"]
    assert (error["status"], body["warnings"]) == (False, [])
    return error["code"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mobile", "919800000001"),
        ("MOBILE", "+919800000001"),
        ("email", "Asha.Rao@example.com"),
        ("externalId", "EXT-0001"),
        ("externalID", "EXT-0001"),
        ("cardnumber", "CAPD0000000101"),
        ("cardExternalId", "wallet-0101"),
    ],
)
async def test_a_customer_is_found_by_every_identifier(upstream: Caller, name: str, value: str):
    assert (await upstream.v2(name, value))["id"] == 100000001


async def test_wechat_customers_live_in_their_account(upstream: Caller):
    asked = ("wechat", "oWx-sandbox-0015")
    assert code(await upstream.v2(*asked)) == 8015
    assert code(await upstream.v2(*asked, source="WECHAT")) == 8015
    assert code(await upstream.v2(*asked, source="WECHAT", accountId="other")) == 8015
    body = await upstream.v2(*asked, source="WECHAT", accountId="wechat-main")
    assert [profile["accountId"] for profile in body["profiles"]] == ["wechat-main"]
    assert (await upstream.v2(*asked, source="ALL", accountId="wechat-main"))["id"] == body["id"]


async def test_two_profiles_come_unless_narrowed_to_the_one_asked_for(upstream: Caller):
    asked = ("wechat", "oWx-sandbox-0016")
    account = {"source": "WECHAT", "accountId": "wechat-main"}
    both = await upstream.v2(*asked, **account)
    one = await upstream.v2(*asked, **account, includedOnlyCurrentProfile="TRUE")
    assert [profile["source"] for profile in both["profiles"]] == ["INSTORE", "WECHAT"]
    assert [profile["source"] for profile in one["profiles"]] == ["WECHAT"]


@pytest.mark.parametrize(
    ("source", "account", "name", "value"),
    [
        ("MARTJACK", "martjack-main", "martjackId", "mj-sandbox-0072"),
        ("FACEBOOK", "facebook-main", "FBID", "fb-sandbox-0072"),
        ("LINE", "line-main", "line", "line-sandbox-0072"),
        ("MOBILE_APP", "mobile-app-main", "Cuid", "cuid-sandbox-0072"),
        ("WECHAT", "wechat-main", "unionid", "union-sandbox-0072"),
        ("WECHAT", "wechat-main", "wechat", "oWx-sandbox-0072"),
    ],
)
async def test_each_source_finds_a_customer_by_an_identifier_of_its_own(
    upstream: Caller, source: str, account: str, name: str, value: str
):
    body = await upstream.v2(name, value, source=source, accountId=account, includedOnlyCurrentProfile="true")
    (profile,) = body["profiles"]
    assert (body["id"], profile["source"], profile["accountId"]) == (100000072, source, account)
    assert value in [one["value"] for one in profile["identifiers"] if one["type"].lower() == name.lower()]
    assert code(await upstream.v2(name, value)) == 8015
    assert code(await upstream.v2(name, value, source=source)) == 8015


async def test_an_identifier_is_listed_in_the_profile_of_its_source_only(upstream: Caller):
    profiles = (await upstream.v2_of(person("many_sources")))["profiles"]
    assert {one["source"]: [each["type"] for each in one["identifiers"]] for one in profiles} == {
        "INSTORE": ["mobile", "email", "externalId"],
        "MARTJACK": ["martjackId"],
        "FACEBOOK": ["fbId"],
        "LINE": ["line"],
        "MOBILE_APP": ["cuid"],
        "WECHAT": ["wechat", "unionId"],
    }
    assert [each["type"] for each in profiles[-1]["commChannels"]] == ["wechat"]


async def test_several_identifiers_are_one_customer_by_the_external_id(upstream: Caller):
    names, values = "email,mobile,externalID", "asha.rao@example.com,919800000001,EXT-0002"
    assert (await upstream.v2(names, values))["id"] == 100000002


async def test_without_an_external_id_the_first_identifier_decides(upstream: Caller):
    body = await upstream.v2("email,mobile", "asha.rao@example.com,919800000002")
    assert body["id"] == 100000001


async def test_names_and_values_must_pair_up(upstream: Caller):
    assert code(await upstream.v2("email,mobile", "asha.rao@example.com")) == 8130


@pytest.mark.parametrize("missing", ["source", "identifierName", "identifierValue"])
async def test_a_missing_parameter_is_11013(upstream: Caller, missing: str):
    given = {"source": "INSTORE", "identifierName": "mobile", "identifierValue": "919800000001"}
    answer = await upstream.http.get(
        "/v2/customers/lookup/customerDetails",
        params={name: value for name, value in given.items() if name != missing},
    )
    assert (answer.status_code, code(answer.json())) == (200, 11013)


async def test_an_empty_identifier_in_a_basic_lookup_is_8130(upstream: Caller):
    assert code(await upstream.v2("mobile", "", basicIdentifierLookup="TRUE")) == 8130


@pytest.mark.parametrize(
    ("expected", "name", "value", "source"),
    [
        (8013, "id", "100000001", "INSTORE"),
        (8003, "mobile", "919800000001", "SHOP"),
        (8015, "mobile", "910000000000", "INSTORE"),
        (8015, "mobile", "919800000019", "INSTORE"),
        (8015, "externalId", "ext-0001", "INSTORE"),
    ],
)
async def test_refusals_have_a_code_within_http_200(
    upstream: Caller, expected: int, name: str, value: str, source: str
):
    assert code(await upstream.v2(name, value, source=source)) == expected


async def test_what_comes_unasked(upstream: Caller):
    assert list(await upstream.v2(*MOBILE)) == [
        *("id", "profiles", "loyaltyInfo", "segments", "associatedWith", "extendedFields"),
        *("cardDetails", "warnings"),
    ]


async def test_cards_can_be_suppressed(upstream: Caller):
    assert "cardDetails" not in await upstream.v2(*MOBILE, embed="ignoreCardDetails")


@pytest.mark.parametrize(
    ("embed", "blocks"),
    [
        ("points", {"pointsSummary"}),
        ("mlp", {"loyaltyProgramDetails", "groupLoyaltyProgramDetails"}),
        ("subscriptions", {"subscriptionInfo"}),
        ("customerStatus", {"statusLabel", "statusLabelReason", "statusLastUpdatedOn"}),
        ("promotionalPoints", {"promotionalPoints"}),
        ("expirySchedules", {"expirySchedules"}),
        ("expiredPoints", {"expiredPoints"}),
        (" POINTS , CustomerStatus,nonsense", {"pointsSummary", "statusLabel", "statusLabelReason"}),
        ("nonsense", set[str]()),
    ],
)
async def test_an_embed_brings_its_blocks(upstream: Caller, embed: str, blocks: set[str]):
    bare = await upstream.v2(*MOBILE)
    brought = set(await upstream.v2(*MOBILE, embed=embed)) - set(bare)
    assert brought - {"statusLastUpdatedOn"} == blocks - {"statusLastUpdatedOn"}


async def test_fraud_details_come_by_their_own_flag(upstream: Caller):
    body = await upstream.v2(*MOBILE, includedFraudDetails="true")
    assert body["fraudDetails"]["status"] == "NOT_FRAUD"


async def test_the_default_programs_summary_does_not_name_it(upstream: Caller):
    body = await upstream.v2(*MOBILE, embed="points")
    assert "programId" not in body["pointsSummary"]
    assert body["pointsSummary"]["slabExpiryDate"] == "2026-12-31T23:59:59+05:30"


async def test_gaps_need_mlp(upstream: Caller):
    body = await upstream.v2(*MOBILE, embed="points", gapToRenew="0", gapToUpgrade="0")
    assert "upgradeStrategies" not in str(body)
    assert "gapToRenewSummary" not in str(body)


async def test_the_gap_to_upgrade_moves_with_the_days(upstream: Caller):
    async def missing(days: str) -> float:
        body = await upstream.v2(*MOBILE, embed="mlp", gapToUpgrade=days)
        (strategy,) = body["loyaltyProgramDetails"][0]["upgradeStrategies"]
        return strategy["customerUpgradeEntityValues"]["gapToUpgrade"]

    assert (await missing("0"), await missing("30")) == (94485.0, 98186.0)


async def test_the_top_tier_has_no_upgrade_and_the_base_tier_no_renewal(upstream: Caller):
    gaps = {"embed": "mlp", "gapToUpgrade": "0", "gapToRenew": "0"}
    (top,) = (await upstream.v2_of(person("top_tier"), **gaps))["loyaltyProgramDetails"]
    (base,) = (await upstream.v2_of(person("base_tier"), **gaps))["loyaltyProgramDetails"]
    assert (top["upgradeStrategies"], top["nextSlabSerialNumber"]) == ([], -1)
    assert "gapToRenewSummary" not in base
    assert base["slabExpiryDate"].startswith("2121-")


async def test_a_partner_program_without_tiers_has_no_tier_fields(upstream: Caller):
    (program,) = (await upstream.v2_of(person("partner_links"), embed="mlp"))["loyaltyProgramDetails"]
    tiered, plain = program["linkedPartnerPrograms"]
    assert (tiered["tierBased"], tiered["partnerTierName"]) == (True, "Sapphire")
    assert not [name for name in plain if name.startswith("partnerTier")]


async def test_a_masked_customer_shows_stars(upstream: Caller):
    body = await upstream.v2("mobile", "919800000020")
    profile = body["profiles"][0]
    shown = {entry["value"] for entry in profile["identifiers"] + profile["commChannels"]}
    assert shown == {"91********20", "v***@example.com", "EX****20"}


async def test_extended_fields_keep_their_types(upstream: Caller):
    assert (await upstream.v2_of(person("typed_fields")))["extendedFields"] == {
        "city": "Kochi",
        "visits": 25,
        "budget": 1000.0,
        "vip": True,
        "dob": None,
        "memo": "",
    }


async def test_a_lookup_and_by_id_are_the_same_entity(upstream: Caller):
    embeds = {"embed": "mlp,points,subscriptions"}
    assert await upstream.v2_of(person("showcase"), **embeds) == await upstream.v2(*MOBILE, **embeds)


async def test_by_id_something_else_than_a_number_is_a_blank_bad_request(upstream: Caller):
    answer = await upstream.http.get("/v2/customers/abc", params={"source": "INSTORE"})
    assert (answer.status_code, answer.content) == (400, b"")


@pytest.mark.parametrize(
    ("expected", "id", "source"),
    [
        (8015, "123", "INSTORE"),
        (8015, "100000019", "INSTORE"),
        (8015, "100000015", "INSTORE"),
        (8003, "100000001", ""),
        (8012, "100000001", "SHOP"),
    ],
)
async def test_by_id_refusals_have_a_code_within_http_200(upstream: Caller, expected: int, id: str, source: str):
    answer = await upstream.http.get(f"/v2/customers/{id}", params={"source": source})
    assert (answer.status_code, code(answer.json())) == (200, expected)


async def test_a_sandbox_without_by_id_has_no_such_route():
    answer = await Caller(create_sandbox(by_id="none")).http.get("/v2/customers/100000001?source=INSTORE")
    assert answer.status_code == 404


async def test_an_id_beyond_53_bits_stays_exact(upstream: Caller):
    answer = await upstream.http.get("/v2/customers/9007199254740993?source=INSTORE")
    assert b'"id":9007199254740993,' in answer.content

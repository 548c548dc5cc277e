"""V1.1 and V2 tell the same facts about every customer, each in its own words."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from gateway.sandbox import CUSTOMERS, Person

from .conftest import Caller

BOTH = [one for one in CUSTOMERS if not one.deleted and one.merged_into is None]
ZONE = timezone(timedelta(hours=5, minutes=30))
POINTS = {
    **{name: name for name in ("redeemed", "expired", "returned", "adjusted")},
    **{name: name for name in ("lifetimePoints", "loyaltyPoints", "cumulativePurchases")},
    "delayedPoints": "delayed_points",
    "totalAvailablePoints": "total_available_points",
    "totalReturnedPoints": "total_returned_points",
    "programPointsToCurrencyRatio": "program_points_to_currency_ratio",
    "programId": "programId",
    "slabSNo": "slabSNo",
    "nextSlabSerialNumber": "nextSlabSerialNumber",
}
TEXTS = {
    **{name: name for name in ("currentSlab", "currentSlabDescription", "nextSlab", "nextSlabDescription")},
    "programTitle": "program_title",
    "programDescription": "program_description",
}


def instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


async def both(upstream: Caller, one: Person, days: str) -> tuple[dict[str, Any], dict[str, Any]]:
    v1 = await upstream.item(
        one,
        user_id="true",
        mlp="true",
        gap_to_upgrade_for=days,
        gap_to_renew_for=days,
        segments="true",
        subscriptions="true",
    )
    v2 = await upstream.v2_of(
        one,
        embed="mlp,points,segments,subscriptions",
        gapToUpgrade=days,
        gapToRenew=days,
        includedFraudDetails="true",
    )
    return v1, v2


@pytest.mark.parametrize("one", BOTH, ids=lambda one: one.key)
async def test_who_the_customer_is(upstream: Caller, one: Person):
    v1, v2 = await both(upstream, one, "0")
    profile = v2["profiles"][0]
    named = {entry["type"]: entry["value"] for entry in profile["identifiers"]}
    assert v1["user_id"] == str(v2["id"])
    assert (v1["firstname"], v1["lastname"]) == (profile["firstName"], profile["lastName"])
    assert (v1["mobile"], v1["email"]) == (named.get("mobile", ""), named.get("email", ""))
    assert v1["external_id"] == named.get("externalId")
    assert (v1["type"], v1["source"]) == (
        v2["loyaltyInfo"]["loyaltyType"].upper(),
        profile["source"].lower(),
    )
    attribution = v2["loyaltyInfo"]["attributionV2"]
    assert instant(v1["registered_on"]) == instant(attribution["createDate"])
    assert instant(v1["updated_on"]) == instant(attribution["modifiedDate"])
    assert v1["registered_till"]["code"] == v2["associatedWith"] == attribution["createdBy"]["code"]
    assert v1["lifetime_purchases"] == v2["loyaltyInfo"]["lifetimePurchases"]
    assert {row["name"]: row["value"] for row in v1["custom_fields"]["field"]} == profile["fields"]
    assert [row["name"] for row in v1["extended_fields"]["field"]] == list(v2["extendedFields"])
    assert v1["fraud_details"]["status"] == v2["fraudDetails"]["status"]


@pytest.mark.parametrize("one", BOTH, ids=lambda one: one.key)
async def test_the_points_of_the_default_program(upstream: Caller, one: Person):
    v1, v2 = await both(upstream, one, "0")
    summary = v2.get("pointsSummary", {"lifetimePoints": 0, "loyaltyPoints": 0, "currentSlab": ""})
    assert v1["lifetime_points"] == summary["lifetimePoints"]
    assert v1["loyalty_points"] == summary["loyaltyPoints"]
    assert v1["current_slab"].rstrip() == summary["currentSlab"]


@pytest.mark.parametrize("one", BOTH, ids=lambda one: one.key)
@pytest.mark.parametrize("days", ["0", "30", "400"])
async def test_the_points_tiers_and_gaps_of_every_program(upstream: Caller, one: Person, days: str):
    v1, v2 = await both(upstream, one, days)
    pairs = list(zip(v1["points_summaries"]["points_summary"], v2["loyaltyProgramDetails"], strict=True))
    assert len(pairs) == len(one.programs)
    for old, new in pairs:
        assert {name: float(old[was]) for name, was in POINTS.items()} == {n: new[n] for n in POINTS}
        assert {name: old[was] for name, was in TEXTS.items()} == {name: new[name] for name in TEXTS}
        assert instant(old["slabExpiryDate"]) == instant(new["slabExpiryDate"])
        assert len(old["linked_partner_programs"]["linked_partner_program"]) == len(new["linkedPartnerPrograms"])
        assert upgrades_v1(old["gap_to_upgrade"]) == upgrades_v2(new["upgradeStrategies"])
        assert renewals_v1(old.get("gap_to_renew")) == renewals_v2(new.get("gapToRenewSummary"))


@pytest.mark.parametrize("one", BOTH, ids=lambda one: one.key)
async def test_groups_segments_and_subscriptions(upstream: Caller, one: Person):
    v1, v2 = await both(upstream, one, "0")
    assert [
        (int(group["group_program_id"]), float(group["lifetime_points"]), float(group["loyalty_points"]))
        for group in v1["group_points_summaries"]["group_points_summary"]
    ] == [
        (group["groupProgramId"], group["lifetimePoints"], group["loyaltyPoints"])
        for group in v2["groupLoyaltyProgramDetails"]
    ]
    assert {row["name"]: row["values"]["value"][0]["name"] for row in v1["segments"]["segment"]} == v2["segments"]
    assert [(row["channel"], row["priority"], row["status"] == "1") for row in v1["subscriptions"]["subscription"]] == [
        (row["channel"], row["priority"], row["type"] == "OPTIN") for row in v2["subscriptionInfo"]["subscriptions"]
    ]


@pytest.mark.parametrize("one", BOTH, ids=lambda one: one.key)
async def test_the_blocks_that_hardly_anyone_asks_for(upstream: Caller, one: Person):
    flags = ("card_details", "customer_image", "user_group", "promotion_points", "delayed_accrual", "points_summary")
    v1 = await upstream.item(one, **dict.fromkeys(flags, "true"))
    v2 = await upstream.v2_of(one, embed="customerImage,userGroup,promotionalPoints,returnedPoints,points,mlp")
    assert [(int(card["card_id"]), card["card_number"], card["status"]) for card in v1["card_details"]["card"]] == [
        (card["cardId"], card["cardNumber"], card["statusInfo"]["status"]) for card in v2["cardDetails"]
    ]
    pictured = v1["customer_image"] and [v1["customer_image"]["secure_file_path"]]
    assert (pictured or []) == [image["secureFilePath"] for image in v2["customerImage"]]
    named = v1["user_group"]["name"] if v1["user_group"] else None
    assert named == v2.get("userGroup", {}).get("name")
    assert [
        [float(item["points"]) for item in v1["promotion_points"][name]["item"]]
        for name in ("customer", "transactions", "lineitems")
    ] == [[item["points"] for item in items] for items in v2["promotionalPoints"].values()]
    promised = sum(float(item["points"]) for item in v1["delayed_accrual"].get("item", []))
    assert promised == sum(program["delayedPoints"] for program in v2["loyaltyProgramDetails"])
    returned = sum(row["points"] for row in v2["returnedPoints"])
    assert returned == sum(program["returned"] for program in v2["loyaltyProgramDetails"])
    assert float(v1["points_summary"]["returned"]) == v2.get("pointsSummary", {"returned": 0.0})["returned"]


def upgrades_v1(gap: dict[str, Any]) -> list[Any]:
    return [
        (
            row["upgrade_based_on"],
            float(row["upgrade_threshold"]),
            float(row["customer_upgrade_entity_values"]["current_value"]),
            float(row["customer_upgrade_entity_values"]["gap_to_upgrade"]),
            row["customer_upgrade_entity_values"]["value_valid_upto"],
        )
        for row in gap["upgrade_strategy"]
    ]


def upgrades_v2(strategies: list[dict[str, Any]]) -> list[Any]:
    return [
        (
            row["upgradeBasedOn"],
            row["upgradeThreshold"],
            row["customerUpgradeEntityValues"]["currentValue"],
            row["customerUpgradeEntityValues"]["gapToUpgrade"],
            row["customerUpgradeEntityValues"]["valueValidUpto"],
        )
        for row in strategies
    ]


def renewals_v1(gap: dict[str, Any] | None) -> Any:
    return gap and (
        gap["tier_expiry_date"],
        gap["renew_confirmed"] == "true",
        [
            (
                row["renew_based_on"],
                float(row["renew_threshold"]),
                float(row["customer_renew_entity_value"]),
                float(row["customer_gap_to_renew_value"]),
                row["renew_entity_identifiers"].get("tracker_name"),
            )
            for row in gap["renew_strategy"]
        ],
    )


def renewals_v2(summary: dict[str, Any] | None) -> Any:
    return summary and (
        summary["tierExpiryDate"],
        summary["renewConfirmed"],
        [
            (
                row["renewBasedOn"],
                row["renewThreshold"],
                row["customerRenewEntityValue"],
                row["customerGapToRenewValue"],
                row.get("trackerEntityIdentifiers", {}).get("trackerName"),
            )
            for row in summary["renewStrategies"]
        ],
    )

"""V2: the blocks that hardly anyone asks for, and who has something in them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.sandbox import person

from .conftest import Caller


async def block(upstream: Caller, key: str, embed: str, name: str) -> Any:
    return (await upstream.v2_of(person(key), embed=embed))[name]


def expiry(link: str) -> datetime:
    query = parse_qs(urlsplit(link).query)
    made = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return made + timedelta(seconds=int(query["X-Amz-Expires"][0]))


@pytest.mark.parametrize(
    ("embed", "name", "empty"),
    [
        ("customerImage", "customerImage", []),
        ("alternateCurrencies", "alternateCurrencyDetails", []),
        ("returnedPoints", "returnedPoints", []),
        ("cardLoyaltyDetails", "cardLoyaltyDetails", []),
    ],
)
async def test_a_list_is_there_but_empty_for_who_has_nothing(upstream: Caller, embed: str, name: str, empty: Any):
    assert await block(upstream, "base_tier", embed, name) == empty


@pytest.mark.parametrize("embed", ["userGroup", "fleetParentDetails", "gapDetails"])
async def test_an_object_is_absent_for_who_has_nothing(upstream: Caller, embed: str):
    asked = await upstream.v2_of(person("base_tier"), embed=embed)
    assert asked == await upstream.v2_of(person("base_tier"))


async def test_a_picture_has_two_links_to_nobodys_host_that_hold_for_an_hour(upstream: Caller):
    (image,) = await block(upstream, "pictured", "CUSTOMERIMAGE", "customerImage")
    links = image.pop("filePath"), image.pop("secureFilePath")
    assert {urlsplit(link).hostname for link in links} == {"images.example.com"}
    assert {expiry(link).isoformat() for link in links} == {"2026-11-21T07:30:00+00:00"}
    assert image == {
        "code": 200,
        "file": {
            "acl": "PRIVATE",
            "fileHandle": "img-0036",
            "lastModified": "2026-05-04 09:08:07",
            "latestVersion": True,
            "name": "img-0036.png",
            "namespace": "customer_image",
            "s3Token": "",
            "version": "1",
        },
        "message": "Customer image found",
        "status": "true",
    }


async def test_alternate_currencies_are_one_entry_each(upstream: Caller):
    stars, nights = await block(upstream, "currencies", "alternateCurrencies", "alternateCurrencyDetails")
    assert (stars["programId"], stars["programName"]) == (1001, "Capital Club")
    assert stars["alternateCurrencyData"] == {
        "name": "Stars",
        "earned": 330.0,
        "lifetimeEarned": 460.5,
        "redeemed": 100.0,
        "expired": 20.0,
        "returned": 10.5,
        "delayedEarned": 15,
        "delayedLifetimeEarned": 15,
        "delayedReturned": 0,
        "delayedExpired": 0,
        "totalAvailable": 330.0,
        "totalRedeemed": 100.0,
        "totalReturned": 10.5,
        "totalExpired": 20.0,
    }
    assert (nights["programId"], nights["alternateCurrencyData"]["name"]) == (1002, "Nights")


async def test_a_user_group_lists_its_members_and_what_they_have(upstream: Caller):
    for key in ("group_primary", "group_secondary"):
        group = await block(upstream, key, "userGroup", "userGroup")
        assert (group["id"], group["primaryUserId"]) == (3001, 100000040)
        assert [(one["userId"], one["role"]) for one in group["members"]] == [
            (100000040, "PRIMARY"),
            (100000066, "SECONDARY"),
        ]
        (program,) = group["members"][0]["loyaltySummary"]["enrolledPrograms"]
        assert (program["currentSlab"], program["pointsContributionToGroup"]) == ("Silver", 0.0)
        assert group["members"][0]["loyaltySummary"]["groupPrograms"][0]["groupProgramId"] == 1001


@pytest.mark.parametrize("key", ["group_primary", "group_secondary"])
async def test_a_group_says_of_its_member_what_the_member_says(upstream: Caller, key: str):
    body = await upstream.v2_of(person(key), embed="userGroup,mlp")
    (member,) = [one for one in body["userGroup"]["members"] if one["userId"] == body["id"]]
    (theirs,) = member["loyaltySummary"]["enrolledPrograms"]
    (own,) = body["loyaltyProgramDetails"]
    assert {**own, "pointsContributionToGroup": 0.0} == theirs
    assert (member["firstName"], member["lastName"]) == (
        body["profiles"][0]["firstName"],
        body["profiles"][0]["lastName"],
    )


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({"includedUserGroup2LoyaltyDetails": "true"}, [3001]),
        ({"includedAllUserGroup2": "true"}, [3001, 3002]),
        ({"userGroup2Id": "3002"}, [3002]),
        ({"userGroup2Id": "3002", "includedAllUserGroup2": "true"}, [3002]),
        ({"userGroup2Id": "3003"}, []),
        ({"userGroup2Id": "3003", "includedAllUserGroup2": "true"}, []),
    ],
)
@pytest.mark.parametrize("loyalty", ["true", "false"])
async def test_the_flags_choose_among_the_groups(
    upstream: Caller, params: dict[str, str], ids: list[int], loyalty: str
):
    body = await upstream.v2_of(person("group_secondary"), **{"includedUserGroup2LoyaltyDetails": loyalty, **params})
    assert [group["id"] for group in body["userGroups2"]] == ids


async def test_a_group_that_is_someone_elses_does_not_come(upstream: Caller):
    assert (await upstream.v2_of(person("group_primary"), userGroup2Id="3002"))["userGroups2"] == []


@pytest.mark.parametrize("chosen", [{"includedAllUserGroup2": "true"}, {"userGroup2Id": "3001"}])
async def test_the_points_and_gaps_of_a_group_have_a_flag_of_their_own(upstream: Caller, chosen: dict[str, str]):
    one = person("group_primary")
    (plain,) = (await upstream.v2_of(one, **chosen))["userGroups2"]
    (rich,) = (await upstream.v2_of(one, **chosen, includedUserGroup2LoyaltyDetails="true"))["userGroups2"]
    assert {name: rich[name] for name in plain} == plain
    assert set(rich) - set(plain) == {
        *("lifeTimePurchases", "expiredPoints", "expirySchedules"),
        *("gapToUpgrade", "gapToRenew", "pointsSummaries"),
    }


async def test_the_flag_alone_brings_the_default_group_with_its_points(upstream: Caller):
    one, flag = person("group_secondary"), {"includedUserGroup2LoyaltyDetails": "true"}
    alone = (await upstream.v2_of(one, **flag))["userGroups2"]
    assert alone == (await upstream.v2_of(one, **flag, userGroup2Id="3001"))["userGroups2"]


@pytest.mark.parametrize("flag", ["includedUserGroup2LoyaltyDetails", "includedAllUserGroup2"])
async def test_a_flag_about_groups_counts_only_when_true(upstream: Caller, flag: str):
    assert "userGroups2" not in await upstream.v2_of(person("group_secondary"), **{flag: "false"})
    assert (await upstream.v2_of(person("base_tier"), **{flag: "true"}))["userGroups2"] == []


async def test_a_group_has_points_and_gaps_of_its_own(upstream: Caller):
    asked = await upstream.v2_of(person("group_primary"), includedUserGroup2LoyaltyDetails="true")
    (group,) = asked["userGroups2"]
    (summary,) = group["pointsSummaries"]
    assert (summary["programId"], summary["userGroup2Id"], summary["loyaltyPoints"]) == (1003, 3001, 3280.0)
    assert not {"loyaltyId", "cumulativePurchases"} & set(summary)
    assert group["gapToUpgrade"] == summary["upgradeStrategies"]
    assert group["gapToRenew"] == summary["gapToRenewSummary"]
    assert group["expirySchedules"] == [
        {"points": 900.0, "expiryDate": "2027-01-15", "expiryDateISO": "2027-01-15T00:00:00+05:30", "programId": 1003}
    ]
    assert [row["points"] for row in group["expiredPoints"]] == [120.0]
    assert [warning["code"] for warning in group["warnings"]] == [1656]
    assert (group["totalActiveMembers"], group["totalExitedMembers"]) == (2, 0)


async def test_a_driver_names_the_company_as_parent(upstream: Caller):
    fleet = await block(upstream, "fleet_driver", "fleetParentDetails", "fleetParentDetails")
    assert (fleet["hierarchyCode"], fleet["hierarchyId"], fleet["roleCode"]) == ("haulage", 21, "DRIVER")
    company = await upstream.v2_of(person("fleet_company"))
    assert fleet["parent"] == {name: company[name] for name in ("id", "profiles", "extendedFields")}


async def test_returned_points_come_latest_first_and_add_up(upstream: Caller):
    body = await upstream.v2_of(person("promised"), embed="returnedPoints,mlp")
    assert body["returnedPoints"] == [
        {"points": 12.5, "returnedOn": "2026-11-02", "programId": 1001},
        {"points": 5.0, "returnedOn": "2026-10-30", "programId": 1003},
        {"points": 60.0, "returnedOn": "2026-10-08", "programId": 1001},
    ]
    assert [program["returned"] for program in body["loyaltyProgramDetails"]] == [72.5, 5.0]


async def test_what_was_collected_with_each_card(upstream: Caller):
    body = await upstream.v2_of(person("showcase"), embed="cardLoyaltyDetails,points")
    first, second = body["cardLoyaltyDetails"]
    assert first == {
        "cardId": 8101,
        "cardNumber": "CAPD0000000101",
        "seriesId": 71,
        "redeemed": 7300.25,
        "lifetimePoints": 12400.5,
        "loyaltyPoints": 5100.25,
    }
    for name in ("redeemed", "lifetimePoints"):
        assert first[name] + second[name] == body["pointsSummary"][name]


async def test_what_was_collected_with_cards_does_not_bring_refused_cards_back(upstream: Caller):
    refused, loyal = "ignoreCardDetails", "cardLoyaltyDetails"
    assert {loyal, "cardDetails"} <= set(await upstream.v2_of(person("many_cards"), embed=loyal))
    for embed in (f"{refused},{loyal}", f"{loyal},{refused}"):
        body = await upstream.v2_of(person("many_cards"), embed=embed)
        assert [card["cardId"] for card in body[loyal]] == [8901, 8902, 8903, 8904]
        assert "cardDetails" not in body


async def test_gap_details_are_the_gaps_of_today_beside_mlp(upstream: Caller):
    one = person("showcase")
    asked = await upstream.v2_of(one, embed="mlp,gapDetails")
    assert asked == await upstream.v2_of(one, embed="mlp", gapToUpgrade="0", gapToRenew="0")
    assert "gapToRenewSummary" in asked["loyaltyProgramDetails"][0]


async def test_gap_details_yield_to_the_days_asked_for(upstream: Caller):
    one = person("showcase")
    asked = await upstream.v2_of(one, embed="mlp,gapDetails", gapToUpgrade="30", gapToRenew="30")
    assert asked == await upstream.v2_of(one, embed="mlp", gapToUpgrade="30", gapToRenew="30")


async def test_promotional_points_are_in_three_lists(upstream: Caller):
    lists = await block(upstream, "promoted", "promotionalPoints", "promotionalPoints")
    assert {name: [item["points"] for item in items] for name, items in lists.items()} == {
        "customerPromotionType": [150.0],
        "transactionPromotionType": [62.5],
        "lineitemPromotionType": [12.0],
    }
    assert lists["lineitemPromotionType"][0]["transactionId"] == 68001

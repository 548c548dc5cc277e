"""V1.1: the blocks that hardly anyone asks for, who has something in them, and the filters on bills."""

from typing import Any

import pytest

from gateway.sandbox import CUSTOMERS, person

from .conftest import Caller
from .test_v1_item import scalars


async def block(upstream: Caller, key: str, flag: str, name: str | None = None) -> Any:
    return (await upstream.item(person(key), **{flag: "true"}))[name or flag]


@pytest.mark.parametrize(
    ("flag", "name", "empty"),
    [
        ("card_details", "card_details", {"card": []}),
        ("user_group", "user_group", ""),
        ("customer_image", "customer_image", ""),
        ("delayed_accrual", "delayed_accrual", {}),
        ("tracker_info", "trackers", ""),
        ("points_summary", "points_summary", dict.fromkeys(("expired", "redeemed", "adjusted", "returned"), "0")),
        (
            "promotion_points",
            "promotion_points",
            {"customer": {"item": []}, "transactions": {"item": []}, "lineitems": {"item": []}},
        ),
        ("subscriptions", "subscriptions", {"subscription": []}),
        ("segments", "segments", {"segment": []}),
    ],
)
async def test_a_block_without_anything_in_it(upstream: Caller, flag: str, name: str, empty: Any):
    (item,) = await upstream.items(id=person("wechat_only").id, **{flag: "true"})
    if flag == "tracker_info":
        (item,) = await upstream.items(id=person("no_programs").id, **{flag: "true"})
    assert item[name] == empty


@pytest.mark.parametrize("flag", ["membership_retention_criteria", "tier_upgrade_criteria"])
async def test_criteria_are_absent_where_there_are_none(upstream: Caller, flag: str):
    for key in ("no_programs", "no_default_program", "base_tier"):
        item = await upstream.item(person(key), **{flag: "true"})
        assert not {"membership_retention_criteria", "tier_update_criteria"} & set(item)


async def test_everything_asked_for_is_a_string(upstream: Caller):
    flags = {
        "card_details": "card_details",
        "user_group": "user_group",
        "customer_image": "customer_image",
        "promotion_points": "promotion_points",
        "membership_retention_criteria": "membership_retention_criteria",
        "tier_upgrade_criteria": "tier_update_criteria",
        "delayed_accrual": "delayed_accrual",
        "tracker_info": "trackers",
        "points_summary": "points_summary",
        "program_summary": "programs_list",
        "member_care_access": "member_care_access",
    }
    for one in CUSTOMERS:
        if one.deleted:
            continue
        item = await upstream.item(one, **dict.fromkeys(flags, "true"))
        for name in (*flags.values(), "notes"):
            assert all(isinstance(leaf, str) for leaf in scalars(item.get(name, ""))), (one.key, name)


async def test_cards_come_when_asked_for(upstream: Caller):
    cards = (await block(upstream, "many_cards", "card_details"))["card"]
    assert [card["status"] for card in cards] == ["ACTIVE", "EXPIRED", "SUSPENDED", "ACTIVE"]
    assert cards[1] == {
        "card_id": "8902",
        "card_number": "CAPD0000000902",
        "card_external_id": "",
        "series_id": "71",
        "series_name": "capital-digital",
        "type": "DIGITAL",
        "status": "EXPIRED",
        "status_label": "EXPIRED",
        "issued_date": "2020-01-02 10:00:00",
        "expiry_date": "2023-01-01",
    }


async def test_a_user_group_is_the_customers_own(upstream: Caller):
    assert await block(upstream, "group_secondary", "user_group") == {
        "id": "3001",
        "external_id": "household-3001",
        "name": "The Mehta household",
        "primary_user_id": "100000040",
        "member_count": "2",
        "role": "SECONDARY",
        "joined_on": "2025-02-09 17:30:00",
    }


async def test_a_picture_has_the_links_that_v2_has(upstream: Caller):
    image = await block(upstream, "pictured", "customer_image")
    (same,) = (await upstream.v2_of(person("pictured"), embed="customerImage"))["customerImage"]
    assert (image["file_path"], image["secure_file_path"]) == (same["filePath"], same["secureFilePath"])
    assert (image["code"], image["status"], image["last_modified"]) == ("200", "true", "2026-05-04 09:08:07")


async def test_promotion_points_are_in_three_lists(upstream: Caller):
    issued_at = {"code": "harbour", "name": "Harbour Square"}
    lists = await block(upstream, "promoted", "promotion_points")
    assert lists["customer"]["item"] == [
        {
            "points": "150",
            "expiry_date": "2027-08-09",
            "issued_at": {"code": "webstore", "name": "Online Store"},
            "issued_on": "2026-08-09",
        }
    ]
    assert [item["transaction_id"] for item in lists["transactions"]["item"]] == ["68000"]
    assert lists["lineitems"]["item"] == [
        {
            "lineitem_id": "9",
            "transaction_id": "68001",
            "points": "12",
            "expiry_date": "2027-05-06",
            "issued_at": issued_at,
        }
    ]


async def test_a_promotion_is_on_a_bill_the_customer_has(upstream: Caller):
    item = await upstream.item(person("promoted"), promotion_points="true")
    bills = {row["id"] for row in item["transactions"]["transaction"]}
    promoted = item["promotion_points"]["transactions"]["item"] + item["promotion_points"]["lineitems"]["item"]
    assert {row["transaction_id"] for row in promoted} <= bills


async def test_retention_criteria_are_the_visits_and_purchases_that_keep_the_tier(upstream: Caller):
    assert await block(upstream, "showcase", "membership_retention_criteria") == {
        "programId": "1001",
        "visits": "24",
        "purchase": "60000",
    }


async def test_upgrade_criteria_leave_trackers_out(upstream: Caller):
    assert await block(upstream, "merged_survivor", "tier_upgrade_criteria", "tier_update_criteria") == {
        "purchase_type": "CUMULATIVE_PURCHASES",
        "description": "",
        "min_purchase_value_required": "150000",
    }


async def test_promised_points_come_with_the_day_they_convert(upstream: Caller):
    item = await upstream.item(person("promised"), delayed_accrual="true", mlp="true")
    assert item["delayed_accrual"]["item"] == [
        {"points": "40", "conversion_date": "2026-12-01", "program_id": "1001"},
        {"points": "8", "conversion_date": "2026-12-01", "program_id": "1003"},
        {"points": "75.5", "conversion_date": "2026-12-20", "program_id": "1001"},
    ]
    assert [row["delayed_points"] for row in item["points_summaries"]["points_summary"]] == ["115.5", "8"]


async def test_trackers_are_those_of_the_tiers_rules(upstream: Caller):
    rows = (await block(upstream, "showcase", "tracker_info", "trackers"))["tracker"]
    assert [(row["program_id"], row["tracker_name"], row["tracker_value"]) for row in rows] == [
        ("1001", "Spend within a year", "55515"),
        ("1001", "Spend within a quarter", "14804"),
        ("1002", "Room spend within a year", "20800"),
    ]
    assert (rows[0]["tracker_mode"], rows[0]["tracker_case_period_value"]) == ("MOVING_WINDOW", "365")


async def test_what_left_the_default_program(upstream: Caller):
    assert await block(upstream, "showcase", "points_summary") == {
        "expired": "2100",
        "redeemed": "9800.25",
        "adjusted": "100",
        "returned": "500",
    }


async def test_the_next_tier_is_empty_at_the_top(upstream: Caller):
    item = await upstream.item(person("showcase"), next_slab="true")
    assert (item["next_slab"], item["next_slab_serial_number"], item["next_slab_description"]) == (
        "Platinum",
        "4",
        "By merit only",
    )
    top = await upstream.item(person("top_tier"), next_slab="true")
    assert (top["next_slab"], top["next_slab_serial_number"], top["next_slab_description"]) == ("", "", "")


async def test_ndnc_and_optin_are_scalars(upstream: Caller):
    item = await upstream.item(person("showcase"), ndnc_status="true", optin_status="true")
    assert (item["ndnc_status"], item["optin_status"]) == ("NONE", "NONE")


async def test_the_programs_of_the_organisation_are_the_same_for_everyone(upstream: Caller):
    programs = await block(upstream, "showcase", "program_summary", "programs_list")
    assert programs == await block(upstream, "no_programs", "program_summary", "programs_list")
    first, *others = programs["program"]
    assert (first["programId"], first["isDefault"], len(others)) == ("1001", "true", 5)
    tiered, plain = first["PartnerPrograms"]["PartnerProgram"]
    assert tiered["partnerProgramTiers"][1] == {"tierNumber": "2", "tierName": "Sapphire"}
    assert (plain["isTierBased"], plain["membershipPeriodType"], plain["partnerProgramTiers"]) == (
        "false",
        "MONTHS",
        [],
    )


@pytest.mark.parametrize("value", ["true", "1"])
async def test_whether_the_asker_may_see_the_customer(upstream: Caller, value: str):
    item = await upstream.item(person("showcase"), member_care_access=value)
    assert item["member_care_access"] == {"accessible": "true"}
    assert "member_care_access" not in await upstream.item(person("showcase"), member_care_access="false")


@pytest.mark.parametrize("flag", ["subscriptions", "segments", "member_care_access"])
async def test_one_will_do_for_three_flags(upstream: Caller, flag: str):
    assert flag in await upstream.item(person("showcase"), **{flag: "1"})


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({"number": "SB-0067-002"}, ["SB-0067-002"]),
        ({"number": "SB-0067-009"}, []),
        ({"type": "return"}, ["SB-0067-004", "SB-0067-005"]),
        ({"type": "REGULAR"}, ["SB-0067-001", "SB-0067-002", "SB-0067-003"]),
        ({"type": "ALL", "amount": "1625.50"}, ["SB-0067-002"]),
        ({"amount": "1500"}, ["SB-0067-001"]),
        ({"date": "2026-11-06"}, ["SB-0067-002"]),
        ({"store_code": "garden.mall"}, []),
        ({"store_code": "harbour", "till_code": "harbour.till.1", "type": "RETURN"}, ["SB-0067-004", "SB-0067-005"]),
        ({"till_code": "harbour.till.2"}, []),
        ({"number": "SB-0067-001", "transactions": "true"}, ["SB-0067-001"]),
    ],
)
async def test_bills_can_be_narrowed(upstream: Caller, params: dict[str, str], numbers: list[str]):
    item = await upstream.item(person("promised"), **params)
    assert [row["number"] for row in item["transactions"]["transaction"]] == numbers


async def test_tenders_and_credit_notes_come_on_each_bill(upstream: Caller):
    plain = await upstream.item(person("promised"))
    asked = await upstream.item(person("promised"), tenders="true", credit_notes="true")
    assert not {"tenders", "credit_notes"} & set(plain["transactions"]["transaction"][0])
    rows = asked["transactions"]["transaction"]
    assert rows[0]["tenders"] == {"tender": [{"name": "CASH", "value": "1500"}]}
    assert rows[0]["credit_notes"] == {"credit_note": []}
    assert rows[3]["credit_notes"] == {"credit_note": [{"number": "CN-SB-0067-004", "amount": "1876.5"}]}

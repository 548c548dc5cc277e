"""What a V1.1 item contains, and which flag brings what."""

from typing import Any

import pytest

from gateway.sandbox import CUSTOMERS, person

from .conftest import Caller

ASHA = person("showcase")


def scalars(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in scalars(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in scalars(part)]
    return [value]


async def test_the_id_comes_only_when_asked_for(upstream: Caller):
    assert "user_id" not in await upstream.item(ASHA)
    assert (await upstream.item(ASHA, user_id="true"))["user_id"] == "100000001"


@pytest.mark.parametrize("value", ["1", "yes", "", "t", "true "])
async def test_a_flag_that_is_not_true_does_not_count(upstream: Caller, value: str):
    assert "user_id" not in await upstream.item(ASHA, user_id=value)


async def test_a_flag_counts_in_any_case(upstream: Caller):
    assert "user_id" in await upstream.item(ASHA, user_id="TRUE")


async def test_what_comes_unasked(upstream: Caller):
    assert list(await upstream.item(ASHA)) == [
        *("firstname", "lastname", "mobile", "email", "external_id"),
        *("lifetime_points", "lifetime_purchases", "loyalty_points", "current_slab"),
        *("registered_on", "updated_on", "type", "source", "identifiers", "gender"),
        *("registered_by", "registered_store", "registered_till", "user_groups2", "fraud_details"),
        *("trackers", "current_nps_status", "custom_fields", "extended_fields"),
        *("coupons", "transactions", "notes", "points_summaries", "item_status"),
    ]


async def test_transactions_and_notes_can_be_refused(upstream: Caller):
    item = await upstream.item(ASHA, transactions="false", notes="false")
    assert not {"transactions", "notes"} & set(item)


async def test_notes_come_unasked_and_are_few(upstream: Caller):
    assert (await upstream.item(person("noted")))["notes"] == [
        {"note": "Prefers the quiet corner", "added_on": "2026-09-14 13:05:00", "added_by": "Harbour till 1"},
        {
            "note": "Allergic to nuts.\nTold the kitchen.",
            "added_on": "2026-02-27 19:45:10",
            "added_by": "Garden till 4",
        },
        {
            "note": "Speaks \u05e2\u05d1\u05e8\u05d9\u05ea",
            "added_on": "2025-12-31 23:59:59",
            "added_by": "Airport till 2",
        },
    ]
    assert [one.key for one in CUSTOMERS if one.notes] == ["fleet_company", "one_of_each", "noted"]
    assert (await upstream.item(ASHA))["notes"] == []


async def test_ten_bills_come_and_every_return(upstream: Caller):
    rows = (await upstream.item(ASHA))["transactions"]["transaction"]
    assert [row["type"] for row in rows] == ["REGULAR"] * 10 + ["RETURN"] * 3


async def test_without_mlp_there_are_no_programs(upstream: Caller):
    item = await upstream.item(ASHA, gap_to_upgrade_for="0", gap_to_renew_for="0")
    assert item["points_summaries"] == {"points_summary": []}
    assert "group_points_summaries" not in item


async def test_without_mlp_there_is_no_tier_history(upstream: Caller):
    assert "slab_history" not in await upstream.item(ASHA, slab_history="true")


async def test_tier_history_is_newest_first_and_may_lack_a_store(upstream: Caller):
    item = await upstream.item(person("long_history"), mlp="true", slab_history="true")
    rows = item["slab_history"]["history"]
    times = [row["changed_on"] for row in rows]
    assert len(rows) == 15
    assert times == sorted(times, reverse=True)
    assert {row["type"] for row in rows} == {"UPGRADE", "DOWNGRADE", "RENEW"}
    assert [row for row in rows if "store" not in row]


async def test_a_tier_change_may_say_when_both_tiers_end(upstream: Caller):
    flags = {"mlp": "true", "slab_history": "true"}
    rows = (await upstream.item(person("dated_history"), **flags))["slab_history"]["history"]
    assert [(row["type"], row["to_tier_expiry_date"], row["from_tier_expiry_date"]) for row in rows] == [
        ("RENEW", "2027-03-31 23:59:59", "2026-03-31 23:59:59"),
        ("UPGRADE", "2026-03-31 23:59:59", "2121-04-12 23:59:59"),
    ]
    others = (await upstream.item(person("long_history"), **flags))["slab_history"]["history"]
    assert not {name for row in others for name in row if name.endswith("_expiry_date")}


async def test_few_have_told_their_gender_and_what_they_think(upstream: Caller):
    told = [
        await upstream.item(person(key), next_slab="true")
        for key in ("pictured", "currencies", "group_primary", "noted")
    ]
    assert [(item["gender"], item["current_nps_status"]) for item in told] == [
        ("Female", "PROMOTER"),
        ("Male", "PASSIVE"),
        ("Female", "DETRACTOR"),
        ("Other", None),
    ]
    assert (await upstream.item(ASHA))["gender"] is None
    assert (await upstream.item(person("pictured")))["current_nps_status"] is None


async def test_extended_fields_are_strings(upstream: Caller):
    item = await upstream.item(person("promised"))
    assert item["extended_fields"]["field"] == [
        {"name": "occupation", "value": "teacher"},
        {"name": "children", "value": "1"},
        {"name": "budget", "value": "250.5"},
        {"name": "newsletter", "value": "false"},
        {"name": "anniversary", "value": ""},
    ]


async def test_everything_below_the_customer_is_a_string(upstream: Caller):
    flags = {"mlp": "true", "slab_history": "true", "gap_to_upgrade_for": "0", "gap_to_renew_for": "0"}
    for one in CUSTOMERS:
        if one.deleted:
            continue
        item = await upstream.item(one, **flags)
        for block in ("points_summaries", "group_points_summaries", "slab_history", "item_status"):
            assert all(isinstance(leaf, str) for leaf in scalars(item[block])), (one.key, block)


async def test_customer_level_numbers_are_numbers(upstream: Caller):
    item = await upstream.item(person("decimals"))
    assert (item["lifetime_points"], item["loyalty_points"]) == (1050.125, 1010.01)
    assert (await upstream.item(person("base_tier")))["loyalty_points"] == 800


async def test_a_missing_email_is_empty(upstream: Caller):
    assert (await upstream.item(person("no_email")))["email"] == ""


async def test_the_top_tier_has_no_next(upstream: Caller):
    item = await upstream.item(person("top_tier"), mlp="true", gap_to_upgrade_for="0")
    (summary,) = item["points_summaries"]["points_summary"]
    assert (summary["nextSlab"], summary["nextSlabSerialNumber"]) == ("", "-1")
    assert summary["gap_to_upgrade"] == {"upgrade_strategy": []}


async def test_a_program_id_narrows_the_programs(upstream: Caller):
    item = await upstream.item(ASHA, mlp="true", program_id="1003")
    assert [row["programId"] for row in item["points_summaries"]["points_summary"]] == ["1003"]


async def gold(upstream: Caller, **params: str) -> dict[str, Any]:
    item = await upstream.item(ASHA, mlp="true", **params)
    return item["points_summaries"]["points_summary"][0]


async def test_the_gap_to_upgrade_moves_with_the_days(upstream: Caller):
    def values(summary: dict[str, Any]) -> tuple[str, str]:
        (strategy,) = summary["gap_to_upgrade"]["upgrade_strategy"]
        assert strategy["upgrade_entity_identifers"]["tracker_mode"] == "MOVING_WINDOW"
        reached = strategy["customer_upgrade_entity_values"]
        return reached["current_value"], reached["gap_to_upgrade"]

    assert values(await gold(upstream, gap_to_upgrade_for="0")) == ("55515", "94485")
    assert values(await gold(upstream, gap_to_upgrade_for="30")) == ("51814", "98186")


async def test_the_gap_to_renew_moves_with_the_days(upstream: Caller):
    def gaps(summary: dict[str, Any]) -> list[str]:
        return [row["customer_gap_to_renew_value"] for row in summary["gap_to_renew"]["renew_strategy"]]

    assert gaps(await gold(upstream, gap_to_renew_for="0")) == ["0", "4485", "0", "0"]
    assert gaps(await gold(upstream, gap_to_renew_for="30")) == ["0", "8186", "79.75", "2747.5"]


@pytest.mark.parametrize("days", ["-1", "1.5", "", "soon", "true", "\u0661"])
async def test_days_that_are_no_whole_number_bring_no_gap(upstream: Caller, days: str):
    summary = await gold(upstream, gap_to_upgrade_for=days, gap_to_renew_for=days)
    assert not {"gap_to_upgrade", "gap_to_renew"} & set(summary)


async def test_the_base_tier_cannot_be_renewed(upstream: Caller):
    item = await upstream.item(person("base_tier"), mlp="true", gap_to_renew_for="0")
    assert "gap_to_renew" not in item["points_summaries"]["points_summary"][0]


async def test_either_rule_is_a_custom_expression(upstream: Caller):
    item = await upstream.item(person("lapsed"), mlp="true", gap_to_upgrade_for="0", program_id="1003")
    gap = item["points_summaries"]["points_summary"][0]["gap_to_upgrade"]
    assert (gap["custom_expression"], gap["expression_relation"]) == ("(A OR B)", "[[1], [2]]")


async def test_program_groups_add_up_their_programs(upstream: Caller):
    item = await upstream.item(ASHA, mlp="true")
    (group,) = item["group_points_summaries"]["group_points_summary"]
    assert (group["group_program_id"], group["loyalty_points"]) == ("1001", "13071")


async def test_ten_coupons_come_unless_a_page_is_asked_for(upstream: Caller):
    many = person("many_coupons")
    first = (await upstream.item(many))["coupons"]["coupon"]
    second = (await upstream.item(many, coupon_offset="10", coupon_limit="4"))["coupons"]["coupon"]
    codes = [coupon["code"] for coupon in first + second]
    assert codes == [f"CAP0034{n:02d}" for n in range(14)]


async def test_coupons_can_be_narrowed_to_active_ones(upstream: Caller):
    rows = (await upstream.item(person("many_coupons"), coupon_active="true", coupon_limit="50"))["coupons"]
    assert rows["coupon"]
    assert all(row["valid_till"] >= "2026-11-21" for row in rows["coupon"])


async def test_coupons_can_be_sorted_by_their_end(upstream: Caller):
    item = await upstream.item(
        person("many_coupons"), coupon_order_by="valid_till", coupon_sort_order="asc", coupon_limit="50"
    )
    ends = [row["valid_till"] for row in item["coupons"]["coupon"]]
    assert ends == sorted(ends)
    assert len(ends) == 23


async def test_an_expiry_schedule_is_summed_per_day(upstream: Caller):
    item = await upstream.item(person("lapsed"), expiry_schedule="true", expired_points="true")
    assert item["expiry_schedule"]["schedule"][0] == {"points": "850", "expiry_date": "2026-11-30"}
    assert item["expired_points"]["item"][0] == {"points": "310", "expired_on": "2026-08-31"}


async def test_an_empty_schedule_has_no_inner_key(upstream: Caller):
    item = await upstream.item(person("base_tier"), expiry_schedule="true")
    assert item["expiry_schedule"] == {}


async def test_unknown_flags_bring_nothing(upstream: Caller):
    plain = await upstream.item(ASHA)
    flags = dict.fromkeys(("basic", "members_care_access", "point_summary"), "true")
    assert await upstream.item(ASHA, **flags) == plain


async def test_a_customer_outside_loyalty_says_so(upstream: Caller):
    item = await upstream.item(person("non_loyalty"), mlp="true")
    assert (item["type"], item["current_slab"]) == ("NON_LOYALTY", "")
    assert item["points_summaries"] == {"points_summary": []}


async def test_without_the_default_program_customer_level_points_are_zero(upstream: Caller):
    item = await upstream.item(person("no_default_program"), mlp="true")
    assert item["loyalty_points"] == 0
    assert item["points_summaries"]["points_summary"][0]["loyaltyPoints"] == "3300"

"""What is odd about the upstream: its spelling, numbers and dates, and partial or XML-born answers on demand."""

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from gateway.sandbox import EndpointFault, person

from .conftest import Caller
from .test_v2_extras import expiry

V1 = "/v1.1/customer/get"
V2 = "/v2/customers/lookup/customerDetails"
MOBILE = ("mobile", "919800000001")


def broken(upstream: Caller, fault: EndpointFault) -> None:
    upstream.sandbox.faults.v1_get = upstream.sandbox.faults.v2_lookup = fault


async def test_v2_subscriptions_can_be_missing_with_a_warning(upstream: Caller):
    broken(upstream, EndpointFault(without=frozenset({"subscriptions"})))
    body = await upstream.v2(*MOBILE, embed="subscriptions,points,segments")
    assert "subscriptionInfo" not in body
    assert body["segments"]
    assert "pointsSummary" in body
    assert [(one["code"], one["status"]) for one in body["warnings"]] == [(91002, False)]


async def test_v2_segments_can_be_missing_with_a_warning(upstream: Caller):
    broken(upstream, EndpointFault(without=frozenset({"segments"})))
    body = await upstream.v2(*MOBILE, embed="segments,subscriptions")
    assert body["segments"] == {}
    assert "subscriptionInfo" in body
    assert [one["code"] for one in body["warnings"]] == [91004]


async def test_v1_blocks_can_be_missing_with_warnings(upstream: Caller):
    broken(upstream, EndpointFault(without=frozenset({"points", "segments", "subscriptions"})))
    (item,) = await upstream.items(mobile=MOBILE[1], mlp="true", subscriptions="1", segments="true")
    assert not {"subscriptions", "segments", "group_points_summaries"} & set(item)
    assert item["item_status"]["code"] == "1000"
    assert item["item_status"]["warnings"]["warning"] == ["91001", "91002", "91004"]


async def test_what_was_not_asked_for_cannot_be_missing(upstream: Caller):
    broken(upstream, EndpointFault(without=frozenset({"segments", "subscriptions"})))
    (item,) = await upstream.items(mobile=MOBILE[1])
    assert item["item_status"]["warnings"]["warning"] == []
    assert (await upstream.v2(*MOBILE))["warnings"] == []


async def test_missing_points_take_what_the_points_engine_has_along(upstream: Caller):
    broken(upstream, EndpointFault(without=frozenset({"points"})))
    engine = "points,mlp,returnedPoints,alternateCurrencies,expirySchedules,cardLoyaltyDetails"
    body = await upstream.v2(*MOBILE, embed=engine)
    assert set(body) == set(await upstream.v2_of(person("showcase")))
    assert [one["code"] for one in body["warnings"]] == [91001]


async def test_partial_is_short_for_missing_points():
    assert EndpointFault(partial=True).lost == EndpointFault(without=frozenset({"points"})).lost
    assert EndpointFault().lost == frozenset()


@pytest.mark.parametrize("part", ["points", "subscriptions", "segments"])
async def test_parts_go_missing_over_http(upstream: Caller, part: str):
    answer = await upstream.http.put("/_sandbox/faults", json={"v1_get": {"without": [part], "times": 1}})
    assert answer.json()["v1_get"]["without"] == [part]
    flags = {"mlp": "true", "subscriptions": "true", "segments": "true"}
    warnings = [(await upstream.items(id=100000001, **flags))[0]["item_status"]["warnings"] for _ in range(2)]
    assert [len(one["warning"]) for one in warnings] == [1, 0]


async def test_a_part_nobody_knows_is_refused(upstream: Caller):
    answer = await upstream.http.put("/_sandbox/faults", json={"v1_get": {"without": ["names"]}})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", [V1, V2])
async def test_a_refusal_can_be_xml_for_a_caller_of_json(upstream: Caller, path: str):
    broken(upstream, EndpointFault(xml_auth=True, times=1))
    answer = await upstream.http.get(path, headers={"Accept": "application/json"})
    status = ET.fromstring(answer.text).find("status")  # noqa: S314  our own text
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/xml")
    assert status is not None
    assert {part.tag: part.text for part in status} == {
        "success": "false",
        "code": "401",
        "message": "Invalid credentials",
    }
    after: httpx.Response = await upstream.http.get(path, params={"mobile": MOBILE[1]})
    assert after.status_code == 200


async def test_an_item_born_as_xml_has_an_object_for_a_list_of_one(upstream: Caller):
    one = person("one_of_each")
    native = await upstream.item(one, segments="true")
    broken(upstream, EndpointFault(xml_born=True))
    item = await upstream.item(one, segments="true")
    assert native["custom_fields"]["field"] == [{"name": "preferred_store", "value": "garden.mall"}]
    assert item["custom_fields"]["field"] == {"name": "preferred_store", "value": "garden.mall"}
    assert item["extended_fields"]["field"] == {"name": "city", "value": "Surat"}
    assert item["coupons"]["coupon"] == native["coupons"]["coupon"][0]
    assert item["transactions"]["transaction"] == native["transactions"]["transaction"][0]
    assert item["segments"]["segment"]["values"]["value"]["name"] == "low"
    assert item["notes"] == native["notes"][0]


async def test_an_item_born_as_xml_has_empty_text_for_nothing_and_no_numbers(upstream: Caller):
    broken(upstream, EndpointFault(xml_born=True))
    item = await upstream.item(person("base_tier"), expiry_schedule="true")
    assert [item[name] for name in ("gender", "notes", "identifiers", "expiry_schedule")] == ["", "", "", ""]
    assert item["custom_fields"] == {"field": ""}
    assert item["points_summaries"] == {"points_summary": ""}
    assert item["item_status"]["warnings"] == {"warning": ""}
    assert (item["loyalty_points"], item["lifetime_points"]) == ("800", "800")


async def test_an_item_born_as_xml_keeps_its_longer_lists(upstream: Caller):
    native = await upstream.item(person("showcase"))
    broken(upstream, EndpointFault(xml_born=True))
    item = await upstream.item(person("showcase"))
    assert list(item) == list(native)
    assert item["custom_fields"] == native["custom_fields"]
    assert item["transactions"] == native["transactions"]


async def test_an_answer_born_as_xml_has_an_object_for_a_batch_of_one(upstream: Caller):
    broken(upstream, EndpointFault(xml_born=True))
    response = await upstream.v1(mobile=MOBILE[1])
    assert response["customers"]["customer"]["firstname"] == "Asha"
    assert response["status"]["code"] == "200"
    two = await upstream.v1(mobile=f"{MOBILE[1]},919800000002")
    assert [item["firstname"] for item in two["customers"]["customer"]] == ["Asha", "Dev"]
    assert (await upstream.v1())["customers"] == ""


async def test_nothing_is_empty_text_in_some_places_of_a_native_answer(upstream: Caller):
    item = await upstream.item(person("base_tier"), mlp="true", user_group="true", customer_image="true")
    (summary,) = item["points_summaries"]["points_summary"]
    assert (item["trackers"], item["user_group"], item["customer_image"], summary["totalPoints"]) == ("", "", "", "")
    assert item["fraud_details"]["modified_on"] == ""


async def test_one_object_has_both_kinds_of_case(upstream: Caller):
    item = await upstream.item(person("showcase"), mlp="true")
    summary = item["points_summaries"]["points_summary"][0]
    assert {"lifetimePoints", "delayed_points", "slabSNo", "total_returned_points"} <= set(summary)


async def test_two_keys_are_misspelt(upstream: Caller):
    one = person("merged_survivor")
    item = await upstream.item(one, mlp="true", gap_to_upgrade_for="0", tier_upgrade_criteria="true")
    (summary,) = item["points_summaries"]["points_summary"]
    for strategy in summary["gap_to_upgrade"]["upgrade_strategy"]:
        assert "upgrade_entity_identifers" in strategy
        assert "upgrade_entity_identifiers" not in strategy
    assert "tier_update_criteria" in item
    assert "tier_upgrade_criteria" not in item


async def test_a_rule_without_a_tracker_has_an_empty_object_for_it(upstream: Caller):
    item = await upstream.item(person("merged_survivor"), mlp="true", gap_to_upgrade_for="0")
    tracked, plain = item["points_summaries"]["points_summary"][0]["gap_to_upgrade"]["upgrade_strategy"]
    assert tracked["upgrade_entity_identifers"]["tracker_name"] == "Spend within a year"
    assert plain["upgrade_entity_identifers"] == {}


async def test_billions_are_written_in_scientific_notation(upstream: Caller):
    item = await upstream.item(person("huge_points"), mlp="true")
    (summary,) = item["points_summaries"]["points_summary"]
    assert summary["lifetimePoints"] == "5.632820109E9"
    assert (item["lifetime_points"], type(item["lifetime_points"])) == (5632820109.0, float)
    broken(upstream, EndpointFault(xml_born=True))
    assert (await upstream.item(person("huge_points")))["lifetime_points"] == "5.632820109E9"


async def test_the_base_tier_has_a_trailing_blank_at_customer_level_only(upstream: Caller):
    item = await upstream.item(person("base_tier"), mlp="true")
    (summary,) = item["points_summaries"]["points_summary"]
    assert (item["current_slab"], summary["currentSlab"]) == ("Member ", "Member")


async def test_a_tier_change_may_lack_a_store(upstream: Caller):
    item = await upstream.item(person("long_history"), mlp="true", slab_history="true")
    stores = ["store" in row for row in item["slab_history"]["history"]]
    assert (sum(stores), len(stores)) == (5, 15)


async def test_never_is_a_hundred_years_ahead(upstream: Caller):
    one = person("base_tier")
    (old,) = (await upstream.item(one, mlp="true"))["points_summaries"]["points_summary"]
    (new,) = (await upstream.v2_of(one, embed="mlp"))["loyaltyProgramDetails"]
    assert (old["slabExpiryDate"], new["slabExpiryDate"]) == ("2121-04-12 23:59:59", "2121-04-12T23:59:59+05:30")


async def test_times_of_v1_have_no_zone(upstream: Caller):
    item = await upstream.item(person("dated_history"), mlp="true", slab_history="true")
    times: list[Any] = [item["registered_on"], item["updated_on"]]
    times.append(item["points_summaries"]["points_summary"][0]["slabExpiryDate"])
    times.extend(row["changed_on"] for row in item["slab_history"]["history"])
    assert item["registered_on"] == "2021-04-12 10:15:00"
    assert {datetime.fromisoformat(time).tzinfo for time in times} == {None}


async def test_dates_of_v2_have_the_offset_of_the_organisation_or_no_time(upstream: Caller):
    body = await upstream.v2(*MOBILE)
    card = body["cardDetails"][0]
    assert body["loyaltyInfo"]["attributionV2"]["createDate"] == "2021-04-12T10:15:00+05:30"
    assert (card["issuedDate"], card["createdDate"]) == ("2024-11-18T12:20:00+05:30", "2024-11-18")


async def test_links_to_a_picture_expire(upstream: Caller):
    noon = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
    for key, left in (("pictured", timedelta(hours=1)), ("stale_image", timedelta(hours=-23))):
        (image,) = (await upstream.v2_of(person(key), embed="customerImage"))["customerImage"]
        assert expiry(image["secureFilePath"]) - noon == left


async def test_a_merge_victim_is_answered_with_the_survivor(upstream: Caller):
    (item,) = await upstream.items(mobile="919800000017", user_id="true")
    assert (item["user_id"], item["mobile"]) == ("100000018", "919800000018")
    assert item["survivor_account_retrieved"] == "true"
    assert item["item_status"]["warnings"]["warning"] == ["91009"]
    assert item["item_status"]["message"].endswith(", Survivor account is retrieved for the requested merge victim")


async def test_a_survivor_asked_for_directly_is_an_ordinary_customer(upstream: Caller):
    item = await upstream.item(person("merged_survivor"))
    assert "survivor_account_retrieved" not in item
    assert item["item_status"]["warnings"]["warning"] == []


async def test_v2_answers_a_merge_victim_with_its_own_small_entity_and_a_warning(upstream: Caller):
    body = await upstream.v2("mobile", "919800000017", embed="mlp,points")
    assert (body["id"], [warning["code"] for warning in body["warnings"]]) == (100000017, [8069])
    assert not {"loyaltyProgramDetails", "pointsSummary", "cardDetails"} & set(body)

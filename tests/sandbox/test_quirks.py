"""What is odd about the upstream and can be provoked: partial answers, XML bodies, items born as XML."""

from xml.etree import ElementTree as ET

import httpx
import pytest

from gateway.sandbox import EndpointFault, person

from .conftest import Caller

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
    body = await upstream.v2(*MOBILE, embed="points,mlp,returnedPoints,alternateCurrencies,expirySchedules")
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

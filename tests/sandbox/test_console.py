"""`/_sandbox`: what was asked, who is here, and the knobs, over HTTP and in code."""

import time

import orjson
import pytest

from gateway.sandbox import CUSTOMERS, EndpointFault, Sandbox

from .conftest import Caller

V1 = "/v1.1/customer/get"
V2 = "/v2/customers/lookup/customerDetails"
SHOWCASE = {"source": "INSTORE", "identifierName": "mobile", "identifierValue": "919800000001"}


async def test_requests_are_recorded_with_parameters_in_the_order_sent(upstream: Caller):
    await upstream.v1(mobile="919800000001", mlp="true")
    (recorded,) = upstream.sandbox.requests
    assert (recorded.method, recorded.path) == ("GET", V1)
    assert list(recorded.params.items()) == [("format", "json"), ("mobile", "919800000001"), ("mlp", "true")]


async def test_recorded_requests_never_hold_a_credential(upstream: Caller):
    headers = {
        "X-CAP-API-OAUTH-TOKEN": "secret-token",
        "Accept-Language": "ar",
        "language": "zh",
        "X-CAP-CLIENT-COUNTRYCODE": "1",
        "Accept": "application/json",
        "X-CAP-API-ATTRIBUTION-ENTITY-TYPE": "TILL",
        "Cookie": "a=b",
    }
    await upstream.http.get(V1, headers=headers)
    client = {"key": "sandbox-key", "secret": "sandbox-secret"}
    await upstream.http.post("/v3/oauth/token/generate", json=client)
    shown = (await upstream.http.get("/_sandbox/requests")).json()
    assert shown[0]["headers"] == {
        "accept": "application/json",
        "accept-language": "ar",
        "language": "zh",
        "x-cap-client-countrycode": "1",
        "x-cap-api-attribution-entity-type": "TILL",
    }
    assert "secret" not in str(shown)
    assert "Basic" not in str(shown)


async def test_looking_is_not_recorded(upstream: Caller):
    await upstream.http.get("/_sandbox/customers")
    assert upstream.sandbox.requests == []


async def test_refused_requests_are_recorded_too(upstream: Caller):
    await upstream.http.get(V1, headers={"Authorization": "Basic no"})
    assert len(upstream.sandbox.requests) == 1


async def test_recorded_requests_can_be_deleted(upstream: Caller):
    await upstream.v1(mobile="919800000001")
    assert (await upstream.http.delete("/_sandbox/requests")).status_code == 204
    assert (await upstream.http.get("/_sandbox/requests")).json() == []


async def test_only_the_newest_thousand_requests_are_kept(upstream: Caller):
    for number in range(1003):
        await upstream.v1(id=number)
    assert len(upstream.sandbox.requests) == 1000
    assert upstream.sandbox.requests[-1].params["id"] == "1002"


async def test_customers_introduce_themselves_without_a_credential(upstream: Caller):
    del upstream.http.headers["Authorization"]
    shown = (await upstream.http.get("/_sandbox/customers")).json()
    assert len(shown) == len(CUSTOMERS)
    assert shown[0]["identifiers"]["cardExternalId"] == ["wallet-0101"]
    assert shown[0]["elsewhere"] == []


async def test_a_customer_says_what_other_sources_call_them(upstream: Caller):
    shown = (await upstream.http.get("/_sandbox/customers")).json()
    (one,) = [each for each in shown if each["key"] == "many_sources"]
    assert [each["accountId"] for each in one["elsewhere"]] == [
        *("martjack-main", "facebook-main", "line-main", "mobile-app-main", "wechat-main")
    ]
    assert one["elsewhere"][-1] == {
        "source": "WECHAT",
        "accountId": "wechat-main",
        "identifiers": {"wechat": "oWx-sandbox-0072", "unionId": "union-sandbox-0072"},
    }


async def test_the_index_has_lines_to_paste(upstream: Caller):
    text = (await upstream.http.get("/_sandbox")).text
    assert "curl" in text
    assert upstream.sandbox.credentials.basic in text


async def test_faults_are_set_over_http_and_cleared_by_an_empty_object(upstream: Caller):
    answer = await upstream.http.put("/_sandbox/faults", json={"v2_lookup": {"status": 503}})
    assert answer.json()["v2_lookup"]["status"] == 503
    assert (await upstream.http.get(V2, params=SHOWCASE)).status_code == 503
    await upstream.http.put("/_sandbox/faults", json={})
    assert (await upstream.http.get(V2, params=SHOWCASE)).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"v3": {}}, {"v1_get": {"speed": 1}}, {"v1_get": {"delay_s": -1}}, {"v1_get": {"status": 99}}, []],
)
async def test_a_fault_that_is_none_is_refused_and_changes_nothing(upstream: Caller, wrong: object):
    upstream.sandbox.faults.shuffle = True
    answer = await upstream.http.put("/_sandbox/faults", json=wrong)
    assert (answer.status_code, upstream.sandbox.faults.shuffle) == (400, True)


async def test_a_delay_is_waited_for(upstream: Caller):
    upstream.sandbox.faults.v1_get = EndpointFault(delay_s=0.05)
    began = time.perf_counter()
    await upstream.v1(mobile="919800000001")
    assert time.perf_counter() - began >= 0.05


async def test_a_fault_hits_only_its_endpoint(upstream: Caller):
    upstream.sandbox.faults.v1_get = EndpointFault(status=500)
    assert (await upstream.http.get(V1)).status_code == 500
    assert (await upstream.v2("mobile", "919800000001"))["id"] == 100000001


async def test_a_fault_can_wear_off(upstream: Caller):
    upstream.sandbox.faults.v2_lookup = EndpointFault(status=429, retry_after_s=7, times=2)
    answers = [await upstream.http.get(V2, params=SHOWCASE) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert "Retry-After" not in answers[2].headers


@pytest.mark.parametrize("body", ["truncated", "html", "empty"])
async def test_a_body_can_be_spoilt(upstream: Caller, body: str):
    upstream.sandbox.faults.v2_lookup = EndpointFault(body=body)  # pyright: ignore[reportArgumentType]
    answer = await upstream.http.get(V2, params=SHOWCASE)
    assert answer.status_code == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.content)


async def test_a_forced_401_looks_like_a_real_one(upstream: Caller):
    upstream.sandbox.faults.v1_get = EndpointFault(status=401)
    assert (await upstream.http.get(V1)).json()["response"]["status"]["code"] == "401"


async def test_a_partial_answer_lacks_points_and_says_so(upstream: Caller):
    upstream.sandbox.faults.v1_get = upstream.sandbox.faults.v2_lookup = EndpointFault(partial=True)
    (item,) = await upstream.items(mobile="919800000001", mlp="true")
    assert item["points_summaries"] == {"points_summary": []}
    assert item["item_status"]["warnings"]["warning"] == ["91001"]
    body = await upstream.v2("mobile", "919800000001", embed="points,subscriptions")
    assert "pointsSummary" not in body
    assert "subscriptionInfo" in body
    assert [warning["code"] for warning in body["warnings"]] == [91001]


async def test_a_shuffled_batch_has_its_failures_first(upstream: Caller):
    upstream.sandbox.faults.shuffle = True
    items = await upstream.items(mobile="919800000001,919800000002,910000000000")
    assert [item.get("external_id") for item in items] == [None, "EXT-0002", "EXT-0001"]


async def test_clear_forgets_requests_and_faults(upstream: Caller):
    sandbox: Sandbox = upstream.sandbox
    sandbox.faults.shuffle = True
    await upstream.v1(mobile="919800000001")
    sandbox.clear()
    assert (sandbox.requests, sandbox.faults.shuffle) == ([], False)


async def test_every_answer_has_a_request_id(upstream: Caller):
    answer = await upstream.http.get(V1)
    assert answer.headers["X-Cap-Requestid"] == "sandbox-00000001"

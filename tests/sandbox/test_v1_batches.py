"""Which customers a V1.1 request names, and the batch they come back in."""

from gateway.sandbox import create_sandbox

from .conftest import Caller

MOBILES = [f"9198000000{number}" for number in range(41, 66)]


async def test_a_batch_comes_back_by_ascending_id_not_as_asked(upstream: Caller):
    asked = MOBILES[:10]
    items = await upstream.items(mobile=",".join(asked), user_id="true")
    ids = [int(item["user_id"]) for item in items]
    assert ids == sorted(ids)
    assert sorted(item["mobile"] for item in items) == asked
    assert [item["mobile"] for item in items] != asked


async def test_twenty_five_customers_fit_in_a_batch_when_the_limit_allows():
    caller = Caller(create_sandbox(batch_limit=25))
    status = (await caller.v1(mobile=",".join(MOBILES)))["status"]
    assert status == {
        "success": "true",
        "code": 200,
        "message": "Success",
        "total": "25",
        "success_count": "25",
    }


async def test_a_batch_over_the_limit_fails_as_a_whole(upstream: Caller):
    response = await upstream.v1(mobile=",".join(MOBILES[:11]))
    assert (response["status"]["code"], response["status"]["total"]) == (500, "11")
    assert {item["item_status"]["code"] for item in response["customers"]["customer"]} == {"1060"}


async def test_failures_come_last_and_make_the_status_201(upstream: Caller):
    response = await upstream.v1(mobile="910000000000,919800000002", user_id="true")
    assert [item.get("user_id") for item in response["customers"]["customer"]] == ["100000002", None]
    assert response["status"] == {**response["status"], "code": 201, "total": "2", "success_count": "1"}


async def test_nobody_found_is_status_500_within_http_200(upstream: Caller):
    response = await upstream.v1(mobile="910000000000")
    assert response["status"] == {**response["status"], "success": "false", "code": 500, "success_count": "0"}


async def test_an_unknown_customer_carries_no_identifier(upstream: Caller):
    for name, code in (("mobile", "1012"), ("email", "1012"), ("external_id", "1012"), ("id", "1011")):
        (item,) = await upstream.items(**{name: "123"})
        assert (list(item), item["item_status"]["code"]) == (["item_status"], code)


async def test_an_id_that_is_no_number_is_invalid_input(upstream: Caller):
    (item,) = await upstream.items(id="12a")
    assert (list(item), item["item_status"]["code"]) == (["item_status"], "400")


async def test_a_deleted_customer_keeps_the_identifier_asked_by(upstream: Caller):
    (item,) = await upstream.items(mobile="919800000019")
    assert (item["mobile"], item["item_status"]["code"]) == ("919800000019", "8109")
    assert "firstname" not in item


async def test_several_identifier_kinds_are_one_customer_by_precedence(upstream: Caller):
    items = await upstream.items(
        id="100000002", email="farah.khan@example.com", mobile="919800000004,919800000005", user_id="true"
    )
    assert [item["user_id"] for item in items] == ["100000004"]


async def test_external_id_outranks_email_and_email_outranks_id(upstream: Caller):
    (item,) = await upstream.items(id="100000001", email="dev.malhotra@example.com", external_id="EXT-0003")
    assert item["external_id"] == "EXT-0003"
    (item,) = await upstream.items(id="100000001", email="dev.malhotra@example.com")
    assert item["external_id"] == "EXT-0002"


async def test_a_card_is_taken_by_external_id_but_not_by_number(upstream: Caller):
    (item,) = await upstream.items(card_external_id="wallet-1001", user_id="true")
    assert item["user_id"] == "100000010"
    response = await upstream.v1(card_number="CAPD0000001001")
    assert (response["status"]["code"], response["customers"]) == (400, None)


async def test_a_masked_customer_shows_stars_but_its_id(upstream: Caller):
    (item,) = await upstream.items(mobile="919800000020", user_id="true")
    assert (item["user_id"], item["mobile"], item["email"], item["external_id"]) == (
        "100000020",
        "91********20",
        "v***@example.com",
        "EX****20",
    )


async def test_an_email_is_found_in_any_spelling_and_returned_as_registered(upstream: Caller):
    (item,) = await upstream.items(email="firoz.daruwala@example.com")
    assert item["email"] == "Firoz.Daruwala@Example.COM"


async def test_only_json_is_served(upstream: Caller):
    response = await upstream.v1(format="xml", mobile="919800000001")
    assert (response["status"]["code"], response["customers"]) == (406, None)


async def test_an_id_beyond_53_bits_stays_exact(upstream: Caller):
    (item,) = await upstream.items(id="9007199254740993", user_id="true")
    assert item["user_id"] == "9007199254740993"

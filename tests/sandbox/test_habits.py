"""Organisations that heed other parameters than most, which is what a caller has to find out."""

from typing import Any

import pytest

from gateway.sandbox import Habits, create_sandbox, person

from .conftest import Caller

MOBILE = ("mobile", "919800000001")
BOTH_GAPS = {"gapToUpgrade": "30", "gapToRenew": "30"}
GAPS = {"upgradeStrategies", "gapToRenewSummary"}


def caller(**habits: Any) -> Caller:
    return Caller(create_sandbox(habits=Habits(**habits)))


def codes(body: dict[str, Any]) -> list[int]:
    return [error["code"] for error in body["errors"]]


async def gold(upstream: Caller, **params: str) -> dict[str, Any]:
    return (await upstream.v2(*MOBILE, **params))["loyaltyProgramDetails"][0]


async def test_an_id_can_be_an_identifier_of_the_lookup_instead_of_a_path():
    upstream = Caller(create_sandbox(by_id="lookup"))
    body = await upstream.v2("ID", "100000001", embed="mlp")
    assert body == await upstream.v2(*MOBILE, embed="mlp")
    answer = await upstream.http.get("/v2/customers/100000001?source=INSTORE")
    assert answer.status_code == 404


@pytest.mark.parametrize("id", ["123", "100000019", "100000015", "abc", "1" * 20])
async def test_an_id_that_is_nobodys_is_not_found_by_the_lookup(id: str):
    assert codes(await Caller(create_sandbox(by_id="lookup")).v2("id", id)) == [8015]


async def test_an_id_is_looked_up_within_its_source():
    upstream = Caller(create_sandbox(by_id="lookup"))
    body = await upstream.v2("id", "100000015", source="WECHAT", accountId="wechat-main")
    assert body["id"] == 100000015


@pytest.mark.parametrize("by_id", ["path", "none"])
async def test_the_lookup_takes_no_id_elsewhere(by_id: str):
    upstream = Caller(create_sandbox(by_id=by_id))  # pyright: ignore[reportArgumentType]
    assert codes(await upstream.v2("id", "100000001")) == [8013]
    assert codes(await upstream.v2("mobile,id", "919800000001,100000001")) == [8013]


async def test_cards_may_come_though_they_are_refused():
    upstream = caller(ignore_card_details=False)
    assert await upstream.v2(*MOBILE, embed="points, IgnoreCardDetails") == await upstream.v2(*MOBILE, embed="points")
    assert "cardDetails" in await upstream.v2_of(person("showcase"), embed="ignoreCardDetails")


@pytest.mark.parametrize(
    ("gaps", "by_flags", "by_embed"),
    [("both", GAPS, GAPS), ("flags", GAPS, set()), ("details", set(), GAPS), ("none", set(), set())],
)
async def test_gaps_come_by_flags_or_by_an_embed(gaps: str, by_flags: set[str], by_embed: set[str]):
    upstream = caller(gaps=gaps)
    assert GAPS & set(await gold(upstream, embed="mlp", **BOTH_GAPS)) == by_flags
    assert GAPS & set(await gold(upstream, embed="mlp,gapDetails")) == by_embed
    assert GAPS & set(await gold(upstream, embed="mlp, GAPDETAILS", **BOTH_GAPS)) == by_flags | by_embed


async def test_days_do_not_count_where_only_the_embed_does():
    upstream = caller(gaps="details")
    asked = await gold(upstream, embed="mlp,gapDetails", **BOTH_GAPS)
    assert asked == await gold(upstream, embed="mlp,gapDetails")


async def test_every_profile_may_come_though_one_was_asked_for():
    upstream, flag = caller(only_current_profile=False), {"includedOnlyCurrentProfile": "true"}
    both = await upstream.v2_of(person("two_profiles"), **flag)
    assert [profile["source"] for profile in both["profiles"]] == ["INSTORE", "WECHAT"]


async def test_v1_may_take_a_card_number():
    upstream = caller(card_number_on_v1=True)
    items = await upstream.items(card_number="CAPD0000001001,CAPD0000009999", user_id="true")
    assert [item.get("user_id") for item in items] == ["100000010", None]
    assert items[1]["item_status"]["code"] == "1011"
    (item,) = await upstream.items(card_number="CAPD0000001001", mobile="919800000002", user_id="true")
    assert item["user_id"] == "100000002"


async def test_what_is_not_heeded_is_recorded_all_the_same():
    upstream = caller(gaps="none", only_current_profile=False, ignore_card_details=False)
    await upstream.v2(*MOBILE, embed="gapDetails,ignoreCardDetails", gapToRenew="0")
    await upstream.v1(card_number="CAPD0000001001")
    v2, v1 = upstream.sandbox.requests
    assert (v2.params["embed"], v2.params["gapToRenew"]) == ("gapDetails,ignoreCardDetails", "0")
    assert v1.params["card_number"] == "CAPD0000001001"


async def test_the_usual_habits_are_those_of_a_plain_sandbox(upstream: Caller):
    asked = {"embed": "mlp,gapDetails,ignoreCardDetails", "includedOnlyCurrentProfile": "true"}
    assert await upstream.v2(*MOBILE, **asked) == await caller().v2(*MOBILE, **asked)

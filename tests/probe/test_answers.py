"""What a probe tells of every facet: once, with the right verdict and the right size."""

from collections import Counter
from typing import Any

import pytest

from gateway.facets.catalog import CATALOG
from gateway.sandbox import EndpointFault, create_sandbox
from tests.probe.support import ASHA, NOOR, Upstream, probed, replaced, usual
from tests.support.facets import EXAMPLES, SEEDS

CAME, NOTHING = "came", "nothing came"
FAILED, UNREADABLE = "upstream could not bring it", "came, but is not readable as documented"

ASHA_LACKS = {
    ("V2", "ALTERNATE_CURRENCIES"),
    ("V2", "CUSTOMER_IMAGE"),
    ("V2", "FLEET_PARENT"),
    ("V2", "USER_GROUP"),
    ("V2", "USER_GROUPS2"),
    ("V1.1", "CUSTOMER_IMAGE_V1"),
    ("V1.1", "NOTES"),
    ("V1.1", "TIER_UPGRADE_CRITERIA"),
    ("V1.1", "USER_GROUP_V1"),
    ("V1.1", "USER_GROUPS2_V1"),
}
HAD_BY_OTHERS = {
    36: [("V2", "CUSTOMER_IMAGE"), ("V1.1", "CUSTOMER_IMAGE_V1"), ("V1.1", "PROMOTER")],
    37: [("V2", "ALTERNATE_CURRENCIES"), ("V1.1", "TIER_UPGRADE_CRITERIA")],
    38: [("V2", "FLEET_PARENT")],
    40: [("V2", "USER_GROUP"), ("V2", "USER_GROUPS2"), ("V1.1", "USER_GROUP_V1"), ("V1.1", "USER_GROUPS2_V1")],
    71: [("V1.1", "NOTES")],
}
LACKED_BY_OTHERS = {
    2: [("V1.1", "GAP_TO_UPGRADE")],
    3: [("V1.1", "GAP_TO_RENEW"), ("V1.1", "GAP_TO_RENEW_V1"), ("V1.1", "RETENTION_CRITERIA")],
    4: [
        *((endpoint, name) for endpoint in ("V2", "V1.1") for name in ("PROGRAMS",)),
        ("V2", "POINTS"),
        ("V2", "GROUP_PROGRAMS"),
        ("V1.1", "GAP_TO_UPGRADE"),
        ("V1.1", "GAP_TO_UPGRADE_V1"),
    ],
    5: [("V2", "STATUS")],
    8: [("V2", "CARDS"), ("V2", "CARD_LOYALTY")],
    13: [("V1.1", "SLAB_HISTORY"), ("V1.1", "COUPONS"), ("V1.1", "TRANSACTIONS"), ("V2", "SEGMENTS")],
}
PLAIN = "(plain)"


async def test_every_facet_that_the_seeds_have_is_in_one_answer_of_each_endpoint_that_brings_it() -> None:
    found = await usual(ASHA)
    told = Counter((answer.endpoint, facet.name) for answer in found.findings.answers for facet in answer.facets)
    brought = {
        (way.endpoint, facet.name)
        for facet in EXAMPLES
        for way in CATALOG[facet.name].sources
        if way.available.holds(SEEDS, facet.argument_values)
    }
    assert len(brought) > 60
    assert told == dict.fromkeys(brought, 1)


async def test_every_documented_embed_and_flag_is_asked_for() -> None:
    """By the tables of facts §1.1, §1.2 and §2.1, but for filters, pages and what is sent with every call."""
    found = await usual(ASHA)
    embeds = {name for call in found.asked for name in call.params.get("embed", "").split(",")} - {""}
    assert embeds == {
        *("points", "subscriptions", "mlp", "promotionalPoints", "expirySchedules", "expiredPoints", "returnedPoints"),
        *("segments", "userGroup", "gapDetails", "customerImage", "cardLoyaltyDetails", "fleetParentDetails"),
        *("ignoreCardDetails", "customerStatus", "alternateCurrencies"),
    }
    v2 = {name for call in found.asked if call.path.startswith("/v2") for name in call.params}
    assert v2 - {"source", "embed", "identifierName", "identifierValue"} == {
        *("gapToUpgrade", "gapToRenew", "includedFraudDetails", "includedUserGroup2LoyaltyDetails"),
        *("includedAllUserGroup2", "includedOnlyCurrentProfile"),
    }
    v1 = {name for call in found.asked if call.path.startswith("/v1.1") for name in call.params}
    assert v1 >= {
        *("user_id", "next_slab", "slab_history", "ndnc_status", "optin_status", "expiry_schedule", "expired_points"),
        *("points_summary", "promotion_points", "membership_retention_criteria", "tier_upgrade_criteria", "mlp"),
        *("gap_to_upgrade_for", "gap_to_renew_for", "user_group", "customer_image", "transactions", "notes"),
        *("subscriptions", "segments", "member_care_access", "card_details", "tracker_info", "delayed_accrual"),
        *("program_id", "program_summary"),
    }


async def test_the_plain_call_comes_first_and_every_call_is_told_by_how_it_differs() -> None:
    found = await usual(ASHA)
    rows = [(answer.endpoint.value, answer.shown) for answer in found.findings.answers]
    assert len(rows) == len(set(rows))
    v2, v1 = ([shown for endpoint, shown in rows if endpoint == wanted] for wanted in ("V2", "V1.1"))
    assert (v2[0], v1[0]) == (PLAIN, PLAIN)
    assert {"embed=points", "includedFraudDetails=true", "without embed=ignoreCardDetails"} <= set(v2)
    assert {"mlp=true slab_history=true", "without notes=false", "mlp=true program_id=1001"} <= set(v1)


# --- verdicts ---


async def test_what_a_customer_has_came_and_of_the_rest_nothing() -> None:
    found = await usual(ASHA)
    in_doubt = ("V1.1", "PROMOTER")  # see test_a_block_with_nothing_in_it_is_nothing
    nothing = {facet for facet, verdict in found.verdicts.items() if verdict == NOTHING}
    assert nothing - {in_doubt} == ASHA_LACKS
    assert {found.verdicts[facet] for facet in found.verdicts.keys() - nothing} == {CAME}


@pytest.mark.parametrize(("number", "facets"), HAD_BY_OTHERS.items())
async def test_what_the_showcase_lacks_comes_with_another_customer(number: int, facets: list[Any]) -> None:
    found = await usual(f"id=1000000{number:02d}")
    assert {facet: found.verdicts[facet] for facet in facets} == dict.fromkeys(facets, CAME)


def test_every_facet_comes_with_somebody() -> None:
    assert {facet for facets in HAD_BY_OTHERS.values() for facet in facets} >= ASHA_LACKS


@pytest.mark.parametrize(("number", "facets"), LACKED_BY_OTHERS.items())
async def test_what_a_customer_lacks_does_not_come(number: int, facets: list[Any]) -> None:
    found = await usual(f"id=1000000{number:02d}")
    assert {facet: found.verdicts[facet] for facet in facets} == dict.fromkeys(facets, NOTHING)


@pytest.mark.parametrize(
    ("customer", "endpoint", "facet"),
    [
        (ASHA, "V1.1", "PROMOTER"),
        ("id=100000002", "V2", "NEXT_SLAB"),
        ("id=100000002", "V1.1", "NEXT_SLAB"),
        ("id=100000003", "V1.1", "FRAUD_V1"),
        (NOOR, "V1.1", "CARDS_V1"),
        (NOOR, "V1.1", "PROMOTION_POINTS"),
        (NOOR, "V2", "PROMOTIONAL_POINTS"),
    ],
)
async def test_a_block_with_nothing_in_it_is_nothing(customer: str, endpoint: str, facet: str) -> None:
    assert (await usual(customer)).verdicts[endpoint, facet] == NOTHING


LOST = {
    "points": {
        *(("V2", name) for name in ("POINTS", "POINTS_V2", "NEXT_SLAB")),
        *(("V2", name) for name in ("PROGRAMS", "PROGRAMS_V2", "GROUP_PROGRAMS")),
        *(("V2", name) for name in ("EXPIRY_SCHEDULES", "EXPIRED_POINTS", "RETURNED_POINTS", "ALTERNATE_CURRENCIES")),
        *(("V1.1", name) for name in ("POINTS", "NEXT_SLAB", "PROGRAMS", "PROGRAMS_V1")),
        *(("V1.1", f"GAP_TO_{name}") for name in ("RENEW", "RENEW_V1", "UPGRADE", "UPGRADE_V1")),
    },
    "subscriptions": {("V2", "SUBSCRIPTIONS"), ("V1.1", "SUBSCRIPTIONS_V1")},
    "segments": {("V2", "SEGMENTS"), ("V1.1", "SEGMENTS_V1")},
}


@pytest.mark.parametrize("part", LOST)
async def test_what_upstream_says_it_could_not_bring_is_told_so(part: Any) -> None:
    sandbox = create_sandbox()
    sandbox.faults.v1_get = sandbox.faults.v2_lookup = EndpointFault(without=frozenset({part}))
    found = await probed(ASHA, sandbox)
    assert {facet for facet, verdict in found.verdicts.items() if verdict == FAILED} == LOST[part]


WRONG = {
    "a number that is none": ("lifetimePurchases", "many", {("V2", "MEMBERSHIP")}),
    "a day that is none": ("issuedOn", "soon", {("V2", "PROMOTIONAL_POINTS")}),
    "a text for a list of cards": ("cardDetails", "two", {("V2", "CARDS")}),
    "a number for a history": ("slab_history", 7, {("V1.1", "SLAB_HISTORY")}),
    "a truth value for points": ("expiry_schedule", True, {("V1.1", "EXPIRY_DAYS")}),
    "an id that is a list": ("series_id", ["x"], {("V1.1", "COUPONS")}),
}


@pytest.mark.parametrize(("key", "value", "facets"), WRONG.values(), ids=WRONG)
async def test_a_field_of_a_wrong_type_makes_its_facet_unreadable_and_no_other(
    key: str, value: Any, facets: set[Any]
) -> None:
    plain = await usual(ASHA)
    found = await probed(ASHA, transport=Upstream(create_sandbox(), rewrite=replaced(key, value)))
    changed = {facet: verdict for facet, verdict in found.verdicts.items() if verdict != plain.verdicts[facet]}
    assert changed == dict.fromkeys(facets, UNREADABLE)
    assert "not readable as documented" in found.findings.table()


@pytest.mark.parametrize("value", [{"odd": 1}, ["odd"], "odd", None])
async def test_profiles_that_are_no_list_end_no_probe(value: Any) -> None:
    found = await probed(ASHA, transport=Upstream(create_sandbox(), rewrite=replaced("profiles", value)))
    assert found.verdicts["V2", "POINTS"] == CAME


async def test_profiles_that_are_a_number_end_no_probe() -> None:
    found = await probed(ASHA, transport=Upstream(create_sandbox(), rewrite=replaced("profiles", 7)))
    assert found.verdicts["V2", "POINTS"] == CAME

"""Blocks that upstream documents by name only: handed on as they come, left out where nothing comes."""

from typing import Any

import pytest

from gateway.model import from_v1, from_v2, undocumented
from gateway.model.readers import Anomaly
from gateway.model.undocumented import MembershipRetentionCriteria, Raw
from tests.model.reading import NOTHING, Json, oddities, read
from tests.model.v1_item import ITEM, RETENTION
from tests.model.v2_entity import ENTITY

V1_BLOCKS: dict[str, tuple[Any, Any]] = {
    "card_details": (from_v1.card_details, undocumented.CardDetails),
    "customer_image": (from_v1.image_details, undocumented.ImageDetails),
    "delayed_accrual": (from_v1.delayed_accrual, undocumented.DelayedAccrual),
    "member_care_access": (from_v1.member_care_access, undocumented.MemberCareAccess),
    "notes": (from_v1.notes, undocumented.Notes),
    "subscriptions": (from_v1.subscription_details, undocumented.SubscriptionDetails),
    "trackers": (from_v1.trackers, undocumented.Trackers),
    "user_group": (from_v1.user_group_details, undocumented.UserGroupDetails),
    "user_groups2": (from_v1.user_groups2_details, undocumented.UserGroups2Details),
}
V2_BLOCKS: dict[str, tuple[Any, Any]] = {
    "cardLoyaltyDetails": (from_v2.card_loyalty, undocumented.CardLoyaltyDetails),
    "fleetParentDetails": (from_v2.fleet_parent, undocumented.FleetParent),
    "returnedPoints": (from_v2.returned_points, undocumented.ReturnedPoints),
    "userGroup": (from_v2.user_group, undocumented.UserGroup),
    "userGroups2": (from_v2.user_groups2, undocumented.UserGroups2),
}
BLOCKS = [(key, how, kind) for key, (how, kind) in (V1_BLOCKS | V2_BLOCKS).items()]
each_block = pytest.mark.parametrize(("key", "how", "kind"), BLOCKS, ids=[key for key, _, _ in BLOCKS])
each_block_of_v2 = pytest.mark.parametrize(
    ("key", "how", "kind"), [(key, how, kind) for key, (how, kind) in V2_BLOCKS.items()], ids=list(V2_BLOCKS)
)

SHAPES: dict[str, Any] = {
    "object": {"b": "1", "a": {"c": [1, "2", None, 3.5]}},
    "list": [{"id": 2}, {"id": "1"}],
    "text with blanks": " two\nlines ",
    "number": 12.5,
    "nought": 0,
    "true": True,
    "false": False,
    "wrapper around nothing": {"card": []},
    "list of an empty element": [[]],
}


def test_every_kind_of_undocumented_block_is_read_here():
    declared = (kind for kind in vars(undocumented).values() if isinstance(kind, type) and issubclass(kind, Raw))
    kinds = set(declared) - {Raw, MembershipRetentionCriteria}
    assert kinds == {kind for _, _, kind in BLOCKS}


@each_block
def test_a_block_is_read_from_its_own_place_in_the_payload(key: str, how: Any, kind: Any):
    payload = ITEM if key in V1_BLOCKS else ENTITY
    assert read(how, payload) == kind(raw=payload[key])


UNTOUCHED = [
    pytest.param(
        key,
        how,
        kind,
        value,
        id=f"{key}-{shape}",
    )
    for key, how, kind in BLOCKS
    for shape, value in SHAPES.items()
]


@pytest.mark.parametrize(("key", "how", "kind", "value"), UNTOUCHED)
def test_a_block_of_any_shape_is_handed_on_untouched(key: str, how: Any, kind: Any, value: Any):
    found = read(how, {key: value})
    assert type(found) is kind
    assert found.raw is value


@each_block
@pytest.mark.parametrize("nothing", NOTHING)
def test_a_block_of_nothing_is_no_block(key: str, how: Any, kind: Any, nothing: Any):
    assert read(how, {key: nothing}) is None, kind


@each_block
def test_a_block_that_did_not_come_is_no_block(key: str, how: Any, kind: Any):
    others = {other: value for other, value in (ITEM | ENTITY).items() if other != key}
    assert read(how, others) is None, kind


# Of V1.1.

SUBSCRIPTIONS: dict[str, Any] = {
    "of the update": {"subscription": [{"channel": "SMS", "priority": "BULK", "scope": "ALL", "status": "1"}]},
    "of customer/subscriptions": {"channel": [{"name": "sms", "priority": [{"name": "bulk", "subscribed": "1"}]}]},
    "bare": [{"channel": "SMS"}],
}


@pytest.mark.parametrize("key", ["subscriptions", "subscription"])
@pytest.mark.parametrize("block", SUBSCRIPTIONS.values(), ids=SUBSCRIPTIONS)
def test_subscriptions_are_handed_on_in_each_known_shape_under_either_key(key: str, block: Any):
    assert read(from_v1.subscription_details, {key: block}).raw is block


@pytest.mark.parametrize("nothing", NOTHING)
def test_empty_subscriptions_do_not_hide_those_of_an_old_server(nothing: Any):
    item = {"subscriptions": nothing, "subscription": SUBSCRIPTIONS["bare"]}
    assert read(from_v1.subscription_details, item).raw == SUBSCRIPTIONS["bare"]


@pytest.mark.parametrize("nothing", NOTHING)
def test_subscriptions_that_are_empty_under_both_keys_are_none(nothing: Any):
    assert read(from_v1.subscription_details, {"subscriptions": nothing, "subscription": nothing}) is None


def test_of_two_blocks_of_subscriptions_the_documented_one_counts():
    item = {"subscription": [1], "subscriptions": [2]}
    assert read(from_v1.subscription_details, item).raw == [2]


def criteria(block: Any, anomalies: int = 0) -> Any:
    return read(from_v1.retention_criteria, {"membership_retention_criteria": block}, anomalies)


def test_retention_criteria_are_read_and_handed_on_whole():
    assert read(from_v1.retention_criteria, ITEM) == MembershipRetentionCriteria(
        program_id="1001", visits=6, purchase=2500.5, raw=RETENTION
    )


def test_retention_criteria_of_numbers_are_the_same():
    block = {"programId": 1001, "visits": 6.0, "purchase": 2500.5}
    assert criteria(block) == MembershipRetentionCriteria(program_id="1001", visits=6, purchase=2500.5, raw=block)


@pytest.mark.parametrize("key", ["programId", "program_id"])
def test_the_program_of_retention_criteria_stands_under_either_key(key: str):
    assert criteria({key: "1001"}).program_id == "1001"


def test_retention_criteria_in_a_list_of_one_are_read():
    found = criteria([RETENTION])
    assert (found.program_id, found.visits, found.purchase) == ("1001", 6, 2500.5)
    assert found.raw == [RETENTION]


@pytest.mark.parametrize("block", [{"tracker": {"name": "x"}}, {"programs": [RETENTION]}])
def test_retention_criteria_of_an_unknown_shape_are_handed_on(block: Json):
    assert criteria(block) == MembershipRetentionCriteria(raw=block)


@pytest.mark.parametrize("value", ["6 visits", 6, True])
def test_retention_criteria_that_are_no_object_are_handed_on_and_an_anomaly(value: Any):
    found, odd = oddities(from_v1.retention_criteria, {"membership_retention_criteria": value})
    assert found == MembershipRetentionCriteria(raw=value)
    assert odd == [Anomaly("membership_retention_criteria", "object", type(value).__name__)]


def test_retention_criteria_that_cannot_be_read_are_null_and_anomalies_without_their_values():
    block = RETENTION | {"visits": "six", "purchase": {"amount": 1}}
    found, odd = oddities(from_v1.retention_criteria, {"membership_retention_criteria": block})
    assert found == MembershipRetentionCriteria(program_id="1001", raw=block)
    assert odd == [Anomaly("visits", "number", "str"), Anomaly("purchase", "number", "dict")]


@pytest.mark.parametrize("nothing", NOTHING)
def test_retention_criteria_of_nothing_are_none(nothing: Any):
    assert criteria(nothing) is None
    assert read(from_v1.retention_criteria, {}) is None


# Of V2.


@each_block_of_v2
def test_a_block_of_v2_is_found_under_a_key_that_is_spelt_almost_like_it(key: str, how: Any, kind: Any):
    for spelling in (key.upper(), key.lower(), key.removesuffix("s"), key.removesuffix("s") + "s"):
        assert read(how, {"id": 1, spelling: {"a": 1}}) == kind(raw={"a": 1}), spelling


def test_groups_of_the_newer_kind_are_not_the_older_group():
    assert read(from_v2.user_group, {"userGroups2": [{"id": 1}]}) is None
    assert read(from_v2.user_groups2, {"userGroup": {"id": 1}}) is None


@each_block_of_v2
def test_an_empty_block_under_one_spelling_does_not_hide_the_other(key: str, how: Any, kind: Any):
    for nothing in NOTHING:
        assert read(how, {key.lower(): nothing, key: {"a": 1}}) == kind(raw={"a": 1})

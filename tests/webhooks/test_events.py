"""What an event says of the cache: in every envelope and spelling, and for whatever else may be sent."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.webhooks.events import ADDING, CHANGING, OTHER, REMINDERS, Event, read
from tests.webhooks.payloads import ORGANISATION, SHAPES, Json, embodied, enveloped, flat, ids, member, named, wrapped

Shape = Callable[..., Json]


def event(payload: object) -> Event:
    found = read(payload)
    assert found is not None
    return found


# --- the envelopes ---


@pytest.mark.parametrize("shape", SHAPES)
def test_an_event_is_the_same_in_every_envelope(shape: Shape) -> None:
    expected = Event("pointsIssued", "e-7", str(ORGANISATION), ids(5), frozenset(), changes=True, adds=False)
    assert read(shape("pointsIssued", named(5), id="e-7")) == expected


@pytest.mark.parametrize("shape", SHAPES)
def test_the_name_and_id_of_the_triggering_activity_are_not_the_event_s(shape: Shape) -> None:
    found = event(shape("targetValueAchieved", named(5, eventName="TransactionAdd", eventId=15)))
    assert (found.name, found.id) == ("targetValueAchieved", "a-1")


@pytest.mark.parametrize("name", ["4711_customerAdded", "customerAdded", " customerAdded ", "CUSTOMERADDED"])
def test_an_event_type_alone_names_the_event(name: str) -> None:
    payload = enveloped("", named(5), event_type=name)
    del payload["attributes"]["eventName"]
    assert event(payload).name == "customerAdded"


def test_keys_may_have_blanks_around_and_inside_them() -> None:
    payload = {
        " eventName": "customerUpdated",
        "eventId ": "e",
        "org Id": 1,
        "data ": {"customerIdentifiers ": {" customer Id": 5}},
    }
    assert event(payload) == Event("customerUpdated", "e", "1", ids(5), frozenset(), changes=True, adds=False)


def test_a_null_under_one_spelling_of_a_key_does_not_hide_the_value_under_another() -> None:
    assert event({"eventName": None, "eventName ": "tierRenewed", "eventId": None, "eventId ": "e"}).id == "e"


@pytest.mark.parametrize("id", [None, "", " ", [], {}, True, "a\nb", "x" * 201, 1.5])
@pytest.mark.parametrize("shape", SHAPES)
def test_an_event_without_a_usable_id_has_none(shape: Shape, id: Any) -> None:
    assert event(shape("tierUpgraded", named(5), id=id)).id is None


@pytest.mark.parametrize(
    ("given_id", "text"), [(1231, "1231"), (50952.0, "50952"), ("50952.0", "50952"), (" 7 ", "7"), ("north", "north")]
)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_organisation_is_text_however_it_is_written(shape: Shape, given_id: Any, text: str) -> None:
    assert event(shape("tierUpgraded", named(5), orgId=given_id)).organisation == text


@pytest.mark.parametrize("payload", [None, 1, "customerAdded", True, [], {}, {"data": {}}, {"data": {"data": {}}}])
def test_what_has_no_name_is_no_event(payload: object) -> None:
    assert read(payload) is None


@pytest.mark.parametrize("name", [None, "", "  ", 5.5, [], {}, "4711_", "a\x00b", "x" * 300])
def test_a_name_that_is_none_makes_no_event(name: Any) -> None:
    payload = flat("", named(5))
    payload["eventName"] = name
    assert read(payload) is None


def test_a_list_is_no_event() -> None:
    assert read([flat("customerAdded", named(5))]) is None


# --- whom it names ---


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        (379499720, "379499720"),
        (379499720.0, "379499720"),
        ("379499720", "379499720"),
        (" 379499720 ", "379499720"),
        ("379499720.0", "379499720"),
        ("3.7949972E8", "379499720"),
        ("3.7949972E+8", "379499720"),
        ("000123", "123"),
        (2**53 + 1, "9007199254740993"),
        ("9007199254740993.0", "9007199254740993"),
        ("9.007199254740993E15", "9007199254740993"),
        (2**63 - 1, "9223372036854775807"),
        (10**30 + 1, "1" + "0" * 29 + "1"),
    ],
)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_customer_id_is_exact_however_it_is_written(shape: Shape, written: Any, digits: str) -> None:
    assert event(shape("tierRenewed", named(written))).customers == ids(digits)


NOBODY = [
    *(None, -1, 0, 0.0, "0", "-1", "", "abc", "5.5", 5.5, True, False),
    *([], {}, "1E-3", "٣", "1_0", "1,2", float("nan"), float("inf"), 10**5000, "9" * 300),
]


@pytest.mark.parametrize("written", NOBODY, ids=lambda value: str(type(value)))
def test_what_is_no_customer_id_names_nobody(written: Any) -> None:
    found = event(flat("tierRenewed", named(written)))
    assert (found.customers, found.cards) == (frozenset(), frozenset())


def test_a_merge_names_the_survivor_and_the_victim() -> None:
    data = {"survivorCustomerIdentifiers": {"customerId": 1}, "victimCustomerIdentifiers": {"customerId": 2}}
    payload = flat("loyaltyCustomerMerge", data)
    del payload["eventId"]
    expected = Event("loyaltyCustomerMerge", None, str(ORGANISATION), ids(1, 2), frozenset(), changes=True, adds=True)
    assert read(payload) == expected


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("pointsTransferredInitiated", "transferReceivingCustomerIdentifiers"),
        ("pointsTransferredReceived", "transferInitiatingCustomerIdentifiers"),
    ],
)
def test_a_transfer_of_points_names_both_sides(name: str, other: str) -> None:
    assert event(flat(name, named(1, **{other: {"customerId": 2}}))).customers == ids(1, 2)


@pytest.mark.parametrize(
    ("name", "changed"), [("groupMemberAdded", "memberAdded"), ("groupMemberRemoved", "memberRemoved")]
)
def test_an_event_of_a_group_names_the_primary_member_and_the_one_who_came_or_went(name: str, changed: str) -> None:
    assert event(flat(name, {"groupId": 9, "primaryMember": member(1), changed: member(2)})).customers == ids(1, 2)


def test_every_member_of_a_list_is_named() -> None:
    data = {"groupId": 9, "members": [member(1), member(2), member(3)]}
    assert event(wrapped("groupUpdated", data)).customers == ids(1, 2, 3)


def test_every_coupon_of_an_issue_names_its_customer() -> None:
    data = {"coupons": [{"id": 8, **named(1)}, {"id": 9, **named(2)}], "series_info": {"id": 7}}
    assert event(flat("IssueBulkCoupon", data)).customers == ids(1, 2)


def test_a_list_of_ids_names_them_all() -> None:
    assert event(flat("labelCreated", {"customerIds": [1, "2", 3.0, None]})).customers == ids(1, 2, 3)


def test_an_entity_is_a_customer_only_if_it_is_said_to_be_a_user() -> None:
    user, other = ({"entityInformation": {"entityType": kind, "entityId": 6}} for kind in ("USER", "entityType"))
    assert event(flat("pointsIssued", user)).customers == ids(6)
    assert event(flat("pointsIssued", other)).customers == frozenset()


def test_who_entered_it_and_what_it_is_about_are_no_customers() -> None:
    data = named(5, enteredBy={"id": 7}, transactionId=8, triggeringActivity={"identifiers": [{"key": "id"}]})
    assert event(flat("transactionAdded", data)).customers == ids(5)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_reference_of_a_new_customer_names_them_when_nothing_else_does(shape: Shape) -> None:
    assert event(shape("customerAdded", {}, refId=f"{ORGANISATION}_55")).customers == ids(55)
    assert event(shape("customerAdded", named(5), refId=f"{ORGANISATION}_55")).customers == ids(5)


def test_the_reference_names_nobody_where_it_is_something_else() -> None:
    for name in (CHANGING | {"unheardOf"}) - {"customerAdded"}:
        assert event(flat(name, {}, refId=f"{ORGANISATION}_55")).customers == frozenset(), name


@pytest.mark.parametrize("reference", ["1_55", "4711_tQ9", "4711_null", "4711_55_6", "55", "", None, 4711.55, "4711_0"])
def test_a_reference_of_another_form_or_organisation_names_nobody(reference: Any) -> None:
    assert event(flat("customerAdded", {}, refId=reference)).customers == frozenset()


def test_a_card_event_names_its_card() -> None:
    found = event(enveloped("cardUpdated", {"cardNumber": " c-10210 "}, refId=f"{ORGANISATION}_1482979"))
    assert (found.customers, found.cards, found.changes) == (frozenset(), {"c-10210"}, True)


def test_the_cards_of_a_customer_who_is_named_by_id_are_left_out() -> None:
    data = {"cardNumber": "c", "customerIdentifiers": {"customerId": 5, "instore": {"cardNumbers": ["d"]}}}
    assert event(flat("cardUpdated", data)).cards == frozenset()


def test_cards_stand_in_for_an_id_that_is_missing() -> None:
    data = {"customerIdentifiers": {"instore": {"cardnumber": "c", "cardNumbers": ["d", 10210, 5.0, "\n", "\ud800"]}}}
    assert event(flat("customerUpdated", data)).cards == {"c", "d", "10210", "5"}


# --- what it changes ---


@pytest.mark.parametrize("name", sorted(CHANGING))
def test_an_event_of_the_table_changes_what_we_keep_whoever_it_names(name: str) -> None:
    assert event(flat(name, {})).changes
    assert event(flat(name.upper(), named(5))) == event(flat(name, named(5)))
    assert event(flat(name, {})).adds == (name in ADDING)


@pytest.mark.parametrize("name", [*sorted(REMINDERS), "walletExpiryReminder"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_reminder_changes_nothing(shape: Shape, name: str) -> None:
    found = event(shape(name, named(5)))
    assert (found.customers, found.changes, found.adds) == (ids(5), False, False)


@pytest.mark.parametrize(
    ("data", "changes"), [(named(5), True), ({"cardNumber": "c"}, True), ({"rewardId": 5}, False), (None, False)]
)
def test_an_unknown_event_changes_something_when_it_names_somebody(data: Any, *, changes: bool) -> None:
    found = event(flat("labelAssignmentAdded", data))
    assert (found.changes, found.adds, found.label) == (changes, False, OTHER)


def test_a_label_is_of_a_bounded_set() -> None:
    assert event(flat("PointsExpired", named(5))).label == "pointsExpired"
    assert event(flat("customerId=5", named(5))).label == OTHER


def test_the_text_of_an_event_shows_no_customer() -> None:
    shown = repr(event(flat("cardUpdated", {"cardNumber": "c-10210"}, id="e-secret")))
    assert "10210" not in shown
    assert "secret" not in shown
    assert "5150" not in repr(event(flat("customerAdded", named(5150))))


# --- whatever may be sent ---

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
KEYS = st.sampled_from(
    [
        *("eventName", "eventType", "eventId", "attributes", "body", "data", "orgId", "refId", "customerIdentifiers"),
        *("customerId", "cardNumber", "entityInformation", "entityType", "entityId"),
    ]
)
VALUES = st.sampled_from(["customerAdded", "4711_cardUpdated", "USER", "4711_5", "1e99", 5, 5.0, -1, 2**70, "\ud800"])
LIKE_AN_EVENT = st.recursive(
    VALUES | ANY_JSON,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)

EVENTS = [
    shape(name, data)
    for shape in (flat, enveloped, wrapped, embodied)
    for name, data in [
        ("customerAdded", named(5)),
        ("cardUpdated", {"cardNumber": "c"}),
        ("groupMemberAdded", {"primaryMember": member(1), "memberAdded": member(2)}),
        ("CouponIssue", {"coupons": [named(1), named(2)]}),
    ]
]


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a payload."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, one in inner for place in places(one, (*here, key)))]


def mutated(payload: Json, place: tuple[Any, ...], value: Any, *, remove: bool) -> Any:
    """The payload with something else, or nothing, at the place."""
    if not place:
        return value
    found = deepcopy(payload)
    around: Any = found
    for key in place[:-1]:
        around = around[key]
    if remove:
        del around[place[-1]]
    else:
        around[place[-1]] = value
    return found


def is_sound(found: Event | None) -> bool:
    """What everyone may rely on, whatever was sent."""
    if found is None:
        return True
    texts = [found.name, found.id or "-", found.organisation or "-", *found.cards]
    return (
        all(text and text.isprintable() and text.encode() for text in texts)
        and all(one.isascii() and one.isdigit() and one[0] != "0" for one in found.customers)
        and not (found.customers and found.cards)
        and found.label in CHANGING | REMINDERS | {OTHER}
    )


@given(ANY_JSON | LIKE_AN_EVENT)
def test_no_json_raises(payload: object) -> None:
    assert is_sound(read(payload))


@given(st.data())
def test_no_mutation_of_an_event_raises(data: st.DataObject) -> None:
    payload = data.draw(st.sampled_from(EVENTS))
    place = data.draw(st.sampled_from(places(payload)))
    assert is_sound(read(mutated(payload, place, data.draw(LIKE_AN_EVENT), remove=data.draw(st.booleans()))))


@given(st.integers(1, 2**80), st.sampled_from(SHAPES))
def test_every_id_survives_json_exactly(customer: int, shape: Shape) -> None:
    body = json.dumps(shape("tierRenewed", named(customer)))
    assert event(json.loads(body)).customers == ids(customer)
    assert event(json.loads(body, parse_int=str)).customers == ids(customer)


def test_a_deep_payload_is_read() -> None:
    data: Json = named(5)
    for _ in range(100_000):
        data = {"inner": [data]}
    assert event(flat("tierRenewed", data)).customers == ids(5)


@pytest.mark.parametrize("wrapper", ["data", "body", "attributes"])
def test_a_deep_envelope_is_none(wrapper: str) -> None:
    payload = flat("tierRenewed", named(5))
    for _ in range(100_000):
        payload = {wrapper: payload}
    assert read(payload) is None

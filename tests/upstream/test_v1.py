from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given

from gateway.errors import BadUserInput, UpstreamRateLimited, UpstreamUnauthorized, UpstreamUnavailable
from gateway.facets.capabilities import Capabilities
from gateway.facets.catalog import GAP_TO_RENEW, SLAB_HISTORY
from gateway.facets.facet import Endpoint, IdentifierKind
from gateway.upstream import v1
from gateway.upstream.answers import Deleted, Failed, Found, NotFound, Outcome, Target, Unattributed
from tests.model.payloads import json_objects_of, json_values, keys_of, spoilt
from tests.upstream.calls import CARD_EXTERNAL_ID, CARD_NUMBER, EMAIL, EXTERNAL_ID, ID, MOBILE, call, target

Json = dict[str, Any]
OK: Json = {
    "success": "true",
    "code": "1000",
    "message": "Customer successfully retrieved",
    "warnings": {"warning": []},
}


def item(user_id: Any = "71", status: Any = OK, **keys: Any) -> Json:
    return {"user_id": user_id, "firstname": "Nila", "item_status": status, **keys}


def refused(code: Any, **keys: Any) -> Json:
    return {**keys, "item_status": {"success": "false", "code": code, "message": "no", "warnings": {"warning": []}}}


def body(*items: Any, code: Any = 200) -> Json:
    status = {"success": "true", "code": code, "message": "Success", "total": str(len(items))}
    return {"response": {"status": status, "customers": {"customer": list(items)}}}


def batch(answer: Any, *targets: Target) -> list[Outcome]:
    """What an answer says of each; they are numbered from 10, as positions in the needs need not start at 0."""
    found = v1.outcomes(answer, dict(enumerate(targets, 10)))
    return [found[position] for position in sorted(found)]


def single(answer: Any, asked: tuple[IdentifierKind, str] = (MOBILE, "919700000001")) -> Outcome:
    (found,) = batch(answer, target(asked))
    return found


def kinds(outcomes: Sequence[Outcome]) -> list[type]:
    return [type(one) for one in outcomes]


def found_names(outcomes: Sequence[Outcome]) -> list[Any]:
    return [one.block["firstname"] if isinstance(one, Found) else type(one) for one in outcomes]


# The request.


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ID, "id"),
        (MOBILE, "mobile"),
        (EMAIL, "email"),
        (EXTERNAL_ID, "external_id"),
        (CARD_NUMBER, "card_number"),
        (CARD_EXTERNAL_ID, "card_external_id"),
    ],
)
def test_a_customer_is_asked_for_under_v1s_name_of_the_kind(kind: IdentifierKind, name: str):
    asked = target((kind, "a1"))
    assert v1.request(call(Endpoint.V1, asked), [asked], Capabilities()).parameters[0] == (name, "a1")


def test_a_batch_is_asked_for_in_one_parameter_in_order():
    asked = [target((MOBILE, number)) for number in ("3", "1", "2")]
    request = v1.request(call(Endpoint.V1, *asked), asked, Capabilities())
    assert request.parameters[0] == ("mobile", "3,1,2")
    assert (request.path, request.shown_path) == ("/v1.1/customer/get", "/v1.1/customer/get")


def test_a_request_carries_exactly_the_flags_of_its_facets():
    asked = target((ID, "71"))
    request = v1.request(
        call(Endpoint.V1, asked, facets=(SLAB_HISTORY(), GAP_TO_RENEW(days=30))), [asked], Capabilities()
    )
    assert dict(request.parameters) == {
        "id": "71",
        "format": "json",
        "user_id": "true",
        "transactions": "false",
        "notes": "false",
        "mlp": "true",
        "slab_history": "true",
        "gap_to_renew_for": "30",
    }


@pytest.mark.parametrize("kind", [ID, MOBILE, EMAIL, EXTERNAL_ID, CARD_NUMBER, CARD_EXTERNAL_ID])
def test_what_is_shown_of_a_request_never_has_the_identifier(kind: IdentifierKind):
    asked = target((kind, "4444333322221111"))
    request = v1.request(call(Endpoint.V1, asked), [asked], Capabilities())
    assert "4444333322221111" not in f"{request.shown('****')}{request.shown_path}"
    assert "****" in request.shown("****").values()


# One customer.


def test_a_customer_who_is_found_has_their_id_and_block():
    (block,) = answered = [item(mobile="919700000001")]
    assert single(body(*answered)) == Found("71", block)


@pytest.mark.parametrize("user_id", ["71", 71])
def test_a_user_id_may_be_a_text_or_a_number(user_id: Any):
    assert single(body(item(user_id))).id == "71"


def test_an_id_of_64_bits_is_exact():
    assert single(body(item("9223372036854775807"))).id == "9223372036854775807"


def test_an_item_without_user_id_is_known_by_the_id_it_was_asked_by():
    assert single(body({"firstname": "Nila", "item_status": OK}), (ID, "71")).id == "71"


@pytest.mark.parametrize("user_id", [None, "", "n/a", "-71", [], {"id": 71}])
def test_a_customer_without_an_id_is_a_failure(user_id: Any):
    found = single(body(item(user_id)))
    assert isinstance(found, Failed)
    assert isinstance(found.error, UpstreamUnavailable)


NOT_FOUND = ["1011", "1012", "816", "1013", "1020"]
BAD_INPUT = ["400", "1015"]
NO_PERMISSION = ["1044", "401", "403", "498"]
UNKNOWN = ["1060", "1099", "618", "8014", "999999", "", None]


@pytest.mark.parametrize("code", NOT_FOUND)
def test_a_code_of_a_missing_customer_is_not_found(code: str):
    assert single(body(refused(code), code=500)) == NotFound()


@pytest.mark.parametrize("code", [1012, 1012.0])
def test_an_items_code_may_be_a_number(code: Any):
    assert single(body(refused(code), code=500)) == NotFound()


@pytest.mark.parametrize("code", ["8109", 8109])
def test_a_customer_deleted_on_request_is_deleted(code: Any):
    assert single(body(refused(code, id="71"), code=500), (ID, "71")) == Deleted()


@pytest.mark.parametrize("code", BAD_INPUT)
def test_a_code_of_bad_input_is_the_callers_error_naming_the_argument(code: str):
    found = single(body(refused(code), code=500))
    assert isinstance(found, Failed)
    assert isinstance(found.error, BadUserInput)
    assert found.error.extensions == {"code": "BAD_USER_INPUT", "argument": "by"}


@pytest.mark.parametrize("code", NO_PERMISSION)
def test_a_code_of_a_missing_permission_is_unauthorized(code: str):
    found = single(body(refused(code), code=500))
    assert isinstance(found, Failed)
    assert isinstance(found.error, UpstreamUnauthorized)


@pytest.mark.parametrize("code", UNKNOWN)
def test_a_refusal_of_an_unknown_code_is_a_failure_and_never_a_missing_customer(code: Any):
    found = single(body(refused(code), code=500))
    assert isinstance(found, Failed)
    assert type(found.error) is UpstreamUnavailable


@pytest.mark.parametrize("success", ["false", "False", False])
def test_an_item_fails_in_any_spelling_of_false(success: Any):
    assert single(body(item(status={"success": success, "code": "1012"}))) == NotFound()


@pytest.mark.parametrize("success", ["true", "TRUE", True])
def test_an_item_succeeds_in_any_spelling_of_true(success: Any):
    assert single(body(item(status={"success": success, "code": "1000"}))).id == "71"


WARNED: dict[str, tuple[Any, set[str]]] = {
    "bare codes": ({"warning": ["91001", "91014"]}, {"91001", "91014"}),
    "numbers": ({"warning": [91001]}, {"91001"}),
    "objects": ({"warning": [{"code": 91001, "message": "no points"}]}, {"91001"}),
    "one text, XML-born": ({"warning": "91001"}, {"91001"}),
    "an empty wrapper, XML-born": ([], set()),
    "none": ({"warning": []}, set()),
    "null": (None, set()),
}


@pytest.mark.parametrize(("warnings", "codes"), WARNED.values(), ids=WARNED)
def test_warnings_are_read_in_every_shape(warnings: Any, codes: set[str]):
    found = single(body(item(status=OK | {"warnings": warnings})))
    assert (type(found), found.warnings) == (Found, codes)


MERGED: dict[str, Json] = {
    "by warning": item("99", OK | {"warnings": {"warning": ["91009"]}}),
    "by flag": item("99", survivor_account_retrieved="true"),
    "by a true flag": item("99", survivor_account_retrieved=True),
}


@pytest.mark.parametrize("answered", MERGED.values(), ids=MERGED)
def test_a_merged_account_answers_with_its_survivor(answered: Json):
    found = single(body(answered), (ID, "71"))
    assert isinstance(found, Found)
    assert (found.id, found.merged) == ("99", True)


def test_an_ordinary_customer_is_not_merged():
    assert single(body(item(survivor_account_retrieved="false"))).merged is False


def test_the_answer_for_another_id_is_discarded():
    found = single(body(item("72")), (ID, "71"))
    assert isinstance(found, Failed)
    assert isinstance(found.error, UpstreamUnavailable)


CARRY_NOTHING = [item(mobile="9197****0001"), item(mobile=None), item(mobile=""), item()]


@pytest.mark.parametrize("answered", CARRY_NOTHING)
def test_the_only_item_for_one_customer_is_theirs_though_it_is_masked(answered: Json):
    assert single(body(answered)).id == "71"


def test_of_two_items_for_one_customer_the_one_that_carries_the_identifier_is_theirs():
    assert single(body(item("70", mobile="5"), item("71", mobile="919700000001"))).id == "71"


def test_of_two_items_that_carry_nothing_neither_is_attributed_by_position():
    assert not isinstance(single(body(item("70"), item("71"))), Found)


# A batch.

BY_KIND: list[tuple[IdentifierKind, str, str, str, str]] = [
    (ID, "user_id", "71", "72", "71"),
    (MOBILE, "mobile", "919700000001", "919700000002", "+91 97000-00001"),
    (EMAIL, "email", "nila@example.test", "tara@example.test", "Nila@Example.TEST"),
    (EXTERNAL_ID, "external_id", "HC-1", "HC-2", " HC-1 "),
]


@pytest.mark.parametrize(("kind", "key", "one", "other", "spelt"), BY_KIND, ids=[case[0] for case in BY_KIND])
def test_items_are_attributed_by_what_they_carry_in_any_order(
    kind: IdentifierKind, key: str, one: str, other: str, spelt: str
):
    answered = [item("72") | {key: other, "firstname": "other"}, item("71") | {key: spelt, "firstname": "one"}]
    assert found_names(batch(body(*answered), target((kind, one)), target((kind, other)))) == ["one", "other"]


def test_a_mobile_that_upstream_tells_as_a_number_is_the_same():
    answered = body(item("71", mobile=919700000001), item("72", mobile=919700000002))
    asked = [target((MOBILE, "919700000002")), target((MOBILE, "919700000001"))]
    assert [found.id for found in batch(answered, *asked)] == ["72", "71"]


def test_external_ids_that_differ_in_case_are_two():
    found = batch(body(item("71", external_id="hc-1")), target((EXTERNAL_ID, "HC-1")), target((EXTERNAL_ID, "hc-1")))
    assert kinds(found) == [Unattributed, Found]


@pytest.mark.parametrize(
    ("kind", "carried"), [(ID, {"id": "71"}), (MOBILE, {"mobile": "71"}), (EXTERNAL_ID, {"external_id": "71"})]
)
def test_a_failed_item_is_attributed_by_the_name_it_was_asked_by(kind: IdentifierKind, carried: Json):
    answered = body(refused("8109", **carried), code=201)
    assert kinds(batch(answered, target((kind, "72")), target((kind, "71")))) == [Unattributed, Deleted]


def test_a_mixed_batch_says_of_each_what_its_item_says():
    answered = body(
        refused("1012", mobile="3"),
        item("71", mobile="1"),
        refused("400"),
        refused("1044", mobile="4"),
        code=201,
    )
    asked = [target((MOBILE, number)) for number in ("1", "2", "3", "4")]
    assert kinds(batch(answered, *asked)) == [Found, Unattributed, NotFound, Failed]


@pytest.mark.parametrize("carried", [None, "", "9197****0001", "*", [], 0])
def test_a_masked_or_missing_identifier_attributes_nothing(carried: Any):
    answered = body(item("71", mobile=carried), item("72", mobile=carried))
    asked = [target((MOBILE, "919700000001")), target((MOBILE, "919700000002"))]
    assert kinds(batch(answered, *asked)) == [Unattributed, Unattributed]


def test_two_who_ask_for_the_same_customer_both_get_them():
    asked = target((MOBILE, "1"))
    answered = body(item("72", mobile="2"), item("71", mobile="1"))
    assert [found.id for found in batch(answered, asked, target((MOBILE, "2")), asked)] == ["71", "72", "71"]


def test_an_item_that_comes_twice_is_taken_once():
    answered = body(item("71", mobile="1"), item("71", mobile="1"), item("72", mobile="2"))
    assert [found.id for found in batch(answered, target((MOBILE, "1")), target((MOBILE, "2")))] == ["71", "72"]


def test_an_item_for_nobody_who_was_asked_for_is_left_out():
    answered = body(item("79", mobile="9"), item("71", mobile="1"))
    assert kinds(batch(answered, target((MOBILE, "1")), target((MOBILE, "2")))) == [Found, Unattributed]


def test_a_merged_account_in_a_batch_is_attributed_by_the_mobile_it_was_asked_by():
    survivor = item("99", OK | {"warnings": {"warning": ["91009"]}}, mobile="1")
    found = batch(body(survivor, item("72", mobile="2")), target((MOBILE, "1")), target((MOBILE, "2")))
    assert [(one.id, one.merged) for one in found] == [("99", True), ("72", False)]


def test_a_merged_account_in_a_batch_by_id_is_asked_for_alone():
    survivor = item("99", OK | {"warnings": {"warning": ["91009"]}})
    assert kinds(batch(body(survivor, item("72")), target((ID, "71")), target((ID, "72")))) == [Unattributed, Found]


def test_a_survivor_in_one_batch_with_its_victim_is_not_itself_merged():
    merged = item("99", OK | {"warnings": {"warning": ["91009"]}})
    found = batch(body(merged, item("99")), target((ID, "71")), target((ID, "99")))
    assert kinds(found) == [Unattributed, Found]
    assert found[1].merged is False


def test_an_id_attributes_in_a_batch_only_where_it_is_equal():
    answered = body(item("710"), item("7"))
    assert kinds(batch(answered, target((ID, "71")), target((ID, "0071")))) == [Unattributed, Unattributed]


# Envelopes.

ENVELOPES: dict[str, Any] = {
    "native": body(item()),
    "without response, as XML-born bodies are": body(item())["response"],
    "customer is an object": {"response": {"status": {"code": "200"}, "customers": {"customer": item()}}},
    "customers is a list without the wrapper": {"status": {"code": "200"}, "customers": [item()]},
    "code as a float": body(item(), code=200.0),
    "partial success": body(item(), code=201),
    "all failed": body(item(), code=500),
}


@pytest.mark.parametrize("answered", ENVELOPES.values(), ids=ENVELOPES)
def test_a_customer_is_found_in_every_envelope(answered: Any):
    assert single(answered).id == "71"


@pytest.mark.parametrize("customers", [None, {}, [], {"customer": []}, {"customer": None}])
def test_success_without_an_item_is_no_such_customer(customers: Any):
    status = {"success": "true", "code": 200}
    assert single({"response": {"status": status, "customers": customers}}) == NotFound()


@pytest.mark.parametrize("code", [500, "500", 500.0, 503, 1060, "1064", 407])
def test_a_failure_without_an_item_does_not_say_that_the_customer_is_missing(code: Any):
    found = single({"response": {"status": {"success": "false", "code": code}, "customers": None}})
    assert isinstance(found, Failed)
    assert isinstance(found.error, UpstreamUnavailable)


REFUSED_ALL: list[Json] = [
    {"response": {"status": {"success": "true", "code": "401", "message": "Unauthorized"}, "customers": None}},
    {"response": {"status": {"success": "true", "code": "498", "message": "Token expired"}, "customers": None}},
    {"response": {"status": {"code": 403, "message": "No access", "success": False, "warnings": {"warning": []}}}},
    {"status": {"code": 401.0, "success": "false"}},
]


@pytest.mark.parametrize("answered", REFUSED_ALL)
def test_a_refused_credential_fails_every_customer_of_the_batch(answered: Json):
    found = batch(answered, target((ID, "1")), target((ID, "2")))
    assert kinds(found) == [Failed, Failed]
    assert all(isinstance(one.error, UpstreamUnauthorized) for one in found)


def test_too_many_calls_are_told_as_such():
    found = single({"response": {"status": {"success": "false", "code": 429}, "customers": None}})
    assert isinstance(found, Failed)
    assert isinstance(found.error, UpstreamRateLimited)


GARBAGE = [None, True, 7, 7.5, "text", "", [], [1], {}, {"response": None}, {"response": []}, {"customers": {}}]


@pytest.mark.parametrize("answered", GARBAGE)
def test_a_body_that_is_no_answer_fails_every_customer(answered: Any):
    found = batch(answered, target((MOBILE, "1")), target((MOBILE, "2")))
    assert kinds(found) == [Failed, Failed]
    assert all(type(one.error) is UpstreamUnavailable for one in found)


@pytest.mark.parametrize("one", [None, 7, "text", [], ["item"]])
def test_an_item_that_is_no_object_costs_its_neighbours_nothing(one: Any):
    answered = body(one, item("71", mobile="1"))
    assert kinds(batch(answered, target((MOBILE, "1")), target((MOBILE, "2")))) == [Found, Unattributed]


WHOLE = body(item(mobile="1"), refused("1012", mobile="2"), item("99", email="a@b.test"), code=201)


@given(answered=json_values() | json_objects_of(keys_of(WHOLE)) | spoilt(WHOLE))
def test_every_customer_has_an_outcome_whatever_the_body_is(answered: Any):
    for asked in ([target((MOBILE, "1"))], [target((ID, "71")), target((ID, "72"))]):
        found = batch(answered, *asked)
        assert len(found) == len(asked)
        assert all(isinstance(one, Outcome) for one in found)
        assert all(one.id.isdigit() for one in found if isinstance(one, Found))

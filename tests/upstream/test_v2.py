from typing import Any

import pytest
from hypothesis import given

from gateway.errors import (
    BadUserInput,
    UpstreamBroken,
    UpstreamPartial,
    UpstreamRateLimited,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from gateway.facets.capabilities import ById, Capabilities
from gateway.facets.catalog import CARDS, POINTS_V2, PROGRAMS
from gateway.facets.facet import Endpoint, IdentifierKind, Source
from gateway.upstream import v2
from gateway.upstream.answers import Deleted, Failed, Found, NotFound, Outcome, Target
from gateway.upstream.codes import failure
from gateway.upstream.request import UpstreamRequest
from tests.model.payloads import json_objects_of, json_values, keys_of, spoilt
from tests.upstream.calls import CARD_EXTERNAL_ID, CARD_NUMBER, EMAIL, EXTERNAL_ID, ID, MOBILE, WECHAT, call, target

Json = dict[str, Any]
LOOKUP = "/v2/customers/lookup/customerDetails"
BIGGEST = 9223372036854775807
BY_MOBILE = target((MOBILE, "919700000001"))
BY_ID = target((ID, "71"))


def request(asked: Target, *facets: Any, by_id: ById = ById.PATH) -> UpstreamRequest:
    return v2.request(call(Endpoint.V2, asked, facets=facets), asked, Capabilities(v2_by_id=by_id))


def errors(*codes: Any, **keys: Any) -> Json:
    return {**keys, "errors": [{"status": False, "code": code, "message": "no"} for code in codes]}


def entity(**keys: Any) -> Json:
    return {"id": 71, "profiles": [], "warnings": [], **keys}


# The request.


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (MOBILE, "mobile"),
        (EMAIL, "email"),
        (EXTERNAL_ID, "externalId"),
        (CARD_NUMBER, "cardnumber"),
        (CARD_EXTERNAL_ID, "cardExternalId"),
        (WECHAT, "wechat"),
    ],
)
def test_a_customer_is_looked_up_under_v2s_name_of_the_kind(kind: IdentifierKind, name: str):
    found = request(target((kind, "a+1@b")))
    assert (found.path, found.shown_path) == (LOOKUP, LOOKUP)
    assert found.parameters == (
        ("source", "INSTORE"),
        ("identifierName", name),
        ("identifierValue", "a+1@b"),
        ("embed", "ignoreCardDetails"),
    )


def test_several_identifiers_of_one_customer_are_joined_in_one_order():
    carried = dict(request(target((EMAIL, "a@b.test"), (MOBILE, "1"), (EXTERNAL_ID, "HC-1"))).parameters)
    assert (carried["identifierName"], carried["identifierValue"]) == ("email,mobile,externalId", "a@b.test,1,HC-1")


def test_source_and_account_are_named():
    carried = dict(request(target((WECHAT, "wx-1"), source=Source.WECHAT, account="shop-a")).parameters)
    assert (carried["source"], carried["accountId"]) == ("WECHAT", "shop-a")


def test_without_an_account_none_is_sent():
    assert "accountId" not in dict(request(target((WECHAT, "wx-1"), source=Source.ALL)).parameters)


def test_by_id_the_id_is_in_the_path_and_not_in_the_shown_one():
    found = request(BY_ID)
    assert (found.path, found.shown_path) == ("/v2/customers/71", "/v2/customers/{id}")
    assert found.parameters == (("source", "INSTORE"), ("embed", "ignoreCardDetails"))


@pytest.mark.parametrize("by_id", [ById.LOOKUP, ById.NONE])
def test_where_the_path_takes_no_id_the_lookup_is_told_it(by_id: ById):
    found = request(BY_ID, by_id=by_id)
    carried = dict(found.parameters)
    assert (found.path, carried["identifierName"], carried["identifierValue"]) == (LOOKUP, "id", "71")


def test_an_id_cannot_leave_its_place_in_the_path():
    assert request(target((ID, "../x?y"))).path == "/v2/customers/..%2Fx%3Fy"


def test_a_request_carries_exactly_the_embeds_of_its_facets():
    assert dict(request(BY_ID, PROGRAMS(), POINTS_V2(), CARDS()).parameters)["embed"] == "mlp,points"


def test_a_request_that_wants_nothing_but_cards_embeds_nothing():
    assert "embed" not in dict(request(BY_ID, CARDS()).parameters)


@pytest.mark.parametrize("kind", list(IdentifierKind))
@pytest.mark.parametrize("by_id", list(ById))
def test_what_is_shown_of_a_request_never_has_the_identifier(kind: IdentifierKind, by_id: ById):
    found = request(target((kind, "4444333322221111")), by_id=by_id)
    assert "4444333322221111" not in f"{found.shown('****')}{found.shown_path}"


# The outcome.


def test_a_customer_who_is_found_has_their_id_and_block():
    found = entity()
    assert v2.outcome(found, BY_MOBILE) == Found("71", found)


def test_an_id_of_64_bits_is_exact():
    assert v2.outcome(entity(id=BIGGEST), BY_MOBILE).id == str(BIGGEST)


@pytest.mark.parametrize("code", [8015, 8065, 816, 1011, 1012])
def test_a_code_of_a_missing_customer_is_not_found(code: int):
    assert v2.outcome(errors(code), BY_MOBILE) == NotFound()


def test_a_code_may_be_a_text():
    assert v2.outcome(errors("8015", warnings=[]), BY_MOBILE) == NotFound()


def test_a_customer_deleted_on_request_is_deleted():
    assert v2.outcome(errors(8109), BY_MOBILE) == Deleted()


@pytest.mark.parametrize(
    ("code", "argument"), [(8013, "by"), (8003, "source"), (8012, "source"), (8011, "accountId"), (8045, "accountId")]
)
def test_a_code_of_bad_input_is_the_callers_error_naming_the_argument(code: int, argument: str):
    found = v2.outcome(errors(code), BY_MOBILE)
    assert isinstance(found, Failed)
    assert isinstance(found.error, BadUserInput)
    assert found.error.extensions == {"code": "BAD_USER_INPUT", "argument": argument}


FAILURES: list[tuple[Any, type]] = [
    (8062, UpstreamPartial),
    (8063, UpstreamPartial),
    (401, UpstreamUnauthorized),
    (403, UpstreamUnauthorized),
    (498, UpstreamUnauthorized),
    (4000, UpstreamUnauthorized),
    (4001, UpstreamBroken),
    (8130, BadUserInput),
    (11013, BadUserInput),
    (1656, UpstreamUnavailable),
    (None, UpstreamUnavailable),
]


@pytest.mark.parametrize(("code", "error"), FAILURES)
def test_another_code_is_a_failure_and_never_a_missing_customer(code: Any, error: type):
    found = v2.outcome(errors(code), BY_MOBILE)
    assert isinstance(found, Failed)
    assert type(found.error) is error


@pytest.mark.parametrize("codes", [(1, 8015), (8015, 1)])
def test_of_several_codes_the_known_one_counts(codes: tuple[int, int]):
    assert v2.outcome(errors(*codes), BY_MOBILE) == NotFound()


def test_an_error_counts_though_data_came_with_it():
    found = v2.outcome(errors(8062, **entity()), BY_MOBILE)
    assert isinstance(found, Failed)
    assert isinstance(found.error, UpstreamPartial)


@pytest.mark.parametrize("none", [None, []])
def test_no_errors_are_no_errors(none: Any):
    assert v2.outcome(entity(errors=none), BY_MOBILE).id == "71"


@pytest.mark.parametrize("code", [91001, 91002, 91004, 1656])
def test_a_warning_beside_data_is_kept_with_the_customer(code: int):
    found = v2.outcome(entity(warnings=[{"status": False, "code": code, "message": "no"}]), BY_MOBILE)
    assert isinstance(found, Found)
    assert (found.warnings, found.merged) == ({str(code)}, False)


@pytest.mark.parametrize("warnings", [None, [], {}, "8069", ["text", None]])
def test_warnings_in_another_shape_are_none(warnings: Any):
    found = v2.outcome(entity(warnings=warnings), BY_MOBILE)
    assert isinstance(found, Found)
    assert (found.warnings, found.merged) == (frozenset(), False)


MERGED = [{"status": False, "code": 8069, "message": "merged"}]


def test_a_merged_account_is_found_and_says_so():
    assert v2.outcome(entity(warnings=MERGED), BY_ID).merged is True


def test_a_merged_account_may_answer_with_another_id():
    found = v2.outcome(entity(id=99, warnings=MERGED), BY_ID)
    assert isinstance(found, Found)
    assert (found.id, found.merged) == ("99", True)


def test_the_answer_for_another_id_is_discarded():
    found = v2.outcome(entity(id=72), BY_ID)
    assert isinstance(found, Failed)
    assert isinstance(found.error, UpstreamUnavailable)


def test_who_was_asked_for_by_mobile_may_have_any_id():
    assert v2.outcome(entity(id=72), BY_MOBILE).id == "72"


@pytest.mark.parametrize("id", [None, True, "", "n/a", [], {}, 7.5])
def test_a_customer_without_an_id_is_a_failure(id: Any):
    found = v2.outcome(entity(id=id), BY_MOBILE)
    assert isinstance(found, Failed)
    assert type(found.error) is UpstreamUnavailable


@pytest.mark.parametrize("body", [None, True, 7, 7.5, "text", "", [], [entity()], {}, {"warnings": []}, {"entity": 71}])
def test_a_body_that_is_no_customer_is_a_failure(body: Any):
    found = v2.outcome(body, BY_MOBILE)
    assert isinstance(found, Failed)
    assert type(found.error) is UpstreamUnavailable


WHOLE = errors(8062, **entity(warnings=MERGED))


@given(body=json_values() | json_objects_of(keys_of(WHOLE)) | spoilt(WHOLE) | spoilt(entity(warnings=MERGED)))
def test_there_is_an_outcome_whatever_the_body_is(body: Any):
    for asked in (BY_MOBILE, BY_ID):
        found = v2.outcome(body, asked)
        assert isinstance(found, Outcome)
        assert not isinstance(found, Found) or found.id.lstrip("-").isdigit()


# Statuses.


STATUSES: list[tuple[int, type]] = [
    (401, UpstreamUnauthorized),
    (403, UpstreamUnauthorized),
    (429, UpstreamRateLimited),
    (200, UpstreamBroken),
    (302, UpstreamUnavailable),
    (404, UpstreamUnavailable),
    (415, UpstreamUnavailable),
    (461, UpstreamUnavailable),
    (500, UpstreamBroken),
    (503, UpstreamBroken),
    (521, UpstreamBroken),
]


@pytest.mark.parametrize(("status", "error"), STATUSES)
def test_a_status_without_a_readable_body_is_the_failure_it_stands_for(status: int, error: type):
    found = v2.refused(status, blank=True, by_id=True)
    assert isinstance(found, Failed)
    assert type(found.error) is error
    assert type(failure(status)) is error

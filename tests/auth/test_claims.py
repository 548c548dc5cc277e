"""What the claims of a verified token make of its bearer."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.auth.callers import Member, Permission, Staff
from gateway.auth.claims import ClaimNames, caller
from gateway.errors import Forbidden, Unauthenticated
from gateway.facets.facet import Identifier, IdentifierKind, Source

NAMES = ClaimNames(
    staff=("scope", "staff"),
    identifiers=(
        (IdentifierKind.ID, "customer"),
        (IdentifierKind.MOBILE, "phone_number"),
        (IdentifierKind.EMAIL, "email"),
        (IdentifierKind.CARD_NUMBER, "cards"),
    ),
    source="source",
    account="account",
)
ID = Identifier(IdentifierKind.ID, "7")
MOBILE = Identifier(IdentifierKind.MOBILE, "919800000001")


def member(**claims: Any) -> Member:
    found = caller(claims, NAMES)
    assert isinstance(found, Member)
    return found


@pytest.mark.parametrize("scope", ["staff", "a staff b", ["a", "staff"]])
def test_staff_are_known_by_a_value_in_a_claim(scope: Any) -> None:
    assert caller({"scope": scope, "azp": "desk"}, NAMES) == Staff("desk", frozenset())


@pytest.mark.parametrize("scope", ["staffing", "Staff", "", ["staff b"], {"staff": True}, True, None, 1])
def test_nothing_like_it_makes_staff(scope: Any) -> None:
    assert isinstance(caller({"scope": scope, "customer": "7"}, NAMES), Member)


def test_staff_who_are_customers_too_are_staff() -> None:
    assert isinstance(caller({"scope": "staff", "customer": "7"}, NAMES), Staff)


@pytest.mark.parametrize(
    ("names", "claims"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["staff"]}}),
        ("https://brand.example/roles", {"https://brand.example/roles": ["staff"]}),
        ("a.b", {"a.b": "staff", "a": {"b": "x"}}),
    ],
)
def test_a_claim_may_be_nested_or_have_dots_in_its_name(names: str, claims: Any) -> None:
    assert isinstance(caller(claims, ClaimNames(staff=(names, "staff"))), Staff)


def test_identifiers_are_read_in_the_form_in_which_they_are_asked_for() -> None:
    found = member(customer=7, phone_number="+91 98000-00001", cards=["C1", "C2"])
    cards = {Identifier(IdentifierKind.CARD_NUMBER, text) for text in ("C1", "C2")}
    assert found.identifiers == {ID, MOBILE} | cards
    assert found.subject == "7"


def test_without_an_id_there_is_no_subject() -> None:
    assert member(phone_number=919800000001) == Member("", frozenset(), frozenset({MOBILE}))
    assert member(phone_number=919800000001).subject is None


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_claim_is_as_good_as_none(empty: Any) -> None:
    assert member(customer="7", cards=empty, email=None, phone_number="").identifiers == {ID}


@pytest.mark.parametrize(
    "claims",
    [
        {"customer": "seven"},
        {"customer": -7},
        {"customer": True},
        {"customer": 7.0},
        {"customer": ["7", "8"]},
        {"customer": {"id": 7}},
        {"customer": 10**5000},
        {"phone_number": "none"},
        {"phone_number": "91980,91981"},
        {"email": "nobody"},
        {"cards": ["C1", 1.5]},
        {"cards": [["C1"]]},
        {"source": "SOMEWHERE"},
        {"source": 1},
        {"account": 5, "source": "WECHAT"},
    ],
)
def test_a_claim_that_cannot_be_is_not_passed_over(claims: dict[str, Any]) -> None:
    """An id that were passed over would leave the other identifiers unchecked."""
    with pytest.raises(Unauthenticated, match=next(iter(claims))) as refusal:
        caller({"customer": "7", **claims}, NAMES)
    assert "98" not in refusal.value.message


@pytest.mark.parametrize("verified", [False, "false", "no", 0])
def test_what_the_issuer_has_not_verified_is_not_theirs(verified: Any) -> None:
    found = member(customer="7", email="a@b.example", email_verified=verified, phone_number="919800000001")
    assert {one.kind for one in found.identifiers} == {IdentifierKind.ID, IdentifierKind.MOBILE}


@pytest.mark.parametrize("verified", [True, "true", None])
def test_what_is_verified_or_not_spoken_of_is_theirs(verified: Any) -> None:
    assert len(member(email="a@b.example", email_verified=verified).identifiers) == 1


@pytest.mark.parametrize("claims", [{}, {"sub": "7"}, {"email": "a@b.example", "email_verified": False}])
def test_a_token_of_nobody_is_forbidden(claims: dict[str, Any]) -> None:
    with pytest.raises(Forbidden, match="neither staff nor a customer"):
        caller(claims, NAMES)


@pytest.mark.parametrize("scope", ["openid fraud image", ["fraud", "image", 3]])
def test_permissions_come_from_a_claim(scope: Any) -> None:
    assert member(customer="7", scope=scope).permissions == {Permission.FRAUD, Permission.IMAGE}


def test_permissions_may_have_a_prefix_and_customers_some_of_their_own() -> None:
    names = ClaimNames(
        staff=("role", "staff"),
        identifiers=NAMES.identifiers,
        permissions="grants",
        permission_prefix="loyalty:",
        member_permissions=frozenset({Permission.TRANSACTIONS}),
    )
    claims = {"grants": "loyalty:fraud image"}
    assert caller({**claims, "customer": 7}, names).permissions == {Permission.FRAUD, Permission.TRANSACTIONS}
    assert caller({**claims, "role": "staff"}, names).permissions == {Permission.FRAUD}


def test_the_source_of_the_identifiers_may_be_a_claim() -> None:
    found = member(customer="7", source="WECHAT", account="main")
    assert (found.source, found.account) == (Source.WECHAT, "main")
    assert (member(customer="7").source, member(customer="7").account) == (Source.INSTORE, None)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"azp": "app"}, "app"),
        ({"client_id": "app"}, "app"),
        ({"sub": "asha@example.com"}, ""),
        ({"azp": "x" * 65}, ""),
        ({"azp": "a\nb"}, ""),
        ({"azp": 3}, ""),
    ],
)
def test_a_caller_is_named_for_the_client_and_never_for_the_person(claims: dict[str, Any], name: str) -> None:
    assert member(customer="7", **claims).name == name


def test_the_text_of_a_member_shows_no_identifier() -> None:
    assert MOBILE.value not in repr(member(customer="7", phone_number=MOBILE.value))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
CLAIMS = st.sampled_from(["scope", "customer", "phone_number", "email", "cards", "source", "account", "azp"])


@given(st.dictionaries(CLAIMS, ANYTHING))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_claims_are_somebody_is_a_caller_or_refused(claims: dict[str, Any]) -> None:
    try:
        found = caller(claims, NAMES)
    except (Unauthenticated, Forbidden):
        return
    assert isinstance(found, Member), "no text of hypothesis is `staff`"
    assert found.identifiers
    assert (found.subject is None) == (claims.get("customer") in (None, ""))

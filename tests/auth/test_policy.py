"""The policy over values, and that the catalog names every sensitive facet."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth import policy
from gateway.auth.callers import ANYONE, EVERYTHING, Caller, Member, Permission, Staff
from gateway.errors import BadUserInput, Forbidden
from gateway.facets.catalog import CATALOG, EXISTENCE, FRAUD, PERSON, TRANSACTIONS
from gateway.facets.facet import Address, CustomerId, Identifier, IdentifierKind, Source
from gateway.facets.needs import Wanted

KIND = IdentifierKind
ID, MOBILE, EMAIL = (
    Identifier(KIND.ID, "7"),
    Identifier(KIND.MOBILE, "919800000001"),
    Identifier(KIND.EMAIL, "Asha@Example.com"),
)


def member(*identifiers: Identifier, permissions: frozenset[Permission] = frozenset(), **others: Any) -> Member:
    return Member("app", permissions, frozenset(identifiers), **others)


ASHA = member(ID, MOBILE, EMAIL)
STAFF = Staff("desk", frozenset())


@pytest.mark.parametrize("caller", [ANYONE, STAFF])
@pytest.mark.parametrize("identifier", [ID, Identifier(KIND.MOBILE, "1")])
def test_staff_may_ask_for_anyone(caller: Caller, identifier: Identifier) -> None:
    assert policy.may_ask(caller, Address((identifier,), Source.WECHAT, "main"))


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        (Address((ID,)), True),
        (Address((MOBILE,)), True),
        (Address((EMAIL,)), True),
        (Address((Identifier(KIND.EMAIL, "asha@example.COM"),)), True),
        (Address((MOBILE, EMAIL)), True),
        (Address((EMAIL, MOBILE)), True),
        (Address((MOBILE, Identifier(KIND.EMAIL, "dev@example.com"))), False),
        (Address((Identifier(KIND.ID, "8"),)), False),
        (Address((Identifier(KIND.EXTERNAL_ID, "7"),)), False),
        (Address((Identifier(KIND.CUID, "919800000001"),)), False),
        (Address((Identifier(KIND.MOBILE, "919800000002"),)), False),
        (Address((ID,), Source.WECHAT, "main"), False),
        (Address((MOBILE,), Source.ALL), False),
        (Address((MOBILE,), Source.INSTORE, ""), True),
        (Address(()), False),
    ],
)
def test_a_member_may_ask_by_what_is_theirs_alone(address: Address, allowed: bool) -> None:
    assert policy.may_ask(ASHA, address) is allowed
    assert not policy.may_ask(member(), address)


@pytest.mark.parametrize(
    ("own", "asked"),
    [
        ("strasse@example.com", "stra\u00dfe@example.com"),
        ("stra\u00dfe@example.com", "strasse@example.com"),
        ("kim@example.com", "\u212aim@example.com"),
        ("i@example.com", "\u0130@example.com"),
        ("\u00e4@example.com", "\u00c4@example.com"),
    ],
)
def test_letters_that_fold_into_others_are_not_the_same_person(own: str, asked: str) -> None:
    caller = member(Identifier(KIND.EMAIL, own))
    assert not policy.may_ask(caller, Address((Identifier(KIND.EMAIL, asked),)))
    assert policy.may_ask(caller, Address((Identifier(KIND.EMAIL, own),)))


def test_a_member_of_another_source_asks_there_alone() -> None:
    caller = member(Identifier(KIND.WECHAT, "open-id"), source=Source.WECHAT, account="main")
    (own,) = caller.identifiers
    assert policy.may_ask(caller, Address((own,), Source.WECHAT, "main"))
    assert not policy.may_ask(caller, Address((own,), Source.WECHAT, "other"))
    assert not policy.may_ask(caller, Address((own,)))


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (ANYONE, None),
        (STAFF, None),
        (ASHA, Address((ID,))),
        (member(EMAIL, MOBILE), Address((MOBILE,))),
        (member(EMAIL, Identifier(KIND.CARD_NUMBER, "C1")), Address((EMAIL,))),
        (
            member(*(Identifier(KIND.CARD_NUMBER, f"C{n}") for n in range(9))),
            Address((Identifier(KIND.CARD_NUMBER, "C0"),)),
        ),
        (member(ID, source=Source.WECHAT, account="main"), Address((ID,), Source.WECHAT, "main")),
    ],
)
def test_whom_viewer_stands_for(caller: Caller, expected: Address | None) -> None:
    assert policy.viewer(caller) == expected


def test_viewer_of_a_member_who_is_nobody_is_forbidden() -> None:
    assert isinstance(policy.viewer(member()), Forbidden)


WANTED = Wanted(Address((ID,)), {EXISTENCE(): (), PERSON(): ("customer.firstName",), FRAUD(): ("customer.fraud",)})
STRANGER = Wanted(Address((Identifier(KIND.ID, "8"),)), WANTED.causes)
PROBLEM = BadUserInput("by[2]", "is empty")


def test_refused_customers_and_facets_are_taken_out_of_the_needs() -> None:
    own, stranger, problem = policy.permitted({"customers": [WANTED, STRANGER, PROBLEM]}, ASHA)["customers"]
    assert own == Wanted(WANTED.address, {EXISTENCE(): (), PERSON(): ("customer.firstName",)})
    assert isinstance(stranger, Forbidden)
    assert problem is PROBLEM


def test_staff_are_refused_facets_and_nobody() -> None:
    for entry in policy.permitted({"customers": [WANTED, STRANGER]}, STAFF)["customers"]:
        assert isinstance(entry, Wanted)
        assert set(entry.causes) == {EXISTENCE(), PERSON()}


def test_who_may_see_everything_costs_nothing() -> None:
    roots = {"customer": [WANTED]}
    assert policy.permitted(roots, ANYONE) is roots
    assert policy.unseen(ANYONE) == {}


SETS = st.frozensets(st.sampled_from(list(Permission)))
FACETS = st.sampled_from(sorted(CATALOG.values(), key=lambda kind: kind.name)).map(lambda kind: kind(x=1))


@given(SETS, st.frozensets(FACETS), st.booleans())
def test_a_facet_is_wanted_if_and_only_if_its_permission_is_held(
    held: frozenset[Permission], facets: frozenset[Any], staff: bool
) -> None:
    caller = Staff("", held) if staff else member(ID, permissions=held)
    wanted = Wanted(Address((ID,)), dict.fromkeys(facets, ()))
    (entry,) = policy.permitted({"c": [wanted]}, caller)["c"]
    assert isinstance(entry, Wanted)
    assert set(entry.causes) == {facet for facet in facets if CATALOG[facet.name].permission in {None, *held}}
    assert set(policy.unseen(caller)) == {
        name for name, kind in CATALOG.items() if kind.permission not in {None, *held}
    }


# --- who it turned out to be ---


def theirs(
    caller: Caller,
    address: Address,
    found: str | None,
    hint: str | None = None,
    *victims: str,
    survivor: str | None = None,
) -> bool:
    ids = [None if one is None else CustomerId(one) for one in (found, hint, survivor)]
    return policy.is_theirs(caller, address, ids[0], ids[1], [CustomerId(one) for one in victims], ids[2])


BY_MOBILE, BY_ID = Address((MOBILE,)), Address((ID,))


@pytest.mark.parametrize(
    ("address", "met", "allowed"),
    [
        (BY_MOBILE, ("7",), True),
        (BY_MOBILE, ("7", "7"), True),
        (BY_MOBILE, (None,), True),  # nobody, or nothing known of them
        (BY_MOBILE, ("8",), False),
        (BY_MOBILE, ("8", "8"), False),
        (BY_MOBILE, ("7", "8"), False),  # cached facets of another one
        (BY_MOBILE, ("8", "7"), False),
        (BY_MOBILE, (None, "8"), False),
        (BY_MOBILE, ("8", "7", "7"), True),  # merged into 8 while it was asked
        (BY_MOBILE, ("8", "9", "7"), False),
        (BY_MOBILE, ("8", "8", "7"), True),
        (BY_MOBILE, ("8", None, "9"), False),
        (BY_ID, ("8",), True),  # the survivor: upstream answers with another id for no other reason
        (BY_ID, ("8", "8"), True),
        (Address((MOBILE, EMAIL)), ("8",), False),
    ],
)
def test_whoever_answers_must_be_the_token_s_customer(address: Address, met: Any, allowed: bool) -> None:
    assert theirs(ASHA, address, *met) is allowed
    assert theirs(ANYONE, address, *met)
    assert theirs(member(MOBILE, EMAIL), address, *met), "a token without an id trusts its other identifiers"


@pytest.mark.parametrize(
    ("met", "survivor", "allowed"),
    [
        (("8",), "8", True),
        (("8", "8"), "8", True),
        (("8", "7"), "8", True),
        (("8", "9"), "8", False),
        (("9",), "8", False),
    ],
)
def test_the_survivor_of_the_token_s_customer_is_theirs(met: Any, survivor: str, allowed: bool) -> None:
    assert theirs(ASHA, BY_MOBILE, *met, survivor=survivor) is allowed


@pytest.mark.parametrize(
    ("caller", "expected"), [(ANYONE, None), (STAFF, None), (member(MOBILE), None), (ASHA, Address((ID,)))]
)
def test_the_address_of_the_token_s_own_id(caller: Caller, expected: Address | None) -> None:
    assert policy.by_own_id(caller) == expected


# --- the catalog ---

REVEALING = re.compile(r"transaction|lineitem|bill|fraud|ndnc|image|photo|picture", re.IGNORECASE)
HARMLESS = {
    # Points by the kind of promotion that gave them: neither bill nor line is told.
    ("PROMOTIONAL_POINTS", "transaction_promotion_type"),
    ("PROMOTIONAL_POINTS", "lineitem_promotion_type"),
    # Whether a card may still be used.
    ("CARDS", "transaction_not_allowed"),
}


def names_in(value: Any, of: str) -> Iterator[str]:
    """The names of every field and type in the type of a facet's value."""
    if dataclasses.is_dataclass(value):
        yield getattr(value, "__name__", "")
        for field in dataclasses.fields(value):
            if (of, field.name) not in HARMLESS:
                yield field.name
            yield from names_in(field.type, of)
    for part in get_args(value):
        yield from names_in(part, of)


@pytest.mark.parametrize("name", CATALOG)
def test_a_facet_that_sounds_sensitive_asks_for_a_permission(name: str) -> None:
    """Whoever adds a facet that brings bills or pictures must say who may see it."""
    kind = CATALOG[name]
    told = sorted({one for one in (name, *names_in(kind.value, name)) if REVEALING.search(one)})
    assert kind.permission is not None or told == []


def test_which_facets_ask_for_which_permission() -> None:
    assert policy.SENSITIVE == {
        "FRAUD": Permission.FRAUD,
        "FRAUD_V1": Permission.FRAUD,
        "NDNC": Permission.NDNC,
        "CUSTOMER_IMAGE": Permission.IMAGE,
        "CUSTOMER_IMAGE_V1": Permission.IMAGE,
        "TRANSACTIONS": Permission.TRANSACTIONS,
        "PROMOTION_POINTS": Permission.TRANSACTIONS,
    }
    assert TRANSACTIONS.permission in EVERYTHING

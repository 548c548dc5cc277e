"""The authorisation matrix: who asks, for whom, for what, by which way; the outcome, and what upstream is asked.

The tables are written out by hand and know nothing of the policy.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.auth.support import Guarded, guarded, refusals

ID, MOBILE, EMAIL = "100000001", "919800000001", "asha.rao@example.com"
OTHER_ID, OTHER_MOBILE = "100000002", "919800000002"
WECHAT_ID, OPEN_ID = "100000072", "oWx-sandbox-0072"
LOOKUP, BY_ID, V1 = "/v2/customers/lookup/customerDetails", f"/v2/customers/{ID}", "/v1.1/customer/get"

Json = dict[str, Any]


class World:
    """A gateway without a cache, so that every row pays for itself."""

    def __init__(self, runner: asyncio.Runner, gateway: Guarded) -> None:
        self.runner = runner
        self.guarded = gateway

    def ask(self, caller: str, query: str, variables: Json | None = None) -> tuple[Json, list[Json]]:
        return self.runner.run(self.guarded.ask(CALLERS[caller](self.guarded), query, variables))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        yield World(runner, runner.run(stack.enter_async_context(guarded(cache={"max_bytes": 0}))))
        runner.run(stack.aclose())


CALLERS: Mapping[str, Callable[[Guarded], dict[str, str]]] = {
    "staff with all permissions": lambda here: here.staff("all"),
    "staff without permissions": lambda here: here.staff("plain"),
    "staff by a token": lambda here: here.member(scope="staff fraud", customer=OTHER_ID),
    "asha": lambda here: here.member(customer=ID, phone_number=f"+{MOBILE}", email=EMAIL),
    "asha with fraud": lambda here: here.member(customer=ID, scope="openid fraud"),
    "asha with the rest": lambda here: here.member(customer=ID, scope="ndnc image transactions"),
    "asha by mobile": lambda here: here.member(phone_number=MOBILE),
    "dev with asha's mobile": lambda here: here.member(customer=OTHER_ID, phone_number=MOBILE),
    "a wechat member": lambda here: here.member(
        customer=WECHAT_ID, wechat=OPEN_ID, source="WECHAT", account="wechat-main"
    ),
}
STAFF = {name for name in CALLERS if name.startswith("staff")}

# --- for whom ---

WHO: Mapping[str, Json] = {
    "her id": {"id": ID},
    "her mobile": {"mobile": MOBILE},
    "her mobile, written otherwise": {"mobile": "+91 98000-00001"},
    "her email in capitals": {"email": EMAIL.upper()},
    "her external id": {"externalId": "EXT-0001"},
    "her card": {"cardNumber": "CAPD0000000101"},
    "another id": {"id": OTHER_ID},
    "another mobile": {"mobile": OTHER_MOBILE},
    "an id of nobody": {"id": "999"},
    "a mobile of nobody": {"mobile": "15550000"},
    "her mobile and email": {"identifiers": [{"kind": "MOBILE", "value": MOBILE}, {"kind": "EMAIL", "value": EMAIL}]},
    "her mobile and another email": {
        "identifiers": [{"kind": "MOBILE", "value": MOBILE}, {"kind": "EMAIL", "value": "dev.malhotra@example.com"}]
    },
}
THEIRS: Mapping[str, set[str]] = {
    **{name: set(WHO) for name in STAFF},
    "asha": {"her id", "her mobile", "her mobile, written otherwise", "her email in capitals", "her mobile and email"},
    "asha with fraud": {"her id"},
    "asha with the rest": {"her id"},
    "asha by mobile": {"her mobile", "her mobile, written otherwise"},
    "dev with asha's mobile": {"another id", "her mobile", "her mobile, written otherwise"},
    "a wechat member": set(),
}
"""Whom each caller may ask for, at the source INSTORE."""
ASKED_IN_VAIN = {("dev with asha's mobile", "her mobile"), ("dev with asha's mobile", "her mobile, written otherwise")}
"""Asked for, and found to be somebody else: the answer is withheld, unless the token's own id was merged into them."""
NOBODY = {"an id of nobody", "a mobile of nobody"}
NAMES = {"another id": "Dev", "another mobile": "Dev"}


@dataclass(frozen=True)
class Path:
    """A way to ask for one customer, and where they are in the answer."""

    query: str
    many: bool
    key: str

    def ask(self, world: World, caller: str, by: Json) -> tuple[Any, Json, list[Json]]:
        """The customer in the answer, the codes of its errors by path, the calls."""
        variables = {"by": [by] if self.many else by}
        answer, calls = world.ask(caller, self.query, variables)
        found = answer["data"][self.key]
        return (found[0] if self.many else found), refusals(answer), calls

    @property
    def place(self) -> str:
        return f"{self.key}.0" if self.many else self.key


def paths(selection: str) -> Mapping[str, Path]:
    """Every way to select something of one customer."""
    one, many = "query($by: CustomerBy!)", "query($by: [CustomerBy!]!)"
    return {
        "customer": Path(f"{one} {{ customer(by: $by) {{ {selection} }} }}", False, "customer"),
        "customers": Path(f"{many} {{ customers(by: $by) {{ {selection} }} }}", True, "customers"),
        "an alias": Path(f"{one} {{ viewer: customer(by: $by) {{ {selection} }} }}", False, "viewer"),
        "a fragment": Path(
            f"{one} {{ ...Root }} fragment Root on Query {{ customer(by: $by) {{ ...Part }} }} "
            f"fragment Part on Customer {{ {selection} }}",
            False,
            "customer",
        ),
        "inline fragments": Path(
            f"{many} {{ ... on Query {{ customers(by: $by) {{ ... {{ ... on Customer {{ {selection} }} }} }} }} }}",
            True,
            "customers",
        ),
        "directives": Path(
            f"query($by: CustomerBy!, $yes: Boolean = true) {{ customer(by: $by) @include(if: $yes) "
            f"{{ ... @skip(if: false) {{ {selection} }} }} }}",
            False,
            "customer",
        ),
        "merged roots": Path(
            f"{one} {{ customer(by: $by) {{ __typename }} customer(by: $by) {{ {selection} }} }}", False, "customer"
        ),
    }


WAYS = list(paths(""))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("caller", CALLERS)
def test_for_whom(world: World, caller: str, who: str, way: str) -> None:
    path = paths("firstName")[way]
    found, errors, calls = path.ask(world, caller, WHO[who])
    if who not in THEIRS[caller]:
        assert (found, errors, calls) == (None, {path.place: "FORBIDDEN"}, [])
        return
    if (caller, who) in ASKED_IN_VAIN:
        assert (found, errors) == (None, {path.place: "FORBIDDEN"})
        assert [call["path"] for call in calls] == [f"/v2/customers/{OTHER_ID}", LOOKUP]
        return
    assert len(calls) == 1
    if who in NOBODY:
        assert (found, errors) == (None, {})
    else:
        assert errors == {}
        assert found["firstName"] == NAMES.get(who, "Asha")


@pytest.mark.parametrize("account", ["wechat-main", "another", None])
@pytest.mark.parametrize("source", ["WECHAT", "INSTORE", "ALL"])
@pytest.mark.parametrize("who", [{"id": WECHAT_ID}, {"wechat": OPEN_ID}, {"id": ID}], ids=str)
@pytest.mark.parametrize("caller", ["staff without permissions", "asha", "a wechat member"])
def test_at_another_source(world: World, caller: str, who: Json, source: str, account: str | None) -> None:
    if source == "INSTORE" and account is not None:
        return
    query = "query($by: CustomerBy!, $at: Source!, $account: String) "
    query += "{ customer(by: $by, source: $at, accountId: $account) { id } }"
    answer, calls = world.ask(caller, query, {"by": who, "at": source, "account": account})
    allowed = {
        "staff without permissions": True,
        "asha": (who, source) == ({"id": ID}, "INSTORE"),
        "a wechat member": who != {"id": ID} and (source, account) == ("WECHAT", "wechat-main"),
    }[caller]
    assert (refusals(answer).get("customer") == "FORBIDDEN") is not allowed
    assert allowed or calls == []
    assert all(call["params"]["source"] == source for call in calls)


@pytest.mark.parametrize("caller", CALLERS)
def test_each_of_a_list_is_decided_for_itself(world: World, caller: str) -> None:
    query = "query($by: [CustomerBy!]!) { customers(by: $by) { id } }"
    answer, calls = world.ask(caller, query, {"by": [WHO[who] for who in WHO]})
    theirs = THEIRS[caller]
    for place, (who, found) in enumerate(zip(WHO, answer["data"]["customers"], strict=True)):
        refused = who not in theirs or (caller, who) in ASKED_IN_VAIN
        assert (refusals(answer).get(f"customers.{place}") == "FORBIDDEN") is refused
        assert found is None or not refused
        if not refused and who not in NOBODY:
            assert found == {"id": OTHER_ID if who in NAMES else ID}
    values = " ".join(str(value) for call in calls for value in call["params"].values())
    values += " ".join(call["path"] for call in calls)
    if caller not in STAFF:
        assert "999" not in values
        assert OTHER_MOBILE not in values
        assert "dev.malhotra" not in values
        assert "EXT-0001" not in values
    assert bool(calls) is bool(theirs)


# --- viewer ---

VIEWER: Mapping[str, tuple[str, str, str] | None] = {
    **dict.fromkeys(STAFF),
    "asha": ("Asha", BY_ID, ""),
    "asha with fraud": ("Asha", BY_ID, ""),
    "asha with the rest": ("Asha", BY_ID, ""),
    "asha by mobile": ("Asha", LOOKUP, MOBILE),
    "dev with asha's mobile": ("Dev", f"/v2/customers/{OTHER_ID}", ""),
    "a wechat member": ("Nour", f"/v2/customers/{WECHAT_ID}", ""),
}
"""The first name, the path of the one call, and the identifier in its parameters."""

VIEWS = {
    "viewer": "{ viewer { firstName } }",
    "an alias": "{ viewer: viewer { firstName } }",
    "a fragment": "{ ...Q } fragment Q on Query { viewer { ...C } } fragment C on Customer { firstName }",
    "merged": "{ viewer { __typename } viewer { firstName } }",
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("caller", CALLERS)
def test_viewer(world: World, caller: str, view: str) -> None:
    answer, calls = world.ask(caller, VIEWS[view])
    expected = VIEWER[caller]
    assert refusals(answer) == {}
    if expected is None:
        assert (answer["data"], calls) == ({"viewer": None}, [])
        return
    name, path, value = expected
    assert answer["data"]["viewer"]["firstName"] == name
    (call,) = calls
    assert call["path"] == path
    assert call["params"].get("identifierValue", "") == value


def test_viewer_is_planned_with_the_other_roots(world: World) -> None:
    query = (
        "query($id: ID!) { viewer { firstName } again: viewer { slabHistory { to } } customer(by: {id: $id}) { id } }"
    )
    answer, calls = world.ask("asha", query, {"id": ID})
    assert answer["data"]["customer"] == {"id": ID}
    assert answer["data"]["again"]["slabHistory"]
    assert [call["path"] for call in calls] == [V1], "one record, one call"


# --- what ---

FIELDS: Mapping[str, tuple[str, str, str, tuple[str, str | None]]] = {
    "fraud": ("fraud { status }", "fraud", "fraud", ("includedFraudDetails", "true")),
    "who marked it": ("fraud { markedBy }", "fraud", "fraud", ("path", V1)),
    "ndncStatus": ("ndncStatus", "ndncStatus", "ndnc", ("ndnc_status", "true")),
    "image": ("image { __typename }", "image", "image", ("embed", "customerImage,ignoreCardDetails")),
    "imageDetails": ("imageDetails { raw }", "imageDetails", "image", ("customer_image", "true")),
    "transactions": ("transactions { id }", "transactions", "transactions", ("transactions", None)),
    "transactions, filtered": (
        'transactions(type: REGULAR, storeCode: "s") { number }',
        "transactions",
        "transactions",
        ("store_code", "s"),
    ),
    "promotionPoints": (
        "promotionPoints { customer { points } transactions { points } }",
        "promotionPoints",
        "transactions",
        ("promotion_points", "true"),
    ),
    "aliased": ("hidden: fraud { status }", "hidden", "fraud", ("includedFraudDetails", "true")),
}
"""A selection, its response key, the permission it needs, and what a call carries for it (None: not `false`)."""

HELD: Mapping[str, set[str]] = {
    "staff with all permissions": {"fraud", "ndnc", "image", "transactions"},
    "staff without permissions": set(),
    "staff by a token": {"fraud"},
    "asha": set(),
    "asha with fraud": {"fraud"},
    "asha with the rest": {"ndnc", "image", "transactions"},
}


def carries(call: Json, what: tuple[str, str | None]) -> bool:
    name, value = what
    return call["path"] == value if name == "path" else call["params"].get(name) == value


@pytest.mark.parametrize("way", [*WAYS, "viewer"])
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("caller", HELD)
def test_what(world: World, caller: str, field: str, way: str) -> None:
    selection, key, permission, what = FIELDS[field]
    if way == "viewer":
        if caller in STAFF:
            return
        answer, calls = world.ask(caller, f"{{ viewer {{ firstName {selection} }} }}")
        found, errors, place = answer["data"]["viewer"], refusals(answer), "viewer"
    else:
        path = paths(f"firstName {selection}")[way]
        found, errors, calls = path.ask(world, caller, {"id": ID})
        place = path.place
    assert found["firstName"] == "Asha", "siblings are served"
    assert len(calls) == 1
    if permission in HELD[caller]:
        assert errors == {}
        assert carries(calls[0], what)
    else:
        assert found[key] is None
        assert errors == {f"{place}.{key}": "FORBIDDEN"}
        assert calls == [{"path": BY_ID, "params": {"source": "INSTORE", "embed": "ignoreCardDetails"}}]


@pytest.mark.parametrize("caller", HELD)
def test_a_refused_field_alone_costs_what_existence_costs(world: World, caller: str) -> None:
    selections = " ".join(f"f{n}: {one[0].removeprefix('hidden: ')}" for n, one in enumerate(FIELDS.values()))
    answer, calls = world.ask(caller, f'{{ customer(by: {{id: "{ID}"}}) {{ {selections} }} }}')
    refused = {f"customer.f{n}" for n, one in enumerate(FIELDS.values()) if one[2] not in HELD[caller]}
    assert refusals(answer) == dict.fromkeys(refused, "FORBIDDEN")
    if len(refused) == len(FIELDS):
        assert calls == [{"path": BY_ID, "params": {"source": "INSTORE", "embed": "ignoreCardDetails"}}]
    for _, _, permission, what in FIELDS.values():
        if permission not in HELD[caller]:
            assert what[0] in ("path", "transactions") or not any(carries(call, what) for call in calls)
        elif what[0] != "includedFraudDetails":  # where V1.1 is asked anyway, fraud comes with it
            assert any(carries(call, what) for call in calls)
    if "transactions" not in HELD[caller]:
        assert all(call["params"].get("transactions") == "false" for call in calls if call["path"] == V1)


def test_the_refusal_of_a_field_names_the_permission(world: World) -> None:
    answer, _ = world.ask("asha", "{ viewer { fraud { status } } }")
    (error,) = answer["errors"]
    assert error["message"] == "You may not see this field: it needs the permission fraud."
    assert error["extensions"] == {"code": "FORBIDDEN", "permission": "fraud"}
    assert error["path"] == ["viewer", "fraud"]


def test_what_v1_brings_unasked_is_withheld_too(world: World) -> None:
    """The fraud status comes with every V1.1 call: it is there, and not shown."""
    answer, calls = world.ask("asha", "{ viewer { slabHistory { to } fraud { status markedBy } } }")
    assert [call["path"] for call in calls] == [V1]
    assert answer["data"]["viewer"]["slabHistory"]
    assert answer["data"]["viewer"]["fraud"] is None
    assert refusals(answer) == {"viewer.fraud": "FORBIDDEN"}


FREE: Sequence[str] = ("{ __typename }", "query A { a: __typename }")


@pytest.mark.parametrize("query", FREE)
@pytest.mark.parametrize("caller", CALLERS)
def test_what_is_of_nobody_is_free(world: World, caller: str, query: str) -> None:
    answer, calls = world.ask(caller, query)
    assert "errors" not in answer
    assert calls == []

"""Variables that bring too much, or what they should not."""

from collections.abc import Iterator
from typing import Any

from tests.hostile.requests import Hostile, asking

MANY = "query($v: [CustomerBy!]!) { customers(by: $v) { id } }"
ONE = "query($v: CustomerBy!) { customer(by: $v) { id } }"
DAYS = 'query($v: Int!) { customer(by: {id: "1"}) { gapToRenew(inDays: $v) { programId } } }'
PROGRAM = 'query($v: ID!) { customer(by: {id: "1"}) { loyaltyProgram(programId: $v) { programId } } }'
ACCOUNT = 'query($v: String) { customer(by: {wechat: "a"}, source: WECHAT, accountId: $v) { id } }'
DAY = 'query($v: Date!) { customer(by: {id: "1"}) { transactions(date: $v) { id } } }'
AMOUNT = 'query($v: Float!) { customer(by: {id: "1"}) { transactions(amount: $v) { id } } }'
COUPONS = 'query($v: Int!) { customer(by: {id: "1"}) { coupons(limit: $v) { code } } }'
BILL = 'query($v: String!) { customer(by: {id: "1"}) { transactions(number: $v) { id } } }'
SOURCE = 'query($v: Source!) { customer(by: {id: "1"}, source: $v) { id } }'
SEVERAL = "query($v: [CustomerIdentifier!]!) { customer(by: {identifiers: $v}) { id } }"


def nested(levels: int) -> Any:
    """A list in a list in a list."""
    found: Any = 1
    for _ in range(levels):
        found = [found]
    return found


def nested_objects(levels: int) -> Any:
    """An object in an object in an object."""
    found: Any = 1
    for _ in range(levels):
        found = {"id": found}
    return found


def corpus() -> Iterator[Hostile]:
    """The family."""
    for count in (101, 2_000, 1_490, 10_000):
        yield asking(f"{count} customers", MANY, {"v": [{"id": str(n)} for n in range(count)]})
    for name, one in {
        "numbers": 1,
        "texts": "a",
        "nulls": None,
        "objects": {},
        "truths": True,
        "fractions": 1.5,
        "lists": [],
    }.items():
        yield asking(f"{name} for customers", MANY, {"v": [one] * 1_400})
    yield asking("several identifiers for each of many", MANY, {"v": [{"id": "1", "mobile": "2"}] * 990})
    yield asking("unknown identifiers for many", MANY, {"v": [{"mobil": "1"}] * 1_400})
    yield asking("unknown identifiers for one", ONE, {"v": {f"mobil{n}": 1 for n in range(2_900)}})
    yield asking("long unknown identifiers", ONE, {"v": {"m" * 1000 + str(n): 1 for n in range(200)}})
    yield asking("identifiers of objects", MANY, {"v": [{"id": {"id": "1"}}] * 700})
    yield asking("identifiers of fractions", MANY, {"v": [{"id": 1.5}] * 1_400})
    for levels in (20, 100, 900):
        yield asking(f"lists {levels} deep", MANY, {"v": nested(levels)})
        yield asking(f"objects {levels} deep", ONE, {"v": nested_objects(levels)})
    yield asking("no value", ONE)
    yield asking("null for what must be", ONE, {"v": None})
    yield asking("a text for an object", ONE, {"v": "919800000001"})
    yield asking("a list for an object", ONE, {"v": [{"id": "1"}]})
    yield asking("nobody", ONE, {"v": {}})
    yield asking("two identifiers", ONE, {"v": {"id": "1", "mobile": "919800000001"}})
    yield asking("an identifier and a null", ONE, {"v": {"id": "1", "mobile": None}})
    yield asking("an identifier of null", ONE, {"v": {"id": None}})
    for name, value in {
        "long": "9" * 201,
        "of 200,000 digits": "9" * 200_000,
        "blank": "   ",
        "of two": "1,2",
        "with a line": "1\n2",
        "with a null byte": "1\x00",
        "with another parameter": "1&embed=points",
        "of a path": "../../customers",
        "of other digits": "\u0661\u0662\u0663",
        "of superscripts": "\u00b2",
        "negative": "-1",
        "beyond 64 bits": str(2**63),
        "of a fraction": "1.5",
        "in hexadecimal": "0x10",
        "with underscores": "1_000",
        "of SQL": "1' or '1'='1",
    }.items():
        yield asking(f"an id {name}", ONE, {"v": {"id": value}})
    for name, value in {
        "letters": "abc",
        "long": "9" * 500,
        "two": "91,92",
        "empty": "",
        "wide": "\uff11\uff12",
    }.items():
        yield asking(f"a mobile: {name}", ONE, {"v": {"mobile": value}})
    yield asking("an email without an at", ONE, {"v": {"email": "nobody"}})
    yield asking("an email of 100,000 ats", ONE, {"v": {"email": "@" * 100_000}})
    yield asking("an external id with a bell", ONE, {"v": {"externalId": "\x07"}})
    yield asking("an external id of 1,000 combining marks", ONE, {"v": {"externalId": "a" + "\u0301" * 1_000}})
    yield asking(
        "a hundred identifiers of one kind", SEVERAL, {"v": [{"kind": "MOBILE", "value": "919800000001"}] * 100}
    )
    yield asking("thousands of identifiers of one customer", SEVERAL, {"v": [{"kind": "MOBILE", "value": "1"}] * 980})
    yield asking("no identifiers", SEVERAL, {"v": []})
    yield asking("an unknown kind", SEVERAL, {"v": [{"kind": "SHOE_SIZE", "value": "43"}]})
    yield asking("days of text", DAYS, {"v": "30"})
    yield asking("days of a fraction", DAYS, {"v": 1.5})
    yield asking("days of a truth", DAYS, {"v": True})
    yield asking("days beyond 32 bits", DAYS, {"v": 2**31})
    yield asking("days beyond 53 bits", DAYS, {"v": 2**60})
    yield asking("days beyond 64 bits", DAYS, {"v": 10**30})
    yield asking("days before today", DAYS, {"v": -1})
    yield asking("days of a million years", DAYS, {"v": 365_000_000})
    yield asking("a program of letters", PROGRAM, {"v": "abc"})
    yield asking("a program of 5,000 digits", PROGRAM, {"v": "9" * 5_000})
    yield asking("a program of 200,000 digits", PROGRAM, {"v": "9" * 200_000})
    yield asking("a program of other digits", PROGRAM, {"v": "\u0664"})
    yield asking("a program of a list", PROGRAM, {"v": ["1"]})
    for name, value in {
        "of 100,000 letters": "1" * 100_000,
        "of a number": 12,
        "of text": "soon",
        "in the year 0": "0000-01-01",
    }.items():
        yield asking(f"a day {name}", DAY, {"v": value})
    for name, value in {"below zero": -0.01, "beyond all sense": 1e308, "of text": "much", "of a truth": True}.items():
        yield asking(f"an amount {name}", AMOUNT, {"v": value})
    for name, value in {"beyond the bound": 1_001, "below zero": -1, "beyond 32 bits": 2**40}.items():
        yield asking(f"coupons {name}", COUPONS, {"v": value})
    for name, value in {"of 100,000 letters": "a" * 100_000, "of a line": "a\r\nb", "of blanks": "  "}.items():
        yield asking(f"a bill {name}", BILL, {"v": value})
    yield asking("an account of two", ACCOUNT, {"v": "a,b"})
    yield asking("an account of 100,000 letters", ACCOUNT, {"v": "a" * 100_000})
    yield asking("an account of nothing but a line", ACCOUNT, {"v": "a\r\nHost: b"})
    yield asking(
        "an account where there is none",
        'query($v: String) { customer(by: {id: "1"}, accountId: $v) { id } }',
        {"v": "a"},
    )
    yield asking("an unknown source", SOURCE, {"v": "MARS"})
    yield asking("a source of an object", SOURCE, {"v": {"a": 1}})
    yield asking("a source of 100,000 letters", SOURCE, {"v": "A" * 100_000})
    yield asking("variables nobody declared, and a bad one", ONE, {f"x{n}": n for n in range(2_900)} | {"v": 1})
    yield asking("a condition of text", "query($v: Boolean!) { __typename @include(if: $v) }", {"v": "yes"})

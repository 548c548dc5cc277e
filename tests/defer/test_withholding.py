"""Who turns out to be deleted after the first part went out. Pure."""

from typing import Any

from graphql import GraphQLError
from graphql.execution import CompletedResult, IncrementalDeferResult, PendingResult
from graphql.execution import SubsequentIncrementalExecutionResult as Further

from gateway.graphql.withholding import Withholding

PENDING = [
    PendingResult("0", []),
    PendingResult("1", ["customer"]),
    PendingResult("2", ["customer", "programs", 0]),
    PendingResult("3", ["customers", 0]),
    PendingResult("4", ["customers", 1]),
]
BROUGHT = Further(
    has_next=True,
    pending=[PendingResult("5", ["customer"]), PendingResult("6", ["customers", 0, "cards", 0])],
    incremental=[IncrementalDeferResult({"of": one}, one) for one in "1234"],
    completed=[CompletedResult(one) for one in "1234"],
)


def told(result: Further) -> tuple[list[str], list[str], dict[str, list[Any]]]:
    """What is announced, what is brought, and what is completed, each with where its errors are."""
    completed = {one.id: [error.path for error in one.errors or ()] for one in result.completed or ()}
    return [one.id for one in result.pending or ()], [one.id for one in result.incremental or ()], completed


def test_while_nobody_is_gone_everything_is_told() -> None:
    assert Withholding(PENDING).of(BROUGHT, ()) is BROUGHT


def test_of_a_customer_who_is_gone_no_fragment_is_told() -> None:
    result = Withholding(PENDING).of(BROUGHT, {("customer", 0)})
    assert told(result) == (["6"], ["3", "4"], {"1": [["customer"]], "2": [["customer"]], "3": [], "4": []})


def test_of_several_only_the_one() -> None:
    result = Withholding(PENDING).of(BROUGHT, {("customers", 0)})
    assert told(result) == (["5"], ["1", "2", "4"], {"1": [], "2": [], "3": [["customers", 0]], "4": []})


def test_what_was_not_announced_is_not_told_later() -> None:
    holding = Withholding(PENDING)
    holding.of(BROUGHT, {("customer", 0)})
    inner = Further(
        has_next=True, incremental=[IncrementalDeferResult({"of": "5"}, "5")], completed=[CompletedResult("5")]
    )
    assert told(holding.of(inner, {("customer", 0)})) == ([], [], {})


def test_as_fields_of_a_fragment_they_are_null() -> None:
    others = GraphQLError("of others", path=["customers", 1, "fraud"])
    theirs = GraphQLError("of theirs", path=["customers", 0, "fraud"])
    whole = {"customer": {"id": "1"}, "customers": [{"id": "1"}, {"id": "2"}, None], "nobody": None}
    brought = Further(has_next=True, incremental=[IncrementalDeferResult(whole, "0", errors=[others, theirs])])
    gone = [("customer", 0), ("customers", 0), ("customers", 2), ("nobody", 0), ("elsewhere", 0)]
    (piece,) = Withholding(PENDING).of(brought, gone).incremental or ()
    assert isinstance(piece, IncrementalDeferResult)
    assert piece.data == {"customer": None, "customers": [None, {"id": "2"}, None], "nobody": None}
    assert [error.path for error in piece.errors or ()] == [
        ["customers", 1, "fraud"],
        ["customer"],
        ["customers", 0],
    ]

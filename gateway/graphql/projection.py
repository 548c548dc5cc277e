"""An operation compiled: from entries to the answer without an engine. Pure.

What depends on the values of variables alone (which fields are there, the facets and what wants them) is settled once
for these values and shared by requests. Only whom a request asks for is read anew.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gateway.errors import BadUserInput, CallerError
from gateway.facets.addresses import address
from gateway.facets.facet import Address, Facet
from gateway.facets.needs import Entry, Homes, Operation, Wanted
from gateway.facets.shapes import Shapes
from gateway.graphql.code import Deopt
from gateway.graphql.selection import Declined, collect
from gateway.graphql.settling import Settled, SettledRoot, Settling
from gateway.graphql.variables import Variables

__all__ = ["Bound", "BoundRoot", "Compiled", "Deopt", "Found", "compiled"]


class BoundRoot(NamedTuple):
    """A root field of one request. Its entries are those that `needs.read` gives for its response key.

    `facets` are what `Found.values` must be, one after the other; null for what a condition left out. Existence is not
    among them, and two may be equal. They and the causes of entries are shared between requests.
    """

    key: str
    entries: Sequence[Entry]
    facets: tuple[Facet | None, ...]


class Bound(NamedTuple):
    """An operation with the values of its variables. `settled` is the projection's own."""

    roots: tuple[BoundRoot, ...]
    settled: Settled


class Found(NamedTuple):
    """What is known of a customer who exists: the values of `BoundRoot.facets`.

    Null is certified absence, and what a condition left out.
    """

    id: str
    merged_from: Sequence[str]
    values: Sequence[Any]


class Compiled:
    """An operation that can be answered without graphql-core. See `compiled`."""

    def __init__(self, variables: Variables, settling: Settling) -> None:
        self._variables = variables
        self._settling = settling

    def bind(self, variables: Mapping[str, Any], viewer: Address | CallerError | None, limit: int) -> Bound | None:
        """The operation with these variables, as the client sent them.

        `viewer` is as `needs.read` takes it, `limit` how many customers there may be. Null where anything is not plain:
        the reference path tells what is wrong, if anything.
        """
        values = self._variables.values(variables)
        if values is None:
            return None
        settled = self._settling.settled(values, viewer.profile if isinstance(viewer, Address) else ())
        if settled is None:
            return None
        roots: list[BoundRoot] = []
        for root in settled.roots:
            entries = _viewer(root, viewer) if root.who is None else _entries(root, root.who(values), limit)
            if entries is None:
                return None
            limit -= len(entries)
            roots.append(BoundRoot(root.key, entries, root.facets))
        return Bound(tuple(roots), settled) if limit >= 0 else None

    def project(self, bound: Bound, found: Sequence[Sequence[Found | None]]) -> dict[str, Any]:
        """The `data` of the answer, from what is known per root and entry; null for a customer who does not exist.

        Raises `Deopt`, and nothing else.
        """
        settled = bound.settled
        try:
            return {
                key: constant if render is None else render(found[index], settled.values)
                for key, constant, render, index in settled.layout
            }
        except (AttributeError, TypeError, ValueError, LookupError) as error:
            raise Deopt from error


def _viewer(root: SettledRoot, viewer: Address | CallerError | None) -> Sequence[Entry]:
    match viewer:
        case None:
            return ()
        case Address():
            return (Wanted(viewer, root.causes),)
        case problem:
            return (problem,)


def _entries(root: SettledRoot, who: Any, limit: int) -> Sequence[Entry] | None:
    """The customers of a root in the order of the answer; null where there are too many or it is not said who."""
    if who.__class__ is dict:
        return (_entry(root, who, "by"),) if limit else None
    if who.__class__ is not list or len(who) > limit:
        return None
    return [_entry(root, one, f"by[{index}]") for index, one in enumerate(who)]


def _entry(root: SettledRoot, by: Mapping[str, Any], argument: str) -> Entry:
    try:
        return Wanted(address(by, root.source, root.account, argument=argument), root.causes)
    except BadUserInput as problem:
        return problem


def compiled(operation: Operation, homes: Homes, shapes: Shapes) -> Compiled | None:
    """The operation, which must be valid, compiled; null where it is beyond us: introspection, or too large."""
    try:
        return Compiled(Variables(operation), Settling(operation, collect(operation), homes, shapes))
    except Declined:
        return None

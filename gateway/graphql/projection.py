"""An operation compiled: from entries to the answer without an engine. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gateway.errors import CallerError
from gateway.facets.facet import Address, Facet
from gateway.facets.needs import Entry, Homes, Operation
from gateway.facets.shapes import Shapes


class Deopt(Exception):
    """What was met is not plain: the reference engine answers."""


class BoundRoot(NamedTuple):
    """A root field of one request. Its entries are those that `needs.read` gives for its response key.

    `facets` are what `Found.values` must be, one after the other; null for one that a condition left out. No facet is
    there twice. Those of an entry are `causes` without existence.
    """

    key: str
    entries: Sequence[Entry]
    facets: tuple[Facet | None, ...]


class Bound(NamedTuple):
    """An operation with the values of its variables. `settled` is the projection's own."""

    roots: tuple[BoundRoot, ...]
    settled: Any


class Found(NamedTuple):
    """What is known of a customer who exists. `values` are those of `BoundRoot.facets`; null is certified absent."""

    id: str
    merged_from: Sequence[str]
    values: Sequence[Any]


class Compiled:
    """An operation that can be answered without graphql-core."""

    def bind(self, variables: Mapping[str, Any], viewer: Address | CallerError | None, limit: int) -> Bound | None:
        """The operation with these variables, as the client sent them; null where anything about them is not plain."""
        raise NotImplementedError

    def project(self, bound: Bound, found: Sequence[Sequence[Found | None]]) -> dict[str, Any]:
        """The `data` of the answer, from what is known per root and entry; null for no such customer. Raises `Deopt`."""
        raise NotImplementedError


def compiled(operation: Operation, homes: Homes, shapes: Shapes) -> Compiled | None:
    """The operation compiled; null where it is beyond us."""
    raise NotImplementedError

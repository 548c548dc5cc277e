"""What GraphQL says is wrong with a request, in bounds: how many errors, and how long."""

from collections.abc import Sequence
from typing import Final

from graphql import GraphQLError

from gateway.errors import Code

LONGEST: Final = 500
"""Characters of a message; GraphQL's own repeat whatever the caller wrote."""
MOST_LOCATIONS: Final = 10


class InvalidDocument(Exception):
    """A document or its variables cannot be executed. `errors` say why, in GraphQL's own words."""

    def __init__(self, code: Code, errors: Sequence[GraphQLError]) -> None:
        super().__init__(code.value)
        self.code = code
        self.errors = errors


def most_errors(*, suggest: bool) -> int:
    """The errors that are looked for in one request. One that says what may have been meant takes about 5 ms."""
    return 3 if suggest else 10


def bare(error: GraphQLError) -> GraphQLError:
    """The error without the document that it is about, and without what is too long."""
    message = error.message
    found = GraphQLError(message if len(message) <= LONGEST else f"{message[:LONGEST]}…", path=error.path)
    found.locations = error.locations[:MOST_LOCATIONS] if error.locations else None
    return found
